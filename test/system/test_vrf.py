"""Interfaces in a VRF, with the kernel's defaults (udp_l3mdev_accept 0)."""

import kinds
import lab as lablib


def build(lab):
    name = kinds.build(lab, "vrf")
    for router in lab.routers:
        assert router.run("cat", "/proc/sys/net/ipv4/udp_l3mdev_accept"
                          ).stdout.strip() == "0"
    return name


def with_bfd(router, peer):
    """What the configuration has of the peer, in both families."""
    router.start_bfdd()
    text = kinds.config("eth0", 200 if peer is router.lab.r2 else 100)
    parts = text.split("instance ")
    out = ""
    for part in parts[1:]:
        of = peer.link_local if part.startswith("v6") else peer.address
        out += "instance " + part.rstrip().rstrip("}") + \
            "    bfd %s { role = peer  interval = 1s  multiplier = 5 }\n}\n" \
            % of
    return out


def listens_in_vrf(router):
    """Four sockets have the port anyway: two of either family."""
    return router.run("ss", "-Hlun").stdout.count(":3784 ") > 4


def test_vrf_is_shown_and_bfd_is_up(lab):
    build(lab)
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        router.start_vrrpd(with_bfd(router, peer))
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        router.wait_session(peer.address, timeout=30)
        router.wait_session(peer.link_local, timeout=30)
    for name in kinds.ADDRESSES:
        lab.r1.wait_state("active", 30, name)
        assert lab.r1.instance(name)["vrf"] == "red"
    assert "red" in lab.r1.vrrpctl("show", "v4m").stdout
    assert listens_in_vrf(lab.r1)
    lab.r1.vrrpd.stop()
    lablib.wait_for(lambda: not listens_in_vrf(lab.r1), 20,
                    "a VRF without a session has no socket")
    for name in kinds.ADDRESSES:
        lab.r2.wait_state("active", 30, name)
    kinds.answers(lab)


def test_vrf_unicast_peers(lab):
    build(lab)
    for router, peer, priority in ((lab.r1, lab.r2, 200),
                                   (lab.r2, lab.r1, 100)):
        text = kinds.config("eth0", priority, ["v4m", "v4a"], extra=
                            "unicast_peers = { %s }" % peer.address)
        text += kinds.config("eth0", priority, ["v6m", "v6a"], extra=
                             "unicast_peers = { %s }" % peer.link_local)
        router.start_vrrpd(text)
    for name in kinds.ADDRESSES:
        lab.r1.wait_state("active", 30, name)
        lab.r2.wait_state("backup", 30, name)
    kinds.answers(lab)


def master_of(router, device):
    return router.links()[device].get("master")


def test_vrf_is_entered_and_left_while_active(lab):
    """The device follows its interface, and addresses answer where they are."""
    kinds.build(lab, "veth")
    kinds.start(lab, "eth0")
    kinds.answers(lab)
    device = lab.r1.instance("v4m")["virtual-mac-device"]
    device6 = lab.r1.instance("v6m")["virtual-mac-device"]
    lab.r1.ip_batch("link add red type vrf table 1000", "link set red up",
                    "link set eth0 master red")
    # The kernel takes the interface's own IPv6 addresses away with that.
    lab.r1.ip_batch("address replace fe80::1/64 dev eth0 nodad",
                    "address replace 2001:db8::1/64 dev eth0 nodad")
    lablib.wait_for(lambda: master_of(lab.r1, device) == "red" and
                    master_of(lab.r1, device6) == "red", 20,
                    lambda: "the devices follow: %s" % lab.r1.ip("link"))
    for name in kinds.ADDRESSES:
        lab.r1.wait_state("active", 30, name)
        lab.r2.wait_state("backup", 30, name)
        lablib.wait_for(lambda: lab.r1.instance(name).get("vrf") == "red", 10,
                        "the VRF is shown")
    kinds.answers(lab)
    lab.r1.ip("link", "set", "eth0", "nomaster")
    lab.r1.ip_batch("address replace fe80::1/64 dev eth0 nodad",
                    "address replace 2001:db8::1/64 dev eth0 nodad")
    lablib.wait_for(lambda: master_of(lab.r1, device) is None and
                    master_of(lab.r1, device6) is None, 20,
                    "the devices are in no VRF")
    for name in kinds.ADDRESSES:
        lab.r1.wait_state("active", 30, name)
        lab.r2.wait_state("backup", 30, name)
    kinds.answers(lab)
    # Somebody else moves a device of ours.
    lab.r1.ip("link", "set", device, "master", "red")
    lablib.wait_for(lambda: master_of(lab.r1, device) is None, 20,
                    "the device is fetched")
    kinds.answers(lab)
    lab.r1.vrrpd.stop()
    assert device not in lab.r1.links()


def test_vrf_checks_ask_in_the_one_that_is_named(lab):
    build(lab)
    checks = "".join("%s { address = %s %s  interval = 200ms }\n" % row for row in (
        ("ping gw", "192.0.2.100", " vrf = red"),
        ("ping gw6", "2001:db8::100", " vrf = red"),
        ("ping outside", "192.0.2.100", ""),
        ("tcp db", "192.0.2.100", " port = 99  vrf = red"),
        ("tcp nowhere", "192.0.2.100", " port = 99")))
    tracks = "".join("    track_%s { weight = -1 }\n" % name for name in (
        "ping gw", "ping gw6", "ping outside", "tcp db", "tcp nowhere"))
    with lab.client.open_socket() as server:
        server.bind(("192.0.2.100", 99))
        server.listen(64)
        lab.r1.start_vrrpd(checks + kinds.config("eth0", 100, ["v4m"],
                                                 extra=tracks))
        want = {"gw": True, "gw6": True, "outside": False, "db": True,
                "nowhere": False}
        lablib.wait_for(lambda: {t["name"]: t["state"] == "up" for t in
                                 lab.r1.instance("v4m")["tracks"]} == want, 20,
            lambda: str(lab.r1.instance("v4m")))
