"""What the lease in the kernel is worth, and what it costs.

owners  so many trials of each: every process of the Active is killed, stopped, or
        frozen by a cgroup, and its engine alone is stopped.  How long two routers
        answered, asked every half millisecond; with `lease = yes` and, in the same
        run, with `lease = no`.
calm    an Active under load, its processors busy, for so many minutes: how often
        nobody answered, which must be never.
cost    microseconds of a datagram to the address, and of a BFD packet that is
        sent, with and without.

A gap of the measuring itself is reported beside each figure.
"""

import argparse
import contextlib
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

from lab import VIP, VIP6, Lab, Owners, run, wait_for   # noqa: E402

BFD_PORT = 3784
SHOTS = 100000
ROUNDS = 40


def processes(router):
    found, more = [router.bfdd.pid], [router.vrrpd.pid]
    while more:
        pid = more.pop()
        found.append(pid)
        with open("/proc/%d/task/%d/children" % (pid, pid),
                  encoding="ascii") as f:
            more += [int(word) for word in f.read().split()]
    return found


def killed(router):
    pids = processes(router)
    for number in signal.SIGSTOP, signal.SIGKILL:
        for pid in pids:
            os.kill(pid, number)


def stopped(router):
    for pid in processes(router):
        os.kill(pid, signal.SIGSTOP)


def engine_stopped(router):
    os.kill(router.engine_pid(), signal.SIGSTOP)


def frozen(router):
    """As a virtual machine whose host does not run it: none acts on another."""
    group = pathlib.Path("/run/lab/cgroup/lease-%d" % os.getpid())
    if not group.parent.exists():
        group.parent.mkdir(parents=True)
        run("mount", "-t", "cgroup2", "none", str(group.parent))
    group.mkdir(exist_ok=True)
    for pid in processes(router):
        (group / "cgroup.procs").write_text(str(pid))
    (group / "cgroup.freeze").write_text("1")


FAULTS = {"killed": killed, "stopped": stopped, "engine": engine_stopped,
          "frozen": frozen}


def start(lab, lease, virtual_mac, ipv6):
    lab.start_pair(bfd=True, advert_int=100, virtual_mac=virtual_mac,
                   ipv6=ipv6, extra="" if lease else "lease = no")
    lab.wait_pair(bfd=True, ipv6=ipv6)
    if lease:
        wait_for(lambda: lab.r1.instance()["guard"] == "lease", 5, "a lease")
    time.sleep(0.5)


def trial(fault, lease, virtual_mac, ipv6, wait_s):
    """Milliseconds of two owners, of nobody, and of the worst gap."""
    with Lab() as lab:
        start(lab, lease, virtual_mac, ipv6)
        owners = Owners(lab, VIP6 if ipv6 else VIP, "-p", "500")
        wait_for(lambda: owners.now() == ("r1",), 5, "r1 answers")
        FAULTS[fault](lab.r1)
        with contextlib.suppress(TimeoutError):
            wait_for(lambda: owners.now() == ("r2",), wait_s, "r2 alone")
        spans = owners.stop()
        gap = max((ms for _, ms in owners.gaps), default=0)
        for pid in processes(lab.r1) if fault != "killed" else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if fault == "frozen":
            path = pathlib.Path("/run/lab/cgroup/lease-%d/cgroup.freeze" %
                                os.getpid())
            path.write_text("0")
    return (sum(end - at for at, end, who in spans if len(who) > 1) * 1000,
            sum(end - at for at, end, who in spans if not who) * 1000, gap)


def part_owners(args):
    for fault in args.faults or FAULTS:
        for ipv6 in (False, True) if not args.ipv4 else (False,):
            for virtual_mac in (True, False):
                for lease in (True, False):
                    rows = [trial(fault, lease, virtual_mac, ipv6,
                                  args.wait) for _ in range(args.trials)]
                    two = [row[0] for row in rows]
                    print("%-8s %s %-7s lease=%-3s two owners ms: median "
                          "%6.1f worst %7.1f  nobody ms: worst %5.1f  gap "
                          "%4.1f  n=%d" % (
                              fault, "ipv6" if ipv6 else "ipv4",
                              "vmac" if virtual_mac else "address",
                              "yes" if lease else "no",
                              statistics.median(two), max(two),
                              max(row[1] for row in rows),
                              max(row[2] for row in rows), len(rows)),
                          flush=True)


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


def part_calm(args):
    for virtual_mac in (True, False):
        with Lab() as lab:
            start(lab, True, virtual_mac, False)
            with busy(), Owners(lab, VIP, "-p", "500") as owners:
                time.sleep(args.minutes * 60)
                spans = owners.stop()
            nobody = [(end - at) * 1000 for at, end, who in spans if not who]
            dropped = sum(int(line.split("packets ")[1].split()[0])
                          for line in lab.r1.run(
                              "nft", "list", "ruleset").stdout.splitlines()
                          if "counter packets" in line)
            print("calm     %-7s minutes=%g questions=%s nobody=%d worst_ms="
                  "%.1f dropped=%d gap_ms=%.1f" % (
                      "vmac" if virtual_mac else "address", args.minutes,
                      int(args.minutes * 60 * 2000), len(nobody),
                      max(nobody, default=0), dropped,
                      max((ms for _, ms in owners.gaps), default=0)),
                  flush=True)


def shoot(node, address, port):
    """Microseconds of processor time of a datagram, the best of all rounds."""
    packet = b"\x20\xc0\x03\x18" + 20 * b"\0"
    best = None
    with node.open_socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((address, port))
        for _ in range(ROUNDS):
            begin = time.thread_time()
            for _ in range(SHOTS // ROUNDS):
                try:
                    s.send(packet)
                except OSError:         # the port is closed: said now and then
                    pass
            each = (time.thread_time() - begin) / (SHOTS // ROUNDS) * 1e6
            best = each if best is None else min(best, each)
    return best


def part_cost(args):
    del args
    for virtual_mac in (True, False):
        for lease in (True, False, True, False):
            with Lab() as lab:
                start(lab, lease, virtual_mac, False)
                for router in lab.routers:
                    router.sysctl("net.ipv4.icmp_ratelimit", 0)
                inward = shoot(lab.client, VIP, 9)
                outward = shoot(lab.r1, lab.r2.address, BFD_PORT)
            print("cost     %-7s lease=%-3s in_us=%.3f bfd_us=%.3f" % (
                "vmac" if virtual_mac else "address",
                "yes" if lease else "no", inward, outward), flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", help="owners, calm, cost; all")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--wait", type=float, default=10,
                        help="seconds until two owners are counted as lasting")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--ipv4", action="store_true", help="not IPv6")
    parser.add_argument("--faults", nargs="*", choices=sorted(FAULTS))
    args = parser.parse_args()
    parts = {"owners": part_owners, "calm": part_calm, "cost": part_cost}
    for name in args.part or parts:
        parts[name](args)


if __name__ == "__main__":
    main()
