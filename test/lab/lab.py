"""Routers, a switch and a client in network namespaces, and what can go wrong.

    r1 eth0 ---- p-r1 +--------+
    r2 eth0 ---- p-r2 | switch | p-client ---- eth0 client
    r3 eth0 ---- p-r3 +--------+

One namespace each.  The switch is a bridge that floods multicast and speaks
no spanning tree.  Addresses are 192.0.2.N for rN, 192.0.2.100 for the client;
the virtual address is 192.0.2.50.  ipv6() adds fe80::N and 2001:db8::N (100
for the client); the virtual addresses are then fe80::50 and 2001:db8::50.

Runs only inside sandbox.sh, so nothing here needs to clean up after a crash;
close() exists so that one run can use many labs.

Faults happen at the switch's port, as with a real switch: cut() drops frames
and the carrier stays, port_down() takes the carrier away.  Dropping in the
bridge's forward hook or taking the port out of the bridge would change what
the bridge has learned, which a dead router does not do.

Nothing sleeps to wait: wait_for() polls a condition and fails loudly.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
import types

BUILD = pathlib.Path(os.environ.get("LAB_BUILD", os.getcwd())).resolve()
RUN = pathlib.Path("/run/lab")
NETWORK = "192.0.2"
VIP = NETWORK + ".50"
VRID = 51
VMAC = "00:00:5e:00:01:%02x" % VRID
LINK_LOCAL = "fe80::"
GLOBAL = "2001:db8::"
VIP6 = GLOBAL + "50"
VIP6_LOCAL = LINK_LOCAL + "50"
VMAC6 = "00:00:5e:00:02:%02x" % VRID
MS = 0.001
START_CS = 5                    # advert_int of a pair that comes up
PATIENCE = int(os.environ.get("LAB_PATIENCE", "1"))     # of a slow machine


class LabError(Exception):
    """The lab itself did not work, as opposed to the program under test."""


def in_sandbox():
    return os.environ.get("LAB_SANDBOX") == "1"


def wait_for(condition, timeout, what, interval=0.005):
    """Returns the first true value of condition(), or raises TimeoutError.

    What has not come within a tenth of a second is asked for less often: each
    question costs the processors that others wait for.
    """
    begin = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        waited = time.monotonic() - begin
        if waited >= timeout * PATIENCE:
            text = what() if callable(what) else what
            raise TimeoutError("not within %g s: %s" % (timeout, text))
        time.sleep(interval if waited < 0.1 else max(interval, 0.02))


def programs():
    """The programs that the tests may run; see the file."""
    path = pathlib.Path(__file__).resolve().parent.parent / "programs"
    return {line.split()[0] for line in path.read_text().splitlines()
            if line and not line.startswith("#")}


def known(command):
    """The command, if test/programs says where its program comes from.

    What was built, and what a test wrote itself, is where it is.
    """
    path = pathlib.Path(str(command[0]))
    own = any(part in path.parents for part in (BUILD, RUN))
    if not own and path.name not in PROGRAMS:
        raise LabError("test/programs does not say which package brings %s" %
                       path)
    return command


PROGRAMS = programs()


LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
MS_BIND = 0x1000
MNT_DETACH = 2


def system(name, *args):
    """A call of the C library that Python does not have."""
    if getattr(LIBC, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (name, os.strerror(number)))


@contextlib.contextmanager
def entered(netns, make=False):
    """The calling thread is in that network namespace, and what it starts.

    Instead of nsenter(1) before every command: a program less to execute.
    """
    if netns is None:
        yield
        return
    path = b"/run/netns/" + os.fsencode(netns)
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if make:                            # as `ip netns add` does
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0))
            system("unshare", CLONE_NEWNET)
            system("mount", b"/proc/thread-self/ns/net", path, b"none",
                   MS_BIND, None)
        else:
            there = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                system("setns", there, CLONE_NEWNET)
            finally:
                os.close(there)
        yield
    finally:
        system("setns", here, CLONE_NEWNET)
        os.close(here)


def remove_netns(netns):
    path = b"/run/netns/" + os.fsencode(netns)
    with contextlib.suppress(OSError):
        system("umount2", path, MNT_DETACH)
        os.unlink(path)


RTM_GETLINK = 18
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
IFLA_IFNAME, IFLA_OPERSTATE, IFLA_LINKINFO = 3, 16, 18
IFLA_INFO_SLAVE_DATA, IFLA_BRPORT_STATE = 5, 1
IF_OPER_UP, BR_STATE_FORWARDING = 6, 3
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def attributes(data):
    """Of a netlink message, by type; the last one of each."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3fff] = data[4:length]
        data = data[(max(length, 4) + 3) & ~3:]
    return found


