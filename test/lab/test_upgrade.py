"""Another program on disk: what a restart, and the death of a process, run then.

A second version is a copy of the program with another byte in its version; a
program of another language has another name for a message, too.
"""

import os
import pathlib
import signal
import threading
import time

import pytest

from lab import (BUILD, START_CS, VIP, VRID, Capture, Ctl, Gap, vrrpd_conf,
                 wait_for)

TRIALS = int(os.environ.get("LAB_TRIALS", 3))
AGAIN = 8               # as often, where the machine disturbs a trial
HELPERS = ("vrrpd-checks", "vrrpd-net", "vrrpd-scripts")


def install(path, change=lambda binary: binary, mode=0o755,
            program="vrrpd/vrrpd"):
    """As a package manager does: a new file, renamed over the old one."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(change((BUILD / program).read_bytes()))
    new.chmod(mode)
    new.rename(path)


def install_wrapped(path, clause, change=lambda binary: binary):
    """One that passes its trial, and does something else where clause says."""
    real = path.with_name(path.name + ".real")
    install(real, change)
    script = "#!/bin/sh\ncase $1 in\n%s\nesac\nexec '%s' \"$@\"\n" % (clause,
                                                                     real)
    install(path, lambda _: script.encode())


def version(router):
    return router.call("hello")["version"]


def other_version(router):
    old = version(router).encode()
    new = old[:-1] + (b"X" if old[-1:] != b"X" else b"Y")
    return new.decode(), lambda binary: binary.replace(old, new)


def other_language(router):
    new, change = other_version(router)
    return new, lambda binary: change(binary).replace(b"will-revoke",
                                                      b"will-revokX")


def restart(router):
    """The pid of the engine that follows."""
    old = router.engine_pid()
    done = router.vrrpctl("restart")
    assert done.returncode == 0, done
    return wait_engine(router, old)


def wait_engine(router, old):
    def another():
        try:
            pid = router.engine_pid()
        except OSError:
            return None
        return pid if pid != old else None

    return wait_for(another, 10, "%s has another engine" % router.name)


def exe(pid):
    return os.readlink("/proc/%d/exe" % pid)


def processes(router):
    """Of vrrpd but for the engine: pid by name."""
    found = {}
    for pid in router.vrrpd.children():
        try:
            name = pathlib.Path("/proc/%d/comm" % pid).read_text().strip()
        except OSError:
            continue
        if name in HELPERS:
            found[name] = pid
    return found


def inode(pid):
    try:
        return os.stat("/proc/%d/exe" % pid).st_ino
    except OSError:
        return None


def start_upgradable(lab, conf="", track="", bfd=None, **more):
    """A pair whose r1 runs a copy of its own, and its path."""
    path = lab.r1.dir / "vrrpd"
    install(path)
    pace = {"interval": "3ms", "multiplier": 3} if bfd else {}
    if bfd:
        lab.r1.start_bfdd()
        lab.r2.start_bfdd()
    wanted = more.pop("advert_int", 100)
    for router, peer, priority, which, words in (
            (lab.r1, lab.r2, 200, {"program": path}, (conf, track)),
            (lab.r2, lab.r1, 100, {}, ("", ""))):
        router.start_vrrpd(words[0] + vrrpd_conf(
            priority=priority, advert_int=START_CS, extra=words[1],
            bfd=peer.address if bfd else None, **pace, **more), **which)
        if router is lab.r1:
            router.wait_state("active")
    lab.wait_pair(bfd=bool(bfd))
    lab.change_advert_int(wanted)
    return path


class Disturbed(pytest.skip.Exception):
    """Nothing is proven: the machine was itself away."""


class Quiet:
    """No transition at r2, no outage, and r1 is Active in the end.

    On a machine that was itself away for longer than tolerated_ms nothing is
    proven by the contrary: Disturbed.
    """

    def __init__(self, lab, tolerated_ms=1000):
        self.lab = lab
        self.tolerated_ms = tolerated_ms

    def __enter__(self):
        self.gap = Gap(self.lab.client)
        self.before = len(self.lab.r2.transitions())
        self.meter = self.lab.meter().__enter__()
        return self

    def __exit__(self, kind, value, trace):
        machine_ms = self.gap.stop()
        if kind is not None:
            self.meter.__exit__(kind, value, trace)
            return
        self.lab.r1.wait_state("active", 10)
        outages = self.meter.stop()["outages"]
        self.meter.__exit__(None, None, None)
        after = len(self.lab.r2.transitions())
        if (outages or after != self.before) and \
                machine_ms > self.tolerated_ms:
            raise Disturbed("the machine was away for %.1f ms" % machine_ms)
        assert outages == [], (outages, machine_ms)
        assert after == self.before, (self.lab.r2.transitions(), machine_ms)


def undisturbed(lab, do, tolerated_ms, bfd=True):
    """What do() returns, quietly; done again while the machine disturbs it."""
    for attempt in range(AGAIN):
        try:
            with Quiet(lab, tolerated_ms):
                return do()
        except Disturbed:
            if attempt == AGAIN - 1:
                raise
            lab.wait_pair(bfd=bfd)


# A good one.

@pytest.mark.parametrize("bfd", (False, True), ids=("alone", "bfd"))
def test_restart_runs_the_program_on_disk(lab, bfd):
    path = start_upgradable(lab, bfd=bfd)
    monitor = lab.r1.pids()[0]
    new, change = other_version(lab.r1)

    def downs():
        return lab.r2.session(lab.r1.address)["down-count"] if bfd else 0

    install(path, change)
    before, engine = undisturbed(lab, lambda: (downs(), restart(lab.r1)),
                                 4 if bfd else 1000, bfd)
    assert version(lab.r1) == new
    assert lab.r1.pids() == (monitor, engine)
    assert exe(engine) == str(path)
    args = pathlib.Path("/proc/%d/cmdline" % engine).read_bytes()
    assert args.startswith(b"vrrpd: engine\0")
    assert lab.r1.transitions()[-1]["cause"] == "restart"
    assert " will " not in lab.r1.vrrpd.log()
    assert downs() == before


def test_restart_at_one_centisecond_with_bfd_loses_nothing(lab):
    path = start_upgradable(lab, bfd=True, advert_int=1)
    new, change = other_version(lab.r1)
    install(path, change)
    undisturbed(lab, lambda: restart(lab.r1), 4)
    assert version(lab.r1) == new


def test_restart_says_which_version_runs(lab):
    path = start_upgradable(lab)
    new, change = other_version(lab.r1)
    install(path, change)
    done = lab.r1.vrrpctl("restart")
    assert done.returncode == 0
    assert new in done.stdout


def test_engine_that_was_killed_is_followed_by_the_program_on_disk(lab):
    path = start_upgradable(lab)
    new, change = other_version(lab.r1)
    install(path, change)
    engine = lab.r1.engine_pid()
    os.kill(engine, signal.SIGKILL)
    wait_engine(lab.r1, engine)
    assert version(lab.r1) == new
    lab.wait_pair()


@pytest.mark.timing
def test_restart_of_25_instances_at_one_centisecond(lab, record_property):
    """The longest silence of an instance, and what a client loses."""
    path = lab.r1.dir / "vrrpd"
    install(path)
    for router, priority, more in ((lab.r1, 200, {"program": path}),
                                   (lab.r2, 100, {})):
        router.start_vrrpd("".join(
            vrrpd_conf(priority=priority, advert_int=1, vrid=VRID + i,
                       name="web" if i == 0 else "v%d" % i,
                       addresses=("%s/24" % (VIP if i == 0 else
                                             "192.0.2.%d" % (100 + i)),))
            for i in range(25)), **more)
    lab.wait_pair()
    time.sleep(0.5)
    lost, silences, machine, moves = [], [], [], []
    for trial in range(AGAIN):
        if sum(gap_ms <= 4 for gap_ms in machine) >= TRIALS:
            break
        install(path, other_version(lab.r1)[1] if trial % 2 == 0 else
                lambda binary: binary)
        gap = Gap(lab.client)
        before = len(lab.r2.transitions())
        with Capture(lab.r2, "eth0", "vrrp and ether src host 00:00:5e:00:01:"
                     "%02x" % VRID) as capture, lab.meter() as meter:
            restart(lab.r1)
            time.sleep(0.3)
            outages = meter.stop()["outages"]
            times = [float(frame.time) for frame in capture.stop()]
        machine.append(gap.stop())
        lost.append(max([o["length-ms"] for o in outages], default=0))
        silences.append(max(b - a for a, b in zip(times, times[1:])) * 1000)
        moves.append(len(lab.r2.transitions()) - before)
        if moves[-1]:
            lab.wait_pair()
    for name, value in (("lost-ms", lost), ("silence-ms", silences),
                        ("machine-ms", machine), ("moved", moves)):
        record_property(name, value)
    print("lost", lost, "silence", silences, "machine", machine, "moved",
          moves)
    # A trial in which the machine was away proves nothing, unless it went well.
    told = [(m, gone) for m, gone, ms in zip(moves, lost, machine)
            if ms <= 4 or (m, gone) == (0, 0)]
    if not told:
        pytest.skip("the machine was away for %s ms" % machine)
    assert told == [(0, 0)] * len(told), (moves, lost, machine)


def program_of_reader(router):
    """Of the process that reads vrrpd.conf in a reload; None: not seen."""
    asked = threading.Thread(target=lambda: router.vrrpctl("reload"))
    found = None
    asked.start()
    while asked.is_alive() and found is None:
        for pid in router.vrrpd.children():
            try:
                with open("/proc/%d/comm" % pid) as f:
                    if f.read().strip() == "vrrpd-reader":
                        found = os.readlink("/proc/%d/exe" % pid)
            except OSError:
                pass
    asked.join()
    return found


def test_file_is_read_by_the_program_that_the_engine_runs(lab):
    """Also while another one is on disk already."""
    path = lab.r1.dir / "vrrpd"
    install(path)
    # One endless line is what its lexer is slow at.
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=10) + "# " + "x" * 500000 + "\n",
                       program=path)
    lab.r1.wait_state("active")
    seen = [program_of_reader(lab.r1)]
    install(path)
    seen.append(program_of_reader(lab.r1))
    restart(lab.r1)
    seen.append(program_of_reader(lab.r1))
    for got, want in zip(seen, (str(path), str(path) + " (deleted)",
                                str(path))):
        assert got in (None, want), seen
    assert "nothing changed" in lab.r1.vrrpctl("reload", check=True).stdout


# The processes beside the engine.

def helped(lab):
    """A check script, a check and a hook; r1's folder with what they do."""
    folder = lab.dir / "service"
    folder.mkdir()
    (folder / "out").mkdir()
    (folder / "out").chmod(0o777)
    for name, body in (("check", "test ! -e %s/bad" % folder),
                       ("hook", "sleep 0.3; echo \"$*\" >>%s/out/log" %
                        folder)):
        (folder / name).write_text("#!/bin/sh\n%s\n" % body)
        (folder / name).chmod(0o755)
    watched = folder / "watched"
    watched.write_text("1\n")
    return folder, ("script chk { command = \"%s/check\"  interval = 50ms }\n"
                    "file load { path = %s }\n" % (folder, watched),
                    "track_script chk { weight = -10 }\n"
                    "    track_file load { weight = 1 }\n"
                    "    notify = \"%s/hook\"" % folder)


