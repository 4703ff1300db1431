"""What the lease in the kernel is worth, and what it costs.

owners  so many trials of each: every process of the Active is killed, all but bfdd
        are; all are stopped, frozen by a cgroup, or killed one by one by the OOM
        killer of a memory cgroup; its engine alone is stopped, or crashes where core
        files take two seconds (ours are not dumpable, and write none).  How long two
        routers answered and how long nobody did, asked every half millisecond at two
        ports of a switch: both modes and families at once, with `lease = yes` and, in
        the same run, with `lease = no`.
calm    an Active under load, its processors busy and its kernel's locks held now and
        then, for so many minutes: how often nobody answered, which must be never.
cost    microseconds of a datagram to the address, of one to the interface's own, and
        of a BFD packet that is sent; with, without, and with 250 virtual routers on
        the interface.
others  what else could end the answers of an Active: two owners, and the cost
        (lease_others.py).

A gap of the measuring itself is reported beside each figure.  `owners` with 20 trials
takes about half an hour, `calm` twice its minutes, the rest some minutes.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

from lab import (BUILD, LINK_LOCAL, VIP, VIP6, VMAC, VMAC6, VRID,   # noqa: E402
                 Lab, Owners, run, vrrpd_conf, wait_for)

BFD_PORT = 3784
SHOTS = 100000
ROUNDS = 40
INTERVAL_MS = 10
MULTIPLIER = 3
# Each instance: family, mode, VRID, addresses; the last one is asked for.
INSTANCES = {
    "v4vmac": (4, True, VRID, (VIP + "/24",)),
    "v4addr": (4, False, VRID + 1, ("192.0.2.51/24",)),
    "v6vmac": (6, True, VRID, (LINK_LOCAL + "50/64", VIP6 + "/64")),
    "v6addr": (6, False, VRID + 1, (LINK_LOCAL + "51/64", "2001:db8::51/64")),
}


# --- faults ---

def processes(router):
    found, more = [router.bfdd.pid], [router.vrrpd.pid]
    while more:
        pid = more.pop()
        found.append(pid)
        with contextlib.suppress(OSError), \
                open("/proc/%d/task/%d/children" % (pid, pid),
                     encoding="ascii") as f:
            more += [int(word) for word in f.read().split()]
    return found


def send(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def killed(router):
    pids = processes(router)
    send(pids, signal.SIGSTOP)      # none has the time to act on another's end
    send(pids, signal.SIGKILL)


def vrrpd_killed(router):
    """bfdd lives, says so to the peers, and then lets the sessions go."""
    pids = [pid for pid in processes(router) if pid != router.bfdd.pid]
    send(pids, signal.SIGSTOP)
    send(pids, signal.SIGKILL)


def stopped(router):
    send(processes(router), signal.SIGSTOP)


def engine_stopped(router):
    os.kill(router.engine_pid(), signal.SIGSTOP)


FREEZER = pathlib.Path("/run/lab/cgroup")
# Groups are the machine's, and process ids may not be.
GROUP = "lease-%d" % time.time_ns()


def frozen(router):
    """As a virtual machine whose host does not run it: none acts on another."""
    group = FREEZER / GROUP
    if not FREEZER.exists():
        FREEZER.mkdir(parents=True)
        run("mount", "-t", "cgroup2", "none", str(FREEZER))
    group.mkdir(exist_ok=True)
    for pid in processes(router):
        (group / "cgroup.procs").write_text(str(pid))
    (group / "cgroup.freeze").write_text("1")


def thaw():
    path = FREEZER / GROUP / "cgroup.freeze"
    if path.exists():
        path.write_text("0")


HOG = """
import sys
sys.stdin.readline()
x = []
while True:
    x.append(b"x" * (1 << 20))