def links_that_carry(sock):
    """The names of the links that are up, and forward if ports of a bridge."""
    found = set()
    sock.send(struct.pack("=IHHII16x", 32, RTM_GETLINK,
                          NLM_F_REQUEST | NLM_F_DUMP, 1, 0))
    while True:
        data = sock.recv(1 << 18)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind == NLMSG_DONE:
                return found
            if kind == NLMSG_ERROR:
                raise LabError("the kernel tells no links")
            link = attributes(data[32:length])
            port = attributes(attributes(link.get(IFLA_LINKINFO, b"")).get(
                IFLA_INFO_SLAVE_DATA, b"")).get(IFLA_BRPORT_STATE)
            if link[IFLA_OPERSTATE][0] == IF_OPER_UP and (
                    port is None or port[0] == BR_STATE_FORWARDING):
                found.add(link[IFLA_IFNAME].rstrip(b"\0").decode())
            data = data[(length + 3) & ~3:]


def run(*command, check=True, timeout=30, stdin=None, netns=None):
    command = [str(word) for word in known(command)]
    with entered(netns):
        process = subprocess.Popen(
            command, text=True, stdin=subprocess.PIPE if stdin else None,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        try:
            out, err = process.communicate(stdin, timeout * PATIENCE)
        except BaseException:
            process.kill()
            raise
    done = subprocess.CompletedProcess(command, process.returncode, out, err)
    if check and done.returncode != 0:
        raise LabError("%s: exit %d: %s" % (" ".join(command), done.returncode,
                                            done.stderr.strip()))
    return done


class Ctl:
    """A connection to a daemon's control socket: JSON-RPC, a line each."""

    def __init__(self, path, timeout=5):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(timeout * PATIENCE)
        self.sock.connect(str(path))
        self.buffer = b""
        self.next_id = 1
        self.notifications = []

    def read(self):
        while b"\n" not in self.buffer:
            data = self.sock.recv(65536)
            if not data:
                raise ConnectionError("daemon closed the control socket")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def call(self, method, **params):
        request = {"jsonrpc": "2.0", "id": self.next_id, "method": method,
                   "params": params}
        self.next_id += 1
        self.sock.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = self.read()
            if answer.get("id") == request["id"]:
                break
            self.notifications.append(answer)
        if "error" in answer:
            raise LabError("%s: %s" % (method, answer["error"]))
        return answer["result"]

    def close(self):
        self.sock.close()


class Process:
    """Something the lab started; its standard error goes to a log file."""

    def __init__(self, node, name, command, stdout=None):
        self.name = name
        self.log_path = node.dir / (name + ".log")
        self.log_start = (self.log_path.stat().st_size
                          if self.log_path.exists() else 0)
        with open(self.log_path, "ab") as log, entered(node.netns):
            self.popen = subprocess.Popen(
                [str(word) for word in known(command)],
                stdin=subprocess.DEVNULL,
                stdout=stdout or log, stderr=log, start_new_session=True)
        self.pid = self.popen.pid

    def log(self):
        """What this process has logged so far."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")

    def alive(self):
        return self.popen.poll() is None

    def kill(self, number):
        if self.alive():
            os.kill(self.pid, number)

    def kill_all(self, number):
        """It and its children, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def children(self):
        """Of its group, alive, apart from itself."""
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                pid, rest = stat.parent.name, stat.read_text()
                fields = rest.rsplit(") ", 1)[1].split()
                if fields[2] == str(self.pid) and fields[0] not in "ZX" and \
                        pid != str(self.pid):
                    found.append(int(pid))
        return found

    def wait(self, timeout=10):
        status = self.popen.wait(timeout)
        wait_for(lambda: not self.children(), timeout,
                 lambda: "no child of %s is left: %s" % (self.name,
                                                         self.children()))
        return status

    def stop(self, number=signal.SIGTERM, timeout=10):
        """Returns the exit status; killed after the timeout, which raises."""
        self.kill_all(signal.SIGCONT)
        if number == signal.SIGKILL:
            self.kill_all(number)
        else:
            self.kill(number)
        try:
            return self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill_all(signal.SIGKILL)
            self.popen.wait()
            raise


class Node:
    """A network namespace with an eth0 on the switch."""

    def __init__(self, lab, name, address=None):
        self.lab = lab
        self.name = name
        self.address = address
        self.netns = lab.prefix + name
        self.dir = lab.dir / name
        self.dir.mkdir(parents=True)
        self.processes = []
        with entered(self.netns, make=True):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo",
                                                            IFF_UP))

    def run(self, *command, **options):
        return run(*command, netns=self.netns, **options)

    def ip(self, *args, **options):
        return self.run("ip", *args, **options).stdout

    def ip_batch(self, *lines):
        """Some of them in one process."""
        self.run("ip", "-batch", "-", stdin="\n".join(lines))

    def sysctl(self, name, value):
        path = "/proc/sys/" + name.replace(".", "/")
        self.run("sh", "-c", "echo %s > %s" % (value, path))

    def start(self, name, *command, stdout=None):
        process = Process(self, name, command, stdout)
        self.processes.append(process)
        return process

    def links(self):
        return {link["ifname"]: link
                for link in json.loads(self.ip("-j", "address"))}

    def mac(self, interface="eth0"):
        return self.links()[interface]["address"]

    def addresses(self, interface=None, family="inet"):
        """Addresses without their prefix length, of one or all links."""
        return {info["local"]
                for name, link in self.links().items()
                if interface in (None, name)
                for info in link["addr_info"] if info["family"] == family}

    @contextlib.contextmanager
    def open_socket(self, *args):
        """A socket made inside the namespace (a socket stays in its own)."""
        with entered(self.netns):
            sock = socket.socket(*args)
        with sock:
            yield sock

    def links_that_carry(self):
        with self.open_socket(socket.AF_NETLINK, socket.SOCK_RAW,
                              0) as sock:
            return links_that_carry(sock)

    def close(self):
        for process in reversed(self.processes):
            # Its group: a daemon's children outlive it when it is killed.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.popen.wait()


