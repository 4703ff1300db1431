"""Sessions over each kind of path: both families, one hop and several.

Single hop: r1 and r2 on the switch.  Several hops: r1 and r3, with r2 routing
between 10.1.0.0/24 and 10.2.0.0/24, and the same in fd00:1::/64, fd00:2::/64.
"""

import signal

import pytest

from lab import Capture, wait_for

MS = 1000


def session(name, peer, interval="20ms", **words):
    words = "".join("    %s = %s\n" % (key, value)
                    for key, value in words.items())
    return ("session %s {\n    peer = %s\n    interval = %s\n%s}\n" %
            (name, peer, interval, words))


def give(router, *addresses):
    for address in addresses:
        nodad = ["nodad"] if ":" in address else []
        router.ip("address", "add", address, "dev", "eth0", *nodad)


def link_local(router):
    """Waits for the kernel to have made sure that it is unique."""
    def ready():
        for info in router.links()["eth0"]["addr_info"]:
            if info["scope"] == "link" and info["family"] == "inet6" and \
                    not info.get("tentative"):
                return info["local"]
        return None
    return wait_for(ready, 10, "a link-local address")


def single_hop(lab, kind):
    """The addresses of r1 and r2."""
    if kind == "ipv4":
        return lab.r1.address, lab.r2.address
    if kind == "ipv6":
        give(lab.r1, "2001:db8::1/64")
        give(lab.r2, "2001:db8::2/64")
        return "2001:db8::1", "2001:db8::2"
    return link_local(lab.r1), link_local(lab.r2)


def several_hops(lab):
    r1, r2, r3 = lab.routers
    give(r1, "10.1.0.1/24", "fd00:1::1/64")
    give(r2, "10.1.0.2/24", "10.2.0.2/24", "fd00:1::2/64", "fd00:2::2/64")
    give(r3, "10.2.0.3/24", "fd00:2::3/64")
    for name in ("all", "eth0"):
        r2.sysctl("net.ipv4.conf.%s.send_redirects" % name, 0)
    r2.sysctl("net.ipv4.ip_forward", 1)
    r2.sysctl("net.ipv6.conf.all.forwarding", 1)
    r1.sysctl("net.ipv6.conf.all.accept_redirects", 0)
    r3.sysctl("net.ipv6.conf.all.accept_redirects", 0)
    r1.sysctl("net.ipv6.conf.eth0.accept_redirects", 0)
    r3.sysctl("net.ipv6.conf.eth0.accept_redirects", 0)
    r1.ip("route", "add", "10.2.0.0/24", "via", "10.1.0.2")
    r3.ip("route", "add", "10.1.0.0/24", "via", "10.2.0.2")
    r1.ip("route", "add", "fd00:2::/64", "via", "fd00:1::2")
    r3.ip("route", "add", "fd00:1::/64", "via", "fd00:2::2")
    return r1, r2, r3


def agreed(router, peer, detection_ms):
    router.wait_session(peer)
    wait_for(lambda: router.session(peer)["detection-time-us"] ==
             detection_ms * MS, 10,
             lambda: "%d ms agreed: %s" % (detection_ms,
                                           router.session(peer)))
    return router.session(peer)


# B-112 +, B-138 +
@pytest.mark.parametrize("kind", ("ipv4", "ipv6", "link-local"))
def test_single_hop_comes_up_and_a_cut_is_found(lab, kind):
    a, b = single_hop(lab, kind)
    lab.r1.start_bfdd(session("x", b, interface="eth0"))
    lab.r2.start_bfdd(session("x", a, interface="eth0"))
    up = agreed(lab.r1, b, 60)
    agreed(lab.r2, a, 60)
    assert up["local"] == a
    assert up["dest-port"] == 3784
    lab.cut(lab.r2)
    down = lab.r1.wait_session(b, "down", 5)
    assert down["diagnostic"] == "control-expiry"
    assert down["remote-discriminator"] == 0
    # From the last packet heard: the Detection Time, and being late.
    assert down["decided-ns"] - down["last-rx-ns"] >= 60 * MS * 1000


