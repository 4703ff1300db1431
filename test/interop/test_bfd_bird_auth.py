"""Authentication with BIRD: five types at once, each on a cable of its own.

BIRD's authentication is a property of the interface.  What it reads for each
cable is the interface block of bfdd.conf(5) with the name and type changed, and
the same goes for ours.
"""

import re
import signal

import pytest

from bfd_peers import Bird, configuration, topology, tshark
from lab import Capture, wait_for

pytestmark = pytest.mark.skipif(Bird.missing() is not None,
                                reason=str(Bird.missing()))

TYPES = {"simple": "simple", "keyed-md5": "keyed md5",
         "meticulous-md5": "meticulous keyed md5", "keyed-sha1": "keyed sha1",
         "meticulous-sha1": "meticulous keyed sha1"}
OLD, NEW = (1, "secret"), (2, "another")


def cables():
    return [("eth%d" % (11 + i), "192.0.%d." % (11 + i), ours, theirs)
            for i, (ours, theirs) in enumerate(TYPES.items())]


def ours(first, *others):
    """Signs with the first key, accepts all."""
    text = ""
    for name, network, kind, _ in cables():
        block = configuration("BIRD", 2)
        for old, new in (("session router", "session " + kind),
                         ("eth0", name), ("192.0.2.", network),
                         ("meticulous-sha1", kind),
                         ("auth_key_id = 1", "auth_key_id = %d" % first[0]),
                         ("\"secret\"", "\"%s\"" % first[1])):
            assert old in block
            block = block.replace(old, new)
        accept = "".join("accept_key %d { key = \"%s\" }\n" % key
                         for key in others)
        text += block.rstrip().rstrip("}") + accept + "}\n"
    return text


def theirs(*keys):
    conf = configuration("BIRD", 1)
    interface = re.search(r"    interface .*?\n    };\n", conf, re.S).group()
    neighbor = re.search(r"    neighbor .*\n", conf).group()
    blocks = ""
    for name, network, _, kind in cables():
        block = interface.replace("eth0", name).replace(
            "meticulous keyed sha1", kind)
        password = re.search(r" *password .*\n", block).group()
        passwords = "".join(
            password.replace("secret", key).replace("id 1", "id %d" % number)
            for number, key in keys)
        blocks += block.replace(password, passwords)
        blocks += neighbor.replace("eth0", name).replace("192.0.2.", network)
    return conf.replace(interface, "").replace(neighbor, blocks)


class Five:
    def __init__(self):
        self.lab = topology()
        for name, network, _, _ in cables():
            self.lab.r1.ip("link", "add", name, "type", "veth", "peer", "name",
                           name, "netns", self.lab.r2.netns)
            for router, number in ((self.lab.r1, 1), (self.lab.r2, 2)):
                router.ip("address", "add", "%s%d/24" % (network, number),
                          "dev", name)
                router.ip("link", "set", name, "up")
        self.capture = Capture(self.lab.r1, "any", "udp port 3784")
        self.lab.r1.start_bfdd(ours(OLD))
        self.bird = Bird(self.lab.r2)
        self.bird.start(theirs(OLD))
        self.key = OLD                  # what both sign with now

    def sessions(self):
        return {s["peer"]: s
                for s in self.lab.r1.bfdd_call("show")["sessions"]}

    def wait(self, condition, what, timeout=15):
        wait_for(lambda: all(condition(s) for s in self.sessions().values()),
                 timeout, lambda: "%s: %s\n%s" % (
                     what, self.sessions(), self.bird.process.log()[-2000:]))

    def wait_up(self):
        self.wait(lambda s: s["state"] == "up"
                  and s["detection-time-us"] == 150000
                  and s["tx-interval-us"] == 50000, "up and fast")
        for _, network, _, _ in cables():
            wait_for(lambda: self.bird.state_of(network + "1") == "up", 10,
                     "BIRD agrees")

    def reload(self, conf):
        self.lab.r1.bfdd_conf.write_text(conf)
        self.lab.r1.bfdd.kill(signal.SIGHUP)

    def counts(self):
        return {p: (s["up-count"], s["down-count"])
                for p, s in self.sessions().items()}

    def traffic(self, packets=8):
        """More than a detection time of packets, both ways."""
        before = self.sessions()
        self.wait(lambda s: all(
            s[k] >= before[s["peer"]][k] + packets
            for k in ("send-packet-count", "receive-packet-count")),
            "%d more packets" % packets)


@pytest.fixture(scope="module")
def shared():
    five = Five()
    yield five
    five.lab.close()


@pytest.fixture
def five(shared, request):
    request.node.labs = [shared.lab]
    shared.wait_up()
    return shared


# B-100 +, B-101 +, B-105 +
def test_all_types_both_ways(five):
    kinds = {s["authentication"] for s in five.sessions().values()}
    assert kinds == set(TYPES)
    five.traffic(40)
    for session in five.sessions().values():
        assert (session["up-count"], session["down-count"]) == (1, 0), session
        assert session["receive-invalid-packet-count"] == 0, session


# B-106 +, B-108 +
def test_key_change_without_a_flap(five):
    before = five.counts()
    five.reload(ours(OLD, NEW))
    five.wait(lambda s: s["accepted-key-ids"] == [1, 2], "both accepted")
    five.bird.configure(theirs(OLD, NEW))
    five.traffic()
    five.reload(ours(NEW, OLD))
    five.traffic()
    five.bird.configure(theirs(NEW, OLD))
    # As soon as the peer does; until then one packet in four is.
    five.wait(lambda s: s["key-id"] == 2, "we sign with the new one")
    five.traffic()
    five.reload(ours(NEW))
    five.wait(lambda s: s["accepted-key-ids"] == [2], "the old one is gone")
    five.bird.configure(theirs(NEW))
    five.key = NEW
    five.traffic()
    assert five.counts() == before
    five.wait_up()


# B-105 -
def test_another_secret_is_refused_by_both(five):
    wrong = (five.key[0], "not the one")
    five.bird.configure(theirs(wrong))
    five.wait(lambda s: s["state"] == "down", "ours goes down")
    before = five.sessions()
    five.wait(lambda s: s["receive-invalid-packet-count"] >
              before[s["peer"]]["receive-invalid-packet-count"] + 1,
              "we refuse theirs")
    five.wait(lambda s: s["remote-discriminator"] == 0, "nothing is believed")
    for _, network, _, _ in cables():
        wait_for(lambda: five.bird.state_of(network + "1") == "down", 10,
                 "BIRD refuses ours")
    five.bird.configure(theirs(five.key))
    five.wait_up()


# B-107 +, B-9 +
def test_restart_of_the_peer_with_another_sequence(five):
    five.bird.process.stop(signal.SIGKILL)
    five.wait(lambda s: s["state"] == "down", "silence")
    five.bird.start(theirs(five.key))
    five.wait_up()


def test_tshark_finds_no_fault(five):
    import shutil
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    five.capture.process.stop(signal.SIGINT)
    source = " || ".join("ip.src == %s1" % network
                         for _, network, _, _ in cables())
    kinds = set(tshark(five.capture.path, "-Y", source, "-T", "fields", "-e",
                       "bfd.auth.type"))
    assert len(kinds - {""}) == 5, kinds
    faults = tshark(five.capture.path, "-Y",
                    "(_ws.malformed || _ws.expert.severity >= \"Warning\")"
                    " && (%s)" % source, "-V")
    assert faults == [], "\n".join(faults[:80])
