"""IPv6 virtual routers: election, failover, neighbour discovery, the wire."""

import json
import time

import pytest

import frames
from lab import (Capture, GLOBAL, VIP, VIP6, VIP6_LOCAL, VMAC, VMAC6, run,
                 skew_ms, vrrpd_conf, wait_for)
from test_failover import MODES, measure
from test_wire import injector

VIPS6 = (VIP6_LOCAL + "/64", VIP6 + "/64")
LOCAL_TARGET = VIP6_LOCAL + "%eth0"
TARGETS = pytest.mark.parametrize("target", (VIP6, LOCAL_TARGET),
                                  ids=("global", "link-local"))


def start6(lab, bfd=False, **conf):
    lab.start_pair(bfd, ipv6=True, **conf)
    lab.wait_pair(bfd, ipv6=True)


def neighbour(node, address):
    """What this node's neighbour cache has of an address on eth0."""
    entries = json.loads(node.ip("-6", "-j", "neigh", "show", address, "dev",
                                 "eth0"))
    return entries[0] if entries else {}


def ping(node, address, **options):
    return node.run("ping", "-6", "-c", "1", "-W", "2", address,
                    check=False, **options).returncode == 0


def device(router):
    return router.instance()["virtual-mac-device"]


def adi6_ms(lab):
    return lambda: lab.r2.instance()["active-down-interval-us"] / 1000


def tshark(path, *fields):
    """A list of the fields of every frame; tshark checks every checksum."""
    args = []
    for field in fields:
        args += ["-e", field]
    out = run("tshark", "-r", str(path), "-o", "vrrp.v3_checksum_as_in_v2:FALSE",
              "-T", "fields", *args).stdout
    return [line.split("\t") for line in out.splitlines()]


# Election

# V-24 +, V-25 +, V-28 +
def test_ipv6_election_and_show(lab):
    start6(lab)
    up = lab.r1.instance()
    assert up["address-family"] == "ipv6"
    assert up["virtual-addresses"] == list(VIPS6)
    assert up["virtual-mac"] == VMAC6
    assert up["primary-address"] == lab.r1.link_local
    assert lab.r2.instance()["active-address"] == lab.r1.link_local     # V-24
    assert {VIP6, VIP6_LOCAL} <= lab.r1.addresses(device(lab.r1), "inet6")
    assert lab.r2.addresses(device(lab.r2), "inet6") == set()
    text = lab.r1.vrrpctl("show", "web").stdout
    assert "IPv6" in text and VIP6_LOCAL in text


# V-24 -
@pytest.mark.parametrize("larger", (1, 2))
def test_ipv6_equal_priorities_larger_link_local_wins(lab, larger):
    """V-24, V-74: were it made from the virtual MAC, there would be no tie to
    break."""
    start6(lab, priorities=(200, 100))
    first, second = lab.routers if larger == 1 else lab.routers[::-1]
    lab.r1.ip("address", "add", "fe80::%d/64" % (9 if larger == 1 else 0x11),
              "dev", "eth0", "nodad")
    mend = lab.cut(lab.r1)
    lab.r2.wait_state("active", 15)
    for router in lab.routers:
        router.vrrpctl("set", "web", "priority", "150", check=True)
    if larger == 1:
        # fe80::1 goes: the next one, fe80::9, is larger than fe80::2.
        lab.r1.ip("address", "del", "fe80::1/64", "dev", "eth0")
        wait_for(lambda: lab.r1.instance()["primary-address"] == "fe80::9", 5,
                 "r1's other link-local address is its primary one")
    mend()
    first.wait_state("active")
    second.wait_state("backup")


def test_ipv6_same_vrid_as_ipv4_is_another_router(lab):
    """V-120: two virtual routers, two MACs, each with its own Active."""
    lab.ipv6()
    for router, four, six in ((lab.r1, 200, 100), (lab.r2, 100, 200)):
        router.start_vrrpd(
            vrrpd_conf(name="four", priority=four) +
            vrrpd_conf(name="six", priority=six, addresses=VIPS6))
    lab.r1.wait_state("active", name="four")
    lab.r2.wait_state("active", name="six")
    lab.r1.wait_state("backup", name="six")
    lab.r2.wait_state("backup", name="four")
    assert ping(lab.client, VIP6)
    lab.answered(target=VIP)
    assert lab.client.ip("-j", "neigh", "show", VIP, "dev", "eth0").find(
        VMAC) >= 0
    assert neighbour(lab.client, VIP6)["lladdr"] == VMAC6


