"""The lease in the kernel: whatever happens to the processes of an Active, its
addresses stop answering when its peers have counted to the end, and not before.

r1 is Active, r2 its Backup, and the switch asks each of them every half
millisecond whether it answers (owners.c).
"""

import contextlib
import os
import re
import signal
import time

import pytest

from lab import (START_CS, VIP, VIP6, VRID, Lab, Owners, wait_for,
                 vrrpd_conf)

FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))
MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("virtual-mac", "address"))
# BFD of 10 ms x 3.
LEASE_MS = 30
SLACK_MS = 5


def start(lab, **conf):
    conf.setdefault("bfd", True)
    conf.setdefault("advert_int", 100)
    lab.start_pair(**conf)
    lab.wait_pair(bfd=conf["bfd"], ipv6=conf.get("ipv6", False))
    wait_granted(lab)
    if conf["bfd"]:
        wait_clock(lab.r1)
        # A session that reaches its pace after the reload has other rules again.
        wait_granted(lab)


def wait_granted(lab):
    for router in lab.routers[:2]:
        wait_for(lambda: router.instance()["guard"] == "lease", 5,
                 lambda: "a lease: %s" % router.instance())


def wait_clock(router):
    """The lease is on the clock of BFD."""
    wait_for(lambda: any(0 < ms < 1000 for ms in clocks(router)), 5,
             lambda: "on the clock of BFD: %s" % clocks(router))


def clocks(router):
    """Milliseconds, of the clocks of peers that run for a while only."""
    text = router.run("nft", "list", "ruleset").stdout
    return [to_ms(left) for left in re.findall(
        r"0x8\w+ timeout \w+ expires (\w+)", text)]


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


def none_ms(owners):
    """The longest time for which nobody answered."""
    return max((1000 * (end - at) for at, end, who in owners.intervals()
                if not who), default=0)


@contextlib.contextmanager
def watched(lab, ipv6=False, address=VIP, interface="eth0"):
    owners = Owners(lab, VIP6 if ipv6 else address, "-p", "500",
                    interface=interface)
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


# What else a virtual router may be: by instance, what of vrrpd_conf() is different,
# which address is asked for, and where.
KINDS = {
    "two": (dict(extra="version = 2"), VIP, "eth0"),
    "uni": (dict(unicast=True, virtual_mac=False), "192.0.2.51", "eth0"),
    "dev": (dict(virtual_mac=False, elsewhere="198.51.100.52"),
            "198.51.100.52", "eth1"),
    "devmac": (dict(elsewhere="198.51.100.53"), "198.51.100.53", "eth1"),
}


def kinds_conf(priority, peer):
    text = ""
    for name, (options, address, interface) in KINDS.items():
        options = dict(options)
        extra = options.pop("extra", "")
        if options.pop("unicast", False):
            extra = "unicast_peers = { %s }" % peer.address
        vrid = VRID + list(KINDS).index(name)
        elsewhere = options.pop("elsewhere", None)
        if elsewhere:
            extra = "virtual_address %s/24 { device = %s }" % (elsewhere,
                                                               interface)
            address = "192.0.2.%d" % vrid
        text += vrrpd_conf(name=name, vrid=vrid, priority=priority,
                           addresses=(address + "/24",), advert_int=100,
                           bfd=peer.address, extra=extra, **options)
    return text


def test_nobody_is_left_of_any_kind_of_instance(lab):
    """Version 2, unicast, addresses on another device, with and without a MAC."""
    lab.plug(*lab.routers, interface="eth1", network="198.51.100",
             bridge="br1", first=[
                 "link add br1 type bridge stp_state 0 forward_delay 0 "
                 "mcast_snooping 0", "link set br1 up"])
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_bfdd()
        router.start_vrrpd(kinds_conf(priority, peer))
    for name in KINDS:
        lab.r1.wait_state("active", 10, name)
        lab.r2.wait_state("backup", 10, name)
        wait_for(lambda: [s["takeover"] for s in
                          lab.r2.instance(name)["bfd"]] == ["ready"], 15,
                 lambda: "r2 is ready: %s" % lab.r2.instance(name))
        assert lab.r1.instance(name)["guard"] == "lease"
    wait_clock(lab.r1)
    with contextlib.ExitStack() as stack:
        owners = {name: stack.enter_context(watched(lab, address=address,
                                                    interface=interface))
                  for name, (_, address, interface) in KINDS.items()}
        time.sleep(0.5)
        assert all(each.now() == ("r1",) for each in owners.values())
        begin = time.monotonic()
        signal_all(processes(lab.r1), signal.SIGSTOP)
        for name, each in owners.items():
            lab.r2.wait_state("active", 5, name)
            wait_for(lambda: each.now() == ("r2",), 5, lambda: "%s: r2 "
                     "alone: %s" % (name, each.intervals()))
        time.sleep(0.2)
    for name, each in owners.items():
        worst = max((ms for _, ms in each.gaps), default=0)
        assert two_ms(each, begin) <= LEASE_MS + SLACK_MS + worst, (
            name, each.intervals())


