"""What an operator may do without anybody noticing, and what it costs otherwise.

    sh test/bench/operator.sh BUILD-DIRECTORY [PART]... [--trials 20]
        [--minutes 10] [--seed N] [--advert-int CS] [--address] [--bfd]
        [--instances 250] [--rounds 10] [--keep DIRECTORY] [--json FILE]

Parts, all of them unless some are named:

    changes  A pair is reloaded, both routers at once and in every other trial
             the Active first, with an address more, an address less, another
             prefix length, another unicast peer, another `accept`.  A client
             asks the addresses that stay, and that of an instance which nothing
             is changed of, every 0.5 ms.  (An address that stops or begins to
             take packets cannot be pinged all the time: there the switch asks
             who has it.)  Both modes, both families, adverts of 1 cs and of 1 s.
    many     One reload adds 100 instances to 150; another takes 100 of the 250
             out and makes 50 others anew.
             Transitions of the 100 that the file does not change, and for how
             long the engine's loop was away meanwhile.
    rtnl     Somebody else's namespace with so many bridges is deleted that the
             kernel's lock on network configuration is held for about a second.
    random   Three routers and an operator who does anything, one thing every
             second or so, while the switch counts who answers for the address.
             The seed is printed; with it the same is done again.

Beside each figure stands the machine's own worst gap meanwhile: a router whose
machine sleeps is late, whatever it runs.  What the build cannot do is said in its
place.  A table of all figures, their goals and whether they are met comes last.
Exit status 1: one is not.

For the record: `changes many rtnl` take about 12 minutes with the trials and
rounds that are the default (changes 10, many and rtnl one each), and `random` as
many minutes as it is told; with --seed 5 --advert-int 1 it is the hardest.

(Not operator.py: Python has a module of that name, which everybody imports.)
"""

import argparse
import fcntl
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

from lab import (GLOBAL, LINK_LOCAL, NETWORK, VIP, VIP6, VIP6_LOCAL, Ctl, Gap,  # noqa: E402
                 Lab, LabError, Owners, run, vrrpd_conf, wait_for)

SLEPT_MS = 5.0          # a trial in which the machine was away for longer
AGAIN = 10              # is done again, so often at most
AFTER = 0.3             # whatever is still to go wrong shows by then
RESULTS = []


def say(text=""):
    print(text, flush=True)


def result(part, case, good, goal, reached, machine, **figures):
    """One line of the last table; figures are for --json."""
    RESULTS.append({"part": part, "case": case, "good": good, "goal": goal,
                    "reached": reached, "machine-ms": machine, **figures})


def table():
    say("%-8s %-36s %-40s %-40s %8s" % ("part", "case", "goal", "reached",
                                        "machine"))
    for r in RESULTS:
        say("%-8s %-36s %-40s %-40s %5.1f ms  %s" % (
            r["part"], r["case"], r["goal"], r["reached"], r["machine-ms"],
            "met" if r["good"] else "NOT MET"))


def at_once(*calls):
    """Each in a thread of its own; the first error is raised."""
    errors = []

    def carry_out(call):
        try:
            call()
        except Exception as error:          # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=carry_out, args=(c,)) for c in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def reload(router):
    ctl = Ctl(router.vrrpd_sock, timeout=60)
    try:
        return ctl.call("reload")
    finally:
        ctl.close()


def engine_deaths(router):
    return router.call("show")["processes"]["engine-restarts"]


# --- changes ---

def last_moves(router):
    """When each instance moved last: a new one has not yet."""
    return {i["name"]: (i["last-transition"] or {}).get("time")
            for i in router.call("show")["instances"]}


