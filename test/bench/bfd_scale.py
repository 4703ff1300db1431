"""What a number of BFD sessions costs, and whether they stay up.

    sh test/bench/bfd.sh BUILD-DIRECTORY scale [--case N:INTERVAL:MULT]...
        [--ends A:B]... [--seconds 60] [--disturb N] [--json FILE]

A case is a number of sessions between two daemons, one at each end of a cable
(bfd_bench.py).  Once all are up at the wanted speed, CPU time of each daemon,
its resident memory and its Downs are taken over so many seconds, while gap
watches the machine: a Down in a run whose machine slept longer than the
detection time is the machine's.  CPU is in percent of one core.
"""

import argparse
import signal
import sys
import time

from bfd_bench import (BUILD, DAEMONS, Cable, Gap, LabError, duration_ms,
                       report, run)

CASES = ("100:10ms:3", "500:10ms:3", "1000:50ms:3")


def disturb(side, options, end):
    """Reads the configuration again, and shows it all, so many times."""
    times = options.disturb if side.name == "swiftover" else 0
    pause = (end - time.monotonic()) / (times + 1)
    for i in range(times):
        time.sleep(max(0, pause))
        with open(side.node.bfdd_conf, "a") as conf:
            conf.write("# read %d times\n" % (i + 1))
        side.process.kill(signal.SIGHUP)
        side.show()
        run(str(BUILD / "vrrpd/vrrpctl"), "-b", str(side.node.bfdd_sock),
            "show", "bfd")
    time.sleep(max(0, end - time.monotonic()))


def measure(case, ends, options):
    sessions, interval, multiplier = case.split(":")
    sessions, multiplier = int(sessions), int(multiplier)
    interval_ms = duration_ms(interval)
    row = {"case": case, "ends": ends, "seconds": options.seconds}
    with Cable(sessions) as cable:
        sides = [DAEMONS[name](cable, side, interval_ms, multiplier)
                 for side, name in enumerate(ends.split(":"))]
        try:
            for side in sides:
                side.start()
            try:
                for side in sides:
                    side.wait_up(options.patience)
            except TimeoutError as error:
                # Some never get there; what they cost is told all the same.
                if "swiftover" in ends:
                    raise
                row["incomplete"] = str(error).split("\n")[0]
            time.sleep(2)               # past the changes of speed
        except (TimeoutError, LabError, OSError) as error:
            row["error"] = str(error).split("\n")[0]
            print(error, file=sys.stderr)
            return row
        gap = Gap(cable.nodes[0])
        downs = [side.downs() for side in sides]
        cpu = [side.cpu_s() for side in sides]
        began = time.monotonic()
        disturb(sides[0], options, began + options.seconds)
        took = time.monotonic() - began
        row["sides"] = [{
            "daemon": side.name,
            "cpu-percent": round(100 * (side.cpu_s() - cpu[i]) / took, 2),
            "rss-kib": side.rss_kib(),
            "downs": side.downs() - downs[i],
            "up": side.up(),
            **(side.own_figures() if hasattr(side, "own_figures") else {}),
        } for i, side in enumerate(sides)]
        row["machine-gap-ms"] = gap.stop()
    return row


def print_table(rows):
    print("%-12s %-22s %-10s %7s %8s %6s %9s %9s" % (
        "case", "ends", "daemon", "cpu %", "rss MiB", "downs", "gap ms",
        "machine"))
    for row in rows:
        if "error" in row:
            print("%-12s %-22s %s" % (row["case"], row["ends"], row["error"]))
        for side in row.get("sides", ()):
            print("%-12s %-22s %-10s %7.1f %8.1f %6d %9s %9.1f" % (
                row["case"], row["ends"], side["daemon"],
                side["cpu-percent"], side["rss-kib"] / 1024, side["downs"],
                "%.1f" % (side["worst-gap-us"] / 1000)
                if "worst-gap-us" in side else "-", row["machine-gap-ms"]))
        if "incomplete" in row:
            print("%-12s %s" % (row["case"], row["incomplete"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--case", action="append",
                        help="N:INTERVAL:MULTIPLIER, default " +
                        " ".join(CASES))
    parser.add_argument("--ends", action="append",
                        help="daemons at the two ends, of " +
                        " ".join(DAEMONS) + "; default swiftover:swiftover")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--disturb", type=int, default=0, metavar="N",
                        help="reload and show N times meanwhile")
    parser.add_argument("--patience", type=float, default=60,
                        help="seconds until all must be up")
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = []
    for case in options.case or CASES:
        for ends in options.ends or ["swiftover:swiftover"]:
            rows.append(measure(case, ends, options))
            print_table(rows[-1:])
            report(rows, options.json)
    print()
    print_table(rows)
    sys.exit(1 if any("error" in row for row in rows) else 0)


if __name__ == "__main__":
    main()