class Router(Node):
    """A namespace that may run vrrpd and bfdd, or a peer's daemon."""

    vrrpd = bfdd = None
    vrrpd_ctl = None

    def __init__(self, lab, name, address):
        super().__init__(lab, name, address)
        # The daemons remove their sockets when they are nobody in particular.
        self.dir.chmod(0o777)
        self.vrrpd_sock = self.dir / "vrrpd.sock"
        self.bfdd_sock = self.dir / "bfdd.sock"
        self.vrrpd_conf = self.dir / "vrrpd.conf"
        self.bfdd_conf = self.dir / "bfdd.conf"
        self.state_dir = self.dir / "state"

    def start_bfdd(self, conf="", wait=True, flags=(),
                   program=BUILD / "bfdd/bfdd"):
        self.bfdd_conf.write_text(conf)
        self.bfdd = self.start("bfdd", program,
                               "-f", self.bfdd_conf, "-s", self.bfdd_sock,
                               *flags)
        if wait:
            self.wait_listening(self.bfdd, self.bfdd_sock)
        return self.bfdd

    def start_vrrpd(self, conf, wait=True, flags=(),
                    program=BUILD / "vrrpd/vrrpd"):
        self.vrrpd_conf.write_text(conf)
        self.close_ctl()
        self.vrrpd = self.start("vrrpd", program,
                                "-f", self.vrrpd_conf, "-s", self.vrrpd_sock,
                                "-b", self.bfdd_sock,
                                "-S", self.state_dir, *flags)
        if wait:
            self.wait_listening(self.vrrpd, self.vrrpd_sock)
        return self.vrrpd

    def wait_listening(self, process, path):
        def listening():
            if not process.alive():
                raise LabError("%s %s exited with %d:\n%s" % (
                    self.name, process.name, process.popen.returncode,
                    process.log()))
            try:
                Ctl(path).close()
                return True
            except OSError:
                return False

        wait_for(listening, 10, lambda: "%s %s answers on %s; it said:\n%s" % (
            self.name, process.name, path, process.log()))

    def close_ctl(self):
        if self.vrrpd_ctl is not None:
            self.vrrpd_ctl.close()
            self.vrrpd_ctl = None

    def call(self, method, **params):
        """A request to vrrpd over a connection that is kept.

        A new engine does not know the old one's clients: then once more.
        """
        for again in (self.vrrpd_ctl is not None, False):
            try:
                if self.vrrpd_ctl is None:
                    self.vrrpd_ctl = Ctl(self.vrrpd_sock)
                return self.vrrpd_ctl.call(method, **params)
            except OSError:
                self.close_ctl()
                if not again:
                    raise

    def bfdd_call(self, method, **params):
        ctl = Ctl(self.bfdd_sock)
        try:
            return ctl.call(method, **params)
        finally:
            ctl.close()

    def vrrpctl(self, *args, check=False):
        """CompletedProcess of vrrpctl, told both sockets."""
        return self.run(BUILD / "vrrpd/vrrpctl", "-s", self.vrrpd_sock,
                        "-b", self.bfdd_sock, *args, check=check)

    def pids(self):
        """Of vrrpd: the monitor's and the engine's."""
        processes = self.call("show")["processes"]
        assert processes["monitor-pid"] == self.vrrpd.pid
        return processes["monitor-pid"], processes["engine-pid"]

    def engine_pid(self):
        return self.pids()[1]

    def instance(self, name="web"):
        for instance in self.call("show")["instances"]:
            if instance["name"] == name:
                return instance
        raise LabError("%s has no instance %s" % (self.name, name))

    def state(self, name="web"):
        return self.instance(name)["state"]

    def rewrite_advert_int(self, was, advert_int):
        """Of every instance that has it so; by a reload."""
        text = self.vrrpd_conf.read_text()
        changed = re.sub(r"(?m)^(\s*advert_int\s*=\s*)%d$" % was,
                         r"\g<1>%d" % advert_int, text)
        assert changed != text, text
        self.vrrpd_conf.write_text(changed)
        self.call("reload")

    def wait_state(self, state, timeout=15, name="web"):
        seen = {}

        def reached():
            seen.update(self.instance(name))
            return seen["state"] == state

        wait_for(reached, timeout, lambda: "%s %s is %s; now %s" % (
            self.name, name, state, json.dumps(seen)))
        return seen

    def transitions(self, name="web"):
        return self.call("history", name=name)["transitions"]

    def session(self, peer):
        """The level of a BFD session, or None."""
        for session in self.bfdd_call("show")["sessions"]:
            if session["peer"] == peer:
                return session
        return None

    def wait_session(self, peer, state="up", timeout=15):
        last = []

        def reached():
            last[:] = [self.session(peer)]
            return last[0] is not None and last[0]["state"] == state

        wait_for(reached, timeout, lambda: "%s session to %s is %s; now %s" % (
            self.name, peer, state, json.dumps(last)))
        return last[0]

    def start_keepalived(self, conf):
        path = self.dir / "keepalived.conf"
        path.write_text(conf)
        self.keepalived = self.start(
            "keepalived", "keepalived", "--dont-fork", "--log-console",
            "--use-file", path, "--pid", self.dir / "keepalived.pid",
            "--vrrp_pid", self.dir / "keepalived-vrrp.pid",
            "--checkers_pid", self.dir / "keepalived-checkers.pid",
            "--bfd_pid", self.dir / "keepalived-bfd.pid")
        return self.keepalived

    def start_nginx(self):
        """A web server on port 80 of every address that says who it is."""
        top = self.dir / "nginx"
        top.mkdir(exist_ok=True)
        temp = "".join("    %s_temp_path %s/%s;\n" % (kind, top, kind)
                       for kind in ("client_body", "proxy", "fastcgi",
                                    "uwsgi", "scgi"))
        (top / "nginx.conf").write_text("""\
daemon off;
user nobody nogroup;
worker_processes 1;
pid %(top)s/pid;
error_log %(top)s/error.log;
events { worker_connections 1024; }
http {
    access_log off;
%(temp)s    server {
        listen 80 backlog=4096;
        location / { return 200 "%(name)s\\n"; }
    }
}
""" % {"top": top, "temp": temp, "name": self.name})
        self.nginx = self.start("nginx", "nginx", "-p", top,
                                "-c", top / "nginx.conf",
                                "-e", top / "error.log")
        wait_for(lambda: "LISTEN" in self.run("ss", "-Hltn", "sport", "=",
                                              ":80").stdout,
                 10, "nginx listens")
        return self.nginx

    def start_haproxy(self, *addresses, port=80, wait=True):
        """HAProxy on port 80 of these addresses alone; it says who it is."""
        binds = "".join("    bind %s:%d\n" % (a, port) for a in addresses)
        path = self.dir / "haproxy.cfg"
        path.write_text("""\
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
%s    http-request return status 200 content-type text/plain string "%s\\n"
""" % (binds, self.name))
        self.haproxy = self.start("haproxy", "haproxy", "-db", "-f", path)
        if wait:
            wait_for(lambda: "LISTEN" in self.run(
                "ss", "-Hltn", "sport", "=", ":%d" % port).stdout,
                10, "haproxy listens")
        return self.haproxy

    def close(self):
        self.close_ctl()
        super().close()


