"""What the three BFD benches share: two routers on one cable, many sessions,
and four daemons that can be at either end.

    a eth0 ------------ eth0 b

Session i is between 10.77.0.0 + i at a and 10.77.128.0 + i at b.  Neighbour
entries are permanent: the kernel's table is not what is measured, and it is
too small for a thousand neighbours.

An End is one daemon with one end of the sessions.  All count Downs the same
way: an Up that ended, as the daemon itself says.
"""

import json
import math
import os
import pathlib
import re
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

from lab import (BUILD, RUN, Gap, LabError, Router, remove_netns,  # noqa
                 run, wait_for)

FRR = pathlib.Path("/usr/lib/frr")
TICKS = os.sysconf("SC_CLK_TCK")


def address(side, i):
    return "10.77.%d.%d" % ((128 if side else 0) + (i + 1) // 256,
                            (i + 1) % 256)


class Cable:
    """Two nodes and the cable between them."""

    count = 0

    def __init__(self, sessions):
        Cable.count += 1
        self.prefix = "cable%d-" % Cable.count
        self.dir = RUN / ("cable%d" % Cable.count)
        self.sessions = sessions
        self.nodes = [Router(self, "a", address(0, 0)),
                      Router(self, "b", address(1, 0))]
        a, b = self.nodes
        a.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0",
             "netns", b.netns)
        for node in self.nodes:
            node.ip("link", "set", "eth0", "up", "txqueuelen", "10000")
        for side, node in enumerate(self.nodes):
            mac = self.nodes[1 - side].mac()
            lines = ["address add %s/16 dev eth0" % address(side, i)
                     for i in range(sessions)]
            lines += ["neighbour replace %s lladdr %s nud permanent dev eth0"
                      % (address(1 - side, i), mac) for i in range(sessions)]
            node.run("ip", "-batch", "-", stdin="\n".join(lines) + "\n",
                     timeout=120)

    def cut(self, both=True):
        """Nothing passes any more, from b or from both; the carrier stays.

        Dropped where it would leave, so that a capture at the other end sees
        only what arrived.
        """
        for node in reversed(self.nodes) if both else self.nodes[1:]:
            node.run("nft", "-f", "-", stdin="table netdev cut {\nchain c { "
                     "type filter hook egress device eth0 priority 0; "
                     "drop; }\n}\n")

    def mend(self):
        for node in self.nodes:
            node.run("nft", "delete", "table", "netdev", "cut", check=False)

    def logs(self, lines=15):
        text = ""
        for node in self.nodes:
            for path in sorted(node.dir.glob("*.log")):
                tail = path.read_text(errors="replace").splitlines()[-lines:]
                text += "--- %s %s\n%s\n" % (node.name, path.name,
                                             "\n".join(tail))
        return text

    def close(self):
        for node in self.nodes:
            node.close()
        for node in self.nodes:
            remove_netns(node.netns)
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class End:
    """One daemon with one end of the sessions of a cable."""

    def __init__(self, cable, side, interval_ms, multiplier):
        self.cable = cable
        self.side = side
        self.node = cable.nodes[side]
        self.interval_ms = interval_ms
        self.multiplier = multiplier

    def pairs(self):
        return [(address(self.side, i), address(1 - self.side, i))
                for i in range(self.cable.sessions)]

    def pid(self):
        return self.process.pid

    def realtime(self, priority):
        """As its own option has it, where it has one; else by chrt."""
        run("chrt", "-a", "-f", "-p", str(priority), str(self.pid()))

    def cpu_s(self):
        fields = pathlib.Path("/proc/%d/stat" % self.pid()).read_text()
        fields = fields.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_kib(self):
        text = pathlib.Path("/proc/%d/status" % self.pid()).read_text()
        return int(re.search(r"VmRSS:\s*(\d+)", text).group(1))

    def wait_up(self, timeout=60):
        wait_for(lambda: self.up() == self.cable.sessions, timeout,
                 lambda: "%s: %d sessions up, now %d\n%s" % (
                     self.name, self.cable.sessions, self.up(),
                     self.cable.logs()), interval=0.2)


class Swiftover(End):
    name = "swiftover"

    def start(self, realtime_priority=50):
        conf = "realtime_priority = %d\n" % realtime_priority + "".join(
            "session s%d { peer = %s local = %s interface = eth0 "
            "interval = %gms multiplier = %d }\n" %
            (i, peer, local, self.interval_ms, self.multiplier)
            for i, (local, peer) in enumerate(self.pairs()))
        self.process = self.node.start_bfdd(conf)

    def show(self):
        return self.node.bfdd_call("show")

    def up(self):
        return self.show()["summary"]["number-of-sessions-up"]

    def downs(self):
        return sum(s["down-count"] for s in self.show()["sessions"])

    def wait_fast(self, timeout=20):
        """Both sides have left the second of the handshake."""
        wait_for(lambda: all(
            s["tx-interval-us"] <= self.interval_ms * 1000 and
            s["negotiated-rx-interval"] <= self.interval_ms * 1000
            for s in self.show()["sessions"]), timeout,
            lambda: "%s: full speed\n%s" % (self.name, self.cable.logs()))

    def own_figures(self):
        """What only we can tell: stalls, and how near a Down we came."""
        shown = self.show()
        return {"scheduling": shown["scheduling"],
                "statistics": shown["statistics"],
                "worst-gap-us": max(s["worst-gap-us"]
                                    for s in shown["sessions"]),
                "detection-time-us": max(s["detection-time-us"]
                                         for s in shown["sessions"])}


