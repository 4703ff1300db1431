"""Hosts as they are: other settings, names, addresses and routes than the lab's.

Whatever is on a host that is not ours must stay as it is, and the virtual
address must answer, from one router.
"""

import shutil
import signal
import socket
import struct
import time

import pytest

import frames
from lab import (BUILD, Capture, GLOBAL, NETWORK, VIP, VIP6, VIP6_LOCAL, VMAC,
                 vrrpd_conf, wait_for)
from test_failover import MODES

VIPS6 = (VIP6_LOCAL + "/64", VIP6 + "/64")


def device(router, name="web"):
    return router.instance(name)["virtual-mac-device"]


def told(lab, address):
    """The MACs that answer ARP for an address, asked five times."""
    asker = lab.client.mac()
    with Capture(lab.client, "eth0", "arp", "in") as capture, \
            lab.client.open_socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("eth0", 0))
        for _ in range(5):
            sock.send(bytes(frames.arp_request(asker, NETWORK + ".100",
                                               address)))
            time.sleep(0.1)
        return {f["ARP"].hwsrc for f in capture.stop() if f.haslayer("ARP") and
                f["ARP"].op == 2 and f["ARP"].psrc == address}


# What a device answers in the other family

def test_host_ipv6_device_answers_no_arp(lab):
    """Linux answers ARP for every address of the host on each of its devices."""
    lab.ipv6()
    lab.r1.start_vrrpd(vrrpd_conf(addresses=VIPS6))
    lab.r1.wait_state("active")
    own = NETWORK + ".1"
    assert told(lab, own) == {lab.r1.mac()}


def test_host_ipv4_device_answers_no_solicitation(lab):
    lab.ipv6()
    lab.r1.start_vrrpd(vrrpd_conf())
    lab.r1.wait_state("active")
    for address in (GLOBAL + "1", "fe80::1%eth0"):
        lab.client.ip("neigh", "flush", "dev", "eth0")
        assert lab.client.run("ping", "-6", "-c", "1", "-W", "2", address,
                              check=False).returncode == 0
    assert VMAC not in lab.client.ip("-6", "neigh", "show")
    assert lab.r1.mac() in lab.client.ip("-6", "neigh", "show")


@pytest.mark.parametrize("family", (4, 6))
def test_host_proxy_arp_for_the_whole_host_is_not_the_devices(lab, family):
    lab.ipv6()
    for key in ("all.proxy_arp", "all.forwarding", "default.proxy_arp"):
        lab.r1.sysctl("net.ipv4.conf." + key, 1)
    lab.r1.start_vrrpd(vrrpd_conf() if family == 4 else
                       vrrpd_conf(addresses=VIPS6))
    lab.r1.wait_state("active")
    assert told(lab, NETWORK + ".77") <= {lab.r1.mac()}
    assert told(lab, NETWORK + ".2") == {lab.r2.mac()}


# Which own address is the source

def source(router, name="web"):
    return router.instance(name)["primary-address"]


def test_host_two_link_locals_the_lowest_whatever_the_kernels_order(lab):
    """The kernel dumps them and tells of them in opposite orders."""
    lab.ipv6()
    r1 = lab.r1
    r1.ip("address", "add", "fe80::a/64", "dev", "eth0", "nodad")
    r1.start_vrrpd(vrrpd_conf(addresses=VIPS6))
    r1.wait_state("active")
    assert source(r1) == "fe80::1"
    assert r1.instance()["primary-address-reason"] == "lowest"
    assert "fe80::1 (the lowest)" in r1.vrrpctl("show", "web").stdout


@MODES
def test_host_source_is_the_same_after_a_link_flap_and_a_restart(
        lab, virtual_mac):
    """The kernel's own link-local address is first there, when a cable comes."""
    lab.ipv6()
    r1 = lab.r1
    r1.ip("address", "flush", "dev", "eth0", "scope", "link")
    r1.ip("link", "set", "eth0", "addrgenmode", "eui64")
    r1.ip("link", "set", "eth0", "down")
    r1.ip("link", "set", "eth0", "up")
    wait_for(lambda: "fe80" in r1.ip("address", "show", "eth0"), 5,
             "the kernel's link-local address")
    r1.ip("address", "add", "fe80::1/64", "dev", "eth0", "nodad")
    r1.start_vrrpd(vrrpd_conf(addresses=VIPS6, virtual_mac=virtual_mac))
    r1.wait_state("active")
    assert source(r1) == "fe80::1"
    r1.ip("link", "set", "eth0", "down")
    r1.wait_state("initialize")
    r1.ip("link", "set", "eth0", "up")
    r1.wait_state("active")
    wait_for(lambda: source(r1) not in ("fe80::1", ""), 5, "the kernel's")
    r1.ip("address", "add", "fe80::1/64", "dev", "eth0", "nodad")
    wait_for(lambda: source(r1) == "fe80::1", 5, "the one before is back")
    assert "own address=fe80::1 instead of" in r1.vrrpd.log()
    r1.wait_state("active")
    r1.vrrpctl("restart", check=True)
    r1.wait_state("active")
    assert source(r1) == "fe80::1"


