"""bfdd that is kept from running, flooded, reloaded and started again."""

import os
import pathlib
import random
import signal
import socket
import struct
import time

import pytest

from lab import Capture, Ctl, Gap, wait_for

JUNK_RATE = 20000
JUNK_S = 3


def conf(router, peer, interval="10ms", multiplier=3, name="peer", extra=""):
    return """session %s {
    peer = %s  local = %s  interface = eth0
    interval = %s  multiplier = %d  %s
}
""" % (name, peer, router.address, interval, multiplier, extra)


def start_two(lab, r1_multiplier=3):
    """A session of 10 ms between r1 and r2; r1 finds a loss in 30 ms."""
    lab.r1.start_bfdd(conf(lab.r1, lab.r2.address,
                           multiplier=r1_multiplier))
    lab.r2.start_bfdd(conf(lab.r2, lab.r1.address))
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        router.wait_session(peer.address)
        wait_for(lambda: router.session(peer.address)["tx-interval-us"] ==
                 10000, 10, "full speed")
    assert lab.r1.session(lab.r2.address)["detection-time-us"] == 30000


def scheduling(router):
    return router.bfdd_call("show")["scheduling"]


def sleep_for(process, seconds):
    process.kill(signal.SIGSTOP)
    time.sleep(seconds)
    process.kill(signal.SIGCONT)


def test_own_absence_is_never_the_peers_death(lab):
    """L-31, L-32: r2 sends on while r1's bfdd sleeps."""
    start_two(lab, r1_multiplier=255)       # r2 waits for 2.55 s
    before = scheduling(lab.r1)["stalls"]
    lengths = (0.01, 0.025, 0.05, 0.1, 0.5) * 3
    for seconds in lengths:
        sleep_for(lab.r1.bfdd, seconds)
        time.sleep(random.uniform(0.02, 0.06))
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        session = router.session(peer.address)
        assert session["state"] == "up", session
        assert session["down-count"] == 0, session
    shown = scheduling(lab.r1)
    assert shown["stalls"] - before >= len(lengths) * 3 / 5, shown
    assert shown["worst-stall-us"] > 450000, shown
    assert shown["last-stall-us"] <= shown["worst-stall-us"], shown
    text = lab.r1.vrrpctl("show", "bfd").stdout
    assert "kept from running" in text, text


def test_loss_during_own_absence_is_found_after_it(lab):
    """A real loss is found within D and the absence as measured."""
    start_two(lab, r1_multiplier=255)
    gap = Gap(lab.client)
    lab.cut(lab.r2)
    sleep_for(lab.r1.bfdd, 0.1)
    down = lab.r1.wait_session(lab.r2.address, "down", 5)
    assert down["reason"] == "timeout"
    took_ms = (down["decided-ns"] - down["last-rx-ns"]) / 1e6
    absence_ms = down["worst-absence-us"] / 1000
    assert 30 <= took_ms <= 30 + absence_ms + gap.stop() + 5, (
        took_ms, absence_ms)


class Junk:
    """Packets that are of no session, from the client to r1."""

    def __init__(self, lab):
        self.lab = lab
        self.target = (lab.r1.address, 3784)
        self.your_discr = lab.r1.session(lab.r2.address)["local-discriminator"]

    def packet(self, first=0x20, flags=0xc0, mult=3, length=24, mine=7,
               yours=None):
        return struct.pack("!BBBBIIIII", first, flags, mult, length, mine,
                           random.getrandbits(32) if yours is None else yours,
                           10000, 10000, 0)

    def kinds(self):
        """What they are refused for, TTL, payload."""
        known = self.your_discr
        return (
            ("source", 254, self.packet(yours=known)),
            ("source", 255, self.packet(yours=known)),
            ("your-discriminator", 255, self.packet()),
            ("no-session", 255, self.packet(flags=0x40, yours=0)),
            ("state", 255, self.packet(yours=0)),
            ("version", 255, self.packet(first=0x40)),
            ("short", 255, b"junk"),
            ("length", 255, self.packet(length=25)),
            ("detect-mult", 255, self.packet(mult=0)),
            ("my-discriminator", 255, self.packet(mine=0)),
            ("multipoint", 255, self.packet(flags=0xc1)),
        )

    def send(self, rate, seconds):
        """How many were sent."""
        sent = 0
        with self.lab.client.open_socket(socket.AF_INET,
                                         socket.SOCK_DGRAM) as sock:
            begin = time.monotonic()
            while time.monotonic() - begin < seconds:
                while sent < (time.monotonic() - begin) * rate:
                    _, ttl, payload = random.choice(self.kinds())
                    sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
                    sock.sendto(payload, self.target)
                    sent += 1
                time.sleep(0.0005)
        return sent


def test_junk_cannot_take_a_session_down(lab):
    """B-20..B-28, B-41: 20000 packets a second of every refused kind."""
    start_two(lab)
    r1, r2 = lab.r1, lab.r2
    before = r1.bfdd_call("show")["statistics"]
    junk = Junk(lab)
    sent = junk.send(JUNK_RATE, JUNK_S)
    assert sent > JUNK_RATE * JUNK_S / 2, sent
    for router, peer in ((r1, r2), (r2, r1)):
        session = router.session(peer.address)
        assert session["state"] == "up", session
        assert session["down-count"] == 0, session
        assert session["worst-gap-us"] < 30000, session
    after = r1.bfdd_call("show")["statistics"]
    counted = {reason: after["discards"][reason] - before["discards"][reason]
               for reason in after["discards"]}
    for reason, _, _ in junk.kinds():
        assert counted[reason] > sent / 50, (reason, counted)
    lost = sum(after[name] - before[name]
               for name in ("receive-overflow-count",
                            "strangers-overflow-count"))
    # Each one is accounted for, and no session's buffer ran over.
    assert sum(counted.values()) + lost == sent, (counted, lost, sent)
    assert after["receive-overflow-count"] == before["receive-overflow-count"]
    shown = r1.vrrpctl("show", "bfd").stdout
    assert "discarded packets: " in shown, shown