def test_restart_runs_the_program_on_disk_everywhere(lab):
    folder, (conf, track) = helped(lab)
    path = start_upgradable(lab, conf, track)
    before = processes(lab.r1)
    assert tuple(sorted(before)) == HELPERS
    install(path, other_version(lab.r1)[1])
    with Quiet(lab):
        restart(lab.r1)
        # The same processes: what root gave them is theirs still.
        wait_for(lambda: processes(lab.r1) == before and
                 all(inode(pid) == path.stat().st_ino
                     for pid in before.values()),
                 10, "all processes run the new program")
    assert "died" not in lab.r1.vrrpd.log()
    # And at work.
    (folder / "bad").touch()
    wait_for(lambda: lab.r1.instance()["effective-priority"] < 200, 10,
             "the script is heard")


def test_hook_that_runs_is_waited_for(lab):
    folder, (conf, track) = helped(lab)
    path = start_upgradable(lab, conf, track)
    install(path, other_version(lab.r1)[1])
    log = folder / "out" / "log"
    wait_for(lambda: log.exists() and "ACTIVE" in log.read_text(), 10,
             "the first change is told")
    lab.r1.vrrpctl("handover", "web", check=True)       # a hook of 0.3 s
    lab.r1.wait_state("backup")
    restart(lab.r1)
    wait_for(lambda: "BACKUP" in log.read_text().split("ACTIVE")[-1], 10,
             "the hook has ended")
    wait_for(lambda: inode(processes(lab.r1).get("vrrpd-scripts", 0)) ==
             path.stat().st_ino, 10, "vrrpd-scripts runs the new program")
    lab.r1.vrrpctl("enable", "web", check=True)
    lab.r1.wait_state("active", 10)
    wait_for(lambda: "ACTIVE" in log.read_text().split("BACKUP")[-1], 10,
             "the next change is told")


