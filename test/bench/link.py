"""What is promised when something goes wrong, case by case, with its bounds.

    sh test/bench/link.sh BUILD-DIRECTORY [--trials 200] [--seconds 600]
        [--only WORD]... [--json FILE]

1 three     Three routers, advert_int 100, BFD 10 ms x 3 each with each: the
            Active is cut off silently.  One takes over, after D.
2 five      Five routers of equal priority, the same: whoever is Active is cut
            off, over and over.  One Active, D + 10 ms after the cut.
3 engine    advert_int 1, no BFD: SIGKILL of the engine of the Active.
4 both      BFD 3 ms x 3: SIGKILL of monitor and engine together.
5 asleep    BFD 10 ms x 3, advert_int 20: SIGSTOP for two seconds, of vrrpd
            (monitor and engine) and of vrrpd and bfdd.
6 blocked   UDP 3784 is dropped at the Active's port for a minute at most while
            adverts pass.
7 deaf      VRRP is dropped there while BFD is Up: is the operator told?
8 busy      stress-ng on every core and 1000 bad packets a second, VRRP and BFD
            in turn.  One virtual router by VRRP alone (advert_int 1), one by
            BFD 10 ms x 3 (advert_int 100).
9 restart   advert_int 100, BFD 10 ms x 3: bfdd is killed, is restarted in
            order, vrrpctl restart; at the Active and at the Backup.

--trials is that of 1 and 2; the others, which differ less or take longer, are
repeated by a part of it, and the number stands in the table.  The first trial
counts like all others.  A round runs a few trials of each case, so that a
machine that is busy for a minute is busy for all of them; --seconds is how long
8 lasts, as one trial, after the others.

An outage is the longest the client's meter saw (meter.c says what that is); the
second owner of an address is timed from the successor's transition until the
kernel of the first tells that the address is deleted.  While a trial runs, gap
watches the machine.  Its median and worst stand in each line, and below each
line the same for the trials in which it slept for less than 3 ms, when there
were others and they differ: a router cannot do anything while its machine does
not run.  No trial is left out of the first line.  A trial that could not be
finished (a state that was not reached) is counted in the last column and its
logs are printed.

All routers have one kernel here, and its one lock for network configuration,
which the end of a daemon may hold: "takeover to address set" shows it.

"over" is the first of median, p95, p99 and max that is above what was promised.
"""

import argparse
import contextlib
import json
import math
import os
import pathlib
import random
import signal
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import frames                                                      # noqa: E402
import test_discards                                               # noqa: E402
import test_fate                                                   # noqa: E402
import test_several                                                # noqa: E402
from lab import (VIP, Gap, Lab, LabError, Node, skew_ms,           # noqa: E402
                 vrrpd_conf, wait_for)
from test_monitor import (LEND, address_events, seconds,           # noqa: E402
                          wait_engine)

QUIET_MS = 3.0
OWNER_MS = (LEND + 1) * 1000    # vrrpd(8): two owners for at most so long
RATE = 1000                     # bad packets a second
QUIET_AFTER_S = 1.5             # in which nothing more may happen
BLOCK = 5                       # trials of a case in a row
PERCENTILES = ("median", "p95", "p99", "max")


class Figure:
    """What was measured in each trial, and what is promised of it."""

    def __init__(self, name, unit="ms", **bounds):
        self.name = name
        self.unit = unit
        self.bounds = bounds            # of median, p95, p99, max, or min
        self.values = []
        self.gaps = []                  # the machine's, of the same trial


class Case:
    """A way to go wrong; each trial in a lab that has had others or not."""

    routers = 2
    part = 1.0                          # of --trials
    long = False

    def __init__(self):
        self.figures = {}
        self.done = 0
        self.failed = []

    def note(self, gap_ms, name, value, unit="ms", **bounds):
        figure = self.figures.setdefault(name, Figure(name, unit, **bounds))
        figure.values.append(value)
        figure.gaps.append(gap_ms)

    def trials(self, options):
        return max(min(3, options.trials), round(options.trials * self.part))

    def start(self, lab):
        pass

    def trial(self, lab, options):
        raise NotImplementedError


