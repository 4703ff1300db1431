"""How long after its detection time a daemon finds a real loss.

    sh test/bench/bfd.sh BUILD-DIRECTORY detect [--case INTERVAL:MULT]...
        [--daemon NAME]... [--trials 100] [--json FILE]

A silent cut of the cable (nothing passes, the carrier stays) at a random phase;
b is swiftover's bfdd, a the daemon under test.  The figure of a trial is

    (when a says Down) - (when b's last packet reached a) - D

For swiftover both instants are its own: the decision, and the kernel's stamp of
the last packet.  For the others both are taken from a capture at a, and the
decision is a's first packet that says Down, which RFC 5880 wants sent at once; b
is cut off in that direction only.  A trial during which the machine itself slept
longer than --machine-ms is repeated.
"""

import argparse
import random
import re
import statistics
import subprocess
import sys
import time

from bfd_bench import (DAEMONS, Cable, Gap, LabError, address, duration_ms,
                       percentile, report, wait_for)

CASES = ("3ms:3", "10ms:3")
class Sniffer:
    """The packets of both ends at a, by the kernel's clock."""

    PACKET = re.compile(r"^(\d+\.\d+) IP (\S+)\.\d+ > [^\n]*\n"
                        r"((?:\t0x[^\n]*\n){3})", re.M)

    def __init__(self, node):
        self.path = node.dir / "sniffer.txt"
        self.process = node.start(
            "tcpdump", "sh", "-c", "exec tcpdump -i eth0 -n -tt -l -x "
            "--immediate-mode udp port 3784 > %s" % self.path)
        wait_for(lambda: "listening on" in self.process.log(), 10,
                 "tcpdump listens")

    def found(self):
        """When b's last packet came and when a first said Down, or None."""
        last = None
        for when, source, dump in self.PACKET.findall(
                self.path.read_text()):
            data = bytes.fromhex("".join(
                line.split(":")[1] for line in dump.splitlines()))
            if source == address(1, 0):
                last = float(when)
            elif data[20 + 8 + 1] >> 6 == 1:
                return last, float(when)
        return None


def own_trial(side, cable):
    """Microseconds after D, as bfdd itself tells."""
    cable.cut()

    def down():
        session = side.show()["sessions"][0]
        return session if session["state"] == "down" else None

    session = wait_for(down, 10, "it is down", interval=0.02)
    if session["reason"] != "timeout":
        raise LabError("down for another reason: %s" % session)
    return ((session["decided-ns"] - session["last-rx-ns"]) / 1000
            - side.interval_ms * 1000 * side.multiplier)


def foreign_trial(side, cable):
    """The same from outside: only b is cut off, and a says so on the wire."""
    sniffer = Sniffer(cable.nodes[0])
    time.sleep(random.uniform(0.05, 0.1))
    cable.cut(both=False)
    last, down = wait_for(sniffer.found, 10,
                          lambda: "a says Down\n" + cable.logs() +
                          sniffer.path.read_text()[-3000:],
                          interval=0.05)
    sniffer.process.stop()
    return ((down - last) * 1e6
            - side.interval_ms * 1000 * side.multiplier)


def measure(case, name, options):
    interval, multiplier = case.split(":")
    row = {"case": case, "daemon": name, "after-d-us": [],
           "machine-gaps-ms": [], "repeated": 0}
    with Cable(1) as cable:
        sides = [DAEMONS[daemon](cable, i, duration_ms(interval),
                                 int(multiplier))
                 for i, daemon in enumerate((name, "swiftover"))]
        try:
            for side in sides:
                side.start()
            while (len(row["after-d-us"]) < options.trials and
                   row["repeated"] <= options.trials):
                for side in sides:
                    side.wait_up(options.patience)
                sides[1].wait_fast()
                time.sleep(random.uniform(0.05, 0.1))
                gap = Gap(cable.nodes[0])
                try:
                    us = (own_trial if name == "swiftover" else
                          foreign_trial)(sides[0], cable)
                finally:
                    cable.mend()
                machine_ms = gap.stop()
                if machine_ms > options.machine_ms:
                    row["repeated"] += 1
                    continue
                row["after-d-us"].append(round(us, 1))
                row["machine-gaps-ms"].append(machine_ms)
        except (TimeoutError, LabError, OSError,
                subprocess.SubprocessError) as error:
            row["error"] = str(error).split("\n")[0]
            print(error, file=sys.stderr)
    values = row["after-d-us"]
    if values:
        row.update({"trials": len(values),
                    "median-us": statistics.median(values),
                    "p99-us": percentile(values, 99), "max-us": max(values),
                    "min-us": min(values)})
    return row


def print_table(rows):
    print("%-10s %-12s %6s %10s %10s %10s %9s" % (
        "case", "daemon", "trials", "median us", "p99 us", "max us",
        "repeated"))
    for row in rows:
        if "trials" in row:
            print("%-10s %-12s %6d %10.0f %10.0f %10.0f %9d" % (
                row["case"], row["daemon"], row["trials"], row["median-us"],
                row["p99-us"], row["max-us"], row["repeated"]))
        if "error" in row:
            print("%-10s %-12s %s" % (row["case"], row["daemon"],
                                      row["error"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--case", action="append",
                        help="INTERVAL:MULTIPLIER, default " +
                        " ".join(CASES))
    parser.add_argument("--daemon", action="append",
                        choices=list(DAEMONS), help="default swiftover")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--machine-ms", type=float, default=1.0,
                        help="repeat when the machine slept longer")
    parser.add_argument("--patience", type=float, default=30)
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = []
    for case in options.case or CASES:
        for name in options.daemon or ["swiftover"]:
            rows.append(measure(case, name, options))
            print_table(rows[-1:])
            report(rows, options.json)
    print()
    print_table(rows)
    sys.exit(1 if any("error" in row for row in rows) else 0)


if __name__ == "__main__":
    main()
