"""How long a client is without the virtual address, case by case.

    sh test/bench/failover.sh BUILD-DIRECTORY [--trials 30] [--json FILE]
        [--only WORD]... [--probe icmp|tcp|http]

Every case has its own pair of routers; a round runs a few trials of one case
after the other, so that a machine that is busy for a minute is busy for all
of them.  The figure of a trial is the longest outage the client's meter saw
(meter.c says what that is), 0 when it lost nothing.  While a trial runs, gap
watches the machine: its worst wake-up is printed beside each case, for a
figure is worth no more than the machine it was measured on.

Both routers share one kernel here, and so its one lock for network
configuration: what r1's kernel does when a router leaves (removing a device
waits for an RCU grace period, 12 to 20 ms) can hold up r2 setting its address.
The worst time for that is printed; two machines do not have it.
"""

import argparse
import json
import math
import pathlib
import random
import signal
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

from lab import (Gap, Lab, LabError, VIP, active_down_interval_ms,    # noqa
                 keepalived_conf, skew_ms, wait_for)


class Case:
    """A pair of routers and a fault."""

    def __init__(self, name, fault, bound_ms, **conf):
        self.name = name
        self.fault = fault
        self.bound_ms = bound_ms
        self.conf = conf
        self.outages = []
        self.extra = []             # outages of a trial beside the longest
        self.gaps = []
        self.detection_ms = []      # as the Backup itself reports it
        self.steps = []

    # The three things a family of routers does differently.

    def start(self, lab):
        self.lab = lab
        lab.start_pair(bfd="interval" in self.conf, **self.conf)

    def settle(self):
        """r1 has the address and r2 would take it over."""
        r1, r2 = self.lab.r1, self.lab.r2
        bfd = "interval" in self.conf
        self.lab.wait_pair(bfd)
        self.detection_ms.append(
            (r2.session(r1.address)["detection-time-us"] if bfd else
             r2.instance()["active-down-interval-us"]) / 1000)

    def taken_over(self):
        return self.lab.r2.state() == "active"

    def restart(self, lab):
        lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())

    def terminate(self, lab):
        status = lab.r1.vrrpd.stop()
        if status != 0:
            raise LabError("vrrpd exits with %d" % status)
        return lambda: self.restart(lab)

    def after(self):
        """What the new Active says about its takeover."""
        last = self.lab.r2.transitions()[-1]
        self.steps.append({step["step"]: step["us"]
                           for step in last.get("steps", [])})


class Keepalived(Case):
    def start(self, lab):
        self.lab = lab
        for router, priority in ((lab.r1, 200), (lab.r2, 100)):
            router.start_keepalived(keepalived_conf(priority, **self.conf))

    def settle(self):
        wait_for(lambda: VIP in self.lab.r1.addresses(), 10, "r1 has it")
        wait_for(lambda: VIP not in self.lab.r2.addresses(), 10, "r2 has not")
        # After a partition its winner does not announce itself again; the
        # client would stay with the loser until its own entry ages.
        self.lab.client.ip("neigh", "flush", "all")

    def taken_over(self):
        return VIP in self.lab.r2.addresses()

    def restart(self, lab):
        lab.r1.start_keepalived((lab.r1.dir / "keepalived.conf").read_text())

    def terminate(self, lab):
        lab.r1.keepalived.kill(signal.SIGTERM)

        def mend():
            lab.r1.keepalived.wait()
            self.restart(lab)

        return mend

    def after(self):
        pass


def cut(case, lab):
    return lab.cut(lab.r1)


def carrier(case, lab):
    return lab.port_down(lab.r1)


def terminate(case, lab):
    return case.terminate(lab)


def cases():
    adi = active_down_interval_ms(100, 1)
    return [
        Case("silent cut, VRRP 1cs", cut, adi, advert_int=1),
        Case("silent cut, BFD 10ms x 3", cut, 30, advert_int=100,
             interval="10ms"),
        Case("silent cut, BFD 3ms x 3", cut, 9, advert_int=100,
             interval="3ms"),
        Case("carrier loss, BFD 3ms x 3", carrier, 9, advert_int=100,
             interval="3ms"),
        Case("SIGTERM, VRRP 1cs", terminate, skew_ms(100, 1), advert_int=1),
        Case("silent cut, BFD 3ms x 3, virtual_mac = no", cut, 9,
             advert_int=100, interval="3ms", virtual_mac=False),
        Keepalived("keepalived: silent cut, VRRP 1cs", cut, adi),
        Keepalived("keepalived: SIGTERM, VRRP 1cs", terminate,
                   skew_ms(100, 1)),
    ]