def test_ipv6_waits_for_a_link_local_address(lab):
    lab.ipv6()
    lab.r1.ip("address", "del", "fe80::1/64", "dev", "eth0")
    lab.r1.start_vrrpd(vrrpd_conf(addresses=VIPS6))
    waiting = wait_for(lambda: lab.r1.instance().get("waiting-for"), 5, "waits")
    assert "link-local" in waiting
    lab.r1.ip("address", "add", "fe80::1/64", "dev", "eth0", "nodad")
    lab.r1.wait_state("active", 5)
    lab.r1.ip("address", "del", "fe80::1/64", "dev", "eth0")
    lab.r1.wait_state("initialize", 5)


def test_ipv6_more_addresses_than_the_mtu_has_room_for(lab):
    """V-6: (1280 - 48) / 16 = 77."""
    lab.ipv6()
    many = [VIP6_LOCAL + "/64"] + ["%s1:%x/64" % (GLOBAL, i)
                                   for i in range(77)]
    lab.r1.ip("link", "set", "eth0", "mtu", "1280")
    lab.r1.start_vrrpd(vrrpd_conf(addresses=many))
    waiting = wait_for(lambda: lab.r1.instance().get("waiting-for"), 5, "waits")
    assert "MTU" in waiting and "77" in waiting
    lab.r1.ip("link", "set", "eth0", "mtu", "1500")
    lab.r1.wait_state("active", 5)


# Failover

@MODES
@TARGETS
def test_ipv6_failover_silent_cut(lab, virtual_mac, target):
    lab.start_pair(ipv6=True, advert_int=1, virtual_mac=virtual_mac)
    measure(lab, lambda: lab.cut(lab.r1), adi6_ms(lab), shortest_ms=20,
            target=target)
    assert lab.r2.transitions()[-1]["cause"] == "active-down-timer"


def test_ipv6_failover_silent_cut_with_bfd(lab):
    """The peer's link-local address: the session needs the interface."""
    lab.start_pair(bfd=True, ipv6=True, advert_int=100)
    measure(lab, lambda: lab.cut(lab.r1),
            lambda: lab.r2.session("fe80::1")["detection-time-us"] / 1000,
            bfd=True, ipv6=True, shortest_ms=15, target=VIP6)
    assert "bfd" in lab.r2.transitions()[-1]["cause"]


@MODES
def test_ipv6_failover_sigterm_takes_skew_time(lab, virtual_mac):
    lab.start_pair(ipv6=True, advert_int=1, virtual_mac=virtual_mac)

    def stop():
        assert lab.r1.vrrpd.stop() == 0
        return lambda: lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())

    measure(lab, stop, skew_ms(100, 1), target=VIP6)
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"


@MODES
def test_ipv6_failover_healed_partition_ends_with_one_active(lab, virtual_mac):
    start6(lab, advert_int=1, virtual_mac=virtual_mac)
    assert ping(lab.client, VIP6)
    mend = lab.cut(lab.r1)
    lab.r2.wait_state("active", 5)
    assert lab.r1.state() == "active"
    lab.answered(target=VIP6)
    mend()
    lab.wait_pair()
    # The client may have learned the loser: the winner says so again.
    lab.answered(timeout=3, target=VIP6)
    wait_for(lambda: VIP6 not in lab.r2.addresses(family="inet6"), 2,
             "r2 gave it up")
    owner = VMAC6 if virtual_mac else lab.r1.mac()
    assert neighbour(lab.client, VIP6)["lladdr"] == owner


def test_ipv6_unicast_peers(lab):
    """To the peer's link-local address, so through this interface."""
    lab.ipv6()
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_vrrpd(vrrpd_conf(
            priority=priority, addresses=VIPS6,
            extra="unicast_peers = { %s }" % peer.link_local))
    lab.wait_pair()
    with Capture(lab.switch, "p-r1", "ip6 proto 112", "in") as capture:
        time.sleep(0.2)
        seen = capture.stop()
    assert seen and {(f["IPv6"].src, f["IPv6"].dst, f["IPv6"].hlim)
                     for f in seen} == {(lab.r1.link_local,
                                         lab.r2.link_local, 255)}
    lab.cut(lab.r1)
    lab.r2.wait_state("active", 15)
    assert ping(lab.client, VIP6)


# Neighbour discovery

# V-88 +
@TARGETS
def test_ipv6_neighbour_cache_has_the_virtual_mac_and_router(lab, target):
    """From the answer to a solicitation, not from the announcement."""
    start6(lab)
    address = target.split("%")[0]
    lab.client.ip("-6", "neigh", "flush", "dev", "eth0")
    assert ping(lab.client, target)
    entry = neighbour(lab.client, address)
    assert entry["lladdr"] == VMAC6, entry
    assert "router" in entry, entry


