"""The monitor and the engine: what happens when either of them ends or hangs.

vrrpd is two processes (vrrpd(8)): the monitor, which was started, and its
child, the engine.  Router.kill_all() is both at once.
"""

import os
import pathlib
import signal

import pytest

from lab import BUILD, VIP, vrrpd_conf, wait_for


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


def test_monitor_is_the_parent_of_the_engine(lab):
    lab.r1.start_vrrpd(vrrpd_conf())
    monitor, engine = lab.r1.pids()
    assert comm(monitor) == "vrrpd"
    assert comm(engine) == "vrrpd-engine"
    assert lab.r1.vrrpd.children() == [engine]
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