@pytest.mark.parametrize("name", HELPERS)
def test_helper_that_was_killed_is_followed_by_the_program_on_disk(lab, name):
    path = start_upgradable(lab, *helped(lab)[1])
    install(path, other_version(lab.r1)[1])
    os.kill(processes(lab.r1)[name], signal.SIGKILL)
    wait_for(lambda: inode(processes(lab.r1).get(name, 0)) ==
             path.stat().st_ino, 10, "another one, of the new program")


def test_helper_that_cannot_be_the_new_program_is_the_old_one(lab):
    path = start_upgradable(lab, *helped(lab)[1])
    install_wrapped(path, "--beside=*) exit 3;;")
    with Quiet(lab):
        restart(lab.r1)
        wait_for(lambda: lab.r1.vrrpd.log().count("before its first word") ==
                 3, 10, "all have failed")
        wait_for(lambda: tuple(sorted(processes(lab.r1))) == HELPERS, 10,
                 "all are there again")


# A bad one: nothing is restarted, and the answer says why.

BAD = {
    "mute": (b"#!/bin/sh\nexit 3\n", 0o755, "exit status 3"),
    "text": (b"this is no program\n", 0o755, "Exec format error"),
    "empty": (b"", 0o755, "Exec format error"),
    "not-executable": (None, 0o644, "Permission denied"),
    "wordy": (b"#!/bin/sh\necho no such luck\n", 0o755, "no such luck"),
    "hangs": (b"#!/bin/sh\nexec sleep 60\n", 0o755, "not done within 5 s"),
    "gone": (None, None, "No such file"),
}