"""


def out_of_memory(router):
    """Another process of the group eats its memory, and is the last to be killed."""
    version1 = pathlib.Path("/sys/fs/cgroup/memory")
    group = (version1 if version1.exists() else FREEZER) / (
        GROUP + "-oom")
    group.mkdir(exist_ok=True)
    hog = subprocess.Popen([sys.executable, "-c", HOG], stdin=subprocess.PIPE)
    for pid in processes(router) + [hog.pid]:
        (group / "cgroup.procs").write_text(str(pid))
        if pid != hog.pid:
            pathlib.Path("/proc/%d/oom_score_adj" % pid).write_text("1000")
    limit = "memory.limit_in_bytes" if version1.exists() else "memory.max"
    (group / limit).write_text(str(16 << 20))
    hog.stdin.write(b"\n")
    hog.stdin.flush()
    router.lab.hog = hog


def crashed(router):
    os.kill(router.engine_pid(), signal.SIGSEGV)


FAULTS = {"killed": killed, "vrrpd": vrrpd_killed, "stopped": stopped,
          "frozen": frozen, "oom": out_of_memory, "crash": crashed,
          "engine": engine_stopped}


@contextlib.contextmanager
def slow_cores():
    """Core files of processes that have changed their user, too, to a slow reader."""
    settings = {"/proc/sys/kernel/core_pattern": "|/bin/sleep 2",
                "/proc/sys/fs/suid_dumpable": "2"}
    before = {}
    try:
        for path, value in settings.items():
            before[path] = pathlib.Path(path).read_text()
            pathlib.Path(path).write_text(value)
        yield
    finally:
        for path, value in before.items():
            pathlib.Path(path).write_text(value)


# --- a pair that is Active in turn ---

def conf(router, peer, lease, priority, names=tuple(INSTANCES)):
    text = ""
    for name in names:
        family, virtual_mac, vrid, addresses = INSTANCES[name]
        text += vrrpd_conf(
            name=name, vrid=vrid, addresses=addresses, priority=priority,
            virtual_mac=virtual_mac, advert_int=100,
            bfd=peer.address if family == 4 else peer.link_local,
            interval="%dms" % INTERVAL_MS, multiplier=MULTIPLIER,
            extra="preempt = no\n    lease = " + ("yes" if lease else "no"))
    return text


def all_are(router, state):
    return all(router.instance(name)["state"] == state for name in INSTANCES)


def is_ready(active, backup, lease):
    """r2 would take over at once, and r1's lease goes by BFD."""
    if not all_are(active, "active") or not all_are(backup, "backup"):
        return False
    for name in INSTANCES:
        if not all(s["takeover"] == "ready"
                   for s in backup.instance(name)["bfd"]):
            return False
        if lease and active.instance(name)["guard"] != "lease":
            return False
    return True


def start(router, text):
    router.start_bfdd()
    router.start_vrrpd(text)


def start_pair(lab, lease):
    lab.ipv6()
    texts = {lab.r1: conf(lab.r1, lab.r2, lease, 200),
             lab.r2: conf(lab.r2, lab.r1, lease, 100)}
    start(lab.r1, texts[lab.r1])
    wait_for(lambda: all_are(lab.r1, "active"), 20, "r1 is Active")
    start(lab.r2, texts[lab.r2])
    return texts


class Asked(Owners):
    """Owners of an instance's address, at its own virtual MAC."""

    def __init__(self, lab, name):
        super().__init__(lab, INSTANCES[name][3][-1].split("/")[0], "-p",
                         "500")


def revive(lab, router, text):
    """Whatever is left of it ends, and it begins anew."""
    send(processes(router), signal.SIGKILL)
    thaw()
    if getattr(lab, "hog", None) is not None:
        lab.hog.kill()
        lab.hog.wait()
        lab.hog = None
    for process in router.vrrpd, router.bfdd:
        with contextlib.suppress(Exception):
            process.wait()
    start(router, text)


def is_alone(asked, router):
    return all(owners.changes and owners.now() == (router.name,)
               for owners in asked.values())


