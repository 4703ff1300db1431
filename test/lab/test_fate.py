"""L-20, L-21: what a dead or hanging vrrpd means to the peers of its sessions.

r1 is Active, r2 its Backup.  advert_int is 100 wherever BFD has to show that it
was faster: without it r2 would wait for three and a half seconds.
"""

import datetime
import os
import random
import signal
import time

import pytest

from lab import START_CS, Ctl, Gap, wait_for, vrrpd_conf

SLOW = 100                                  # advert_int in centiseconds
ADI_MS = 3000
PATH_DOWN = "5"                             # RFC 5880 section 4.1


def processes(router):
    """vrrpd, and what it has started."""
    found, more = [], [router.vrrpd.pid]
    while more:
        pid = more.pop()
        found.append(pid)
        with open("/proc/%d/task/%d/children" % (pid, pid),
                  encoding="ascii") as f:
            more += [int(word) for word in f.read().split()]
    return found


def kill_all(router, number):
    """All in one instant: none has the time to act on another's end."""
    pids = processes(router)
    if number == signal.SIGKILL:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
    begin = time.monotonic()
    for pid in pids:
        os.kill(pid, number)
    return begin


def start(lab, **conf):
    lab.start_pair(bfd=True, advert_int=SLOW, **conf)
    lab.wait_pair(bfd=True)
    wait_for(lambda: fate(lab.r1) == "armed", 5,
             lambda: "r1 shares its fate: %s" % lab.r1.session(
                 lab.r2.address))


def wait_as_before(lab):
    lab.wait_pair(bfd=True)
    wait_for(lambda: fate(lab.r1) == "armed", 5, "as before")


def watch_machine(lab):
    gap = Gap(lab.client)
    # Until it watches; and any phase of the packets, as with a real fault.
    time.sleep(random.uniform(0.1, 0.2))
    return gap


def fate(router):
    peer = next(r for r in router.lab.routers if r is not router)
    session = router.session(peer.address)
    return session and session["fate-sharing"]


def last_down(router):
    """What router's bfdd said of the last end of its session, word by word.

    The session itself may have gone on meanwhile: a bfdd without clients lets it
    go soon, and then says AdminDown.
    """
    wait_for(lambda: " from=up to=down " in router.bfdd.log(), 5, "it is down")
    line = [line for line in router.bfdd.log().splitlines()
            if " from=up to=down " in line][-1]
    down = dict(word.split("=", 1) for word in line.split() if "=" in word)
    down["time"] = datetime.datetime.fromisoformat(line.split()[0]).timestamp()
    return down


def down_ms(router, begin):
    """From begin, of CLOCK_MONOTONIC, until router's bfdd found its peer dead."""
    return (last_down(router)["time"] - time.time() + time.monotonic() -
            begin) * 1000


def takeover_ms(lab, begin):
    """From begin, of CLOCK_MONOTONIC, until r2 decided."""
    line = lab.r2.transitions()[-1]
    assert (line["from"], line["to"]) == ("backup", "active"), line
    assert line["cause"] == "bfd-down", line
    return down_ms(lab.r2, begin)


# L-20 +
def test_killed_vrrpd_is_taken_over_at_once(lab):
    start(lab, interval="3ms")
    gap = watch_machine(lab)
    begin = kill_all(lab.r1, signal.SIGKILL)
    lab.r2.wait_state("active", 5)
    took_ms, machine_ms = takeover_ms(lab, begin), gap.stop()
    assert took_ms < 5 + machine_ms, (took_ms, machine_ms)
    down = last_down(lab.r2)
    assert down["reason"] == "remote-down", down
    assert down["remote_diag"] == PATH_DOWN, down
    assert "client vanished" in lab.r1.bfdd.log()


@pytest.mark.untimed
def test_session_of_a_killed_vrrpd_is_released(lab):
    """Its peer knows by then; r1's bfdd lets it go."""
    start(lab)
    kill_all(lab.r1, signal.SIGKILL)
    lab.r2.wait_state("active", 5)
    wait_for(lambda: lab.r1.session(lab.r2.address) is None, 10,
             "the session is released")