class Changes:
    """A pair whose file changes and changes back."""

    KINDS = ("add an address", "remove an address", "prefix length",
             "unicast peer", "accept")

    def __init__(self, lab, virtual_mac, ipv6, advert_int):
        self.lab, self.ipv6 = lab, ipv6
        self.virtual_mac, self.advert_int = virtual_mac, advert_int
        self.length = 64 if ipv6 else 24
        self.targets = [VIP6_LOCAL + "%eth0", VIP6] if ipv6 else [VIP]
        self.fixed = ([VIP6_LOCAL + "/64", VIP6 + "/64"] if ipv6 else
                      [VIP + "/24"])
        self.bystander = self.other(60)

    def other(self, number):
        return "%s%d" % (GLOBAL if self.ipv6 else NETWORK + ".", number)

    def write(self, addresses=(), extra=""):
        second = [self.bystander + "/%d" % self.length]
        if self.ipv6:
            second.insert(0, LINK_LOCAL + "60/64")
        for router, peer, priority in ((self.lab.r1, self.lab.r2, 200),
                                       (self.lab.r2, self.lab.r1, 100)):
            with_peer = peer.link_local if self.ipv6 else peer.address
            common = dict(priority=priority, advert_int=self.advert_int,
                          virtual_mac=self.virtual_mac)
            router.vrrpd_conf.write_text(vrrpd_conf(
                addresses=self.fixed + list(addresses),
                extra=extra.replace("PEER", with_peer), **common) +
                vrrpd_conf(name="second", vrid=60, addresses=second,
                           **common))

    def before_and_after(self, kind):
        """Arguments of write(), and what `show` has to say after each."""
        one, two = self.other(61), self.other(62)
        length = "/%d" % self.length
        longer = "/128" if self.ipv6 else "/32"
        nobody = "fe80::99" if self.ipv6 else self.other(99)
        peers = "unicast_peers = { PEER%s }"
        return {
            "add an address": (((one + length,), ""),
                               ((one + length, two + length), "")),
            "remove an address": (((one + length, two + length), ""),
                                  ((two + length,), "")),
            "prefix length": (((one + length,), ""), ((one + longer,), "")),
            "unicast peer": (((), peers % ""),
                             ((), peers % (", " + nobody))),
            "accept": (((), ""), ((), "accept = no")),
        }[kind]

    def shows(self, router, addresses, extra):
        """The router says that this is in force."""
        i = router.instance()
        return (set(self.fixed) | set(addresses) ==
                set(i["virtual-addresses"]) and
                len(i.get("unicast-peers") or ()) ==
                (0 if "peers" not in extra else extra.count(",") + 1) and
                i["accept"] == ("accept = no" not in extra))

    def reload(self, at_the_same_time):
        first, second = (lambda: reload(self.lab.r1),
                         lambda: reload(self.lab.r2))
        if at_the_same_time:
            at_once(first, second)
            return
        first()
        time.sleep(AFTER)
        second()

    def settle(self):
        for name in ("web", "second"):
            self.lab.r1.wait_state("active", 30, name)
            self.lab.r2.wait_state("backup", 30, name)
        self.lab.answered(target=self.bystander)

    def trial(self, kind, number):
        """(lost, longest outage in ms, moves, machine in ms); None: slept."""
        before, after = self.before_and_after(kind)
        by_ping = kind != "accept"
        if not by_ping and number // 2 % 2:
            before, after = after, before
        self.write(*before)
        self.reload(True)
        self.settle()
        moves = [last_moves(r) for r in self.lab.routers]
        gap = Gap(self.lab.client)
        targets = [self.bystander] + (self.targets if by_ping else [])
        meters = [self.lab.meter(target=t).wait_ready() for t in targets]
        asker = None if by_ping else Owners(self.lab, self.targets[-1],
                                            "-p", "500")
        if asker is not None:
            time.sleep(0.05)        # who owns it is known by then
            ask_from = time.monotonic()
        self.write(*after)
        self.reload(number % 2 == 0)
        time.sleep(AFTER)
        reports = [meter.stop() for meter in meters]
        slept = max([gap.stop()] +
                    [r["worst-gap-us"] / 1000 for r in reports])
        outages = [o["length-ms"] for r in reports for o in r["outages"]]
        lost = sum(r["lost"] for r in reports)
        if asker is not None:
            for at, end, who in asker.stop():
                if end > ask_from and who != (self.lab.r1.name,):
                    outages.append((end - max(at, ask_from)) * 1000)
                    lost += max(1, round(outages[-1] / 0.5))
        for router in self.lab.routers:
            if not self.shows(router, *after):
                raise LabError("%s of %s is not in force: %s" % (
                    kind, router.name, json.dumps(router.instance())))
        if outages and slept > SLEPT_MS:
            return None
        return (lost, max(outages, default=0.0),
                sum(b[name] != a[name] for b, a in zip(moves, [
                    last_moves(r) for r in self.lab.routers]) for name in b),
                slept)