def test_host_ipv4_address_of_scope_link_is_no_source(lab):
    r1 = lab.r1
    r1.ip("address", "flush", "dev", "eth0")
    r1.ip("address", "add", "169.254.1.1/16", "dev", "eth0", "scope", "link")
    r1.ip("address", "add", NETWORK + ".1/24", "dev", "eth0")
    r1.start_vrrpd(vrrpd_conf())
    r1.wait_state("active")
    assert source(r1) == NETWORK + ".1"
    assert r1.instance()["primary-address-reason"] == "scope"


# The host's own address beside ours

@pytest.mark.parametrize("promote", (0, 1))
@pytest.mark.parametrize("way", ("handover", "stop", "kill"))
def test_host_own_address_that_came_after_ours_stays(lab, promote, way):
    """Whoever renews it takes it away and gives it again: ours is first then,
    and takes it along when it goes, however it goes."""
    own = NETWORK + ".1"
    for router in lab.routers:
        router.sysctl("net.ipv4.conf.eth0.promote_secondaries", promote)
        router.ip("address", "add", "198.51.100.%s/24" % router.name[1:],
                  "dev", "eth0")
    lab.start_pair(advert_int=10, virtual_mac=False)
    r1 = lab.r1
    r1.wait_state("active")
    r1.ip("address", "delete", own + "/24", "dev", "eth0")
    wait_for(lambda: VIP in r1.addresses("eth0"), 5, "ours is there")
    r1.ip("address", "add", own + "/24", "dev", "eth0", "label", "eth0:own")
    source_of = lambda: r1.ip("route", "get", NETWORK + ".100")
    wait_for(lambda: "src %s " % own in source_of(), 5, source_of)
    if way == "handover":
        r1.vrrpctl("handover", "web", check=True)
        lab.r2.wait_state("active")
    elif way == "stop":
        r1.vrrpd.stop()
    else:
        r1.vrrpd.kill_all(signal.SIGKILL)
    wait_for(lambda: VIP not in r1.addresses("eth0"), 10, "ours is gone")
    assert own in r1.addresses("eth0")
    assert "eth0:own" in r1.ip("address", "show", "eth0")


# Routes that are not ours, and the source of the host's own connections

OTHER6 = "2001:db8:5::"


def route(router, prefix, interface):
    return router.ip("-6", "route", "show", prefix, "dev", interface)


@MODES
def test_host_route_of_another_interface_stays(lab, virtual_mac):
    """An address of ours beside one of the host, which had its route first."""
    lab.ipv6()
    for router in lab.routers:
        port, number = "q-" + router.name, router.name[1:]
        lab.switch.ip("link", "add", port, "type", "veth", "peer", "name",
                      "eth1", "netns", router.netns)
        lab.switch.ip("link", "set", port, "up")
        router.ip("link", "set", "eth1", "up")
        router.ip("address", "add", OTHER6 + number + "/64", "dev", "eth1",
                  "nodad")
        router.start_vrrpd(vrrpd_conf(
            priority=200 if number == "1" else 100, advert_int=10,
            addresses=(VIP6_LOCAL + "/64",), virtual_mac=virtual_mac,
            extra="virtual_address %s50/64 { device = eth1 }" % OTHER6))
    r1 = lab.r1
    r1.wait_state("active")
    wait_for(lambda: OTHER6 + "50" in r1.addresses("eth1", "inet6"), 5, "ours")
    assert "expires" not in route(r1, OTHER6 + "/64", "eth1")
    # The host's own goes, and comes again.
    r1.ip("address", "del", OTHER6 + "1/64", "dev", "eth1")
    r1.ip("address", "add", OTHER6 + "1/64", "dev", "eth1", "nodad")
    time.sleep(2.5)
    assert "expires" not in route(r1, OTHER6 + "/64", "eth1")
    r1.vrrpctl("handover", "web", check=True)
    lab.r2.wait_state("active")
    r1.wait_state("backup")
    assert OTHER6 + "/64" in route(r1, OTHER6 + "/64", "eth1")
    lab.r2.vrrpd.stop()
    assert OTHER6 + "/64" in route(lab.r2, OTHER6 + "/64", "eth1")


