"""Version 2, both versions at once, and other ways to speak VRRP."""

import socket

import pytest

import frames
from lab import Capture, Node, Router, VIP, VMAC, vrrpd_conf, wait_for


def heard(router, address):
    """What the router says it heard from there; {} when nothing."""
    for other in router.instance()["routers-heard"]:
        if other["address"] == address:
            return other
    return {}


def more_adverts(router, count):
    """Waits until the router has taken so many more."""
    def taken():
        return router.instance()["statistics"]["advertisement-rcvd"]

    before = taken()
    wait_for(lambda: taken() >= before + count, 15, "%d adverts" % count)


def vrrp_messages(frames, source):
    from scapy.layers.inet import IP
    return [bytes(f[IP].payload)[:f[IP].len - 20] for f in frames
            if f[IP].src == source]


# V-120 +, V-122 +, V-127 +
def test_version_2_pair_elects_and_fails_over(lab):
    lab.start_pair(advert_int="1s",
                   extra='version = 2  auth_pass = "s3cr3t"')
    lab.wait_pair()
    lab.answered()
    assert heard(lab.r2, "192.0.2.1")["versions"] == [2]
    with Capture(lab.client, "eth0", "ip proto 112") as capture:
        wait_for(capture.so_far, 10, "an advert")
        message = vrrp_messages(capture.stop(), "192.0.2.1")[0]
    assert len(message) == 8 + 4 + 8
    assert message[:6] == bytes((0x21, 51, 200, 1, 1, 1))
    assert message[12:] == b"s3cr3t\0\0"
    assert lab.r1.vrrpd.stop() == 0
    lab.r2.wait_state("active")
    lab.answered()
    # V-122: the skew is of a second, whatever the interval is.
    last = lab.r2.transitions()[-1]
    assert last["cause"] == "priority-zero"


# V-123 -
def test_version_2_other_password_is_not_heard(lab):
    # It speaks both versions, and so this one ten times a second as well.
    lab.r1.start_vrrpd(vrrpd_conf(
        priority=200, advert_int=10,
        extra="also_version_2 = yes  auth_pass = one"))
    lab.r1.wait_state("active")
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int="1s",
                                  extra="version = 2  auth_pass = two"))
    wait_for(lambda: lab.r2.instance()["statistics"]["auth-failures"] >= 3,
             10, "adverts with the wrong password")
    assert lab.r2.instance()["routers-heard"] == []
    assert "discarded=auth-failures" in lab.r2.vrrpd.log()


def test_version_2_subsecond_interval_is_refused_and_points_to_3(lab):
    path = lab.dir / "v2.conf"
    path.write_text(vrrpd_conf(advert_int="10ms", extra="version = 2"))
    from lab import BUILD
    done = lab.r1.run(BUILD / "vrrpd/vrrpd", "-n", "-f", path, check=False)
    assert done.returncode == 1
    assert "v2.conf:5: " in done.stderr and "version = 3" in done.stderr


@pytest.fixture
def trio(lab):
    """r1 speaks both versions, r2 version 3 alone, r3 version 2 alone."""
    third = lab.add(Router(lab, "r3", "192.0.2.3"))
    lab.plug(third)
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=10,
                                  extra="also_version_2 = yes"))
    lab.r1.wait_state("active")
    lab.r2.start_vrrpd(vrrpd_conf(priority=150, advert_int=10))
    third.start_vrrpd(vrrpd_conf(priority=100, advert_int="1s",
                                 extra="version = 2"))
    lab.r2.wait_state("backup")
    third.wait_state("backup")
    return third


# V-131 +
def test_both_versions_are_heard_by_routers_of_either(lab, trio):
    wait_for(lambda: heard(lab.r2, "192.0.2.1").get("versions") == [3] and
             heard(trio, "192.0.2.1").get("versions") == [2], 10,
             lambda: "r2 and r3 hear r1: %s %s" % (lab.r2.instance(),
                                                   trio.instance()))
    assert lab.r2.instance()["active-adver-interval-cs"] == 10
    # At the rate of version 3, which a byte of seconds cannot say.
    more_adverts(trio, 20)
    assert trio.state() == "backup" and trio.instance()["statistics"][
        "v2-interval-errors"] == 0
    assert VIP not in trio.addresses()


