"""Clients that only look and never stop beside virtual routers at their fastest:
does any virtual router or BFD session change its state?

    sh test/bench/readers.sh BUILD-DIRECTORY [--clients 64] [--seconds 60]
        [--instances 25] [--advert-int 1] [--interval 3ms] [--json FILE]

A pair whose BFD sessions are as fast as they can be.  Of the clients there are so
many at each of the four daemons, twenty requests of each under way all the time:
show, history and stats.  A daemon lets 48 of them in; the others are refused and
come again.  For each daemon stand in the table how many clients were answered, how
many answers and MiB per second there were, the fewest and the most that one client
had, for how long its loop was away at most, by the clock and by its own work, in how
many batches the latter was more than 2 ms, and how late the machine let it run at
most.  gap watches the machine all the while, and a machine that takes the processor
away for some milliseconds shows in both figures of the loop.

The exit status is 1 if anything changed its state, or somebody was lost.
"""

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

from lab import Lab, vrrpd_conf, wait_for                        # noqa: E402
from readers import measure                                      # noqa: E402


def conf(options, priority, peer):
    return "".join(
        vrrpd_conf(name="n%d" % i, vrid=i, priority=priority,
                   advert_int=options.advert_int, bfd=peer,
                   interval=options.interval,
                   addresses=("198.51.100.%d/24" % i,))
        for i in range(1, options.instances + 1))


def settle(lab, count):
    wait_for(lambda: [[i["state"] for i in r.call("show")["instances"]]
                      for r in lab.routers] ==
             [["active"] * count, ["backup"] * count], 60,
             "r1 is Active for all, and r2 the Backup", interval=0.2)
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        router.wait_session(peer.address)


def span(us):
    return "%g ms" % (us / 1000)


def report(daemons, readers, machine_ms, seconds):
    print("%-9s %8s %9s %6s %11s %8s %7s %6s %8s %5s" % (
        "daemon", "answered", "answers/s", "MiB/s", "least, most",
        "away <=", "cpu <=", "> 2 ms", "late <=", "moves"))
    for daemon, heard in zip(daemons, readers):
        each = heard["each"] or [0]
        print("%-9s %8d %9.0f %6.1f %11s %8s %7s %6d %8s %5d" % (
            daemon.name, len(heard["each"]), heard["answers"] / seconds,
            heard["bytes"] / seconds / (1 << 20),
            "%d, %d" % (each[0], each[-1]), span(daemon.away_us),
            span(daemon.cpu_us), daemon.long_ones, span(daemon.late_us),
            len(daemon.moves)))
        if heard["lost"] or heard["unanswered"]:
            print("  lost clients %d, requests without an answer %d" % (
                heard["lost"], heard["unanswered"]))
        if daemon.longest:
            print("  its longest work so far: %s" % json.dumps(daemon.longest))
        for line in daemon.moves[:5]:
            print("  " + line)
    print("the machine's worst gap: %.1f ms" % machine_ms)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--instances", type=int, default=25)
    parser.add_argument("--advert-int", default=1)
    parser.add_argument("--interval", default="3ms")
    parser.add_argument("--json")
    options = parser.parse_args()
    with Lab() as lab:
        for router, peer, priority in ((lab.r1, lab.r2, 200),
                                       (lab.r2, lab.r1, 100)):
            router.start_bfdd()
            router.start_vrrpd(conf(options, priority, peer.address))
        settle(lab, options.instances)
        daemons, readers, machine_ms = measure(lab, options.clients,
                                               options.seconds)
    report(daemons, readers, machine_ms, options.seconds)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({
            "machine-ms": machine_ms, "daemons": [
                dict(heard, name=d.name, moves=d.moves, **{
                    "away-us": d.away_us, "cpu-us": d.cpu_us,
                    "long-ones": d.long_ones, "late-us": d.late_us})
                for d, heard in zip(daemons, readers)]}, indent=1))
    bad = any(d.moves for d in daemons) or any(
        heard["lost"] or not heard["answers"] for heard in readers)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
