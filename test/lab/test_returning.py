"""A router returns to a network that has forgotten it.

While its cable is out, the kernel of a peer that sends to it alone loses its
MAC, and looks for it once a second and no oftener.  So for up to a second after
the return nothing arrives: with short intervals that is many times the
Active_Down_Interval, and says nothing about the peer.
"""

import time

import pytest

from lab import VIP, VIP6, VIP6_LOCAL, VRID, Capture, vrrpd_conf, wait_for

MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))
BFD = pytest.mark.parametrize("bfd", (False, True), ids=("timer", "bfd"))
# An instance of each family, side by side: a kernel looks for the neighbours of
# one without a thought of the other's.
ADDRESSES = {"web": (VIP + "/24",),
             "web6": (VIP6_LOCAL + "/64", VIP6 + "/64")}


def address(router, name):
    return router.link_local if name == "web6" else router.address


def wait_all(router, state, timeout):
    for name in ADDRESSES:
        router.wait_state(state, timeout, name)


def wait_pairs(lab, bfd=False):
    """As lab.wait_pair() of each instance."""
    wait_all(lab.r1, "active", 20)
    wait_all(lab.r2, "backup", 20)
    for name in ADDRESSES:
        wait_for(lambda: lab.r2.instance(name)["active-address"] ==
                 lab.r1.instance(name)["primary-address"], 20,
                 lambda: "r2 hears r1: %s" % lab.r2.instance(name))
        if bfd:
            lab.r1.wait_session(address(lab.r2, name), timeout=20)
            wait_for(lambda: all(s["state"] == "up" and
                                 s["takeover"] == "ready"
                                 for s in lab.r2.instance(name)["bfd"]), 20,
                     lambda: "r2 is ready: %s" % lab.r2.instance(name)["bfd"])


def start(lab, virtual_mac, bfd=False, extra=""):
    lab.ipv6()
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        if bfd:
            router.start_bfdd()
        router.start_vrrpd("".join(vrrpd_conf(
            name=name, vrid=VRID, priority=priority, virtual_mac=virtual_mac,
            bfd=address(peer, name) if bfd else None, addresses=addresses,
            extra="unicast_peers = { %s } %s" % (address(peer, name), extra))
            for name, addresses in ADDRESSES.items()))
        if router is lab.r1:
            wait_all(router, "active", 20)
    wait_pairs(lab, bfd)


def away(lab, router, other, phase):
    """The router's cable is out, and the other one has forgotten its MAC."""
    mend = lab.port_down(router)
    wait_all(router, "initialize", 5)
    wait_all(other, "active", 15)
    time.sleep(1)
    other.ip("neigh", "flush", "dev", "eth0")
    time.sleep(3 + phase)
    return mend


def histories(router):
    return {name: len(router.transitions(name)) for name in ADDRESSES}


def became_active(router, since):
    return [t for name in ADDRESSES
            for t in router.transitions(name)[since[name]:]
            if t["to"] == "active"]


# V-61 -: silence in which nobody could have been heard
@MODES
@BFD
@pytest.mark.untimed
def test_returning_lesser_router_is_not_active_from_deafness(
        lab, virtual_mac, bfd):
    start(lab, virtual_mac, bfd)
    for phase in (0.2, 0.6):
        mend = away(lab, lab.r2, lab.r1, phase)
        before = histories(lab.r2)
        mend()
        wait_pairs(lab, bfd)
        time.sleep(0.5)
        assert became_active(lab.r2, before) == [], lab.r2.vrrpd.log()
        wait_all(lab.r1, "active", 0)


# V-79 +: one that is better, too, waits for as long as it was told to
@MODES
@pytest.mark.untimed
def test_returning_better_router_keeps_its_preempt_delay(lab, virtual_mac):
    start(lab, virtual_mac, extra="preempt_delay = 6s")
    mend = away(lab, lab.r1, lab.r2, 0.4)
    before = histories(lab.r1)
    mend()
    wait_all(lab.r1, "backup", 5)
    time.sleep(4)
    assert became_active(lab.r1, before) == [], lab.r1.vrrpd.log()
    wait_all(lab.r2, "active", 0)
    wait_all(lab.r1, "active", 10)


def is_lost(router, address):
    """The router's kernel looks for that neighbour in vain."""
    shown = router.ip("neigh", "show", "to", address, "dev", "eth0")
    return "FAILED" in shown or "INCOMPLETE" in shown


# V-71 +: they meet when the network does, and not up to a second later
@pytest.mark.untimed
def test_two_unicast_actives_meet_when_the_network_heals(lab):
    """Nobody's carrier goes, so nobody can say anything when it is back."""
    for router in lab.routers:
        for family in "ipv4", "ipv6":
            router.sysctl("net.%s.neigh.eth0.base_reachable_time_ms" % family,
                          1000)
            router.sysctl("net.%s.neigh.eth0.delay_first_probe_time" % family,
                          1)
    start(lab, True)
    took = []
    for phase in (0.1, 0.35, 0.6, 0.85):
        mend = lab.cut(lab.r2)
        wait_all(lab.r2, "active", 5)
        wait_for(lambda: all(is_lost(lab.r1, address(lab.r2, name)) and
                             is_lost(lab.r2, address(lab.r1, name))
                             for name in ADDRESSES), 20,
                 "both have lost each other")
        time.sleep(phase)
        mend()
        begun = time.monotonic()
        wait_all(lab.r2, "backup", 5)
        took.append(time.monotonic() - begun)
        wait_all(lab.r1, "active", 0)
        wait_pairs(lab)
    print("yielded after, s:", took)
    assert max(took) < 0.25, took


@pytest.mark.untimed
def test_returning_router_says_which_mac_its_own_address_has(lab):
    start(lab, True)
    mend = away(lab, lab.r2, lab.r1, 0.2)
    with Capture(lab.r2, "eth0", "icmp6 or arp", "out") as capture:
        mend()
        wait_all(lab.r2, "backup", 5)
        time.sleep(1.3)
        seen = capture.stop()
    ours = [f for f in seen if f.haslayer("ARP") and
            f["ARP"].psrc == lab.r2.address == f["ARP"].pdst]
    ours6 = [f for f in seen if f.haslayer("ICMPv6ND_NA") and
             f["IPv6"].dst == "ff02::1" and
             f["ICMPv6ND_NA"].tgt == lab.r2.link_local]
    for own in ours, ours6:
        assert len(own) == 7, [f.summary() for f in seen]
        assert {f.src for f in own} == {lab.r2.mac()}


@pytest.mark.untimed
def test_returning_router_of_a_multicast_network_says_nothing(lab):
    lab.start_pair()
    lab.wait_pair()
    mend = lab.port_down(lab.r2)
    lab.r2.wait_state("initialize", 5)
    with Capture(lab.r2, "eth0", "arp", "out") as capture:
        mend()
        lab.r2.wait_state("backup", 5)
        time.sleep(0.5)
        seen = capture.stop()
    assert [f for f in seen if f["ARP"].psrc == f["ARP"].pdst] == []