def ms_since(begin, end):
    return (end - begin) * 1000


def real(monotonic_ns):
    """The same instant on the clock of the transitions."""
    return monotonic_ns / 1e9 + time.time() - time.monotonic()


def changes(router, since, name="web"):
    """Transitions since then, apart from a daemon's coming to life."""
    return [t for t in router.transitions(name)
            if seconds(t["time"]) >= since and t["from"] != "initialize"]


def set_after_ms(transition):
    """From the decision until its addresses are set (one kernel: README)."""
    at = {step["step"]: step["us"] for step in transition["steps"]}
    return (at["addresses-set"] - at["decided"]) / 1000


def any_phase():
    """Of adverts and BFD packets, as with a real fault."""
    time.sleep(random.uniform(0.03, 0.15))


@contextlib.contextmanager
def watched(lab):
    """Client and machine, from here to there; the result is filled in."""
    seen = {}
    gap = Gap(lab.client)
    with lab.meter() as meter:
        any_phase()
        yield seen
        report = meter.stop()
    seen["gap"] = max(gap.stop(), report["worst-gap-us"] / 1000 - 0.5)
    seen["outages"] = [o["length-ms"] for o in report["outages"]]
    seen["outage"] = max(seen["outages"], default=0.0)
    longest = max(report["outages"], key=lambda o: o["length-ms"],
                  default=None)
    seen["since"] = longest and real(longest["start-ns"])


class Cut(Case):
    """Of an Active with several Backups."""

    def __init__(self, name, routers, priorities, always_first):
        super().__init__()
        self.name, self.routers, self.priorities = name, routers, priorities
        self.always_first = always_first

    def start(self, lab):
        test_several.start(lab, self.priorities)

    def trial(self, lab, options):
        active = lab.r1 if self.always_first else test_several.the_active(lab)
        test_several.ready(lab, active)
        others = [r for r in lab.routers if r is not active]
        d_ms = max(r.session(active.address)["detection-time-us"]
                   for r in others) / 1000
        begin = time.time()
        with watched(lab) as seen:
            before = time.time()
            mend = lab.cut(active)
            wait_for(lambda: any(r.state() == "active" for r in others), 10,
                     "somebody takes over")
            lab.answered()
            time.sleep(0.1)
        lines = [t for r in others for t in changes(r, begin)]
        moved = sorted((seconds(t["time"]), t["to"], t["cause"])
                       for t in lines)
        states = [r.state() for r in others]
        mend()
        gap = seen["gap"]
        self.note(gap, "takeovers", sum(m[1] == "active" for m in moved), "",
                  max=1, min=1)
        self.note(gap, "Actives at the end", states.count("active"), "",
                  max=1, min=1)
        self.note(gap, "without the address (D %.0f)" % d_ms, seen["outage"],
                  median=d_ms + 1, p99=d_ms + 5)
        self.note(gap, "cut to one Active for good (D %.0f)" % d_ms,
                  ms_since(seen["since"] or before, moved[-1][0]),
                  max=d_ms + 10)
        self.note(gap, "takeover to address set", max(
            set_after_ms(t) for t in lines if t["to"] == "active"))
        self.note(gap, "takeovers not by BFD", sum(
            m[1] == "active" and m[2] != "bfd-down" for m in moved), "",
            max=0)