def test_ipv6_announcement_updates_a_cache(lab):
    """V-86: without a virtual MAC it is all the client has."""
    start6(lab, virtual_mac=False)
    assert ping(lab.client, VIP6)
    assert neighbour(lab.client, VIP6)["lladdr"] == lab.r1.mac()
    lab.cut(lab.r1)
    lab.r2.wait_state("active", 15)
    wait_for(lambda: neighbour(lab.client, VIP6)["lladdr"] == lab.r2.mac(), 2,
             "the client knows r2's MAC")


@TARGETS
def test_ipv6_backup_reaches_the_virtual_address(lab, target):
    """Its own device, which hears nothing, must not swallow the answers."""
    start6(lab)
    assert ping(lab.r2, target)
    assert neighbour(lab.r2, target.split("%")[0])["lladdr"] == VMAC6


# V-92 +
def test_ipv6_addresses_are_usable_at_once(lab):
    """No DAD, on the device or the interface."""
    start6(lab)
    info = [a for a in lab.r1.links()[device(lab.r1)]["addr_info"]]
    assert len(info) == 2
    for address in info:
        assert address.get("nodad") and not address.get("tentative"), address


def test_ipv6_a_host_route_as_address_answers_link_local_clients(lab):
    """fe80::50 without a length: the way back is fe80::/64 all the same."""
    lab.ipv6()
    lab.r1.start_vrrpd(vrrpd_conf(addresses=(VIP6_LOCAL,)))
    lab.r1.wait_state("active")
    assert ping(lab.client, LOCAL_TARGET)


# V-89 +, V-88 -, V-89 -
def test_ipv6_solicitations_for_virtual_addresses_carry_the_virtual_mac(lab):
    """Whoever sends as a virtual address sends with its MAC, and
    nobody else advertises it."""
    start6(lab)
    with Capture(lab.switch, "p-r1", "icmp6", "in") as capture:
        for target in VIP6, LOCAL_TARGET:
            lab.client.ip("-6", "neigh", "flush", "dev", "eth0")
            assert ping(lab.client, target)
        # It does not know the client any more, and has to ask.
        on_device = lab.client.link_local + "%" + device(lab.r1)
        for name in "eth0", device(lab.r1):
            lab.r1.ip("-6", "neigh", "flush", "dev", name)
        assert ping(lab.r1, on_device)
        assert lab.r1.run("ping", "-6", "-c", "1", "-W", "2", "-I", VIP6,
                          lab.client.address6, check=False).returncode == 0
        seen = capture.stop()
    virtual = {VIP6, VIP6_LOCAL}
    solicited = advertised = 0
    for f in seen:
        if f.haslayer("ICMPv6ND_NS"):
            mac = f["ICMPv6NDOptSrcLLAddr"].lladdr \
                if f.haslayer("ICMPv6NDOptSrcLLAddr") else None
            if f["IPv6"].src in virtual:
                solicited += 1
                assert (f.src, mac) == (VMAC6, VMAC6), f.summary()
            else:
                assert VMAC6 not in (f.src, mac), f.summary()
        if f.haslayer("ICMPv6ND_NA") and f["ICMPv6ND_NA"].tgt in virtual:
            advertised += 1
            assert f.src == f["ICMPv6NDOptDstLLAddr"].lladdr == VMAC6
            assert f["ICMPv6ND_NA"].R == 1
    assert solicited and advertised, [f.summary() for f in seen]


# V-93 +, V-93 -
def test_ipv6_unsolicited_advertisements_are_believed(lab):
    """By Active and Backup, when they override; not when they do not."""
    start6(lab)
    client = lab.client
    for router in lab.routers:
        router.ip("-6", "neigh", "replace", client.link_local, "lladdr",
                  client.mac(), "nud", "stale", "dev", "eth0")

    def advertise(flags, mac):
        with injector(client) as send:
            send(frames.ethernet(
                "33:33:00:00:00:01", client.mac(), frames.icmp6(
                    client.link_local, "ff02::1", 136,
                    bytes((flags, 0, 0, 0)) +
                    frames.packed(client.link_local) + b"\2\1" +
                    frames.mac_bytes(mac)), 0x86dd))

    def known():
        return {neighbour(r, client.link_local).get("lladdr")
                for r in lab.routers}

    advertise(0x00, "02:00:5e:00:00:77")
    advertise(0x20, "02:00:5e:00:00:78")
    wait_for(lambda: known() == {"02:00:5e:00:00:78"}, 2, known)
    advertise(0x00, "02:00:5e:00:00:79")
    time.sleep(0.2)
    assert known() == {"02:00:5e:00:00:78"}


