"""Sync groups: two links, and what moves when one of them fails."""

import signal
import time

import pytest

from lab import NETWORK, VIP, vrrpd_conf, wait_for

BACK = "198.51.100"
BACK_VIP = BACK + ".50"


def plug_back(lab, router):
    """A second link between the routers, on a switch of its own."""
    switch = lab.switch
    if "br1" not in switch.links():
        switch.ip("link", "add", "br1", "type", "bridge", "stp_state", "0",
                  "forward_delay", "0", "mcast_snooping", "0")
        switch.ip("link", "set", "br1", "up")
    port = "q-" + router.name
    switch.ip("link", "add", port, "type", "veth", "peer", "name", "eth1",
              "netns", router.netns)
    switch.ip("link", "set", port, "master", "br1", "up")
    router.ip("address", "add", router.address.replace(NETWORK, BACK) + "/24",
              "dev", "eth1")
    router.ip("link", "set", "eth1", "up")


def conf(priority, extra="", extra_back=""):
    return (vrrpd_conf(name="web", priority=priority, advert_int=10,
                       extra=extra) +
            vrrpd_conf(name="back", priority=priority, advert_int=10,
                       interface="eth1", addresses=(BACK_VIP + "/24",),
                       extra=extra_back) +
            "group edge { members = { web, back } }\n")


def states(router):
    return {i["name"]: i["state"] for i in router.call("show")["instances"]}


def wait_all(router, state, timeout=10):
    wait_for(lambda: set(states(router).values()) == {state}, timeout,
             lambda: "%s is %s; now %s" % (router.name, state,
                                           states(router)))


@pytest.fixture
def pair(lab):
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        plug_back(lab, router)
        router.start_vrrpd(conf(priority))
    wait_all(lab.r1, "active")
    wait_all(lab.r2, "backup")
    return lab


def moves(lab):
    """Without their steps: a withdrawal may come later than the move."""
    return [[(t["to"], t["cause"], t["time"]) for t in r.transitions(n)]
            for r in (lab.r1, lab.r2) for n in ("web", "back")]


def stays(lab, first, second, seconds=1):
    before = moves(lab)
    time.sleep(seconds)
    assert set(states(lab.r1).values()) == {first}
    assert set(states(lab.r2).values()) == {second}
    assert before == moves(lab)


def test_group_is_shown(pair):
    assert pair.r1.instance("back")["group"] == "edge"
    assert "edge" in pair.r1.vrrpctl("show", "web").stdout


@pytest.mark.parametrize("interface, other", (("eth0", "back"),
                                              ("eth1", "web")))
def test_group_one_link_down_moves_every_member(pair, interface, other):
    pair.r1.ip("link", "set", interface, "down")
    wait_all(pair.r2, "active")
    wait_all(pair.r1, "initialize")
    assert {VIP, BACK_VIP} <= pair.r2.addresses()
    assert not {VIP, BACK_VIP} & pair.r1.addresses()
    assert interface in pair.r1.instance(other)["waiting-for"]
    last = pair.r1.transitions(other)[-1]
    assert (last["from"], last["to"], last["cause"]) == \
        ("active", "initialize", "group")
    # L-19: in the same turn of the loop.
    log = pair.r1.vrrpd.log()
    assert "cause=interface-down" in log and "cause=group" in log
    stays(pair, "initialize", "active")
    pair.r1.ip("link", "set", interface, "up")
    wait_all(pair.r1, "active")
    wait_all(pair.r2, "backup")
    stays(pair, "active", "backup")


def test_group_member_that_cannot_run_keeps_the_lone_router_out(lab):
    """The second interface does not exist: nothing is Active here."""
    lab.r1.start_vrrpd(conf(200))
    time.sleep(0.3)
    assert set(states(lab.r1).values()) == {"initialize"}
    assert "back" in lab.r1.instance("web")["waiting-for"]
    plug_back(lab, lab.r1)
    wait_all(lab.r1, "active")


