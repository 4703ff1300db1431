"""How long a client that followed the loser is away after a partition heals.

    sh test/bench/contest.sh BUILD-DIRECTORY [--heals 20] [--json FILE]

    r1 (better) ---- switch ====cable==== switch ---- r2, client

The cable is cut until both are Active and the client is served by r2, then
mended.  The figure is the longest outage the client saw until three seconds
later; "dead" counts the heals after which it was still without answers then.
keepalived stands beside ours, without a virtual MAC, where the client has to be
told.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

from lab import (Gap, Lab, VIP, keepalived_conf, wait_for)         # noqa: E402

SETTLE = 3.0


class Ours:
    def __init__(self, name, **conf):
        self.name = name
        self.conf = conf

    def start(self, lab):
        lab.start_pair(**self.conf)
        lab.wait_pair(bfd=self.conf.get("bfd", False))

    def active(self, router):
        return router.state() == "active"


class Keepalived:
    name = "keepalived, address, 1cs"

    def start(self, lab):
        for router, priority in zip(lab.routers, (200, 100)):
            router.start_keepalived(keepalived_conf(priority))
        wait_for(lambda: self.active(lab.r1) and not self.active(lab.r2), 15,
                 "keepalived is settled")

    def active(self, router):
        return VIP in router.addresses()


CASES = [
    Ours("vrrpd, virtual MAC, 1cs", advert_int=1),
    Ours("vrrpd, address, 1cs", advert_int=1, virtual_mac=False),
    Ours("vrrpd, virtual MAC, 1s, BFD", advert_int=100, bfd=True),
    Ours("vrrpd, address, 1s, BFD", advert_int=100, bfd=True,
         virtual_mac=False),
    Keepalived(),
]


def heal(lab, case, cable):
    """(longest outage in ms, dead at the end, machine's gap in ms)"""
    lab.client.ip("neigh", "flush", "all")
    wait_for(lambda: case.active(lab.r1) and not case.active(lab.r2), 15,
             "one is Active")
    mend = lab.cut(cable)
    wait_for(lambda: case.active(lab.r2), 15, "r2 is Active as well")
    lab.answered()
    gap = Gap(lab.client)
    with lab.meter() as meter:
        mend()
        wait_for(lambda: not case.active(lab.r2), 15, "r2 yields")
        time.sleep(SETTLE)
        report = meter.stop()
    longest = max((o["length-ms"] for o in report["outages"]), default=0.0)
    dead = any(not o["complete"] for o in report["outages"])
    return longest, dead, gap.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--heals", type=int, default=20)
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = []
    print("%-30s %5s %8s %8s %8s %5s %8s" % ("client away after a heal (ms)",
                                             "heals", "median", "p95", "max",
                                             "dead", "machine"))
    for case in CASES:
        with Lab() as lab:
            cable = lab.split(lab.r2, lab.client)
            case.start(lab)
            seen = [heal(lab, case, cable) for _ in range(options.heals)]
        lengths = sorted(s[0] for s in seen)
        row = {"case": case.name, "heals": len(seen),
               "median-ms": statistics.median(lengths),
               "p95-ms": lengths[(len(lengths) * 95 - 1) // 100],
               "max-ms": lengths[-1], "dead": sum(s[1] for s in seen),
               "worst-machine-gap-ms": max(s[2] for s in seen),
               "lengths-ms": lengths}
        rows.append(row)
        print("%-30s %5d %8.1f %8.1f %8.1f %5d %8.1f" % (
            row["case"], row["heals"], row["median-ms"], row["p95-ms"],
            row["max-ms"], row["dead"], row["worst-machine-gap-ms"]),
            flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