@pytest.mark.parametrize("case", BAD)
def test_restart_with_a_bad_program_is_refused(lab, case):
    path = start_upgradable(lab)
    old, engine = version(lab.r1), lab.r1.engine_pid()
    program, mode, why = BAD[case]
    if mode is None:
        path.unlink()
    elif program is None:
        install(path, mode=mode)
    else:
        install(path, lambda _: program, mode)
    with Quiet(lab):
        done = lab.r1.vrrpctl("restart")
    assert done.returncode != 0
    assert why in done.stderr and "nothing was restarted" in done.stderr
    assert why in lab.r1.vrrpd.log()
    assert (version(lab.r1), lab.r1.engine_pid()) == (old, engine)
    # And when there is a good one again it runs.
    install(path)
    assert exe(restart(lab.r1)) == str(path)


def test_restart_with_a_program_that_does_not_take_the_file_is_refused(lab):
    path = start_upgradable(lab)
    install(path, lambda binary: binary.replace(b"virtual_router_id",
                                                b"virtual_router_iX"))
    done = lab.r1.vrrpctl("restart")
    assert done.returncode != 0
    assert "virtual_router_id" in done.stderr


# One that passes the trial and fails then.

def test_restart_with_a_program_that_dies_at_once_goes_on(lab):
    path = start_upgradable(lab)
    new, change = other_version(lab.r1)
    install_wrapped(path, "--engine=*) exit 3;;", change)
    old, engine = version(lab.r1), lab.r1.engine_pid()
    with Quiet(lab):
        done = lab.r1.vrrpctl("restart")
    assert done.returncode == 1
    assert "version %s on disk could not be the engine" % new in done.stderr
    assert version(lab.r1) == old
    assert lab.r1.engine_pid() != engine
    assert "the program on disk cannot be the engine" in lab.r1.vrrpd.log()