class Meter:
    """The client's outage meter (meter.c), from ready to its report."""

    def __init__(self, node, *args):
        self.outages = []
        self.report = None
        self.ready = threading.Event()
        self.process = node.start("meter", BUILD / "test/lab/meter", *args,
                                  stdout=subprocess.PIPE)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.popen.stdout:
            line = line.decode()
            if line.startswith("outage "):
                self.outages.append(json.loads(line[7:]))
            elif line.startswith("{"):
                self.report = json.loads(line)
            else:
                self.ready.set()

    def wait_ready(self, timeout=15):
        if not self.ready.wait(timeout):
            raise TimeoutError("no answers from the virtual address: " +
                               self.process.log())
        return self

    def wait_outage(self, timeout=15, longer_than_ms=0):
        """The first complete outage longer than that."""
        def seen():
            for outage in self.outages:
                if outage["length-ms"] > longer_than_ms:
                    return outage
            return None

        return wait_for(seen, timeout, lambda: "an outage of more than %g ms "
                        "ends; so far %s" % (longer_than_ms, self.outages))

    def stop(self):
        if self.report is None:
            self.process.stop()
            self.thread.join()
        if self.report is None:
            raise LabError("no report from the meter: " + self.process.log())
        return self.report

    def __enter__(self):
        return self.wait_ready()

    def __exit__(self, *exc):
        if self.process.alive():
            self.stop()


