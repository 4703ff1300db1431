"""Who the daemons are after they have started (design section 6)."""

import os
import pathlib
import pwd

import pytest

from lab import BUILD, run, status_of, vrrpd_conf, wait_for

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


# Whoever checks may not command.

OTHER = "games"         # on every Debian system, and nobody's here
ASKS = """\
script chk { command = "%s"  interval = 1s  weight = -1 }
process all { name = vrrpd-engine }
check_user = %s
"""


def comm(pid):
    """None: it has ended meanwhile."""
    try:
        return pathlib.Path("/proc/%d/comm" % pid).read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None


def by_name(lab):
    return {comm(pid): pid for pid in lab.r1.vrrpd.children()}


def all_by_name(lab):
    """What is being executed has no name of its own for a moment."""
    found = {}

    def complete():
        found.clear()
        found.update(by_name(lab))
        return {"vrrpd-engine", "vrrpd-net", "vrrpd-scripts",
                "vrrpd-checks"} <= found.keys()

    wait_for(complete, 10, lambda: "all are there: %s" % found)
    return found


def start_with_check_user(lab, body):
    """Starts a router whose check script has that body, run as OTHER."""
    lab.dir.chmod(0o755)
    lab.r1.dir.chmod(0o755)
    script = lab.dir / "check"
    out = lab.dir / "out"
    out.mkdir()
    out.chmod(0o777)
    script.write_text("#!/bin/sh\n%s\n" % body)
    script.chmod(0o755)
    lab.r1.start_vrrpd(ASKS % (script, OTHER) + vrrpd_conf(
        extra="track_script chk { }\n    track_process all { }"))
    lab.r1.wait_state("active")
    return out


def test_helpers_are_another_user_than_the_daemon(lab):
    start_with_check_user(lab, "exit 0")
    ours, theirs = pwd.getpwnam(USER), pwd.getpwnam(OTHER)

    def look():
        found = all_by_name(lab)
        for name in ("vrrpd-scripts", "vrrpd-checks"):
            status = status_of(found[name])
            assert status["Uid"].split() == [str(theirs.pw_uid)] * 4
            assert status["Gid"].split() == [str(theirs.pw_gid)] * 4
            assert status["NoNewPrivs"] == "1"
            for caps in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
                assert int(status[caps], 16) == 0, (name, caps)
        for name in ("vrrpd-engine", "vrrpd-net"):
            assert status_of(found[name])["Uid"].split() == \
                [str(ours.pw_uid)] * 4
        assert int(status_of(found["vrrpd-engine"])["CapPrm"], 16) == \
            mask("NET_ADMIN", "NET_RAW")
        assert int(status_of(lab.r1.vrrpd.pid)["CapPrm"], 16) == \
            mask("NET_ADMIN", "NET_RAW") | 1 << 5 | 1 << 6 | 1 << 7
        return found

    before = look()
    # Killed, by their own user for example: they come back as that user.
    for name in ("vrrpd-scripts", "vrrpd-checks"):
        os.kill(before[name], 9)
    wait_for(lambda: {n: p for n, p in by_name(lab).items()
                      if n in ("vrrpd-scripts", "vrrpd-checks") and
                      p != before[n]}.keys() ==
             {"vrrpd-scripts", "vrrpd-checks"}, 10, "both are back")
    wait_for(lambda: status_of(by_name(lab)["vrrpd-checks"])["Uid"].split()[0]
             == str(theirs.pw_uid), 5, "as their user")
    wait_for(lambda: status_of(by_name(lab)["vrrpd-scripts"])["Uid"].split()[0]
             == str(theirs.pw_uid), 5, "as their user")
    lab.r1.vrrpctl("restart", check=True)
    wait_for(lambda: by_name(lab).get("vrrpd-engine") not in
             (None, before["vrrpd-engine"]), 10, "another engine")
    lab.r1.wait_state("active")
    look()


