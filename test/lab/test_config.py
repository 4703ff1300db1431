"""Configurations that are wrong: one clear line, exit 1, never a crash."""

import os
import pathlib
import random
import signal
import socket
import tempfile
import threading
import time

import pytest

from lab import BUILD, Lab, vrrpd_conf, wait_for

GOOD = vrrpd_conf()
OTHER = vrrpd_conf(addresses=("192.0.2.60/24",))
NOISE = random.Random(9568).randbytes(4096)


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


def line_of(text, word):
    return [word in line for line in text.splitlines()].index(True) + 1


# Text, and a word of the line that is wrong (None: no line to name).
BAD = {
    "unknown-word": (changed("priority ", "priorty "), "priorty"),
    "no-interface": (changed("    interface         = eth0\n", ""), None),
    "no-vrid": (changed("    virtual_router_id = 51\n", ""), None),
    "vrid-0": (changed("= 51", "= 0"), "virtual_router_id"),
    "vrid-256": (changed("= 51", "= 256"), "virtual_router_id"),
    "vrid-word": (changed("= 51", "= many"), "virtual_router_id"),
    "advert-int-15ms": (changed("advert_int        = 1",
                                "advert_int = 15ms"), "advert_int"),
    "advert-int-0": (changed("advert_int        = 1", "advert_int = 0"),
                     "advert_int"),
    "advert-int-4096": (changed("advert_int        = 1",
                                "advert_int = 4096"), "advert_int"),
    "priority-0": (changed("= 100", "= 0"), "priority"),
    "priority-256": (changed("= 100", "= 256"), "priority"),
    "netmask-33": (changed("/24", "/33"), "virtual_addresses"),
    "not-an-address": (changed("192.0.2.50", "192.0.2.500"),
                       "virtual_addresses"),
    "no-address": (changed(" 192.0.2.50/24 ", " "), None),
    "two-families": (changed("192.0.2.50/24", "192.0.2.50/24, 2001:db8::1/64"),
                     None),
    "duplicate-vrid": (GOOD + OTHER.replace("instance web", "instance w2"),
                       None),
    "duplicate-name": (GOOD + OTHER.replace("= 51", "= 52"), None),
    "not-closed": (GOOD.rstrip()[:-1], None),
    "binary": (NOISE, None),
    "zero-bytes": (b"\0" * 4096, None),
}
BAD["ten-megabytes"] = (("# " + "x" * 78 + "\n") * 130000 + "instance", None)


@pytest.fixture(scope="module")
def shared():
    with Lab() as lab:
        yield lab


@pytest.fixture
def idle(shared, request):
    """A lab where nothing may have been started, which is seen to."""
    request.node.labs = [shared]
    yield shared
    assert set(shared.r1.links()) == {"lo", "eth0"}
    assert not (shared.dir / "v.sock").exists()


@pytest.fixture
def conf(idle):
    return pathlib.Path(tempfile.mkdtemp(dir=idle.dir)) / "bad.conf"


def refused(idle, flags, path):
    """vrrpd's one line about it."""
    done = idle.r1.run(BUILD / "vrrpd/vrrpd", *flags, "-f", path, "-s",
                       idle.dir / "v.sock", check=False)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    lines = (done.stdout + done.stderr).splitlines()
    assert len(lines) == 1, lines
    assert "Sanitizer" not in done.stderr
    return lines[0]


@pytest.mark.parametrize("flags", (["-n"], []), ids=("check", "start"))
@pytest.mark.parametrize("name", BAD)
def test_bad_configuration_is_one_line_and_exit_1(idle, conf, name, flags):
    text, word = BAD[name]
    if isinstance(text, str):
        text = text.encode()
    conf.write_bytes(text)
    line = refused(idle, flags, conf)
    assert "bad.conf" in line
    if word is not None:
        number = line_of(text.decode(), word)
        assert "bad.conf:%d: " % number in line


def test_missing_file_is_one_line_and_exit_1(idle, conf):
    assert "bad.conf" in refused(idle, ["-n"], conf)


def test_directory_as_configuration_is_one_line_and_exit_1(idle, conf):
    conf.mkdir()
    assert "bad.conf" in refused(idle, ["-n"], conf)


def test_good_configuration_is_accepted(idle, conf):
    conf.write_text(GOOD)
    done = idle.r1.run(BUILD / "vrrpd/vrrpd", "-n", "-f", conf)
    assert done.stderr == ""


