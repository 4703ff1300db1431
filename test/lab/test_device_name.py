"""virtual_mac_device: the name of the device with the virtual MAC is the user's."""

import signal

from lab import NETWORK, VIP, VMAC, vrrpd_conf, wait_for

EXTRA = "virtual_mac_device = %s"


def conf(router, name, **more):
    return vrrpd_conf(priority=more.pop("priority", 200), advert_int=10,
                      extra=EXTRA % name if name else "", **more)


def reload(router, text):
    router.vrrpd_conf.write_text(text)
    router.call("reload")


def named(router, name):
    """The device that has the virtual address, and is called so."""
    link = router.links().get(name)
    return link is not None and link["address"] == VMAC


def test_device_name_is_changed_while_it_serves(lab):
    lab.r1.start_vrrpd(conf(lab.r1, "web0"))
    lab.r1.wait_state("active")
    assert lab.r1.instance()["virtual-mac-device"] == "web0"
    assert lab.r1.addresses("web0") == {VIP}
    before = lab.r1.transitions()
    with lab.meter() as meter:
        meter.wait_ready()
        for name in ("web1", None, "web2"):
            reload(lab.r1, conf(lab.r1, name))
            wait_for(lambda: lab.r1.instance()["virtual-mac-device"] ==
                     (name or "vr4-51-%d" %
                      lab.r1.links()["eth0"]["ifindex"]), 5,
                     lambda: "the name is %s: %s" % (
                         name, lab.r1.instance()["virtual-mac-device"]))
            device = lab.r1.instance()["virtual-mac-device"]
            assert named(lab.r1, device)
            assert lab.r1.addresses(device) == {VIP}
        report = meter.stop()
    assert not report["outages"], report
    assert lab.r1.transitions() == before
    assert [n for n, l in lab.r1.links().items()
            if l["address"] == VMAC] == ["web2"]


def test_device_name_of_somebody_else_is_not_taken(lab):
    lab.r1.ip("link", "add", "web0", "type", "veth", "peer", "name", "far0")
    lab.r1.start_vrrpd(conf(lab.r1, "web0"))
    wait_for(lambda: "web0 exists and is not ours" in
             lab.r1.vrrpctl("show", "web").stdout, 10, "it says why it waits")
    reload(lab.r1, conf(lab.r1, "web1"))
    lab.r1.wait_state("active")
    # One that is taken later: the old name stays, and the address answers.
    reload(lab.r1, conf(lab.r1, "web0"))
    wait_for(lambda: "cannot be renamed to web0" in lab.r1.vrrpd.log(), 5,
             "it says that it cannot")
    assert lab.r1.addresses("web1") == {VIP}
    assert lab.r1.state() == "active"


def test_device_name_two_instances_swap_theirs(lab):
    """And one that gets another VRID keeps it."""
    def both(first, second, vrid=51):
        return (vrrpd_conf(name="a", advert_int=10, priority=200, vrid=vrid,
                           extra=EXTRA % first) +
                vrrpd_conf(name="b", advert_int=10, priority=200, vrid=52,
                           addresses=(NETWORK + ".52/24",),
                           extra=EXTRA % second))
    lab.r1.start_vrrpd(both("left", "right"))

    def has(first, second):
        for name in "ab":
            lab.r1.wait_state("active", name=name)
        wait_for(lambda: lab.r1.addresses(first) == {VIP} and
                 lab.r1.addresses(second) == {NETWORK + ".52"}, 10,
                 lambda: "%s and %s: %s" % (first, second, lab.r1.ip("addr")))
        wait_for(lambda: [lab.r1.instance(n)["virtual-mac-device"]
                          for n in "ab"] == [first, second], 5, "they know")
    has("left", "right")
    before = [lab.r1.transitions(n) for n in "ab"]
    reload(lab.r1, both("right", "left"))
    has("right", "left")
    assert [lab.r1.transitions(n) for n in "ab"] == before
    reload(lab.r1, both("right", "left", vrid=53))
    has("right", "left")
    assert lab.r1.links()["right"]["address"].endswith(":35")


def kill(router):
    router.vrrpd.kill_all(signal.SIGKILL)
    router.vrrpd.wait()
    router.close_ctl()


def test_device_name_of_a_run_that_was_killed_is_found(lab):
    """Whatever it was called; and where nobody wants it, it goes."""
    for first, second in (("web0", "web1"), ("web1", None), (None, "web0")):
        lab.r1.start_vrrpd(conf(lab.r1, first))
        lab.r1.wait_state("active")
        ifindex = lab.r1.links()[
            lab.r1.instance()["virtual-mac-device"]]["ifindex"]
        kill(lab.r1)
        lab.r1.start_vrrpd(conf(lab.r1, second))
        lab.r1.wait_state("active")
        device = lab.r1.instance()["virtual-mac-device"]
        assert device == second or second is None
        assert lab.r1.links()[device]["ifindex"] == ifindex
        assert lab.r1.addresses(device) == {VIP}
        kill(lab.r1)
        lab.r1.start_vrrpd(conf(lab.r1, None, vrid=99))
        lab.r1.wait_state("active")
        wait_for(lambda: not [n for n, l in lab.r1.links().items()
                              if l["address"] == VMAC], 5, "it is gone")
        lab.r1.vrrpd.stop()


def test_device_name_that_somebody_gives_is_followed(lab):
    lab.r1.start_vrrpd(conf(lab.r1, "web0"))
    lab.r1.wait_state("active")
    lab.r1.ip("link", "set", "web0", "name", "mine")
    wait_for(lambda: lab.r1.instance()["virtual-mac-device"] == "mine", 5,
             "it is known")
    lab.answered()
    assert lab.r1.addresses("mine") == {VIP}
    assert lab.r1.state() == "active"
    assert lab.r1.vrrpd.stop() == 0
    assert "mine" not in lab.r1.links()
