"""The monitor and the engine: what happens when either of them ends or hangs.

vrrpd is two processes (vrrpd(8)): the monitor, which was started, and its
child, the engine.  Router.kill_all() is both at once.
"""

import contextlib
import datetime
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import time

import pytest

from lab import (BUILD, START_CS, VIP, VIP6, Capture, skew_ms, vrrpd_conf,
                 wait_for)

LEND = 3.0              # seconds; the kernel may be one late

MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))


def comm(pid):
    return pathlib.Path("/proc/%d/comm" % pid).read_text().strip()


def gone(pid):
    """Ended; nobody may have waited for it yet."""
    try:
        text = pathlib.Path("/proc/%d/stat" % pid).read_text()
    except OSError:
        return True
    return text.rsplit(") ", 1)[1][0] in "ZX"


def wait_engine(router, old):
    """The pid of the engine that followed."""
    def another():
        try:
            pid = router.engine_pid()
        except OSError:
            return None
        return pid if pid != old else None

    return wait_for(another, 10, "%s has another engine" % router.name)


def seconds(text):
    """Of an RFC 3339 time, or one as ip(8) prints it."""
    stamp = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=datetime.timezone.utc)
    return stamp.timestamp()


@contextlib.contextmanager
def address_events(router):
    """Calls to the result tell when an address has gone, or None."""
    name = "ip-monitor-%d" % len(router.processes)
    process = router.start(name, "env", "TZ=UTC", "ip", "-ts", "-o",
                           "monitor", "address")
    marker = "10.255.255.%d/32" % len(router.processes)

    def listens():
        router.ip("address", "add", marker, "dev", "lo")
        router.ip("address", "delete", marker, "dev", "lo")
        return marker in process.log()

    wait_for(listens, 5, "ip monitor listens")

    def gone_at(address):
        times = [re.match(r"\[([^]]*)\]", line).group(1)
                 for line in process.log().splitlines()
                 if "Deleted" in line and " %s/" % address in line]
        return seconds(times[-1]) if times else None

    yield gone_at
    process.stop()


def test_monitor_is_the_parent_of_the_engine(lab):
    lab.r1.start_vrrpd(vrrpd_conf())
    monitor, engine = lab.r1.pids()
    assert comm(monitor) == "vrrpd"
    assert comm(engine) == "vrrpd-engine"
    children = lab.r1.vrrpd.children()
    assert engine in children
    assert {comm(pid) for pid in children} == {"vrrpd-engine", "vrrpd-net"}
    processes = lab.r1.call("show")["processes"]
    assert processes["engine-restarts"] == 0
    assert "last-end" not in processes


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT))
def test_monitor_leaves_with_its_engine(lab, number):
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=1))
    lab.r1.wait_state("active")
    before = set(lab.r1.links())
    engine = lab.r1.engine_pid()
    assert lab.r1.vrrpd.stop(number) == 0
    assert gone(engine)
    assert VIP not in lab.r1.addresses()
    assert set(lab.r1.links()) == {"lo", "eth0"} < before
    assert not lab.r1.vrrpd_sock.exists()


def test_monitor_passes_sighup_on(lab):
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=1, priority=100))
    engine = lab.r1.engine_pid()
    lab.r1.vrrpd_conf.write_text(vrrpd_conf(advert_int=1, priority=150))
    lab.r1.vrrpd.kill(signal.SIGHUP)
    wait_for(lambda: lab.r1.instance()["priority"] == 150, 5,
             "the new priority is in force")
    assert lab.r1.engine_pid() == engine


def test_engine_that_dies_is_replaced(lab):
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=1))
    lab.r1.wait_state("active")
    monitor, engine = lab.r1.pids()
    os.kill(engine, signal.SIGKILL)
    wait_engine(lab.r1, engine)
    lab.r1.wait_state("active")
    processes = lab.r1.call("show")["processes"]
    assert processes["monitor-pid"] == monitor
    assert processes["engine-restarts"] == 1
    assert processes["last-end"] == "Killed"
    assert "engine died" in lab.r1.vrrpd.log()
    assert "started again" in lab.r1.vrrpctl("show").stdout
    assert lab.r1.vrrpd.stop() == 0
    assert set(lab.r1.links()) == {"lo", "eth0"}