def test_check_script_may_neither_command_nor_signal(lab):
    """Even where it may reach the control sockets."""
    lab.r1.start_bfdd()
    ctl = "%s -s %s -b %s" % (BUILD / "vrrpd/vrrpctl", lab.r1.vrrpd_sock,
                              lab.r1.bfdd_sock)
    done = lab.dir / "out" / "done"
    lines = ["test -e %s && exit 0" % done, "exec >%s/log 2>&1" % done.parent,
             "id -u"]
    for words in ("disable web", "handover web", "reload", "restart",
                  "set web priority 7", "restart bfdd"):
        lines.append("%s %s; echo \"%s: $?\"" % (ctl, words, words))
    lines += ["for p in $PIDS; do kill -TERM $p && echo killed $p; done",
              "touch %s" % done]
    # A pid is known only when the daemon runs: the script looks for them.
    body = "\n".join(lines).replace(
        "$PIDS", "$(cat /proc/[0-9]*/stat 2>/dev/null | "
        "sed -n 's/^\\([0-9]*\\) (\\(vrrpd\\|vrrpd-engine\\|vrrpd-net\\|bfdd\\)"
        ") .*/\\1/p')")
    for sock in (lab.r1.bfdd_sock,):
        os.chmod(sock, 0o666)
    lab.dir.chmod(0o755)
    out = start_with_check_user(lab, "test -e %s/go || exit 0\n%s" %
                                (done.parent, body))
    os.chmod(lab.r1.vrrpd_sock, 0o666)
    (out / "go").touch()
    wait_for(done.exists, 20, "the script has tried everything")
    log = (out / "log").read_text()
    assert log.splitlines()[0] == str(pwd.getpwnam(OTHER).pw_uid)
    for words in ("disable web", "handover web", "reload", "restart",
                  "set web priority 7", "restart bfdd"):
        assert "%s: 1" % words in log.splitlines(), log
    assert "killed" not in log
    assert lab.r1.vrrpd.alive() and lab.r1.bfdd.alive()
    assert lab.r1.state() == "active"
    assert lab.r1.instance()["priority"] == 100


# System calls.

def test_every_process_is_confined(lab):
    """Where it is built so: each has a filter, also after a restart, and no
    more layers of them than before."""
    lab.r1.start_bfdd()
    lab.r1.start_vrrpd("script chk { command = /bin/true }\n"
                       "process all { name = vrrpd-engine }\n" + vrrpd_conf(
                           extra="track_script chk { }\n"
                           "    track_process all { }"))
    lab.r1.wait_state("active")
    if "HAVE_SECCOMP 1" not in (BUILD / "config.h").read_text() or \
            "-fsanitize=" in (BUILD / "Makefile").read_text():
        pytest.skip("built without filters")

    def filters():
        found = dict(all_by_name(lab), vrrpd=lab.r1.vrrpd.pid,
                     bfdd=lab.r1.bfdd.pid)
        return {name: int(status_of(pid).get("Seccomp_filters", "0"))
                for name, pid in found.items()}

    names = {"vrrpd", "vrrpd-engine", "vrrpd-net", "vrrpd-scripts",
             "vrrpd-checks", "bfdd"}
    before = filters()
    assert before.keys() == names
    assert all(before.values()), before
    lab.r1.vrrpctl("restart", check=True)
    lab.r1.vrrpctl("restart", "bfdd", check=True)
    lab.r1.wait_state("active")
    # The engine is the monitor's child now, and inherits its filter.
    wait_for(lambda: all(0 < n <= before[name] + 1
                         for name, n in filters().items()), 5,
             lambda: "filters: %s, %s" % (before, filters()))


def test_without_a_check_user_that_is_said_once(lab):
    """As before there was one."""
    lab.r1.start_vrrpd("script chk { command = /bin/true }\n" + vrrpd_conf(
        extra="track_script chk { }"))
    lab.r1.wait_state("active")
    if "there is no user" not in lab.r1.vrrpd.log():
        pytest.skip("there is such a user here")
    assert lab.r1.vrrpd.log().count("there is no user") == 1
    assert status_of(by_name(lab)["vrrpd-scripts"])["Uid"].split() == \
        [str(pwd.getpwnam(USER).pw_uid)] * 4


@pytest.mark.parametrize("unit", ("vrrpd", "bfdd"))
def test_unit_allows_the_call_that_filters(unit):
    """It is not in @system-service, and without a number for the error the
    daemon would be killed for it."""
    top = pathlib.Path(__file__).resolve().parents[2]
    words = dict(line.split("=", 1) for line in
                 (top / "conf" / (unit + ".service.in")).read_text()
                 .splitlines() if line.startswith("SystemCall"))
    assert {"@system-service", "seccomp"} <= \
        set(words["SystemCallFilter"].split())
    assert words["SystemCallErrorNumber"] == "EPERM"
