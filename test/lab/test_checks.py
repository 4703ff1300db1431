"""What runs beside the engine: check scripts, processes, files, hooks.

How long a client is without its service: test_service.py.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import sys
import time

import pytest

from lab import BUILD, VIP, status_of, vrrpd_conf, wait_for


class Service:
    """A folder that only root writes, with a script that looks at a file."""

    def __init__(self, lab):
        self.dir = lab.dir / "service"
        self.dir.mkdir()
        self.out = self.dir / "out"
        self.out.mkdir()
        self.out.chmod(0o777)
        self.bad = self.dir / "bad"

    def script(self, text, name="check", mode=0o755):
        """In the place of another at once: it may be running, and a file that
        is open for writing cannot be run."""
        path, new = self.dir / name, self.dir / (name + ".new")
        new.write_text("#!/bin/sh\n" + text + "\n")
        new.chmod(mode)
        new.rename(path)
        return path

    def check(self):
        """Fails with a word while self.bad is there."""
        return self.script("test ! -e %s || { echo told to fail; exit 3; }" %
                           self.bad)

    def lines(self, name="log"):
        path = self.out / name
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def service(lab):
    return Service(lab)


def conf(trackers="", track="", name="web", **kwargs):
    kwargs.setdefault("advert_int", 10)
    return vrrpd_conf(extra=track, name=name, **kwargs) + trackers


def script_conf(command, track="track_script chk { }", words="",
                interval="50ms", **kwargs):
    """Run often, and with time to end on a busy machine."""
    if "timeout" not in words:
        words += "  timeout = 5s"
    return conf("script chk { command = \"%s\"  interval = %s %s }\n" %
                (command, interval, words), track, **kwargs)


def track(router, name, kind="script", instance="web"):
    for t in router.instance(instance)["tracks"]:
        if t["kind"] == kind and t["name"] == name:
            return t
    raise AssertionError(router.instance(instance))


def wait_track(router, name, state, kind="script", timeout=10):
    wait_for(lambda: track(router, name, kind)["state"] == state, timeout,
             lambda: "%s %s is %s: %s" % (kind, name, state,
                                          track(router, name, kind)))
    return track(router, name, kind)


def reason(router, name, kind="script"):
    return track(router, name, kind).get("reason", "")


def children(process):
    """The comm and pid of vrrpd's children."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as stat:
                comm, rest = stat.read().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        if int(rest.split()[1]) == process.pid:
            found[comm] = int(pid)
    return found


# Scripts.

def test_script_failure_is_a_fault_and_success_ends_it(lab, service):
    lab.r1.start_vrrpd(script_conf(service.check()))
    lab.r1.wait_state("active")
    service.bad.touch()
    lab.r1.wait_state("initialize")
    wait_for(lambda: VIP not in lab.r1.addresses(), 5, "the address goes")
    assert reason(lab.r1, "chk") == "exit 3: told to fail"
    assert lab.r1.transitions()[-1]["cause"] == "track-fault"
    service.bad.unlink()
    lab.r1.wait_state("active")


def test_script_with_weight_moves_the_priority(lab, service):
    lab.r1.start_vrrpd(script_conf(
        service.check(), "track_script chk { weight = -20 }"))
    lab.r1.wait_state("active")
    assert lab.r1.instance()["effective-priority"] == 100
    service.bad.touch()
    wait_for(lambda: lab.r1.instance()["effective-priority"] == 80, 10,
             "the weight counts")
    assert lab.r1.state() == "active"


def test_script_fall_and_rise_count_in_a_row(lab, service):
    """E.3: fall failures in a row; each run leaves a line."""
    command = service.script(
        "if test $(( $(wc -l <%s/log) %% 3 )) = 0; then echo miss; exit 1; "
        "fi >>%s/log; echo good >>%s/log" % ((service.out,) * 3))
    (service.out / "log").write_text("start\n")
    (service.out / "log").chmod(0o666)
    # A run that takes longer than the interval has failed as well, and with
    # a busy machine two of them do: hence no 50 ms.
    lab.r1.start_vrrpd(script_conf(command, words="fall = 2  rise = 3",
                                   interval="200ms"))
    lab.r1.wait_state("active")
    # Every third fails: never two in a row.
    wait_for(lambda: service.lines().count("miss") > 3, 20, "four misses")
    assert [t["to"] for t in lab.r1.transitions()] == ["backup", "active"]
    service.script("echo miss >>%s/log; exit 1" % service.out)
    lab.r1.wait_state("initialize")
    assert service.lines()[-2:] == ["miss", "miss"]
    service.script("echo mended >>%s/log" % service.out)
    lab.r1.wait_state("backup")
    assert service.lines().count("mended") >= 3


