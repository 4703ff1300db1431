"""The link to bfdd: it may only ever make things better (L-10..L-13)."""

import os
import random
import signal
import time

import pytest

from lab import Capture, Ctl, Gap, vrrpd_conf, wait_for

TRIALS = int(os.environ.get("LAB_TRIALS", 3))


def counts(lab):
    """How many transitions each router has seen."""
    return [len(r.transitions()) for r in lab.routers]


def quiet(lab, before, seconds=1.0):
    """Nobody moves for a while."""
    time.sleep(seconds)
    assert counts(lab) == before, [r.transitions()[-3:] for r in lab.routers]


def bfd_state(router, peer):
    for session in router.instance()["bfd"]:
        if session["peer"] == peer.address:
            return session["state"]
    return None


@pytest.mark.untimed
def test_bfdd_absent_is_plain_vrrp(lab):
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_vrrpd(vrrpd_conf(priority=priority, advert_int=1,
                                      bfd=peer.address))
    lab.wait_pair()
    assert bfd_state(lab.r2, lab.r1) == "unknown"
    lab.cut(lab.r1)
    lab.r2.wait_state("active", 5)
    assert lab.r2.transitions()[-1]["cause"] == "active-down-timer"


@pytest.mark.untimed
def test_bfdd_started_later_is_found(lab):
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_vrrpd(vrrpd_conf(priority=priority, advert_int=1,
                                      bfd=peer.address))
    lab.wait_pair()
    before = counts(lab)
    for router in lab.routers:
        router.start_bfdd()
    lab.wait_pair(bfd=True)
    assert counts(lab) == before


@pytest.mark.untimed
def test_bfdd_session_down_before_it_was_ever_up_is_nothing(lab):
    """L-11: the edge from Up counts, not Down."""
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1))
    lab.r2.start_bfdd()
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=1,
                                  bfd=lab.r1.address))
    lab.wait_pair()
    wait_for(lambda: bfd_state(lab.r2, lab.r1) == "down", 5, "session asked")
    quiet(lab, counts(lab))


@pytest.mark.parametrize("how", (signal.SIGKILL, signal.SIGTERM),
                         ids=("killed", "stopped"))
@pytest.mark.untimed
def test_bfdd_lost_on_the_backup_moves_nobody(lab, how):
    lab.start_pair(bfd=True, advert_int=10)
    lab.wait_pair(bfd=True)
    before = counts(lab)
    lab.r2.bfdd.stop(how)
    wait_for(lambda: bfd_state(lab.r2, lab.r1) == "unknown", 5,
             "r2 knows that it knows nothing")
    quiet(lab, before)
    lab.r2.start_bfdd()
    lab.wait_pair(bfd=True)
    assert counts(lab) == before


# L-22 -
@pytest.mark.untimed
def test_bfdd_stopped_on_the_active_moves_nobody(lab):
    """L-12, L-22: AdminDown is no reason to take over."""
    lab.start_pair(bfd=True, advert_int=100)
    lab.wait_pair(bfd=True)
    before = counts(lab)
    assert lab.r1.bfdd.stop() == 0
    wait_for(lambda: bfd_state(lab.r2, lab.r1) != "up", 5, "r2 is told")
    quiet(lab, before)
    lab.r1.start_bfdd()
    lab.wait_pair(bfd=True)
    assert counts(lab) == before


# L-22 +
@pytest.mark.untimed
def test_vrrpd_stopped_resigns_before_it_lets_its_sessions_go(lab):
    """Priority 0, then AdminDown and nothing else."""
    lab.start_pair(bfd=True, advert_int=10)
    lab.wait_pair(bfd=True)
    with Capture(lab.switch, "p-r1", "ip proto 112 or udp dst port 3784",
                 "in") as capture:
        assert lab.r1.vrrpd.stop() == 0
        lab.r2.wait_state("active", 5)
        time.sleep(0.2)
        frames = [(float(frame.time), bytes(frame))
                  for frame in capture.stop()]
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"
    # IPv4 without options: the protocol is at 23; after the IP header the
    # priority of an advert, after UDP's the state of a session.
    resigned = [when for when, data in frames
                if data[23] == 112 and data[14 + 20 + 2] == 0]
    states = [(when, data[14 + 28 + 1] >> 6)
              for when, data in frames if data[23] == 17]
    left = [when for when, state in states if state == 0]
    assert resigned and left, frames
    assert resigned[0] < left[0]
    assert not [state for when, state in states
                if state != 0 and when > left[0]]


# L-23 +
@pytest.mark.parametrize("interval", ("10ms", "3ms"))
def test_bfdd_killed_on_the_active_moves_nobody(lab, interval):
    """L-23: adverts go on, and r2 hears one before it would believe BFD.

    A machine that sleeps longer than the proof may take is no fault of ours:
    its absence is measured, and such a trial does not count.
    """
    lab.start_pair(bfd=True, advert_int=100, interval=interval)
    judged = 0
    for _ in range(3 * TRIALS):
        lab.wait_pair(bfd=True)
        before = counts(lab)
        gap = Gap(lab.client)
        time.sleep(random.uniform(0.05, 0.1))
        lab.r1.bfdd.stop(signal.SIGKILL)
        wait_for(lambda: bfd_state(lab.r2, lab.r1) == "down", 5, "r2 detects")
        time.sleep(0.1)
        slept = gap.stop()
        after = counts(lab)
        assert after[0] == before[0], lab.r1.transitions()[-3:]
        assert after[1] - before[1] in (0, 2), lab.r2.transitions()[-6:]
        if slept < (1 if interval == "3ms" else 3):
            assert after == before, (slept, lab.r2.transitions()[-2:],
                                     lab.r2.call("stats"))
            judged += 1
        if judged == TRIALS:
            break
        lab.r1.start_bfdd()
    print("%d trials judged" % judged)
    assert judged > 0
    assert lab.r2.call("stats")["instances"][0]["statistics"][
        "bfd-downs-disproved"] >= judged
    lab.answered()
    lab.r1.start_bfdd()
    lab.wait_pair(bfd=True)


