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

from lab import (VIP, VIP6, VIP6_LOCAL, Capture, Gap,
                 active_down_interval_ms, vrrpd_conf, wait_for)
from test_group import BACK_VIP, conf as group_conf, plug_back, wait_all

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


def test_group_handover_loses_nothing(lab):
    """L-19: both links, and both addresses stay with one router."""
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        plug_back(lab, router)
        router.start_vrrpd(group_conf(priority))
        if router is lab.r1:
            wait_all(router, "active")
    plug_back(lab, lab.client)
    wait_all(lab.r2, "backup")
    routers = [lab.r1, lab.r2]

    def event():
        routers[0].vrrpctl("handover", "back", check=True)

    def settled():
        wait_all(routers[1], "active")
        wait_all(routers[0], "backup")
        for name in "web", "back":
            wait_for(lambda n=name: not routers[0].instance(n)["lingering"],
                     5, "the old one has withdrawn")
        assert not {VIP, BACK_VIP} & routers[0].addresses()
        routers.reverse()

    nothing_lost(trials(lab, event, settled, lambda: None, (VIP, BACK_VIP)))


@pytest.mark.parametrize("grouped", (False, True), ids=("alone", "group"))
def test_handover_to_nobody_is_taken_back(lab, grouped):
    """The address is answered all the time and Active in the end."""
    if grouped:
        plug_back(lab, lab.r1)
        lab.r1.start_vrrpd(group_conf(200))
    else:
        lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=10))
    wait_all(lab.r1, "active")

    def event():
        lab.r1.vrrpctl("handover", "web", check=True)
        assert lab.r1.state() == "backup"
        assert lab.r1.instance()["lingering"]
        again = lab.r1.vrrpctl("handover", "web")
        assert again.returncode == 1 and "not Active" in again.stderr

    nothing_lost(trials(lab, event, lambda: wait_all(lab.r1, "active"),
                        lambda: None, count=1))
    last = lab.r1.transitions()[-1]
    assert last["cause"] == "taken-back"
    # Sooner than Active_Down_Timer, later than any Backup's Skew_Time.
    assert 100 <= last["in-state-us"] / 1000 < \
        active_down_interval_ms(200, 10)


@pytest.mark.untimed
def test_disabled_alone_withdraws_in_the_end(lab):
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=10))
    lab.r1.wait_state("active")
    lab.r1.vrrpctl("disable", "web", check=True)
    assert lab.r1.instance()["lingering"]
    assert VIP in lab.r1.addresses()
    wait_for(lambda: VIP not in lab.r1.addresses(), 5, "it is withdrawn")
    assert "successor=none" in lab.r1.vrrpd.log()


def test_removed_from_the_configuration_loses_nothing(lab):
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    text = lab.r1.vrrpd_conf.read_text()
    other = vrrpd_conf(name="other", vrid=9, addresses=("192.0.2.60/24",))

    def event():
        lab.r1.vrrpd_conf.write_text(other)
        lab.r1.vrrpctl("reload", check=True)

    def back():
        lab.r1.vrrpd_conf.write_text(text)
        lab.r1.vrrpctl("reload", check=True)
        lab.wait_pair()

    def settled():
        lab.r2.wait_state("active", 5)
        wait_for(lambda: VIP not in lab.r1.addresses(), 5, "withdrawn")
        # The device as well, when the addresses are gone.
        wait_for(lambda: not [n for n in lab.r1.links() if "-51-" in n], 5,
                 "the device is removed")

    nothing_lost(trials(lab, event, settled, back))


@pytest.mark.untimed
def test_renamed_instance_takes_the_place_at_once(lab):
    """Same VRID, another name: the old one is not waited for."""
    lab.start_alone(100)
    lab.r1.vrrpd_conf.write_text(vrrpd_conf(name="other", priority=200))
    lab.r1.vrrpctl("reload", check=True)
    lab.r1.wait_state("active", name="other")
    assert VIP in lab.r1.addresses()


@pytest.mark.untimed
def test_second_signal_leaves_at_once(lab):
    lab.start_alone(4000)
    lab.r1.vrrpd.kill(signal.SIGTERM)
    wait_for(lambda: lab.r1.instance()["lingering"], 5, "it lingers")
    time.sleep(0.4)
    assert lab.r1.vrrpd.alive()
    begin = time.monotonic()
    assert lab.r1.vrrpd.stop() == 0
    assert time.monotonic() - begin < 10        # the bound is 41 s
    assert VIP not in lab.r1.addresses()


@pytest.mark.untimed
def test_engine_that_dies_while_it_lingers_takes_its_address_along(lab):
    """And says nothing more: its successor has the virtual MAC's port."""
    lab.start_alone(100)
    with Capture(lab.client, "eth0", "ip proto 112", "in") as capture:
        lab.r1.vrrpctl("handover", "web", check=True)
        os.kill(lab.r1.engine_pid(), signal.SIGKILL)
        wait_for(lambda: VIP not in lab.r1.addresses(), 5, "it is withdrawn")
        heard = capture.stop()
    assert len(heard) == 1, heard
