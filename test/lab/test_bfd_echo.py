"""Echo: packets from ourselves, by way of the neighbour, to ourselves."""

import signal

import pytest

from lab import Capture, wait_for

MS = 1000


def session(peer, words, interval="50ms", multiplier=3):
    return """session x {
    peer = %s  interface = eth0
    interval = %s  multiplier = %d
    %s
}
""" % (peer, interval, multiplier, words)


def forwards(router, on=True):
    router.sysctl("net.ipv4.ip_forward", int(on))
    router.sysctl("net.ipv6.conf.all.forwarding", int(on))


def addresses(lab, kind):
    """What r1 calls r2, and the other way round."""
    if kind == "ipv4":
        return lab.r2.address, lab.r1.address
    for router, number in ((lab.r1, 1), (lab.r2, 2)):
        router.ip("address", "add", "2001:db8::%d/64" % number, "dev", "eth0",
                  "nodad")
    if kind == "ipv6":
        return "2001:db8::2", "2001:db8::1"
    for router, number in ((lab.r1, 1), (lab.r2, 2)):
        router.ip("address", "add", "fe80::%d/64" % number, "dev", "eth0",
                  "nodad")
    return "fe80::2", "fe80::1"


def echoing(router, peer):
    session = router.session(peer)
    return session["state"] == "up" and \
        session["detection-mode"] == "async-with-echo" and \
        session.get("receive-echo-packet-count", 0)


def wait_echo(router, peer, more=0):
    return wait_for(lambda: echoing(router, peer) > more, 15,
                    lambda: "echo comes back: %s" % router.session(peer))


# B-92 +, B-93 +, B-95 +
@pytest.mark.parametrize("kind", ("ipv4", "ipv6", "link-local"))
def test_echo_between_two_bfdd(lab, kind):
    r1, r2 = lab.r1, lab.r2
    to_r2, to_r1 = addresses(lab, kind)
    forwards(r1)
    forwards(r2)
    words = "echo_min_rx = 20ms  echo_min_tx = 10ms"
    r1.start_bfdd(session(to_r2, words))
    r2.start_bfdd(session(to_r1, words))
    wait_echo(r1, to_r2, 50)
    wait_echo(r2, to_r1, 50)
    wait_for(lambda: r1.session(to_r2)["detection-time-us"] == 3000 * MS, 10,
             "control packets have become slow")
    here = r1.session(to_r2)
    assert here["echo-tx-interval-in-use"] == 20 * MS
    assert here["remote-min-echo-rx-interval"] == 20 * MS
    assert (here["up-count"], here["down-count"]) == (1, 0)
    assert here["send-echo-packet-count"] - \
        here["receive-echo-packet-count"] <= 2
    assert 0 < here["echo-round-trip-us"] < 20 * MS

    mend = lab.cut(r2)
    down = r1.wait_session(to_r2, "down", 5)
    assert (down["diagnostic"], down["reason"]) == ("echo-failed", "echo")
    # Long before the control packets would have told.
    assert down["decided-ns"] - down["last-rx-ns"] < 2000 * MS * 1000
    mend()
    wait_echo(r1, to_r2)


# B-90 -, B-33 +
def test_no_echo_unless_the_peer_says_so(lab):
    r1, r2 = lab.r1, lab.r2
    forwards(r2)
    r1.start_bfdd(session(r2.address, "echo_min_tx = 20ms"))
    r2.start_bfdd(session(r1.address, ""))
    with Capture(r2, "eth0", "udp port 3785") as capture:
        r1.wait_session(r2.address)
        count = r1.session(r2.address)["receive-packet-count"]
        wait_for(lambda: r1.session(r2.address)["receive-packet-count"] >
                 count + 20, 10, "20 packets")
        assert capture.stop() == []
    assert r1.session(r2.address)["detection-mode"] == "async-without-echo"

    # Turned on there, and off again, by reload; the session stays up.
    r2.bfdd_conf.write_text(session(r1.address, "echo_min_rx = 20ms"))
    r2.bfdd.kill(signal.SIGHUP)
    wait_echo(r1, r2.address)
    r2.bfdd_conf.write_text(session(r1.address, ""))
    r2.bfdd.kill(signal.SIGHUP)
    wait_for(lambda: r1.session(r2.address)["detection-mode"] ==
             "async-without-echo", 5, "echo stops")
    wait_for(lambda: r1.session(r2.address)["detection-time-us"] == 150 * MS,
             10, "control packets are fast again")
    here = r1.session(r2.address)
    assert (here["state"], here["down-count"]) == ("up", 0)


# B-95 -
def test_peer_that_does_not_forward_is_down_with_diag_2(lab):
    r1, r2 = lab.r1, lab.r2
    forwards(r2, False)
    r1.start_bfdd(session(r2.address, "echo_min_tx = 20ms"))
    r2.start_bfdd(session(r1.address, "echo_min_rx = 20ms"))
    wait_for(lambda: r1.session(r2.address)["down-count"], 15,
             "no echo comes back")
    wait_for(lambda: "reason=echo" in r1.bfdd.log(), 5, "it is said")