def test_script_may_take_longer_than_its_interval(lab, service):
    """The run finishes; those that are due meanwhile are skipped."""
    command = service.script(
        "echo begin >>%s/log; sleep 0.5; echo end >>%s/log" %
        ((service.out,) * 2))
    (service.out / "log").write_text("")
    (service.out / "log").chmod(0o666)
    lab.r1.start_vrrpd(script_conf(command, words="timeout = 30s",
                                   interval="100ms"))
    lab.r1.wait_state("active")
    wait_for(lambda: len(service.lines()) >= 6, 20, "three runs")
    assert service.lines()[:6] == ["begin", "end"] * 3
    assert [t["to"] for t in lab.r1.transitions()] == ["backup", "active"]


def test_script_first_result_alone_decides(lab, service):
    """E.3; and until then nothing starts."""
    gate = service.dir / "gate"
    command = service.script("until test -e %s; do sleep 0.01; done" % gate)
    lab.r1.start_vrrpd(
        "script chk { command = %s  interval = 10s  fall = 5  rise = 5 }\n" %
        command + conf(track="track_script chk { }"))
    wait_for(lambda: "vrrpd-scripts" in children(lab.r1.vrrpd), 10, "scripts")
    assert lab.r1.state() == "initialize"
    assert "has not said anything" in lab.r1.instance()["waiting-for"]
    gate.touch()
    lab.r1.wait_state("active")


BAD = {
    "missing": ("/run/lab/there/is/none", "No such file"),
    "not-executable": ("{plain}", "not executable"),
    "not-a-program": ("{noise}", "Exec format error"),
    "folder": ("/run", "folder"),
    "never-ending": ("/bin/sleep {nap}", "not done in time"),
    "deaf-to-sigterm": ("/bin/sh -c 'trap : TERM; while :; do sleep {nap}; done'",
                        "not done in time"),
    "gigabyte": ("/usr/bin/head -c 1000000000 /dev/zero", "not done in time"),
    "children": ("/bin/sh -c 'while :; do sleep {nap} & sleep 0.001; done'",
                 "not done in time"),
    "killed": ("/bin/sh -c 'kill -9 $$'", "killed by signal 9"),
}


@pytest.mark.parametrize("name", BAD)
def test_script_that_is_no_good_counts_as_failed(lab, service, name):
    """And nothing else happens: the address stays where it is."""
    command, word = BAD[name]
    plain = service.script("exit 0", "plain", 0o644)
    noise = service.dir / "noise"
    noise.write_bytes(b"\x7f\x01\x02")
    noise.chmod(0o755)
    nap = str(random.randrange(1000, 1000000))
    command = command.format(plain=plain, noise=noise, nap=nap)
    lab.r1.start_vrrpd(conf(
        "script chk { command = \"%s\"  interval = 200ms }\n" % command,
        "track_script chk { weight = -20 }", advert_int=1))
    wait_track(lab.r1, "chk", "down")
    assert word in reason(lab.r1, "chk"), track(lab.r1, "chk")
    lab.r1.wait_state("active")
    sent = lab.r1.instance()["statistics"]["advertisement-sent"]
    time.sleep(1)           # several rounds of it
    assert track(lab.r1, "chk")["state"] == "down"
    assert [t["to"] for t in lab.r1.transitions()] == ["backup", "active"]
    assert lab.r1.instance()["statistics"]["advertisement-sent"] > sent + 50
    scripts = children(lab.r1.vrrpd)["vrrpd-scripts"]
    assert lab.r1.vrrpd.stop() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(scripts, 0)
    assert not sleepers(nap)


