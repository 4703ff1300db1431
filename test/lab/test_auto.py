"""bfd auto: sessions that nobody configured (L-27, L-28, RFC 9468)."""

import json
import signal
import socket
import struct
import time

import pytest

from lab import START_CS, VIP, VIP6, VIP6_LOCAL, vrrpd_conf, wait_for

AUTO = "bfd auto { interval = 10ms  multiplier = 3 }"
FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))


SLOW = 100          # advert_int in centiseconds: BFD has to be the faster one


def conf(priority, ipv6=False, advert_int=SLOW, **options):
    if ipv6:
        options["addresses"] = (VIP6_LOCAL + "/64", VIP6 + "/64")
    options.setdefault("extra", AUTO)
    return vrrpd_conf(priority=priority, advert_int=advert_int, **options)


def address(router, ipv6=False):
    return router.link_local if ipv6 else router.address


@pytest.fixture
def lab3(labs):
    lab = labs(3)
    lab.r3 = lab.routers[2]
    return lab


def start(routers, ipv6=False):
    """Nothing configured but `bfd auto`; the first one becomes Active.

    They start fast and go on slowly, as Lab.start_pair() explains.
    """
    if ipv6:
        routers[0].lab.ipv6()
    for router, priority in zip(routers, (200, 150, 100)):
        router.start_bfdd()
        router.start_vrrpd(conf(priority, ipv6, START_CS))
        if router is routers[0]:
            router.wait_state("active")
    routers[0].lab.change_advert_int(SLOW, routers)


def peers(router):
    """What `show` says of each peer, by its address."""
    return {b["peer"]: b for b in router.instance()["bfd"]}


def wait_ready(backup, active, ipv6=False, timeout=15):
    """The Backup would take over by BFD if this Active died."""
    def ready():
        b = peers(backup).get(address(active, ipv6))
        # Up, and past the slow start: 10ms x 3, and at least three of them.
        return (b is not None and b["takeover"] == "ready" and
                b["detection-time-us"] <= 30000)

    backup.wait_state("backup")
    wait_for(ready, timeout, lambda: "%s is ready to follow %s: %s" % (
        backup.name, active.name, json.dumps(backup.instance())))


def sessions(router):
    return router.bfdd_call("show")["sessions"]


def takes_over_within_detection(lab, active, backup, ipv6=False):
    """A silent cut, and what the Backup says of it; returns the mend."""
    session = backup.session(address(active, ipv6))
    detection_us = session["detection-time-us"]
    adi_us = backup.instance()["active-down-interval-us"]
    mend = lab.cut(active)
    backup.wait_state("active", 5)
    last = backup.transitions()[-1]
    assert last["cause"] == "bfd-down", last
    steps = {s["step"]: s["us"] for s in last["steps"]}
    # From the last packet of the session; the machine itself may be late.
    assert steps["detected"] - steps["last-heard"] >= 0.9 * detection_us
    assert steps["detected"] - steps["last-heard"] < adi_us / 4
    return mend


# L-27 +, L-26 + one session, B-143 +
@FAMILIES
def test_auto_backup_opens_and_active_accepts(lab, ipv6):
    start([lab.r1, lab.r2], ipv6)
    wait_ready(lab.r2, lab.r1, ipv6)
    session = lab.r1.wait_session(address(lab.r2, ipv6))
    assert session["role"] == "passive"
    assert session["unsolicited"] is True
    assert session["local"] == address(lab.r1, ipv6)
    assert lab.r2.session(address(lab.r1, ipv6))["role"] == "active"
    assert peers(lab.r1)[address(lab.r2, ipv6)]["how"] == "passive"
    assert peers(lab.r2)[address(lab.r1, ipv6)]["how"] == "learned"
    for router in (lab.r1, lab.r2):
        assert len(sessions(router)) == 1
    takes_over_within_detection(lab, lab.r1, lab.r2, ipv6)