def changes(options):
    say("a reload of both routers; a client of the addresses that stay")
    say("%-34s %-18s %6s %6s %8s %6s %8s" % (
        "pair", "change", "trials", "lost", "max ms", "moves", "machine"))
    seen = []
    for ipv6 in (False, True):
        for virtual_mac in (True, False):
            for advert_int in (1, 100):
                name = "%s, %s, %s" % ("ipv6" if ipv6 else "ipv4",
                                       "virtual MAC" if virtual_mac else
                                       "address",
                                       "1cs" if advert_int == 1 else "1s")
                with Lab() as lab:
                    lab.start_pair(advert_int=advert_int, ipv6=ipv6,
                                   virtual_mac=virtual_mac)
                    lab.wait_pair(ipv6=ipv6)
                    pair = Changes(lab, virtual_mac, ipv6, advert_int)
                    for kind in Changes.KINDS:
                        seen.append((kind, change(options, pair, name, kind)))
    for kind in Changes.KINDS:
        of_kind = [one for k, (_, some) in seen if k == kind for one in some]
        whole = [good for k, (good, _) in seen if k == kind]
        result("changes", kind, all(whole),
               "0 lost, 0 moves, %d trials" % (options.trials * len(whole)),
               "%d lost, longest %.1f ms, %d moves, %d trials" % (
                   sum(s[0] for s in of_kind),
                   max((s[1] for s in of_kind), default=0.0),
                   sum(s[2] for s in of_kind), len(of_kind)),
               max((s[3] for s in of_kind), default=0.0))


def change(options, pair, name, kind):
    """(met, trials)"""
    seen, slept = [], 0
    while len(seen) < options.trials and slept <= AGAIN:
        one = pair.trial(kind, len(seen))
        if one is None:
            slept += 1
        else:
            seen.append(one)
    lost, moves = sum(s[0] for s in seen), sum(s[2] for s in seen)
    good = lost == 0 and moves == 0 and len(seen) == options.trials
    say("%-34s %-18s %6d %6d %8.1f %6d %8.1f%s%s" % (
        name, kind, len(seen), lost, max((s[1] for s in seen), default=0.0),
        moves, max((s[3] for s in seen), default=0.0),
        "" if not slept else "  (the machine slept in %d more)" % slept,
        "" if good else "  <--"))
    return good, seen


# --- many ---

def many_conf(priority, names, anew=()):
    """anew: these have another mode, which makes them new instances."""
    return "".join(vrrpd_conf(
        priority=priority, advert_int=100, name="n%d" % n, vrid=n,
        virtual_mac=n not in anew, addresses=("198.51.100.%d/24" % n,))
        for n in names)


def longest_ms(before, after, what):
    """Of the loop's spans between two answers: (no longer than, how many > 2 ms).

    The histogram's bounds are what is known of a part of the time.
    """
    if before is None or after is None:
        return None, 0
    pairs = [(b["up-to-us"], b[what] - a[what])
             for a, b in zip(before["histogram"], after["histogram"])]
    longest = max((bound or 1e9 for bound, n in pairs if n > 0), default=0)
    return longest / 1000, sum(n for bound, n in pairs
                               if n > 0 and (bound or 1e9) > LOOP_MS * 1000)


LOOP_MS = 2.0


def new_longest(before, after):
    """" (HANDLER 9.7 ms)" of the longest absence, if it is a new one."""
    a = after and after["absence"]
    if not a or a["time"] == before["absence"]["time"]:
        return ""
    return " (%.1f ms, of that %.1f in %s)" % (
        a["longest-us"] / 1000, (a["handler-us"] or 0) / 1000, a["handler"])


def new_work(before, after):
    """" (1.7 ms, of that 1.6 in HANDLER)": most on a CPU, if it is a new one."""
    w = after and after["cpu"]
    if not w or w["time"] == before["cpu"]["time"]:
        return ""
    return " (%.1f ms, of that %.1f in %s)" % (
        w["longest-us"] / 1000, (w["handler-us"] or 0) / 1000, w["handler"])