# V-132 +, V-133 +, V-133 -
def test_both_versions_follow_an_active_of_either(lab):
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int="1s",
                                  extra="version = 2"))
    lab.r1.wait_state("active")
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=40,
                                  extra="also_version_2 = yes"))
    wait_for(lambda: heard(lab.r2, "192.0.2.1").get("versions") == [2], 10,
             "r2 hears r1 in version 2")
    assert lab.r2.instance()["active-adver-interval-cs"] == 100
    # r1 is upgraded: its version 2 adverts stop to count.
    lab.r1.vrrpd.stop()
    lab.r2.wait_state("active")
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=40,
                                  extra="also_version_2 = yes"))
    lab.wait_pair()
    wait_for(lambda: lab.r2.instance()["statistics"]["version-2-ignored"] > 2,
             10, "version 2 adverts that are ignored")
    assert lab.r2.instance()["active-adver-interval-cs"] == 40
    lab.answered()


# Unicast peers

def start_unicast_pair(lab, **conf):
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=1,
            extra="unicast_peers = { %s }" % peer.address, **conf))
        if router is lab.r1:            # as in start_pair()
            router.wait_state("active")
    lab.wait_pair()


@pytest.mark.parametrize("virtual_mac", (True, False), ids=("vmac", "address"))
def test_unicast_pair_says_nothing_to_the_group(lab, virtual_mac):
    """And no kernel answers an advert with an error, Backup or not."""
    from scapy.layers.inet import ICMP, IP
    # From when both run: a host without vrrpd does refuse the protocol.
    start_unicast_pair(lab, virtual_mac=virtual_mac)
    with Capture(lab.r2, "eth0", "ip proto 112 or icmp") as capture:
        more_adverts(lab.r2, 20)
        seen = capture.stop()
    adverts = [f for f in seen if f[IP].proto == 112]
    assert len(adverts) >= 20
    assert {(f[IP].src, f[IP].dst, f[IP].ttl) for f in adverts} == \
        {("192.0.2.1", "192.0.2.2", 255)}
    assert not [f for f in seen if f.haslayer(ICMP)]
    lab.answered()
    assert lab.r1.vrrpd.stop() == 0
    lab.r2.wait_state("active")
    lab.answered()


# V-53 -
def test_unicast_adverts_of_a_stranger_are_refused(lab):
    start_unicast_pair(lab)
    evil = lab.add(Node(lab, "evil", "192.0.2.66"))
    lab.plug(evil)
    with evil.open_socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("eth0", 0))
        for _ in range(10):
            sock.send(frames.advert(
                priority=255, destination="192.0.2.2",
                destination_mac=lab.r2.mac()))
            sock.send(frames.advert(priority=255))
    wait_for(lambda: lab.r2.instance()["statistics"]["source-errors"] == 10 and
             lab.r2.instance()["statistics"]["destination-errors"] == 10, 5,
             lambda: "refusals: %s" % lab.r2.instance()["statistics"])
    assert lab.r2.instance()["active-address"] == "192.0.2.1"
    assert lab.r1.state() == "active"


# V-40 -
def test_unicast_peer_behind_a_router_needs_its_ttl_allowed(lab):
    mid = lab.add(Node(lab, "mid", "192.0.2.9"))
    far = lab.add(Router(lab, "far", "198.51.100.3"))
    lab.plug(mid)
    mid.ip("link", "add", "eth1", "type", "veth", "peer", "name", "eth0",
           "netns", far.netns)
    mid.ip("address", "add", "198.51.100.9/24", "dev", "eth1")
    mid.ip("link", "set", "eth1", "up")
    mid.sysctl("net.ipv4.ip_forward", 1)
    far.ip("address", "add", "198.51.100.3/24", "dev", "eth0")
    far.ip("link", "set", "eth0", "up")
    far.ip("route", "add", "192.0.2.0/24", "via", "198.51.100.9")
    lab.r1.ip("route", "add", "198.51.100.0/24", "via", "192.0.2.9")
    lab.r1.start_vrrpd(vrrpd_conf(
        priority=200, advert_int=1,
        extra="unicast_peers = { 198.51.100.3 }"))
    lab.r1.wait_state("active")
    strict = vrrpd_conf(priority=100, advert_int=1, addresses=(VIP + "/32",),
                        extra="unicast_peers = { 192.0.2.1 }")
    far.start_vrrpd(strict)
    wait_for(lambda: far.instance()["statistics"]["ip-ttl-errors"] > 3, 10,
             "adverts refused for their TTL")
    far.wait_state("active")
    far.vrrpd.stop()
    far.start_vrrpd(strict.replace(
        "unicast_peers", "unicast_min_ttl = 254  unicast_peers"))
    more_adverts(far, 3)
    assert far.state() == "backup"
    assert far.instance()["active-address"] == "192.0.2.1"