class Bird(End):
    name = "bird"

    def start(self, realtime_priority=0):
        path = self.node.dir / "bird.conf"
        path.write_text("""\
log "%s/bird-events.log" all;
router id %s;
protocol device {}
protocol bfd {
    debug { events };
    interface "eth0" { interval %d us; multiplier %d; idle tx interval 1 s; };
%s
}
""" % (self.node.dir, address(self.side, 0), self.interval_ms * 1000,
       self.multiplier, "\n".join(
           "    neighbor %s dev \"eth0\" local %s;" % (peer, local)
           for local, peer in self.pairs())))
        self.socket = self.node.dir / "bird.ctl"
        self.process = self.node.start("bird", "bird", "-f", "-c", path,
                                       "-s", self.socket)
        wait_for(self.socket.exists, 10, "bird answers")

    def up(self):
        done = run("birdc", "-s", str(self.socket), "show bfd sessions",
                   check=False)
        return len(re.findall(r"\sUp\s", done.stdout))

    def downs(self):
        path = self.node.dir / "bird-events.log"
        return len(re.findall(r"changed state from Up to Down",
                              path.read_text(errors="replace")))


class Frr(End):
    """Without zebra: a session with a local address needs none."""
    name = "frr"

    def start(self, realtime_priority=0):
        path = self.node.dir / "bfdd.conf.frr"
        path.write_text("bfd\n" + "".join(
            " peer %s local-address %s\n  detect-multiplier %d\n"
            "  receive-interval %d\n  transmit-interval %d\n"
            "  no shutdown\n exit\n" %
            (peer, local, self.multiplier, self.interval_ms,
             self.interval_ms) for local, peer in self.pairs()))
        self.vty = self.node.dir / "vty"
        self.vty.mkdir(exist_ok=True)
        self.vty.chmod(0o777)
        self.process = self.node.start(
            "frr", FRR / "bfdd", "-u", "frr", "-g", "frr", "-f", path,
            "-i", self.node.dir / "frr.pid", "--vty_socket", self.vty,
            "-z", self.node.dir / "zserv", "--bfdctl",
            self.node.dir / "bfdctl", "--log", "stdout")
        wait_for(lambda: any(self.vty.iterdir()), 10, "FRR answers")

    def shown(self, what):
        done = run("vtysh", "--vty_socket", str(self.vty), "-d", "bfdd",
                   "-c", what, check=False)
        try:
            return json.loads(done.stdout)
        except ValueError:
            return []

    def up(self):
        return sum(p["status"] == "up" for p in self.shown("show bfd peers json"))

    def downs(self):
        return sum(p["session-down"]
                   for p in self.shown("show bfd peers counters json"))


class Keepalived(End):
    name = "keepalived"

    def start(self, realtime_priority=0):
        conf = """\
global_defs {
    bfd_rt_priority %d
    bfd_no_swap
}
""" % (realtime_priority or 50) + "".join("""\
bfd_instance s%d {
    neighbor_ip %s
    source_ip %s
    min_rx %d
    min_tx %d
    multiplier %d
    idle_tx 1000
}
""" % (i, peer, local, self.interval_ms, self.interval_ms, self.multiplier)
            for i, (local, peer) in enumerate(self.pairs())) + """\
vrrp_instance v {
    state BACKUP
    interface eth0
    virtual_router_id 1
    priority 100
    advert_int 1
    track_bfd { s0 weight 1 }
    virtual_ipaddress { 10.78.0.1/32 }
}
"""
        self.process = self.node.start_keepalived(conf)
        path = self.node.dir / "keepalived-bfd.pid"
        wait_for(lambda: path.exists() and path.read_text().strip(), 20,
                 lambda: "keepalived's BFD process:\n" + self.cable.logs())
        self.bfd_pid = int(path.read_text())

    def pid(self):
        return self.bfd_pid

    def changes(self):
        return re.findall(r"\((s\d+)\) Entering (Up|Init|Down|AdminDown) state",
                          self.process.log())

    def up(self):
        """By the log, which has every change."""
        state = dict(self.changes())
        return sum(word == "Up" for word in state.values())

    def downs(self):
        state, downs = {}, 0
        for name, word in self.changes():
            downs += word == "Down" and state.get(name) == "Up"
            state[name] = word
        return downs


DAEMONS = {end.name: end for end in (Swiftover, Bird, Frr, Keepalived)}


def duration_ms(text):
    """10, 10ms or 3.3ms."""
    return float(text[:-2] if text.endswith("ms") else text)


def percentile(values, p):
    """Nearest rank: a value that was measured."""
    values = sorted(values)
    return values[max(0, math.ceil(len(values) * p / 100) - 1)]


def report(rows, path):
    if path:
        pathlib.Path(path).write_text(json.dumps(rows, indent=1) + "\n")
