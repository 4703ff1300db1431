"""Who the daemons are after they have started (design section 6)."""

import os
import pathlib
import pwd

import pytest

from lab import BUILD, run, status_of, vrrpd_conf

CAPABILITIES = {"NET_BIND_SERVICE": 10, "NET_ADMIN": 12, "NET_RAW": 13}
USER = "nobody"         # what check.sh configures --with-user with


def processes(lab, program):
    """The pids of all processes of r1's daemon."""
    return lab.r1.pids() if program == "vrrpd" else (lab.r1.bfdd.pid,)


def mask(*names):
    return sum(1 << CAPABILITIES[name] for name in names)


@pytest.mark.parametrize("program, allowed", (
    ("vrrpd", mask("NET_ADMIN", "NET_RAW")),
    ("bfdd", mask("NET_RAW", "NET_BIND_SERVICE"))))
def test_daemon_runs_unprivileged(lab, program, allowed):
    lab.start_pair(bfd=True, advert_int=10)
    lab.wait_pair(bfd=True)
    user = pwd.getpwnam(USER)
    for pid in processes(lab, program):
        status = status_of(pid)
        assert status["Uid"].split() == [str(user.pw_uid)] * 4
        assert status["Gid"].split() == [str(user.pw_gid)] * 4
        assert status["Groups"].split() in ([], [str(user.pw_gid)])
        assert status["NoNewPrivs"] == "1"
        for name in ("CapEff", "CapPrm", "CapBnd"):
            assert int(status[name], 16) & ~allowed == 0, (name, status)
        for name in ("CapInh", "CapAmb"):
            assert int(status[name], 16) == 0, (name, status)


def test_vrrpd_net_has_one_capability(lab):
    lab.r1.start_vrrpd(vrrpd_conf())
    lab.r1.wait_state("active")
    net = [p for p in lab.r1.vrrpd.children()
           if pathlib.Path("/proc/%d/comm" % p).read_text() == "vrrpd-net\n"]
    assert len(net) == 1
    status = status_of(net[0])
    user = pwd.getpwnam(USER)
    assert status["Uid"].split() == [str(user.pw_uid)] * 4
    assert status["Gid"].split() == [str(user.pw_gid)] * 4
    assert status["NoNewPrivs"] == "1"
    # A restart has the process execute a program, which is to have the same.
    for name in ("CapEff", "CapPrm", "CapBnd"):
        assert int(status[name], 16) == mask("NET_ADMIN"), (name, status)
    for name in ("CapInh", "CapAmb"):
        assert int(status[name], 16) == 0, (name, status)
    # Its scheduling is that of the engine, whose lock it may hold.
    assert os.sched_getscheduler(net[0]) == \
        os.sched_getscheduler(lab.r1.engine_pid())


@pytest.mark.parametrize("program", ("vrrpd", "bfdd"))
def test_daemon_is_real_time_and_locked_where_it_may(lab, program):
    lab.start_pair(bfd=True, advert_int=10)
    pid = processes(lab, program)[-1]
    chrt = run("chrt", "-p", str(pid), check=False).stdout
    call = lab.r1.call if program == "vrrpd" else lab.r1.bfdd_call
    scheduling = call("show")["scheduling"]
    if "SCHED_FIFO" not in run(
            "chrt", "-f", "50", "chrt", "-p", "0", check=False).stdout:
        assert scheduling["realtime-priority"] == 0
        pytest.skip("SCHED_FIFO is refused here")
    assert "SCHED_FIFO" in chrt and chrt.strip().endswith("50"), chrt
    assert scheduling["realtime-priority"] == 50
    # For good only where the limit of locked memory may be lifted.
    unlimited = run("prlimit", "--memlock=unlimited", "true",
                    check=False).returncode == 0
    assert scheduling["locked"] is unlimited
    for pid in processes(lab, program):
        assert status_of(pid)["VmLck"] != "0 kB"


@pytest.mark.parametrize("program", ("vrrpd/vrrpd", "bfdd/bfdd"))
def test_daemon_without_its_user_says_so_and_exits(lab, program):
    """Design 4.1.  The user is hidden from this process only."""
    users = lab.dir / "passwd"
    users.write_text("root:x:0:0:root:/root:/bin/sh\n")
    switch = lab.dir / "nsswitch"
    switch.write_text("passwd: files\ngroup: files\n")
    conf = lab.dir / "daemon.conf"
    conf.write_text(vrrpd_conf() if "vrrpd" in program else "")
    done = lab.r1.run(
        "unshare", "--mount", "sh", "-c",
        'mount --bind "$1" /etc/passwd && '
        'mount --bind "$2" /etc/nsswitch.conf && shift 2 && '
        'exec "$1" -f "$2" -s "$3"', "sh", users, switch, BUILD / program, conf, lab.dir / "a.sock", check=False)
    assert done.returncode == 1
    lines = [x for x in done.stderr.splitlines() if USER in x]
    assert len(lines) == 1, done.stderr