# Checksums of version 3 over IPv4

def checksums_are_legacy(message, source):
    """Of an advert to the group; None when neither form holds."""
    import struct
    pseudo = frames.packed(source) + frames.packed("224.0.0.18") + \
        struct.pack("!HH", 112, len(message))
    if frames.checksum(message) == 0:
        return False
    return True if frames.checksum(pseudo + message) == 0 else None


def sent_form(lab, router):
    """Is what the router sends now legacy?"""
    expression = "ip proto 112 and src " + router.address
    with Capture(lab.client, "eth0", expression) as capture:
        wait_for(lambda: capture.path.stat().st_size > 250, 10,
                 "a few adverts")
        messages = vrrp_messages(capture.stop(), router.address)
    return checksums_are_legacy(messages[-1], router.address)


# V-13 +, V-13 -, V-11 +
@pytest.mark.parametrize("mode", ("auto", "rfc9568", "legacy"))
def test_checksum_compat_decides_what_is_sent_and_taken(lab, mode):
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1,
                                  extra="checksum_compat = " + mode))
    lab.r1.wait_state("active")
    assert sent_form(lab, lab.r1) is (mode == "legacy")
    evil = lab.add(Node(lab, "evil", "192.0.2.66"))
    lab.plug(evil)
    with evil.open_socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("eth0", 0))
        for _ in range(5):
            sock.send(frames.advert(priority=50, legacy=True))

        def counted():
            statistics = lab.r1.instance()["statistics"]
            return (statistics["checksum-errors"],
                    statistics["legacy-checksum-rcvd"])

        want = (5, 0) if mode == "rfc9568" else (0, 5)
        wait_for(lambda: counted() == want, 5,
                 lambda: "%s: %s" % (mode, counted()))
        # auto: only the old form is heard now, so that is what is spoken.
        assert sent_form(lab, lab.r1) is (mode != "rfc9568")
        log = lab.r1.vrrpd.log()
        assert log.count("source=192.0.2.66 sends checksums") == \
            (0 if mode == "rfc9568" else 1)
        if mode != "rfc9568":
            assert heard(lab.r1, "192.0.2.66")["checksum"] == "legacy"
            assert "192.0.2.66, version 3, checksum legacy" in \
                lab.r1.vrrpctl("show", "web").stdout
        # Not twice in a minute while Active, whatever is heard.
        sock.send(frames.advert(priority=50, source="192.0.2.67"))
        wait_for(lambda: heard(lab.r1, "192.0.2.67"), 5, "the other form")
        assert sent_form(lab, lab.r1) is (mode != "rfc9568")
    assert lab.r1.state() == "active"


def test_checksum_auto_pair_with_legacy_has_one_active(lab):
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1,
                                  extra="checksum_compat = legacy"))
    lab.r1.wait_state("active", 20)
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=1))
    lab.wait_pair()
    more_adverts(lab.r2, 10)
    assert lab.r2.instance()["checksum-sent"] == "legacy"
    assert [t["to"] for t in lab.r2.transitions()] == ["backup"]


# V-35 +
def test_backup_with_nearly_our_skew_is_shown(lab):
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    evil = lab.add(Node(lab, "evil", "192.0.2.66"))
    lab.plug(evil)
    with evil.open_socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("eth0", 0))
        sock.send(frames.advert(priority=120))
    wait_for(lambda: (heard(lab.r2, "192.0.2.66") or {}).get("skew-gap-us")
             == 781, 5, lambda: heard(lab.r2, "192.0.2.66"))
    assert "a Backup 781 us from us" in lab.r2.vrrpctl("show", "web").stdout
    assert "skew_gap_us=781" in lab.r2.vrrpd.log()
    assert "skew-gap-us" not in heard(lab.r2, lab.r1.address)
    assert "skew-gap-us" not in heard(lab.r1, "192.0.2.66")


# The owner of the address