class Gap:
    """gap.c: the machine's worst wake-up from now until stop()."""

    def __init__(self, node):
        self.process = node.start("gap", BUILD / "test/lab/gap",
                                  stdout=subprocess.PIPE)

    def stop(self):
        """In milliseconds."""
        self.process.kill(signal.SIGTERM)
        text, _ = self.process.popen.communicate(timeout=10)
        self.report = json.loads(text)      # with every CPU's
        return self.report["worst-us"] / 1000


class Owners:
    """owners.c: which routers answer for an address, every millisecond.

    An interval is (from, to, owners): seconds of time.monotonic(), and a tuple
    of the routers' names.  What began is in no interval before the next change,
    or stop().
    """

    def __init__(self, lab, target=VIP, *options, interface="eth0"):
        self.changes = []
        self.gaps = []
        self.report = None
        self.ready = threading.Event()
        virtual = VMAC6 if ":" in target else VMAC
        ports = ["%s%s,%s,%s" % (lab.PORTS[interface], r.name, virtual,
                                 r.mac(interface)) for r in lab.routers]
        self.process = lab.switch.start(
            "owners", BUILD / "test/lab/owners", *options, target, *ports,
            stdout=subprocess.PIPE)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        if not self.ready.wait(10):
            raise LabError("owners says nothing: " + self.process.log())

    def read(self):
        for line in self.process.popen.stdout:
            words = line.decode().split()
            if words[0] == "owners":
                self.changes.append((int(words[1]) / 1e9, tuple(
                    sorted(w[2:] for w in words[2:]))))
            elif words[0] == "gap":
                self.gaps.append((int(words[1]) / 1e9, float(words[2])))
            else:
                self.report = json.loads(line)
            self.ready.set()

    def now(self):
        return self.changes[-1][1]

    def intervals(self):
        ends = [at for at, _ in self.changes[1:]]
        if self.report is not None:
            ends.append(self.report["end-ns"] / 1e9)
        return [(at, end, who)
                for (at, who), end in zip(self.changes, ends)]

    def stop(self):
        if self.report is None:
            self.process.stop()
            self.thread.join()
        if self.report is None:
            raise LabError("no report from owners: " + self.process.log())
        return self.intervals()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.process.alive():
            self.stop()


class Capture:
    """tcpdump in a node, from listening to a list of parsed frames."""

    def __init__(self, node, interface, expression="", direction="inout"):
        self.path = node.dir / ("%s-%d.pcap" % (interface,
                                                len(node.processes)))
        self.process = node.start(
            "tcpdump", "tcpdump", "-i", interface, "-Q", direction, "-U",
            "-n", "-s", "5000", "-B", "8192", "--immediate-mode", "-Z",
            "root", "-w", self.path, *([expression] if expression else []))
        wait_for(lambda: "listening on" in self.process.log(), 10,
                 lambda: "tcpdump listens; it said " + self.process.log())

    def so_far(self):
        """The frames, as scapy packets."""
        import scapy.layers.inet        # noqa: F401, for rdpcap
        from scapy.utils import rdpcap
        return list(rdpcap(str(self.path)))

    def stop(self):
        """The same, and there is no more to come."""
        self.process.stop(signal.SIGINT)
        return self.so_far()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.process.alive():
            self.process.stop(signal.SIGINT)