def trial(lab, texts, fault, lease, wait_s):
    """Each instance's milliseconds of two owners, of nobody, and the worst gap."""
    active, backup = lab.r1, lab.r2
    if not all_are(active, "active"):
        active, backup = backup, active
    wait_for(lambda: is_ready(active, backup, lease), 30, "a pair")
    time.sleep(0.2)
    asked = {name: Asked(lab, name) for name in INSTANCES}
    wait_for(lambda: is_alone(asked, active), 5,
             lambda: "%s alone answers: %s" % (active.name, [
                 owners.changes for owners in asked.values()]))
    FAULTS[fault](active)
    with contextlib.suppress(TimeoutError, Exception):
        wait_for(lambda: is_alone(asked, backup), wait_s, "the other")
    time.sleep(0.1)
    rows = {}
    for name, owners in asked.items():
        spans = owners.stop()
        rows[name] = (
            sum(end - at for at, end, who in spans if len(who) > 1) * 1000,
            sum(end - at for at, end, who in spans if not who) * 1000,
            max((ms for _, ms in owners.gaps), default=0))
    revive(lab, active, texts[active])
    return rows


def report(fault, name, lease, rows):
    two = [row[0] for row in rows]
    nobody = [row[1] for row in rows]
    print("%-8s %-6s lease=%-3s two owners ms: median %6.1f worst %7.1f  "
          "nobody ms: median %5.1f worst %5.1f  gap %4.1f  n=%d" % (
              fault, name, "yes" if lease else "no",
              statistics.median(two), max(two),
              statistics.median(nobody), max(nobody),
              max(row[2] for row in rows), len(rows)), flush=True)


def part_owners(args):
    with slow_cores():
        for fault in args.faults or FAULTS:
            for lease in (True, False):
                rows = {name: [] for name in INSTANCES}
                with Lab() as lab:
                    texts = start_pair(lab, lease)
                    for _ in range(args.trials):
                        for name, row in trial(lab, texts, fault, lease,
                                               args.wait).items():
                            rows[name].append(row)
                for name in INSTANCES:
                    report(fault, name, lease, rows[name])


# --- calm ---

@contextlib.contextmanager
def busy():
    """Two loops for each processor."""
    loops = [subprocess.Popen(["sh", "-c", "while :; do :; done"])
             for _ in range(2 * os.cpu_count())]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


LOCKS_EVERY_S = 5
LINKS = 20
RULES = 5000