def test_engine_that_dies_again_and_again_is_restarted_ever_later(lab):
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=1))
    engine = lab.r1.engine_pid()
    for _ in range(4):
        os.kill(engine, signal.SIGKILL)
        engine = wait_engine(lab.r1, engine)
    assert [line.rsplit("restart_in_ms=", 1)[1]
            for line in lab.r1.vrrpd.log().splitlines()
            if "engine died" in line] == ["0", "100", "200", "400"]


# The last will

@pytest.mark.timing
@MODES
def test_will_of_a_killed_engine_is_a_takeover_within_skew(lab, virtual_mac):
    """The client's outage, and when the address had gone from the dead."""
    lab.start_pair(advert_int=1, virtual_mac=virtual_mac)
    excess, overlap = [], []
    for _ in range(3):
        lab.wait_pair()
        lab.answered()
        with address_events(lab.r1) as gone_at:
            outage, machine, _ = lab.outage(
                lambda: os.kill(lab.r1.engine_pid(), signal.SIGKILL))
            took_over = [t for t in lab.r2.transitions()
                         if t["to"] == "active"][-1]
            assert took_over["cause"] == "priority-zero"
            wait_for(lambda: gone_at(VIP), 5, "the address is gone")
            overlap.append(gone_at(VIP) - seconds(took_over["time"]))
        excess.append(outage - machine - skew_ms(100, 1))
    text = "beyond skew %s ms; both for %s s" % (excess, overlap)
    print(text)
    assert statistics.median(excess) <= 3, text
    assert statistics.median(overlap) <= 0.020, text


@pytest.mark.parametrize("peer", (False, True), ids=("alone", "pair"))
def test_will_of_a_killed_engine_is_undone_in_its_skew_time(lab, peer):
    """Nobody waits for a whole Active_Down_Interval where priority 0 was said."""
    if peer:
        lab.start_pair(advert_int=100)
        lab.wait_pair()
    else:
        lab.start_alone(100)
    lab.answered()
    with lab.meter() as meter:
        os.kill(lab.r1.engine_pid(), signal.SIGKILL)
        outage = meter.wait_outage(10, longer_than_ms=100)
        time.sleep(0.5)
        meter.stop()
    # 218.75 ms, 20 ms of queries, and the start of a process.
    assert outage["length-ms"] < 600, outage
    assert lab.r1.transitions()[-1]["cause"] == "own-will"
    if peer:
        assert lab.r2.state() == "backup"


def test_will_of_a_killed_engine_ipv6(lab):
    lab.start_pair(ipv6=True, advert_int=10, priorities=(200, 199))
    lab.wait_pair(ipv6=True)
    os.kill(lab.r1.engine_pid(), signal.SIGKILL)
    lab.r2.wait_state("active", 5)
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"
    assert VIP6 not in lab.r1.addresses(family="inet6")


def test_will_reaches_unicast_peers(lab):
    for router, peer, priority in ((lab.r1, lab.r2, 200),
                                   (lab.r2, lab.r1, 199)):
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=10,
            extra="unicast_peers = { %s }" % peer.address))
    lab.wait_pair()
    os.kill(lab.r1.engine_pid(), signal.SIGKILL)
    lab.r2.wait_state("active", 5)
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"
    assert VIP not in lab.r1.addresses()


def test_will_of_a_backup_is_empty(lab):
    """An engine that holds nothing says nothing when it dies."""
    lab.start_pair(advert_int=10)
    lab.wait_pair()
    with Capture(lab.r2, "eth0", "ip proto 112 and src host " +
                 lab.r2.address, "out") as capture:
        engine = lab.r2.engine_pid()
        os.kill(engine, signal.SIGKILL)
        wait_engine(lab.r2, engine)
        assert capture.stop() == []
    assert " will " not in lab.r2.vrrpd.log()
    assert lab.r1.state() == "active"


def test_will_after_demotion_is_empty(lab):
    """What it has given up in time it does not give up twice."""
    lab.start_pair(advert_int=10)
    lab.wait_pair()
    assert lab.r1.vrrpctl("handover", "web").returncode == 0
    lab.r2.wait_state("active")
    lab.r1.wait_state("backup")
    wait_for(lambda: not lab.r1.instance()["lingering"], 5, "it withdraws")
    engine = lab.r1.engine_pid()
    os.kill(engine, signal.SIGKILL)
    wait_engine(lab.r1, engine)
    assert " will " not in lab.r1.vrrpd.log()