# V-60 +, V-75 +, V-76 +
@pytest.mark.parametrize("virtual_mac", (True, False), ids=("vmac", "address"))
def test_owner_is_active_at_once_and_keeps_its_address(lab, virtual_mac):
    own = "192.0.2.1"
    conf = dict(advert_int=10, addresses=(own + "/24",),
                virtual_mac=virtual_mac)
    lab.r2.start_vrrpd(vrrpd_conf(priority=254, **conf))
    lab.r2.wait_state("active")
    lab.r1.start_vrrpd(vrrpd_conf(priority=255, **conf))
    lab.r1.wait_state("active")
    first = lab.r1.transitions()[0]
    assert (first["from"], first["to"], first["cause"]) == (
        "initialize", "active", "owner")
    lab.r2.wait_state("backup")
    # It answers for some milliseconds more what is still on its way.
    wait_for(lambda: own not in lab.r2.addresses(), 2, "r2 has given it up")
    lab.meter(target=own).wait_ready().stop()

    mend = lab.cut(lab.r1)
    lab.r2.wait_state("active")
    lab.meter(target=own).wait_ready().stop()
    mend()
    lab.r2.wait_state("backup")
    assert lab.r1.state() == "active"
    lab.meter(target=own).wait_ready().stop()

    assert lab.r1.vrrpd.stop() == 0
    assert own in lab.r1.addresses("eth0")


# V-84 +, V-84 -
def test_owner_answers_arp_with_the_virtual_mac(lab):
    """While it is Active; before and afterwards with its own."""
    from scapy.layers.l2 import ARP
    own = "192.0.2.1"
    physical = lab.r1.mac()
    conf = vrrpd_conf(priority=255, advert_int=10, addresses=(own + "/24",))

    def told(count=3):
        with Capture(lab.client, "eth0", "arp") as capture:
            for _ in range(count):
                lab.client.ip("neigh", "flush", "all")
                assert pings(lab.client, own, 1)
                lab.r1.ip("neigh", "flush", "all")
                assert pings(lab.r1, lab.client.address, 1)
            return {f[ARP].hwsrc for f in capture.stop()
                    if f[ARP].psrc == own and f[ARP].op == 2}

    assert told() == {physical}
    lab.r1.start_vrrpd(conf)
    lab.r1.wait_state("active")
    assert told() == {VMAC}
    assert tables(lab.r1)[0].startswith("table arp swiftover-")
    assert lab.r1.vrrpd.stop() == 0
    assert told() == {physical}
    assert tables(lab.r1) == []


# V-76 -
def test_priority_255_without_the_address_waits_and_says_so(lab):
    lab.r1.start_vrrpd(vrrpd_conf(priority=255, advert_int=1))
    wait_for(lambda: "not an address of eth0" in
             lab.r1.instance().get("waiting-for", ""), 5, "the reason")
    assert "not an address of eth0" in lab.r1.vrrpctl("show", "web").stdout
    lab.r1.ip("address", "add", VIP + "/24", "dev", "eth0")
    lab.r1.wait_state("active")
    lab.r1.ip("address", "del", VIP + "/24", "dev", "eth0")
    lab.r1.wait_state("initialize")
    assert lab.r1.transitions()[-1]["cause"] == "not-owner"
    # Neither one nor the other was for vrrpd to undo.
    assert VIP not in lab.r1.addresses()


def test_own_address_without_priority_255_is_not_taken_from_the_machine(lab):
    lab.r1.start_vrrpd(vrrpd_conf(addresses=("192.0.2.1/24",), advert_int=1,
                                  virtual_mac=False))
    wait_for(lambda: "priority = 255" in
             lab.r1.instance().get("waiting-for", ""), 5, "the reason")
    assert "192.0.2.1" in lab.r1.addresses("eth0")


# V-79 +
def test_preempt_delay_lets_a_lesser_active_serve_on(lab):
    import time
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=1))
    lab.r2.wait_state("active")
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1,
                                  extra="preempt_delay = 1s"))
    lab.r1.wait_state("backup")
    started = time.monotonic()
    lab.r1.wait_state("active")
    assert 0.8 < time.monotonic() - started < 5
    assert lab.r1.transitions()[-1]["cause"] == "preempt"


