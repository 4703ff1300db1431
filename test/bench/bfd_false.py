"""False Downs: sessions whose peers are well, on a host that is not.

    sh test/bench/bfd.sh BUILD-DIRECTORY false [--daemon NAME]...
        [--load busy|starved|stopped]... [--seconds 600] [--json FILE]

a is the daemon under test, b swiftover's bfdd.  A Down at a is false by
construction: b runs and nothing is cut.

busy     64 sessions of 10 ms x 3 at both ends, while stress-ng keeps every core
         busy and on every core a program at SCHED_FIFO 10 spins 9 of 10 ms; the
         daemons have 50 (ours by its own setting, the others by chrt).
starved  The same sessions, but a has one core to itself with stress-ng and a
         program that spins all the time, and b the others.  Ordinary programs
         then starve, so the kernel puts every real-time program of that core
         aside for 50 ms in each second: longer than a's detection time.  b waits
         2.55 s for a (a's multiplier is 255), so that only a can fail.
stopped  8 sessions; a is stopped (SIGSTOP) for 10, 25, 50, 100 and 500 ms, over
         and over.  b is patient as above; a's detection time is 30 ms.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time

from bfd_bench import DAEMONS, Cable, Gap, LabError, report, run

INTERVAL_MS = 10
LOADS = ("busy", "starved", "stopped")
LENGTHS_MS = (10, 25, 50, 100, 500)
HOG = """
import time
while True:
    end = time.monotonic() + 0.009
    while time.monotonic() < end:
        pass
    if %s > 0:
        time.sleep(%s)
"""


def start_busy(node, cores, rest):
    """stress-ng and one spinning program for each of these cores."""
    where = ["taskset", "-c", ",".join(map(str, cores))]
    started = [node.start("stress-ng", *where, "stress-ng", "--cpu",
                          str(len(cores)), "--quiet")]
    started += [node.start("hog%d" % core, "taskset", "-c", str(core), "chrt",
                           "-f", "10", sys.executable, "-c", HOG % (rest, rest))
                for core in cores]
    return started


def pin(side, cores):
    run("taskset", "-a", "-c", "-p", ",".join(map(str, cores)),
        str(side.pid()))


def end_busy(started):
    """Their groups: stress-ng has children."""
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.popen.wait()


def stopped(side, seconds):
    """How often each length was slept."""
    times = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for length in LENGTHS_MS:
            os.kill(side.pid(), signal.SIGSTOP)
            time.sleep(length / 1000)
            os.kill(side.pid(), signal.SIGCONT)
            time.sleep(random.uniform(0.03, 0.1))
        times += 1
    return times


def measure(load, name, options):
    row = {"load": load, "daemon": name, "seconds": options.seconds}
    busy = []
    sessions = options.sessions or (8 if load == "stopped" else 64)
    cores = sorted(os.sched_getaffinity(0))
    with Cable(sessions) as cable:
        a = DAEMONS[name](cable, 0, INTERVAL_MS,
                          3 if load == "busy" else 255)
        b = DAEMONS["swiftover"](cable, 1, INTERVAL_MS, 3)
        try:
            a.start()
            b.start(realtime_priority=60)
            a.wait_up(options.patience)
            b.wait_up(options.patience)
            b.wait_fast()
            if name != "swiftover":
                a.realtime(50)
            time.sleep(1)
            before, b_before = a.downs(), b.downs()
            gap = Gap(cable.nodes[0])
            if load == "busy":
                busy = start_busy(cable.nodes[0], cores, "0.001")
                time.sleep(options.seconds)
            elif load == "starved":
                if len(cores) < 2:
                    raise LabError("needs two cores")
                pin(a, cores[:1])
                pin(b, cores[1:])
                busy = start_busy(cable.nodes[0], cores[:1], "0")
                time.sleep(options.seconds)
            else:
                row["rounds"] = stopped(a, options.seconds)
            row["machine-gap-ms"] = gap.stop()
            end_busy(busy)
            busy = []
            time.sleep(1)
            row.update({"sessions": sessions, "false-downs": a.downs() - before,
                        "peer-downs": b.downs() - b_before, "up": a.up()})
            if hasattr(a, "own_figures"):
                row.update(a.own_figures())
        except (TimeoutError, LabError, OSError,
                subprocess.SubprocessError) as error:
            row["error"] = str(error).split("\n")[0]
            print(error, file=sys.stderr)
        finally:
            end_busy(busy)
    return row


def print_table(rows):
    print("%-8s %-11s %8s %12s %11s %5s %8s %9s" % (
        "load", "daemon", "sessions", "false downs", "peer downs", "up",
        "stalls", "machine"))
    for row in rows:
        if "error" in row:
            print("%-8s %-11s %s" % (row["load"], row["daemon"],
                                     row["error"]))
        else:
            print("%-8s %-11s %8d %12d %11d %5d %8s %9.1f" % (
                row["load"], row["daemon"], row["sessions"],
                row["false-downs"], row["peer-downs"], row["up"],
                row.get("scheduling", {}).get("stalls", "-"),
                row["machine-gap-ms"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--daemon", action="append", choices=list(DAEMONS),
                        help="default: swiftover")
    parser.add_argument("--load", action="append",
                        choices=LOADS, help="default: all")
    parser.add_argument("--sessions", type=int)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--patience", type=float, default=60)
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = []
    for load in options.load or LOADS:
        for name in options.daemon or ["swiftover"]:
            rows.append(measure(load, name, options))
            print_table(rows[-1:])
            report(rows, options.json)
    print()
    print_table(rows)
    sys.exit(1 if any("error" in row or (
        row["daemon"] == "swiftover" and row["false-downs"])
        for row in rows) else 0)


if __name__ == "__main__":
    main()