class Many:
    """One reload of many instances on r1, and what it does to the others."""

    def __init__(self, lab, first):
        self.lab = lab
        for router, priority in ((lab.r1, 200), (lab.r2, 100)):
            router.start_vrrpd(many_conf(priority, first))
            if router is lab.r1:
                wait_for(lambda: all(i["state"] == "active" for i in
                                     lab.r1.call("show")["instances"]), 60,
                         "r1 is Active for all", interval=0.5)
        time.sleep(5)           # r2 has heard all of them

    def reload(self, names, anew=()):
        lab = self.lab
        moves = [last_moves(r) for r in lab.routers]
        deaths = sum(engine_deaths(r) for r in lab.routers)
        lab.r1.vrrpd_conf.write_text(many_conf(200, names, anew))
        self.before = lab.r1.call("stats").get("loop")
        gap = Gap(lab.client)
        begin = time.monotonic()
        reload(lab.r1)
        self.took = time.monotonic() - begin
        time.sleep(8)           # two Active_Down_Intervals, and more
        self.machine = gap.stop()
        self.after = lab.r1.call("stats").get("loop")
        self.moves = [moves, [last_moves(r) for r in lab.routers]]
        left = {i["name"] for i in lab.r1.call("show")["instances"]}
        self.killed = sum(engine_deaths(r) for r in lab.routers) - deaths
        if left != {"n%d" % n for n in names}:
            raise LabError("the reload is not in force: %s" % sorted(left))

    def moved(self, numbers):
        return sum(b["n%d" % n] != a["n%d" % n]
                   for b, a in zip(*self.moves) for n in numbers)

    def tell(self, case, stayed, **more):
        """stayed: the transitions of those that the reload does not name."""
        result("many", case, stayed == 0 and self.killed == 0,
               "the others: 0 transitions, 0 killed",
               "%d transitions, %d killed" % (stayed, self.killed),
               self.machine, **{"reload-s": self.took, **more})
        away, beyond = longest_ms(self.before, self.after, "absences")
        cpu, busy = longest_ms(self.before, self.after, "cpu")
        # What the machine took from it is nobody's handler.
        good = away is not None and (away <= LOOP_MS or
                                     cpu <= LOOP_MS < self.machine)
        result("many", "absence of the engine's loop, " + case, good,
               "<= 2 ms", "unknown: this build does not tell"
               if away is None else
               "<= %g ms, %d beyond; on a CPU <= %g ms, %d beyond" % (
                   away, beyond, cpu, busy), self.machine,
               before=self.before, after=self.after)
        say("  of the others %d moved; engines killed %d; the reload was "
            "answered after %.2f s" % (stayed, self.killed, self.took))
        say("  longest absence %s%s, on a CPU %s%s; machine %.1f ms" % (
            "unknown" if away is None else "<= %g ms" % away,
            new_longest(self.before, self.after),
            "unknown" if away is None else "<= %g ms" % cpu,
            new_work(self.before, self.after), self.machine))


def many(options):
    count = options.instances
    gone, anew = count * 2 // 5, count // 5
    with Lab() as lab:
        say("%d instances; one reload adds %d" % (count, gone))
        m = Many(lab, range(gone + 1, count + 1))
        m.reload(range(1, count + 1))
        wait_for(lambda: all(i["state"] != "initialize" for i in
                             lab.r1.call("show")["instances"]), 60,
                 "all that were added run", interval=0.5)
        m.tell("adds %d" % gone, m.moved(range(gone + 1, count + 1)))
        lab.r2.vrrpd_conf.write_text(many_conf(100, range(1, count + 1)))
        reload(lab.r2)
        time.sleep(10)
        say("%d instances; one reload removes %d and makes %d anew" % (
            count, gone, anew))
        m.reload(range(gone + 1, count + 1),
                 range(gone + 1, gone + anew + 1))
        macvlans = sum(n.startswith("vr") for n in lab.r1.links())
        made = m.moved(range(gone + 1, gone + anew + 1))
        m.tell("removes %d, makes %d anew" % (gone, anew),
               m.moved(range(gone + anew + 1, count + 1)),
               **{"moved-of-made-anew": made, "macvlans-left": macvlans})
        say("  of those made anew %d moved; devices left on r1 %d" % (
            made, macvlans))


# --- rtnl ---

SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914


class Lock:
    """How long a change of a link takes, asked all the time."""

    def __init__(self, node):
        self.worst, self.began = 0.0, None
        self.over = threading.Event()
        self.node = node
        self.thread = threading.Thread(target=self.ask)
        self.thread.start()

    def ask(self):
        with self.node.open_socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            request = struct.pack("16sh22x", b"lo", 0)
            flags = fcntl.ioctl(sock, SIOCGIFFLAGS, request)
            while not self.over.is_set():
                self.began = time.monotonic()
                fcntl.ioctl(sock, SIOCSIFFLAGS, flags)
                waited = time.monotonic() - self.began
                self.began = None
                self.worst = max(self.worst, waited)
                time.sleep(0.005)

    def waits(self):
        """A change waits right now, and not since this moment."""
        began = self.began
        return began is not None and time.monotonic() - began > 0.01

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.worst


class Holder:
    """A namespace whose end takes the kernel about so long."""

    def __init__(self, lab):
        self.lab = lab
        self.count = 0

    def make(self, devices):
        self.count += 1
        name = "%sholder%d" % (self.lab.prefix, self.count)
        run("ip", "netns", "add", name)
        batch = "".join("link add d%d type bridge\n" % i
                        for i in range(devices))
        run("nsenter", "--net=/run/netns/" + name, "--", "ip", "-batch", "-",
            stdin=batch, timeout=120)
        return name

    def hold(self, devices, most=20.0):
        """How long a change of a link had to wait while such a one ends."""
        name = self.make(devices)
        lock = Lock(self.lab.client)
        run("ip", "netns", "delete", name)
        # The kernel does it later, from a work queue.
        end = time.monotonic() + most
        while time.monotonic() < end and (lock.worst < 0.05 or
                                          lock.waits()):
            time.sleep(0.05)
        time.sleep(1.0)
        return lock.stop()