# B-110 +, B-111 +, B-117 +, B-118 +, B-120 -
@pytest.mark.parametrize("kind", ("ipv4", "ipv6", "link-local"))
def test_single_hop_packets_on_the_wire(lab, kind):
    from scapy.layers.inet import IP, UDP
    from scapy.layers.inet6 import IPv6, in6_chksum

    a, b = single_hop(lab, kind)
    # Else the checksum is left to hardware that a veth does not have.
    lab.r1.run("/usr/bin/python3", "-c", OFFLOAD_OFF)
    lab.r1.start_bfdd(session("x", b, interface="eth0"))
    lab.r2.start_bfdd(session("x", a, interface="eth0"))
    agreed(lab.r1, b, 60)
    with Capture(lab.r2, "eth0", "udp", direction="in") as capture:
        before = lab.r1.session(b)["send-packet-count"]
        wait_for(lambda: lab.r1.session(b)["send-packet-count"] >
                 before + 10, 10, "packets")
        frames = capture.stop()
    ports = set()
    assert len(frames) >= 10
    for frame in frames:
        udp = frame[UDP]
        assert udp.dport == 3784
        ports.add(udp.sport)
        if kind == "ipv4":
            ip = frame[IP]
            assert (ip.ttl, ip.tos, ip.src, ip.dst) == (255, 0xc0, a, b)
        else:
            ip = frame[IPv6]
            assert (ip.hlim, ip.tc, ip.src, ip.dst) == (255, 0xc0, a, b)
            assert udp.chksum != 0
            data = bytes(udp)[:udp.len]
            data = data[:6] + b"\0\0" + data[8:]
            assert in6_chksum(17, ip, data) == udp.chksum
    assert ports == {lab.r1.session(b)["source-port"]}
    assert min(ports) >= 49152


# ETHTOOL_STXCSUM, as ethtool -K eth0 tx off does.
OFFLOAD_OFF = """
import array, fcntl, socket, struct
value = array.array("B", struct.pack("II", 0x17, 0))
request = struct.pack("16sP", b"eth0", value.buffer_info()[0])
fcntl.ioctl(socket.socket(), 0x8946, request)
"""


# B-110 +, B-113 +
def test_source_port_stays_through_reload_and_a_new_interface(lab):
    r1, r2 = lab.r1, lab.r2
    r2.start_bfdd(session("x", r1.address, interface="eth0"))
    r1.start_bfdd(session("x", r2.address, interface="eth0"))
    port = agreed(r1, r2.address, 60)["source-port"]

    r1.bfdd_conf.write_text(session("renamed", r2.address, "40ms",
                                    interface="eth0",
                                    local=r1.address) +
                            session("y", "192.0.2.77", interface="eth0"))
    r1.bfdd.kill(signal.SIGHUP)
    changed = agreed(r1, r2.address, 120)
    assert (changed["source-port"], changed["up-count"]) == (port, 1)
    assert changed["name"] == "renamed"
    other = r1.session("192.0.2.77")
    assert other["source-port"] not in (0, port)

    lab.switch.ip("link", "delete", "p-r1")
    wait_for(lambda: "waiting-for" in r1.session(r2.address), 5,
             "the interface is gone")
    lab.plug(r1)
    assert agreed(r1, r2.address, 120)["source-port"] == port