def test_host_two_instances_in_one_prefix_share_its_route(lab):
    lab.ipv6()
    for router in lab.routers:
        better = router is lab.r1
        router.start_vrrpd("".join(vrrpd_conf(
            name=name, vrid=vrid, priority=200 if better else 100,
            virtual_mac=False, advert_int=10, addresses=(
                "fe80::%d/64" % vrid, OTHER6 + "%d/64" % vrid))
            for name, vrid in (("web", 51), ("db", 52))))
    for name in ("web", "db"):
        lab.r1.wait_state("active", name=name)
    wait_for(lambda: OTHER6 + "52" in lab.r1.addresses("eth0", "inet6"), 5,
             "both addresses")
    lab.r1.vrrpctl("handover", "web", check=True)
    lab.r1.wait_state("backup")
    assert OTHER6 + "/64" in route(lab.r1, OTHER6 + "/64", "eth0")
    lab.r1.vrrpctl("handover", "db", check=True)
    lab.r1.wait_state("backup", name="db")
    wait_for(lambda: OTHER6 not in route(lab.r1, OTHER6 + "/64", "eth0"), 5,
             "the last one takes it along")


def test_host_own_connections_do_not_choose_the_virtual_address(lab):
    """RFC 6724, rule 3: a deprecated address is the last choice."""
    lab.ipv6()
    vip = GLOBAL + "ff50"
    r1 = lab.r1
    r1.start_vrrpd(vrrpd_conf(addresses=(VIP6_LOCAL + "/64", vip + "/64"),
                              virtual_mac=False))
    r1.wait_state("active")
    for _ in range(3):
        wait_for(lambda: vip in r1.addresses("eth0", "inet6"), 5, "ours")
        chosen = r1.ip("-6", "route", "get", GLOBAL + "ff51")
        assert "src %s1 " % GLOBAL in chosen, chosen
        time.sleep(0.7)                         # and after it was lent anew
    assert lab.client.run("ping", "-6", "-c", "1", "-W", "2", vip,
                          check=False).returncode == 0


# Names

ALTNAME = "enp3s0f0"


@MODES
def test_host_interface_by_another_of_its_names(lab, virtual_mac):
    """systemd gives every card some; events tell of the first one only."""
    r1 = lab.r1
    r1.ip("link", "property", "add", "dev", "eth0", "altname", ALTNAME)
    lab.r2.start_bfdd()
    r1.start_bfdd()
    r1.start_vrrpd(vrrpd_conf(priority=200, interface=ALTNAME, advert_int=10,
                              virtual_mac=virtual_mac, bfd=NETWORK + ".2",
                              extra="track_interface %s { }" % ALTNAME))
    lab.r2.start_vrrpd(vrrpd_conf(advert_int=10, virtual_mac=virtual_mac,
                                  bfd=NETWORK + ".1"))
    lab.wait_pair(bfd=True)
    before = r1.transitions()
    for state in ("on", "off", "on"):
        r1.ip("link", "set", "eth0", "promisc", state)
    r1.ip("link", "set", "eth0", "mtu", "1400")
    time.sleep(1)
    assert r1.state() == "active"
    assert r1.transitions() == before
    assert r1.session(NETWORK + ".2")["state"] == "up"
    lab.answered()
    # That name is taken away, and given to nobody else.
    r1.ip("link", "property", "del", "dev", "eth0", "altname", ALTNAME)
    r1.wait_state("initialize")
    r1.ip("link", "property", "add", "dev", "eth0", "altname", ALTNAME)
    r1.wait_state("active")
    r1.vrrpd.stop()
    assert r1.run("cat", "/proc/sys/net/ipv4/conf/eth0/arp_ignore"
                  ).stdout == "0\n"