class Engine(Case):
    part = 0.25

    def __init__(self, virtual_mac):
        super().__init__()
        self.virtual_mac = virtual_mac
        self.name = "3 engine, virtual_mac = %s" % (
            "yes" if virtual_mac else "no")

    def start(self, lab):
        lab.start_pair(advert_int=1, virtual_mac=self.virtual_mac)

    def trial(self, lab, options):
        lab.wait_pair()
        lab.answered()
        begin = time.time()
        engine = lab.r1.engine_pid()
        with address_events(lab.r1) as gone_at:
            with watched(lab) as seen:
                killed = time.time()
                os.kill(engine, signal.SIGKILL)
                lab.r2.wait_state("active", 20)
                lab.answered()
            wait_for(lambda: gone_at(VIP), OWNER_MS / 1000 + 1,
                     "the address is gone")
            # Before it may come back and be deleted again by r1's return.
            gone = gone_at(VIP)
        taken = [t for t in changes(lab.r2, begin) if t["to"] == "active"]
        gap, skew = seen["gap"], skew_ms(100, 1)
        self.note(gap, "without the address (skew %.1f)" % skew,
                  seen["outage"], median=skew + 3)
        self.note(gap, "second owner", max(0, ms_since(
            seconds(taken[0]["time"]), gone)), max=20)
        self.note(gap, "kill to address gone", ms_since(killed, gone), max=20)
        self.note(gap, "takeover to address set", set_after_ms(taken[0]))
        wait_engine(lab.r1, engine)


class Both(Case):
    name = "4 both"
    part = 0.25

    def start(self, lab):
        lab.start_pair(bfd=True, advert_int=100, interval="3ms")

    def trial(self, lab, options):
        lab.wait_pair(bfd=True)
        wait_for(lambda: test_fate.fate(lab.r1) == "armed", 5,
                 "r1 shares its fate")
        begin = time.time()
        with address_events(lab.r1) as gone_at:
            with watched(lab) as seen:
                for pid in test_fate.processes(lab.r1):
                    os.kill(pid, signal.SIGSTOP)
                killed = time.time()
                lab.r1.vrrpd.kill_all(signal.SIGKILL)
                lab.r2.wait_state("active", 10)
                lab.answered()
            wait_for(lambda: gone_at(VIP), OWNER_MS / 1000 + 1,
                     "the address is gone")
            gone = gone_at(VIP)
        taken = [t for t in changes(lab.r2, begin) if t["to"] == "active"]
        gap = seen["gap"]
        self.note(gap, "kill to takeover",
                  ms_since(killed, seconds(taken[0]["time"])), median=5)
        self.note(gap, "without the address", seen["outage"])
        self.note(gap, "takeover to address set", set_after_ms(taken[0]))
        self.note(gap, "takeovers not by BFD",
                  sum(t["cause"] != "bfd-down" for t in taken), "", max=0)
        self.note(gap, "second owner",
                  ms_since(seconds(taken[0]["time"]), gone), max=OWNER_MS)
        lab.r1.vrrpd.wait()
        lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())


class Asleep(Case):
    part = 0.1

    def __init__(self, everything):
        super().__init__()
        self.everything = everything
        self.name = "5 asleep, " + ("everything" if everything else "vrrpd")

    def start(self, lab):
        lab.start_pair(bfd=True, advert_int=20)

    def trial(self, lab, options):
        lab.wait_pair(bfd=True)
        begin = time.time()
        who = [lab.r1.vrrpd] + ([lab.r1.bfdd] if self.everything else [])
        with address_events(lab.r1) as gone_at:
            with watched(lab) as seen:
                slept = time.time()
                for process in who:
                    process.kill_all(signal.SIGSTOP)
                time.sleep(2)
                woken = time.time()
                for process in who:
                    process.kill_all(signal.SIGCONT)
                wait_for(lambda: (gone_at(VIP) or 0) > begin,
                         OWNER_MS / 1000 + 1, "r1 gives the address up")
                gone = gone_at(VIP)
                lab.answered()
            r1_reports = lab.r1.instance()["statistics"][
                "two-owners-last-us"] / 1000
        lab.wait_pair(bfd=True)         # r1 comes back by its priority
        settled = time.time()
        time.sleep(QUIET_AFTER_S)
        taken = [seconds(t["time"]) for t in changes(lab.r2, begin)
                 if t["to"] == "active"]
        gap = seen["gap"]
        self.note(gap, "sleep to takeover", ms_since(slept, taken[0]))
        self.note(gap, "two owners, asleep and after",
                  ms_since(taken[0], gone), max=OWNER_MS)
        self.note(gap, "two owners, after waking",
                  max(0, ms_since(woken, gone)), max=250)
        self.note(gap, "two owners, as r1 reports", r1_reports)
        self.note(gap, "waking to r1 Active, r2 Backup",
                  ms_since(woken, settled))
        for router in lab.routers:
            self.note(gap, "transitions of %s, there and back" % router.name,
                      len(changes(router, begin)), "", max=2, min=2)
        self.note(gap, "transitions after that", sum(
            len(changes(r, settled)) for r in lab.routers), "", max=0)
        self.note(gap, "r1 Active in the end",
                  int([r.state() for r in lab.routers] ==
                      ["active", "backup"]), "", min=1)