# V-79 -
def test_preempt_delay_does_not_wait_for_a_silent_active(lab):
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=1))
    lab.r2.wait_state("active")
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1,
                                  extra="preempt_delay = 60s"))
    lab.r1.wait_state("backup")
    more_adverts(lab.r1, 20)
    assert lab.r1.state() == "backup"
    lab.cut(lab.r2)
    lab.r1.wait_state("active", 5)
    assert lab.r1.transitions()[-1]["cause"] == "active-down-timer"


# Addresses, the long form

def address_info(router, address):
    """(interface, prefix length, label) of an address, or None."""
    for name, link in router.links().items():
        for info in link["addr_info"]:
            if info["local"] == address:
                return name, info["prefixlen"], info.get("label")
    return None


def plug_eth1(router):
    router.ip("link", "add", "eth1", "type", "veth", "peer", "name", "eth1p")
    for name in ("eth1", "eth1p"):
        router.ip("link", "set", name, "up")


def test_long_form_puts_addresses_where_they_are_wanted(lab):
    extra = """
    virtual_address 192.0.2.51/32 { }
    virtual_address 198.51.100.1/25 { device = eth1  label = "eth1:web" }
    virtual_address 203.0.113.7/32 { device = lo }"""
    plug_eth1(lab.r1)
    with Capture(lab.r1, "lo", "arp") as capture:
        lab.r1.start_vrrpd(vrrpd_conf(advert_int=1, extra=extra))
        lab.r1.wait_state("active")
        lab.answered()
        assert capture.stop() == []
    device = lab.r1.instance()["virtual-mac-device"]
    assert address_info(lab.r1, VIP)[:2] == (device, 24)
    assert address_info(lab.r1, "192.0.2.51")[:2] == (device, 32)
    assert address_info(lab.r1, "198.51.100.1") == ("eth1", 25, "eth1:web")
    assert address_info(lab.r1, "203.0.113.7")[:2] == ("lo", 32)
    assert lab.r1.vrrpd.stop() == 0
    assert lab.r1.addresses() == {"127.0.0.1", "192.0.2.1"}


def test_long_form_waits_for_its_device_and_starts_when_it_comes(lab):
    lab.r1.start_vrrpd(vrrpd_conf(
        advert_int=1,
        extra="virtual_address 198.51.100.1/24 { device = eth1 }"))
    wait_for(lambda: "device eth1" in
             lab.r1.instance().get("waiting-for", ""), 5, "the reason")
    plug_eth1(lab.r1)
    lab.r1.wait_state("active", 5)
    wait_for(lambda: address_info(lab.r1, "198.51.100.1"), 5, "the address")
    lab.r1.ip("link", "del", "eth1")
    lab.r1.wait_state("initialize")
    wait_for(lambda: VIP not in lab.r1.addresses(), 5, "no address")
    plug_eth1(lab.r1)
    lab.r1.wait_state("active", 5)
    wait_for(lambda: address_info(lab.r1, "198.51.100.1"), 5, "the address")