# V-25 -, V-87 -, V-92 -
def test_ipv6_yielding_leaves_nothing_behind(lab):
    """Addresses, groups and routes; and the next takeover is whole again."""
    start6(lab)
    for _ in range(2):
        mend = lab.cut(lab.r1)
        lab.r2.wait_state("active", 15)
        name = device(lab.r2)
        assert lab.r2.addresses(name, "inet6") == {VIP6, VIP6_LOCAL}
        assert ping(lab.client, VIP6) and ping(lab.client, LOCAL_TARGET)
        mend()
        lab.wait_pair()
        wait_for(lambda: not lab.r2.addresses(name, "inet6"), 2, "given up")
        groups = lab.r2.ip("-6", "maddress", "show", "dev", name)
        assert "ff02::1:ff" not in groups, groups
        routes = lab.r2.ip("-6", "route", "show", "dev", name)
        assert "fe80::/64" not in routes, routes


def test_ipv6_lent_address_leaves_the_interface_its_routes(lab):
    """An address with a lifetime must not give one to the routes of eth0."""
    start6(lab, virtual_mac=False)

    def routes():
        return [r for r in json.loads(lab.r1.ip("-6", "-j", "route", "show",
                                                "dev", "eth0"))
                if r["dst"].endswith("/64")]

    assert {r["dst"] for r in routes()} == {"fe80::/64", "2001:db8::/64"}
    assert not any("expires" in r for r in routes()), routes()
    assert lab.r1.vrrpd.stop() == 0
    assert {r["dst"] for r in routes()} == {"fe80::/64", "2001:db8::/64"}
    assert not any("expires" in r for r in routes()), routes()


def test_ipv6_removed_address_is_put_back(lab):
    start6(lab)
    name = device(lab.r1)
    for vip in VIPS6:
        lab.r1.ip("address", "del", vip, "dev", name)
        wait_for(lambda: lab.r1.addresses(name, "inet6") ==
                 {VIP6, VIP6_LOCAL}, 2, vip + " is back")
    assert lab.r1.state() == "active"
    assert ping(lab.client, LOCAL_TARGET)


@MODES
def test_ipv6_carrier_loss_and_return(lab, virtual_mac):
    """The kernel looks for duplicates of the interface's own addresses again:
    whatever happens to them meanwhile, the pair finds back."""
    start6(lab, virtual_mac=virtual_mac)
    mend = lab.port_down(lab.r1)
    lab.r1.wait_state("initialize", 5)
    lab.r2.wait_state("active", 15)
    assert VIP6 not in lab.r1.addresses(family="inet6")
    mend()
    lab.wait_pair()
    assert ping(lab.client, VIP6) and ping(lab.client, LOCAL_TARGET)


# The wire

# All at once: tshark takes long to start.
FIELDS = (
    "_ws.expert.severity", "_ws.expert.message", "frame.protocols",
    "vrrp.version", "ipv6.hlim", "ipv6.src", "ipv6.dst", "eth.src", "eth.dst",
    "vrrp.checksum.status", "vrrp.ipv6_addr", "icmpv6.nd.na.target_address",
    "icmpv6.opt.linkaddr", "icmpv6.checksum.status", "icmpv6.nd.na.flag.r",
    "icmpv6.nd.na.flag.s", "icmpv6.nd.na.flag.o",
    "icmpv6.mldr.mar.multicast_address")


