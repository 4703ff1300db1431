"""The tools of the lab themselves, without our daemons."""

import pathlib
import subprocess
import sys
import time

import pytest

from lab import VIP, VIP6, LabError, Owners, run, wait_for

COUNT = pathlib.Path(__file__).parent.parent / "count.py"


@pytest.fixture
def answered_by_r1(lab):
    """The virtual address is simply an address of r1."""
    lab.r1.ip("address", "add", VIP + "/24", "dev", "eth0")
    return lab


def test_no_program_runs_that_no_package_is_named_for(lab):
    with pytest.raises(LabError, match="test/programs"):
        run("dpkg", "--version")
    with pytest.raises(LabError, match="test/programs"):
        lab.r1.run("dpkg", "--version")
    with pytest.raises(LabError, match="test/programs"):
        lab.r1.start("dpkg", "/usr/bin/dpkg", "--version")


# nginx is not real-time: on a busy machine it answers late, so HTTP is asked
# less often and given more time.
@pytest.mark.parametrize("probe, options, slack_ms", (
    ("icmp", (), 1), ("tcp", (), 1),
    ("http", ("-p", "5000", "-t", "100"), 100)),
    ids=("icmp", "tcp", "http"))
def test_meter_measures_an_outage_of_known_length(answered_by_r1, probe,
                                                  options, slack_ms):
    lab = answered_by_r1
    lab.r1.start_nginx()
    with lab.meter(probe, *options) as meter:
        before = time.monotonic()
        mend = lab.cut(lab.r1)
        cut = time.monotonic()
        time.sleep(0.3)
        mending = time.monotonic()
        mend()
        mended = time.monotonic()
        lab.answered(probe)
        report = meter.stop()
    assert report["outage-count"] == 1, report["outages"]
    outage = report["outages"][0]
    shortest, longest = (mending - cut) * 1000, (mended - before) * 1000
    slack_ms += report["worst-gap-us"] / 1000
    assert shortest - slack_ms <= outage["length-ms"] <= longest + slack_ms
    start = outage["start-ns"] / 1e9
    assert before - slack_ms / 1000 <= start <= cut + slack_ms / 1000
    assert report["lost"] == outage["lost"]
    assert report["probes"] == report["answered"] + report["lost"]


def test_meter_sees_nothing_when_nothing_happens(answered_by_r1):
    with answered_by_r1.meter() as meter:
        time.sleep(0.3)
        report = meter.stop()
    assert report["outages"] == [] and report["answered"] > 100


@pytest.mark.parametrize("ipv6", (False, True), ids=("ipv4", "ipv6"))
def test_owners_sees_none_one_and_two(lab, ipv6):
    if ipv6:
        lab.ipv6()
    target = (VIP6 + "/64") if ipv6 else (VIP + "/24")
    owners = Owners(lab, target.split("/")[0])
    assert owners.now() == ()
    for verb, router, wanted in (("add", lab.r1, ("r1",)),
                                 ("add", lab.r2, ("r1", "r2")),
                                 ("delete", lab.r1, ("r2",)),
                                 ("delete", lab.r2, ())):
        more = ("nodad",) if ipv6 and verb == "add" else ()
        before = time.monotonic()
        router.ip("address", verb, target, "dev", "eth0", *more)
        wait_for(lambda: owners.now() == wanted, 5,
                 lambda: "%s; now %s" % (wanted, owners.changes))
        assert before - 0.002 <= owners.changes[-1][0] <= time.monotonic()
    intervals = owners.stop()
    assert [who for _, _, who in intervals] == \
        [(), ("r1",), ("r1", "r2"), ("r2",), ()]
    assert all(a[1] == b[0] for a, b in zip(intervals, intervals[1:]))


def test_meter_refused_connections_are_an_outage(answered_by_r1):
    lab = answered_by_r1
    nginx = lab.r1.start_nginx()
    with lab.meter("tcp") as meter:
        nginx.stop()
        lab.r1.start_nginx()
        lab.answered("tcp")
        report = meter.stop()
    assert report["lost"] > 0


def test_meter_does_not_count_a_late_answer(answered_by_r1):
    """Requests parked for an unresolved neighbour and delivered later."""
    lab = answered_by_r1
    with lab.meter("icmp", "-t", "10") as meter:
        mend = lab.cut(lab.r1)
        lab.client.ip("neigh", "replace", VIP, "dev", "eth0", "nud", "none")
        lab.client.ip("neigh", "flush", "all")
        time.sleep(0.2)
        mend()
        lab.answered()
        report = meter.stop()
    assert sum(o["length-ms"] for o in report["outages"]) > 150
    assert report["late"] > 0, report


def count(*args):
    done = subprocess.run([sys.executable, str(COUNT), *map(str, args)],
                          text=True, stdout=subprocess.PIPE)
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("result, log, expected", (
    ("PASS", "1..2\nok 1 - a\nok 2 - b\n", "2 0 0"),
    ("PASS", "fine\n", "1 0 0"),
    ("FAIL", "ok 1 - a\nnot ok 2 - b\n", "1 1 0"),
    ("FAIL", "ok 1 - a\nSegmentation fault\n", "1 1 0"),
    ("ERROR", "", "0 1 0"),
    ("SKIP", "needs root\n", "0 0 1"),
    ("PASS", "ok 1 - a\nnot ok 2 # SKIP b\nok 3 # skip c\n", "1 0 2"),
))
def test_count_adds_up_what_make_check_left(tmp_path, result, log, expected):
    (tmp_path / "t.trs").write_text(
        ":test-result: PASS\n:global-test-result: %s\n" % result)
    (tmp_path / "t.log").write_text(log)
    status, lines = count("automake", "x", tmp_path)
    assert (status, lines[-1]) == (0, expected)


def test_count_without_results_is_an_error(tmp_path):
    assert count("automake", "x", tmp_path)[0] != 0
