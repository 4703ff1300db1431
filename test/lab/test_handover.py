"""What a client loses when an Active leaves of its own will: nothing.

Requests every half millisecond while the Active is told to hand over, is
stopped, or is preempted by a better router that is back.  A request counts as
lost when its answer did not come within 20 ms.  LAB_TRIALS sets how often each
is repeated (3), for figures.

The machine under the lab may sleep, which looks like an answer that is late:
then the trial is done again, a few times at most.
"""

import os
import signal
import time

import pytest

from lab import VIP, VIP6, VIP6_LOCAL, Gap, wait_for

TRIALS = int(os.environ.get("LAB_TRIALS", "3"))
AGAIN = 5               # trials in which the machine slept, at most
SLEPT_MS = 5.0

MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))
FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))


def watch(lab, event, settled, targets=(VIP,)):
    """All outages the client saw from before event() until all is settled.

    None when the machine slept, so that nothing can be said.
    """
    gap = Gap(lab.client)
    meters = [lab.meter(target=target).wait_ready() for target in targets]
    event()
    settled()
    # Whatever is still to go wrong shows within the next advertisements.
    time.sleep(0.15)
    reports = [meter.stop() for meter in meters]
    slept = max([gap.stop()] + [r["worst-gap-us"] / 1000 for r in reports])
    lengths = [o["length-ms"] for r in reports for o in r["outages"]]
    if lengths and slept > SLEPT_MS:
        return None
    return lengths


def trials(lab, event, settled, back, targets=(VIP,), count=None):
    """The outages of each of the trials; back() makes it as it was."""
    seen, slept = [], 0
    while len(seen) < (count or TRIALS):
        for target in targets:
            lab.answered(target=target)
        lengths = watch(lab, event, settled, targets)
        if lengths is None:
            slept += 1
            assert slept <= AGAIN, "the machine sleeps all the time"
        else:
            seen.append(lengths)
        back()
    print("outages of %d trials, ms: %s (%d more were slept through)" % (
        len(seen), [["%.1f" % o for o in t] for t in seen], slept))
    return seen


def nothing_lost(seen):
    assert all(not t for t in seen), seen


def targets_of(ipv6):
    return (VIP6, VIP6_LOCAL + "%eth0") if ipv6 else (VIP,)


@MODES
@FAMILIES
def test_handover_loses_nothing(lab, virtual_mac, ipv6):
    """V-65: from r1 to r2, and back, which r1 must not do by preemption."""
    lab.start_pair(advert_int=1, virtual_mac=virtual_mac, ipv6=ipv6)
    lab.wait_pair(ipv6=ipv6)
    routers = [lab.r1, lab.r2]

    def event():
        routers[0].vrrpctl("handover", "web", check=True)

    def settled():
        routers[1].wait_state("active", 5)
        wait_for(lambda: not routers[0].instance()["lingering"], 5,
                 "the old one has withdrawn")
        assert routers[0].state() == "backup"
        assert VIP not in routers[0].addresses()
        routers.reverse()

    seen = trials(lab, event, settled, lambda: None, targets_of(ipv6))
    nothing_lost(seen)


@MODES
@FAMILIES
def test_sigterm_loses_nothing(lab, virtual_mac, ipv6):
    """V-68: the whole daemon goes, and returns as a lesser router."""
    lab.start_pair(advert_int=1, virtual_mac=virtual_mac, ipv6=ipv6)
    lab.wait_pair(ipv6=ipv6)
    text = lab.r1.vrrpd_conf.read_text()

    def back():
        lab.r1.start_vrrpd(text)
        lab.wait_pair(ipv6=ipv6)

    def settled():
        lab.r2.wait_state("active", 5)
        assert lab.r1.vrrpd.wait() == 0

    nothing_lost(trials(lab, lambda: lab.r1.vrrpd.kill(signal.SIGTERM),
                        settled, back, targets_of(ipv6)))


@MODES
@FAMILIES
def test_preemption_loses_nothing(lab, virtual_mac, ipv6):
    """V-67, V-71: a better router returns."""
    lab.start_pair(advert_int=1, virtual_mac=virtual_mac, ipv6=ipv6)
    lab.wait_pair(ipv6=ipv6)
    text = lab.r1.vrrpd_conf.read_text()

    def leave():
        lab.r1.vrrpd.stop()
        lab.r2.wait_state("active", 5)

    def event():
        lab.r1.start_vrrpd(text, wait=False)

    def settled():
        wait_for(lambda: lab.r2.state() == "backup", 5, "r2 yields")
        lab.r1.wait_listening(lab.r1.vrrpd, lab.r1.vrrpd_sock)
        lab.wait_pair(ipv6=ipv6)

    leave()
    nothing_lost(trials(lab, event, settled, leave, targets_of(ipv6)))
