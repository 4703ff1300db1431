"""A router returns to a network that has forgotten it.

While its cable is out, the kernel of a peer that sends to it alone loses its
MAC, and looks for it once a second and no oftener.  So for up to a second after
the return nothing arrives: with short intervals that is many times the
Active_Down_Interval, and says nothing about the peer.
"""

import time

import pytest

from lab import VIP, VIP6, VIP6_LOCAL, Capture, vrrpd_conf, wait_for

FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))
MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))
BFD = pytest.mark.parametrize("bfd", (False, True), ids=("timer", "bfd"))


def start(lab, ipv6, virtual_mac, bfd=False, extra=""):
    if ipv6:
        lab.ipv6()
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        if bfd:
            router.start_bfdd()
        address = peer.link_local if ipv6 else peer.address
        router.start_vrrpd(vrrpd_conf(
            priority=priority, virtual_mac=virtual_mac,
            bfd=address if bfd else None,
            addresses=(VIP6_LOCAL + "/64", VIP6 + "/64") if ipv6 else
            (VIP + "/24",),
            extra="unicast_peers = { %s } %s" % (address, extra)))
        if router is lab.r1:
            router.wait_state("active", 20)
    lab.wait_pair(bfd=bfd, ipv6=ipv6)


def away(lab, router, other, phase):
    """The router's cable is out, and the other one has forgotten its MAC."""
    mend = lab.port_down(router)
    router.wait_state("initialize", 5)
    other.wait_state("active", 15)
    time.sleep(1)
    other.ip("neigh", "flush", "dev", "eth0")
    time.sleep(3 + phase)
    return mend


def became_active(router, since):
    return [t for t in router.transitions()[since:] if t["to"] == "active"]


# V-61 -: silence in which nobody could have been heard
@FAMILIES
@MODES
@BFD
@pytest.mark.untimed
def test_returning_lesser_router_is_not_active_from_deafness(
        lab, ipv6, virtual_mac, bfd):
    start(lab, ipv6, virtual_mac, bfd)
    for phase in (0.2, 0.6):
        mend = away(lab, lab.r2, lab.r1, phase)
        before = len(lab.r2.transitions())
        mend()
        lab.wait_pair(bfd=bfd, ipv6=ipv6)
        time.sleep(0.5)
        assert became_active(lab.r2, before) == [], lab.r2.vrrpd.log()
        assert lab.r1.state() == "active"


# V-79 +: one that is better, too, waits for as long as it was told to
@FAMILIES
@MODES
@pytest.mark.untimed
def test_returning_better_router_keeps_its_preempt_delay(
        lab, ipv6, virtual_mac):
    start(lab, ipv6, virtual_mac, extra="preempt_delay = 6s")
    mend = away(lab, lab.r1, lab.r2, 0.4)
    before = len(lab.r1.transitions())
    mend()
    lab.r1.wait_state("backup", 5)
    time.sleep(4)
    assert became_active(lab.r1, before) == [], lab.r1.vrrpd.log()
    assert lab.r2.state() == "active"
    lab.r1.wait_state("active", 10)


def is_lost(router, address):
    """The router's kernel looks for that neighbour in vain."""
    shown = router.ip("neigh", "show", "to", address, "dev", "eth0")
    return "FAILED" in shown or "INCOMPLETE" in shown


# V-71 +: they meet when the network does, and not up to a second later
@FAMILIES
@pytest.mark.untimed
def test_two_unicast_actives_meet_when_the_network_heals(lab, ipv6):
    """Nobody's carrier goes, so nobody can say anything when it is back."""
    for router in lab.routers:
        family = "ipv6" if ipv6 else "ipv4"
        router.sysctl("net.%s.neigh.eth0.base_reachable_time_ms" % family,
                      1000)
        router.sysctl("net.%s.neigh.eth0.delay_first_probe_time" % family, 1)
    start(lab, ipv6, True)
    one, two = [r.link_local if ipv6 else r.address
                for r in (lab.r1, lab.r2)]
    took = []
    for phase in (0.1, 0.35, 0.6, 0.85):
        mend = lab.cut(lab.r2)
        lab.r2.wait_state("active", 5)
        wait_for(lambda: is_lost(lab.r1, two) and is_lost(lab.r2, one), 20,
                 "both have lost each other")
        time.sleep(phase)
        mend()
        begun = time.monotonic()
        lab.r2.wait_state("backup", 5)
        took.append(time.monotonic() - begun)
        assert lab.r1.state() == "active"
        lab.wait_pair(ipv6=ipv6)
    print("yielded after, s:", took)
    assert max(took) < 0.25, took


@FAMILIES
@pytest.mark.untimed
def test_returning_router_says_which_mac_its_own_address_has(lab, ipv6):
    start(lab, ipv6, True)
    mend = away(lab, lab.r2, lab.r1, 0.2)
    with Capture(lab.r2, "eth0", "icmp6" if ipv6 else "arp", "out") as capture:
        mend()
        lab.r2.wait_state("backup", 5)
        time.sleep(1.3)
        seen = capture.stop()
    if ipv6:
        own = [f for f in seen if f.haslayer("ICMPv6ND_NA") and
               f["IPv6"].dst == "ff02::1" and
               f["ICMPv6ND_NA"].tgt == lab.r2.link_local]
    else:
        own = [f for f in seen if f["ARP"].psrc == lab.r2.address ==
               f["ARP"].pdst]
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
