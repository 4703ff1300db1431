"""vrrpd-net: what may wait for the kernel is not the engine's to wait for."""

import contextlib
import os
import pathlib
import signal
import time

from lab import START_CS, vrrpd_conf, wait_for

COUNT = 25


def conf(count, advert_int="1s"):
    return "".join(
        vrrpd_conf(name="i%d" % vrid, vrid=vrid, priority=200,
                   advert_int=advert_int, addresses=("10.1.0.%d/32" % vrid,))
        for vrid in range(1, count + 1))


def devices(router):
    return [name for name in router.links() if name.startswith("vr4-")]


def net_pid(router):
    """None: there is none just now."""
    for pid in router.vrrpd.children():
        comm = pathlib.Path("/proc/%d/comm" % pid)
        if comm.exists() and comm.read_text() == "vrrpd-net\n":
            return pid
    return None


def start(router, count=COUNT):
    """All Active, and slow; they begin as fast ones, like Lab.start_pair()."""
    router.start_vrrpd(conf(count, START_CS))
    wait_for(lambda: {i["state"] for i in router.call("show")["instances"]} ==
             {"active"}, 15, "all Active")
    reload(router, count)


def groups(router):
    return router.ip("maddr", "show", "dev", "eth0")


def transitions(router):
    stats = router.instance("i1")["statistics"]
    return stats["master-transitions"]


def reload(router, count):
    router.vrrpd_conf.write_text(conf(count))
    router.call("reload")


def test_removal_of_many_by_reload_touches_nobody_else(lab):
    start(lab.r1)
    engine, before = lab.r1.engine_pid(), transitions(lab.r1)
    reload(lab.r1, 1)
    wait_for(lambda: len(devices(lab.r1)) == 1, 15, "the devices are gone")
    assert lab.r1.engine_pid() == engine
    assert lab.r1.state("i1") == "active"
    assert transitions(lab.r1) == before


def test_device_comes_back_while_it_is_being_removed(lab):
    start(lab.r1, 3)
    net = net_pid(lab.r1)
    os.kill(net, signal.SIGSTOP)
    reload(lab.r1, 2)
    # The first answers until its time is over, and is removed then.
    wait_for(lambda: "10.1.0.3" not in lab.r1.addresses(), 15,
             "withdrawn")
    reload(lab.r1, 3)
    wait_for(lambda: lab.r1.instance("i3")["state"] != "backup", 5, "waits")
    # Replaced by now, since it was stopped; that one does both.
    wait_for(lambda: lab.r1.state("i3") == "active", 15, "active again")
    assert len(devices(lab.r1)) == 3


def test_vrrpd_net_that_dies_is_started_again_and_does_the_rest(lab):
    start(lab.r1, 3)
    net = net_pid(lab.r1)
    os.kill(net, signal.SIGSTOP)
    reload(lab.r1, 1)
    wait_for(lambda: len(lab.r1.call("show")["instances"]) == 1, 5, "reload")
    with contextlib.suppress(ProcessLookupError):
        os.kill(net, signal.SIGKILL)
    wait_for(lambda: len(devices(lab.r1)) == 1, 15, "the devices are gone")
    assert net_pid(lab.r1) not in (None, net)
    assert lab.r1.state("i1") == "active"


def test_added_instance_shows_that_its_device_is_being_made(lab):
    start(lab.r1, 1)
    net = net_pid(lab.r1)
    os.kill(net, signal.SIGSTOP)
    reload(lab.r1, 2)
    assert lab.r1.instance("i2")["waiting-for"] == "its device is being made"
    assert lab.r1.state("i1") == "active"
    # A stopped one is replaced, and the wish carried out by the next.
    wait_for(lambda: lab.r1.state("i2") == "active", 15, "made and Active")
    assert net_pid(lab.r1) not in (None, net)
    assert len(devices(lab.r1)) == 2