@pytest.mark.parametrize("hang", ("exec sleep 60", "while :; do :; done"),
                         ids=("sleeps", "loops"))
def test_restart_with_a_program_that_never_gets_ready_goes_on(lab, hang):
    """Killed as one that hangs; until then nobody speaks for the address."""
    path = start_upgradable(lab)
    # On one processor a loop of the monitor's priority would be above all.
    os.sched_setaffinity(lab.r1.pids()[0], {0})
    install_wrapped(path, "--engine=*) %s;;" % hang, other_version(lab.r1)[1])
    engine = lab.r1.engine_pid()
    done = lab.r1.vrrpctl("restart")
    assert done.returncode == 1
    assert "could not be the engine" in done.stderr
    wait_engine(lab.r1, engine)
    lab.r1.wait_state("active", 20)
    assert "the program on disk cannot be the engine" in lab.r1.vrrpd.log()


# One of another language.

def test_restart_with_another_language_leaves_and_begins_again(lab):
    path = start_upgradable(lab, *helped(lab)[1])
    monitor = lab.r1.pids()[0]
    new, change = other_language(lab.r1)
    install(path, change)
    with lab.meter() as meter:
        done = lab.r1.vrrpctl("restart")
        assert done.returncode == 0
        assert "begins again" in done.stdout
        lab.r2.wait_state("active")

        def begun():
            try:
                return version(lab.r1) == new
            except OSError:
                return False

        wait_for(begun, 15, "the new one answers")
        lab.wait_pair()
        outages = meter.stop()["outages"]
    assert outages == []
    assert lab.r1.pids()[0] == monitor      # the same main process
    assert exe(monitor) == str(path)
    assert tuple(sorted(processes(lab.r1))) == HELPERS
    causes = [t["cause"] for t in lab.r2.transitions()]
    assert "priority-zero" in causes
    # That one can be restarted as any other.
    restart(lab.r1)
    assert lab.r1.vrrpd.stop() == 0
    assert not pathlib.Path(lab.r1.vrrpd_sock).exists()


def test_another_language_is_refused_where_scripts_need_root(lab):
    folder, (conf, track) = helped(lab)
    path = start_upgradable(lab, conf.replace("interval = 50ms",
                                              "interval = 50ms  user = root"),
                            track)
    install(path, other_language(lab.r1)[1])
    with Quiet(lab):
        done = lab.r1.vrrpctl("restart")
    assert done.returncode == 1
    assert "scripts of other users need root" in done.stderr


def test_restart_keeps_the_way_to_other_users(lab):
    folder, (conf, track) = helped(lab)
    path = start_upgradable(lab, conf.replace("interval = 50ms",
                                              "interval = 50ms  user = root"),
                            track)
    (folder / "check").write_text("#!/bin/sh\nid -u >%s/out/who\n" % folder)
    install(path, other_version(lab.r1)[1])
    with Quiet(lab):
        restart(lab.r1)
        wait_for(lambda: inode(processes(lab.r1).get("vrrpd-scripts", 0)) ==
                 path.stat().st_ino, 10, "vrrpd-scripts is the new program")
    (folder / "out" / "who").unlink()
    wait_for(lambda: (folder / "out" / "who").exists() and
             (folder / "out" / "who").read_text() == "0\n", 10,
             "the script is root")