def test_host_settings_are_put_back_on_an_interface_that_was_renamed(lab):
    r1 = lab.r1
    r1.start_vrrpd(vrrpd_conf())
    r1.wait_state("active")
    r1.ip("link", "set", "eth0", "down")
    r1.ip("link", "set", "eth0", "name", "lan0")
    r1.wait_state("initialize")
    path = "/proc/sys/net/ipv4/conf/lan0/"
    wait_for(lambda: r1.run("cat", path + "arp_ignore", path + "arp_announce"
                            ).stdout == "0\n0\n", 5, "as before")


# What keeps a router from answering, and no setting of ours can cure

def alarms(router, name="web"):
    return {a["alarm"]: a for a in router.instance(name).get("alarms", [])}


def test_host_setting_of_all_that_silences_the_device_is_an_alarm(lab):
    r1 = lab.r1
    r1.start_vrrpd(vrrpd_conf())
    r1.wait_state("active")
    assert "host-setting" not in alarms(r1)
    r1.sysctl("net.ipv4.conf.all.arp_ignore", 8)
    found = wait_for(lambda: alarms(r1).get("host-setting"), 15, "the alarm")
    assert "sysctl -w net.ipv4.conf.all.arp_ignore=0" in found["text"]
    assert "all.arp_ignore" in r1.vrrpctl("show").stdout
    r1.sysctl("net.ipv4.conf.all.arp_ignore", 0)
    wait_for(lambda: "host-setting" not in alarms(r1), 15, "its end")
    lab.answered()


def rules(router):
    return router.ip("rule")


@pytest.mark.parametrize("way", ("stop", "handover", "kill"))
def test_host_that_answers_only_where_the_way_back_leads(lab, way):
    """all.arp_filter = 1: the way back leads through the device, by a rule."""
    for router in lab.routers:
        router.sysctl("net.ipv4.conf.all.arp_filter", 1)
    before = rules(lab.r1)
    lab.start_pair(advert_int=10)
    lab.wait_pair()
    assert told(lab, VIP) == {VMAC}
    assert told(lab, NETWORK + ".1") == {lab.r1.mac()}
    lab.answered()
    if way == "stop":
        lab.r1.vrrpd.stop()
        assert rules(lab.r1) == before
    elif way == "handover":
        # Somebody takes the rule away, and it is put back.
        lab.r1.ip("rule", "del", "from", VIP)
        wait_for(lambda: rules(lab.r1) != before, 10, "the rule again")
        lab.r1.vrrpctl("handover", "web", check=True)
        lab.r1.wait_state("backup")
        wait_for(lambda: rules(lab.r1) == before, 5, "no rule")
    else:
        lab.r1.vrrpd.kill_all(signal.SIGKILL)
        lab.r1.vrrpd.wait()
    lab.r2.wait_state("active")
    wait_for(lambda: told(lab, VIP) == {VMAC}, 10, "r2 answers")
    lab.answered()
    if way == "kill":
        # The rule of the one that died goes with the next one's.
        lab.r1.sysctl("net.ipv4.conf.all.arp_filter", 0)
        lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())
        lab.r1.wait_state("active")
        assert rules(lab.r1) == before
        lab.answered()


# As firewalld has it for IPv6; the manual of nft(8) for both.
STRICT = """table inet f {
    chain c {
        type filter hook prerouting priority 10
        icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
        fib saddr . mark . iif oif missing drop
    }
}
"""


def far_away(lab):
    """The client has addresses that the routers reach by it as their gateway."""
    lab.client.ip_batch("address add 203.0.113.9/32 dev lo",
                        "address add 2001:db8:f::9/128 dev lo")
    for router in lab.routers:
        router.ip("route", "add", "default", "via", NETWORK + ".100")
        router.ip("-6", "route", "add", "default", "via", GLOBAL + "100")


def answers(lab, target):
    """Asked from the network itself, and from far away."""
    source = "2001:db8:f::9" if ":" in target else "203.0.113.9"
    return all(lab.client.run("ping", "-n", "-c", "1", "-W", "0.4", *options,
                              target, check=False).returncode == 0
               for options in ((), ("-I", source)))


