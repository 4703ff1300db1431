"""How long a client is without its service when a server dies, not a router.

As in test_failover.py: the bound is what the daemons report in this run, the
machine's own absence is taken off, and the median of the trials has to keep it.
"""

import os
import signal
import statistics

from lab import skew_ms, vrrpd_conf, wait_for

TRIALS = 5
NOTICE_MS = 4.0         # death seen, told, resigned, heard, taken over
PROBE_MS = 1.0          # the meter's own period


def kill_server(router):
    """All of it, as the kernel does when there is no memory left."""
    os.killpg(router.nginx.pid, signal.SIGKILL)
    router.nginx.wait()


def start_pair(lab, trackers, track):
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_nginx()
        router.start_vrrpd(vrrpd_conf(priority=priority, advert_int=1,
                                      extra=track) + trackers)
        router.wait_state("active" if router is lab.r1 else "backup")


def measure(lab, bound_ms):
    outages, excess = [], []
    for _ in range(TRIALS):
        lab.wait_pair()
        wait_for(lambda: lab.http_get() == "r1", 10, "r1 serves")
        outage, machine, _ = lab.outage(lambda: kill_server(lab.r1), "http")
        assert lab.http_get() == "r2"
        outages.append(outage)
        excess.append(outage - bound_ms - machine)
        lab.r1.start_nginx()
    text = "outages %s ms, beyond the bound of %.1f ms %s ms" % (
        ["%.1f" % o for o in outages], bound_ms,
        ["%+.1f" % e for e in excess])
    print(text)
    assert statistics.median(excess) <= PROBE_MS, text


def test_service_death_of_a_process_takes_skew_time(lab):
    """nginx killed: no poll, no script; the Backup's Skew_Time remains."""
    start_pair(lab, "process nginx { name = nginx }\n",
               "track_process nginx { }")
    measure(lab, skew_ms(100, 1) + NOTICE_MS)