def test_two_interfaces_with_one_link_local_peer_address(lab):
    """B-113: the interface is part of the key; B-114: and of the way out."""
    r1, r2 = lab.r1, lab.r2
    # B-114 +
    lab.switch.ip("link", "add", "p2", "type", "veth", "peer", "name", "eth1",
                  "netns", r1.netns)
    lab.switch.ip("link", "set", "p2", "netns", r2.netns)
    r2.ip("link", "set", "p2", "name", "eth1")
    for router, suffix in ((r1, 1), (r2, 2)):
        for interface in ("eth0", "eth1"):
            router.ip("link", "set", interface, "up")
            router.ip("address", "add", "fe80::%d/64" % suffix, "dev",
                      interface, "nodad")
    conf = "".join(session("s-" + i, "fe80::%d", interface=i,
                           local="fe80::%d") for i in ("eth0", "eth1"))
    r1.start_bfdd(conf % (2, 1, 2, 1))
    r2.start_bfdd(conf % (1, 2, 1, 2))

    def states(router):
        return {s["interface"]: s["state"]
                for s in router.bfdd_call("show")["sessions"]}

    both = {"eth0": "up", "eth1": "up"}
    for router in lab.routers:
        wait_for(lambda: states(router) == both, 10,
                 lambda: "both up: %s" % states(router))
    # B-114 -
    r2.ip("link", "set", "eth1", "down")
    wait_for(lambda: states(r1) == {"eth0": "up", "eth1": "down"}, 5,
             lambda: "only eth1 down: %s" % states(r1))


@pytest.mark.parametrize("family", (4, 6))
def test_several_hops(labs, family):
    # B-120 +, B-121 +, B-123 +
    r1, r2, r3 = several_hops(labs(3))
    a, b = ("10.1.0.1", "10.2.0.3") if family == 4 else \
        ("fd00:1::1", "fd00:2::3")
    r1.start_bfdd(session("far", b, local=a, multihop="yes", rx_ttl=254))
    # Only one end need name its address.
    r3.start_bfdd(session("far", a, multihop="yes"))
    up = agreed(r1, b, 60)
    agreed(r3, a, 60)
    assert up["dest-port"] == 4784
    assert "interface" not in up
    mend = r1.lab.cut(r1)
    assert r1.wait_session(b, "down", 5)["diagnostic"] == "control-expiry"
    mend()
    r1.wait_session(b)


def test_several_hops_more_than_rx_ttl_allows(labs):
    # B-123 -
    r1, r2, r3 = several_hops(labs(3))
    r1.start_bfdd(session("far", "10.2.0.3", local="10.1.0.1", multihop="yes",
                          rx_ttl=255))
    r3.start_bfdd(session("far", "10.1.0.1", local="10.2.0.3",
                          multihop="yes"))

    def refused():
        return r1.bfdd_call("show")["statistics"]["discards"]["ttl"]

    wait_for(lambda: refused() >= 2, 10, "packets with TTL 254 refused")
    refused_here = r1.session("10.2.0.3")
    assert refused_here["state"] == "down"
    assert refused_here["discards"]["ttl"] >= 2
    shown = r1.vrrpctl("show", "bfd", "10.2.0.3").stdout
    assert "discarded packets: ttl" in shown, shown
    # The limit is no part of the key, and changes in place.
    r1.bfdd_conf.write_text(session("far", "10.2.0.3", local="10.1.0.1",
                                    multihop="yes", rx_ttl=254))
    r1.bfdd.kill(signal.SIGHUP)
    r1.wait_session("10.2.0.3")


def test_single_hop_from_beyond_a_router_is_refused(labs):
    # B-112 -
    r1, r2, r3 = several_hops(labs(3))
    r1.start_bfdd(session("near", "10.2.0.3", interface="eth0"))
    r3.start_bfdd(session("near", "10.1.0.1", interface="eth0"))
    wait_for(lambda: r1.bfdd_call("show")["statistics"]["discards"]["ttl"] >=
             2, 10, "packets with TTL 254 refused")
    assert r1.session("10.2.0.3")["state"] == "down"


def test_passive_speaks_when_spoken_to(lab):
    # B-58 +
    r1, r2 = lab.r1, lab.r2
    r1.start_bfdd(session("x", r2.address, interface="eth0", passive="yes"))
    with Capture(r2, "eth0", "udp port 3784", direction="in") as capture:
        with pytest.raises(TimeoutError):
            wait_for(lambda: r1.session(r2.address)["send-packet-count"], 2.5,
                     "a word")
        assert capture.stop() == []
    r2.start_bfdd(session("x", r1.address, interface="eth0"))
    r1.wait_session(r2.address)


