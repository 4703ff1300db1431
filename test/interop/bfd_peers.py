"""The other implementations as the far end of BFD sessions, and the manual.

What each of them is given to read is what bfdd.conf(5) tells people to write,
cut out of the manual page; see configuration().  The addresses are those of
the manual:

    r1 (ours) 192.0.2.1, fe80::1 -- switch -- r2 (theirs) 192.0.2.2, fe80::2
    198.51.100.1 on r1, 198.51.100.2 on r2, with r3 as the router in between
"""

import json
import pathlib
import re
import shutil
import signal

from lab import Lab, LabError, run, wait_for

TOP = pathlib.Path(__file__).resolve().parents[2]
FRR = pathlib.Path("/usr/lib/frr")
V4, V6, FAR = "192.0.2.2", "fe80::2", "198.51.100.2"
GLOBAL = "2001:db8::2"
OURS = {V4: "192.0.2.1", V6: "fe80::1", FAR: "198.51.100.1",
        GLOBAL: "2001:db8::1"}


def configuration(title, number=0):
    """A literal block of the manual: of the subsection, the so-manieth."""
    text = (TOP / "man/bfdd.conf.5").read_text()
    parts = re.split(r"^\.Ss (.*)$", text, flags=re.M)
    part = dict(zip(parts[1::2], parts[2::2]))[title].split("\n.Sh ")[0]
    blocks = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", part,
                        flags=re.M | re.S)
    return blocks[number].replace("\\&", "").replace("\\e", "\\")


def topology():
    """A lab with the addresses above."""
    lab = Lab(3)
    for router, number in ((lab.r1, 1), (lab.r2, 2)):
        router.sysctl("net.ipv6.conf.eth0.accept_dad", 0)
        router.ip("link", "set", "eth0", "addrgenmode", "none")
        router.ip("-6", "address", "flush", "dev", "eth0")
        router.ip("address", "add", "fe80::%d/64" % number, "dev", "eth0",
                  "nodad")
        router.ip("address", "add", "2001:db8::%d/64" % number, "dev", "eth0",
                  "nodad")
        router.ip("address", "add", "198.51.100.%d/32" % number, "dev", "lo")
        router.ip("route", "add", "198.51.100.%d" % (3 - number), "via",
                  lab.routers[2].address)
        for name in ("all", "eth0"):
            router.sysctl("net.ipv4.conf.%s.accept_redirects" % name, 0)
    between = lab.routers[2]
    between.sysctl("net.ipv4.ip_forward", 1)
    for name in ("all", "eth0"):
        between.sysctl("net.ipv4.conf.%s.send_redirects" % name, 0)
    for number in 1, 2:
        between.ip("route", "add", "198.51.100.%d" % number, "via",
                   "192.0.2.%d" % number)
    return lab


def tshark(path, *args):
    done = run("tshark", "-n", "-r", str(path), *args, check=False, timeout=60)
    # A file that is still being written may end in half a packet.
    if done.returncode != 0 and "cut short" not in done.stderr:
        raise LabError("tshark: " + done.stderr)
    return done.stdout.splitlines()


class Peer:
    """A daemon on a router; sessions are named by their address on ours."""

    title = None            # the manual's subsection
    ours = ("This side", 0)
    sessions = (V4, V6, FAR)
    admin_down = False      # says so when a session is shut down

    def __init__(self, router):
        self.router = router

    # And: start(), slower() (100 ms, multiplier 5), as_before(), shutdown(),
    # no_shutdown(), and a static missing(), why it cannot be run.

    def state(self, peer):
        raise NotImplementedError

    def wait(self, peer, state, timeout=15):
        wait_for(lambda: self.state(peer) == state, timeout,
                 lambda: "%s says %s is %s; now %s\n%s" % (
                     self.title, peer, state, self.state(peer),
                     self.process.log()[-2000:]), interval=0.05)


