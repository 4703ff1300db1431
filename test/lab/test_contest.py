"""Two Actives meet: a healed partition, a number or an address used twice.

    r1 (better) ---- switch ====cable==== switch ---- r2
                                              \\------ client

While the cable is cut both are Active, and the client follows r2.  After the
heal nothing that the client or the second switch remembers points to r1, and
r1 has not changed its state.
"""

import contextlib
import time

import pytest

import frames
from lab import (Capture, Gap, Node, START_CS, VIP, VMAC, VRID, vrrpd_conf,
                 wait_for)

MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))


# An instance of each mode, and a client of each at once.
BOTH = {"web": (VRID, VIP, True), "plain": (VRID + 1, "192.0.2.51", False)}


def start_both(lab, advert_int=1, bfd=False):
    """r1 is Active and r2 its Backup in both; as Lab.start_pair()."""
    for router, peer, priority in ((lab.r1, lab.r2, 200),
                                   (lab.r2, lab.r1, 100)):
        if bfd:
            router.start_bfdd()
        router.start_vrrpd("".join(vrrpd_conf(
            name=name, vrid=vrid, addresses=(address + "/24",),
            virtual_mac=virtual_mac, priority=priority,
            advert_int=min(advert_int, START_CS),
            bfd=peer.address if bfd else None)
            for name, (vrid, address, virtual_mac) in BOTH.items()))
        wait_both(router, "active" if router is lab.r1 else "backup")
    if advert_int > START_CS:
        lab.change_advert_int(advert_int)
    wait_pairs(lab, bfd)


def wait_both(router, state):
    for name in BOTH:
        router.wait_state(state, 15, name)


def wait_pairs(lab, bfd=False):
    lab.wait_pair(bfd=bfd)
    wait_both(lab.r1, "active")
    wait_both(lab.r2, "backup")


def both_answer(lab):
    for _, address, _ in BOTH.values():
        lab.answered(target=address)


def heals(lab, mend, settle):
    """Milliseconds that the client of each is without answers, and the machine.

    mend() heals; settle() returns when each has one Active again.
    """
    gap = Gap(lab.client)
    with contextlib.ExitStack() as stack:
        meters = [stack.enter_context(lab.meter(target=address))
                  for _, address, _ in BOTH.values()]
        mend()
        settle()
        # Whatever is still to go wrong shows within some adverts.
        time.sleep(0.1)
        both_answer(lab)
        reports = [meter.stop() for meter in meters]
    slept = gap.stop()
    return [(max((o["length-ms"] for o in report["outages"]), default=0.0),
             max(slept, report["worst-gap-us"] / 1000 - 0.5))
            for report in reports]


def check(lengths):
    """The client's entry would age after seconds; one of them may be the
    machine's."""
    print("client away after a heal, ms:", lengths)
    for name, each in lengths.items():
        assert sorted(each)[-2] < 20, (name, lengths)


@pytest.mark.parametrize("bfd", (False, True), ids=("vrrp", "bfd"))
def test_client_of_the_loser_is_served_soon_after_the_heal(lab, bfd):
    """V-72, V-94: without waiting for the client's entry to age."""
    cable = lab.split(lab.r2, lab.client)
    # With BFD its return is what tells; the next advert is far away.
    start_both(lab, 100 if bfd else 1, bfd)
    lengths = {name: [] for name in BOTH}
    for _ in range(5):
        mend = lab.cut(cable)
        wait_both(lab.r2, "active")
        both_answer(lab)
        wait_both(lab.r1, "active")
        # What makes it hard in address mode: the client knows the loser.
        wait_for(lambda: lab.r2.mac() in lab.client.ip(
            "neigh", "show", "to", BOTH["plain"][1]), 5,
            lambda: "client follows r2: " + lab.client.ip("neigh"))
        for each, (longest, machine_ms) in zip(
                lengths.values(),
                heals(lab, mend, lambda: wait_pairs(lab, bfd))):
            each.append(max(0.0, longest - machine_ms))
    check(lengths)
    for name in BOTH:
        assert [t["cause"] for t in lab.r1.transitions(name)] == [
            "startup", "active-down-timer"], "r1 never left Active"


def test_client_is_served_soon_after_a_heal_in_two_steps(lab):
    """First only the loser is heard, so the winner announces into the void."""
    cable = lab.split(lab.r2, lab.client)
    start_both(lab)
    lengths = {name: [] for name in BOTH}
    for _ in range(4):
        to_r1 = lab.cut(cable, egress=False)
        to_r2 = lab.cut(cable, ingress=False)
        wait_both(lab.r2, "active")
        both_answer(lab)

        def mend():
            to_r1()
            time.sleep(0.13)
            to_r2()

        def settle():
            wait_pairs(lab)
            time.sleep(0.2)

        for each, (longest, _) in zip(lengths.values(),
                                      heals(lab, mend, settle)):
            each.append(longest)
    check(lengths)


@MODES
@pytest.mark.parametrize("unicast", (False, True), ids=("multicast",
                                                        "unicast"))