# V-6 +
@pytest.mark.parametrize("virtual_mac", (True, False), ids=("vmac", "address"))
def test_255_addresses_move_together(lab, virtual_mac):
    many = ["10.9.%d.%d" % (i // 200, i % 200 + 1) for i in range(255)]
    lab.client.ip("route", "add", "10.9.0.0/16", "dev", "eth0")
    lab.start_pair(advert_int=1, virtual_mac=virtual_mac,
                   addresses=[a + "/32" for a in many])
    lab.wait_pair()
    wait_for(lambda: set(many) <= lab.r1.addresses(), 10, "all of them")
    assert not set(many) & lab.r2.addresses()
    assert lab.r2.instance()["statistics"]["address-list-errors"] == 0
    lab.cut(lab.r1)
    lab.r2.wait_state("active")
    wait_for(lambda: set(many) <= lab.r2.addresses(), 10, "all of them")
    for target in (many[0], many[-1]):
        lab.meter(target=target).wait_ready().stop()
    assert lab.r2.vrrpd.stop() == 0
    assert not set(many) & lab.r2.addresses()


def test_virtual_mac_devices_have_names_of_their_own(lab):
    """VRID, family and parent tell them apart, however long the name is."""
    long_name = "a23456789012345"
    lab.r1.ip("link", "add", long_name, "type", "veth", "peer", "name", "x")
    for name in (long_name, "x"):
        lab.r1.ip("link", "set", name, "up")
    lab.r1.ip("address", "add", "198.51.100.1/24", "dev", long_name)
    lab.r1.start_vrrpd("".join((
        vrrpd_conf(name="a", vrid=255, advert_int=1),
        vrrpd_conf(name="b", vrid=255, interface=long_name, advert_int=1,
                   addresses=("198.51.100.50/24",)),
        vrrpd_conf(name="c", vrid=254, interface=long_name, advert_int=1,
                   addresses=("198.51.100.51/24",)),
        vrrpd_conf(name="d", vrid=255, interface=long_name, advert_int=1,
                   addresses=("fe80::51/64",)))))
    for name in "abcd":
        lab.r1.wait_state("active", name=name)
    devices = {lab.r1.instance(n)["virtual-mac-device"] for n in "abcd"}
    assert len(devices) == 4 and devices <= set(lab.r1.links())
    assert lab.r1.vrrpd.stop() == 0
    assert not devices & set(lab.r1.links())


# accept = no

def pings(node, target, count=3, wait="1"):
    """Does anything answer?"""
    return node.run("ping", "-c", str(count), "-i", "0.1", "-W", wait, target,
                    check=False).returncode == 0


def silent(node, target, count=3):
    """Nothing does, for a thousand times as long as an answer takes."""
    return not pings(node, target, count, "0.2")


def tables(router):
    """But for those of leases."""
    return [line for line in router.run(
        "nft", "list", "tables").stdout.split("\n")[:-1]
        if not line.startswith("table netdev swiftover-eth0-")]


@pytest.fixture
def beyond(lab):
    """A network that r1 and r2 route to, and the client through the VIP."""
    far = lab.add(Node(lab, "far", "198.51.100.9"))
    far.ip("link", "add", "br0", "type", "bridge")
    far.ip("address", "add", "198.51.100.9/24", "dev", "br0")
    far.ip("link", "set", "br0", "up")
    for i, router in enumerate((lab.r1, lab.r2), 1):
        router.ip("link", "add", "eth1", "type", "veth", "peer", "name",
                  "p%d" % i, "netns", far.netns)
        far.ip("link", "set", "p%d" % i, "master", "br0", "up")
        router.ip("address", "add", "198.51.100.%d/24" % i, "dev", "eth1")
        router.ip("link", "set", "eth1", "up")
        router.sysctl("net.ipv4.ip_forward", 1)
    far.ip("route", "add", "192.0.2.0/24", "via", "198.51.100.1")
    lab.client.ip("route", "add", "198.51.100.0/24", "via", VIP)
    return far


# V-104 -, V-104 +, V-108 +, V-108 -
@pytest.mark.parametrize("virtual_mac", (True, False), ids=("vmac", "address"))
def test_accept_no_drops_what_is_for_the_address_only(lab, beyond,
                                                      virtual_mac):
    lab.start_pair(advert_int=1, virtual_mac=virtual_mac, nginx=True,
                   extra="accept = no")
    lab.wait_pair()
    # Forwarding through the address, which needs ARP for it.
    wait_for(lambda: pings(lab.client, beyond.address, 1), 10, "a way through")
    assert silent(lab.client, VIP)
    assert lab.http_get(timeout=0.3) is None
    assert lab.http_get(target="192.0.2.1") == "r1"
    assert pings(lab.client, "192.0.2.1", 1)
    assert silent(lab.r1, VIP)               # nor what r1 itself sends

    beyond.ip("route", "replace", "192.0.2.0/24", "via", "198.51.100.2")
    lab.cut(lab.r1)
    lab.r2.wait_state("active")
    wait_for(lambda: pings(lab.client, beyond.address, 1), 10, "a way through")
    assert silent(lab.client, VIP)


# V-105 +, V-105 -
def test_accept_no_answers_neighbour_discovery(lab):
    ours = "2001:db8::50"
    lab.client.ip("address", "add", "2001:db8::100/64", "dev", "eth0", "nodad")
    lab.r1.start_vrrpd(vrrpd_conf(
        advert_int=1, addresses=("fe80::50/64", ours + "/64"),
        extra="accept = no"))
    lab.r1.wait_state("active")

    def resolved():
        assert silent(lab.client, ours, 1)
        return "00:00:5e:00:02:33" in lab.client.ip("neigh", "show", ours)

    wait_for(resolved, 10, lambda: lab.client.ip("neigh"))
    lab.client.ip("neigh", "flush", "all")
    wait_for(resolved, 10, lambda: lab.client.ip("neigh"))


def test_accept_no_is_in_place_before_the_address(lab):
    """Not one answer, from the first moment to the last."""
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=1,
                                  extra="accept = no"))
    lab.r2.wait_state("active")
    flood = lab.client.start("ping", "ping", "-i", "0.002", "-D", VIP)
    for _ in range(5):
        lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1,
                                      extra="accept = no"))
        lab.r1.wait_state("active")
        assert lab.r1.vrrpd.stop() == 0
        lab.r2.wait_state("active")
    flood.kill(2)
    flood.wait()
    assert "bytes from" not in flood.log()
    assert ", 0 received" in flood.log()