# V-4 +, V-12 +, V-20 +, V-22 +, V-26 +, V-86 +, V-87 +
def test_ipv6_takeover_on_the_wire(lab):
    """As tshark sees it."""
    start6(lab)
    with Capture(lab.switch, "p-r2", "ip6", "in") as capture:
        lab.cut(lab.r1)
        lab.r2.wait_state("active", 15)
        assert ping(lab.client, VIP6)
        # The kernel's reports follow within a second.
        wait_for(lambda: "ff02::1:ff00:50" in str(tshark(
            capture.path, "icmpv6.mldr.mar.multicast_address")), 5,
            "r2 reports the solicited-node group", 0.1)
        capture.stop()
    def part(*fields):
        """Of each frame."""
        return [[f[FIELDS.index(field)] for field in fields] for f in frames]

    frames = tshark(capture.path, *FIELDS)
    expert = part("_ws.expert.severity", "_ws.expert.message",
                  "frame.protocols")
    # Notes (a sequence of ours) are not errors; 0x600000 is a warning.
    bad = [e for e in expert if e[0] and
           any(int(x) >= 0x600000 for x in e[0].split(","))]
    assert not bad, bad
    adverts = [f for f in part(
        "vrrp.version", "ipv6.hlim", "ipv6.src", "ipv6.dst", "eth.src",
        "eth.dst", "vrrp.checksum.status", "vrrp.ipv6_addr") if f[0]]
    assert adverts
    for f in adverts:
        assert f == ["3", "255", lab.r2.link_local, "ff02::12", VMAC6,
                     "33:33:00:00:00:12", "1",
                     VIP6_LOCAL + "," + VIP6], f
    told = [f for f in part(
        "icmpv6.nd.na.target_address", "ipv6.hlim", "ipv6.src",
        "ipv6.dst", "eth.src", "icmpv6.opt.linkaddr", "icmpv6.checksum.status",
        "icmpv6.nd.na.flag.r", "icmpv6.nd.na.flag.s", "icmpv6.nd.na.flag.o")
        if f[3] == "ff02::1" and f[0]]
    for vip in VIP6, VIP6_LOCAL:
        f = [x for x in told if x[0] == vip][0]
        assert f[:7] == [vip, "255", VIP6_LOCAL, "ff02::1", VMAC6, VMAC6,
                         "1"], f
        assert f[7:] in (["1", "0", "1"], ["True", "False", "True"]), f
    joined = [f for f in part("icmpv6.mldr.mar.multicast_address", "eth.src",
                              "ipv6.src")
              if "ff02::1:ff00:50" in f[0]]
    assert joined, "no MLD report for the solicited-node group"
    assert all(f[1] == VMAC6 for f in joined), joined


# Each is wrong in one thing only.
BAD = {
    "V-40 hop limit": (dict(hop_limit=254), "ip-ttl-errors"),
    "V-41 version": (dict(version=4), "version-errors"),
    "V-42 type": (dict(kind=2), "invalid-type-pkts-rcvd"),
    "V-43 short": (dict(cut=16), "packet-length-errors"),
    "V-12 no pseudo-header": (dict(pseudo=False), "checksum-errors"),
    "V-45 vrid": (dict(vrid=77), "vrid-errors"),
    "V-47 count 0": (dict(addresses=(), count=0), "address-count-errors"),
    "V-48 global first": (dict(addresses=(VIP6, VIP6_LOCAL)),
                          "not-link-local-errors"),
    "V-49 interval 0": (dict(interval_cs=0), "interval-zero-errors"),
    "V-53 destination": (dict(destination="ff02::1"), "destination-errors"),
    "V-53 global source": (dict(source=GLOBAL + "66"), "source-errors"),
    "V-126 version 2": (dict(version=2), "version-errors"),
}


# V-4 -, V-12 -, V-48 -, V-53 -
def test_ipv6_each_bad_advert_is_counted_and_changes_nothing(lab):
    def counter(router, name):
        interface, = router.call("stats")["interfaces"]
        return int(interface["statistics"][name])

    start6(lab)
    transitions = [len(r.transitions()) for r in lab.routers]
    for name, (fields, word) in BAD.items():
        before = [counter(r, word) for r in lab.routers]
        with injector(lab.client) as send:
            for _ in range(10):
                send(frames.advert6(**fields))
        wait_for(lambda: [counter(r, word) - b for r, b in
                          zip(lab.routers, before)] == [10, 10], 2,
                 "%s: 10 %s; %s" % (name, word, [
                     r.call("stats") for r in lab.routers]))
    assert [len(r.transitions()) for r in lab.routers] == transitions
    # The negative: with nothing wrong it is obeyed.
    with injector(lab.client) as send:
        send(frames.advert6())
    wait_for(lambda: len(lab.r1.transitions()) > transitions[0], 2,
             "r1 yields to a better router")
    assert lab.r1.transitions()[transitions[0]]["cause"] == "higher-priority"


# V-68 +, as it looks on the wire: P4
def test_ipv6_leaving_says_so_on_the_wire(lab):
    start6(lab)
    with Capture(lab.switch, "p-r1", "ip6 proto 112", "in") as capture:
        time.sleep(0.05)
        assert lab.r1.vrrpd.stop() == 0
        lab.r2.wait_state("active", 5)
        capture.stop()
    adverts = tshark(capture.path, "vrrp.prio", "vrrp.checksum.status",
                     "_ws.expert.message", "eth.src", "vrrp.ipv6_addr")
    assert len(adverts) > 1
    for f in adverts:
        assert f[1:] == ["1", "", VMAC6, VIP6_LOCAL + "," + VIP6], f
    assert [f[0] for f in adverts] == ["200"] * (len(adverts) - 1) + ["0"]
