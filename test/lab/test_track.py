"""What is tracked: links by BFD, interfaces, weights, and who is Active then.

    up ---eth1--- r1 ---eth0--- switch ---eth0--- r2
"""

import os
import signal
import time

import pytest

from lab import NETWORK, START_CS, Router, vrrpd_conf, wait_for

TRIALS = int(os.environ.get("LAB_TRIALS", 3))
UPLINK = "203.0.113"
PACE = "interval = 50ms  multiplier = 3"


def session(name, peer, interface):
    return "session %s { peer = %s  interface = %s  %s }\n" % (
        name, peer, interface, PACE)


def add_up(lab, links=1, router=None):
    """A router beyond r1, on so many links, that speaks BFD only."""
    router = router or lab.r1
    up = lab.add(Router(lab, "up-" + router.name, UPLINK + ".1"))
    for i in range(1, links + 1):
        router.ip("link", "add", "eth%d" % i, "type", "veth", "peer", "name",
                  "u%d" % i, "netns", up.netns)
        for node, name, host in ((router, "eth%d" % i, 2), (up, "u%d" % i, 1)):
            node.ip("address", "add", "203.0.%d.%d/24" % (112 + i, host),
                    "dev", name)
            node.ip("link", "set", name, "up")
    up.conf = "".join(session("s%d" % i, "203.0.%d.2" % (112 + i), "u%d" % i)
                      for i in range(1, links + 1))
    up.start_bfdd(up.conf)
    return up


def link(number=1, words="", pace=PACE):
    return "    bfd 203.0.%d.1 { role = link  interface = eth%d  %s  %s }\n" % (
        112 + number, number, pace, words)


def start(lab, extra, priorities=(200, 100), advert_int=10):
    """r1 with something to track, r2 without."""
    at_first = min(advert_int, START_CS)
    lab.r1.start_bfdd()
    lab.r1.start_vrrpd(vrrpd_conf(priority=priorities[0],
                                  advert_int=at_first, extra=extra))
    lab.r2.start_vrrpd(vrrpd_conf(priority=priorities[1],
                                  advert_int=at_first))
    lab.wait_pair()
    if at_first != advert_int:
        lab.change_advert_int(advert_int)


def track(router, name, kind="link"):
    for item in router.instance()["tracks"]:
        if (item["kind"], item["name"]) == (kind, name):
            return item
    raise AssertionError("%s does not track %s %s" % (router.name, kind, name))


def wait_track(router, name, state, kind="link", timeout=10):
    wait_for(lambda: track(router, name, kind)["state"] == state, timeout,
             lambda: "%s %s of %s is %s; now %s" % (
                 kind, name, router.name, state, track(router, name, kind)))


def count(router):
    return len(router.transitions())


def add_wan(router, name):
    """An interface that leads nowhere, and has a carrier when it is up."""
    router.ip("link", "add", name, "type", "veth", "peer", "name",
              name + "x")
    router.ip("link", "set", name + "x", "up")


# L-17 +
def test_track_link_down_is_a_fault_until_it_is_up(lab):
    up = add_up(lab)
    start(lab, link())
    assert track(lab.r1, UPLINK + ".1")["state"] == "up"
    up.bfdd.kill_all(signal.SIGKILL)
    up.bfdd.wait()
    instance = lab.r1.wait_state("initialize")
    assert "link 203.0.113.1 is down" in instance["waiting-for"]
    last = lab.r1.transitions()[-1]
    assert (last["from"], last["cause"]) == ("active", "track-fault")
    lab.r2.wait_state("active")
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"
    shown = lab.r1.vrrpctl("show", "web").stdout
    assert "link 203.0.113.1: down for" in shown
    assert "its BFD session timed out" in shown
    # It stays there for as long as the link is down.
    time.sleep(1)
    assert lab.r1.state() == "initialize"
    up.start_bfdd(up.conf)
    lab.wait_pair()
    assert [t["cause"] for t in lab.r1.transitions()[-2:]] == [
        "track-clear", "preempt"]