def trial(case, probe):
    lab = case.lab
    case.settle()
    gap = Gap(lab.client)
    with lab.meter(probe) as meter:
        time.sleep(random.uniform(0.01, 0.06))      # any phase of the adverts
        mend = case.fault(case, lab)
        wait_for(case.taken_over, 20, "r2 takes over")
        lab.answered(probe)
        report = meter.stop()
    machine_ms = max(gap.stop(), report["worst-gap-us"] / 1000 - 0.5)
    lengths = sorted((o["length-ms"] for o in report["outages"]),
                     reverse=True)
    case.outages.append(lengths[0] if lengths else 0.0)
    case.extra.append(lengths[1:])
    case.gaps.append(machine_ms)
    case.after()
    mend()


def percentile(values, p):
    """Nearest rank: a value that was measured."""
    values = sorted(values)
    return values[max(0, math.ceil(len(values) * p / 100) - 1)]


def summary(case):
    return {
        "case": case.name, "trials": len(case.outages),
        "bound-ms": case.bound_ms,
        "median-ms": statistics.median(case.outages),
        "p95-ms": percentile(case.outages, 95),
        "max-ms": max(case.outages),
        "worst-machine-gap-ms": max(case.gaps),
        "median-machine-gap-ms": statistics.median(case.gaps),
        "second-outages": sum(len(e) for e in case.extra),
        "outages-ms": case.outages, "machine-gaps-ms": case.gaps,
        "reported-bound-ms": (statistics.median(case.detection_ms)
                              if case.detection_ms else None),
        "trial-steps-us": case.steps,
        "steps-us": {step: statistics.median(
            s[step] for s in case.steps if step in s)
            for step in dict.fromkeys(k for s in case.steps for k in s)},
        "worst-addresses-set-us": max(
            (s["addresses-set"] - s["decided"] for s in case.steps
             if "addresses-set" in s and "decided" in s), default=None),
    }


def print_table(rows):
    print("%-42s %3s %7s %7s %7s %7s %8s %3s" % (
        "case (ms)", "n", "bound", "median", "p95", "max", "machine", "2nd"))
    for row in rows:
        print("%-42s %3d %7.1f %7.1f %7.1f %7.1f %8.1f %3d" % (
            row["case"], row["trials"], row["bound-ms"], row["median-ms"],
            row["p95-ms"], row["max-ms"], row["worst-machine-gap-ms"],
            row["second-outages"]))
    for row in rows:
        if row["steps-us"]:
            print("%s, medians in us: %s; addresses set at worst after %s" %
                  (row["case"], ", ".join(
                      "%s %+d" % item for item in row["steps-us"].items()),
                   row["worst-addresses-set-us"]))


def parser_of(text, trials):
    """The options that all scripts with rounds have."""
    parser = argparse.ArgumentParser(description=text.split("\n")[0])
    parser.add_argument("--trials", type=int, default=trials)
    parser.add_argument("--block", type=int, default=5,
                        help="trials of one case in a row")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--json")
    return parser


def rounds(cases, options, start, trial):
    """A block of trials of each case, again and again.

    start(case, lab) for each block, trial(case) for each trial.  Returns the
    cases that were wanted, and those that broke down.
    """
    chosen = [case for case in cases
              if not options.only or any(w in case.name for w in options.only)]
    failed = []
    while any(len(c.outages) < options.trials for c in chosen
              if c not in failed):
        for case in chosen:
            todo = min(options.block, options.trials - len(case.outages))
            if todo <= 0 or case in failed:
                continue
            with Lab() as lab:
                try:
                    start(case, lab)
                    for _ in range(todo):
                        trial(case)
                except (LabError, TimeoutError, OSError) as error:
                    failed.append(case)
                    print("%s: %s\n%s" % (case.name, error, lab.logs(20)),
                          file=sys.stderr)
            print("%s: %s" % (case.name, " ".join(
                "%.1f" % o for o in case.outages[-todo:])), file=sys.stderr)
    return chosen, failed


def main():
    parser = parser_of(__doc__, 30)
    parser.add_argument("--probe", default="icmp",
                        choices=("icmp", "tcp", "http"))
    options = parser.parse_args()

    def start(case, lab):
        if options.probe != "icmp":
            lab.r1.start_nginx()
            lab.r2.start_nginx()
        case.start(lab)

    chosen, failed = rounds(cases(), options, start,
                            lambda case: trial(case, options.probe))
    rows = [summary(case) for case in chosen if case.outages]
    print_table(rows)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