def test_reload_does_not_touch_what_did_not_change(lab):
    start_two(lab)
    r1, r2 = lab.r1, lab.r2
    same = ("local-discriminator", "remote-discriminator", "source-port",
            "up-count", "create-time")
    before = r1.session(r2.address)
    text = r1.bfdd_conf.read_text()
    ghost = conf(r1, "192.0.2.77", interval="50ms", name="ghost")
    with Capture(r1, "eth0", "udp port 3784 and dst %s" % r2.address,
                 direction="out") as capture:
        gap = Gap(lab.client)
        for i, added in enumerate((ghost, ghost.replace("50ms", "60ms"), "")):
            # Moved to other lines as well: only what a line says counts.
            r1.bfdd_conf.write_text("# changed\n" * i + added + text)
            r1.bfdd.kill(signal.SIGHUP)
            wait_for(lambda: r1.bfdd.log().count(" reload file=") == i + 1,
                     5, "it is read again")
        time.sleep(0.2)
        machine_ms = gap.stop()
        frames = capture.stop()
    log = [line for line in r1.bfdd.log().splitlines()
           if " reload file=" in line]
    for line, what in zip(log, ("added=1", "changed=1", "removed=1")):
        assert what in line and "unchanged=1" in line, log
    after = r1.session(r2.address)
    assert {k: after[k] for k in same} == {k: before[k] for k in same}
    assert r2.session(r1.address)["down-count"] == 0
    # Not one packet was left out.
    times = [float(frame.time) for frame in frames]
    assert len(times) > 10
    worst_ms = max(b - a for a, b in zip(times, times[1:])) * 1000
    assert worst_ms < 20 + machine_ms, (worst_ms, machine_ms)


@pytest.mark.untimed
def test_reload_of_what_is_no_configuration_changes_nothing(lab):
    start_two(lab)
    path, text = lab.r1.bfdd_conf, lab.r1.bfdd_conf.read_text()

    def secret():
        path.write_text(text)
        path.chmod(0)

    for count, (make, why) in enumerate((
            (lambda: path.write_text("session broken {\n"), "is not closed"),
            (lambda: None, "No such file"),
            (path.mkdir, "is a directory"),
            (lambda: os.mkfifo(path), "not a regular file"),
            (secret, "Permission denied")), 1):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        make()
        lab.r1.bfdd.kill(signal.SIGHUP)
        wait_for(lambda: lab.r1.bfdd.log().count("refused=1") == count, 10,
                 "it says so")
        assert why in lab.r1.bfdd.log(), lab.r1.bfdd.log()
    session = lab.r1.session(lab.r2.address)
    assert session["state"] == "up" and session["down-count"] == 0
    # The reader is gone each time, and the next file is read.
    path.chmod(0o644)
    lab.r1.bfdd.kill(signal.SIGHUP)
    wait_for(lambda: "unchanged=1" in lab.r1.bfdd.log(), 10, "it is read")
    children = pathlib.Path("/proc/%d/task/%d/children" % (
        lab.r1.bfdd.pid, lab.r1.bfdd.pid)).read_text()
    assert children == "", children


@pytest.mark.parametrize("who", ("active", "backup", "both"))
@pytest.mark.untimed
def test_restart_of_bfdd_moves_nobody(lab, who):
    """L-22: AdminDown on leaving, and sessions that only come back."""
    lab.start_pair(bfd=True, advert_int=100)
    lab.wait_pair(bfd=True)
    before = [len(r.transitions()) for r in lab.routers]
    routers = {"active": [lab.r1], "backup": [lab.r2],
               "both": lab.routers}[who]
    for _ in range(2):
        for router in routers:
            router.bfdd.kill(signal.SIGTERM)
        for router in routers:
            assert router.bfdd.wait() == 0
            router.start_bfdd()
        lab.wait_pair(bfd=True)
    assert [len(r.transitions()) for r in lab.routers] == before, [
        r.transitions()[-3:] for r in lab.routers]


@pytest.mark.untimed
def test_sessions_of_clients_and_of_the_file_side_by_side(lab):
    """60 clients of root at once, for 4 slots are bfdd's own user's; the next one
    is told why not."""
    start_two(lab)
    clients = [Ctl(lab.r1.bfdd_sock) for _ in range(60)]
    try:
        for i, client in enumerate(clients):
            client.call("session.request", interface="eth0",
                        peer="192.0.2.%d" % (130 + i))
        mine = [s for s in clients[0].call("show")["sessions"]
                if s["clients"] == 1]
        assert len(mine) == 60
        one_more = Ctl(lab.r1.bfdd_sock)
        refused = one_more.read()
        assert "too many clients" in refused["error"]["message"]
        one_more.close()
        # One that wants to know everything and never reads.
        clients[1].sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        for i in range(20):
            clients[1].sock.sendall(
                b'{"jsonrpc":"2.0","id":%d,"method":"show"}\n' % i)
    finally:
        for client in clients[2:]:
            client.close()
    wait_for(lambda: len(clients[0].call("show")["sessions"]) <= 3, 5,
             "their wishes are gone with them")
    session = lab.r1.session(lab.r2.address)
    assert session["state"] == "up" and session["down-count"] == 0, session
    assert session["clients"] == 0
    clients[0].close()
    clients[1].close()
    assert os.path.exists(lab.r1.bfdd_sock)
