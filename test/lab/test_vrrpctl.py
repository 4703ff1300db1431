"""vrrpctl as a user or a script meets it (design 4.4)."""

import contextlib
import json
import os
import re
import socket
import threading

import pytest

from lab import BUILD, VIP, VRID, Lab, vrrpd_conf, wait_for


@pytest.fixture
def pair(lab):
    lab.start_pair(bfd=True, advert_int=10)
    lab.wait_pair(bfd=True)
    return lab


@pytest.fixture(scope="module")
def shared():
    with Lab() as lab:
        lab.start_pair(bfd=True, advert_int=10)
        lab.wait_pair(bfd=True)
        yield lab


def standing(lab):
    """What no test may have changed that only asks, or is refused."""
    result = []
    for router in lab.routers:
        web = router.instance()
        result.append((router.pids(), router.transitions(), [
            web[name] for name in ("state", "priority", "effective-priority",
                                   "advert-interval-cs")]))
    return result


@pytest.fixture
def asked(shared, request):
    """A pair for tests that change nothing, which is seen to."""
    request.node.labs = [shared]
    before = standing(shared)
    yield shared
    assert standing(shared) == before


def ok(router, *command):
    done = router.vrrpctl(*command)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?")


def test_every_time_is_local_with_its_offset(lab, monkeypatch):
    """Both daemons', in documents and logs; in views the reader's own."""
    monkeypatch.setenv("TZ", "IST-5:30")
    lab.start_pair(bfd=True, advert_int=10)
    lab.wait_pair(bfd=True)
    r2 = lab.r2
    said = {"show": r2.call("show"), "history": r2.call("history"),
            "stats": r2.call("stats"), "bfdd": r2.bfdd_call("show"),
            "logs": r2.vrrpd.log() + r2.bfdd.log()}
    for name, document in said.items():
        times = MOMENT.findall(json.dumps(document))
        assert times, (name, document)
        assert all(t.endswith("+05:30") for t in times), (name, times)
    monkeypatch.setenv("TZ", "NST3:30")
    for view in (["show", "web"], ["show", "history"],
                 ["show", "bfd", "192.0.2.1"]):
        times = MOMENT.findall(ok(r2, *view))
        assert times, view
        assert all(t.endswith("-03:30") for t in times), (view, times)


def test_show_is_a_line_each_within_80_columns(asked):
    text = ok(asked.r1, "show")
    line = [x for x in text.splitlines() if x.split()[:1] == ["web"]]
    assert len(line) == 1, text
    assert "active" in line[0].lower()
    assert all(len(x) <= 80 for x in text.splitlines()), text
    assert "backup" in ok(asked.r2, "show").lower()


def test_show_as_json_has_the_contract(asked):
    show = json.loads(ok(asked.r2, "-j", "show"))
    web, = show["instances"]
    assert (web["name"], web["interface"]) == ("web", "eth0")
    assert (web["virtual-router-id"], web["version"]) == (VRID, 3)
    assert (web["address-family"], web["state"]) == ("ipv4", "backup")
    assert (web["priority"], web["effective-priority"]) == (100, 100)
    assert web["advert-interval-cs"] == 10
    assert web["active-address"] == "192.0.2.1"
    assert [a.split("/")[0] for a in web["virtual-addresses"]] == [VIP]
    session, = web["bfd"]
    assert (session["peer"], session["role"]) == ("192.0.2.1", "peer")
    assert (session["state"], session["detection-time-us"]) == ("up", 30000)
    last = web["last-transition"]
    assert (last["from"], last["to"]) == ("initialize", "backup")
    assert last["cause"] and last["time"]


def test_show_one_instance_names_everything(asked):
    text = ok(asked.r2, "show", "web")
    for word in (VIP, "192.0.2.1", "eth0", str(VRID), "100"):
        assert word in text, text


