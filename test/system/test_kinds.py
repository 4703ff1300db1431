"""Interfaces of every kind: a virtual router on it works, or the word is said."""

import kinds
import pytest


GOOD = ["veth", "vlan", "qinq", "bond", "vlan-over-bond", "team", "bridge",
        "vrf", "vlan-in-vrf", "macvlan-bridge", "macvlan-private",
        "macvlan-vepa"]


@pytest.mark.parametrize("kind", GOOD)
def test_kind_works_in_both_modes_and_families(lab, kind):
    interface = kinds.build(lab, kind)
    kinds.start(lab, interface)
    for name in kinds.ADDRESSES:
        lab.r2.wait_state("backup", 20, name)
    kinds.answers(lab)
    lab.r1.vrrpd.kill_all(9)
    for name in kinds.ADDRESSES:
        lab.r2.wait_state("active", 30, name)
    kinds.answers(lab)


def test_bond_changes_its_port_while_active(lab):
    """The address follows the port, and no router moves."""
    interface = kinds.build(lab, "bond")
    kinds.start(lab, interface)
    before = [lab.r1.transitions(n) for n in kinds.ADDRESSES]
    lab.r1.ip("link", "set", "bond0", "type", "bond", "active_slave", "eth1")
    kinds.answers(lab)
    lab.r1.ip("link", "set", "eth1", "down")        # and back, by itself
    kinds.answers(lab)
    assert [lab.r1.transitions(n) for n in kinds.ADDRESSES] == before


def test_team_changes_its_port_while_active(lab):
    interface = kinds.build(lab, "team")
    kinds.start(lab, interface)
    before = [lab.r1.transitions(n) for n in kinds.ADDRESSES]
    kinds.use_team_port(lab.r1, "eth1")
    kinds.answers(lab)
    assert [lab.r1.transitions(n) for n in kinds.ADDRESSES] == before


# Made where nobody else is: the interface, and what it has to be told.
REFUSED = {
    "br0-port": ("link add lan0 type bridge", "link set eth0 master lan0",
                 "eth0", "write interface = lan0"),
    "bond-port": ("link add bond0 type bond", "link set eth0 down",
                  "link set eth0 master bond0", "eth0",
                  "write interface = bond0"),
    "team-port": ("link add team0 type team", "link set eth0 down",
                  "link set eth0 master team0", "eth0",
                  "write interface = team0"),
    "vrf": ("link add red type vrf table 10", "link set red up", "red",
            "write the interface in it"),
    "lo": ("link set lo up", "lo", "device = lo"),
    "wireguard": ("link add wg0 type wireguard", "wg0", "device = wg0"),
    "gre": ("link add g0 type gre local 192.0.2.1 remote 192.0.2.2", "g0",
            "device = g0"),
    "ipip": ("link add i0 type ipip local 192.0.2.1 remote 192.0.2.2", "i0",
             "device = i0"),
    "sit": ("link add s0 type sit local 192.0.2.1 remote 192.0.2.2", "s0",
            "device = s0"),
    "tun": ("tuntap add t0 mode tun", "t0", "device = t0"),
    "ipvlan-l3": ("link add iv0 link eth0 type ipvlan mode l3", "iv0",
                  "use mode l2"),
    "noarp": ("link set eth0 arp off", "eth0", "ip link set eth0 arp on"),
}
# The same, with a virtual MAC alone.
NO_DEVICE = {
    "ipvlan-l2": ("link add iv0 link eth0 type ipvlan mode l2", "iv0",
                  "write virtual_mac = no"),
    "passthru": ("link add mv0 link eth0 type macvlan mode passthru", "mv0",
                 "write virtual_mac = no"),
}
WORKS = {
    "dummy": ("link add d0 type dummy", "d0", ""),
    "tap": ("tuntap add t0 mode tap", "t0", ""),
    "vxlan": ("link add x0 type vxlan id 5 dstport 4789 local 192.0.2.1",
              "x0", ""),
}