def test_vrrpd_is_killed_and_bfdd_lives(lab):
    """What bfdd says for it ends the lease, and its goodbye does not revive it."""
    start(lab)
    pids = [pid for pid in processes(lab.r1) if pid != lab.r1.bfdd.pid]
    with watched(lab) as owners:
        begin = time.monotonic()
        signal_all(pids, signal.SIGKILL)
        lab.r2.wait_state("active", 5)
        wait_for(lambda: "to=admin-down" in lab.r1.bfdd.log(), 5,
                 "bfdd has let the session go")
        time.sleep(0.5)
        assert owners.now() == ("r2",)
    worst = max((ms for _, ms in owners.gaps), default=0)
    assert two_ms(owners, begin) <= LEASE_MS + SLACK_MS + worst, (
        owners.intervals())


def test_engine_is_stopped_alone(lab):
    """bfdd says so to the peers, and what it says renews nothing."""
    start(lab)
    engine = lab.r1.engine_pid()
    with watched(lab) as owners:
        begin = time.monotonic()
        os.kill(engine, signal.SIGSTOP)
        lab.r2.wait_state("active", 5)
        since = time.monotonic()
        # The monitor kills it, and the next one has no addresses.
        wait_for(lambda: owners.now() == ("r2",), 5,
                 lambda: "r2 alone: %s" % owners.intervals())
        time.sleep(0.5)
    worst = max((ms for _, ms in owners.gaps), default=0)
    assert two_ms(owners, begin) <= LEASE_MS + SLACK_MS + worst, (
        since - begin, owners.intervals())


def test_adverts_alone_are_a_clock(lab):
    """Without BFD: three intervals after the last advert, and the peer later."""
    start(lab, bfd=False, advert_int=10)
    pids = processes(lab.r1)
    with watched(lab) as owners:
        signal_all(pids, signal.SIGSTOP)
        lab.r2.wait_state("active", 5)
        time.sleep(0.3)
        assert owners.now() == ("r2",)
    worst = max((ms for _, ms in owners.gaps), default=0)
    assert two_ms(owners, 0) <= SLACK_MS + worst, owners.intervals()


# --- and never nobody ---

# One pair for all that may happen to it, with an instance of each mode.
BOTH = {"web": (VRID, VIP, True), "plain": (VRID + 1, "192.0.2.51", False)}


def wait_both(lab):
    """As lab.wait_pair() of each instance, and each has its lease."""
    lab.wait_pair(bfd=True)
    lab.r1.wait_state("active", name="plain")
    lab.r2.wait_state("backup", name="plain")
    wait_for(lambda: all(s["takeover"] == "ready"
                         for s in lab.r2.instance("plain")["bfd"]), 15,
             lambda: "r2 is ready: %s" % lab.r2.instance("plain"))
    wait_leases(lab)


def wait_leases(lab):
    for name in BOTH:
        wait_for(lambda: lab.r1.instance(name)["guard"] == "lease", 5,
                 lambda: "a lease: %s" % lab.r1.instance(name))
    wait_clock(lab.r1)


@pytest.fixture(scope="module")
def shared():
    with Lab() as lab:
        texts = {}
        for router, peer, priority in ((lab.r1, lab.r2, 200),
                                       (lab.r2, lab.r1, 100)):
            router.start_bfdd()
            router.start_vrrpd("".join(vrrpd_conf(
                name=name, vrid=vrid, addresses=(address + "/24",),
                virtual_mac=virtual_mac, priority=priority,
                advert_int=START_CS, bfd=peer.address)
                for name, (vrid, address, virtual_mac) in BOTH.items()))
            if router is lab.r1:
                router.wait_state("active")
                router.wait_state("active", name="plain")
        lab.change_advert_int(100)
        for router in lab.routers:
            texts[router] = router.vrrpd_conf.read_text()
        lab.texts = texts
        yield lab


@pytest.fixture
def pair(shared, request):
    """It, as it was in the beginning."""
    request.node.labs = [shared]
    for router, text in shared.texts.items():
        if router.vrrpd_conf.read_text() != text:
            router.vrrpd_conf.write_text(text)
            router.call("reload")
    wait_both(shared)
    return shared


def backup_dies_and_comes_back(lab):
    signal_all(processes(lab.r2), signal.SIGKILL)
    lab.r1.wait_session(lab.r2.address, "down", 5)
    time.sleep(1.5)
    lab.r2.start_bfdd()
    lab.r2.start_vrrpd(lab.r2.vrrpd_conf.read_text())
    wait_both(lab)


def bfdd_of_the_backup_is_killed(lab):
    lab.r2.bfdd.stop(signal.SIGKILL)
    time.sleep(1.5)
    lab.r2.start_bfdd()
    wait_both(lab)


