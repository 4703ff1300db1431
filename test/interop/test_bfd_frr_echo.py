"""The echo function with FRR: each sends its echoes through the other."""

import signal

import pytest

from bfd_peers import V4, Frr, configuration, topology
from lab import Capture, wait_for

pytestmark = pytest.mark.skipif(Frr.missing() is not None,
                                reason=str(Frr.missing()))
MS = 1000


@pytest.fixture
def pair(request):
    lab = topology()
    request.node.labs = [lab]
    for router in lab.r1, lab.r2:
        router.sysctl("net.ipv4.ip_forward", 1)
    frr = Frr(lab.r2)
    lab.r1.start_bfdd(configuration("FRR", 2))
    frr.start(configuration("FRR", 1))
    yield lab, frr
    lab.close()


def echoes(frr):
    """Sent and received by FRR."""
    for line in frr.vtysh("show bfd peers counters json").splitlines():
        if "echo-packet-input" in line:
            got = int(line.split(":")[1].rstrip(","))
        if "echo-packet-output" in line:
            return int(line.split(":")[1].rstrip(",")), got
    return 0, 0


# B-92 +, B-93 +, B-94 +
def test_echo_both_ways_and_a_cut(pair):
    lab, frr = pair
    r1 = lab.r1

    def ours():
        return r1.session(V4)

    wait_for(lambda: ours().get("receive-echo-packet-count", 0) > 20, 20,
             lambda: "our echoes come back: %s" % ours())
    wait_for(lambda: echoes(frr)[1] > 20, 20,
             lambda: "FRR's echoes come back: %s %s" % (
                 echoes(frr), frr.process.log()))
    wait_for(lambda: ours()["detection-time-us"] == 3000 * MS, 10,
             "control packets have become slow")
    session = ours()
    assert session["detection-mode"] == "async-with-echo"
    assert session["echo-tx-interval-in-use"] == 50 * MS
    assert session["send-echo-packet-count"] - \
        session["receive-echo-packet-count"] <= 2
    assert (session["up-count"], session["down-count"]) == (1, 0)
    assert frr.state(V4) == "up"

    with Capture(lab.r2, "eth0", "udp port 3784") as capture:
        mend = lab.cut(lab.r2)
        down = r1.wait_session(V4, "down", 5)
        frr.wait(V4, "down", 5)
        capture.stop()
    # Long before the control packets would have told.
    assert (down["diagnostic"], down["reason"]) == ("echo-failed", "echo")
    assert down["decided-ns"] - down["last-rx-ns"] < 2500 * MS * 1000
    mend()
    wait_for(lambda: ours()["state"] == "up"
             and ours()["detection-mode"] == "async-with-echo", 20,
             "up again, with echo")

    # Not any more: asynchronous mode at once, and no flap.
    downs = ours()["down-count"]
    r1.bfdd_conf.write_text(configuration("This side").split("session router6"
                                                             )[0])
    r1.bfdd.kill(signal.SIGHUP)
    wait_for(lambda: ours()["detection-time-us"] == 150 * MS, 10,
             lambda: "control packets are fast again: %s" % ours())
    wait_for(lambda: ours()["tx-interval-us"] == 50 * MS, 10,
             "ours too")
    session = ours()
    assert (session["state"], session["down-count"]) == ("up", downs)
    assert frr.state(V4) == "up"
