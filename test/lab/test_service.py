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


def start_pair(lab, trackers, track, advert_int=1, bfd=False):
    for router, peer, priority in ((lab.r1, lab.r2, 200),
                                   (lab.r2, lab.r1, 100)):
        router.start_nginx()
        if bfd:
            router.start_bfdd()
        router.start_vrrpd(vrrpd_conf(priority=priority, extra=track,
                                      advert_int=advert_int,
                                      bfd=peer.address if bfd else None) +
                           trackers)
        router.wait_state("active" if router is lab.r1 else "backup")


def last_takeover(router):
    """The other one may be back by now."""
    return [t for t in router.transitions() if t["to"] == "active"][-1]


def measure(lab, bound_ms, bfd=False, slow=None):
    """slow: the advert_int of a pair whose r1 has to preempt after each."""
    outages, excess = [], []
    for _ in range(TRIALS):
        lab.wait_pair(bfd)
        wait_for(lambda: lab.http_get() == "r1", 10, "r1 serves")
        outage, machine, _ = lab.outage(lambda: kill_server(lab.r1), "http")
        assert lab.http_get() == "r2"
        outages.append(outage)
        excess.append(outage - bound_ms - machine)
        if slow:
            lab.returned(lab.r1.start_nginx, slow, bfd)
        else:
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


def test_service_death_of_a_process_moves_at_once(lab):
    """README's pair, adverts of a second: no Skew_Time, and no part of D."""
    start_pair(lab, "process nginx { name = nginx }\n",
               "track_process nginx { }", advert_int=100, bfd=True)
    measure(lab, NOTICE_MS, bfd=True, slow=100)
    detection_us = lab.r2.session(lab.r1.address)["detection-time-us"]
    print("beside D = %.1f ms" % (detection_us / 1000))
    assert last_takeover(lab.r2)["cause"] == "priority-zero"


def test_service_death_with_a_weight_moves_at_once(lab):
    """The Active falls below the Backup and says so: it serves until then."""
    start_pair(lab, "process nginx { name = nginx }\n",
               "track_process nginx { weight = -150 }", advert_int=100,
               bfd=True)
    measure(lab, NOTICE_MS, bfd=True)
    assert last_takeover(lab.r2)["cause"] == "preempt"