def bfdd_is_killed(lab):
    lab.r1.bfdd.stop(signal.SIGKILL)
    time.sleep(1.5)
    lab.r1.start_bfdd()
    wait_both(lab)


def bfdd_says_goodbye(lab):
    lab.r1.bfdd.stop(signal.SIGTERM)
    time.sleep(1.5)
    lab.r1.start_bfdd()
    wait_both(lab)


def advert_int_is_changed(lab):
    lab.change_advert_int(400, was=100)
    time.sleep(5)
    lab.change_advert_int(20, was=400)
    time.sleep(1.5)


def priority_is_changed(lab):
    text = lab.r1.vrrpd_conf.read_text()
    lab.r1.vrrpd_conf.write_text(text.replace("= 200", "= 190"))
    lab.r1.call("reload")
    time.sleep(1.5)


def session_is_made_slower(lab):
    """The peer asks for less; what leaves here slows down in that moment."""
    text = lab.r2.vrrpd_conf.read_text()
    lab.r2.vrrpd_conf.write_text(text.replace("= 10ms", "= 100ms"))
    lab.r2.call("reload")
    time.sleep(2)


def engine_is_replaced(lab):
    before = lab.r1.engine_pid()
    lab.r1.vrrpctl("restart", check=True)
    wait_for(lambda: lab.r1.engine_pid() not in (None, before), 5,
             "another engine")
    wait_both(lab)
    time.sleep(1.5)


def vrrpd_net_is_killed(lab):
    pid = next(p for p in processes(lab.r1)
               if open("/proc/%d/comm" % p).read().strip() == "vrrpd-net")
    os.kill(pid, signal.SIGKILL)
    time.sleep(1.5)


def rules_are_flushed(lab):
    lab.r1.run("nft", "flush", "ruleset")
    wait_for(lambda: lab.r1.vrrpd.log().count("removed by someone else") >=
             len(BOTH), 10, "that is noticed")
    wait_leases(lab)


def lease_is_switched_off_and_on(lab):
    text = lab.r1.vrrpd_conf.read_text()
    lab.r1.vrrpd_conf.write_text(text.replace("    advert_int",
                                              "    lease = no\n    advert_int"))
    lab.r1.call("reload")
    for name in BOTH:
        assert lab.r1.instance(name)["guard"] == "lifetime"
        assert lab.r1.instance(name)["guard-reason"] == "lease = no"
    wait_for(lambda: "swiftover-eth0" not in lab.r1.run(
        "nft", "list", "tables").stdout, 5, "the table is gone")
    lab.r1.vrrpd_conf.write_text(text)
    lab.r1.call("reload")
    wait_leases(lab)


@pytest.mark.parametrize("event", (
    backup_dies_and_comes_back, bfdd_of_the_backup_is_killed, bfdd_is_killed,
    bfdd_says_goodbye, advert_int_is_changed, priority_is_changed,
    session_is_made_slower, engine_is_replaced, vrrpd_net_is_killed,
    rules_are_flushed, lease_is_switched_off_and_on))
def test_never_nobody(pair, event):
    with contextlib.ExitStack() as stack:
        owners = [stack.enter_context(watched(pair, address=address))
                  for _, address, _ in BOTH.values()]
        event(pair)
        time.sleep(0.2)
    for each in owners:
        assert none_ms(each) == 0, each.intervals()


def test_unicast_whose_peer_is_off_for_long(lab):
    """Its adverts wait for an ARP answer that never comes."""
    for router, peer, priority in ((lab.r1, lab.r2, 200),
                                   (lab.r2, lab.r1, 100)):
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=10,
            extra="unicast_peers = { %s }" % peer.address))
        if router is lab.r1:
            router.wait_state("active")
    lab.wait_pair()
    wait_for(lambda: lab.r1.instance()["guard"] == "lease", 5, "a lease")
    with watched(lab) as owners:
        signal_all(processes(lab.r2), signal.SIGKILL)
        lab.r2.ip("link", "set", "eth0", "down")
        lab.r1.ip("neigh", "flush", "all")
        time.sleep(6)
        assert owners.now() == ("r1",)
    assert none_ms(owners) == 0, owners.intervals()
    with watched(lab) as owners:
        signal_all(processes(lab.r1), signal.SIGSTOP)
        wait_for(lambda: owners.now() == (), 5, "nobody")


def test_what_is_left_is_replaced_by_the_next_start(lab):
    start(lab)
    signal_all(processes(lab.r1), signal.SIGKILL)
    lab.r2.wait_state("active", 5)
    assert "swiftover-eth0-" in lab.r1.run("nft", "list", "tables").stdout
    lab.r1.start_bfdd()
    lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())
    lab.wait_pair(bfd=True)
    with watched(lab) as owners:
        time.sleep(1)
    assert none_ms(owners) == 0
    lab.r1.vrrpd.stop()
    assert "swiftover" not in lab.r1.run("nft", "list", "tables").stdout