# L-17 -
def test_track_link_admin_down_and_lost_bfdd_move_nobody(lab):
    up = add_up(lab)
    start(lab, link())
    before = count(lab.r1)
    assert up.bfdd.stop() == 0          # AdminDown, then silence
    wait_for(lambda: "administratively" in (
        track(lab.r1, UPLINK + ".1")["reason"] or ""), 10, "r1 is told")
    assert track(lab.r1, UPLINK + ".1")["state"] == "up"
    up.start_bfdd(up.conf)
    lab.r1.wait_session(UPLINK + ".1")
    # L-21: ours dies, and another takes its place.
    lab.r1.bfdd.kill_all(signal.SIGKILL)
    lab.r1.bfdd.wait()
    wait_for(lambda: "bfdd" in (track(lab.r1, UPLINK + ".1")["reason"] or ""),
             10, "r1 knows that it knows nothing")
    lab.r1.start_bfdd()
    lab.r1.wait_session(UPLINK + ".1")
    wait_for(lambda: track(lab.r1, UPLINK + ".1")["reason"] is None, 10,
             "r1 knows again")
    assert count(lab.r1) == before


# L-17 + : whoever starts with a dead uplink does not take the address.
def test_track_link_that_never_comes_up_never_makes_an_active(lab):
    up = add_up(lab)
    up.bfdd.stop()
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=10))
    lab.r2.wait_state("active")
    lab.r1.start_bfdd()
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=10, extra=link()))
    # A reload that adds such a link does not take an Active down at first.
    # Each of the two is waited for for three seconds, at the same time.
    lab.r2.start_bfdd()
    lab.r2.vrrpd_conf.write_text(vrrpd_conf(
        priority=100, advert_int=10,
        extra="bfd 192.0.2.77 { role = link  weight = -5 }"))
    assert lab.r2.vrrpctl("reload").returncode == 0
    assert track(lab.r2, "192.0.2.77")["state"] == "unknown"
    wait_track(lab.r1, UPLINK + ".1", "down")
    assert "does not come up" in lab.r1.instance()["waiting-for"]
    assert lab.r1.transitions() == []
    assert lab.r2.state() == "active"
    wait_track(lab.r2, "192.0.2.77", "down")
    assert lab.r2.instance()["effective-priority"] == 95
    assert lab.r2.state() == "active"


# L-16 +
def test_track_link_weight_moves_the_address_and_back(lab):
    up = add_up(lab)
    start(lab, link(words="weight = -150"), advert_int=100)
    up.bfdd.kill_all(signal.SIGKILL)
    up.bfdd.wait()
    lab.r2.wait_state("active")
    # V-78: it did not wait for silence, which would be 3.6 s.
    last = lab.r2.transitions()[-1]
    assert last["cause"] == "preempt"
    instance = lab.r1.wait_state("backup")
    assert instance["effective-priority"] == 50
    assert track(lab.r1, UPLINK + ".1")["adds"] == -150
    assert "200, effective 50: -150 (link 203.0.113.1)" in (
        lab.r1.vrrpctl("show", "web").stdout)
    up.start_bfdd(up.conf)
    lab.wait_pair()
    assert lab.r1.instance()["effective-priority"] == 200


# L-16 +, L-16 - : never 0 and never 255, and back to what is configured.
def test_track_weights_are_clamped_and_recover(lab):
    add_wan(lab.r1, "wan0")
    add_wan(lab.r1, "wan1")
    for name in "wan0", "wan1":
        lab.r1.ip("link", "set", name, "up")
    start(lab, "    track_interface wan0 { weight = -254 }\n"
               "    track_interface wan1 { weight = 100 }\n")
    # -254 while wan0 is down, +100 while wan1 is up.
    assert lab.r1.instance()["effective-priority"] == 254
    lab.r1.ip("link", "set", "wan0", "down")
    lab.r1.ip("link", "set", "wan1", "down")
    wait_for(lambda: lab.r1.instance()["effective-priority"] == 1, 5,
             "200 and -254 are 1")
    lab.r2.wait_state("active")
    lab.r1.ip("link", "set", "wan0", "up")
    wait_for(lambda: lab.r1.instance()["effective-priority"] == 200, 5,
             "as configured, while wan1 is down")
    lab.wait_pair()
    lab.r1.ip("link", "set", "wan1", "up")
    wait_for(lambda: lab.r1.instance()["effective-priority"] == 254, 5,
             "all is as before")


# L-17 +, L-17 -
@pytest.mark.parametrize("number", (None, 1), ids=("all", "one"))
def test_track_links_fault_by_their_number(lab, number):
    up = add_up(lab, links=2)
    words = "" if number is None else "    link_down_number = %d\n" % number
    start(lab, link(1) + link(2) + words)
    up.ip("link", "set", "u1", "down")
    wait_track(lab.r1, "203.0.113.1", "down")
    if number is None:
        time.sleep(0.5)
        assert lab.r1.state() == "active"
        up.ip("link", "set", "u2", "down")
    lab.r1.wait_state("initialize")
    lab.r2.wait_state("active")
    up.ip("link", "set", "u1", "up")
    lab.wait_pair()