def test_engine_that_hangs_is_killed_and_its_will_carried_out(lab):
    """r2 waits for less time than the next engine of r1 does."""
    lab.start_pair(advert_int=100, priorities=(200, 199))
    lab.wait_pair()
    monitor, engine = lab.r1.pids()
    os.kill(engine, signal.SIGSTOP)
    lab.r2.wait_state("active", 3)
    # Earlier than without adverts, so it was told.
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"
    wait_for(lambda: VIP not in lab.r1.addresses(), 1, "one owner")
    assert wait_engine(lab.r1, engine) != engine
    assert lab.r1.call("show")["processes"]["last-end"] == "hung, Killed"
    assert lab.r1.vrrpd.pid == monitor


@pytest.mark.parametrize("granted", (False, True), ids=("refused", "granted"))
def test_engine_without_real_time_has_a_whole_second(lab, granted, tmp_path):
    """What was granted counts, not what was asked for."""
    program = BUILD / "vrrpd/vrrpd"
    if not granted:
        program = tmp_path / "vrrpd"
        program.write_text(
            "#!/bin/sh\nexec prlimit --rtprio=0 setpriv --inh-caps=-sys_nice "
            "--bounding-set=-sys_nice %s \"$@\"\n" % (BUILD / "vrrpd/vrrpd"))
        program.chmod(0o755)
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=10), program=program)
    lab.r1.wait_state("active", 10)
    if granted and lab.r1.call("show")["scheduling"]["realtime-priority"] == 0:
        pytest.skip("no real-time scheduling to be had")
    assert granted or "realtime=refused" in lab.r1.vrrpd.log()
    time.sleep(0.2)                 # the beat that tells the monitor
    engine = lab.r1.engine_pid()
    os.kill(engine, signal.SIGSTOP)
    time.sleep(0.6)
    with contextlib.suppress(ProcessLookupError):
        os.kill(engine, signal.SIGCONT)
    time.sleep(0.3)
    assert (lab.r1.engine_pid() == engine) is not granted


SPIN = """
import os, sys, time
os.sched_setaffinity(0, {0})
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(90))
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    pass
"""


def test_engine_that_gets_no_processor_is_not_killed(lab):
    """Its peers would wait for three seconds, and so does the monitor."""
    if os.cpu_count() < 2:
        pytest.skip("one processor is all there is")
    lab.start_pair(advert_int=100)
    lab.wait_pair()
    # What the peers tolerate now goes to the monitor with the next beat.
    time.sleep(0.2)
    monitor, engine = lab.r1.pids()
    os.sched_setaffinity(engine, {0})
    os.sched_setaffinity(monitor, {1})
    before = len(lab.r1.transitions()), len(lab.r2.transitions())
    if subprocess.run([sys.executable, "-c", SPIN, "1.5"],
                      stderr=subprocess.DEVNULL, timeout=30).returncode:
        pytest.skip("no real-time scheduling to be had")
    wait_for(lambda: "engine was silent and goes on why=\"gets no processor\""
             in lab.r1.vrrpd.log() or lab.r1.engine_pid() != engine, 5,
             "the monitor says so")
    assert lab.r1.engine_pid() == engine
    assert (len(lab.r1.transitions()), len(lab.r2.transitions())) == before


def test_monitor_that_slept_with_its_engine_does_not_kill_it(lab):
    """L-32: neither of them ran, so nobody is hung."""
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=10))
    lab.r1.wait_state("active")
    engine = lab.r1.engine_pid()
    for _ in range(3):
        lab.r1.vrrpd.kill_all(signal.SIGSTOP)
        with contextlib.suppress(TimeoutError):
            wait_for(lambda: False, 0.6, "it sleeps")
        lab.r1.vrrpd.kill_all(signal.SIGCONT)
        lab.r1.wait_state("active")
    assert lab.r1.engine_pid() == engine


# Asleep

def sleep_through(lab, processes, seconds):
    """Stops them all, for so long; then what r1 did after."""
    for process in processes:
        process.kill_all(signal.SIGSTOP)
    lab.r2.wait_state("active", 15)
    with contextlib.suppress(TimeoutError):
        wait_for(lambda: False, seconds, "it sleeps")
    woken = time.time()
    for process in processes:
        process.kill_all(signal.SIGCONT)
    return woken