def test_accept_no_leaves_no_table_however_it_ends(lab):
    import signal
    conf = vrrpd_conf(advert_int=1, extra="accept = no")
    other = vrrpd_conf(name="other", vrid=52, advert_int=1,
                       addresses=("192.0.2.60/24",), extra="accept = no")
    assert tables(lab.r1) == []
    lab.r1.start_vrrpd(conf)
    lab.r1.wait_state("active")
    (first,) = tables(lab.r1)
    assert first.startswith("table inet swiftover-")
    # Behind IPVS, which takes what is for its services at 98 and 99.
    assert "type filter hook input priority 110;" in lab.r1.run(
        "nft", "-y", "list", "ruleset").stdout
    # A second daemon has its own, and an operator's flush takes neither.
    path = lab.r1.dir / "other.conf"
    path.write_text(other)
    from lab import BUILD
    process = lab.r1.start("other", BUILD / "vrrpd/vrrpd", "-f", path, "-s",
                           lab.r1.dir / "other.sock", "-S",
                           lab.r1.state_dir)
    wait_for(lambda: len(tables(lab.r1)) == 2, 10,
             lambda: "two tables: %s" % tables(lab.r1))
    lab.r1.run("nft", "flush", "ruleset", check=False)
    assert len(tables(lab.r1)) == 2
    assert silent(lab.client, VIP)
    process.stop(signal.SIGKILL)
    wait_for(lambda: tables(lab.r1) == [first], 5, "the other's table gone")
    assert lab.r1.vrrpd.stop() == 0
    assert tables(lab.r1) == []


def test_accept_changes_with_a_reload(lab):
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=1))
    lab.r1.wait_state("active")
    lab.answered()
    lab.r1.vrrpd_conf.write_text(vrrpd_conf(advert_int=1,
                                            extra="accept = no"))
    lab.r1.call("reload")
    lab.r1.wait_state("active")
    assert silent(lab.client, VIP)
    lab.r1.vrrpd_conf.write_text(vrrpd_conf(advert_int=1))
    lab.r1.call("reload")
    lab.r1.wait_state("active")
    lab.answered()
    # The table stays, empty, until vrrpd ends.
    assert len(tables(lab.r1)) == 1
    assert lab.r1.vrrpd.stop() == 0
    assert tables(lab.r1) == []


@pytest.mark.parametrize("unicast", (False, True),
                         ids=("multicast", "unicast"))
def test_source_is_the_address_adverts_come_from(lab, unicast):
    """Two routers by the second address of each interface: one Active."""
    second = {lab.r1: "192.0.2.201", lab.r2: "192.0.2.202"}
    for router, address in second.items():
        router.ip("addr", "add", address + "/24", "dev", "eth0")
    for router, peer, priority in ((lab.r1, lab.r2, 200),
                                   (lab.r2, lab.r1, 100)):
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=10,
            extra="source = %s\n%s" % (
                second[router],
                "unicast_peers = { %s }" % second[peer] if unicast else "")))
    lab.r1.wait_state("active")
    lab.r2.wait_state("backup")
    assert lab.r2.instance()["active-address"] == second[lab.r1]
    assert lab.r1.instance()["primary-address"] == second[lab.r1]
    assert lab.r1.instance()["primary-address-reason"] == "configured"
    # It goes for longer than whoever configures interfaces takes, and is back.
    lab.r1.ip("addr", "del", second[lab.r1] + "/24", "dev", "eth0")
    lab.r2.wait_state("active")
    assert "192.0.2.201" in lab.r1.instance()["waiting-for"]
    lab.r1.ip("addr", "add", second[lab.r1] + "/24", "dev", "eth0")
    lab.r1.wait_state("active")
    lab.r2.wait_state("backup")
