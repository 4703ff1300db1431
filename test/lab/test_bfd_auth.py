"""Authenticated sessions between two bfdd (RFC 5880 section 6.7)."""

import signal

import pytest

from lab import wait_for

TYPES = ("simple", "keyed-md5", "meticulous-md5", "keyed-sha1",
         "meticulous-sha1")
SECRET = "hunter2hunter2"
# These are about what is accepted, not about speed, and run side by side with
# others: the machine's sleep must not look like a refusal.


def conf(peer, kind="none", key_id=1, key=SECRET, accept="", multiplier=15):
    auth = ""
    if kind != "none":
        auth = "auth = %s  auth_key_id = %d  auth_key = \"%s\"\n    %s" % (
            kind, key_id, key, accept)
    return """session x {
    peer = %s  interface = eth0
    interval = 20ms  multiplier = %d
    %s
}
""" % (peer, multiplier, auth)


def accept(key_id, key):
    return "accept_key %d { key = \"%s\" }" % (key_id, key)


def reload(router, text):
    router.bfdd_conf.write_text(text)
    router.bfdd.kill(signal.SIGHUP)


def discards(router, reason):
    return router.bfdd_call("show")["statistics"]["discards"][reason]


def wait_fast(*ends, multiplier=15):
    for router, peer in ends:
        router.wait_session(peer.address)
        wait_for(lambda: router.session(peer.address)["detection-time-us"] ==
                 multiplier * 20000, 10, "the interval is agreed")


# B-100 +, B-101 +
@pytest.mark.parametrize("kind", TYPES)
def test_type_comes_up_and_stays(lab, kind):
    r1, r2 = lab.r1, lab.r2
    r1.start_bfdd(conf(r2.address, kind))
    r2.start_bfdd(conf(r1.address, kind))
    wait_fast((r1, r2), (r2, r1))
    session = r1.session(r2.address)
    assert (session["authentication"], session["key-id"]) == (kind, 1)
    assert session["remote-authenticated"] is True
    assert session["remote-authentication-type"].endswith(kind.split("-")[-1]
        if kind != "simple" else "simple-password")
    count = session["receive-packet-count"]
    wait_for(lambda: r1.session(r2.address)["receive-packet-count"] >
             count + 50, 10, "50 packets")
    after = r1.session(r2.address)
    assert (after["up-count"], after["down-count"]) == (1, 0)
    assert after["receive-invalid-packet-count"] == 0

    # Keys are nowhere to be seen.
    shown = r1.vrrpctl("-j", "show", "bfd").stdout + \
        r1.vrrpctl("show", "bfd").stdout
    assert SECRET not in shown + r1.bfdd.log() + r2.bfdd.log()
    assert "authentication" in shown

    lab.cut(r2)
    r1.wait_session(r2.address, "down", 5)


# B-105 -
@pytest.mark.parametrize("kind, theirs, reason", (
    ("simple", ("simple", 1, "hunter3hunter3"), "auth-digest"),
    ("keyed-md5", ("keyed-md5", 1, "other"), "auth-digest"),
    ("meticulous-sha1", ("meticulous-sha1", 1, "other"), "auth-digest"),
    ("keyed-sha1", ("keyed-sha1", 2, SECRET), "auth-key"),
    ("keyed-sha1", ("meticulous-sha1", 1, SECRET), "auth-type"),
    ("keyed-sha1", ("none",), "auth-missing"),
    ("none", ("simple", 1, SECRET), "auth-unexpected"),
))
def test_disagreement_stays_down_and_counts(lab, kind, theirs, reason):
    r1, r2 = lab.r1, lab.r2
    r1.start_bfdd(conf(r2.address, kind), flags=("-D", "rx"))
    r2.start_bfdd(conf(r1.address, *theirs))
    wait_for(lambda: discards(r1, reason) >= 3, 10,
             lambda: "refused for %s: %s" % (
                 reason, r1.bfdd_call("show")["statistics"]))
    session = r1.session(r2.address)
    assert session["state"] == "down"
    assert session["remote-discriminator"] == 0
    assert session["receive-invalid-packet-count"] >= 3
    assert session["receive-packet-count"] == \
        session["receive-invalid-packet-count"]
    assert "reason=" + reason in r1.bfdd.log()
    assert SECRET not in r1.bfdd.log() + r2.bfdd.log()


# B-106 +, B-108 +
@pytest.mark.parametrize("kind", ("simple", "keyed-md5", "meticulous-sha1"))
def test_rollover_without_a_flap(lab, kind):
    r1, r2 = lab.r1, lab.r2
    ends = ((r1, r2), (r2, r1))
    for router, peer in ends:
        router.start_bfdd(conf(peer.address, kind, 1, "old"))
    wait_fast(*ends)

    def accepted(router, peer):
        return router.session(peer.address)["accepted-key-ids"]

    def signs(router, peer):
        return router.session(peer.address)["key-id"]

    for router, peer in ends:
        reload(router, conf(peer.address, kind, 1, "old", accept(2, "new")))
        wait_for(lambda: accepted(router, peer) == [1, 2], 5, "both accepted")
    for router, peer in ends:
        reload(router, conf(peer.address, kind, 2, "new", accept(1, "old")))
    for router, peer in ends:
        wait_for(lambda: signs(router, peer) == 2, 5, "the new one signs")
    for router, peer in ends:
        reload(router, conf(peer.address, kind, 2, "new"))
        wait_for(lambda: accepted(router, peer) == [2], 5, "the old is gone")
    for router, peer in ends:
        session = router.session(peer.address)
        assert (session["up-count"], session["down-count"]) == (1, 0)
        assert session["state"] == "up"
        # Nor was a single packet refused on the way.
        assert session["receive-invalid-packet-count"] == 0


# B-108 +
def test_turned_on_without_a_flap(lab):
    r1, r2 = lab.r1, lab.r2
    ends = ((r1, r2), (r2, r1))
    for router, peer in ends:
        router.start_bfdd(conf(peer.address))
    wait_fast(*ends)
    reload(r1, conf(r2.address, "meticulous-sha1"))
    # More than would take the session down were they in a row.
    wait_for(lambda: discards(r2, "auth-unexpected") >= 20, 10,
             "r1 tries, one packet in four")
    assert r1.session(r2.address)["authentication-pending"] == \
        "meticulous-sha1"
    reload(r2, conf(r1.address, "meticulous-sha1"))
    for router, peer in ends:
        wait_for(lambda: router.session(peer.address)["authentication"] ==
                 "meticulous-sha1", 5, "in use")
        session = router.session(peer.address)
        assert "authentication-pending" not in session
        assert (session["up-count"], session["down-count"]) == (1, 0)


# B-107 +, B-9 +
@pytest.mark.parametrize("how", (signal.SIGKILL, signal.SIGTERM),
                         ids=("killed", "stopped"))
def test_restart_with_another_sequence(lab, how):
    r1, r2 = lab.r1, lab.r2
    # A sequence is forgotten after twice the detection time of slow packets.
    ends = ((r1, r2), (r2, r1))
    for router, peer in ends:
        router.start_bfdd(conf(peer.address, "meticulous-sha1", multiplier=3))
    wait_fast(*ends, multiplier=3)
    r1.bfdd.stop(how)
    r1.start_bfdd(conf(r2.address, "meticulous-sha1", multiplier=3))
    wait_fast(*ends, multiplier=3)