@pytest.mark.timing
@pytest.mark.parametrize("bfd", (False, True), ids=("vrrpd", "everything"))
@MODES
def test_active_that_slept_is_fenced(lab, virtual_mac, bfd):
    """Design 6: it says nothing as Active, and there are soon one."""
    lab.start_pair(advert_int=20, virtual_mac=virtual_mac, bfd=bfd)
    lab.wait_pair(bfd=bfd)
    engine = lab.r1.engine_pid()
    processes = [lab.r1.vrrpd] + ([lab.r1.bfdd] if bfd else [])
    with Capture(lab.r1, "eth0", "ip proto 112 and src host " +
                 lab.r1.address, "out") as capture, \
            address_events(lab.r1) as gone_at:
        woken = sleep_through(lab, processes, 1)    # five adverts of r2's
        wait_for(lambda: (gone_at(VIP) or 0) > woken, 5, "it has withdrawn")
        both = gone_at(VIP) - woken
        frames = capture.stop()
    fenced = [t for t in lab.r1.transitions() if t["cause"] == "fenced"]
    assert len(fenced) == 1 and fenced[0]["to"] == "backup"
    yielded = seconds(fenced[0]["time"])
    assert [f for f in frames if woken < float(f.time) < yielded] == []
    # A quarter more than an interval; here the successor's are waiting.
    assert both <= 0.250, both
    statistics = lab.r1.instance()["statistics"]
    assert statistics["fenced-out"] == 1
    assert statistics["two-owners-last-us"] > 0
    assert "fenced instance=web successor=%s" % lab.r2.address in \
        lab.r1.vrrpd.log()
    assert lab.r1.engine_pid() == engine
    lab.wait_pair()             # it comes back by its priority
    lab.answered()


def test_active_that_slept_alone_goes_on(lab):
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=10))
    lab.r1.wait_state("active")
    before = len(lab.r1.transitions())
    lab.r1.vrrpd.kill_all(signal.SIGSTOP)
    with contextlib.suppress(TimeoutError):
        wait_for(lambda: VIP not in lab.r1.addresses(), LEND + 2, "it is lent")
    lab.r1.vrrpd.kill_all(signal.SIGCONT)
    wait_for(lambda: VIP in lab.r1.addresses(), 5, "it has it again")
    lab.answered()
    assert len(lab.r1.transitions()) == before
    assert lab.r1.instance()["statistics"]["fences"] == 1


# The monitor

def test_engine_leaves_when_its_monitor_dies(lab):
    """As on SIGTERM: priority 0, addresses and device gone."""
    lab.start_pair(advert_int=10)
    lab.wait_pair()
    monitor, engine = lab.r1.pids()
    os.kill(monitor, signal.SIGKILL)
    lab.r2.wait_state("active", 5)
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"
    wait_for(lambda: gone(engine), 5, "the engine has left")
    assert VIP not in lab.r1.addresses()
    assert set(lab.r1.links()) == {"lo", "eth0"}
    assert not lab.r1.vrrpd_sock.exists()


def test_start_that_fails_is_not_repeated(lab):
    """The exit status and the words are those of the first try."""
    bad = lab.dir / "bad.conf"
    bad.write_text(vrrpd_conf().replace("virtual_router_id = 51",
                                        "virtual_router_id = 300"))
    done = lab.r1.run(BUILD / "vrrpd/vrrpd", "-f", bad, "-s",
                      lab.dir / "bad.sock", check=False)
    assert done.returncode == 1
    assert "bad.conf:3:" in done.stderr
    good = lab.dir / "good.conf"
    good.write_text(vrrpd_conf())
    # Without CAP_NET_RAW the engine cannot open its sockets.
    done = lab.r1.run("setpriv", "--bounding-set", "-net_raw", "--inh-caps",
                      "-net_raw", BUILD / "vrrpd/vrrpd", "-f", good, "-s",
                      lab.dir / "bad.sock", check=False)
    assert done.returncode == 1
    assert done.stderr.count("cannot open sockets") == 1
    assert "engine died" not in done.stderr


# Both processes at once