# Design 6: the session it accepted is one that its peer did not wait for
def test_auto_active_that_slept_is_fenced(lab):
    start([lab.r1, lab.r2])
    wait_ready(lab.r2, lab.r1)
    lab.r1.wait_session(lab.r2.address)
    sleepers = (lab.r1.vrrpd, lab.r1.bfdd)
    for process in sleepers:
        process.kill_all(signal.SIGSTOP)
    lab.r2.wait_state("active", 5)
    time.sleep(0.5)             # far less than three of its adverts
    for process in sleepers:
        process.kill_all(signal.SIGCONT)

    def fenced():
        return "fenced" in [t["cause"] for t in lab.r1.transitions()]

    wait_for(fenced, 2, "it gives way before it comes back")


# L-28 + roles swap, and nobody is unprotected
@FAMILIES
def test_auto_change_of_the_active_leaves_no_gap(lab, ipv6):
    start([lab.r1, lab.r2], ipv6)
    wait_ready(lab.r2, lab.r1, ipv6)
    lab.r2.call("set", name="web", priority=250)
    lab.r2.wait_state("active")
    lab.r1.wait_state("backup")
    # Heard once it is enough: the session was there already.
    wait_for(lambda: lab.r1.instance()["active-address"] ==
             address(lab.r2, ipv6), 5, "r1 follows r2")
    assert peers(lab.r1)[address(lab.r2, ipv6)]["takeover"] == "ready"
    assert len(sessions(lab.r1)) == len(sessions(lab.r2)) == 1
    for router, other in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        assert router.session(address(other, ipv6))["down-count"] == 0
    takes_over_within_detection(lab, lab.r2, lab.r1, ipv6)


# L-28 +, L-28 - the old Active is still known, and no more is made of it
def test_auto_three_routers_follow_the_active_and_back(lab3):
    r1, r2, r3 = routers = [lab3.r1, lab3.r2, lab3.r3]
    start(routers)
    wait_ready(r2, r1)
    wait_ready(r3, r1)
    assert len(sessions(r1)) == 2
    # They have never heard each other: there is nothing to know them by.
    assert len(sessions(r2)) == len(sessions(r3)) == 1
    mend = lab3.cut(r1)

    def successor():
        return next((r for r in (r2, r3) if r.state() == "active"), None)

    # Either may be first; the better one ends up as Active.
    assert wait_for(successor, 5, "somebody takes over").transitions()[-1][
        "cause"] == "bfd-down"
    r2.wait_state("active", 10)
    r3.wait_state("backup")
    wait_ready(r3, r2)
    mend()
    r1.wait_state("active")
    r2.wait_state("backup")
    wait_ready(r2, r1)
    wait_ready(r3, r1)
    # Now all know each other: the next change finds every session Up.
    for router in routers:
        for other in routers:
            if other is not router:
                router.wait_session(other.address)
    mend = takes_over_within_detection(lab3, r1, r2)
    wait_for(lambda: r3.instance()["active-address"] == r2.address, 5,
             "r3 follows r2")
    assert peers(r3)[r2.address]["takeover"] == "ready"
    assert r3.session(r2.address)["down-count"] == 0
    mend()


# L-27 + named on one side, auto on the other: one session
@pytest.mark.parametrize("named", ("r1", "r2"))
def test_auto_beside_a_configured_peer(lab, named):
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_bfdd()
        extra = AUTO if router.name != named else ""
        router.start_vrrpd(conf(priority, advert_int=START_CS, extra=extra,
                                bfd=peer.address if not extra else None))
        if router is lab.r1:
            router.wait_state("active")
    lab.change_advert_int(SLOW)
    wait_ready(lab.r2, lab.r1)
    lab.r1.wait_session(lab.r2.address)
    assert len(sessions(lab.r1)) == len(sessions(lab.r2)) == 1
    takes_over_within_detection(lab, lab.r1, lab.r2)


