"""Every reason to discard a packet, and that a discarded one does nothing.

Each packet breaks one rule only.  It is sent a thousand times a second to both
routers: it must be counted under its own name and no other, said once, and
neither state nor timers nor the rhythm of the Active's adverts may move.
"""

import statistics
import time

import pytest

import frames
from lab import Capture, Node, vrrpd_conf, wait_for

ALL = ("192.0.2.1", "192.0.2.2")

# name: (what is wrong, counter, who counts it)
BAD = {
    "V-40 ttl": (dict(ttl=254), "ip-ttl-errors"),
    "V-41 version": (dict(version=4), "version-errors"),
    "V-42 type": (dict(kind=2), "invalid-type-pkts-rcvd"),
    "V-43 short": (dict(cut=6), "packet-length-errors"),
    "V-43 fewer addresses than counted": (dict(count=2),
                                          "packet-length-errors"),
    "V-44 checksum": (dict(bad_checksum=True), "checksum-errors"),
    "V-45 vrid": (dict(vrid=77), "vrid-errors"),
    "V-47 count 0": (dict(addresses=(), count=0), "address-count-errors"),
    "V-49 interval 0": (dict(interval_cs=0), "interval-zero-errors"),
    "V-53 destination": (dict(destination="192.0.2.9"),
                         "destination-errors"),
    "V-53 source 0": (dict(source="0.0.0.0"), "source-errors"),
    "V-53 source multicast": (dict(source="224.0.0.5"), "source-errors"),
    "V-56 version 2": (dict(version=2, interval_cs=100), "version-errors"),
    "V-96 own source": (dict(source="192.0.2.1"), "own-source-errors"),
}

GOOD_2 = dict(version=2, password=b"s3cr3t", interval_cs=100)
BAD_2 = {
    "V-123 no password": (dict(password=None), "auth-type-errors"),
    "V-123 other password": (dict(password=b"s3cr3"), "auth-failures"),
    "V-124 interval": (dict(interval_cs=200), "v2-interval-errors"),
    "V-125 addresses": (dict(addresses=("192.0.2.77",)),
                        "v2-address-list-errors"),
    "V-120 without authentication data": (dict(cut=8),
                                          "packet-length-errors"),
    "V-41 version 3": (dict(version=3), "version-errors"),
}
RATE = 1000


@pytest.fixture
def evil(lab):
    node = lab.add(Node(lab, "evil", "192.0.2.66"))
    lab.plug(node)
    return node


def counters(router):
    """Of eth0, where every packet refused is counted, known VRID or not."""
    interface, = router.call("stats")["interfaces"]
    return {name: int(value)
            for name, value in interface["statistics"].items()
            if name.endswith("-errors") or name.startswith("auth")
            or name.startswith("invalid") or name == "not-vrrp"}


def moved(before, after):
    return {name: after[name] - before[name] for name in after
            if after[name] != before[name]}


def flood(node, frame, count, rate=RATE):
    with node.open_socket(17, 3) as sock:           # AF_PACKET, SOCK_RAW
        sock.bind(("eth0", 0))
        start = time.monotonic()
        for i in range(count):
            sock.send(frame)
            ahead = start + i / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)


def rhythm(capture, source):
    """Milliseconds between adverts of that source."""
    times = [float(f.time) for f in capture.stop()
             if f.haslayer("IP") and f["IP"].src == source and
             f.src.startswith("00:00:5e")]
    return [(b - a) * 1000 for a, b in zip(times, times[1:])]


def check_discards(lab, evil, table, good, count):
    """Failures, as text."""
    wrong = []
    for name, (fields, counter) in table.items():
        before = [(counters(r), len(r.transitions()), r.vrrpd.log())
                  for r in lab.routers]
        flood(evil, frames.advert(**dict(good, **fields)), count)
        for router, (counted, transitions, log) in zip(lab.routers, before):
            own = fields.get("source") == "192.0.2.1"
            if own and router is lab.r2:
                continue        # to r2 that is an advert of r1's
            what = "%s at %s: " % (name, router.name)
            seen = moved(counted, counters(router))
            if seen != {counter: count}:
                wrong.append(what + "counted %s" % seen)
            if len(router.transitions()) != transitions:
                wrong.append(what + "a transition")
            fresh = router.vrrpd.log()[len(log):]
            # A window of ten seconds may have begun with the rule before.
            said = fresh.count("discarded=" + counter)
            earlier = log.count("discarded=" + counter)
            if said + earlier not in (1, 2) or said > 1:
                wrong.append(what + "said %d times: %s" % (said, fresh))
    return wrong