def devices_for_a_second(holder):
    """(how many, how long they held it)"""
    devices, held = 20, 0.0
    for _ in range(6):
        held = holder.hold(devices)
        if 0.9 <= held <= 1.5:
            break
        devices = max(1, min(20000, int(devices * min(8, 1.1 / max(held,
                                                                   0.02)))))
    return devices, held


def rtnl(options):
    say("the kernel's lock on network configuration held by somebody else")
    with Lab() as lab:
        lab.start_pair(advert_int=100)
        lab.wait_pair()
        holder = Holder(lab)
        devices, held = devices_for_a_second(holder)
        if held < 0.5:
            raise LabError("%d devices hold it for %.2f s only" % (devices,
                                                                   held))
        say("  %d devices hold it for %.2f s" % (devices, held))
        lab.wait_pair()
        before = [len(r.transitions()) for r in lab.routers]
        deaths = [engine_deaths(r) for r in lab.routers]
        loops = [r.call("stats").get("loop") for r in lab.routers]
        gap = Gap(lab.client)
        meter = lab.meter().wait_ready()
        holds = [holder.hold(devices) for _ in range(options.rounds)]
        report = meter.stop()
        machine = gap.stop()
        moved = sum(len(r.transitions()) for r in lab.routers) - sum(before)
        killed = sum(engine_deaths(r) for r in lab.routers) - sum(deaths)
        away = [longest_ms(a, r.call("stats").get("loop"), "absences")[0]
                for a, r in zip(loops, lab.routers)]
    longest = max((o["length-ms"] for o in report["outages"]), default=0.0)
    result("rtnl", "held %.2f to %.2f s, %d times" % (
        min(holds), max(holds), len(holds)),
           moved == 0 and killed == 0 and min(holds) >= 0.7,
           "0 transitions, 0 killed", "%d transitions, %d killed, "
           "client's outage %.1f ms" % (moved, killed, longest), machine,
           devices=devices, **{"held-s": holds, "client-lost": report["lost"],
                               "loop-ms": away})
    say("  held %s s; transitions %d, engines killed %d; client lost %d; "
        "loops away %s ms; machine %.1f ms" % (
            ", ".join("%.2f" % h for h in holds), moved, killed,
            report["lost"], " and ".join("unknown" if a is None else
                                         "%g" % a for a in away), machine))


# --- random ---

LEASE_MS = 4200         # of a lent address, with what the kernel adds
LINGER_MS = 12          # both answer: 3 ms, and what the processes take
WILL_MS = 15            # until the monitor has carried it out


class Deed:
    """What was done, and for how long nobody or two may answer after it."""

    def __init__(self, text, none_ms, two_ms, lasts_s, anew_ms=0):
        self.text, self.none_ms, self.two_ms = text, none_ms, two_ms
        self.lasts_s, self.anew_ms = lasts_s, anew_ms
        self.begin = self.end = None