class Blocked(Case):
    name = "6 blocked"
    part = 0.015

    def start(self, lab):
        lab.start_pair(bfd=True, advert_int=100)

    def trial(self, lab, options):
        lab.wait_pair(bfd=True)
        length = min(60, options.seconds)
        before = statistics_of(lab.r2)
        begin = time.time()
        with watched(lab) as seen:
            mend = lab.cut_bfd(lab.r1)
            time.sleep(length)
        after = statistics_of(lab.r2)
        r1, r2 = (changes(r, begin) for r in lab.routers)
        alarm = (lab.r2.instance()["alarm"] or {}).get("reason")
        mend()
        gap = seen["gap"]
        flaps = [t["in-state-us"] / 1000 for t in r2
                 if t["from"] == "active"]
        self.note(gap, "flaps in %d s" % length, len(flaps), "", max=1)
        if flaps:
            self.note(gap, "length of a flap", max(flaps), max=5)
        self.note(gap, "Downs that adverts disproved before",
                  after["bfd-downs-disproved"] -
                  before["bfd-downs-disproved"], "")
        self.note(gap, "without the address", seen["outage"])
        self.note(gap, "transitions of r1", len(r1), "", max=0)
        self.note(gap, "alarm at the end", int(alarm == "bfd-blocked"), "",
                  min=1)


def statistics_of(router, name="web"):
    for instance in router.call("stats")["instances"]:
        if instance["name"] == name:
            return instance["statistics"]
    raise LabError("%s has no instance %s" % (router.name, name))


class Deaf(Case):
    name = "7 deaf"
    part = 0.05

    def start(self, lab):
        lab.start_pair(bfd=True, advert_int=10)

    def trial(self, lab, options):
        lab.wait_pair(bfd=True)
        gap = Gap(lab.client)
        any_phase()
        log = len(lab.r2.vrrpd.log())
        mend = lab.cut_vrrp(lab.r1)
        cut = time.time()
        shown = logged = 0
        try:
            wait_for(lambda: (lab.r2.instance()["alarm"] or {}).get("reason")
                     == "vrrp-blocked", 5, "r2 shows the alarm")
            shown = time.time()
            text = lab.r2.vrrpctl("show", "web").stdout
            wait_for(lambda: "alarm instance=web peer=%s" % lab.r1.address in
                     lab.r2.vrrpd.log()[log:], 5, "r2 logs the alarm")
            logged = time.time()
        except TimeoutError as error:
            print(error, file=sys.stderr)
            text = ""
        states = [r.state() for r in lab.routers]
        mend()
        gap_ms = gap.stop()
        self.note(gap_ms, "alarm in show -j", int(shown > 0), "", min=1)
        self.note(gap_ms, "alarm in show", int("two Actives?" in text), "",
                  min=1)
        self.note(gap_ms, "alarm in the log", int(logged > 0), "", min=1)
        if shown:
            self.note(gap_ms, "cut to alarm", ms_since(cut, shown))
        self.note(gap_ms, "Actives meanwhile",
                  states.count("active"), "")
        lab.wait_pair(bfd=True)
        self.note(gap_ms, "alarm gone when mended",
                  int(lab.r2.instance()["alarm"] is None), "", min=1)