def first_packet(node, source, destination, ttl=255):
    """A BFD packet that would open a session, from this address."""
    packet = struct.pack("!BBBBIIIII", 0x20, 0x40, 3, 24, 7, 0, 1000000,
                         1000000, 0)
    with node.open_socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        sock.bind((source, 49999))
        sock.sendto(packet, (destination, 3784))


# B-142 +, B-142 -, B-147 -, B-140 -, L-27 - strangers
def test_auto_stranger_is_refused_and_counted(lab):
    lab.r1.start_bfdd()
    stranger = "198.51.100.7"
    lab.client.ip("address", "add", stranger + "/24", "dev", "eth0")
    # r1 could answer, and still it is not of the subnet of eth0.
    lab.r1.ip("route", "add", "198.51.100.0/24", "dev", "eth0")

    def discards(reason):
        show = lab.r1.bfdd_call("show")
        return show["statistics"]["discards"][reason]

    def refused(reason, *args, **options):
        before = discards(reason)
        first_packet(lab.client, *args, **options)
        wait_for(lambda: discards(reason) == before + 1, 5,
                 lambda: "%s is counted: %s" % (
                     reason, lab.r1.bfdd_call("show")["statistics"]))
        assert sessions(lab.r1) == []

    # Off until somebody asks.
    refused("no-session", lab.client.address, lab.r1.address)
    lab.r1.start_vrrpd(conf(200, advert_int=START_CS))
    lab.r1.wait_state("active")
    wait_for(lambda: lab.r1.bfdd_call("show")["passive"], 5, "it is offered")
    refused("passive-source", stranger, lab.r1.address)
    refused("ttl", lab.client.address, lab.r1.address, ttl=64)
    # To the virtual address, which is Active's today and another's tomorrow.
    refused("passive-source" if VIP in lab.r1.addresses("eth0") else
            "no-session", lab.client.address, VIP)
    # Nor from it, whoever has it now.
    lab.r1.vrrpctl("disable", "web", check=True)
    wait_for(lambda: VIP not in lab.r1.addresses(), 5, "r1 gave it up")
    lab.client.ip("address", "add", VIP + "/24", "dev", "eth0")
    refused("passive-source", VIP, lab.r1.address)
    lab.client.ip("address", "del", VIP + "/24", "dev", "eth0")
    lab.r1.vrrpctl("enable", "web", check=True)
    assert lab.r1.bfdd_call("show")["passive"][0]["refused-count"] >= 3
    # A neighbour is taken, and gone again when it says no more.
    first_packet(lab.client, lab.client.address, lab.r1.address)
    wait_for(lambda: lab.r1.session(lab.client.address), 5, "accepted")
    assert lab.r1.session(lab.client.address)["state"] != "up"
    wait_for(lambda: sessions(lab.r1) == [], 30, "abandoned")
    assert lab.r1.instance()["bfd"] == []


# L-22 +, L-27 - only while a VRID with auto is configured there
@pytest.mark.parametrize("how", ("stop", "reload"))
def test_auto_accepted_session_goes_with_the_offer(lab, how):
    start([lab.r1, lab.r2])
    wait_ready(lab.r2, lab.r1)
    downs = lab.r2.session(lab.r1.address)["down-count"]
    if how == "stop":
        lab.r2.call("set", name="web", priority=90)
        assert lab.r1.vrrpd.stop() == 0
    else:
        lab.r1.vrrpd_conf.write_text(conf(200, extra=""))
        lab.r1.call("reload")
    session = lab.r2.wait_session(lab.r1.address, "down")
    assert session["remote-state"] in ("admin-down", "down")
    assert session["reason"] == "remote-admin-down", session
    wait_for(lambda: sessions(lab.r1) == [], 5, "r1 has no session")
    assert lab.r1.bfdd_call("show")["passive"] == []
    if how == "reload":
        # AdminDown moves nobody, and no new session is accepted.
        time.sleep(1.2)
        assert lab.r2.state() == "backup"
        assert sessions(lab.r1) == []
    assert lab.r2.session(lab.r1.address)["down-count"] == downs + 1


