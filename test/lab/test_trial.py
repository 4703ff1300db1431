"""A reload that is asked about, taken back, or read from a file that is none."""

import json
import os
import signal
import threading
import time

import pytest

from lab import Lab, vrrpd_conf, wait_for


def conf(priority=200, **more):
    return vrrpd_conf(priority=priority, advert_int=10, **more)


@pytest.fixture
def pair(lab):
    lab.start_pair(advert_int=10)
    lab.wait_pair()
    return lab


def write(router, text):
    router.vrrpd_conf.write_text(text)


def priority(router):
    return router.call("show")["instances"][0]["priority"]


def confirm(router):
    return router.call("show").get("confirm")


def ask(router, *words):
    done = router.vrrpctl("-j", *words)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def moves(lab):
    return [len(r.transitions()) for r in (lab.r1, lab.r2)]


def test_dry_run_names_what_a_reload_then_does(pair):
    r1 = pair.r1
    before, pids = moves(pair), r1.pids()
    assert "dry run: nothing would change" in \
        r1.vrrpctl("reload", "--dry-run").stdout
    assert "reloaded: nothing changed" in r1.vrrpctl("reload").stdout
    write(r1, conf(priority=201, addresses=("192.0.2.50/24",
                                            "192.0.2.61/24")) +
          vrrpd_conf(name="more", vrid=77, addresses=("192.0.2.70/24",)))
    said = r1.vrrpctl("reload", "--dry-run").stdout
    for line in ("dry run: 1 added, 0 removed, 0 restarted, 1 changed, 0 "
                 "unchanged", "web: in place: priority, virtual_addresses",
                 "    - priority = 200", "    + priority = 201",
                 "    + virtual_addresses 192.0.2.61/24", "more: added",
                 "    starts as Backup"):
        assert line in said.splitlines(), said
    assert priority(r1) == 200 and len(r1.call("show")["instances"]) == 1
    dry = ask(r1, "reload", "--dry-run")
    done = ask(r1, "reload")
    assert dry.pop("dry-run") is True
    assert dry == done
    assert priority(r1) == 201
    assert moves(pair) == before and r1.pids() == pids
    # What makes another virtual router of it, and what waits.
    write(r1, conf(priority=201, vrid=78) + "realtime_priority = 7\n")
    classes = {(c["kind"], c.get("name")): c["class"]
               for c in ask(r1, "reload", "--dry-run")["changes"]}
    assert classes == {("instance", "web"): "restart",
                       ("instance", "more"): "removed",
                       ("global", None): "later"}
    bad = r1.vrrpctl("reload", "--dry-run", "--timeout", "5s")
    assert bad.returncode == 2


def test_trial_is_taken_back_and_the_client_sees_nothing(pair):
    r1 = pair.r1
    before = moves(pair)
    with pair.meter() as meter:
        write(r1, conf(priority=201))
        said = r1.vrrpctl("reload", "--timeout=2s").stdout
        assert "taken back after 2s, unless you say: vrrpctl confirm" in said
        assert priority(r1) == 201
        assert 0 < confirm(r1)["remaining-ms"] <= 2000
        assert "a reload waits for vrrpctl confirm" in \
            r1.vrrpctl("show").stdout
        wait_for(lambda: priority(r1) == 200, 10, "it goes back")
        report = meter.stop()
    assert confirm(r1) is None
    assert moves(pair) == before
    assert report["outages"] == [], report
    # The file still says the other; a reload takes it.
    assert ask(r1, "reload")["changed"] == 1
    assert priority(r1) == 201
    assert r1.vrrpctl("confirm").returncode == 1


def test_confirmed_trial_stays(pair):
    r1 = pair.r1
    write(r1, conf(priority=201))
    r1.vrrpctl("reload", "--timeout", "1500ms", check=True)
    assert "confirmed" in r1.vrrpctl("confirm", check=True).stdout
    assert confirm(r1) is None
    time.sleep(2)
    assert priority(r1) == 201


def test_trial_after_trial_goes_back_to_what_was_confirmed(pair):
    r1 = pair.r1
    write(r1, conf(priority=201))
    r1.vrrpctl("reload", "--timeout", "60s", check=True)
    write(r1, conf(priority=202))
    r1.vrrpctl("reload", "--timeout", "1s", check=True)
    wait_for(lambda: priority(r1) == 200, 10, "back over both")
    # A bad file meanwhile changes nothing about a trial; a good one ends it.
    write(r1, conf(priority=203))
    r1.vrrpctl("reload", "--timeout", "60s", check=True)
    write(r1, "nonsense\n")
    assert r1.vrrpctl("reload").returncode == 1
    assert confirm(r1) is not None
    write(r1, conf(priority=204))
    r1.vrrpctl("reload", check=True)
    assert confirm(r1) is None and priority(r1) == 204


