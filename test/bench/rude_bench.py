"""Clients that do not behave, of 25 kinds: what is left of them, and who notices?

    sh test/bench/rude.sh BUILD-DIRECTORY [--count 10000] [--open 200] [--root]
        [--kinds]

They come to both daemons of the Active of a pair at 1 cs with BFD at 3 ms x 3, so
many in all and so many connected at a time.  Before and after: the daemons'
descriptors, the slots that clients who only look can have, and resident memory.
Meanwhile root and the daemon's own user connect and ask again and again: the
longest wait for an answer, and how often there was none.  --root: they are root,
and only the daemon's own user asks.

The exit status is 1 if descriptors, slots or the state of anything changed, if
memory grew by more than 4 MiB, or if somebody was not answered.
"""

import argparse
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

from lab import Lab                                              # noqa: E402
from rude import measure                                         # noqa: E402

GROWTH_KIB = 4096


def moves(lab):
    return [line for r in lab.routers for p in (r.vrrpd, r.bfdd)
            for line in p.log().splitlines() if " from=" in line]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--open", type=int, default=200)
    parser.add_argument("--root", action="store_true")
    parser.add_argument("--kinds", action="store_true")
    options = parser.parse_args()
    with Lab() as lab:
        lab.start_pair(bfd=True, interval="3ms")
        lab.wait_pair(bfd=True)
        moved = moves(lab)
        begin = time.monotonic()
        daemons, said, waits, machine_ms = measure(
            lab.r1, options.count, options.open, options.root)
        took = time.monotonic() - begin
        moved = moves(lab)[len(moved):]
        logged = {d.name: len(p.log().splitlines()) for d, p in
                  zip(daemons, (lab.r1.vrrpd, lab.r1.bfdd))}
    print("%d clients in %.1f s; machine's worst gap %.1f ms" % (
        options.count, took, machine_ms))
    if options.kinds:
        for name, (count, cut_off) in said.items():
            print("  %-32s %5d, cut off %5d" % (name, count, cut_off))
    print("%-6s %14s %14s %16s %6s" % ("daemon", "descriptors", "slots",
                                        "resident KiB", "lines"))
    for d in daemons:
        print("%-6s %6d, %6d %6d, %6d %7d, %7d %6d" % (
            d.name, d.before[0], d.after[0], d.before[1], d.after[1],
            d.rss_before, d.rss_after, logged[d.name]))
    answered = [w for w in waits if w is not None]
    print("asked %d times, without an answer %d, longest wait %.1f ms; "
          "changes of state %d" % (len(waits), len(waits) - len(answered),
                                   max(answered, default=0) * 1000,
                                   len(moved)))
    for line in moved[:5]:
        print("  " + line)
    good = not moved and len(answered) == len(waits) and all(
        d.before == d.after and d.rss_after - d.rss_before <= GROWTH_KIB
        for d in daemons)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