# L-20 -
@pytest.mark.parametrize("why", ("backup", "goodbye"))
@pytest.mark.untimed
def test_no_signal_without_need(lab, why):
    """A Backup that is killed, an Active that leaves in order."""
    start(lab)
    if why == "backup":
        assert fate(lab.r2) == "no"
        kill_all(lab.r2, signal.SIGKILL)
        there, here = lab.r1, lab.r2
    else:
        lab.r1.vrrpd.kill(signal.SIGTERM)
        there, here = lab.r2, lab.r1
    down = there.wait_session(here.address, "down", 5)
    assert down["reason"] == "remote-admin-down", down
    assert "signalled" not in here.bfdd.log()
    if why == "backup":
        lab.r1.wait_state("active")
        assert len(lab.r1.transitions()) == 2


def test_signal_survives_a_lost_packet(lab):
    # L-20 +
    start(lab)
    # UDP, and in it a BFD packet with diag 5: the first one only.
    lab.cut(lab.r1, egress=False, match="udp dport 3784 @th,67,5 5 "
            "limit rate 1/hour burst 1 packets")
    gap = watch_machine(lab)
    begin = kill_all(lab.r1, signal.SIGKILL)
    lab.r2.wait_state("active", 5)
    # The next one follows within an interval, and D is not over.
    took_ms, machine_ms = takeover_ms(lab, begin), gap.stop()
    assert took_ms < 20 + machine_ms, (took_ms, machine_ms)
    assert last_down(lab.r2)["remote_diag"] == PATH_DOWN


# L-21 +
def test_hanging_vrrpd_is_taken_over_within_the_deadline(lab):
    start(lab)
    shown = lab.r1.bfdd_call("show")["fate-sharing"]
    assert [(c["state"], c["interfaces"]) for c in shown] == [
        ("answering", ["eth0"])]
    deadline_ms = shown[0]["answer-within-us"] / 1000
    text = lab.r1.vrrpctl("show", "bfd").stdout
    assert "in charge on eth0" in text, text
    gap = watch_machine(lab)
    begin = kill_all(lab.r1, signal.SIGSTOP)
    lab.r2.wait_state("active", 5)
    took_ms, machine_ms = takeover_ms(lab, begin), gap.stop()
    assert deadline_ms / 2 < took_ms < deadline_ms + 5 + machine_ms, (
        took_ms, machine_ms)
    assert took_ms < ADI_MS
    shown = lab.r1.bfdd_call("show")["fate-sharing"]
    assert [c["state"] for c in shown] == ["silent"]
    assert fate(lab.r1) == "signalled"
    # It stays Down for as long as r1 hangs.
    assert lab.r2.session(lab.r1.address)["state"] == "down"
    # And goes on.  One of them is Active in the end, and stays it.
    kill_all(lab.r1, signal.SIGCONT)
    wait_as_before(lab)
    assert "client answers again" in lab.r1.bfdd.log()
    counts = [len(r.transitions()) for r in lab.routers]
    time.sleep(0.5)
    assert [len(r.transitions()) for r in lab.routers] == counts


# L-21 -
def test_stall_of_the_whole_host_is_no_hang(lab):
    """bfdd and vrrpd asleep together, for less than r2 tolerates."""
    start(lab, interval="200ms")
    for _ in range(3):
        pids = processes(lab.r1) + [lab.r1.bfdd.pid]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(0.35)
        # bfdd first: what it finds is a vrrpd that has not answered.
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.02)
        time.sleep(0.4)
    assert "does not answer" not in lab.r1.bfdd.log()
    assert lab.r2.session(lab.r1.address)["state"] == "up"
    assert lab.r2.state() == "backup"


# L-21 -
def test_short_hang_is_no_failure(lab):
    start(lab)
    for _ in range(5):
        kill_all(lab.r1, signal.SIGSTOP)
        time.sleep(0.1)
        kill_all(lab.r1, signal.SIGCONT)
        time.sleep(0.1)
    assert "does not answer" not in lab.r1.bfdd.log()
    assert lab.r2.state() == "backup"
    assert fate(lab.r1) == "armed"