def made(router, lines):
    """The kernel knows the kind."""
    try:
        router.ip_batch(*lines)
    except kinds.lablib.LabError as error:
        if "Unknown device type" not in str(error):
            raise
        return False
    return True


def check(node, text):
    """What vrrpctl says of this file."""
    path = node.dir / "checked.conf"
    path.write_text(text)
    done = node.vrrpctl("check", str(path))
    assert done.returncode == 0
    return done.stderr


def test_kinds_that_bear_none_are_named_with_the_word_to_write(labs):
    """In `vrrpctl check` and, where it appears later, in `show`."""
    for name, (*lines, interface, word) in {**REFUSED, **NO_DEVICE}.items():
        router = labs(1).r1
        with_mac = kinds.config(interface, 100, ["v4m"])
        without = kinds.config(interface, 100, ["v4a"])
        # What is made of eth0 has to be there first, before a device of ours.
        if interface == "eth0":
            router.ip_batch(*lines)
        router.start_vrrpd(with_mac)
        if interface != "eth0" and not made(router, lines):
            print("not in this kernel: " + name)
            continue
        assert word in check(router, with_mac), name
        assert (word in check(router, without)) == (name in REFUSED), name
        router_waits_with(router, word)
        router.vrrpd.stop()


def router_waits_with(router, word):
    kinds.lablib.wait_for(
        lambda: word in router.instance("v4m").get("waiting-for", ""), 10,
        lambda: "%r is said: %s" % (word, router.instance("v4m")))


@pytest.mark.parametrize("kind", ["ipvlan-l2", "macvlan-passthru"])
def test_kinds_without_a_device_work_without_a_virtual_mac(lab, kind):
    interface = kinds.build(lab, kind)
    kinds.start(lab, interface, ["v4a", "v6a"])
    kinds.answers(lab, ["v4a", "v6a"])


def test_kinds_without_a_device_auto_goes_without(lab):
    interface = kinds.build(lab, "ipvlan-l2")
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_vrrpd(kinds.lablib.vrrpd_conf(
            name="v4m", interface=interface, priority=priority,
            advert_int=kinds.ADVERT_CS, virtual_mac="auto",
            addresses=(kinds.ADDRESSES["v4m"] + "/24",)))
    lab.r1.wait_state("active", 30, "v4m")
    assert lab.r1.instance("v4m").get("virtual-mac-device") in (None, "")
    kinds.answers(lab, ["v4m"])


@pytest.mark.parametrize("kind", sorted(WORKS))
def test_kinds_on_which_nobody_else_is(labs, kind):
    *lines, interface, _ = WORKS[kind]
    router = labs(1).r1
    router.ip_batch(*lines, "link set %s up" % interface,
                    "address add 192.0.2.9/24 dev %s" % interface)
    router.sysctl("net.ipv6.conf.%s.accept_dad" % interface, 0)
    router.ip("address", "add", "fe80::9/64", "dev", interface, "nodad")
    text = kinds.config(interface, 100)
    assert check(router, text) == ""
    router.start_vrrpd(text)
    if kind == "tap":                   # nobody has opened it: no carrier
        kinds.lablib.wait_for(lambda: "no carrier" in router.instance(
            "v4m")["waiting-for"], 10, "it waits for a carrier")
        return
    for name, vip in kinds.ADDRESSES.items():
        router.wait_state("active", 30, name)
        assert kinds.ping(router, vip, 1) == 1


def test_a_port_that_is_released_bears_it_again(labs):
    router = labs(1).r1
    router.ip_batch("link add lan0 type bridge", "link set eth0 master lan0")
    router.start_vrrpd(kinds.config("eth0", 100, ["v4m"]))
    router_waits_with(router, "write interface = lan0")
    router.ip("link", "set", "eth0", "nomaster")
    router.wait_state("active", 20, "v4m")