def test_show_bfd(asked):
    text = ok(asked.r1, "show", "bfd")
    assert "192.0.2.2" in text and "up" in text.lower()
    assert all(len(x) <= 80 for x in text.splitlines()), text
    session, = json.loads(ok(asked.r1, "-j", "show", "bfd"))["sessions"]
    assert (session["peer"], session["local"]) == ("192.0.2.2", "192.0.2.1")
    assert (session["state"], session["interface"]) == ("up", "eth0")
    assert session["detection-time-us"] == 30000
    assert session["tx-interval-us"] == 10000


def test_show_history_names_cause_and_steps(pair):
    pair.cut(pair.r1)
    pair.r2.wait_state("active", 5)
    wait_for(lambda: len(pair.r2.transitions()[-1]["steps"]) > 3, 5, "steps")
    text = ok(pair.r2, "show", "history", "web")
    assert "bfd-down" in text, text
    history = json.loads(ok(pair.r2, "-j", "show", "history"))
    last = history["transitions"][-1]
    assert (last["from"], last["to"]) == ("backup", "active")
    assert last["cause"] == "bfd-down"


def test_show_stats(asked):
    assert "web" in ok(asked.r1, "show", "stats")
    stats = json.loads(ok(asked.r1, "-j", "show", "stats"))
    assert stats["instances"][0]["name"] == "web"


def test_abbreviations_are_understood(asked):
    assert ok(asked.r1, "sh", "hist") == ok(asked.r1, "show", "history")


def test_set_advert_int_holds_and_says_for_how_long(pair):
    assert "restart" in ok(pair.r1, "set", "web", "advert_int", "5")
    assert pair.r1.instance()["advert-interval-cs"] == 5
    # The Backup follows the Active (V-68).
    wait_for(lambda: pair.r2.instance()["active-adver-interval-cs"] == 5, 5,
             "r2 follows")


def test_set_priority_moves_the_address(pair):
    ok(pair.r1, "set", "web", "priority", "50")
    pair.r2.wait_state("active", 5)
    pair.r1.wait_state("backup", 5)
    pair.answered()
    ok(pair.r1, "set", "web", "priority", "200")
    pair.wait_pair()


@pytest.mark.parametrize("command", (
    ("show", "nobody"),
    ("show", "history", "nobody"),
    ("set", "nobody", "priority", "10"),
    ("set", "web", "priority", "0"),
    ("set", "web", "priority", "256"),
    ("set", "web", "advert_int", "0"),
    ("set", "web", "advert_int", "4096"),
    ("set", "web", "advert_int", "15ms"),
    ("check", "/nonexistent.conf"),
), ids=" ".join)
def test_refused_is_exit_1_with_the_reason(asked, command):
    done = asked.r1.vrrpctl(*command)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert done.stderr.strip()
    web = asked.r1.instance()
    assert (web["priority"], web["advert-interval-cs"]) == (200, 10)


@pytest.mark.parametrize("command", (
    (), ("frobnicate",), ("show", "web", "too", "many"), ("set", "web"),
    ("set", "web", "colour", "red"), ("-x", "show"),
), ids=lambda c: " ".join(c) or "nothing")
def test_wrong_usage_is_exit_2(asked, command):
    done = asked.r1.vrrpctl(*command)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stderr.strip()


@pytest.mark.parametrize("command", (("show",), ("show", "bfd"),
                                     ("set", "web", "priority", "9"),
                                     ("monitor",)), ids=" ".join)
def test_unreachable_daemon_is_exit_3(lab, command):
    done = lab.r1.vrrpctl(*command)
    assert done.returncode == 3, (done.stdout, done.stderr)
    assert "sock" in done.stderr


def test_check_reads_a_file_without_a_daemon(lab):
    good, bad = lab.dir / "good.conf", lab.dir / "bad.conf"
    good.write_text(vrrpd_conf())
    bad.write_text(vrrpd_conf().replace("priority ", "priorty "))
    assert lab.r1.vrrpctl("check", good).returncode == 0
    done = lab.r1.vrrpctl("check", bad)
    assert done.returncode == 1
    assert "bad.conf:4: " in done.stderr