def test_link_local_without_a_routable_address_says_so(lab):
    r1, r2 = lab.r1, lab.r2
    for router, number in ((r1, 1), (r2, 2)):
        router.ip("address", "add", "fe80::%d/64" % number, "dev", "eth0",
                  "nodad")
    r1.start_bfdd(session("fe80::2", "echo_min_tx = 20ms"))
    r2.start_bfdd(session("fe80::1", "echo_min_rx = 20ms"))
    wait_for(lambda: "no address" in r1.session("fe80::2").get("echo-error",
                                                               ""),
             15, "the reason is shown")
    # It is not the path that failed.
    assert r1.wait_session("fe80::2")["down-count"] == 0
    r1.ip("address", "add", "2001:db8::1/64", "dev", "eth0", "nodad")
    r2.ip("address", "add", "2001:db8::2/64", "dev", "eth0", "nodad")
    forwards(r2)
    wait_echo(r1, "fe80::2")
    assert r1.session("fe80::2")["down-count"] == 0


@pytest.mark.parametrize("kind", ("ipv4", "ipv6", "link-local"))
def test_unaffiliated_echo_with_a_router_without_bfd(lab, kind):
    from scapy.layers.inet import IP, UDP
    from scapy.layers.inet6 import IPv6

    r1, r2 = lab.r1, lab.r2
    to_r2, _ = addresses(lab, kind)
    forwards(r2)
    r1.start_bfdd(session(to_r2, "unaffiliated_echo = yes", "10ms"))
    up = r1.wait_session(to_r2)
    assert up["unaffiliated-echo"] and up["dest-port"] == 3785
    assert up["detection-time-us"] == 30 * MS
    assert up["remote-discriminator"] == up["local-discriminator"]

    with Capture(r2, "eth0", "udp port 3785") as capture:
        count = r1.session(to_r2)["receive-packet-count"]
        wait_for(lambda: r1.session(to_r2)["receive-packet-count"] >
                 count + 20, 10, "20 packets")
        frames = capture.stop()
    ttls = set()
    for frame in frames:
        ip = frame[IP] if kind == "ipv4" else frame[IPv6]
        ttls.add(ip.ttl if kind == "ipv4" else ip.hlim)
        assert ip.src == ip.dst
        assert frame[UDP].sport == up["source-port"]
        data = bytes(frame[UDP].payload)
        assert data[0] >> 5 == 1
        assert data[1] == 0xc0                      # Up; neither P nor F
        assert data[4:8] == data[8:12]
        assert data[12:16] == data[16:20] == (1000000).to_bytes(4, "big")
        assert data[20:24] == b"\0\0\0\0"
    assert ttls == {254, 255}

    mend = lab.cut(r2)
    down = r1.wait_session(to_r2, "down", 5)
    assert (down["diagnostic"], down["reason"]) == ("echo-failed", "echo")
    assert down["decided-ns"] - down["last-rx-ns"] >= 30 * MS * 1000
    mend()
    again = r1.wait_session(to_r2)
    assert again["down-count"] == 1


def test_unaffiliated_echo_without_forwarding_stays_down(lab):
    r1, r2 = lab.r1, lab.r2
    forwards(r2, False)
    r1.start_bfdd(session(r2.address, "unaffiliated_echo = yes"))
    wait_for(lambda: r1.session(r2.address)["send-packet-count"] >= 3, 10,
             "packets leave")
    assert r1.session(r2.address)["state"] == "down"
    forwards(r2)
    r1.wait_session(r2.address)


def test_unaffiliated_echo_authenticated_and_changed_while_up(lab):
    r1, r2 = lab.r1, lab.r2
    forwards(r2)
    words = "unaffiliated_echo = yes"
    auth = "auth = meticulous-sha1 auth_key_id = 1 auth_key = secret"
    r1.start_bfdd(session(r2.address, words, "50ms"))
    r1.wait_session(r2.address)

    def change(text, detection_ms):
        r1.bfdd_conf.write_text(text)
        r1.bfdd.kill(signal.SIGHUP)
        wait_for(lambda: r1.session(r2.address)["detection-time-us"] ==
                 detection_ms * MS, 5, "the new interval")
        count = r1.session(r2.address)["receive-packet-count"]
        wait_for(lambda: r1.session(r2.address)["receive-packet-count"] >
                 count + 10, 10, "packets come back")
        assert r1.session(r2.address)["down-count"] == 0

    change(session(r2.address, words, "10ms"), 30)
    change(session(r2.address, words, "200ms"), 600)
    change(session(r2.address, words, "10ms", 5), 50)
    change(session(r2.address, words + " " + auth, "20ms"), 60)
    assert r1.session(r2.address)["authentication"] == "meticulous-sha1"

    # Silence, then up again.
    r1.bfdd_conf.write_text(session(r2.address, words + " admin_down = yes"))
    r1.bfdd.kill(signal.SIGHUP)
    r1.wait_session(r2.address, "admin-down")
    with Capture(r2, "eth0", "udp port 3785") as capture:
        with pytest.raises(TimeoutError):
            wait_for(lambda: False, 1.5, "never")
        assert capture.stop() == []
    r1.bfdd_conf.write_text(session(r2.address, words))
    r1.bfdd.kill(signal.SIGHUP)
    r1.wait_session(r2.address)