class Lab:
    """A switch, a client and so many routers."""

    count = 0
    PORTS = {"eth0": "p-", "eth1": "q-"}        # of a node, at the switch

    def __init__(self, routers=2, name=None):
        if not in_sandbox():
            raise LabError("run this through test/lab/sandbox.sh")
        Lab.count += 1
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        self.name = name or "lab%s%d" % (worker and worker + "-", Lab.count)
        self.prefix = self.name + "-"
        self.dir = RUN / self.name
        self.cuts = 0
        self.nodes = []
        self.switch = self.add(Node(self, "switch"))
        self.routers = [
            self.add(Router(self, "r%d" % i, "%s.%d" % (NETWORK, i)))
            for i in range(1, routers + 1)]
        self.client = self.add(Node(self, "client", NETWORK + ".100"))
        self.plug(*self.routers, self.client, first=[
            "link add br0 type bridge stp_state 0 forward_delay 0 "
            "mcast_snooping 0", "link set br0 up"])
        self.r1 = self.routers[0]
        self.r2 = self.routers[1] if routers > 1 else None

    def add(self, node):
        self.nodes.append(node)
        return node

    def plug(self, *nodes, interface="eth0", first=(), network=NETWORK,
             bridge="br0"):
        """Gives each an interface on the switch and its address."""
        lines = [*first]
        ports = [self.PORTS[interface] + node.name for node in nodes]
        for node, port in zip(nodes, ports):
            lines += ["link add %s type veth peer name %s netns %s" % (
                          port, interface, node.netns),
                      "link set %s master %s up" % (port, bridge)]
        self.switch.ip_batch(*lines)
        for node in nodes:
            node.ip_batch("address add %s.%s/24 dev %s" % (
                              network, node.address.rsplit(".", 1)[1],
                              interface),
                          "link set %s up" % interface)
        # The kernel activates both ends later, from a work queue, and until
        # then loses what is sent.
        wait_for(lambda: set(ports) <= self.switch.links_that_carry() and
                 all(interface in node.links_that_carry() for node in nodes),
                 10, lambda: "%s forward" % [node.name for node in nodes])

    def split(self, *nodes):
        """A second switch for these nodes and a cable between the two.

        What is returned stands for the cable: cut(), port_down() and
        Capture(lab.switch, "p-cable") take it like a node.  Neither end
        forgets what it learned when the cable is cut, as with a real one
        that fails between two more switches.
        """
        self.switch.ip("link", "add", "br1", "type", "bridge", "stp_state",
                       "0", "forward_delay", "0", "mcast_snooping", "0")
        self.switch.ip("link", "set", "br1", "up")
        self.switch.ip("link", "add", "p-cable", "type", "veth", "peer",
                       "name", "p-cable2")
        self.switch.ip("link", "set", "p-cable", "master", "br0", "up")
        self.switch.ip("link", "set", "p-cable2", "master", "br1", "up")
        for node in nodes:
            self.switch.ip("link", "set", "p-" + node.name, "master", "br1")
        return types.SimpleNamespace(name="cable")

    def ipv6(self):
        """Gives eth0 of every router and the client its IPv6 addresses.

        Known ones, ready at once: the kernel's own link-local would be
        tentative for a second and follow the MAC.
        """
        for node in [*self.routers, self.client]:
            number = node.address.rsplit(".", 1)[1]
            node.sysctl("net.ipv6.conf.eth0.accept_dad", 0)
            node.ip("link", "set", "eth0", "addrgenmode", "none")
            node.ip("-6", "address", "flush", "dev", "eth0")
            node.ip_batch(*["address add %s/64 dev eth0 nodad" % address
                            for address in (LINK_LOCAL + number,
                                            GLOBAL + number)])
            node.link_local = LINK_LOCAL + number
            node.address6 = GLOBAL + number

    # Faults.  Each returns a function that mends it; calling it twice is fine.

    def cut(self, node, ingress=True, egress=True, match=""):
        """Drop frames at the node's port: ingress is what the node sends."""
        self.cuts += 1
        table = "cut%d" % self.cuts
        chains = ""
        for hook, wanted in (("ingress", ingress), ("egress", egress)):
            if wanted:
                chains += ("chain %s { type filter hook %s device \"p-%s\" "
                           "priority 0; %s counter drop; }\n" %
                           (hook, hook, node.name, match))
        self.switch.run("nft", "-f", "-",
                        stdin="table netdev %s {\n%s}\n" % (table, chains))
        cut = {"there": True}

        def mend():
            if cut.pop("there", False):
                self.switch.run("nft", "delete", "table", "netdev", table)

        return mend

    def cut_bfd(self, node):
        return self.cut(node, match="udp dport 3784")

    def cut_vrrp(self, node):
        return self.cut(node, match="meta l4proto 112")

    def port_down(self, node):
        """The node sees its carrier go."""
        self.switch.ip("link", "set", "p-" + node.name, "down")

        def mend():
            self.switch.ip("link", "set", "p-" + node.name, "up")

        return mend

    def meter(self, kind="icmp", *args, target=VIP):
        extra = ["80"] if kind in ("tcp", "http") else []
        return Meter(self.client, *args, kind, target, *extra)

    def http_get(self, target=VIP, timeout=2):
        """Who answers on the virtual address; None when nobody does."""
        family = socket.AF_INET6 if ":" in target else socket.AF_INET
        with self.client.open_socket(family, socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout)
            try:
                sock.connect((target, 80))
                sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
                answer = b""
                while True:
                    data = sock.recv(4096)
                    if not data:
                        break
                    answer += data
            except OSError:
                return None
        return answer.decode().rsplit("\r\n\r\n", 1)[-1].strip()

    # Pairs: r1 is the better one.

    def start_pair(self, bfd=False, priorities=(200, 100), nginx=False,
                   ipv6=False, **conf):
        """vrrpd on r1 and r2, with bfdd and sessions to each other if so.

        r2 follows when r1 is Active: at 1 cs the two would be Active within
        4 ms of each other, and now and then r2 first.

        A slow pair starts as a fast one and is then reloaded with its own
        advert_int: otherwise every test waits an Active_Down_Interval of
        seconds in which nothing happens.
        """
        wanted = conf.get("advert_int", 0)
        hurry = (isinstance(wanted, int) and wanted > START_CS and
                 "version" not in conf.get("extra", ""))
        if hurry:
            conf["advert_int"] = START_CS
        if ipv6:
            self.ipv6()
            conf["addresses"] = (VIP6_LOCAL + "/64", VIP6 + "/64")
        for router in (self.r1, self.r2):
            if nginx:
                router.start_nginx()
            if bfd:
                router.start_bfdd()
        for router, priority, peer in ((self.r1, priorities[0], self.r2),
                                       (self.r2, priorities[1], self.r1)):
            with_peer = peer.link_local if ipv6 else peer.address
            router.start_vrrpd(vrrpd_conf(
                priority=priority, bfd=with_peer if bfd else None, **conf))
            if router is self.r1 and priorities[0] > priorities[1]:
                router.wait_state("active", 20)
        if hurry:
            self.change_advert_int(wanted)

    def start_alone(self, advert_int=START_CS, **conf):
        """r1 is Active and has nobody beside it; slow ones as in a pair."""
        self.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=START_CS,
                                       **conf))
        self.r1.wait_state("active")
        if advert_int != START_CS:
            self.change_advert_int(advert_int, [self.r1])

    def change_advert_int(self, advert_int, routers=(), was=START_CS):
        """The pair, or these, go on with this advert_int, in centiseconds.

        Every instance whose advert_int was as told.  One of the routers is
        Active, and all others follow it.
        """
        routers = routers or (self.r1, self.r2)
        wait_for(lambda: sorted(r.state() for r in routers) ==
                 ["active"] + ["backup"] * (len(routers) - 1), 20,
                 lambda: "one Active and its Backups: %s" % [
                     r.state() for r in routers])
        # The Active last: its adverts tell the Backup how long to wait.
        for router in sorted(routers, key=lambda r: r.state() == "active"):
            router.rewrite_advert_int(was, advert_int)
        wait_for(lambda: all(r.instance()["active-adver-interval-cs"] ==
                             advert_int for r in routers), 5,
                 "all know the new advert_int")

    def returned(self, undo, advert_int, bfd=False):
        """After undo() r1 is Active again; both have this slow advert_int.

        In between both are fast, for r1 waits an Active_Down_Interval before
        it preempts.
        """
        for router in (self.r1, self.r2):
            router.rewrite_advert_int(advert_int, START_CS)
        undo()
        self.wait_pair(bfd)
        self.change_advert_int(advert_int)

    def wait_pair(self, bfd=False, timeout=20, ipv6=False):
        """r1 is Active, r2 would take over, by BFD if so wanted."""
        self.r1.wait_state("active", timeout)
        self.r2.wait_state("backup", timeout)
        # A Backup that has just started, or yielded, may not have heard it.
        wait_for(lambda: self.r2.instance()["active-address"] ==
                 self.r1.instance()["primary-address"], timeout,
                 lambda: "r2 hears r1: %s" % json.dumps(self.r2.instance()))
        if bfd:
            name = "link_local" if ipv6 else "address"
            self.r2.wait_session(getattr(self.r1, name), timeout=timeout)
            self.r1.wait_session(getattr(self.r2, name), timeout=timeout)
            wait_for(lambda: all(s["state"] == "up"
                                 and s["takeover"] == "ready"
                                 for s in self.r2.instance()["bfd"]),
                     timeout, lambda: "r2 is ready to take over: %s" %
                     json.dumps(self.r2.instance()))

    def answered(self, probe="icmp", timeout=10, target=VIP):
        """Waits until the virtual address answers the client."""
        self.meter(probe, "-w", "3",
                   target=target).wait_ready(timeout).stop()

    def outage(self, fault, probe="icmp", target=VIP):
        """What the client sees of fault(), until r2 has taken over.

        Returns the longest outage in milliseconds (0.0: nothing was lost),
        by how many milliseconds the machine itself was away meanwhile, and
        what fault() returned.
        """
        gap = Gap(self.client)
        with self.meter(probe, target=target) as meter:
            # Any phase of the adverts, as with a real fault.
            time.sleep(random.uniform(0.01, 0.06))
            undo = fault()
            self.r2.wait_state("active", 20)
            self.answered(probe, target=target)
            report = meter.stop()
        machine_ms = max(gap.stop(), report["worst-gap-us"] / 1000 - 0.5)
        if any(not o["complete"] for o in report["outages"]):
            raise LabError("answered and away at once: %s" % report)
        longest = max((o["length-ms"] for o in report["outages"]),
                      default=0.0)
        return longest, machine_ms, undo

    def logs(self, lines=60):
        """The end of each daemon's log, for a failure report."""
        text = ""
        for node in self.nodes:
            for path in sorted(node.dir.glob("*.log")):
                tail = path.read_text(errors="replace").splitlines()[-lines:]
                if tail:
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