def test_bfd_without_bfdd_is_a_warning_at_run_time(lab):
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=1, bfd="192.0.2.2"))
    lab.r1.wait_state("active")
    wait_for(lambda: "bfdd" in lab.r1.vrrpd.log(), 5,
             lambda: "a line about bfdd: " + lab.r1.vrrpd.log())
    assert lab.r1.call("show")["bfdd"] == "unreachable"


BAD_BFDD = {
    "unknown-word": "session a { peer = 192.0.2.2  interfase = eth0 }\n",
    "no-peer": "session a { interface = eth0 }\n",
    "multiplier-0": "session a { peer = 192.0.2.2  interface = eth0\n"
                    "multiplier = 0 }\n",
    "multiplier-256": "session a { peer = 192.0.2.2  interface = eth0\n"
                      "multiplier = 256 }\n",
    "interval-0": "session a { peer = 192.0.2.2  interface = eth0\n"
                  "interval = 0ms }\n",
    "binary": NOISE,
}


@pytest.mark.parametrize("name", BAD_BFDD)
def test_bad_bfdd_configuration_is_one_line_and_exit_1(idle, conf, name):
    text = BAD_BFDD[name]
    conf.write_bytes(text.encode() if isinstance(text, str) else text)
    done = idle.r1.run(BUILD / "bfdd/bfdd", "-n", "-f", conf, check=False)
    assert done.returncode == 1, (done.stdout, done.stderr)
    lines = (done.stdout + done.stderr).splitlines()
    assert len(lines) == 1 and "bad.conf" in lines[0], lines


# --- under a service manager ---

@pytest.mark.parametrize("program", ("vrrpd/vrrpd", "bfdd/bfdd"))
def test_bad_file_under_a_service_manager_is_exit_6(idle, conf, program):
    """RestartPreventExitStatus: to start it again is of no use."""
    conf.write_bytes(NOISE)
    for words, flags, status in (([], [], 1), (["NOTIFY_SOCKET="], [], 1),
                                 (["NOTIFY_SOCKET=/run/none"], ["-n"], 1),
                                 (["NOTIFY_SOCKET=/run/none"], [], 6)):
        done = idle.r1.run("env", *words, BUILD / program, *flags, "-f", conf,
                           "-s", idle.dir / "x.sock", check=False)
        assert done.returncode == status, (words, flags, done.stderr)


@pytest.mark.parametrize("name", ("vrrpd", "bfdd"))
def test_service_manager_hears_that_it_lives(lab, name):
    path = lab.r1.dir / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        path.chmod(0o777)
        manager.settimeout(20)
        told = lab.r1.dir / (name + ".conf")
        told.write_text(GOOD if name == "vrrpd" else "")
        more = ["-S", lab.r1.state_dir] if name == "vrrpd" else []
        daemon = lab.r1.start(
            name, "env", "NOTIFY_SOCKET=%s" % path, "WATCHDOG_USEC=200000",
            BUILD / name / name, "-f", told, "-s", lab.r1.dir / "x.sock",
            *more)
        words = []
        while words.count("WATCHDOG=1") < 5 or "READY=1" not in words:
            words.append(manager.recv(100).decode())
        assert set(words) == {"READY=1", "WATCHDOG=1"}
        assert daemon.stop() == 0
        while words[-1] != "STOPPING=1":
            words.append(manager.recv(100).decode())


# --- at a reload ---

def put(path, what):
    """In the place of the file, whatever was there."""
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)
    if what == "directory":
        path.mkdir()
    elif what == "unreadable":
        path.write_text(GOOD)
        path.chmod(0)
    elif what == "link to nowhere":
        path.symlink_to("/nosuch/vrrpd.conf")
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "device":
        path.symlink_to("/dev/zero")
    elif what == "socket":
        here = socket.socket(socket.AF_UNIX)
        here.bind(str(path))
        here.close()
    elif what == "link to itself":
        path.symlink_to(path)
    elif isinstance(what, int):
        with path.open("wb") as f:
            f.truncate(what)
    elif isinstance(what, bytes):
        path.write_bytes(what)
    elif what != "missing":
        path.write_text(what)