def test_standing_orders_outlive_a_change_of_language(lab):
    path = start_upgradable(lab)
    lab.r1.vrrpctl("disable", "web", check=True)
    new, change = other_language(lab.r1)
    install(path, change)
    assert lab.r1.vrrpctl("restart").returncode == 0

    def begun():
        try:
            return version(lab.r1) == new
        except OSError:
            return False

    wait_for(begun, 15, "the new one answers")
    time.sleep(1)
    assert lab.r1.instance()["state"] == "initialize"
    assert VIP not in lab.r1.addresses()


def test_engine_that_was_killed_beside_another_language_is_the_old_one(lab):
    path = start_upgradable(lab)
    old = version(lab.r1)
    install(path, other_language(lab.r1)[1])
    engine = lab.r1.engine_pid()
    os.kill(engine, signal.SIGKILL)
    wait_engine(lab.r1, engine)
    assert version(lab.r1) == old
    assert "it speaks another language" in lab.r1.vrrpd.log()
    lab.wait_pair()


# bfdd.

def bfdd_version(router):
    ctl = Ctl(router.bfdd_sock)
    try:
        return ctl.call("hello")["version"]
    finally:
        ctl.close()


def start_upgradable_bfdd(lab):
    """A pair with sessions of 10ms x 3, whose r1 runs a copy of bfdd."""
    path = lab.r1.dir / "bfdd"
    install(path, program="bfdd/bfdd")
    lab.r1.start_bfdd(program=path)
    lab.r2.start_bfdd()
    for router, other, priority in ((lab.r1, lab.r2, 200),
                                    (lab.r2, lab.r1, 100)):
        router.start_vrrpd(vrrpd_conf(priority=priority, advert_int=START_CS,
                                      bfd=other.address, interval="10ms"))
        if router is lab.r1:
            router.wait_state("active")
    lab.change_advert_int(100)
    lab.wait_pair(bfd=True)
    return path


def test_restart_of_bfdd_runs_the_program_on_disk(lab):
    path = start_upgradable_bfdd(lab)
    old = bfdd_version(lab.r1).encode()
    new = old[:-1] + (b"X" if old[-1:] != b"X" else b"Y")
    install(path, lambda binary: binary.replace(old, new), program="bfdd/bfdd")

    def restart_bfdd():
        done = lab.r1.vrrpctl("restart", "bfdd")
        assert done.returncode == 0, done
        lab.wait_pair(bfd=True)
        return done

    for _ in range(2):
        done = undisturbed(lab, restart_bfdd, 10)
    assert new.decode() in done.stdout
    assert bfdd_version(lab.r1) == new.decode()
    assert exe(lab.r1.bfdd.pid) == str(path)
    assert lab.r1.bfdd.stop() == 0
    assert not pathlib.Path(lab.r1.bfdd_sock).exists()


BAD_BFDD = {
    "empty": (b"", 0o755, "Exec format error"),
    "not-executable": (None, 0o644, "Permission denied"),
    "mute": (b"#!/bin/sh\nexit 3\n", 0o755, "exit status 3"),
    "wordy": (b"#!/bin/sh\necho no such luck; exit 1\n", 0o755,
              "no such luck"),
    "hangs": (b"#!/bin/sh\nexec sleep 60\n", 0o755, "not done within 5 s"),
}


@pytest.mark.parametrize("case", BAD_BFDD)
def test_restart_of_bfdd_with_a_bad_program_is_refused(lab, case):
    path = start_upgradable_bfdd(lab)
    program, mode, why = BAD_BFDD[case]
    install(path, lambda binary: binary if program is None else program, mode,
            program="bfdd/bfdd")
    with Quiet(lab, 10):
        done = lab.r1.vrrpctl("restart", "bfdd")
    assert done.returncode == 1
    assert why in done.stderr and "nothing was restarted" in done.stderr
    lab.r2.wait_session(lab.r1.address)
    lab.r1.bfdd_conf.write_text("session broken {\n")
    install(path, program="bfdd/bfdd")
    done = lab.r1.vrrpctl("restart", "bfdd")
    assert done.returncode == 1 and "bfdd.conf" in done.stderr, done