def test_group_silent_cut_of_one_link_does_not_flap(pair):
    """The better router is heard on the other link and keeps all."""
    undo = pair.cut(pair.r1)
    stays(pair, "active", "backup", 1.5)
    undo()
    stays(pair, "active", "backup", 0.5)


def test_group_dead_router_is_replaced_whole(pair):
    pair.r1.vrrpd.kill_all(signal.SIGKILL)
    wait_all(pair.r2, "active")


def test_group_clean_exit_and_handover_move_all(pair):
    assert pair.r1.vrrpctl("handover", "back").returncode == 0
    wait_all(pair.r2, "active")
    wait_all(pair.r1, "backup")
    stays(pair, "backup", "active")
    assert pair.r2.vrrpd.stop(signal.SIGTERM) == 0
    wait_all(pair.r1, "active")


def test_group_disabled_member_takes_the_others_along(pair):
    pair.r1.vrrpctl("disable", "web", check=True)
    wait_all(pair.r1, "initialize")
    wait_all(pair.r2, "active")
    pair.r1.vrrpctl("enable", "web", check=True)
    wait_all(pair.r1, "active")


def test_group_reload_that_dissolves_and_makes_it(pair):
    r1 = pair.r1
    alone = conf(200).split("group")[0]
    r1.vrrpd_conf.write_text(alone)
    r1.vrrpctl("reload", check=True)
    assert "group" not in r1.instance("web")
    assert set(states(r1).values()) == {"active"}
    r1.vrrpd_conf.write_text(conf(200))
    r1.vrrpctl("reload", check=True)
    assert r1.instance("web")["group"] == "edge"
    stays(pair, "active", "backup", 0.3)


def counts(router):
    return [len(router.transitions(n)) for n in ("web", "back")]


def engine_replaced(pair, old):
    wait_for(lambda: pair.r1.engine_pid() not in (None, old), 5,
             "another engine")
    pair.r1.close_ctl()


def test_group_whose_engine_is_restarted(pair):
    """L-24: planned, nothing moves."""
    old, before = pair.r1.engine_pid(), counts(pair.r2)
    assert pair.r1.vrrpctl("restart").returncode == 0
    engine_replaced(pair, old)
    wait_all(pair.r1, "active", 2)
    stays(pair, "active", "backup", 0.5)
    assert counts(pair.r2) == before
    for name in ("web", "back"):
        assert [t["cause"] for t in pair.r1.transitions(name)] == ["restart"]


def test_group_whose_engine_is_killed(pair):
    """
    All of it moves and comes back, or nothing of it does: the will resigned, and
    the better router may be back (own-will) before the Backup's Skew_Time is over.
    """
    old, before = pair.r1.engine_pid(), counts(pair.r2)
    pair.r1.run("kill", "-9", str(old))
    engine_replaced(pair, old)
    wait_all(pair.r1, "active")
    wait_all(pair.r2, "backup")
    moved = [after - b for after, b in zip(counts(pair.r2), before)]
    assert moved in ([0, 0], [2, 2])
    if moved == [0, 0]:
        for name in ("web", "back"):
            assert pair.r1.transitions(name)[-1]["cause"] == "own-will"


@pytest.mark.parametrize("track", (True, False), ids=("tracked", "let be"))
def test_device_of_an_address_moves_the_instance(lab, track):
    """An address on another interface needs that one."""
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        plug_back(lab, router)
        router.start_vrrpd(vrrpd_conf(
            name="web", priority=priority, advert_int=10,
            extra="virtual_address %s/24 { device = eth1%s }" % (
                BACK_VIP, "" if track else "  track = no")))
    wait_all(lab.r1, "active")
    wait_all(lab.r2, "backup")
    lab.r1.ip("link", "set", "eth1", "down")
    if not track:
        time.sleep(0.5)
        assert states(lab.r1) == {"web": "active"}
        return
    wait_all(lab.r2, "active")
    wait_all(lab.r1, "initialize")
    assert lab.r1.transitions("web")[-1]["cause"] == "track-fault"
    lab.r1.ip("link", "set", "eth1", "up")
    wait_all(lab.r1, "active")
    wait_all(lab.r2, "backup")