@MODES
@pytest.mark.parametrize("ipv6", (False, True), ids=("ipv4", "ipv6"))
def test_addresses_leave_when_both_processes_are_killed(lab, virtual_mac,
                                                        ipv6):
    lab.start_pair(advert_int=10, virtual_mac=virtual_mac, ipv6=ipv6)
    lab.wait_pair(ipv6=ipv6)
    address = VIP6 if ipv6 else VIP
    with address_events(lab.r1) as gone_at:
        lab.r1.vrrpd.kill_all(signal.SIGKILL)
        killed = time.time()
        lab.r2.wait_state("active", 5)
        wait_for(lambda: gone_at(address), LEND + 3, "it is gone")
        assert gone_at(address) - killed <= LEND + 1
    family = "inet6" if ipv6 else "inet"
    assert address not in lab.r1.addresses(family=family)
    lab.answered(target=address)


@MODES
def test_lent_addresses_stay_as_long_as_vrrpd_lives(lab, virtual_mac):
    """No event but the refreshing, no route that comes or goes."""
    lab.start_pair(advert_int=10, virtual_mac=virtual_mac, ipv6=True)
    lab.wait_pair(ipv6=True)

    def routes():
        return lab.r1.ip("-6", "route", "show", "table", "all").replace(
            "expires 3sec ", "").replace("expires 2sec ", "")

    before = routes()
    log = len(lab.r1.vrrpd.log())
    with address_events(lab.r1) as gone_at:
        with lab.meter(target=VIP6) as meter:
            with contextlib.suppress(TimeoutError):
                wait_for(lambda: gone_at(VIP6), LEND + 2, "it is gone")
            assert meter.stop()["outages"] == []
        assert gone_at(VIP6) is None
    assert routes() == before
    assert lab.r1.vrrpd.log()[log:] == ""
    assert lab.r1.instance()["statistics"]["addresses-restored"] == 0


def test_lent_address_with_a_label_keeps_it(lab):
    conf = vrrpd_conf(advert_int=10, virtual_mac=False)
    conf = conf.replace(
        "    virtual_addresses = { %s/24 }" % VIP,
        "    virtual_address %s/24 { label = \"eth0:web\" }" % VIP)
    lab.r1.start_vrrpd(conf)
    lab.r1.wait_state("active")

    def lost():
        infos = [a for a in lab.r1.links()["eth0"]["addr_info"]
                 if a["local"] == VIP]
        return [i.get("label") for i in infos] != ["eth0:web"]

    with contextlib.suppress(TimeoutError):
        wait_for(lost, LEND + 1.5, "it is gone, or has no label")
    assert not lost()


@MODES
def test_cleanup_removes_what_a_killed_vrrpd_has_left(lab, virtual_mac):
    """vrrpd -c, as the service does after the end."""
    settings = ["net.ipv4.conf.eth0." + k for k in ("arp_ignore",
                                                    "arp_announce")]

    def read():
        return lab.r1.run("sysctl", *settings).stdout

    before = read()
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=10, virtual_mac=virtual_mac))
    lab.r1.wait_state("active")
    command = (BUILD / "vrrpd/vrrpd", "-c", "-f", lab.r1.vrrpd_conf, "-s",
               lab.r1.vrrpd_sock)
    refused = lab.r1.run(*command, check=False)
    assert refused.returncode == 1 and "answers" in refused.stderr
    assert VIP in lab.r1.addresses()
    lab.r1.vrrpd.kill_all(signal.SIGKILL)
    lab.r1.vrrpd.wait()
    assert VIP in lab.r1.addresses()
    lab.r1.run(*command)
    assert VIP not in lab.r1.addresses()
    assert set(lab.r1.links()) == {"lo", "eth0"}
    assert read() == before
    assert not lab.r1.vrrpd_sock.exists()
    # And when there is nothing to do.
    assert lab.r1.run(*command).stderr == ""


# A planned restart

def restart(router):
    engine = router.engine_pid()
    assert router.vrrpctl("restart").returncode == 0
    return wait_engine(router, engine)


