"""Clients that do not behave leave nothing behind and lock nobody out."""

import contextlib
import json
import os
import time

import pytest

from lab import BUILD, vrrpd_conf, wait_for
from rude import SHOW, being, connect, is_answered, measure, push

GROWTH_KIB = 4096


@pytest.fixture
def pair(lab):
    lab.start_pair(bfd=True)
    lab.wait_pair(bfd=True)
    return lab


@pytest.mark.parametrize("root", (False, True), ids=("readers", "root"))
def test_rude_clients_leave_nothing_behind(pair, root):
    engine = pair.r1.engine_pid()
    transitions = [len(r.transitions()) for r in pair.routers]
    daemons, said, waits, _ = measure(pair.r1, 1000, 200, root)
    for d in daemons:
        assert d.after == d.before, (d.name, said)
        assert d.rss_after - d.rss_before <= GROWTH_KIB, (d.name, said)
    assert waits and None not in waits
    assert pair.r1.engine_pid() == engine
    assert [len(r.transitions()) for r in pair.routers] == transitions


def test_root_that_takes_all_slots_does_not_keep_vrrpd_from_bfdd(lab):
    """Busy ones, which give way to nobody; then root comes in when they are idle."""
    for router in lab.routers:
        router.start_bfdd()
    path = str(lab.r1.bfdd_sock)
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(contextlib.closing(connect(path)))
                 for _ in range(64)]
        for sock in socks:
            with contextlib.suppress(OSError):
                push(sock, 100 * SHOW, 1 << 20)
        for router, peer, priority in ((lab.r1, lab.r2, 200),
                                       (lab.r2, lab.r1, 100)):
            router.start_vrrpd(vrrpd_conf(priority=priority,
                                          bfd=peer.address))
        wait_for(lambda: all(s["state"] == "up" for s in
                             lab.r1.instance()["bfd"]), 15,
                 lambda: "the session is up: %s" % json.dumps(
                     lab.r1.instance()))


def test_idle_root_gives_way_to_root(lab):
    lab.r1.start_bfdd()
    path = str(lab.r1.bfdd_sock)
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(contextlib.closing(connect(path)))
                 for _ in range(64)]
        assert [is_answered(s) for s in socks] == [True] * 60 + [False] * 4
        time.sleep(1.1)
        assert is_answered(stack.enter_context(contextlib.closing(
            connect(path))))


def test_readers_leave_descriptors_to_the_engine(lab):
    """Of 64 in all: a reload still has some for an instance, and root comes in."""
    r1 = lab.r1
    conf = vrrpd_conf(priority=200)
    r1.vrrpd_conf.write_text(conf)
    r1.vrrpd = r1.start("vrrpd", "prlimit", "--nofile=64:64",
                        BUILD / "vrrpd/vrrpd", "-f", r1.vrrpd_conf, "-s",
                        r1.vrrpd_sock, "-S", r1.state_dir)
    r1.wait_listening(r1.vrrpd, r1.vrrpd_sock)
    r1.wait_state("active")
    path = str(r1.vrrpd_sock)
    with contextlib.ExitStack() as stack:
        with being(4242, [os.stat(path).st_gid]):
            socks = [stack.enter_context(contextlib.closing(connect(path)))
                     for _ in range(64)]
            served = [is_answered(sock) for sock in socks].count(True)
        assert 16 <= served < 40, served
        r1.vrrpd_conf.write_text(conf + vrrpd_conf(
            priority=200, name="b", vrid=52, addresses=("192.0.2.77/24",)))
        assert r1.vrrpctl("reload").returncode == 0
        r1.wait_state("active", name="b")
    assert "cannot accept" not in r1.vrrpd.log()
