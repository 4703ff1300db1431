"""A service that dies, or hangs, moves the address to the other router.

One nginx on each router.  What is compared is what the trackers ask for: the
interval, what the Backup waits after a resignation (Skew_Time), and what this
machine may be late by.
"""

import statistics
import sys
import pathlib

import pytest

from lab import VIP, skew_ms, vrrpd_conf, wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent /
                       "bench"))
from service import hung, killed                                  # noqa: E402

TRACKERS = {
    "tcp": "tcp web { address = 127.0.0.1 port = 80 interval = 10ms "
           "fall = 1 }",
    "http": "http web { url = \"http://127.0.0.1/\" interval = 20ms }",
    "ping": "ping web { address = 192.0.2.100 interval = 10ms }",
}
# Until it is known, at the latest: interval, fall, timeout of the last.
KNOWN_MS = {"tcp": 10, "http": 60, "ping": 40}


def start(lab, kind, extra=""):
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_nginx()
        router.start_vrrpd(TRACKERS[kind] + "\n" + vrrpd_conf(
            priority=priority, extra="track_%s web { %s }" % (kind, extra)))
        if router is lab.r1:
            router.wait_state("active")
    lab.wait_pair()


def track(router):
    track, = router.instance()["tracks"]
    return track


@pytest.mark.timing
def test_probes_killed_nginx_moves_the_address(lab):
    start(lab, "tcp")
    outages = []
    for _ in range(3):
        ms, machine_ms, mend = lab.outage(lambda: killed(None, lab), "tcp")
        assert lab.http_get() == "r2"
        assert track(lab.r1)["state"] == "down"
        outages.append(ms - machine_ms)
        mend()
        lab.r1.wait_state("active")
        lab.wait_pair()
    assert statistics.median(outages) <= KNOWN_MS["tcp"] + skew_ms(100, 1) + 5


@pytest.mark.timing
def test_probes_hung_nginx_moves_the_address(lab):
    start(lab, "http")
    ms, machine_ms, mend = lab.outage(lambda: hung(None, lab), "http")
    assert ms <= KNOWN_MS["http"] + skew_ms(100, 1) + 20 + machine_ms
    assert lab.http_get() == "r2"
    mend()
    lab.r1.wait_state("active")


def test_probes_ping_of_the_way_out_moves_the_address(lab):
    """The client stands for the way out; only r1 loses it."""
    start(lab, "ping")
    mend = lab.cut(lab.r1, match="ip protocol icmp")
    lab.r2.wait_state("active")
    assert lab.r1.state() == "initialize"
    wait_for(lambda: "ping" in str(track(lab.r1)), 5, "it says why")
    mend()
    lab.r1.wait_state("active")


def test_probes_check_with_a_weight_only_lowers_the_priority(lab):
    start(lab, "tcp", "weight = -50")
    mend = killed(None, lab)
    wait_for(lambda: lab.r1.instance()["effective-priority"] == 150, 5,
             lambda: "r1 is at 150: %s" % lab.r1.instance())
    assert lab.r1.state() == "active"
    assert VIP in lab.r1.addresses()
    mend()
    wait_for(lambda: lab.r1.instance()["effective-priority"] == 200, 5,
             lambda: "r1 is at 200: %s" % lab.r1.instance())