def bad_packets(lab):
    """Frames for r1 and r2, of every kind that is refused, VRRP and BFD."""
    vrrp = [frames.advert(**dict({"vrid": 51, "priority": 254}, **wrong))
            for wrong in (dict(bad_checksum=True), dict(version=1),
                          dict(kind=2), dict(ttl=254), dict(cut=2),
                          dict(vrid=7), dict(count=0, addresses=()))]
    bfd = []
    for here, there in (lab.routers, lab.routers[::-1]):
        to = here.mac()
        for wrong in (dict(ttl=254), dict(version=2), dict(multiplier=0),
                      dict(length=25), dict(mine=0), dict(cut=8),
                      dict(flags=1), dict(state=3, yours=0),
                      dict(state=1, yours=0xdead)):
            bfd.append(frames.bfd(there.address, here.address,
                                  "02:00:5e:00:00:66", to, **wrong))
    return vrrp, bfd


class Flood(threading.Thread):
    """So many bad packets a second, VRRP and BFD in turn, until stop()."""

    def __init__(self, lab, node):
        super().__init__(daemon=True)
        self.node, self.kinds = node, bad_packets(lab)
        self.sent = 0
        self.ended = False

    def run(self):
        with self.node.open_socket(17, 3) as sock:      # AF_PACKET, SOCK_RAW
            sock.bind(("eth0", 0))
            begin = time.monotonic()
            while not self.ended:
                due = (time.monotonic() - begin) * RATE
                while self.sent < due:
                    sock.send(random.choice(self.kinds[self.sent % 2]))
                    self.sent += 1
                time.sleep(0.001)

    def stop(self):
        self.ended = True
        if self.is_alive():
            self.join()


def refused(lab):
    """Bad packets that the daemons have counted; a VRRP one arrives twice."""
    vrrp = sum(sum(test_discards.counters(r).values()) for r in lab.routers)
    bfd = sum(sum(r.bfdd_call("show")["statistics"]["discards"].values())
              for r in lab.routers)
    return vrrp / 2 + bfd


class Busy(Case):
    name = "8 busy"
    long = True

    def trials(self, options):
        return 1

    def start(self, lab):
        evil = lab.add(Node(lab, "evil", "192.0.2.66"))
        lab.plug(evil)
        self.evil = evil
        for router, peer, priority in ((lab.r1, lab.r2, 200),
                                       (lab.r2, lab.r1, 100)):
            router.start_bfdd()
            router.start_vrrpd(
                vrrpd_conf(priority=priority, advert_int=1) +
                vrrpd_conf(priority=priority, advert_int=100, name="slow",
                           vrid=52, addresses=("192.0.2.52/24",),
                           bfd=peer.address))
            if router is lab.r1:
                for name in "web", "slow":
                    router.wait_state("active", name=name)

    def trial(self, lab, options):
        lab.wait_pair()
        for router, state in zip(lab.routers, ("active", "backup")):
            router.wait_state(state, name="slow")
        for router, peer in (lab.routers, lab.routers[::-1]):
            wait_for(lambda: router.session(peer.address)[
                "detection-time-us"] == 30000, 15, "full speed")
        downs = [r.session(p.address)["down-count"]
                 for r, p in (lab.routers, lab.routers[::-1])]
        refused_before = refused(lab)
        begin = time.time()
        flood = Flood(lab, self.evil)
        gap = Gap(lab.client)
        cores = len(os.sched_getaffinity(0))
        load = lab.client.start("stress-ng", "stress-ng", "--cpu", cores,
                                "--quiet")
        try:
            with lab.meter() as meter:
                flood.start()
                time.sleep(options.seconds)
                flood.stop()
                report = meter.stop()
        finally:
            flood.stop()
            load.kill_all(signal.SIGKILL)
            load.popen.wait()
        gap_ms = gap.stop()
        if flood.sent < RATE * options.seconds * 0.9:
            print("8 busy: only %d bad packets were sent" % flood.sent,
                  file=sys.stderr)
        cpus = {c["cpu"]: c["worst-us"] / 1000 for c in gap.report["cpus"]}
        for what, name in (("VRRP alone", "web"), ("BFD", "slow")):
            lines = [dict(t, router=r.name) for r in lab.routers
                     for t in changes(r, begin, name)]
            for line in lines:
                print("8 busy: " + json.dumps(line), file=sys.stderr)
            self.note(gap_ms, "transitions, " + what, len(lines), "", max=0)
        self.note(gap_ms, "BFD sessions that went down", sum(
            r.session(p.address)["down-count"] for r, p in
            (lab.routers, lab.routers[::-1])) - sum(downs), "", max=0)
        self.note(gap_ms, "seconds", options.seconds, "")
        self.note(gap_ms, "bad packets a second", flood.sent /
                  options.seconds, "", min=0.9 * RATE)
        self.note(gap_ms, "of 100 of them counted as refused",
                  100 * (refused(lab) - refused_before) / flood.sent, "",
                  min=90)
        self.note(gap_ms, "without the address", max(
            (o["length-ms"] for o in report["outages"]), default=0.0))
        for cpu, worst in cpus.items():
            self.note(gap_ms, "machine gap, CPU %d" % cpu, worst)