RELOADS = {
    "missing": "missing", "directory": "directory", "fifo": "fifo",
    "unreadable": "unreadable", "link": "link to nowhere",
    "bad": BAD["priority-256"][0], "binary": NOISE,
    "zeros": b"\0" * 4096,
    # What the scanner of the library has to swallow as one token.
    "endless-string": GOOD + 'router_id = "' + "x" * 3000000,
    "endless-word": "x" * 3000000,
    "endless-comment": GOOD + "/* " + "x" * 3000000,
    "endless-list": GOOD.replace("192.0.2.50/24", "192.0.2.50/24" +
                                 ", 192.0.2.50/24" * 200000),
    "deep": "instance a { " * 20000,
    "escapes": GOOD + 'router_id = "\\x"\n',
    "ten-megabytes": BAD["ten-megabytes"][0],
    # More than there is memory, and as good as no disk: a hole.
    "gigabyte": 1 << 30,
    "device": "device", "socket": "socket", "link-loop": "link to itself",
    "nul": GOOD.replace("eth0", "eth0\0"),
    "include-missing": "include = \"nosuch.conf\"\n" + GOOD,
    "include-itself": "include = \"vrrpd.conf\"\n" + GOOD,
    "include-folder": "include = \".\"\n" + GOOD,
    "include-device": "include = \"/dev/zero\"\n" + GOOD,
}
# Where there is a line to name: its number.
LINES = {"bad": line_of(BAD["priority-256"][0], "priority"),
         "nul": line_of(GOOD, "eth0"), "include-missing": 1,
         "include-itself": 1, "include-folder": 1, "include-device": 1}


@pytest.fixture(scope="module")
def running():
    """An Active that must not notice anything."""
    with Lab() as lab:
        lab.start_pair(advert_int=10)
        lab.wait_pair()
        yield lab


@pytest.mark.parametrize("name", RELOADS)
def test_bad_file_at_a_reload_is_one_answer_and_touches_nothing(running, name):
    lab, path = running, running.r1.vrrpd_conf
    text, pids = path.read_text(), lab.r1.pids()
    before = [r.transitions() for r in lab.routers]
    said = lab.r1.vrrpd.log().count("nothing was changed")
    try:
        put(path, RELOADS[name])
        with lab.meter() as meter:
            done = lab.r1.vrrpctl("reload", check=False)
            os.kill(lab.r1.vrrpd.pid, signal.SIGHUP)
            wait_for(lambda: lab.r1.vrrpd.log().count("nothing was changed") ==
                     said + 2, 30,
                     lambda: "the log says so: " + lab.r1.vrrpd.log()[-2000:])
            report = meter.stop()
    finally:
        put(path, text)
    assert done.returncode == 1, done
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and len(lines[0]) < 512, lines
    assert str(path) in lines[0], lines
    if name in LINES:
        assert "%s:%d: " % (path, LINES[name]) in lines[0], lines
    assert lab.r1.pids() == pids
    assert [r.transitions() for r in lab.routers] == before
    assert report["outages"] == [] or \
        report["worst-gap-us"] > 5000, report["outages"]
    assert lab.r1.vrrpctl("reload", check=False).stdout.startswith("reloaded")


def test_file_that_changes_under_our_eyes_is_one_of_its_versions(running):
    """Replaced all the time: never half of two.

    What has no rest of 50 ms within a second is refused, in words.
    """
    lab, path = running, running.r1.vrrpd_conf
    text = path.read_text()
    before, pids = [r.transitions() for r in lab.routers], lab.r1.pids()
    priorities = [201, 202]
    versions = [text.replace("= 200", "= %d" % p) for p in priorities]
    stop = threading.Event()

    def write():
        new = path.with_suffix(".new")
        while not stop.is_set():
            # Now and then it rests for long enough to be read.
            for version in versions * random.randrange(200):
                new.write_text(version)
                new.rename(path)
            time.sleep(random.uniform(0.03, 0.1))

    writer = threading.Thread(target=write)
    writer.start()
    taken = 0
    try:
        for _ in range(20):
            done = lab.r1.vrrpctl("reload")
            taken += done.returncode == 0
            assert done.returncode == 0 or "is being written" in done.stderr
            assert lab.r1.call("show")["instances"][0]["priority"] in \
                priorities + ([] if taken else [200])
        assert taken > 0
    finally:
        stop.set()
        writer.join()
        put(path, text)
    lab.r1.vrrpctl("reload", check=True)
    assert [r.transitions() for r in lab.routers] == before
    assert lab.r1.pids() == pids