# L-27 + a bfdd that comes back is told everything again
def test_auto_survives_a_restart_of_bfdd(lab):
    start([lab.r1, lab.r2])
    wait_ready(lab.r2, lab.r1)
    before = len(lab.r2.transitions()), len(lab.r1.transitions())
    assert lab.r1.bfdd.stop(signal.SIGTERM) == 0
    assert lab.r1.instance()["bfd"] == [] or \
        peers(lab.r1)[lab.r2.address]["state"] == "unknown"
    lab.r1.start_bfdd()
    wait_ready(lab.r2, lab.r1, timeout=20)
    lab.r1.wait_session(lab.r2.address)
    assert (len(lab.r2.transitions()), len(lab.r1.transitions())) == before


# L-26 + two VRIDs on one interface share what was learned
def test_auto_two_instances_share_the_session(lab):
    second = vrrpd_conf(name="db", vrid=52, priority=100,
                        advert_int=START_CS, addresses=("192.0.2.60/24",),
                        extra=AUTO)
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_bfdd()
        router.start_vrrpd(conf(priority, advert_int=START_CS) +
                           second.replace("= 100\n", "= %d\n" % priority, 1))
        if router is lab.r1:
            router.wait_state("active")
            router.wait_state("active", name="db")
    lab.change_advert_int(SLOW)
    wait_ready(lab.r2, lab.r1)
    wait_for(lambda: [b["takeover"] for b in
                      lab.r2.instance("db")["bfd"]] == ["ready"], 10,
             lambda: json.dumps(lab.r2.instance("db")))
    assert len(sessions(lab.r1)) == len(sessions(lab.r2)) == 1
    lab.cut(lab.r1)
    lab.r2.wait_state("active", 5)
    lab.r2.wait_state("active", 5, name="db")
    assert lab.r2.transitions("db")[-1]["cause"] == "bfd-down"


def show(router):
    return router.vrrpctl("show", "web", check=True).stdout


def test_auto_show_says_who_protects_whom(lab):
    lab.r1.start_bfdd()
    lab.r1.start_vrrpd(conf(200, advert_int=START_CS))
    lab.r1.wait_state("active")
    lab.change_advert_int(SLOW, [lab.r1])
    assert ("if this one dies  Backups know in 3s to 4s by VRRP: "
            "none has opened BFD") in show(lab.r1)
    lab.r2.start_bfdd()
    lab.r2.start_vrrpd(conf(100))
    wait_ready(lab.r2, lab.r1)
    assert ("if Active dies    takeover in <= 30 ms by BFD (%s)" %
            lab.r1.address) in show(lab.r2)
    bound = lab.r2.instance()["takeover-bound-us"]
    assert bound == lab.r2.session(lab.r1.address)["detection-time-us"]
    assert lab.r2.instance()["takeover-peer"] == lab.r1.address
    wait_for(lambda: ("if this one dies  %s knows in <= 30 ms by BFD" %
                      lab.r2.address) in show(lab.r1), 5,
             lambda: show(lab.r1))
    assert "passive  up" in show(lab.r1)
    # Without BFD: by VRRP, and why.
    assert lab.r2.bfdd.stop() == 0
    wait_for(lambda: "by VRRP: no BFD session" in show(lab.r2), 5,
             lambda: show(lab.r2))
    assert lab.r2.instance()["takeover-by"] == "vrrp"


# L-1 + at run time: what the sessions have agreed, not what was asked for here
def test_auto_show_warns_of_bfd_slower_than_vrrp(lab):
    slow = AUTO.replace("10ms", "50ms")
    lab.r1.start_bfdd()
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=2, extra=slow))
    lab.r1.wait_state("active")
    lab.r2.start_bfdd()
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=2, extra=AUTO))
    wait_for(lambda: "it finds out in 150 ms, VRRP in" in show(lab.r2), 15,
             lambda: show(lab.r2))
    assert lab.r2.instance()["takeover-by"] == "vrrp"
    assert "by VRRP: BFD is slower" in show(lab.r2)