# L-17 + : when everybody's uplink is dead, somebody serves.
def test_track_last_resort_serves_on(lab):
    ups = [add_up(lab, router=r) for r in lab.routers]
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_bfdd()
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=10,
            extra=link() + "    last_resort = yes\n"))
    lab.wait_pair()
    ups[0].bfdd.kill_all(signal.SIGKILL)
    ups[0].bfdd.wait()
    lab.r2.wait_state("active")
    assert lab.r1.wait_state("backup")["effective-priority"] == 1
    ups[1].bfdd.kill_all(signal.SIGKILL)
    ups[1].bfdd.wait()
    wait_for(lambda: lab.r2.instance()["effective-priority"] == 1, 10,
             "r2 is the last resort")
    assert "the last resort" in lab.r2.vrrpctl("show", "web").stdout
    time.sleep(1)
    assert sorted(r.state() for r in lab.routers) == ["active", "backup"]
    ups[0].start_bfdd(ups[0].conf)
    lab.wait_pair()


# L-17 + : damped.
def test_track_link_returns_after_its_delay(lab):
    up = add_up(lab)
    start(lab, link(words="up_delay = 2s"))
    up.ip("link", "set", "u1", "down")
    lab.r1.wait_state("initialize")
    up.ip("link", "set", "u1", "up")
    lab.r1.wait_session(UPLINK + ".1")
    wait_for(lambda: "next-state" in track(lab.r1, UPLINK + ".1"), 5,
             "the delay runs")
    assert track(lab.r1, UPLINK + ".1")["next-state"] == "up"
    assert "up unless that changes within" in (
        lab.r1.vrrpctl("show", "web").stdout)
    assert lab.r1.state() == "initialize"
    lab.wait_pair()
    back = track(lab.r1, UPLINK + ".1")
    assert back["state"] == "up" and back["changes"] >= 3


# L-17 + : a fault of one member moves the group.
def test_track_link_of_one_member_moves_the_group(lab):
    up = add_up(lab)
    lab.r1.start_bfdd()
    two = [("web", 51, NETWORK + ".50"), ("dns", 52, NETWORK + ".52")]
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_vrrpd("".join(vrrpd_conf(
            name=name, vrid=vrid, priority=priority, advert_int=10,
            addresses=(vip + "/24",),
            extra=link() if name == "web" and router is lab.r1 else "")
            for name, vrid, vip in two) +
            "group both { members = { web, dns } }\n")
    for name, _, _ in two:
        lab.r1.wait_state("active", name=name)
        lab.r2.wait_state("backup", name=name)
    up.bfdd.kill_all(signal.SIGKILL)
    up.bfdd.wait()
    for name, _, _ in two:
        lab.r2.wait_state("active", name=name)
    assert lab.r1.transitions("web")[-1]["cause"] == "track-fault"
    assert lab.r1.transitions("dns")[-1]["cause"] == "group"
    up.start_bfdd(up.conf)
    for name, _, _ in two:
        lab.r1.wait_state("active", name=name)


# What a group tracks is a fault of every member, not of one for the others.
def test_track_of_a_group_is_of_every_member(lab):
    drain = lab.r1.dir / "drain"
    two = [("web", 51, NETWORK + ".50"), ("dns", 52, NETWORK + ".52")]
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_vrrpd("file drain { path = %s }\n" % (
            router.dir / "drain") + "".join(vrrpd_conf(
                name=name, vrid=vrid, priority=priority, advert_int=10,
                addresses=(vip + "/24",)) for name, vrid, vip in two) +
            "group both { members = { web, dns }  track_file drain { } }\n")
    for name, _, _ in two:
        lab.r1.wait_state("active", name=name)
        lab.r2.wait_state("backup", name=name)
    drain.touch()
    for name, _, _ in two:
        lab.r2.wait_state("active", name=name)
        assert lab.r1.transitions(name)[-1]["cause"] == "track-fault"
        assert lab.r1.instance(name)["tracks"][0]["group"] is True
    drain.unlink()
    for name, _, _ in two:
        lab.r1.wait_state("active", name=name)