# L-20 +
def test_killed_engine_is_taken_over_at_once(lab):
    """The monitor resigns for it, bfdd says Down: both, and only once."""
    start(lab, interval="3ms")
    engine = processes(lab.r1)[1]
    # For the next one, which has to preempt before all is as before.
    lab.r1.vrrpd_conf.write_text(lab.r1.vrrpd_conf.read_text().replace(
        "= %d\n" % SLOW, "= %d\n" % START_CS))
    gap = watch_machine(lab)
    os.kill(engine, signal.SIGSTOP)
    begin = time.monotonic()
    os.kill(engine, signal.SIGKILL)
    lab.r2.wait_state("active", 5)
    transition, machine_ms = lab.r2.transitions()[-1], gap.stop()
    took_ms = down_ms(lab.r2, begin)
    assert took_ms < 5 + machine_ms, (transition, took_ms, machine_ms)
    # It is back soon, and one of them is Active for good.
    lab.r1.close_ctl()
    wait_as_before(lab)


# L-20 +: r1 has named nobody, and accepted what r2 opened
def test_accepted_sessions_share_the_fate(lab):
    auto = "bfd auto { interval = 10ms  multiplier = 3 }"
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_bfdd()
        router.start_vrrpd(vrrpd_conf(priority=priority, advert_int=START_CS,
                                      extra=auto))
        if router is lab.r1:
            router.wait_state("active")
    lab.change_advert_int(SLOW)
    wait_for(lambda: lab.r2.instance()["bfd"] and all(
        b["takeover"] == "ready" and b["detection-time-us"] <= 30000
        for b in lab.r2.instance()["bfd"]), 15,
        lambda: "r2 is ready: %s" % lab.r2.instance()["bfd"])
    wait_for(lambda: fate(lab.r1) == "armed", 5,
             lambda: "r1 shares its fate: %s" % lab.r1.session(
                 lab.r2.address))
    assert lab.r1.session(lab.r2.address)["unsolicited"]
    gap = watch_machine(lab)
    begin = kill_all(lab.r1, signal.SIGKILL)
    lab.r2.wait_state("active", 5)
    took_ms, machine_ms = takeover_ms(lab, begin), gap.stop()
    assert took_ms < 5 + machine_ms, (took_ms, machine_ms)


# L-24 +, L-24 - of bfdd
@pytest.mark.untimed
def test_next_life_of_a_client_keeps_its_session(lab):
    r1, r2 = lab.r1, lab.r2
    for router in lab.routers:
        router.start_bfdd()

    def live(router, peer, grace_us):
        client = Ctl(router.bfdd_sock)
        client.call("session.request", peer=peer.address, interface="eth0",
                    **{"desired-min-tx-us": 10000,
                       "required-min-rx-us": 10000, "detect-mult": 3})
        client.call("fate", interfaces=["eth0"], **{
            "grace-us": grace_us, "answer-within-us": 0})
        return client

    other = live(r2, r1, 0)
    first = live(r1, r2, 1000000)
    wait_for(lambda: r2.session(r1.address)["detection-time-us"] == 30000, 15,
             "up and fast")
    before = r2.session(r1.address)
    first.close()                           # without goodbye
    wait_for(lambda: "grace_ms=1000" in r1.bfdd.log(), 5, "it is gone")
    second = live(r1, r2, 50000)
    time.sleep(1.2)                         # the grace, and more
    after = r2.session(r1.address)
    assert after["down-count"] == 0 and after["state"] == "up", after
    assert after["remote-discriminator"] == before["remote-discriminator"]
    # And nobody comes.
    second.close()
    assert last_down(r2)["remote_diag"] == PATH_DOWN
    other.close()


# L-24 +
@pytest.mark.untimed
def test_killed_vrrpd_that_comes_back_gets_its_session_again(lab):
    """Without grace: released, and made anew; nobody is Active twice."""
    start(lab)
    kill_all(lab.r1, signal.SIGKILL)
    lab.r1.vrrpd.wait()
    lab.r2.wait_state("active", 5)
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=START_CS,
                                  bfd=lab.r2.address))
    wait_as_before(lab)