class Operator:
    """Three routers, and a model of what was told to them.

    Choices are made by the seed and the model alone, never by what the daemons
    say, so that the same seed does the same.
    """

    PRIORITIES = (200, 150, 100)

    def __init__(self, lab, options):
        self.lab, self.options = lab, options
        self.rng = random.Random(options.seed)
        self.advert_ms = options.advert_int * 10
        self.running = [True] * 3
        self.enabled = [True] * 3
        self.deeds = []

    # The bounds, in milliseconds.  A takeover by timer takes three intervals and
    # a skew, one that was announced by priority 0 a skew.
    def interval(self):
        return self.advert_ms * 2           # `set` doubles it at most

    def by_timer(self):
        return 4 * self.interval() + 10

    def by_skew(self):
        return self.interval() + WILL_MS

    # --- configurations ---

    def conf(self, number):
        """A valid file: the address of all, and anything around it."""
        rng = self.rng
        extra = [NETWORK + ".%d" % n for n in range(51, 55) if rng.random() < 0.4]
        addresses = [VIP + "/24"] + [a + rng.choice(("/24", "/32"))
                                     for a in extra]
        words = []
        if rng.random() < 0.3:
            words.append("accept = no")
        if rng.random() < 0.2:
            words.append("garp_repeat = %d" % rng.randint(1, 5))
        if rng.random() < 0.2:
            words.append("preempt_delay = 1s")
        text = vrrpd_conf(
            priority=self.PRIORITIES[number],
            advert_int=self.options.advert_int,
            virtual_mac=not self.options.address,
            bfd=[r.address for i, r in enumerate(self.lab.routers)
                 if i != number] if self.options.bfd else None,
            addresses=addresses, extra="\n    ".join(words))
        for n in range(1, rng.randint(0, 6) + 1):
            text += vrrpd_conf(
                priority=rng.randint(1, 254), advert_int=rng.choice((1, 10,
                                                                     100)),
                name="n%d" % n, vrid=100 + n,
                virtual_mac=rng.random() < 0.5,
                addresses=("198.51.100.%d/24" % n,))
        if rng.random() < 0.3:
            text += 'file f { path = "/run/nosuch" }\n'
        return text

    # --- deeds: each returns (Deed, function), or None when it makes no sense ---

    def able(self):
        return [i for i in range(3) if self.running[i] and self.enabled[i]]

    def somebody_else(self, number):
        return any(i != number for i in self.able())

    def reload(self, number):
        text = self.conf(number)

        def do():
            router = self.lab.routers[number]
            router.vrrpd_conf.write_text(text)
            reload(router)

        return Deed("reload", 0, LINGER_MS, 2), do

    def reload_bad(self, number):
        what = self.rng.choice(("missing", "folder", "bad", "empty word"))

        def do():
            path = self.lab.routers[number].vrrpd_conf
            text = path.read_text()
            path.unlink()
            if what == "folder":
                path.mkdir()
            elif what != "missing":
                path.write_text(text + ("}" if what == "bad" else "\nx = \n"))
            try:
                reload(self.lab.routers[number])
                raise AssertionError("a bad file was taken: " + what)
            except LabError:
                pass
            finally:
                if path.is_dir():
                    path.rmdir()
                path.write_text(text)

        return Deed("reload of a file that is " + what, 0, 0, 1), do

    def set_priority(self, number):
        value = self.rng.randint(1, 254)
        return Deed("set priority %d" % value, 0, LINGER_MS,
                    2), lambda: self.call(number, "set", name="web",
                                          priority=value)

    def set_advert_int(self, number):
        value = self.options.advert_int * self.rng.choice((1, 2))
        return Deed("set advert_int %d" % value, 0, LINGER_MS,
                    2), lambda: self.call(number, "set", name="web",
                                          **{"advert-interval-cs": value})

    def handover(self, number):
        return Deed("handover", 0, LINGER_MS, 2), \
            lambda: self.call(number, "handover", name="web")

    def disable(self, number):
        if not self.somebody_else(number):
            return None
        self.enabled[number] = False
        return Deed("disable", 0, LINGER_MS, 2), \
            lambda: self.call(number, "disable", name="web")

    def enable(self, number):
        self.enabled[number] = True
        return Deed("enable", 0, LINGER_MS, 2), \
            lambda: self.call(number, "enable", name="web")

    def restart(self, number):
        return Deed("restart", 0, LINGER_MS, 2, self.by_timer()), \
            lambda: self.call(number, "restart")

    def kill_engine(self, number):
        bound = self.by_skew() if self.somebody_else(number) else \
            self.by_timer() + 300
        return Deed("kill -9 of the engine", bound, LINGER_MS, 2,
                    self.by_timer()), \
            lambda: self.kill(number, "engine")

    def kill_helper(self, number):
        word = self.rng.choice(("net", "scripts", "checks"))
        return Deed("kill -9 of vrrpd-%s" % word, 0, 0, 1), \
            lambda: self.kill(number, word)

    def kill_bfdd(self, number):
        """The others see what they see when the router dies, and take over.

        Its adverts say that it lives, and the better one of both stays.
        """
        if not self.options.bfd:
            return None
        wait = self.rng.uniform(0, 1)

        def do():
            router = self.lab.routers[number]
            router.bfdd.kill(signal.SIGKILL)
            router.bfdd.wait(20)
            time.sleep(wait)
            router.start_bfdd()

        return Deed("kill -9 of bfdd, then start", LINGER_MS,
                    self.interval() + LINGER_MS, 4), do

    def kill_monitor(self, number):
        if not self.somebody_else(number):
            return None
        return Deed("kill -9 of the monitor, then start", 0, LINGER_MS, 4), \
            lambda: self.kill_and_start(number, False)

    def kill_all(self, number):
        if not self.somebody_else(number):
            return None
        return Deed("kill -9 of everything, then start", self.by_timer(),
                    LEASE_MS, 6), lambda: self.kill_and_start(number, True)

    def stop_and_start(self, number):
        if not self.somebody_else(number):
            return None
        wait = self.rng.uniform(0, 1)

        def do():
            router = self.lab.routers[number]
            router.close_ctl()
            router.vrrpd.stop()
            time.sleep(wait)
            self.start(number)

        return Deed("stop, then start", 0, LINGER_MS, 3), do

    DEEDS = ((reload, 8), (reload_bad, 2), (set_priority, 3),
             (set_advert_int, 2), (handover, 5), (disable, 3), (enable, 6),
             (restart, 3), (kill_engine, 3), (kill_helper, 2), (kill_bfdd, 2),
             (kill_monitor, 1), (kill_all, 1), (stop_and_start, 2))

    # --- hands ---

    def call(self, number, method, **params):
        """A refusal is an answer as well."""
        try:
            ctl = Ctl(self.lab.routers[number].vrrpd_sock, timeout=10)
        except OSError:
            return
        try:
            ctl.call(method, **params)
        except (LabError, OSError):
            pass
        finally:
            ctl.close()

    def kill(self, number, word):
        for pid in self.lab.routers[number].vrrpd.children():
            try:
                proc = pathlib.Path("/proc/%d" % pid)
                name = proc.joinpath("comm").read_text() + \
                    proc.joinpath("cmdline").read_text().split("\0")[0]
                if word in name.replace("vrrpd", ""):
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                pass

    def kill_and_start(self, number, everything):
        router = self.lab.routers[number]
        router.close_ctl()
        if everything:
            router.vrrpd.kill_all(signal.SIGKILL)
        else:
            router.vrrpd.kill(signal.SIGKILL)
        router.vrrpd.wait(20)
        time.sleep(0.1)
        self.start(number)

    def start(self, number):
        router = self.lab.routers[number]
        router.start_vrrpd(router.vrrpd_conf.read_text())

    # --- the run ---

    def choose(self):
        while True:
            number = self.rng.randrange(3)
            deed, = self.rng.choices([d for d, _ in self.DEEDS],
                                     [w for _, w in self.DEEDS])
            made = deed(self, number)
            if made is not None:
                made[0].text = "r%d: %s" % (number + 1, made[0].text)
                return made

    def begin(self):
        routers = self.lab.routers
        for number, router in enumerate(routers):
            if self.options.bfd:
                router.start_bfdd()
            router.start_vrrpd(self.conf(number))
            if number == 0:
                router.wait_state("active", 20)
        for router in routers[1:]:
            router.wait_state("backup", 20)
        time.sleep(4 * self.advert_ms / 1000 + 0.5)

    def go(self, minutes):
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            deed, do = self.choose()
            pause = self.rng.uniform(0.1, 2.0)
            if self.options.deeds and len(self.deeds) >= self.options.deeds:
                break
            deed.begin = time.monotonic()
            self.deeds.append(deed)
            if self.options.verbose:
                say("%10.3f %s" % (deed.begin - self.zero, deed.text))
            do()
            deed.end = time.monotonic()
            time.sleep(pause)


