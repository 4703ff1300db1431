"""Trackers of every kind at their fastest beside many virtual routers: does any
virtual router change its state, and what does each process cost?

    sh test/bench/trackers.sh BUILD-DIRECTORY [--trackers 200]
        [--instances 50] [--seconds 300] [--advert-int 1] [--json FILE]

The Active of a pair tracks scripts, processes, files and what tcp, http and ping
reach, all every 10 ms, dealt out to the virtual routers.  Everything tracked is
well.  A check that the machine was too busy for counts as failed and costs its
virtual router 10 of priority, which does not suffice for the Backup: how often
trackers went down stands in the table, and so do state changes, of which there
should be none.  The exit status is 1 if there was one.

CPU in percent of one core, by process; of a process that runs others without
what those took.  gap watches the machine all the while.
"""

import argparse
import json
import pathlib
import sys
import time

import scale
from lab import Gap, Lab, vrrpd_conf

WEIGHT = -10


def declared(router, i):
    """Kind and body of the i-th tracker."""
    pace = "interval = 10ms"
    return (
        ("script", "command = /bin/true  fall = 2  " + pace),
        ("process", "name = nginx  " + pace),
        ("tcp", "address = 127.0.0.1  port = 80  " + pace),
        ("http", "url = \"http://127.0.0.1/\"  " + pace),
        ("ping", "address = %s  %s" % (router.address, pace)),
        ("file", "path = %s/drained-%d" % (router.dir, i)),
    )[i % 6]


def configuration(router, priority, options, trackers):
    text, refs = "", [""] * options.instances
    for i in range(trackers):
        kind, body = declared(router, i)
        text += "%s t%d { %s  weight = %d }\n" % (kind, i, body, WEIGHT)
        refs[i % options.instances] += "track_%s t%d { }\n" % (kind, i)
    return text + "".join(
        vrrpd_conf(priority=priority, advert_int=options.advert_int,
                   name="n%d" % (i + 1), vrid=i + 1, extra=refs[i],
                   addresses=(scale.address(i) + "/24",))
        for i in range(options.instances))


def processes(daemon):
    """comm to CPU seconds, of a daemon and its children."""
    found = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        number, rest = text.split(" ", 1)
        comm, rest = rest[1:].rsplit(") ", 1)
        fields = rest.split()
        if int(number) == daemon.pid or int(fields[1]) == daemon.pid:
            found[comm] = (int(fields[11]) + int(fields[12])) / scale.TICKS
    return found


def down(router):
    """The names of the trackers that are not up."""
    return sorted({t["name"] for i in router.call("show")["instances"]
                   for t in i["tracks"] if t["state"] != "up"})


def run(lab, options):
    lab.r1.start_nginx()
    for router, priority, trackers in ((lab.r1, 200, options.trackers),
                                       (lab.r2, 100, 0)):
        router.start_vrrpd(configuration(router, priority, options, trackers))
    scale.wait_settled(lab, options.instances)
    time.sleep(2)       # announcements and what starting costs
    marks = [len(r.vrrpd.log()) for r in lab.routers]
    count = sum(scale.transitions(r) for r in lab.routers)
    before = [processes(r.vrrpd) for r in lab.routers]
    gap, start = Gap(lab.client), time.monotonic()
    time.sleep(options.seconds)
    took = time.monotonic() - start
    machine = gap.stop()
    after = [processes(r.vrrpd) for r in lab.routers]
    logs = [r.vrrpd.log()[n:] for r, n in zip(lab.routers, marks)]
    flips = sum(scale.transitions(r) for r in lab.routers) - count
    return {
        "trackers": options.trackers, "instances": options.instances,
        "seconds": round(took, 1),
        "state-changes": max(flips, sum(log.count(" from=") for log in logs)),
        "went-down": logs[0].count(" state=down"),
        "trackers-down": down(lab.r1),
        "machine-gap-ms": round(machine, 1),
        "cpu-percent": [
            {comm: round(100 * (a[comm] - b.get(comm, 0)) / took, 1)
             for comm in sorted(a)} for a, b in zip(after, before)],
    }, logs


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trackers", type=int, default=200)
    parser.add_argument("--instances", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--advert-int", type=int, default=1)
    parser.add_argument("--json")
    options = parser.parse_args()
    with Lab() as lab:
        row, logs = run(lab, options)
    print("%d trackers, %d instances, %.0f s: %d state changes; trackers "
          "down %d times, %d at the end; machine gap %.1f ms" % (
              row["trackers"], row["instances"], row["seconds"],
              row["state-changes"], row["went-down"],
              len(row["trackers-down"]),
              row["machine-gap-ms"]))
    for name, cpu in zip(("Active", "Backup"), row["cpu-percent"]):
        print("CPU %s: %s" % (name, ", ".join("%s %.1f%%" % item
                                              for item in cpu.items())))
    for log in logs:
        for line in [x for x in log.splitlines() if " from=" in x][:10]:
            print(line)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(row, indent=1))
    sys.exit(1 if row["state-changes"] else 0)


if __name__ == "__main__":
    main()