@pytest.mark.untimed
def test_bfd_blocked_while_adverts_flow_is_one_flap_at_most(lab):
    """L-13: not again from the same session until it has been Up."""
    lab.start_pair(bfd=True, advert_int=10)
    lab.wait_pair(bfd=True)
    before = counts(lab)
    mend = lab.cut_bfd(lab.r1)
    wait_for(lambda: bfd_state(lab.r2, lab.r1) == "down", 5, "r2 detects")
    lab.wait_pair()
    time.sleep(2)
    after = counts(lab)
    assert after[0] == before[0], lab.r1.transitions()[-3:]
    assert after[1] - before[1] in (0, 2), lab.r2.transitions()[-6:]
    mend()
    lab.wait_pair(bfd=True)
    assert counts(lab) == after


@pytest.mark.untimed
def test_bfd_return_path_lost_moves_nobody(lab):
    """L-12: r1 tells us Down, diagnostic 1, while we still hear it."""
    lab.start_pair(bfd=True, advert_int=10)
    lab.wait_pair(bfd=True)
    before = counts(lab)
    # What r2 sends to r1 in BFD is lost.
    lab.cut(lab.r1, ingress=False, match="ip protocol udp udp dport 3784")
    wait_for(lambda: bfd_state(lab.r2, lab.r1) != "up", 5, "r1 says Down")
    quiet(lab, before)


@pytest.mark.untimed
def test_vrrp_blocked_while_bfd_flows(lab):
    """L-10: BFD Up never holds the Active_Down_Timer back."""
    lab.start_pair(bfd=True, advert_int=1)
    lab.wait_pair(bfd=True)
    mend = lab.cut_vrrp(lab.r1)
    lab.r2.wait_state("active", 5)
    assert lab.r2.transitions()[-1]["cause"] == "active-down-timer"
    assert bfd_state(lab.r2, lab.r1) == "up"
    mend()
    lab.wait_pair(bfd=True)


@pytest.mark.parametrize("program", ("vrrpd", "bfdd", "both"))
def test_backup_asleep_does_not_take_over_when_it_wakes(lab, program):
    """L-31, L-32: our absence is not their death."""
    lab.start_pair(bfd=True, advert_int=1)
    lab.wait_pair(bfd=True)
    before = counts(lab)
    asleep = [p for name, p in (("vrrpd", lab.r2.vrrpd),
                                ("bfdd", lab.r2.bfdd))
              if program in (name, "both")]
    for _ in range(5):
        # Shorter than r1's patience with r2's BFD does not matter: r1 is
        # Active, and its session to a Backup moves nobody.
        for process in asleep:
            process.kill(signal.SIGSTOP)
        time.sleep(0.1)
        for process in asleep:
            process.kill(signal.SIGCONT)
        time.sleep(0.1)
    assert counts(lab) == before, lab.r2.transitions()[-5:]
    lab.wait_pair(bfd=True)


# L-26 +
@pytest.mark.untimed
def test_session_shared_by_two_clients_has_the_fastest_timers(lab):
    """L-26: one session for each peer, whoever asks."""
    r1, r2 = lab.r1, lab.r2
    for router in lab.routers:
        router.start_bfdd()
    slow, fast, other = Ctl(r1.bfdd_sock), Ctl(r1.bfdd_sock), Ctl(r2.bfdd_sock)

    def wish(client, peer, interval_us):
        return client.call("session.request", peer=peer.address,
                           interface="eth0",
                           **{"desired-min-tx-us": interval_us,
                              "required-min-rx-us": interval_us,
                              "detect-mult": 3})

    wish(slow, r2, 50000)
    wish(other, r1, 10000)
    r1.wait_session(r2.address)
    wait_for(lambda: r1.session(r2.address)["detection-time-us"] == 150000,
             5, lambda: "150 ms: %s" % r1.session(r2.address))
    wish(fast, r2, 10000)
    wait_for(lambda: r1.session(r2.address)["detection-time-us"] == 30000,
             5, lambda: "30 ms: %s" % r1.session(r2.address))
    assert len(r1.bfdd_call("show")["sessions"]) == 1
    fast.call("session.release", peer=r2.address, interface="eth0")
    wait_for(lambda: r1.session(r2.address)["detection-time-us"] == 150000,
             5, lambda: "150 ms again: %s" % r1.session(r2.address))
    assert r1.session(r2.address)["state"] == "up"
    slow.call("session.release", peer=r2.address, interface="eth0")
    r2.wait_session(r1.address, "down")
    wait_for(lambda: r1.session(r2.address) is None, 5, "it is gone")
    for client in (slow, fast, other):
        client.close()


@pytest.mark.untimed
def test_sessions_of_the_configuration_come_up_by_themselves(lab):
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        router.start_bfdd("""session other {
    peer = %s  local = %s  interface = eth0
    interval = 20ms  multiplier = 3
}
""" % (peer.address, router.address))
    session = lab.r1.wait_session(lab.r2.address)
    wait_for(lambda: lab.r1.session(lab.r2.address)["detection-time-us"] ==
             60000, 5, "60 ms agreed")
    assert session["remote-discriminator"] != 0
    lab.cut(lab.r2)
    down = lab.r1.wait_session(lab.r2.address, "down", 5)
    assert down["diagnostic"] == "control-expiry"
    assert down["reason"] == "timeout"