def test_group_is_joined_by_vrrpd_net_and_belongs_to_the_engine(lab):
    """The first IPv6 instance of an interface, while vrrpd-net is stopped."""
    lab.ipv6()
    start(lab.r1, 1)
    net = net_pid(lab.r1)
    os.kill(net, signal.SIGSTOP)
    lab.r1.vrrpd_conf.write_text(conf(1) + vrrpd_conf(
        name="six", vrid=61, virtual_mac=False,
        addresses=("fe80::61/64", "2001:db8::61/64")))
    lab.r1.call("reload")
    assert lab.r1.instance("six")["waiting-for"] == \
        "its group is being joined on eth0"
    assert "ff02::12" not in groups(lab.r1)
    # A stopped one is replaced, and asked again.
    wait_for(lambda: lab.r1.state("six") == "active", 15, "joined and Active")
    assert "ff02::12" in groups(lab.r1)
    net = net_pid(lab.r1)
    os.kill(net, signal.SIGKILL)
    wait_for(lambda: net_pid(lab.r1) not in (None, net), 5, "another one")
    assert "ff02::12" in groups(lab.r1)
    assert lab.r1.state("i1") == lab.r1.state("six") == "active"
    # The next engine joins before its loop turns.
    assert lab.r1.vrrpctl("restart").returncode == 0
    wait_for(lambda: lab.r1.state("six") == "active", 15, "restarted")
    assert "ff02::12" in groups(lab.r1)


def test_device_that_somebody_removes_comes_back_at_once(lab):
    lab.start_pair(advert_int=100)
    lab.wait_pair()
    moved = len(lab.r1.transitions())
    for count, how in enumerate(("del", "down"), 1):
        device = devices(lab.r1)[0]
        lab.r1.ip("link", "del" if how == "del" else "set", device,
                  *([] if how == "del" else ["down"]))
        wait_for(lambda: lab.r1.instance()["statistics"]
                 ["addresses-restored"] == count, 5, "restored")
        lab.answered()
    assert len(lab.r1.transitions()) == moved
    assert lab.r1.state() == "active"
    assert "was removed by someone else" in lab.r1.vrrpd.log()


def lost(lab, seconds, deed, undo):
    """Answers that a client misses while something is stopped."""
    lab.start_pair(advert_int=100)
    lab.wait_pair()
    before = [len(r.transitions()) for r in lab.routers]
    with lab.meter() as meter:
        deed()
        time.sleep(seconds)
        undo()
        time.sleep(1)
        report = meter.stop()
    assert [len(r.transitions()) for r in lab.routers] == before
    assert lab.r1.instance()["statistics"]["addresses-restored"] == 0
    return [o for o in report["outages"]
            if o["length-ms"] > report["worst-gap-us"] / 1000 + 5]


def test_stopped_vrrpd_net_is_replaced_and_no_address_runs_out(lab):
    stopped = []

    def stop():
        stopped.append(net_pid(lab.r1))
        os.kill(stopped[0], signal.SIGSTOP)

    assert lost(lab, 10, stop, lambda: None) == []
    assert 'vrrpd-net was killed for its silence why="is stopped"' in lab.r1.vrrpd.log()
    assert net_pid(lab.r1) not in (None, stopped[0])


def test_stopped_monitor_lets_no_address_run_out(lab):
    assert lost(lab, 6, lambda: os.kill(lab.r1.vrrpd.pid, signal.SIGSTOP),
                lambda: os.kill(lab.r1.vrrpd.pid, signal.SIGCONT)) == []


def test_restart_leaves_no_device_of_an_instance_that_still_answers(lab):
    start(lab.r1, 3)
    reload(lab.r1, 1)
    assert len(devices(lab.r1)) == 3
    assert lab.r1.vrrpctl("restart").returncode == 0
    wait_for(lambda: len(devices(lab.r1)) == 1, 15, "the devices are gone")
    assert lab.r1.state("i1") == "active"


def test_stop_leaves_no_device(lab):
    start(lab.r1)
    assert lab.r1.vrrpd.stop() == 0
    assert devices(lab.r1) == []