# V-40 -, V-41 -, V-42 -, V-43 -, V-44 -, V-45 -, V-47 -, V-49 -, V-53 -, V-55 +
# V-96 -
def test_bad_packet_is_counted_said_once_and_changes_nothing(lab, evil):
    lab.start_pair(advert_int=10)
    lab.wait_pair()
    with lab.meter() as meter:
        wrong = check_discards(lab, evil, BAD, dict(priority=254), 200)
        report = meter.stop()
    assert wrong == [], "\n".join(wrong)
    assert [r.state() for r in lab.routers] == ["active", "backup"]
    assert report["outage-count"] == 0, report["outages"]


# V-120 -, V-123 -, V-124 -, V-125 -
@pytest.mark.untimed
def test_bad_version_2_packet_is_counted_and_changes_nothing(lab, evil):
    lab.start_pair(advert_int=100, extra='version = 2  auth_pass = "s3cr3t"')
    lab.wait_pair()
    wrong = check_discards(lab, evil, BAD_2, dict(GOOD_2, priority=254), 100)
    assert wrong == [], "\n".join(wrong)
    assert [r.state() for r in lab.routers] == ["active", "backup"]
    # The negative: with nothing wrong it is obeyed.
    flood(evil, frames.advert(**dict(GOOD_2, priority=254)), 1)
    lab.r1.wait_state("backup", 2)


# V-36 +, V-69 +
def test_rhythm_of_the_active_is_the_same_under_a_flood(lab, evil):
    """keepalived starts its timer anew with each packet it rejects."""
    lab.start_pair(advert_int=1)
    lab.wait_pair()

    def listen(seconds, what=None):
        """Milliseconds between adverts during that, as a median of many."""
        with Capture(lab.switch, "p-r1", "ip proto 112", "in") as capture:
            if what is None:
                time.sleep(seconds)
            else:
                flood(evil, what, int(RATE * seconds))
            gaps = rhythm(capture, lab.r1.address)
        # None at all is the worst rhythm there is.
        return gaps or [seconds * 1000]

    def jitter(gaps):
        return statistics.median(abs(gap - 10) for gap in gaps)

    quiet = listen(1)
    usual = statistics.median(quiet)
    moved_by = {}
    for name, (fields, _) in BAD.items():
        gaps = listen(0.3, frames.advert(**dict(dict(priority=254), **fields)))
        # Ten packets between two adverts: what one of them moves shows in
        # the median.  A sleep of the machine is one gap of thirty.
        moved_by[name] = (statistics.median(gaps) - usual,
                          jitter(gaps) - jitter(quiet), len(gaps))
    print("advert every %.3f ms (jitter %.3f); flooded: %s" % (
        usual, jitter(quiet), moved_by))
    assert len(quiet) > 50
    assert 9.5 < usual < 11, quiet
    for name, (later, wider, count) in moved_by.items():
        assert abs(later) < 0.5 and wider < 0.5 and count > 15, (name,
                                                                 moved_by)
    assert lab.r1.state() == "active"
    assert len(lab.r1.transitions()) == 2


# V-45 -
@pytest.mark.untimed
def test_foreign_virtual_router_is_said_once(lab, evil):
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1))
    lab.r1.wait_state("active")
    flood(evil, frames.advert(vrid=7), 20)
    flood(evil, frames.advert(vrid=8), 20)
    wait_for(lambda: counters(lab.r1)["vrid-errors"] == 40, 2, "counted")
    said = [line for line in lab.r1.vrrpd.log().splitlines()
            if "vrid-errors" in line]
    assert len(said) == 2 and "vrid=7:" in said[0] and "vrid=8:" in said[1]
    assert lab.r1.state() == "active"


@pytest.mark.untimed
def test_statistics_have_the_names_of_the_model(lab):
    """RFC 8347, in the control protocol and in vrrpctl -j show stats."""
    import json
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    answer = json.loads(lab.r1.vrrpctl("-j", "show", "stats").stdout)
    web, = answer["instances"]
    for name in ("discontinuity-datetime", "master-transitions",
                 "advertisement-rcvd", "advertisement-sent",
                 "interval-errors", "priority-zero-pkts-rcvd",
                 "priority-zero-pkts-sent", "invalid-type-pkts-rcvd",
                 "address-list-errors", "packet-length-errors"):
        assert name in web["statistics"], name
    total = answer["statistics"]
    for name in ("discontinuity-datetime", "checksum-errors",
                 "version-errors", "vrid-errors", "ip-ttl-errors"):
        assert name in total, name
    assert (answer["virtual-routers"], len(answer["interfaces"])) == (1, 1)
    assert web["statistics"]["master-transitions"] == 1
    assert web["statistics"]["advertisement-sent"] > 0