# Configurations

def vrrpd_conf(priority=100, advert_int=1, virtual_mac=True, bfd=None,
               interval="10ms", multiplier=3, name="web", vrid=VRID,
               interface="eth0", addresses=(VIP + "/24",), extra=""):
    """One instance; bfd is the peer's address, or a list of them."""
    peers = [bfd] if isinstance(bfd, str) else bfd or []
    lines = ["instance %s {" % name,
             "    interface         = %s" % interface,
             "    virtual_router_id = %d" % vrid,
             "    priority          = %d" % priority,
             "    advert_int        = %s" % advert_int,
             "    virtual_mac       = %s" % (virtual_mac if
                                                virtual_mac == "auto" else
                                                "yes" if virtual_mac else
                                                "no"),
             "    virtual_addresses = { %s }" % ", ".join(addresses)]
    lines += ["    bfd %s { role = peer  interval = %s  multiplier = %d }" %
              (peer, interval, multiplier) for peer in peers]
    if extra:
        lines.append("    " + extra)
    return "\n".join(lines + ["}", ""])


def keepalived_conf(priority=100, advert_int=0.01, name="web", vrid=VRID,
                    version=3, use_vmac=False, extra=""):
    return """\
global_defs {
    vrrp_version %d
    vrrp_rt_priority 50
    vrrp_no_swap
}
vrrp_instance %s {
    interface eth0
    virtual_router_id %d
    priority %d
    advert_int %g
    %s
    %s
    virtual_ipaddress { %s/24 }
}
""" % (version, name, vrid, priority, advert_int,
       "use_vmac" if use_vmac else "", extra, VIP)


def active_down_interval_ms(priority, advert_int_cs):
    """RFC 9568 section 6.1, in milliseconds with a fraction."""
    skew_cs = (256 - priority) * advert_int_cs / 256
    return (3 * advert_int_cs + skew_cs) * 10


def skew_ms(priority, advert_int_cs):
    return (256 - priority) * advert_int_cs / 256 * 10


def status_of(pid):
    """/proc/PID/status as a dictionary."""
    text = pathlib.Path("/proc/%d/status" % pid).read_text()
    return dict(re.split(r":\s*", line, maxsplit=1)
                for line in text.splitlines())