# L-18 + : r2's own port fails, which takes peer and link from it at once.
def test_track_link_and_peer_that_fail_together_make_no_active(labs):
    lab = labs(routers=3)
    gateway = lab.routers[2]
    gateway.start_bfdd(session("a", NETWORK + ".1", "eth0") +
                       session("b", NETWORK + ".2", "eth0"))
    for router, peer, priority in ((lab.r1, lab.r2, 200),
                                   (lab.r2, lab.r1, 100)):
        router.start_bfdd()
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=START_CS,
            extra="bfd %s { role = peer  %s }\n"
                  "bfd %s { role = link  %s }\n" % (
                      peer.address, PACE, gateway.address, PACE)))
    lab.change_advert_int(100)
    for _ in range(TRIALS):
        lab.r1.wait_state("active")
        lab.r2.wait_state("backup")
        for peer in (lab.r1.address, gateway.address):
            lab.r2.wait_session(peer)
        wait_for(lambda: any(b.get("takeover") == "ready" for b in
                             lab.r2.instance()["bfd"]), 10, "r2 is ready")
        before = count(lab.r2)
        cut = lab.cut(lab.r2)
        lab.r2.wait_state("initialize")
        new = lab.r2.transitions()[before:]
        assert [t["to"] for t in new] == ["initialize"], new
        assert lab.r1.state() == "active"
        cut()
        lab.r2.wait_state("backup")
    # And the other way round: the link is fine, the Active is not.
    lab.r2.wait_session(lab.r1.address)
    wait_for(lambda: any(b.get("takeover") == "ready" for b in
                         lab.r2.instance()["bfd"]), 10, "r2 is ready")
    bound = lab.r2.instance()["takeover-bound-us"]
    assert bound == 201000              # 50 ms and the link's 150 ms and 1 ms
    lab.cut(lab.r1)
    lab.r2.wait_state("active")
    assert lab.r2.transitions()[-1]["cause"] == "bfd-down"


def priorities(lab, kind, extra):
    """Routers at 104, 105 and 106 that track something with weight -20."""
    for router, priority in zip(lab.routers, (104, 105, 106)):
        conf = ""
        if kind == "interface":
            add_wan(router, "thing")
            router.ip("link", "set", "thing", "up")
        else:
            conf = "file thing { path = %s }\n" % (router.dir / "drain")
        router.start_vrrpd(conf + vrrpd_conf(
            priority=priority, advert_int=10,
            extra="    track_%s thing { weight = -20 }\n%s" % (kind, extra)))


def spoil(router, kind):
    if kind == "interface":
        router.ip("link", "set", "thing", "down")
    else:
        (router.dir / "drain").touch()


def mend(router, kind):
    if kind == "interface":
        router.ip("link", "set", "thing", "up")
    else:
        (router.dir / "drain").unlink()


def wait_one(lab, router):
    router.wait_state("active")
    for other in lab.routers:
        if other is not router:
            other.wait_state("backup")


# L-16 +, V-78 +
@pytest.mark.parametrize("kind", ("interface", "file"))
def test_track_three_routers_take_turns_by_weight(labs, kind):
    lab = labs(routers=3)
    r104, r105, r106 = lab.routers
    priorities(lab, kind, "")
    wait_one(lab, r106)
    spoil(r106, kind)
    wait_one(lab, r105)
    spoil(r105, kind)
    wait_one(lab, r104)
    mend(r105, kind)
    wait_one(lab, r105)
    mend(r106, kind)
    wait_one(lab, r106)
    assert "active" not in [t["to"] for t in r104.transitions()[-1:]]


# V-78 - : a weight is a priority, and nobody preempts.
@pytest.mark.parametrize("kind", ("interface", "file"))
def test_track_three_routers_without_preemption_stay(labs, kind):
    lab = labs(routers=3)
    priorities(lab, kind, "    preempt = no\n")
    wait_for(lambda: sorted(r.state() for r in lab.routers) ==
             ["active", "backup", "backup"], 15, "one of them is Active")
    first = next(r for r in lab.routers if r.state() == "active")
    before = [count(r) for r in lab.routers]
    spoil(first, kind)
    wait_for(lambda: all(
        r.instance()["active-priority"] < 100 for r in lab.routers), 5,
        "everybody knows that it is worse")
    time.sleep(1)
    mend(first, kind)
    time.sleep(0.5)
    assert [count(r) for r in lab.routers] == before
    # A fault does move it, and the address then stays where it is.
    first.vrrpctl("disable", "web", check=True)
    others = [r for r in lab.routers if r is not first]
    wait_for(lambda: "active" in [r.state() for r in others], 10,
             "another one takes it")
    second = next(r for r in others if r.state() == "active")
    first.vrrpctl("enable", "web", check=True)
    first.wait_state("backup")
    time.sleep(1)
    assert second.state() == "active"
