"""bfdd and BIRD, FRR, keepalived: each with the same sessions, as bfdd.conf(5)
tells people to configure them.

One pair of daemons serves all the tests of a peer, in the order of this file;
each begins and ends with everything up.
"""

import re
import shutil
import signal
import statistics
import time

import pytest

from bfd_peers import (OURS, PEERS, TOP, configuration, topology,
                       tshark)
from lab import Capture, Gap, wait_for

MS = 1000
BFD = "udp port 3784 or udp port 4784 or udp port 3785"


class Pair:
    def __init__(self, kind):
        self.lab = topology()
        self.r1 = self.lab.r1
        self.conf = configuration(*kind.ours)
        self.capture = Capture(self.r1, "eth0", BFD)
        self.r1.start_bfdd(self.conf)
        self.peer = kind(self.lab.r2)
        self.peer.start()
        self.sessions = kind.sessions

    def reload(self, old="", new=""):
        self.r1.bfdd_conf.write_text(self.conf.replace(old, new))
        self.r1.bfdd.kill(signal.SIGHUP)

    def ours(self):
        """Our sessions by peer, all there are."""
        found = {s["peer"]: s for s in self.r1.bfdd_call("show")["sessions"]}
        assert sorted(found) == sorted(self.sessions)
        return found

    def wait(self, what, *values, timeout=15):
        """Every session has one of these values."""
        wait_for(lambda: all(s[what] in values
                             for s in self.ours().values()), timeout,
                 lambda: "%s is %s: %s\n%s" % (
                     what, values, {p: s[what] for p, s
                                    in self.ours().items()},
                     self.peer.process.log()[-3000:]))
        return self.ours()

    def wait_up(self):
        """Up on both sides, at the intervals of the manual."""
        self.wait("state", "up")
        self.wait("detection-time-us", 150 * MS)
        self.wait("tx-interval-us", 50 * MS)
        for peer in self.sessions:
            self.peer.wait(peer, "up")

    def wait_traffic(self, packets=3):
        """So many more packets from and to every session."""
        def counted():
            return [s[way + "-packet-count"] for s in self.ours().values()
                    for way in ("send", "receive")]

        before = counted()
        wait_for(lambda: all(now >= then + packets for now, then
                             in zip(counted(), before)), 10, "packets")

    def counts(self):
        return {p: (s["up-count"], s["down-count"])
                for p, s in self.ours().items()}


@pytest.fixture(scope="module", params=PEERS, ids=lambda kind: kind.program)
def shared(request):
    reason = request.param.missing()
    if reason:
        pytest.skip(reason)
    pair = Pair(request.param)
    yield pair
    pair.lab.close()


@pytest.fixture
def pair(shared, request):
    request.node.labs = [shared.lab]
    shared.wait_up()
    return shared


# B-37 +, B-67 +
def test_up_with_the_peer(pair):
    """Slow start, handshake, and the first Poll, all from the peer's view."""
    for peer, session in pair.ours().items():
        assert session["remote-discriminator"] != 0
        assert session["remote-multiplier"] == 3
        assert session["receive-invalid-packet-count"] == 0
        assert (session["up-count"], session["down-count"]) == (1, 0), session


# B-39 +, B-60 +, B-61 +
def test_intervals_and_multiplier_changed_by_the_peer(pair):
    before = pair.counts()
    pair.peer.slower()
    pair.wait("detection-time-us", 500 * MS)
    pair.wait("tx-interval-us", 100 * MS)
    pair.peer.as_before()
    pair.wait_up()
    assert pair.counts() == before


# B-70 +, B-71 +
def test_intervals_changed_by_us(pair):
    before = pair.counts()
    pair.reload("50ms", "100ms")
    pair.wait("detection-time-us", 300 * MS)
    pair.wait("tx-interval-us", 100 * MS)
    # The peer answered our Poll, or these would not be in force.
    pair.wait("desired-min-tx-interval", 100 * MS)
    pair.reload()
    pair.wait_up()
    assert pair.counts() == before


# B-37 +
def test_peer_shut_down(pair):
    """FRR says AdminDown; the others fall silent, which is all we can see."""
    before = pair.counts()
    pair.peer.shutdown()
    downs = pair.wait("state", "down")
    for session in downs.values():
        if pair.peer.admin_down:
            assert (session["reason"], session["diagnostic"]) == (
                "remote-admin-down", "neighbor-down")
        else:
            assert (session["reason"], session["diagnostic"]) == (
                "timeout", "control-expiry")
    pair.peer.no_shutdown()
    pair.wait_up()
    assert pair.counts() == {p: (ups + 1, downs + 1)
                             for p, (ups, downs) in before.items()}


# B-51 +, B-52 +
def test_shut_down_by_us(pair):
    pair.reload("multiplier = 3", "multiplier = 3  admin_down = yes")
    pair.wait("state", "admin-down")
    for peer in pair.sessions:
        pair.peer.wait(peer, "down")
    # The peer says why: it was told, its timer did not run out.
    pair.wait("remote-diagnostic", "neighbor-down")
    pair.reload()
    pair.wait_up()