def sleepers(nap):
    """Processes that a script should not have left behind."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid) as cmdline:
                words = cmdline.read().split("\0")[:-1]
        except OSError:
            continue
        if words[1:] == [nap] and words[0].endswith("sleep"):
            found.append(pid)
    return found


def test_script_of_an_unknown_user_counts_as_failed(lab, service):
    lab.r1.start_vrrpd(script_conf(service.check(), "track_script chk "
                                   "{ weight = -20 }",
                                   words="user = nobody-is-called-so"))
    wait_track(lab.r1, "chk", "down")
    assert "there is no user" in reason(lab.r1, "chk")
    assert "there is no user" in lab.r1.vrrpd.log()     # when it was read


def test_script_that_others_can_change_is_refused_when_read(lab, service):
    command = service.check()
    command.chmod(0o757)
    path = lab.dir / "open.conf"
    path.write_text(script_conf(command))
    done = lab.r1.run(BUILD / "vrrpd/vrrpd", "-n", "-f", path, check=False)
    assert done.returncode == 1
    line, = done.stderr.splitlines()
    assert "others could change it" in line
    number = [n for n, text in enumerate(path.read_text().splitlines(), 1)
              if text.startswith("script")][0]
    assert "open.conf:%d: " % number in line


def test_script_that_becomes_open_to_others_is_not_run(lab, service):
    command = service.script("echo run >>%s/log" % service.out)
    lab.r1.start_vrrpd(script_conf(command))
    lab.r1.wait_state("active")
    command.chmod(0o757)
    lab.r1.wait_state("initialize")
    assert "others could change it" in reason(lab.r1, "chk")
    ran = len(service.lines())
    time.sleep(0.3)
    assert len(service.lines()) == ran
    command.chmod(0o755)
    lab.r1.wait_state("active")


def test_tracker_that_is_not_declared_is_refused(lab):
    path = lab.dir / "dangling.conf"
    path.write_text(conf(track="track_script chk { }"))
    done = lab.r1.run(BUILD / "vrrpd/vrrpd", "-n", "-f", path, check=False)
    assert done.returncode == 1
    line, = done.stderr.splitlines()
    assert "dangling.conf:8: " in line and "no script of that name" in line


@pytest.mark.parametrize("user, uid", ((None, 65534), ("root", 0),
                                       ("daemon", 1)))
def test_script_runs_as_whom_it_should(lab, service, user, uid):
    command = service.script(
        "{ id -u; id -G; grep -E '^(Cap(Eff|Prm|Amb)|NoNewPrivs)' "
        "/proc/self/status; } >%s/$$; mv %s/$$ %s/log" %
        ((service.out,) * 3))
    lab.r1.start_vrrpd(script_conf(
        command, words="user = %s" % user if user else ""))
    lab.r1.wait_state("active")
    lines = service.lines()
    assert lines[0] == str(uid)
    if uid != 0:
        assert "0" not in lines[1].split()
        for line in lines[2:5]:
            assert int(line.split()[1], 16) == 0, lines
        assert lines[5].split()[1] == "1"
    else:
        assert int(lines[3].split()[1], 16) & 1 << 12, lines  # NET_ADMIN
        assert lines[5].split()[1] == "0"


def test_helpers_have_no_privileges(lab, service):
    lab.r1.start_vrrpd(script_conf(service.check()) +
                       "file f { path = %s }\n" % (service.dir / "drain"))
    lab.r1.wait_state("active")
    found = children(lab.r1.vrrpd)
    assert set(found) == {"vrrpd-engine", "vrrpd-net", "vrrpd-scripts",
                          "vrrpd-checks"}
    for comm in "vrrpd-scripts", "vrrpd-checks":
        status = status_of(found[comm])
        assert status["Uid"].split() == ["65534"] * 4
        assert status["NoNewPrivs"] == "1"
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(status[name], 16) == 0, (comm, name, status[name])
        assert os.sched_getscheduler(found[comm]) == os.SCHED_OTHER
        assert status["VmLck"] == "0 kB"


def test_helpers_exist_only_when_they_are_needed(lab, service):
    lab.r1.start_vrrpd(conf())
    lab.r1.wait_state("active")
    assert set(children(lab.r1.vrrpd)) == {"vrrpd-engine", "vrrpd-net"}
    # A reload brings the first script, and takes it away.
    lab.r1.vrrpd_conf.write_text(script_conf(service.check()))
    lab.r1.call("reload")
    wait_track(lab.r1, "chk", "up")
    assert lab.r1.state() == "active"
    service.bad.touch()
    lab.r1.wait_state("initialize")
    lab.r1.vrrpd_conf.write_text(conf())
    lab.r1.call("reload")
    lab.r1.wait_state("active")


def test_reload_cannot_bring_the_first_other_user(lab, service):
    """Nobody is root any more; it is said, and a restart mends it."""
    lab.r1.start_vrrpd(script_conf(service.check()))
    lab.r1.wait_state("active")
    with_user = script_conf(service.check(), words="user = root")
    lab.r1.vrrpd_conf.write_text(with_user)
    lab.r1.call("reload")
    wait_track(lab.r1, "chk", "down")
    assert "not configured when vrrpd started" in reason(lab.r1, "chk")
    assert lab.r1.vrrpd.stop() == 0
    lab.r1.start_vrrpd(with_user)
    lab.r1.wait_state("active")


def test_helper_that_dies_is_started_again(lab, service):
    lab.r1.start_vrrpd(script_conf(service.check()))
    lab.r1.wait_state("active")
    first = children(lab.r1.vrrpd)["vrrpd-scripts"]
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: children(lab.r1.vrrpd).get("vrrpd-scripts", first) !=
             first, 10, "another vrrpd-scripts")
    assert lab.r1.state() == "active"
    assert len(lab.r1.transitions()) == 2       # its end moved nothing
    service.bad.touch()
    lab.r1.wait_state("initialize")


def test_engine_that_is_new_learns_every_level(lab, service):
    service.bad.touch()
    lab.r1.start_vrrpd(script_conf(service.check(),
                                   "track_script chk { weight = -20 }"))
    wait_track(lab.r1, "chk", "down")
    os.kill(children(lab.r1.vrrpd)["vrrpd-engine"], signal.SIGKILL)
    lab.r1.close_ctl()
    wait_track(lab.r1, "chk", "down")
    assert lab.r1.instance()["effective-priority"] == 80


def test_restart_keeps_levels_and_tells_no_hook_twice(lab, service):
    lab.r1.start_vrrpd(script_conf(service.check(), "track_script chk { }\n" +
                                   notify(hook(service))))
    lab.r1.wait_state("active")
    engine = children(lab.r1.vrrpd)["vrrpd-engine"]
    scripts = children(lab.r1.vrrpd)["vrrpd-scripts"]
    assert lab.r1.vrrpctl("restart").returncode == 0
    lab.r1.close_ctl()
    wait_for(lambda: children(lab.r1.vrrpd).get("vrrpd-engine", engine) !=
             engine, 10, "another engine")
    wait_track(lab.r1, "chk", "up")
    assert lab.r1.state() == "active"
    # The same process; for a moment it has no name, between exec and main().
    wait_for(lambda: children(lab.r1.vrrpd).get("vrrpd-scripts") == scripts,
             5, lambda: "the same process: %s" % children(lab.r1.vrrpd))
    service.bad.touch()
    lab.r1.wait_state("initialize")
    wait_for(lambda: service.lines()[-1:] == ["INSTANCE web FAULT 100"], 10,
             lambda: "the fault is told: %s" % service.lines())
    lines = service.lines()
    assert all(a != b for a, b in zip(lines, lines[1:])), lines


def test_script_of_the_kill_style_hands_the_address_over(lab, service):
    """Blogs: the script stops the VRRP daemon when it cannot help."""
    command = service.script("test ! -e %s || kill $(cat %s/pid)" %
                             (service.bad, service.dir))
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_vrrpd(
            script_conf(command, words="user = root", priority=priority)
            if router is lab.r1 else conf(priority=priority))
        if router is lab.r1:
            (service.dir / "pid").write_text(str(router.vrrpd.pid))
            router.wait_state("active")
    lab.wait_pair()
    service.bad.touch()
    assert lab.r1.vrrpd.wait() == 0
    lab.r2.wait_state("active")
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"
    assert VIP not in lab.r1.addresses()


# Files.

def test_file_that_exists_drains_the_router(lab, service):
    drain = service.dir / "drain"
    trackers = "file drain { path = %s }\n" % drain
    lab.r1.start_vrrpd(conf(trackers, "track_file drain { }", priority=200))
    lab.r1.wait_state("active")
    lab.r2.start_vrrpd(conf())
    lab.wait_pair()
    drain.touch()
    lab.r2.wait_state("active")
    assert "drain is there" in reason(lab.r1, "drain", "file")
    drain.unlink()
    lab.r1.wait_state("active")


def test_file_in_a_folder_that_is_made_later(lab, service):
    folder = service.dir / "later"
    lab.r1.start_vrrpd(conf("file drain { path = %s/drain }\n" % folder,
                            "track_file drain { }"))
    lab.r1.wait_state("active")
    folder.mkdir()
    (folder / "drain").touch()
    lab.r1.wait_state("initialize")
    (folder / "drain").unlink()
    folder.rmdir()
    lab.r1.wait_state("active")


# Processes.

PROCESS = "process nginx { name = nginx %s }\n"
TRACK_PROCESS = "track_process nginx { }"


def kill_nginx(router):
    os.killpg(router.nginx.pid, signal.SIGKILL)
    router.nginx.wait()


def test_process_that_ends_moves_the_address(lab):
    lab.r1.start_nginx()
    lab.r2.start_nginx()
    lab.r1.start_vrrpd(conf(PROCESS % "", TRACK_PROCESS, priority=200))
    lab.r1.wait_state("active")
    lab.r2.start_vrrpd(conf(PROCESS % "", TRACK_PROCESS))
    lab.wait_pair()
    assert lab.http_get() == "r1"
    kill_nginx(lab.r1)
    lab.r2.wait_state("active")
    assert reason(lab.r1, "nginx", "process") == "no process nginx"
    wait_for(lambda: lab.http_get() == "r2", 10, "r2 serves")
    lab.r1.start_nginx()
    lab.r1.wait_state("active")
    wait_for(lambda: lab.http_get() == "r1", 10, "r1 serves")


def test_process_of_another_network_does_not_count(lab):
    """r2 and r1 see the same /proc here."""
    lab.r2.start_nginx()
    lab.r1.start_vrrpd(conf(PROCESS % "", TRACK_PROCESS))
    wait_track(lab.r1, "nginx", "down", "process")
    assert lab.r1.state() == "initialize"


@pytest.mark.parametrize("words", ["user = root", "exe = %s"])
def test_process_of_that_name_of_somebody_else_does_not_count(
        lab, service, words):
    """Anybody may start a process of any name, and keep it running when the
    service is dead."""
    lab.dir.chmod(0o755)
    program = service.dir / "the-service"
    shutil.copy("/bin/sleep", program)
    if "%" in words:
        words = words % program
    lab.r1.start("fake", "setpriv", "--reuid", "12345", "--clear-groups",
                 program, "1000")
    lab.r1.start_vrrpd(conf("process nginx { name = the-service %s }\n" %
                            words, TRACK_PROCESS))
    wait_track(lab.r1, "nginx", "down", "process")
    assert reason(lab.r1, "nginx", "process").startswith(
        "no process the-service")
    real = lab.r1.start("real", "env", program, "1000")
    lab.r1.wait_state("active")
    real.kill_all(signal.SIGKILL)
    wait_track(lab.r1, "nginx", "down", "process")


def test_process_minimum_counts(lab):
    """A master and a worker are two."""
    lab.r1.start_nginx()
    lab.r1.start_vrrpd(conf(PROCESS % "minimum = 2", TRACK_PROCESS))
    lab.r1.wait_state("active")
    worker, = [int(p) for p in open("/proc/%d/task/%d/children" % (
        lab.r1.nginx.pid, lab.r1.nginx.pid)).read().split()]
    os.kill(lab.r1.nginx.pid, signal.SIGSTOP)   # does not start another
    os.kill(worker, signal.SIGKILL)
    lab.r1.wait_state("initialize")
    assert reason(lab.r1, "nginx", "process") == "1 of 2 processes nginx"
    os.kill(lab.r1.nginx.pid, signal.SIGCONT)
    lab.r1.wait_state("active")


def test_process_restart_within_delay_is_forgiven(lab):
    lab.r1.start_nginx()
    lab.r1.start_vrrpd(conf(PROCESS % "delay = 5s", TRACK_PROCESS))
    lab.r1.wait_state("active")
    before = len(lab.r1.transitions())
    kill_nginx(lab.r1)
    lab.r1.start_nginx()
    time.sleep(0.5)
    assert len(lab.r1.transitions()) == before
    assert track(lab.r1, "nginx", "process")["state"] == "up"


def test_process_that_does_not_come_back_within_delay_is_down(lab):
    lab.r1.start_nginx()
    lab.r1.start_vrrpd(conf(PROCESS % "delay = 300ms", TRACK_PROCESS))
    lab.r1.wait_state("active")
    killed = time.monotonic()
    kill_nginx(lab.r1)
    lab.r1.wait_state("initialize")
    assert time.monotonic() - killed >= 0.3


def test_process_of_a_pid_file(lab):
    lab.r1.start_nginx()
    pid_file = lab.r1.dir / "nginx" / "pid"
    lab.r1.start_vrrpd(conf("process nginx { pid_file = %s }\n" % pid_file,
                            TRACK_PROCESS))
    lab.r1.wait_state("active")
    kill_nginx(lab.r1)              # the file stays
    assert pid_file.exists()
    lab.r1.wait_state("initialize")
    lab.r1.start_nginx()
    lab.r1.wait_state("active")


# Hooks.

def hook(service, body=""):
    return service.script("echo \"$*\" >>%s/log; %s" % (service.out, body),
                          "hook")


def notify(command, more=""):
    return "notify = \"%s\"\n%s" % (command, more)


def test_hook_gets_keepalived_s_arguments_in_order(lab, service):
    lab.r1.start_vrrpd(conf(track=notify(hook(service),
                                         "notify_states = master")))
    lab.r1.wait_state("active")
    lab.r1.call("disable", name="web")
    lab.r1.wait_state("initialize")
    lab.r1.call("enable", name="web")
    lab.r1.wait_state("active")
    assert lab.r1.vrrpd.stop() == 0
    assert service.lines() == [
        "INSTANCE web BACKUP 100", "INSTANCE web MASTER 100",
        "INSTANCE web STOP 100", "INSTANCE web BACKUP 100",
        "INSTANCE web MASTER 100", "INSTANCE web STOP 100"]


def test_hook_knows_cause_and_times(lab, service):
    command = service.script("env >%s/$3" % service.out, "hook")
    lab.r1.start_vrrpd(conf(track=notify(command), priority=150))
    lab.r1.wait_state("active")
    wait_for(lambda: (service.out / "ACTIVE").exists() and
             "VRRP_CAUSE" in (service.out / "ACTIVE").read_text(), 10,
             "the hook ran")
    env = dict(line.split("=", 1) for line in service.lines("ACTIVE"))
    record = lab.r1.transitions()[-1]
    assert env["VRRP_KIND"] == "INSTANCE" and env["VRRP_NAME"] == "web"
    assert env["VRRP_STATE"] == "ACTIVE"
    assert env["VRRP_PREVIOUS_STATE"] == "BACKUP"
    assert env["VRRP_PRIORITY"] == "150"
    assert env["VRRP_CAUSE"] == record["cause"] == "active-down-timer"
    assert env["VRRP_TIME"][:19] == record["time"][:19]
    assert int(env["VRRP_IN_STATE_US"]) > 100000
    assert env["VRRP_INTERFACE"] == "eth0"
    assert env["VRRP_VIRTUAL_ROUTER_ID"] == "51"
    assert env["VRRP_ADDRESSES"] == VIP + "/24"
    assert env["VRRP_ROUTER"]


def test_hook_of_a_fault(lab, service):
    lab.r1.start_vrrpd(script_conf(service.check(), "track_script chk { }\n" +
                                   notify(hook(service))))
    lab.r1.wait_state("active")
    service.bad.touch()
    wait_for(lambda: service.lines()[-1:] == ["INSTANCE web FAULT 100"], 10,
             "the fault is told")


def test_hook_that_is_slow_gets_the_newest_state_last(lab, service):
    """In order and one at a time; what cannot wait is left out."""
    body = ("mkdir %s/lock || echo two at once >>%s/log; sleep 0.3; "
            "rmdir %s/lock" % ((service.out,) * 3))
    lab.r1.start_vrrpd(conf(track=notify(hook(service, body)), advert_int=1))
    lab.r1.wait_state("active")
    for _ in range(15):
        lab.r1.call("disable", name="web")
        lab.r1.wait_state("initialize")
        lab.r1.call("enable", name="web")
        lab.r1.wait_state("active")
    count = len(lab.r1.transitions())
    assert count > 40
    wait_for(lambda: "dropped=" in lab.r1.vrrpd.log(), 20,
             "what was left out is said")
    lines = []

    def quiet():
        before, lines[:] = list(lines), service.lines()
        return before == lines and lines[-1].split()[2] == "ACTIVE"

    # One takes 0.3 s.
    wait_for(quiet, 30, lambda: "the last is the newest: %s" % lines,
             interval=0.6)
    assert "two at once" not in lines
    assert len(lines) < count


def test_hook_that_hangs_is_ended_and_the_next_runs(lab, service):
    nap = str(random.randrange(1000, 1000000))
    body = "test $3 != BACKUP || exec sleep " + nap
    lab.r1.start_vrrpd(conf(track=notify(hook(service, body),
                                         "notify_timeout = 200ms")))
    wait_for(lambda: service.lines()[-1:] == ["INSTANCE web ACTIVE 100"], 10,
             "the second hook")
    wait_for(lambda: "failed: not done in time" in lab.r1.vrrpd.log(), 5,
             "the first is said to have failed")
    wait_for(lambda: not sleepers(nap), 5, "nothing is left")


def test_hook_of_a_group(lab, service):
    other = vrrpd_conf(name="other", vrid=52, advert_int=10,
                       addresses=("192.0.2.51/24",))
    group = ("group both { members = { web, other }\n%s}\n" %
             notify(hook(service), "notify_states = master\n"))
    lab.r1.start_vrrpd(conf() + other + group)
    lab.r1.wait_state("active")
    lab.r1.call("disable", name="web")
    lab.r1.wait_state("initialize", name="other")
    lab.r1.call("enable", name="web")
    lab.r1.wait_state("active")
    assert lab.r1.vrrpd.stop() == 0
    lines = service.lines()
    assert lines[0] == "GROUP both BACKUP 0"
    assert lines[1] == "GROUP both MASTER 0"
    assert lines[2] == "GROUP both STOP 0"
    assert lines[-2:] == ["GROUP both MASTER 0", "GROUP both STOP 0"]
    assert all(a != b for a, b in zip(lines, lines[1:])), lines


# Hooks on checks.

def told(command, words=""):
    return "on_change = \"%s\" %s" % (command, words)


def test_on_change_of_both_helpers(lab, service):
    """Scripts are checked in one process, files in the other; both are told."""
    command = hook(service)
    trackers = ("script chk { command = \"%s\" interval = 50ms timeout = 5s "
                "%%s }\nfile drain { path = \"%s\" %%s }\n" % (
                    service.check(), service.bad))
    lab.r1.start_vrrpd(conf(trackers % ("", "")))
    lab.r1.wait_state("active")
    # Words of a reload: nobody is interrupted, and what holds is told.
    lab.r1.vrrpd_conf.write_text(conf(trackers % (told(command),
                                                  told(command))))
    lab.r1.call("reload")
    wait_for(lambda: sorted(service.lines()) == [
        "CHECK chk UP script UNKNOWN", "CHECK drain UP file UNKNOWN"], 10,
        lambda: "the first results: %s %s" % (service.lines(),
                                              lab.r1.vrrpd.log()))
    service.bad.touch()
    wait_for(lambda: sorted(service.lines()[2:]) == [
        "CHECK chk DOWN script UP", "CHECK drain DOWN file UP"], 10,
        lambda: "both are down: %s" % service.lines())
    # A helper that is new does not know what was told.
    os.kill(children(lab.r1.vrrpd)["vrrpd-scripts"], signal.SIGKILL)
    wait_for(lambda: sorted(service.lines()[4:]) == [
        "CHECK chk DOWN script UNKNOWN", "CHECK drain DOWN file UNKNOWN"], 10,
        lambda: "told again: %s" % service.lines())
    # Another command, from the next change on.
    other = service.script("echo \"$VRRP_KIND $VRRP_CHECK $VRRP_STATE "
                           "$VRRP_CAUSE\" >>%s/other" % service.out, "other")
    lab.r1.vrrpd_conf.write_text(conf(trackers % ("", told(other))))
    lab.r1.call("reload")
    service.bad.unlink()
    wait_for(lambda: service.lines("other") == ["CHECK file UP "], 10,
             lambda: "the other: %s" % service.lines("other"))
    service.bad.touch()
    wait_for(lambda: service.lines("other")[1:] == [
        "CHECK file DOWN %s is there" % service.bad], 10,
        lambda: "the other: %s" % service.lines("other"))
    assert len(service.lines()) == 6
    # None of this moved anybody.
    assert len(lab.r1.transitions()) == 2


def test_on_change_that_others_can_change_is_refused_when_read(lab, service):
    command = hook(service)
    command.chmod(0o777)
    lab.r1.vrrpd_conf.write_text(conf("file f { path = /run/x %s }\n" %
                                      told(command)))
    answer = lab.r1.run(BUILD / "vrrpd/vrrpd", "-n", "-f", lab.r1.vrrpd_conf,
                        check=False)
    assert answer.returncode == 1
    assert "others could change it" in answer.stderr


# The examples of conf/.

CONF = pathlib.Path(__file__).resolve().parents[2] / "conf"


def example(service, name):
    """A copy that nobody else can change, as it would be installed."""
    path = service.script("", name)
    path.write_text((CONF / name).read_text())
    return path


def test_example_mails_the_change(lab, service):
    mail = example(service, "notify-mail")
    sendmail = service.script(
        "echo \"$*\" >%s/$$; cat >>%s/$$; mv %s/$$ %s/mail" %
        ((service.out,) * 4), "sendmail")
    lab.r1.start_vrrpd("router_id = lb1\n" + conf(track=notify(
        "%s -f vrrpd@example.com -s %s root@example.com" % (mail, sendmail),
        "notify_states = master")))
    lab.r1.wait_state("active")
    wait_for(lambda: "Subject: lb1: web is MASTER" in service.lines("mail"),
             10, lambda: "a mail: %s %s" % (service.lines("mail"),
                                            lab.r1.vrrpd.log()))
    lines = service.lines("mail")
    assert lines[0] == "-oi -t"
    head, body = lines[1:lines.index("")], lines[lines.index("") + 1:]
    assert "From: vrrpd@example.com" in head
    assert "To: root@example.com" in head
    assert body[0] == "INSTANCE web is MASTER on lb1, priority 100."
    assert "Why:       active-down-timer" in body
    assert "Addresses: %s/24" % VIP in body


SERVER = """
import http.server, sys
class Take(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[1], "ab") as out:
            out.write(body.replace(b"\\n", b" ") + b"\\n")
        self.send_response(204)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", 8080), Take).serve_forever()