def monitor(router, *flags):
    return router.start("monitor", BUILD / "vrrpd/vrrpctl", *flags, "-s",
                        router.vrrpd_sock, "-b", router.bfdd_sock, "monitor",
                        stdout=open(router.dir / "monitor.out", "wb"))


@pytest.mark.parametrize("flags", ((), ("-j",)), ids=("text", "json"))
def test_monitor_prints_a_line_for_each_event(pair, flags):
    process = monitor(pair.r2, *flags)
    out = pair.r2.dir / "monitor.out"
    # The snapshot comes first.
    wait_for(lambda: "web" in out.read_text(), 5, "monitor has started")
    pair.cut(pair.r1)
    wait_for(lambda: "bfd-down" in out.read_text(), 5,
             lambda: "the takeover: " + out.read_text())
    process.stop()
    if flags:
        for line in out.read_text().splitlines():
            json.loads(line)


def test_vrrpctl_needs_root_to_change(asked):
    done = asked.r1.run("setpriv", "--reuid=1", "--regid=65534",
                       "--clear-groups", BUILD / "vrrpd/vrrpctl", "-s",
                       asked.r1.vrrpd_sock, "-b", asked.r1.bfdd_sock, "set",
                       "web", "priority", "50", check=False)
    assert done.returncode in (1, 3), (done.stdout, done.stderr)
    assert asked.r1.instance()["priority"] == 200


@contextlib.contextmanager
def impostor(path, answer):
    """Answers the first request with these bytes, and hangs up."""
    def serve():
        conn, _ = sock.accept()
        with conn:
            conn.recv(65536)
            conn.sendall(answer)

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind(str(path))
        sock.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


@pytest.mark.parametrize("answer, said", (
    (b"", "vrrpd hung up without an answer"),
    (b'{"jsonrpc":"2.0","id":1,"result":{"instances":[{"name":"a"},',
     "vrrpd hung up in the middle of its answer"),
    (b"HTTP/1.0 400 Bad Request\n", "no answer from vrrpd"),
), ids=("none", "half", "nonsense"))
def test_answer_that_is_cut_off_is_said_to_be(lab, answer, said):
    with impostor(lab.r1.vrrpd_sock, answer):
        done = lab.r1.vrrpctl("show")
    assert (done.returncode, done.stdout) == (3, "")
    assert said in done.stderr


def test_control_socket_survives_nonsense(pair):
    for text in (b"\n", b"{}\n", b"[]\n", b"null\n", b"\xff\xfe\n",
                 b'{"jsonrpc":"2.0","id":1,"method":5}\n',
                 b'{"jsonrpc":"2.0","id":1,"method":"no.such"}\n',
                 b'{"jsonrpc":"2.0","id":1,"method":"show","params":[]}\n',
                 b"[" * 5000 + b"\n", b"x" * 200000):
        for path in (pair.r1.vrrpd_sock, pair.r1.bfdd_sock):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
                sock.connect(str(path))
                sock.settimeout(0.05)
                try:
                    sock.sendall(text)
                    sock.recv(65536)
                except OSError:
                    pass
    assert pair.r1.vrrpd.alive() and pair.r1.bfdd.alive()
    pair.wait_pair(bfd=True)


def test_silent_client_does_not_stop_the_daemons(pair):
    """A subscriber that never reads."""
    socks = []
    for _ in range(10):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(str(pair.r2.vrrpd_sock))
        sock.sendall(b'{"jsonrpc":"2.0","id":1,"method":"subscribe","params":'
                     b'{"topics":["instance","transition","bfd"]}}\n')
        socks.append(sock)
    for _ in range(5):
        mend = pair.cut(pair.r1)
        pair.r2.wait_state("active", 5)
        mend()
        pair.wait_pair()
        # Up is enough: the session that was a false alarm twice is believed
        # again after ten seconds, and until then the adverts' end tells.
        for router, peer in (pair.r1, pair.r2), (pair.r2, pair.r1):
            router.wait_session(peer.address)
    for sock in socks:
        sock.close()
    os.kill(pair.r2.engine_pid(), 0)            # raises if there is none