class Restart(Case):
    part = 0.05

    def __init__(self, what, where):
        super().__init__()
        self.what, self.where = what, where
        self.name = "9 restart: %s at the %s" % (what, where)

    def start(self, lab):
        lab.start_pair(bfd=True, advert_int=100)

    def trial(self, lab, options):
        lab.wait_pair(bfd=True)
        router = lab.r1 if self.where == "Active" else lab.r2
        begin = time.time()
        with address_events(lab.r1) as gone_at, watched(lab) as seen:
            if self.what == "vrrpctl restart":
                old = router.engine_pid()
                router.vrrpctl("restart", check=True)
                wait_engine(router, old)
            else:
                router.bfdd.stop(signal.SIGKILL if self.what == "bfdd killed"
                                 else signal.SIGTERM)
                time.sleep(0.2)         # longer than D
                router.start_bfdd(router.bfdd_conf.read_text())
            lab.wait_pair(bfd=True)
            time.sleep(QUIET_AFTER_S)
            gone = gone_at(VIP)
        gap = seen["gap"]
        lines = [dict(t, router=r.name) for r in lab.routers
                 for t in changes(r, begin)]
        for line in lines:
            print("%s: %s" % (self.name, json.dumps(line)), file=sys.stderr)
        self.note(gap, "transitions at both", len(lines), "", max=0)
        self.note(gap, "without the address", seen["outage"], max=0)
        self.note(gap, "address deleted", int(gone is not None), "", max=0)


def cases():
    return [
        Cut("1 three", 3, (200, 150, 100), True),
        Cut("2 five", 5, (100,) * 5, False),
        Engine(True), Engine(False), Both(),
        Asleep(False), Asleep(True), Blocked(), Deaf(),
        *(Restart(what, where) for what in (
            "bfdd killed", "bfdd restarted", "vrrpctl restart")
          for where in ("Active", "Backup")),
        Busy(),
    ]


# Figures

def percentile(values, p):
    """Nearest rank: a value that was measured."""
    values = sorted(values)
    return values[max(0, math.ceil(len(values) * p / 100) - 1)]


def describe(values):
    return {"median": statistics.median(values),
            "p95": percentile(values, 95), "p99": percentile(values, 99),
            "max": max(values), "min": min(values)}