def detections_of_the_peer(path, sessions):
    """From its own wire: silence from us until it says Down, and its bound.

    Both in milliseconds, of every session; the bound is of the values in the
    packets themselves (RFC 5880 section 6.8.4).
    """
    fields = ("frame.time_epoch", "ip.src", "ipv6.src", "bfd.sta",
              "bfd.detect_time_multiplier", "bfd.desired_min_tx_interval",
              "bfd.required_min_rx_interval")
    packets = []
    for line in tshark(path, "-Y", "bfd", "-T", "fields",
                       *[a for f in fields for a in ("-e", f)]):
        at, v4, v6, *numbers = line.split("\t")
        packets.append((float(at) * 1000, v4 or v6,
                        *[int(n, 0) for n in numbers]))
    result = []
    for peer in sessions:
        said = [p for p in packets if p[1] == peer]
        heard = [p for p in packets if p[1] == OURS[peer]]
        down = next(p[0] for p in said if p[2] == 1)
        last = [p for p in heard if p[0] < down][-1]
        up = [p for p in said if p[2] == 3 and p[0] < down][-1]
        bound = last[3] * max(up[5], last[4]) / 1000
        result.append((down - last[0], bound))
    return result


# B-61 +, B-68 +
def test_silent_cut_is_found_by_both_and_mended(pair):
    """As a rule within a fifth of the detection time, and never before it."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    here, there, machine = [], [], 0
    for _ in range(3):
        pair.wait_up()
        bounds = {p: s["detection-time-us"] / MS
                  for p, s in pair.ours().items()}
        gap = Gap(pair.lab.client)
        with Capture(pair.lab.r2, "eth0", BFD) as capture:
            pair.wait_traffic()
            mend = pair.lab.cut(pair.lab.r2)
            downs = pair.wait("state", "down", timeout=5)
            for peer in pair.sessions:
                pair.peer.wait(peer, "down", 5)
            wait_for(lambda: set(tshark(
                capture.path, "-Y", "bfd.sta == 1", "-T", "fields", "-e",
                "ip.src", "-e", "ipv6.src")).issuperset(
                    (p + "\t" if "." in p else "\t" + p)
                    for p in pair.sessions), 10, "the peer says Down",
                     interval=0.1)
            capture.process.stop(signal.SIGINT)
        mend()
        machine = max(machine, gap.stop())
        for peer, session in downs.items():
            assert (session["reason"], session["diagnostic"]) == (
                "timeout", "control-expiry")
            took = (session["decided-ns"] - session["last-rx-ns"]) / 1e6
            here.append((took, bounds[peer]))
        there += detections_of_the_peer(capture.path, pair.sessions)
    print(pair.peer.title, "here", here, "there", there, "machine", machine)
    for took, bound in here:
        assert took >= bound - 0.001
    for who in here, there:
        late = statistics.median(took - bound for took, bound in who)
        assert late <= who[0][1] / 5 + machine, (here, there, machine)
    pair.wait_up()


def test_nothing_was_refused(pair):
    """Through all of that neither side sent what the other did not want."""
    show = pair.r1.bfdd_call("show")
    discards = {k: v for k, v in show["statistics"]["discards"].items() if v}
    for name in "no-session", "admin-down":       # after a shutdown
        discards.pop(name, None)
    assert discards == {}


def test_tshark_finds_no_fault_with_ours(pair):
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    pair.capture.process.stop(signal.SIGINT)
    ours = " || ".join("%s.src == %s" % ("ip" if "." in OURS[p] else "ipv6",
                                         OURS[p]) for p in pair.sessions)
    states = set(tshark(pair.capture.path, "-Y", "bfd && (%s)" % ours, "-T",
                        "fields", "-e", "bfd.sta"))
    assert len(states) == 4, states     # Down, Init, Up, AdminDown
    faults = tshark(pair.capture.path, "-o", "ip.check_checksum:TRUE", "-Y",
                    "(_ws.malformed || _ws.expert.severity >= \"Warning\")"
                    " && (%s)" % ours, "-V")
    assert faults == [], "\n".join(faults[:80])


def test_readme_says_what_the_manual_says(pair):
    """Each line of the README's blocks is one the manual has, in its order."""
    section = (TOP / "README.md").read_text().split(
        "## Pairing with routers")[1].split("\n## ")[0]
    blocks = ["".join(line[4:] + "\n" for line in block.splitlines())
              for block in re.findall(r"(?:^    .*\n)+", section, re.M)]
    titles = ["This side", "FRR", "BIRD", "keepalived"]
    assert len(blocks) == len(titles)
    mine = blocks[titles.index(pair.peer.title)]
    for block, title in (blocks[0], titles[0]), (mine, pair.peer.title):
        manual = iter(configuration(title).splitlines())
        for line in block.splitlines():
            assert line in manual, (title, line)