def test_loser_yields_at_the_first_advert_and_winner_announces(
        lab, virtual_mac, unicast):
    """Order on the wire; adverts are rare, so nothing but the contest acts."""
    cable = lab.split(lab.r2, lab.client)
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=START_CS, virtual_mac=virtual_mac,
            extra="unicast_peers = { %s }" % peer.address if unicast else
            ""))
        router.wait_state("active" if router is lab.r1 else "backup")
    lab.wait_pair()
    lab.change_advert_int(30)
    mend = lab.cut(cable)
    lab.r2.wait_state("active", 10)
    # Longer after the takeover than between two announcements of a contest.
    time.sleep(0.4)
    # Each at the far end of the cable, where only what crossed it is seen:
    # both have been sending into the cut cable all the time.
    with Capture(lab.switch, "p-cable2", "ip proto 112 or arp",
                 "in") as from_winner, \
            Capture(lab.switch, "p-r1", "ip proto 112", "out") as from_loser:
        mend()
        lab.r2.wait_state("backup", 5)
        wait_for(lambda: lab.r1.call("stats")["instances"][0]["statistics"]
                 ["contests"] > 0, 2, "r1 was told")
        time.sleep(0.05)
        seen = from_winner.stop()
        loser = [f for f in from_loser.stop()
                 if f["IP"].src == lab.r2.address]
    winner = [f for f in seen if f.haslayer("IP") and
              f["IP"].src == lab.r1.address]
    assert winner and loser
    announced = [f for f in seen if f.haslayer("ARP") and
                 f["ARP"].psrc == VIP == f["ARP"].pdst]
    # A second round, for the loser's last word may come after the first.
    after = [f for f in announced if f.time > loser[-1].time]
    assert after and len(announced) >= 2, [f.summary() for f in seen]
    assert {f["ARP"].hwsrc for f in after} == {
        VMAC if virtual_mac else lab.r1.mac()}
    first = min(winner[0].time, loser[0].time)
    assert loser[-1].time - first < 0.15, "before another advert is due"
    if virtual_mac and not unicast:
        # No switch may learn that the virtual MAC is still at the loser.
        yielding = [f for f in loser if f.time > winner[0].time]
        assert all(f.src != VMAC for f in yielding), yielding
    last = lab.r2.transitions()[-1]
    assert (last["to"], last["cause"]) == ("backup", "higher-priority")
    assert "contest instance=web source=%s priority=100 ours=200" % \
        lab.r2.address in lab.r1.vrrpd.log()


@pytest.mark.untimed
def test_winner_announces_when_its_bfd_session_comes_back(lab):
    """Only BFD was cut, so no advert tells of a contest."""
    lab.start_pair(bfd=True, advert_int=100)
    lab.wait_pair(bfd=True)
    mend = lab.cut_bfd(lab.r2)
    lab.r1.wait_session(lab.r2.address, "down")
    lab.r1.wait_state("active", 5)
    time.sleep(1.2)                     # the announcements of before
    with Capture(lab.client, "eth0", "arp src host " + VIP) as capture:
        mend()
        lab.r1.wait_session(lab.r2.address)
        wait_for(lambda: capture.path.stat().st_size > 24, 3, "announced")
        seen = capture.stop()
    assert all(f["ARP"].hwsrc == VMAC for f in seen)


@pytest.mark.parametrize("advert_int", (1, 25))
@pytest.mark.untimed
def test_one_primary_address_twice_is_no_storm(lab, advert_int):
    """V-96: both are Active, as nobody can decide; that is said."""
    lab.r2.ip("address", "flush", "dev", "eth0", "scope", "global")
    lab.r2.ip("address", "add", lab.r1.address + "/24", "dev", "eth0")
    for router in lab.routers:
        router.start_vrrpd(vrrpd_conf(priority=100, advert_int=advert_int))
    for router in lab.routers:
        router.wait_state("active", 10)
    with Capture(lab.client, "eth0", "ip proto 112") as capture:
        began = time.monotonic()
        time.sleep(1)
        seen = capture.stop()
        took = time.monotonic() - began
    # Each sends its regular ones, and at most one more per interval / 4.
    assert len(seen) <= 2 * (took / (advert_int * 0.01) + 1) * 1.5, len(seen)
    assert len(seen) >= 1
    for router in lab.routers:
        assert router.state() == "active"
        wait_for(lambda: "duplicate primary address" in router.vrrpd.log(), 5,
                 "it is said")
        conflict = router.instance()["conflict"]
        assert conflict["reason"] == "duplicate-primary-address"
        assert conflict["source"] == lab.r1.address
        assert router.vrrpd.log().count("duplicate primary address") <= 2


@pytest.mark.untimed
def test_number_used_by_a_foreign_pair_is_said_once_and_shown(lab):
    """Another virtual router with our number, better than ours."""
    lab.start_pair(advert_int=10)
    lab.wait_pair()
    evil = lab.add(Node(lab, "evil", "192.0.2.66"))
    lab.plug(evil)
    with evil.open_socket(17, 3) as sock:           # AF_PACKET, SOCK_RAW
        sock.bind(("eth0", 0))
        for _ in range(10):
            sock.send(frames.advert(vrid=VRID, priority=10, interval_cs=10,
                                    addresses=("192.0.2.77", "192.0.2.78")))
            time.sleep(0.02)
    assert lab.r1.state() == "active"
    conflict = lab.r1.instance()["conflict"]
    assert conflict["reason"] == "other-addresses"
    assert conflict["source"] == "192.0.2.66"
    assert conflict["virtual-addresses"] == ["192.0.2.77", "192.0.2.78"]
    assert conflict["count"] == 10
    said = [line for line in lab.r1.vrrpd.log().splitlines()
            if "conflict=other-addresses" in line]
    assert len(said) == 1, said
    assert "source=192.0.2.66" in said[0]
    assert "addresses=192.0.2.77,192.0.2.78" in said[0]
    text = lab.r1.vrrpctl("show", "web").stdout
    assert "192.0.2.66" in text and "192.0.2.77" in text, text