@pytest.mark.parametrize("how", ("restart", "kill"))
def test_trial_outlives_the_engine(pair, how):
    r1 = pair.r1
    write(r1, conf(priority=201))
    r1.vrrpctl("reload", "--timeout", "4s", check=True)
    old = r1.engine_pid()
    write(r1, "somebody is editing {\n")
    if how == "kill":
        os.kill(old, signal.SIGKILL)
    else:
        r1.vrrpctl("restart", check=True)
    wait_for(lambda: r1.engine_pid() != old, 10, "another engine")
    assert priority(r1) == 201 and confirm(r1) is not None
    wait_for(lambda: priority(r1) == 200, 10, "it goes back")
    assert confirm(r1) is None
    # Nor does the file count for the next one.
    old = r1.engine_pid()
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: r1.engine_pid() != old, 10, "another engine")
    assert priority(r1) == 200


def test_service_that_starts_again_in_a_trial_begins_with_the_file(pair):
    r1 = pair.r1
    write(r1, conf(priority=201))
    r1.vrrpctl("reload", "--timeout", "60s", check=True)
    log = r1.vrrpd
    r1.vrrpd.kill(signal.SIGTERM)
    r1.vrrpd.wait()
    assert "leaving before the reload was confirmed" in log.log()
    r1.start_vrrpd(conf(priority=201))
    assert priority(r1) == 201 and confirm(r1) is None


def test_reloads_at_once_are_all_answered_in_turn(pair):
    r1 = pair.r1
    before, results = moves(pair), []
    write(r1, conf(priority=201))

    def reload():
        results.append(r1.vrrpctl("reload").returncode)

    threads = [threading.Thread(target=reload) for _ in range(6)]
    for t in threads:
        t.start()
    os.kill(r1.vrrpd.pid, signal.SIGHUP)
    for t in threads:
        t.join()
    assert results == [0] * 6
    assert priority(r1) == 201 and moves(pair) == before


def test_reader_that_hangs_or_dies_is_an_answer(pair):
    """Stopped or killed while it reads; the engine notices nothing."""
    r1 = pair.r1
    before, pids = moves(pair), r1.pids()
    # One endless line is what its lexer is slow at.
    text = conf(priority=201)
    many = "".join("include = \"i%d.conf\"\n" % i for i in range(3))
    for i in range(3):
        (r1.dir / ("i%d.conf" % i)).write_text("# " + "x" * 400000 + "\n")
    write(r1, many + text)
    for number, word in ((signal.SIGSTOP, "took longer than 6 s"),
                         (signal.SIGKILL, "died (Killed)")):
        answers = []
        asked = threading.Thread(
            target=lambda: answers.append(r1.vrrpctl("reload")))
        asked.start()

        def reader():
            """One that lives; the one before may be dead and still there."""
            for pid in r1.vrrpd.children():
                try:
                    with open("/proc/%d/stat" % pid) as f:
                        name, _, rest = f.read().rpartition(") ")
                    if name.endswith("(vrrpd-reader") and rest[0] != "Z":
                        return pid
                except OSError:
                    pass
            return None
        end = time.monotonic() + 5
        pid = None
        while pid is None and time.monotonic() < end and asked.is_alive():
            pid = reader()
        if pid is None:
            asked.join()
            pytest.skip("it reads faster than one can look")
        os.kill(pid, number)
        if number == signal.SIGSTOP:
            with open("/proc/%d/status" % pid) as f:
                status = dict(line.split(":\t", 1) for line in f)
            for have in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
                assert int(status[have], 16) == 0, status
            assert "0" not in status["Uid"].split(), status
            assert status["NoNewPrivs"].strip() == "1", status
        asked.join()
        assert answers[0].returncode == 1, answers
        assert word in answers[0].stderr, answers
        assert "cannot be read" in answers[0].stderr
    assert priority(r1) == 200
    assert moves(pair) == before and r1.pids() == pids
    write(r1, text)
    r1.vrrpctl("reload", check=True)
    assert priority(r1) == 201


def test_engine_that_dies_while_its_file_is_read_applies_nothing_twice(pair):
    r1 = pair.r1
    write(r1, conf(priority=201))
    old = r1.engine_pid()
    asked = threading.Thread(target=lambda: r1.vrrpctl("reload"))
    asked.start()
    os.kill(old, signal.SIGKILL)
    asked.join()
    wait_for(lambda: r1.engine_pid() != old, 10, "another engine")
    assert priority(r1) in (200, 201)
    assert ask(r1, "reload")["added"] == 0
    assert priority(r1) == 201