def test_admin_down_both_ways_and_back(lab):
    # B-51 +, B-52 +
    r1, r2 = lab.r1, lab.r2
    r1.start_bfdd(session("x", r2.address, interface="eth0"))
    r2.start_bfdd(session("x", r1.address, interface="eth0"))
    agreed(r1, r2.address, 60)

    r1.bfdd_conf.write_text(session("x", r2.address, interface="eth0",
                                    admin_down="yes"))
    r1.bfdd.kill(signal.SIGHUP)
    there = r2.wait_session(r1.address, "down")
    assert there["remote-state"] == "admin-down"
    assert there["reason"] == "remote-admin-down"
    assert there["diagnostic"] == "neighbor-down"
    assert there["remote-diagnostic"] == "admin-down"
    here = r1.wait_session(r2.address, "admin-down")
    assert (here["reason"], here["diagnostic"]) == ("local-admin",
                                                    "admin-down")
    # It keeps saying so: r2 does not forget it.
    before = r2.session(r1.address)["receive-packet-count"]
    wait_for(lambda: r2.session(r1.address)["receive-packet-count"] >=
             before + 4, 10, "AdminDown is repeated")
    assert r2.session(r1.address)["remote-state"] == "admin-down"

    r1.bfdd_conf.write_text(session("x", r2.address, interface="eth0"))
    r1.bfdd.kill(signal.SIGHUP)
    r2.wait_session(r1.address)
    r1.wait_session(r2.address)


# UDP, and in it a BFD packet that says AdminDown: the first one only.
FIRST_ADMIN_DOWN = "udp dport 3784 @th,72,2 0 limit rate 1/hour burst 1 packets"


@pytest.mark.parametrize("how", ("session", "bfdd", "vrrpd"))
def test_a_lost_admin_down_is_said_again(lab, how):
    """B-52 +, B-137 +: leaving is no failure, whichever packet is lost."""
    r1, r2 = lab.r1, lab.r2
    if how == "vrrpd":
        lab.start_pair(bfd=True)
        lab.wait_pair(bfd=True)
    else:
        r1.start_bfdd(session("x", r2.address, interface="eth0"))
        r2.start_bfdd(session("x", r1.address, interface="eth0"))
        agreed(r1, r2.address, 60)
        agreed(r2, r1.address, 60)
    lab.cut(r1, egress=False, match=FIRST_ADMIN_DOWN)
    with Capture(r1, "eth0", "udp port 3784", direction="out") as capture:
        if how == "session":
            r1.bfdd_conf.write_text("")
            r1.bfdd.kill(signal.SIGHUP)
        else:
            (r1.bfdd if how == "bfdd" else r1.vrrpd).kill(signal.SIGTERM)
        # Not how its sessions stand now: how they came to be there.
        there = wait_for(lambda: [line for line in r2.bfdd.log().splitlines()
                                  if "from=up" in line], 5, "r2 hears of it")
        # The first was lost; tcpdump may be behind what r2 has heard.
        wait_for(lambda: sum(bytes(frame)[14 + 20 + 8 + 1] >> 6 == 0
                             for frame in capture.so_far()) >= 2, 5,
                 lambda: "two say so: %s" % capture.so_far())
    assert len(there) == 1 and "reason=remote-admin-down" in there[0], there


def several_hops_with_loss(lab, permille):
    """r2, on the way, loses packets at random."""
    r2 = lab.r2
    r2.run("nft", "-f", "-", stdin="""table ip way {
chain way { type filter hook forward priority 0;
udp dport 4784 numgen random mod 1000 < %d counter drop; }
}
""" % permille)
    return lambda: r2.run("nft", "delete", "table", "ip", "way")