"""


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_example_posts_the_change(lab, service):
    hook = example(service, "notify-webhook")
    lab.r1.start("server", sys.executable, "-c", SERVER, service.out / "log")
    wait_for(lambda: "LISTEN" in lab.r1.run(
        "ss", "-Hltn", "sport", "=", ":8080").stdout, 10, "the server listens")
    lab.r1.start_vrrpd("router_id = \"the \\\"first\\\"\"\n" + conf(
        track=notify("%s http://127.0.0.1:8080/hook" % hook)))
    lab.r1.wait_state("active")
    wait_for(lambda: len(service.lines()) == 2, 10,
             lambda: "two posts: %s %s" % (service.lines(),
                                           lab.r1.vrrpd.log()))
    first, last = map(json.loads, service.lines())
    assert first["state"] == "BACKUP" and first["previous-state"] == ""
    assert last["text"] == \
        "the \"first\": web is ACTIVE (active-down-timer)"
    assert last["router"] == "the \"first\""
    assert last["kind"] == "INSTANCE" and last["name"] == "web"
    assert last["priority"] == 100 and last["addresses"] == [VIP + "/24"]
    assert last["in-state-us"] > 100000


def test_example_keeps_the_servers_of_ipvsadm(lab, service):
    """The director's file as it is, but for its paces and where programs are."""
    servers = example(service, "ipvs-server")
    ipvsadm = service.script("echo \"$*\" >>%s/log" % service.out, "ipvsadm")
    text = (CONF / "vrrpd-ipvs.conf.example").read_text()
    for old, new in (("/usr/local/lib/swiftover/ipvs-server",
                      "/usr/bin/env IPVSADM=%s %s" % (ipvsadm, servers)),
                     ("interval       = 1s", "interval       = 50ms")):
        assert old in text
        text = text.replace(old, new)
    lab.r2.ip_batch("address add 192.0.2.11/24 dev eth0",
                    "address add 192.0.2.12/24 dev eth0")
    lab.r2.start_nginx()
    lab.r1.start_vrrpd(text)
    service_line = "-A -t 192.0.2.50:80 -s rr"
    add = "-a -t 192.0.2.50:80 -r 192.0.2.%d:80 -g -w 1"
    wait_for(lambda: sorted(service.lines()) == sorted(
        [service_line, service_line, add % 11, add % 12]), 10,
        lambda: "both servers: %s %s" % (service.lines(), lab.r1.vrrpd.log()))
    lab.r2.ip("address", "del", "192.0.2.12/24", "dev", "eth0")
    wait_for(lambda: service.lines()[4:] == [
        service_line, "-d -t 192.0.2.50:80 -r 192.0.2.12:80"], 10,
        lambda: "one is gone: %s" % service.lines())
    lab.r2.ip("address", "add", "192.0.2.12/24", "dev", "eth0")
    wait_for(lambda: service.lines()[6:] == [service_line, add % 12], 10,
             lambda: "both again: %s" % service.lines())
    lab.r1.wait_state("active")
    assert lab.r1.vrrpd.stop() == 0
    assert len(service.lines()) == 8
