"""Gratuitous ARP as configured: how often, how far apart, how many at once."""

import time

import pytest

from lab import Capture, VIP, VMAC, vrrpd_conf, wait_for


def announcements(capture, address=None):
    return [f for f in capture.stop() if f.haslayer("ARP") and
            f["ARP"].psrc == f["ARP"].pdst and
            address in (None, f["ARP"].psrc)]


def become_active(lab, extra, addresses=(VIP + "/24",), advert_int=1):
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=advert_int,
                                  addresses=addresses, extra=extra))
    lab.r1.wait_state("active", 10)


def many(count):
    return tuple("198.51.%d.%d/16" % (100 + i // 250, i % 250 + 1)
                 for i in range(count))


# V-80 +, V-81 +
def test_announcements_repeat_as_configured_and_end(lab):
    with Capture(lab.client, "eth0", "arp") as capture:
        become_active(lab, "garp_repeat = 4  garp_interval = 50ms")
        time.sleep(0.5)
        seen = announcements(capture, VIP)
    assert len(seen) == 4, [f.summary() for f in seen]
    for frame in seen:
        assert (frame.src, frame.dst) == (VMAC, "ff:ff:ff:ff:ff:ff")
        assert (frame["ARP"].hwsrc, frame["ARP"].op) == (VMAC, 1)
    gaps = [float(b.time - a.time) for a, b in zip(seen, seen[1:])]
    assert all(gap > 0.049 for gap in gaps), gaps
    assert sorted(gaps)[1] < 0.06, gaps


# V-80 -
@pytest.mark.untimed
def test_announcements_of_a_backup_are_none(lab):
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    with Capture(lab.switch, "p-r2", "arp", "in") as capture:
        time.sleep(0.5)
        assert announcements(capture) == []


def test_announcements_refresh_as_configured(lab):
    become_active(lab, "garp_repeat = 1  garp_refresh = 100ms")
    with Capture(lab.client, "eth0", "arp") as capture:
        time.sleep(1.05)
        seen = announcements(capture, VIP)
    assert 8 <= len(seen) <= 11, len(seen)


# V-83 +, V-83 -
@pytest.mark.parametrize("virtual_mac", (True, False),
                         ids=("vmac", "address"))
@pytest.mark.untimed
def test_announcements_stop_at_once_on_yielding(lab, virtual_mac):
    lab.r2.start_vrrpd(vrrpd_conf(
        priority=100, advert_int=1, virtual_mac=virtual_mac,
        extra="garp_repeat = 60  garp_interval = 20ms"))
    lab.r2.wait_state("active", 5)
    with Capture(lab.switch, "p-r2", "arp", "in") as capture:
        lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1,
                                      virtual_mac=virtual_mac))
        lab.r2.wait_state("backup", 5)
        assert announcements(capture), "still at it until then"
    sent = lab.r2.instance()["statistics"]["announcements-sent"]
    assert sent < 60
    with Capture(lab.switch, "p-r2", "arp", "in") as capture:
        time.sleep(0.2)
        assert announcements(capture) == []


def test_announcements_of_255_addresses_are_paced(lab):
    """Every address, twice, and never all of them in one burst."""
    addresses = many(255)
    # The switch's port towards the client, so that no frame is missed.
    with Capture(lab.switch, "p-client", "arp") as capture:
        become_active(lab, "garp_repeat = 2  garp_interval = 100ms",
                      addresses=addresses)
        wait_for(lambda: lab.r1.instance()["statistics"]
                 ["announcements-sent"] >= 510, 5, "two rounds")
        time.sleep(0.1)
        seen = announcements(capture)
    count = {}
    for frame in seen:
        count[frame["ARP"].psrc] = count.get(frame["ARP"].psrc, 0) + 1
    assert count == {a.split("/")[0]: 2 for a in addresses}
    times = [float(f.time) for f in seen]
    # Of 65 in a row, the last left at least a pause after the first.
    spans = [b - a for a, b in zip(times, times[64:])]
    assert min(spans) > 0.0003, min(spans)
    # And a round is over soon: three pauses, and what the machine adds.
    assert times[254] - times[0] < 0.1, times[254] - times[0]