def test_loss_on_the_way_makes_slower(labs):
    # B-124 +
    r1, r2, r3 = several_hops(labs(3))
    words = dict(multihop="yes", interval="5ms", multiplier=20)
    r1.start_bfdd(session("far", "10.2.0.3", local="10.1.0.1", **words))
    r3.start_bfdd(session("far", "10.1.0.1", local="10.2.0.3", **words))
    agreed(r1, "10.2.0.3", 100)
    agreed(r3, "10.1.0.1", 100)
    assert r1.session("10.2.0.3")["interval-factor"] == 1
    mend = several_hops_with_loss(r1.lab, 300)

    def slower():
        s = r1.session("10.2.0.3")
        return s["interval-factor"] == 8 and \
            s["tx-interval-us"] == 40 * MS and s["polling"] is False and s

    far = wait_for(slower, 20, lambda: "40 ms: %s" % r1.session("10.2.0.3"))
    assert far["lost-packet-count"] >= 18
    # What is wished has not changed, and nobody went down for it.
    assert far["desired-min-tx-interval"] == 5 * MS
    assert far["down-count"] == 0
    shown = r1.vrrpctl("show", "bfd", "10.2.0.3").stdout
    assert "slowed by" in shown and "lost on the way" in shown, shown
    assert "congestion peer=10.2.0.3" in r1.bfdd.log()
    # B-124 -: it is over, and they are as before.
    mend()
    wait_for(lambda: r1.session("10.2.0.3")["interval-factor"] == 1, 60,
             lambda: "5 ms again: %s" % r1.session("10.2.0.3"))
    agreed(r1, "10.2.0.3", 100)
    assert r1.session("10.2.0.3")["down-count"] == 0


def test_loss_on_one_hop_is_not_taken_for_congestion(lab):
    # B-124 -
    r1, r2 = lab.r1, lab.r2
    r1.start_bfdd(session("x", r2.address, "5ms", interface="eth0",
                          multiplier=20))
    r2.start_bfdd(session("x", r1.address, "5ms", interface="eth0",
                          multiplier=20))
    agreed(r1, r2.address, 100)
    lab.cut(r2, match="udp dport 3784 numgen random mod 100 < 30")
    before = r1.session(r2.address)["receive-packet-count"]
    wait_for(lambda: r1.session(r2.address)["receive-packet-count"] >
             before + 200, 20, "packets")
    s = r1.session(r2.address)
    assert "interval-factor" not in s and s["tx-interval-us"] == 5 * MS, s


def test_operator_holds_a_session_down(lab):
    # B-51 +
    r1, r2 = lab.r1, lab.r2
    conf = session("x", r2.address, interface="eth0")
    r1.start_bfdd(conf)
    r2.start_bfdd(session("x", r1.address, interface="eth0"))
    agreed(r1, r2.address, 60)

    assert r1.vrrpctl("bfd", "disable", r2.address, "eth9").returncode == 1
    done = r1.vrrpctl("bfd", "disable", r2.address, check=True)
    assert "AdminDown" in done.stdout
    assert r1.session(r2.address)["admin-down-by"] == "operator"
    there = r2.wait_session(r1.address, "down")
    assert there["reason"] == "remote-admin-down"

    # Nothing but the operator ends it: not a reload, not a client's wish.
    r1.bfdd_conf.write_text(conf.replace("20ms", "30ms"))
    r1.bfdd.kill(signal.SIGHUP)
    wait_for(lambda: r1.session(r2.address)["desired-min-tx-interval"] ==
             30 * MS, 5, "reloaded")
    assert r1.session(r2.address)["state"] == "admin-down"
    r1.vrrpctl("bfd", "enable", r2.address, check=True)
    agreed(r1, r2.address, 90)

    # What the file says, the file must take back.
    r1.bfdd_conf.write_text(session("x", r2.address, interface="eth0",
                                    admin_down="yes"))
    r1.bfdd.kill(signal.SIGHUP)
    r1.wait_session(r2.address, "admin-down")
    refused = r1.vrrpctl("bfd", "enable", r2.address)
    assert (refused.returncode, "bfdd.conf" in refused.stderr) == (1, True)
