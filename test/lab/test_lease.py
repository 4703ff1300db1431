"""The lease in the kernel: whatever happens to the processes of an Active, its
addresses stop answering when its peers have counted to the end, and not before.

r1 is Active, r2 its Backup, and the switch asks each of them every half
millisecond whether it answers (owners.c).
"""

import contextlib
import os
import signal
import time

import pytest

from lab import VIP, VIP6, Owners, Process, vrrpd_conf, wait_for

FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))
MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("virtual-mac", "address"))
# BFD of 10 ms x 3, as the kernel counts it, and what the issue of the peer adds.
LEASE_MS = 30
SLACK_MS = 5


def tick_ms():
    return time.clock_getres(time.CLOCK_MONOTONIC_COARSE
                             if hasattr(time, "CLOCK_MONOTONIC_COARSE")
                             else 6) * 1000


def start(lab, **conf):
    conf.setdefault("bfd", True)
    conf.setdefault("advert_int", 100)
    lab.start_pair(**conf)
    lab.wait_pair(bfd=conf["bfd"], ipv6=conf.get("ipv6", False))
    for router in lab.routers[:2]:
        wait_for(lambda: router.instance()["guard"] == "lease", 5,
                 lambda: "a lease: %s" % router.instance())
    if conf["bfd"]:
        wait_clock(lab.r1)


def wait_clock(router):
    """The lease is on the clock of BFD."""
    wait_for(lambda: any(0 < ms < 1000 for ms in clocks(router)), 5,
             lambda: "on the clock of BFD: %s" % clocks(router))


def clocks(router):
    """Milliseconds, of the clocks that run for a while only."""
    text = router.run("nft", "list", "ruleset").stdout
    return [to_ms(element.split("expires ")[1].split()[0])
            for part in text.split("elements")[1:]
            for element in part.split("}")[0].split(",")
            if "expires " in element]


def to_ms(text):
    total, digits, unit = 0, "", ""
    units = {"w": 604800000, "d": 86400000, "h": 3600000, "m": 60000,
             "s": 1000, "ms": 1}
    for c in text + "0":
        if c.isdigit() and unit:
            total += int(digits) * units[unit]
            digits, unit = "", ""
        if c.isdigit():
            digits += c
        else:
            unit += c
    return total


def processes(router):
    found, more = [], [router.vrrpd.pid]
    while more:
        pid = more.pop()
        found.append(pid)
        with open("/proc/%d/task/%d/children" % (pid, pid),
                  encoding="ascii") as f:
            more += [int(word) for word in f.read().split()]
    return found + [router.bfdd.pid] if router.bfdd else found


def two_ms(owners, since):
    """How long both answered, after that."""
    return 1000 * sum(end - max(at, since)
                      for at, end, who in owners.intervals()
                      if len(who) > 1 and end > since)


def none_ms(owners, since):
    return 1000 * sum(end - max(at, since)
                      for at, end, who in owners.intervals()
                      if not who and end > since)


@contextlib.contextmanager
def watched(lab, ipv6=False):
    owners = Owners(lab, VIP6 if ipv6 else VIP, "-p", "500")
    wait_for(lambda: owners.now() == ("r1",), 5,
             lambda: "r1 answers: %s" % (owners.now(),))
    yield owners
    owners.stop()


def signal_all(pids, number):
    """All in one instant: none has the time to act on another's end."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    if number != signal.SIGSTOP:
        for pid in pids:
            os.kill(pid, number)


@FAMILIES
@MODES
@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGSTOP),
                         ids=("killed", "stopped"))
def test_nobody_is_left_who_could_withdraw(lab, virtual_mac, ipv6, number):
    start(lab, virtual_mac=virtual_mac, ipv6=ipv6)
    pids = processes(lab.r1)
    with watched(lab, ipv6) as owners:
        begin = time.monotonic()
        signal_all(pids, number)
        lab.r2.wait_state("active", 5)
        time.sleep(1)
        assert owners.now() == ("r2",)
    worst = max((ms for _, ms in owners.gaps), default=0)
    assert two_ms(owners, begin) <= LEASE_MS + SLACK_MS + worst
    if number == signal.SIGSTOP:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        lab.wait_pair(bfd=True, ipv6=ipv6)