@MODES
@pytest.mark.parametrize("bfd", (False, True), ids=("alone", "bfd"))
def test_restart_of_the_active_is_no_transition(lab, virtual_mac, bfd):
    """L-24, at advert_int 100: nobody sees it, and the address stays."""
    lab.start_pair(advert_int=100, virtual_mac=virtual_mac, bfd=bfd)
    lab.wait_pair(bfd=bfd)
    monitor = lab.r1.pids()[0]
    before = len(lab.r2.transitions())
    downs = lab.r2.session(lab.r1.address)["down-count"] if bfd else 0
    with address_events(lab.r1) as gone_at, lab.meter() as meter:
        for _ in range(3):
            restart(lab.r1)
            lab.r1.wait_state("active", 2)
            assert lab.r1.transitions()[-1]["cause"] == "restart"
            if bfd:
                lab.r1.wait_session(lab.r2.address)
        assert meter.stop()["outages"] == []
        assert gone_at(VIP) is None
    assert len(lab.r2.transitions()) == before
    if bfd:
        session = lab.r2.wait_session(lab.r1.address)
        assert session["down-count"] == downs
        assert lab.r2.instance()["bfd"][0]["takeover"] == "ready"
    processes = lab.r1.call("show")["processes"]
    assert processes["monitor-pid"] == monitor
    assert processes["engine-restarts"] == 0
    assert " will " not in lab.r1.vrrpd.log()
    # And it is a whole engine: it can read its file, be replaced, and leave.
    lab.change_advert_int(START_CS, was=100)
    undo = lab.cut(lab.r1)
    lab.r2.wait_state("active", 10)
    undo()
    lab.wait_pair()
    assert lab.r1.vrrpd.stop() == 0
    assert set(lab.r1.links()) == {"lo", "eth0"}


@pytest.mark.parametrize("word", ("disable", "handover"))
def test_restart_keeps_what_the_operator_has_said(lab, word):
    lab.start_pair(advert_int=10)
    lab.wait_pair()
    assert lab.r1.vrrpctl(word, "web").returncode == 0
    lab.r2.wait_state("active")
    before = len(lab.r2.transitions())
    state = "initialize" if word == "disable" else "backup"
    lab.r1.wait_state(state)
    restart(lab.r1)
    lab.r1.wait_state(state)
    with contextlib.suppress(TimeoutError):
        wait_for(lambda: False, 1, "it does not come back")
    assert lab.r1.state() == state
    assert len(lab.r2.transitions()) == before
    assert lab.r1.vrrpctl("enable", "web").returncode == 0
    lab.wait_pair()


def test_restart_of_a_backup_is_quiet(lab):
    lab.start_pair(advert_int=10)
    lab.wait_pair()
    before = len(lab.r1.transitions())
    restart(lab.r2)
    lab.wait_pair()
    assert len(lab.r1.transitions()) == before


def test_restart_goes_on_with_the_configuration_in_force(lab):
    """The file is read by a reload; a restart changes no virtual router."""
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=10, priority=100))
    lab.r1.wait_state("active")
    lab.r1.vrrpd_conf.write_text(
        vrrpd_conf(advert_int=10, priority=150) +
        vrrpd_conf(advert_int=10, name="two", vrid=52,
                   addresses=("192.0.2.52/24",)))
    restart(lab.r1)
    lab.r1.wait_state("active")
    assert lab.r1.instance()["priority"] == 100
    assert len(lab.r1.call("show")["instances"]) == 1
    lab.r1.vrrpctl("reload", check=True)
    lab.r1.wait_state("active", name="two")
    assert lab.r1.instance()["priority"] == 150
    restart(lab.r1)
    lab.r1.wait_state("active", name="two")
    assert lab.r1.instance()["priority"] == 150


def test_next_engine_without_a_file_goes_on_with_what_there_was(lab):
    """And the engine that has adopted the addresses has a will of its own."""
    # After its own will r1 is back sooner than a much lesser Backup serves.
    lab.start_pair(advert_int=100, priorities=(200, 199))
    lab.wait_pair()
    lab.r1.vrrpd_conf.unlink()
    restart(lab.r1)
    lab.r1.wait_state("active")
    engine = lab.r1.engine_pid()
    os.kill(engine, signal.SIGKILL)
    wait_for(lambda: lab.r1.engine_pid() != engine, 5, "another engine")
    assert lab.r1.instance()["active-adver-interval-cs"] == 100
    lab.r1.wait_state("active", 20)
    engine = lab.r1.engine_pid()
    os.kill(engine, signal.SIGKILL)
    lab.r2.wait_state("active", 3)
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"