def hold_locks(lab, router):
    """A namespace with links goes (rtnl); a long ruleset comes and goes (nf_tables)."""
    began = time.monotonic()
    run("unshare", "-n", "sh", "-c", "for i in $(seq %d); do ip link add v$i "
        "type veth peer name w$i; done" % LINKS)
    rules = lab.dir / "rules.nft"
    if not rules.exists():
        rules.write_text("table ip calm {\n chain c {\n" + "".join(
            "  ip saddr 10.%d.%d.1 counter\n" % (i // 250, i % 250)
            for i in range(RULES)) + " }\n}\n")
    router.run("nft", "-f", str(rules))
    router.run("nft", "delete", "table", "ip", "calm")
    return time.monotonic() - began


def stopped_frames(router):
    return sum(int(line.split("packets ")[1].split()[0])
               for line in router.run("nft", "list",
                                      "ruleset").stdout.splitlines()
               if "counter packets" in line and "drop" in line)


def machine_gaps(process):
    """For how many milliseconds, from when on, a processor ran nobody."""
    process.kill(signal.SIGTERM)
    text, _ = process.popen.communicate(timeout=10)
    return [(gap["due-ns"] / 1e9, gap["late-us"] / 1000)
            for cpu in json.loads(text)["cpus"] for gap in cpu["gaps"]]


def beside_gap(span, gaps):
    """A processor was away, and the peer, on the same machine, with it: by itself
    that would have counted on, and taken over."""
    return any(ms >= INTERVAL_MS and
               at - 0.02 <= span[1] and span[0] <= at + ms / 1000 + 0.02
               for at, ms in gaps)


def part_calm(args):
    with Lab() as lab, contextlib.ExitStack() as stack:
        start_pair(lab, True)
        wait_for(lambda: is_ready(lab.r1, lab.r2, True), 30, "a pair")
        asked = {name: stack.enter_context(Asked(lab, name))
                 for name in INSTANCES}
        machine = lab.switch.start("gap", BUILD / "test/lab/gap", "-m",
                                   "5000", stdout=subprocess.PIPE)
        held, began = [], time.monotonic()
        with busy():
            while time.monotonic() - began < args.minutes * 60:
                held.append(hold_locks(lab, lab.r1))
                time.sleep(LOCKS_EVERY_S)
        minutes = (time.monotonic() - began) / 60
        spans = {name: owners.stop() for name, owners in asked.items()}
        gaps = machine_gaps(machine)
        worst = max((ms for _, ms in gaps), default=0)
        for name, owners in asked.items():
            nobody = [(at, end) for at, end, who in spans[name] if not who]
            own = [span for span in nobody if beside_gap(span, gaps)]
            print("calm     %-6s minutes=%.1f questions=%d nobody=%d "
                  "worst_ms=%.1f of_these_machine=%d gap_ms=%.1f" % (
                      name, minutes, minutes * 60 * 2000, len(nobody),
                      max((1000 * (end - at) for at, end in nobody),
                          default=0), len(own),
                      worst), flush=True)
        print("calm     stopped_by_the_lease=%d locks_held=%d longest_s=%.1f" %
              (stopped_frames(lab.r1), len(held), max(held)), flush=True)


# --- cost ---

def shoot(node, address, port):
    """Microseconds of processor time of a datagram, the best of all rounds, and
    how many a second."""
    packet = b"\x20\xc0\x03\x18" + 20 * b"\0"
    best, rate = None, 0
    with node.open_socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((address, port))
        for _ in range(ROUNDS):
            begin, clock = time.thread_time(), time.monotonic()
            for _ in range(SHOTS // ROUNDS):
                with contextlib.suppress(OSError):
                    s.send(packet)      # the port is closed: said now and then
            each = (time.thread_time() - begin) / (SHOTS // ROUNDS) * 1e6
            best = each if best is None else min(best, each)
            rate = max(rate, SHOTS // ROUNDS / (time.monotonic() - clock))
    return best, rate


def crowd(lease, peer, count):
    return "realtime_priority = 0\n" + "".join(
        vrrpd_conf(name="c%d" % i, vrid=i + 1, priority=200, advert_int=100,
                   virtual_mac=False, addresses=("10.9.0.%d/32" % (i + 1),),
                   bfd=peer, extra="lease = " + ("yes" if lease else "no"))
        for i in range(count))


def measure(lab, what, target):
    for router in lab.routers:
        router.sysctl("net.ipv4.icmp_ratelimit", 0)
    lab.client.ip("route", "add", "10.9.0.0/24", "dev", "eth0", check=False)
    inward, rate = shoot(lab.client, target, 9)
    other, _ = shoot(lab.client, lab.r1.address, 9)
    outward, _ = shoot(lab.r1, lab.r2.address, BFD_PORT)
    print("cost     %-24s in_us=%.3f in_pps=%.0f own_us=%.3f bfd_us=%.3f" % (
        what, inward, rate, other, outward), flush=True)


def part_cost(args):
    del args
    for lease in (True, False, True, False):
        word = "lease=" + ("yes" if lease else "no")
        with Lab() as lab:
            start_pair(lab, lease)
            wait_for(lambda: is_ready(lab.r1, lab.r2, lease), 30, "a pair")
            for name in "v4vmac", "v4addr":
                measure(lab, name + " " + word,
                        INSTANCES[name][3][0].split("/")[0])
        with Lab() as lab:
            lab.r2.start_bfdd()
            lab.r2.start_vrrpd(crowd(lease, lab.r1.address, 1).replace(
                "= 200", "= 100"))
            start(lab.r1, crowd(lease, lab.r2.address, 250))
            wait_for(lambda: all(i["state"] == "active" for i in
                                 lab.r1.call("show")["instances"]), 60,
                     "250 are Active")
            time.sleep(3)
            measure(lab, "250 routers " + word, "10.9.0.200")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", help="owners, calm, cost; all")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--wait", type=float, default=6,
                        help="seconds until two owners are counted as lasting")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--faults", nargs="*", choices=sorted(FAULTS))
    args = parser.parse_args()
    parts = {"owners": part_owners, "calm": part_calm, "cost": part_cost}
    for name in args.part or parts:
        parts[name](args)


if __name__ == "__main__":
    main()