def allowed(deeds, at, until, field):
    """The bound in force then, and the deeds that it comes from.

    Deeds that are still at work add up: each may begin where another one has
    left the routers in the middle of something.  An engine that begins anew
    knows of no Active, and as the only Backup it waits Active_Down_Interval for
    one, whatever it had heard before: when something else is done as well, that
    may be what is waited for.
    """
    at_work = [d for d in deeds
               if d.begin - 0.005 <= until and
               at <= (d.end or until) + d.lasts_s]
    bound = sum(getattr(d, field) for d in at_work)
    if field == "none_ms" and len(at_work) > 1:
        bound += sum(d.anew_ms for d in at_work)
    return bound, at_work


def slept_ms(gaps, report, at, end):
    """How much of the machine was away about then, by the CPU that was longest.

    Whoever had to do something may have been on any CPU.  gap.c keeps so many
    gaps and no more: beyond them its worst one counts.
    """
    lost = [sum(ms for t, ms in gaps if at - NEAR <= t <= end + NEAR)]
    for cpu in report["cpus"]:
        kept = [(g["due-ns"] / 1e9, g["late-us"] / 1000) for g in cpu["gaps"]]
        ms = sum(late for due, late in kept
                 if at - NEAR <= due + late / 1000 and due <= end)
        if len(kept) < cpu["gap-count"] and end > kept[-1][0]:
            ms += cpu["worst-us"] / 1000
        lost.append(ms)
    return max(lost)