@pytest.mark.parametrize("early", (True, False), ids=("before", "after"))
def test_host_firewall_that_asks_for_the_way_back(lab, early):
    """It drops what comes by our device, unless the way back leads there."""
    lab.ipv6()
    far_away(lab)
    fence = lambda: [router.run("nft", "-f", "-", stdin=STRICT)
                     for router in lab.routers]
    before = [lab.r1.ip(*family, "rule") for family in ((), ("-6",))]
    if early:
        fence()
    for router in lab.routers:
        router.start_vrrpd("".join(vrrpd_conf(
            name=name, advert_int=10, addresses=addresses,
            priority=200 if router is lab.r1 else 100) for name, addresses in
            (("web", (VIP + "/24",)), ("six", VIPS6))))
    for name in ("web", "six"):
        lab.r1.wait_state("active", name=name)
    if not early:
        assert answers(lab, VIP) and answers(lab, VIP6)
        fence()
    for target in (VIP, VIP6):
        wait_for(lambda: answers(lab, target), 12, target + " answers")
    lab.answered()
    for name in ("web", "six"):
        lab.r1.vrrpctl("handover", name, check=True)
        lab.r2.wait_state("active", name=name)
        lab.r1.wait_state("backup", name=name)
    for target in (VIP, VIP6):
        wait_for(lambda: answers(lab, target), 12, target + " answers")
    assert before == [lab.r1.ip(*family, "rule") for family in ((), ("-6",))]
    lab.r2.run("nft", "flush", "ruleset")
    wait_for(lambda: before == [lab.r2.ip(*family, "rule") for family in
                                ((), ("-6",))], 12, "no rules of ours")
    assert answers(lab, VIP) and answers(lab, VIP6)


def test_host_address_of_ours_on_the_interface_is_removed_or_an_alarm(lab):
    """A keepalived that was killed leaves it there; whoever puts it there again
    is alive."""
    r2 = lab.r2
    r2.ip("address", "add", VIP + "/32", "dev", "eth0")
    lab.start_pair()
    lab.wait_pair()
    assert VIP not in r2.addresses()
    assert told(lab, VIP) == {VMAC}
    r2.ip("address", "add", VIP + "/32", "dev", "eth0")
    found = wait_for(lambda: alarms(r2).get("address-elsewhere"), 15, "alarm")
    assert "eth0" in found["text"]
    r2.ip("address", "del", VIP + "/32", "dev", "eth0")
    wait_for(lambda: "address-elsewhere" not in alarms(r2), 15, "its end")


def add_as_keepalived(router, address, interface):
    """With its mark (IFA_PROTO), which `ip` of Debian 12 has no word for."""
    index = router.links()[interface]["ifindex"]
    attribute = lambda kind, value: struct.pack("=HH", 4 + len(value),
                                                kind) + value
    packed = socket.inet_aton(address)
    body = struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, index) + \
        attribute(2, packed) + attribute(1, packed) + \
        attribute(11, b"\x12") + bytes(3)
    with router.open_socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.send(struct.pack("=IHHII", 16 + len(body), 20, 0x605, 1, 0) +
                  body)
        assert struct.unpack_from("=i", sock.recv(4096), 16) == (0,)


def test_host_address_of_ours_on_another_interface(lab):
    """What keepalived marked is removed; on lo it matters only where the interface
    answers for it."""
    r2 = lab.r2
    r2.ip_batch("link add eth9 type veth peer name eth9p", "link set eth9 up",
                "link set eth9p up")
    add_as_keepalived(r2, VIP, "eth9")
    lab.start_pair(advert_int=10, virtual_mac=False)
    lab.wait_pair()
    wait_for(lambda: VIP not in r2.addresses("eth9"), 5, "its removal")
    r2.ip("address", "add", VIP + "/32", "dev", "eth9")
    elsewhere = lambda: alarms(r2).get("address-elsewhere", {}).get("text", "")
    wait_for(lambda: "stands on eth9" in elsewhere(), 15, "alarm")
    r2.ip("link", "del", "eth9")
    r2.ip("address", "add", VIP + "/32", "dev", "lo")
    wait_for(lambda: "stands on lo" in elsewhere(), 15, "alarm of lo")
    assert "arp_ignore to 1" in elsewhere()
    r2.sysctl("net.ipv4.conf.eth0.arp_ignore", 1)
    wait_for(lambda: not elsewhere(), 15, "its end")


def leave_behind(router, name="vrrp.51"):
    """As a keepalived with use_vmac does that is killed."""
    router.ip_batch(
        "link add %s link eth0 address %s type macvlan mode private" % (
            name, VMAC), "link set %s up" % name,
        "address add %s/24 dev %s" % (VIP, name))