def row_of(case, figure):
    quiet = [v for v, gap in zip(figure.values, figure.gaps)
             if gap < QUIET_MS]
    row = {"case": case.name, "figure": figure.name, "unit": figure.unit,
           "trials": len(figure.values), "bounds": figure.bounds,
           "all": describe(figure.values),
           "quiet": describe(quiet) if quiet else None,
           "quiet-trials": len(quiet),
           "machine-gap-median-ms": statistics.median(figure.gaps),
           "machine-gap-worst-ms": max(figure.gaps),
           "values": figure.values, "machine-gaps-ms": figure.gaps,
           "failed-trials": len(case.failed)}
    row["over"] = over(row["all"], figure.bounds)
    row["quiet-over"] = row["quiet"] and over(row["quiet"], figure.bounds)
    return row


def over(seen, bounds):
    for name in PERCENTILES:
        if name in bounds and seen[name] > bounds[name]:
            return name
    if "min" in bounds and seen["min"] < bounds["min"]:
        return "min"
    return ""


def bounds_text(bounds):
    if "min" in bounds and bounds["min"] == bounds.get("max"):
        return "all %g" % bounds["min"]
    return ", ".join("%s %s %.4g" % (name, ">=" if name == "min" else "<=",
                                     bound)
                     for name, bound in bounds.items())


def print_rows(rows):
    layout = "%-41s %4s %8s %8s %8s %8s %8s  %-27s %-6s %7s %7s"
    name = None
    for row in rows:
        if row["case"] != name:
            name = row["case"]
            print("\n" + layout % (
                name, "n", "min", "median", "p95", "p99", "max", "promised",
                "over", "machine", "worst") +
                ("   %d FAILED" % row["failed-trials"]
                 if row["failed-trials"] else ""))
        def line(what, seen, count, text, bad):
            digits = "%.1f" if row["unit"] else "%g"
            print((layout % (
                what, count, *(digits % seen[k] for k in
                               ("min",) + PERCENTILES), text, bad,
                "%.1f" % row["machine-gap-median-ms"],
                "%.1f" % row["machine-gap-worst-ms"])).rstrip())

        line("  %s%s" % (row["figure"], row["unit"] and ", " + row["unit"]),
             row["all"], row["trials"], bounds_text(row["bounds"]),
             row["over"])
        if row["quiet"] and row["quiet"] != row["all"]:
            line("    machine gap < %g ms" % QUIET_MS, row["quiet"],
                 row["quiet-trials"], "", row["quiet-over"])


def run_block(case, count, options):
    with Lab(case.routers) as lab:
        try:
            case.start(lab)
            for _ in range(count):
                case.trial(lab, options)
                case.done += 1
        except (LabError, TimeoutError, OSError, AssertionError,
                IndexError) as error:
            case.done += 1              # it was one
            case.failed.append("%s: %s" % (type(error).__name__, error))
            print("%s: %s: %s\n%s" % (case.name, type(error).__name__, error,
                                      lab.logs(20)), file=sys.stderr)
    print("%s: %d of %d" % (case.name, case.done, case.trials(options)),
          file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--json")
    options = parser.parse_args()
    chosen = [case for case in cases()
              if not options.only or any(w in case.name
                                         for w in options.only)]
    for long in False, True:
        todo = [c for c in chosen if c.long == long]
        while todo:
            for case in todo:
                run_block(case, min(BLOCK, case.trials(options) - case.done),
                          options)
            todo = [c for c in todo if c.done < c.trials(options)]
    rows = [row_of(case, figure) for case in chosen
            for figure in case.figures.values()]
    print_rows(rows)
    failed = {c.name: c.failed for c in chosen if c.failed}
    for name, errors in failed.items():
        print("\n%s: %d trials FAILED; the first: %s" % (
            name, len(errors), errors[0].split("\n")[0]))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            {"rows": rows, "failed": failed}, indent=1) + "\n")
    sys.exit(1 if failed or any(r["over"] for r in rows) else 0)


if __name__ == "__main__":
    main()
