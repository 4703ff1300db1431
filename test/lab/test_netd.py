"""vrrpd-net: what may wait for the kernel is not the engine's to wait for."""

import os
import pathlib
import signal

from lab import vrrpd_conf, wait_for

COUNT = 25


def conf(count, priority=200):
    return "".join(
        vrrpd_conf(name="i%d" % vrid, vrid=vrid, priority=priority,
                   advert_int="1s", addresses=("10.1.0.%d/32" % vrid,))
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
    router.start_vrrpd(conf(count))
    wait_for(lambda: {i["state"] for i in router.call("show")["instances"]} ==
             {"active"}, 15, "all Active")


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
    os.kill(net, signal.SIGCONT)
    wait_for(lambda: lab.r1.state("i3") == "active", 15, "active again")
    assert len(devices(lab.r1)) == 3


def test_vrrpd_net_that_dies_is_started_again_and_does_the_rest(lab):
    start(lab.r1, 3)
    net = net_pid(lab.r1)
    os.kill(net, signal.SIGSTOP)
    reload(lab.r1, 1)
    wait_for(lambda: len(lab.r1.call("show")["instances"]) == 1, 5, "reload")
    os.kill(net, signal.SIGKILL)
    wait_for(lambda: len(devices(lab.r1)) == 1, 15, "the devices are gone")
    assert net_pid(lab.r1) not in (None, net)
    assert lab.r1.state("i1") == "active"


def test_stop_leaves_no_device(lab):
    start(lab.r1)
    assert lab.r1.vrrpd.stop() == 0
    assert devices(lab.r1) == []