NEAR = 0.1


def judge(operator, intervals, gaps, report):
    """(kind, at, length in ms, allowed, slept, deeds, owners) of each interval
    without one owner."""
    found = []
    for at, end, who in intervals:
        kind = {0: "nobody", 1: None}.get(len(who), "two")
        if kind is None:
            continue
        length = (end - at) * 1000
        bound, at_work = allowed(operator.deeds, at, end, "none_ms" if
                                 kind == "nobody" else "two_ms")
        slept = slept_ms(gaps, report, at, end)
        found.append((kind, at, length, bound, slept, at_work, who))
    return found


def keep_logs(lab, options, seed, operator, found):
    if not options.keep:
        return
    folder = pathlib.Path(options.keep) / ("seed-%d" % seed)
    folder.mkdir(parents=True, exist_ok=True)
    for node in lab.nodes:
        for path in node.dir.glob("*.log"):
            shutil.copy(path, folder / ("%s-%s" % (node.name, path.name)))
    lines = ["%.4f %.4f %s" % (d.begin, d.end or 0, d.text)
             for d in operator.deeds]
    (folder / "deeds").write_text("\n".join(lines) + "\n")
    (folder / "found").write_text("".join("%s\n" % (f,) for f in found))


def play(options):
    seed = options.seed
    say("a random operator: seed %d, %g minutes, adverts of %d cs, %s%s" % (
        seed, options.minutes, options.advert_int,
        "address" if options.address else "virtual MAC",
        ", BFD" if options.bfd else ""))
    with Lab(routers=3) as lab:
        operator = Operator(lab, options)
        operator.begin()
        gap = Gap(lab.client)
        owners = Owners(lab)
        operator.zero = time.monotonic()
        wall = time.time() - operator.zero
        try:
            operator.go(options.minutes)
            time.sleep(2)
        finally:
            intervals = owners.stop()
            machine = gap.stop()
            found = judge(operator, intervals, owners.gaps, gap.report)
            keep_logs(lab, options, seed, operator, found)
    bad = [f for f in found if f[2] > f[3] + f[4]]
    for kind, at, length, bound, slept, at_work, who in bad:
        say("  %s for %.1f ms at %.3f s (%s), allowed %.0f%s: %s" % (
            kind if kind == "nobody" else " and ".join(who), length,
            at - operator.zero, time.strftime("%H:%M:%S", time.gmtime(
                at + wall)) + ("%.3f" % ((at + wall) % 1))[1:], bound,
            ", machine away %.0f" % slept if slept else "",
            "; ".join("%s (%+.3f s)" % (d.text, at - d.begin)
                      for d in at_work) or "nothing was done"))
    worst = {k: max((f[2] for f in found if f[0] == k), default=0.0)
             for k in ("nobody", "two")}
    say("  %d deeds; nobody %d times, longest %.1f ms; two %d times, longest "
        "%.1f ms; beyond the bounds %d; machine %.1f ms%s" % (
            len(operator.deeds), sum(f[0] == "nobody" for f in found),
            worst["nobody"], sum(f[0] == "two" for f in found), worst["two"],
            len(bad), machine, "" if not bad else "  <--"))
    result("random", "seed %d, %g minutes, %d cs" % (
        seed, options.minutes, options.advert_int), not bad,
           "none, or two, never beyond the bounds",
           "%d beyond; nobody %.0f ms, two %.0f ms" % (
               len(bad), worst["nobody"], worst["two"]), machine,
           deeds=len(operator.deeds), beyond=len(bad),
           **{"nobody-ms": worst["nobody"], "two-ms": worst["two"]})


PARTS = {"changes": changes, "many": many, "rtnl": rtnl, "random": play}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART",
                        help=", ".join(PARTS))
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--deeds", type=int, help="no more than so many")
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(1000000))
    parser.add_argument("--advert-int", type=int, default=10,
                        help="of random, in centiseconds")
    parser.add_argument("--address", action="store_true",
                        help="random without a virtual MAC")
    parser.add_argument("--bfd", action="store_true",
                        help="random with BFD sessions")
    parser.add_argument("--instances", type=int, default=250)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--keep", help="logs of random go there")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    unknown = [p for p in options.parts if p not in PARTS]
    if unknown:
        parser.error("no such part: %s" % ", ".join(unknown))
    for name in options.parts or PARTS:
        PARTS[name](options)
        say()
    table()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(RESULTS, indent=1))
    sys.exit(0 if all(r["good"] for r in RESULTS) else 1)


if __name__ == "__main__":
    main()