@MODES
def test_host_device_of_a_keepalived_that_was_killed(lab, virtual_mac):
    """It answers beside ours, and keeps ours from being up."""
    for router in lab.routers:
        leave_behind(router)
    lab.start_pair(advert_int=10, virtual_mac=virtual_mac)
    lab.wait_pair()
    for router in lab.routers:
        assert "vrrp.51" not in router.links()
        assert "leftover device=vrrp.51" in router.vrrpd.log()
    assert told(lab, VIP) == {VMAC if virtual_mac else lab.r1.mac()}
    lab.answered()


def test_host_device_of_somebody_else_is_named(lab):
    """Of a keepalived that runs, or of an administrator."""
    r1 = lab.r1
    leave_behind(r1)
    program = r1.dir / "keepalived"
    shutil.copy(shutil.which("sleep"), program)
    alive = r1.start("keepalived", program, "1000")
    r1.start_vrrpd(vrrpd_conf(advert_int=10))
    said = lambda text: wait_for(
        lambda: text in r1.vrrpctl("show", "web").stdout, 15, text)
    said("device vrrp.51 has the virtual MAC, and keepalived runs here (pid ")
    r1.vrrpd.stop()
    r1.start_vrrpd(vrrpd_conf(advert_int=10, virtual_mac=False))
    said(VIP + " stands on vrrp.51 as well")
    said("keepalived runs here (pid ")
    alive.stop()
    r1.vrrpd.stop()
    r1.ip("link", "set", "vrrp.51", "down")
    r1.ip("link", "set", "vrrp.51", "name", "lan-vip")
    r1.ip("link", "set", "lan-vip", "up")
    r1.start_vrrpd(vrrpd_conf(advert_int=10))
    said("remove it (ip link del lan-vip)")
    r1.ip("link", "del", "lan-vip")
    r1.wait_state("active")


def test_host_leftover_that_is_the_primary_takes_nobody_along(lab):
    r1 = lab.r1
    r1.sysctl("net.ipv4.conf.eth0.promote_secondaries", 0)
    r1.ip("address", "flush", "dev", "eth0")
    r1.ip("address", "add", VIP + "/24", "dev", "eth0")
    r1.ip("address", "add", NETWORK + ".1/24", "dev", "eth0")
    r1.start_vrrpd(vrrpd_conf())
    r1.wait_state("active")
    assert NETWORK + ".1" in r1.addresses("eth0")
    assert VIP not in r1.addresses("eth0")


# A container: what may be written there is less than on a host

def contained(router, *before):
    """vrrpd as it is started there."""
    script = router.dir / "contained"
    script.write_text("#!/bin/sh -e\n%sexec %s '%s' \"$@\"\n" % (
        "".join(line + "\n" for line in before[:-1]), before[-1],
        BUILD / "vrrpd/vrrpd"))
    script.chmod(0o755)
    return script


READ_ONLY = ("unshare -m sh -ec 'mount --bind /proc/sys /proc/sys; "
             "mount -o remount,ro,bind /proc/sys; exec \"$0\" \"$@\"'",)


def test_host_where_proc_sys_is_read_only(lab):
    """The IPv4 settings go another way; what cannot be is said with a way out."""
    r1 = lab.r1
    lab.ipv6()
    r1.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
    r1.start_vrrpd(vrrpd_conf(), program=contained(r1, *READ_ONLY))
    r1.wait_state("active")
    assert told(lab, VIP) == {VMAC}
    assert told(lab, NETWORK + ".1") == {r1.mac()}
    lab.answered()
    r1.vrrpd.stop()
    path = "/proc/sys/net/ipv4/conf/eth0/"
    assert r1.run("cat", path + "arp_ignore", path + "arp_announce"
                  ).stdout == "0\n0\n"
    # Of IPv6 rtnetlink sets none, so the host has to have them right.
    r1.sysctl("net.ipv6.conf.default.disable_ipv6", 0)
    r1.start_vrrpd(vrrpd_conf(addresses=VIPS6),
                   program=contained(r1, *READ_ONLY))
    wait_for(lambda: "virtual_mac = no" in r1.vrrpctl("show", "web").stdout,
             10, "the way out")
    r1.vrrpd.stop()
    checked = lambda: r1.run(contained(r1, *READ_ONLY), "-n", "-f",
                             r1.vrrpd_conf).stderr
    assert "/proc/sys is read-only here" in checked()
    for key, value in (("forwarding", 1), ("accept_ra", 0), ("autoconf", 0),
                       ("accept_dad", 0)):
        r1.sysctl("net.ipv6.conf.default." + key, value)
    assert "read-only" not in checked()
    r1.start_vrrpd(vrrpd_conf(addresses=VIPS6),
                   program=contained(r1, *READ_ONLY))
    r1.wait_state("active")


