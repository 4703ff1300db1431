"""swiftover, keepalived and FRR through the same faults in the same lab.

    sh test/bench/compare.sh BUILD-DIRECTORY [--trials 20] [--block 5]
        [--only WORD]... [--json FILE] [--svg FILE] [--markdown FILE]

Every combination of a daemon and a fault has a pair of routers of its own and
a few trials in a row, then the next has its turn, and so round and round: what
the machine does meanwhile it does to all.  The figure of a trial is the longest
outage the client's meter saw (failover.py).  After "kill -9" one more thing
counts: for how long the dead router goes on answering for the address, beside
the one that took over.  It is looked at for five seconds.  "kill -9, worker"
ends only the process that does VRRP, which the daemon's parent replaces; "kill
-9, all" every process at the same moment.

The ratio is keepalived's median over ours by BFD.  A daemon that is not
installed has no rows.
"""

import contextlib
import json
import math
import os
import pathlib
import random
import shutil
import signal
import statistics
import sys
import time

import failover
from failover import percentile
from lab import (Capture, Gap, VIP, VMAC, VRID,              # noqa: E402
                 active_down_interval_ms, skew_ms, wait_for)

FRR = pathlib.Path("/usr/lib/frr")
SECOND_OWNER_S = 5.0


def family(pid):
    """A process and all its descendants."""
    found = [pid]
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in pathlib.Path("/proc/%d/task" % pid).iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def kill_all(process):
    """Every process of a daemon at the same moment."""
    for pid in family(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


class Ours(failover.Case):
    wire = False

    def __init__(self, daemon, fault, bound_ms, **conf):
        super().__init__("%s: %s" % (fault, daemon), FAULTS[fault], bound_ms,
                         **conf)
        self.daemon, self.fault_name = daemon, fault
        self.second_ms = []

    def kill(self, lab):
        kill_all(lab.r1.vrrpd)
        return lambda: self.restart(lab)

    def kill_worker(self, lab):
        os.kill(family(lab.r1.vrrpd.pid)[1], signal.SIGKILL)
        return lambda: None

    def after(self):
        pass


class Keepalived(failover.Keepalived):
    wire = False

    def __init__(self, daemon, fault, bound_ms, **conf):
        super().__init__("%s: %s" % (fault, daemon), FAULTS[fault], bound_ms,
                         **conf)
        self.daemon, self.fault_name = daemon, fault
        self.second_ms = []

    def kill(self, lab):
        kill_all(lab.r1.keepalived)

        def mend():
            for path in lab.r1.dir.glob("keepalived*.pid"):
                path.unlink()
            lab.r1.ip("address", "del", VIP + "/24", "dev", "eth0",
                      check=False)
            self.restart(lab)

        return mend

    def kill_worker(self, lab):
        os.kill(family(lab.r1.keepalived.pid)[1], signal.SIGKILL)
        return lambda: None


class Frr(Ours):
    """Its macvlan is made beforehand, as its manual says.

    Its Backup holds the device "protodown", which sends nothing by itself but
    receives and answers: a client is served by both routers at all times, so
    its meter has nothing to see.  What is taken instead is the time from the
    fault (when the command that makes it has returned) to the first advert of
    the new Master on the wire.
    """

    wire = True

    def start(self, lab):
        self.lab = lab
        for router, priority in ((lab.r1, 200), (lab.r2, 100)):
            router.ip("link", "add", "vrrp0", "link", "eth0", "address", VMAC,
                      "type", "macvlan", "mode", "bridge")
            router.ip("link", "set", "vrrp0", "addrgenmode", "none")
            router.ip("address", "add", VIP + "/24", "dev", "vrrp0")
            router.ip("link", "set", "vrrp0", "up")
            top = router.dir / "frr"
            top.mkdir(exist_ok=True)
            shutil.chown(top, "frr", "frr")
            (top / "zebra.conf").write_text("log stdout\n")
            (top / "vrrpd.conf").write_text("""\
log stdout
interface eth0
 vrrp %d version 3
 vrrp %d priority %d
 vrrp %d advertisement-interval 10
 vrrp %d ip %s
""" % (VRID, VRID, priority, VRID, VRID, VIP))
            self.daemon_of(router, "zebra")
            self.daemon_of(router, "vrrpd")

    def daemon_of(self, router, name):
        top = router.dir / "frr"
        with contextlib.suppress(FileNotFoundError):
            (top / (name + ".vty")).unlink()
        process = router.start(
            "frr-" + name, FRR / name, "-f", top / (name + ".conf"), "-i",
            top / (name + ".pid"), "-z", top / "zserv.api", "--vty_socket",
            top, "-u", "frr", "-g", "frr")
        setattr(router, "frr_" + name, process)
        wait_for(lambda: (top / (name + ".vty")).exists(), 10,
                 lambda: name + " starts: " + process.log())

    def active(self, router):
        done = router.run("vtysh", "--vty_socket", router.dir / "frr", "-d",
                          "vrrpd", "-c", "show vrrp json", check=False)
        try:
            return json.loads(done.stdout)[0]["v4"]["status"] == "Master"
        except (ValueError, IndexError, KeyError):
            return False

    def settle(self):
        wait_for(lambda: self.active(self.lab.r1), 15, "r1 is Master")
        wait_for(lambda: not self.active(self.lab.r2), 15, "r2 is not")
        self.lab.client.ip("neigh", "flush", "all")

    def taken_over(self):
        return self.active(self.lab.r2)

    def restart(self, lab):
        self.daemon_of(lab.r1, "vrrpd")

    def terminate(self, lab):
        lab.r1.frr_vrrpd.kill(signal.SIGTERM)

        def mend():
            lab.r1.frr_vrrpd.wait()
            self.restart(lab)

        return mend

    def kill(self, lab):
        kill_all(lab.r1.frr_vrrpd)
        return lambda: self.restart(lab)

    kill_worker = kill          # it is one process


def kill(case, lab):
    return case.kill(lab)


def kill_worker(case, lab):
    return case.kill_worker(lab)


FAULTS = {"silent cut": failover.cut, "carrier loss": failover.carrier,
          "clean stop": failover.terminate, "kill -9, worker": kill_worker,
          "kill -9, all": kill}
BFD = "swiftover, BFD 3ms x 3"
VRRP = "swiftover, VRRP 1cs"
KEEPALIVED = "keepalived, 1cs"
FRRS = "FRR vrrpd, 1cs"


def installed():
    makers = {
        BFD: lambda daemon, fault, bound: Ours(
            daemon, fault, bound, advert_int=100, interval="3ms"),
        VRRP: lambda daemon, fault, bound: Ours(
            daemon, fault, bound, advert_int=1)}
    if shutil.which("keepalived"):
        makers[KEEPALIVED] = Keepalived
    if (FRR / "vrrpd").exists() and shutil.which("vtysh"):
        makers[FRRS] = Frr
    return makers


def bound_ms(daemon, fault):
    """What the configured timers promise; kill -9 is nobody's promise."""
    if fault == "clean stop":
        return skew_ms(100, 100 if daemon == BFD else 1)
    return 9 if daemon == BFD else active_down_interval_ms(100, 1)


def owns(router):
    """The address is on a device that answers."""
    return any(info["local"] == VIP
               for link in router.links().values()
               if "UP" in link["flags"] and
               link.get("proto_down_reason") is None
               for info in link["addr_info"])


def second_owner_ms(case, start):
    """From r2's takeover until r1 has let go, or is Active again."""
    taken = None
    while time.monotonic() < start + SECOND_OWNER_S:
        r1, r2 = owns(case.lab.r1), case.taken_over()
        if r2 and taken is None:
            taken = time.monotonic()
        if taken is not None and (not r1 or not r2):
            break
    if taken is None:
        return 0.0
    return (time.monotonic() - taken) * 1000


def trial(case):
    lab = case.lab
    case.settle()
    gap = Gap(lab.client)
    capture = (Capture(lab.switch, "p-r2", "ip proto 112", "in")
               if case.wire else None)
    with lab.meter() as meter:
        time.sleep(random.uniform(0.01, 0.06))      # any phase of the adverts
        mend = case.fault(case, lab)
        start, start_real = time.monotonic(), time.time()
        if "kill" in case.fault_name:
            case.second_ms.append(second_owner_ms(case, start))
        else:
            wait_for(case.taken_over, 20, "r2 takes over")
        lab.answered()
        report = meter.stop()
    if case.wire:
        case.outages.append(min((float(f.time) - start_real) * 1000
                                for f in capture.stop()
                                if float(f.time) > start_real))
    else:
        case.outages.append(max((o["length-ms"] for o in report["outages"]),
                                default=0.0))
    case.gaps.append(max(gap.stop(), report["worst-gap-us"] / 1000 - 0.5))
    mend()


def rows_of(cases):
    rows = []
    for fault in FAULTS:
        some = [c for c in cases if c.fault_name == fault and c.outages]
        base = next((statistics.median(c.outages) for c in some
                     if c.daemon == BFD), None)
        for c in some:
            median = statistics.median(c.outages)
            rows.append({
                "fault": fault, "daemon": c.daemon, "trials": len(c.outages),
                "median-ms": median, "p95-ms": percentile(c.outages, 95),
                "max-ms": max(c.outages), "bound-ms": c.bound_ms,
                "ratio": median / base if base else None,
                "second-owner-ms": (statistics.median(c.second_ms)
                                    if c.second_ms else None),
                "worst-machine-gap-ms": max(c.gaps),
                "outages-ms": c.outages})
    return rows


def second_owner(row):
    span = row["second-owner-ms"]
    if span is None:
        return "-"
    # What took over within it was watched a little shorter.
    return ("stays" if span >= SECOND_OWNER_S * 1000 - 200 else
            "%.0f" % span)


def ratio(row):
    return "-" if row["ratio"] is None else "%.1f" % row["ratio"]


def print_table(rows):
    print("%-16s %-24s %3s %7s %7s %7s %6s %7s %8s" % (
        "fault", "daemon", "n", "median", "p95", "max", "ratio", "2 own",
        "machine"))
    for row in rows:
        print("%-16s %-24s %3d %7.1f %7.1f %7.1f %6s %7s %8.1f" % (
            row["fault"], row["daemon"], row["trials"], row["median-ms"],
            row["p95-ms"], row["max-ms"], ratio(row), second_owner(row),
            row["worst-machine-gap-ms"]))


def markdown(rows):
    lines = ["| fault | daemon | median | p95 | max | ratio | second owner |",
             "|---|---|---:|---:|---:|---:|---:|"]
    for row in rows:
        lines.append("| %s | %s | %.1f | %.1f | %.1f | %s | %s |" % (
            row["fault"], row["daemon"], row["median-ms"], row["p95-ms"],
            row["max-ms"], ratio(row), second_owner(row)))
    if any(row["daemon"] == FRRS for row in rows):
        lines += ["", "FRR's figures are the time to its new Master's first "
                  "advert: its Backup answers for the address as well, at "
                  "all times, so a client sees no outage and two owners."]
    return "\n".join(lines) + "\n"


# The plot: a line for each fault and daemon, a dot for each trial, a bar at the
# median; milliseconds on a logarithmic axis that begins at a tenth, where the
# trials in which nothing was lost stand.

LEFT, RIGHT, ROW, TOP = 300, 30, 22, 40
WIDTH = 900
COLOURS = {BFD: "#0a7d3b", VRRP: "#5aa469", KEEPALIVED: "#b4581a",
           FRRS: "#7a4bb0"}


def svg(rows):
    most = max(max(row["outages-ms"]) for row in rows)
    decades = max(1, math.ceil(math.log10(max(most, 1))) + 1)
    floor = 0.1

    def x(ms):
        share = math.log10(max(ms, floor) / floor) / decades
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    height = TOP + ROW * len(rows) + 14 * len(FAULTS) + 30
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
           'font-family="sans-serif" font-size="12">' % (WIDTH, height),
           '<rect width="100%" height="100%" fill="white"/>',
           '<text x="10" y="20" font-size="14">Outage a client of the virtual '
           'address sees, in milliseconds</text>']
    for i in range(decades + 1):
        ms = floor * 10 ** i
        out.append('<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" '
                   'stroke="#ddd"/>' % (x(ms), TOP - 8, x(ms), height - 24))
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%s</text>' %
                   (x(ms), height - 8, "0" if i == 0 else "%g" % ms))
    y, fault = TOP, None
    for row in rows:
        if row["fault"] != fault:
            fault = row["fault"]
            y += 14
            out.append('<text x="10" y="%d" font-weight="bold">%s</text>' %
                       (y + 4, fault))
        colour = COLOURS[row["daemon"]]
        out.append('<text x="%d" y="%d" text-anchor="end">%s</text>' %
                   (LEFT - 10, y + 4, row["daemon"]))
        for i, ms in enumerate(row["outages-ms"]):
            out.append('<circle cx="%.1f" cy="%.1f" r="2.5" fill="%s" '
                       'fill-opacity="0.5"/>' %
                       (x(ms), y + (i % 5 - 2) * 2, colour))
        middle = x(row["median-ms"])
        out.append('<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="%s" '
                   'stroke-width="3"/>' % (middle, y - 8, middle, y + 8,
                                           colour))
        y += ROW
    return "\n".join(out + ["</svg>", ""])


def main():
    parser = failover.parser_of(__doc__, 20)
    parser.add_argument("--svg")
    parser.add_argument("--markdown")
    options = parser.parse_args()
    chosen, failed = failover.rounds(
        [make(daemon, fault, bound_ms(daemon, fault))
         for fault in FAULTS for daemon, make in installed().items()],
        options, lambda case, lab: case.start(lab), trial)
    rows = rows_of(chosen)
    print_table(rows)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1))
    if options.svg and rows:
        pathlib.Path(options.svg).write_text(svg(rows))
    if options.markdown:
        pathlib.Path(options.markdown).write_text(markdown(rows))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