class Bird(Peer):
    title = "BIRD"
    program = "bird"

    @staticmethod
    def missing():
        return None if shutil.which("bird") else "bird2 is not installed"

    def start(self, conf=None):
        self.conf = self.router.dir / "bird.conf"
        self.socket = self.router.dir / "bird.ctl"
        self.conf.write_text(conf or configuration(self.title))
        self.process = self.router.start("bird", "bird", "-f", "-c",
                                         self.conf, "-s", self.socket)
        wait_for(self.socket.exists, 10, "bird answers")

    def birdc(self, *words):
        return run("birdc", "-s", str(self.socket), *words,
                   check=False).stdout

    def state(self, peer):
        return self.state_of(OURS[peer])

    def state_of(self, address):
        for line in self.birdc("show", "bfd", "sessions").splitlines():
            words = line.split()
            if words and words[0] == address:
                return {"Up": "up", "Down": "down", "Init": "init",
                        "AdminDown": "admin-down"}[words[2]]
        return None

    def configure(self, conf):
        self.conf.write_text(conf)
        said = self.birdc("configure")
        if "Reconfigured" not in said and "in progress" not in said:
            raise LabError("birdc configure: " + said)

    def slower(self):
        self.configure(configuration(self.title).replace(
            "50 ms", "100 ms").replace("multiplier 3", "multiplier 5"))

    def as_before(self):
        self.configure(configuration(self.title))

    def shutdown(self):
        self.birdc("disable", "bfd1")

    def no_shutdown(self):
        self.birdc("enable", "bfd1")


class Frr(Peer):
    title = "FRR"
    program = "frr"
    admin_down = True
    profile = "swiftover"

    @staticmethod
    def missing():
        ok = (FRR / "bfdd").exists() and shutil.which("vtysh")
        return None if ok else "frr is not installed"

    def start(self, conf=None):
        directory = self.router.dir
        path = directory / "frr.conf"
        path.write_text(conf or configuration(self.title))
        self.vty = directory / "vty"
        self.vty.mkdir(exist_ok=True)
        self.vty.chmod(0o777)
        zserv = directory / "zserv"
        empty = directory / "zebra.conf"
        empty.write_text("")
        common = ("-u", "frr", "-g", "frr", "-z", zserv, "--vty_socket",
                  self.vty, "--log", "stdout")
        self.zebra = self.router.start(
            "zebra", FRR / "zebra", *common, "-f", empty, "-i",
            directory / "zebra.pid")
        wait_for(zserv.exists, 10, "zebra answers")
        self.process = self.router.start(
            "frr", FRR / "bfdd", *common, "-f", path, "-i",
            directory / "frr.pid", "--bfdctl", directory / "bfdctl")
        wait_for((self.vty / "bfdd.vty").exists, 10, "FRR answers")

    def vtysh(self, *commands):
        args = [a for c in commands for a in ("-c", c)]
        return run("vtysh", "--vty_socket", str(self.vty), "-d", "bfdd",
                   *args, check=False).stdout

    def shown(self, peer):
        try:
            peers = json.loads(self.vtysh("show bfd peers json"))
        except ValueError:
            return {}
        for p in peers:
            if p["peer"] == OURS[peer]:
                return p
        return {}

    def state(self, peer):
        word = self.shown(peer).get("status")
        return {"shutdown": "admin-down"}.get(word, word)

    def change(self, *commands):
        said = self.vtysh("configure terminal", "bfd",
                          "profile " + self.profile, *commands)
        if "%" in said:
            raise LabError("vtysh: " + said)

    def slower(self):
        self.change("receive-interval 100", "transmit-interval 100",
                    "detect-multiplier 5")

    def as_before(self):
        self.change("receive-interval 50", "transmit-interval 50",
                    "detect-multiplier 3")

    def shutdown(self):
        self.change("shutdown")

    def no_shutdown(self):
        self.change("no shutdown")


class Keepalived(Peer):
    title = "keepalived"
    program = "keepalived"
    sessions = (V4, GLOBAL)
    ours = ("keepalived", 1)
    names = {V4: "r1", GLOBAL: "r1_6"}

    @staticmethod
    def missing():
        ok = shutil.which("keepalived")
        return None if ok else "keepalived is not installed"

    def start(self, conf=None):
        self.process = self.router.start_keepalived(
            conf or configuration(self.title))

    def state(self, peer):
        found = re.findall(r"\(%s\) Entering (\S+) state" %
                           self.names[peer], self.process.log())
        return found[-1].lower() if found else None

    def reload(self, conf):
        (self.router.dir / "keepalived.conf").write_text(conf)
        self.process.kill(signal.SIGHUP)

    def slower(self):
        conf = configuration(self.title)
        self.reload(conf.replace("min_rx 50", "min_rx 100").replace(
            "min_tx 50", "min_tx 100").replace(
            "multiplier 3", "multiplier 5"))

    def as_before(self):
        self.reload(configuration(self.title))

    def shutdown(self):
        self.process.stop()

    def no_shutdown(self):
        self.start()


PEERS = (Bird, Frr, Keepalived)