def test_host_two_daemons_in_pid_namespaces_of_their_own(lab):
    """Two pods on one network of the host: neither takes the other's device."""
    r1 = lab.r1
    r1.start_vrrpd(vrrpd_conf())
    r1.wait_state("active")
    mine = device(r1)
    theirs = mine.replace("-51-", "-52-")
    conf = r1.dir / "pod.conf"
    conf.write_text(vrrpd_conf(name="db", vrid=52,
                               addresses=(NETWORK + ".52/24",)))
    script = contained(r1, "unshare -p -f --kill-child --mount-proc")
    start_pod = lambda: r1.start("pod", script, "-f", conf, "-s",
                                 r1.dir / "pod.sock", "-b", r1.bfdd_sock,
                                 "-S", r1.dir / "pod-state")
    has = lambda vip, link: wait_for(
        lambda: link in r1.links() and vip in r1.addresses(link), 10,
        vip + " on " + link)
    pod = start_pod()
    has(NETWORK + ".52", theirs)
    has(VIP, mine)
    r1.vrrpd.stop()
    assert mine not in r1.links() and theirs in r1.links()
    r1.start_vrrpd(vrrpd_conf())
    r1.wait_state("active")
    has(NETWORK + ".52", theirs)
    pod.stop(signal.SIGKILL)                # what it had made is left
    assert theirs in r1.links()
    pod = start_pod()
    has(NETWORK + ".52", theirs)
    has(VIP, mine)


def test_host_where_root_cannot_give_files_away(lab):
    r1 = lab.r1
    r1.start_vrrpd(vrrpd_conf(), program=contained(
        r1, "setpriv --bounding-set=-chown --inh-caps=-chown"))
    r1.wait_state("active")
    assert r1.vrrpctl("show").returncode == 0
    assert "without CAP_CHOWN" in r1.vrrpd.log()
    lab.answered()


# The interface is itself a macvlan

@MODES
def test_host_interface_that_is_a_macvlan(lab, virtual_mac):
    """As in a container; the kernel puts our device beside it."""
    for router in lab.routers:
        own = NETWORK + "." + router.name[1:] + "/24"
        router.ip("address", "flush", "dev", "eth0")
        router.ip("link", "add", "mv0", "link", "eth0", "type", "macvlan",
                  "mode", "bridge")
        router.ip("link", "set", "mv0", "up")
        router.ip("address", "add", own, "dev", "mv0")
        router.start_vrrpd(vrrpd_conf(
            priority=200 if router is lab.r1 else 100, interface="mv0",
            advert_int=10, virtual_mac=virtual_mac))
    lab.wait_pair()
    lab.answered()
    # Both are Active for as long as the network is apart.
    mend = lab.cut(lab.r1)
    lab.r2.wait_state("active")
    mend()
    lab.r2.wait_state("backup")
    lab.r1.wait_state("active")
    lab.answered()
    # A crash, and another start.
    lab.r1.vrrpd.kill_all(signal.SIGKILL)
    lab.r1.vrrpd.wait()
    lab.r2.wait_state("active")
    lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())
    lab.r1.wait_state("active")
    lab.r2.wait_state("backup")
    lab.answered()
    # And one after which nobody starts, nor has a configuration.
    r1 = lab.r1
    r1.vrrpd.kill_all(signal.SIGKILL)
    r1.vrrpd.wait()
    assert ("vr4-51" in r1.ip("link")) == virtual_mac
    assert arp_ignore(r1, "mv0") == int(virtual_mac)
    done = r1.run(BUILD / "vrrpd/vrrpd", "-c", "-f", r1.dir / "no.conf", "-s",
                  r1.vrrpd_sock, check=False)
    assert done.returncode == 0, done.stderr
    assert "vr4-51" not in r1.ip("link")
    assert arp_ignore(r1, "mv0") == 0


def arp_ignore(node, interface):
    return int(node.run("cat", "/proc/sys/net/ipv4/conf/%s/arp_ignore" %
                        interface).stdout)
