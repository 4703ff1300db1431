"""Who is Active, and what becomes of addresses and devices."""

import signal
import time

import pytest

from lab import (VIP, VMAC, VRID, active_down_interval_ms, vrrpd_conf,
                 wait_for)

MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))


def stays(condition, seconds, what):
    """condition() holds all this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert condition(), what
        time.sleep(0.01)


@MODES
def test_election_higher_priority_is_active(lab, virtual_mac):
    # r2 first, so that r1 does not win by being early.
    for router, priority in ((lab.r2, 100), (lab.r1, 200)):
        router.start_vrrpd(vrrpd_conf(priority=priority, advert_int=1,
                                      virtual_mac=virtual_mac))
    lab.wait_pair()
    lab.answered()
    assert VIP in lab.r1.addresses()
    assert VIP not in lab.r2.addresses()


def test_election_lone_router_is_active_after_active_down_interval(lab):
    started = time.monotonic()
    lab.r1.start_vrrpd(vrrpd_conf(priority=100, advert_int=10))
    lab.r1.wait_state("active", 10)
    lab.answered()
    # V-61: not before three intervals and a skew have passed.
    assert (time.monotonic() - started) * 1000 >= \
        active_down_interval_ms(100, 10) * 0.95


def test_election_equal_priorities_end_with_one_active(lab):
    lab.start_pair(priorities=(100, 100), advert_int=10)
    wait_for(lambda: sorted((lab.r1.state(), lab.r2.state())) ==
             ["active", "backup"], 10, "one Active")
    active = lab.r1 if lab.r1.state() == "active" else lab.r2
    stays(lambda: active.state() == "active", 0.5, "the Active stays")


def test_election_returning_better_router_preempts(lab):
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=1))
    lab.r2.wait_state("active")
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1))
    lab.wait_pair()
    lab.answered()
    assert VIP not in lab.r2.addresses()


def test_election_without_preempt_the_active_stays(lab):
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=10))
    lab.r2.wait_state("active")
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=10,
                                  extra="preempt = no"))
    lab.r1.wait_state("backup")
    stays(lambda: lab.r1.state() == "backup" and lab.r2.state() == "active",
          0.5, "nobody moves")


def test_election_instances_on_one_interface_are_independent(lab):
    other = "192.0.2.60"
    for router, first, second in ((lab.r1, 200, 100), (lab.r2, 100, 200)):
        router.start_vrrpd(
            vrrpd_conf(name="a", priority=first, advert_int=1) +
            vrrpd_conf(name="b", priority=second, advert_int=1, vrid=52,
                       addresses=(other + "/24",)))
    lab.r1.wait_state("active", name="a")
    lab.r2.wait_state("active", name="b")
    lab.r1.wait_state("backup", name="b")
    lab.r2.wait_state("backup", name="a")
    lab.answered()
    assert VIP in lab.r1.addresses() and other in lab.r2.addresses()
    assert VIP not in lab.r2.addresses() and other not in lab.r1.addresses()


@MODES
def test_vrrpd_sigterm_leaves_no_address_and_no_device(lab, virtual_mac):
    before = {r.name: (set(r.links()), r.addresses()) for r in lab.routers}
    lab.start_pair(advert_int=1, virtual_mac=virtual_mac)
    lab.wait_pair()
    for router in lab.routers:
        assert router.vrrpd.stop(signal.SIGTERM) == 0
        assert (set(router.links()), router.addresses()) == \
            before[router.name]
        assert not router.vrrpd_sock.exists()


def test_vrrpd_sigint_is_a_clean_exit(lab):
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1))
    lab.r1.wait_state("active")
    assert lab.r1.vrrpd.stop(signal.SIGINT) == 0
    assert VIP not in lab.r1.addresses()


def test_vrrpd_after_kill_starts_again_over_its_leftovers(lab):
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    lab.r1.vrrpd.stop(signal.SIGKILL)
    lab.r2.wait_state("active")
    lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())
    lab.wait_pair()
    lab.answered()
    assert lab.r1.vrrpd.stop() == 0
    assert set(lab.r1.links()) == {"lo", "eth0"}


@pytest.mark.parametrize("program", ("vrrpd", "bfdd"))
def test_daemon_twice_on_one_socket_is_refused(lab, program):
    router = lab.r1
    if program == "vrrpd":
        first = router.start_vrrpd(vrrpd_conf(advert_int=1))
        second = router.start_vrrpd(vrrpd_conf(advert_int=1), wait=False)
    else:
        first = router.start_bfdd()
        second = router.start_bfdd(wait=False)
    assert second.wait(10) == 1
    assert first.alive()
    assert "sock" in second.log()


def test_active_answers_arp_with_the_virtual_mac_only(lab):
    """V-70: never the MAC of the interface for a virtual address."""
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    from lab import Capture
    from scapy.layers.l2 import ARP, Ether

    def replies_of(frames):
        return [f for f in frames if f[ARP].psrc == VIP]

    with Capture(lab.client, "eth0", "arp") as capture:
        for _ in range(5):
            lab.client.ip("neigh", "flush", "all")
            lab.answered()
        wait_for(lambda: len(replies_of(capture.so_far())) >= 5, 5,
                 "five replies were captured")
        replies = replies_of(capture.stop())
    assert {f[ARP].hwsrc for f in replies} == {VMAC}
    assert {f[Ether].src for f in replies} == {VMAC}
    neighbour = lab.client.ip("neigh", "show", VIP)
    assert "lladdr " + VMAC in neighbour


def test_active_adverts_have_the_wire_form_of_rfc9568(lab):
    """V-1..V-12: Ethernet, IP and VRRP header of an advert."""
    from lab import Capture
    from scapy.layers.inet import IP
    from scapy.layers.l2 import Ether
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    with Capture(lab.client, "eth0", "ip proto 112") as capture:
        time.sleep(0.3)
        frames = capture.stop()
    assert 15 <= len(frames) <= 45
    for frame in frames:
        ip = frame[IP]
        assert frame[Ether].src == VMAC
        assert frame[Ether].dst == "01:00:5e:00:00:12"
        assert (ip.src, ip.dst, ip.ttl) == ("192.0.2.1", "224.0.0.18", 255)
        body = bytes(ip.payload)[:12]
        assert body[:6] == bytes((0x31, VRID, 200, 1, 0, 1))
        assert body[8:12] == bytes(map(int, VIP.split(".")))
