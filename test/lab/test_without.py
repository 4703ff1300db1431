"""virtual_mac = auto: the virtual MAC where it passes, none where it is refused.

A port that takes the card's own MAC alone is a switch with port security or a
hypervisor.  What the clients see is what counts: that the address is answered, by
whom, and that a takeover between routers which have decided differently loses
nothing.
"""

import os
import signal

import pytest

from lab import (VIP, VIP6, VIP6_LOCAL, VMAC, VMAC6, START_CS, vrrpd_conf,
                 wait_for)
from test_alarm import alarms, only_own_mac

FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))


def conf(priority, ipv6=False, advert_int=100, extra=""):
    return vrrpd_conf(priority=priority, advert_int=advert_int,
                      virtual_mac="auto", extra=extra,
                      addresses=(VIP6_LOCAL + "/64", VIP6 + "/64") if ipv6
                      else (VIP + "/24",))


def start_both(lab, ipv6=False, advert_int=100):
    if ipv6:
        lab.ipv6()
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_vrrpd(conf(priority, ipv6, advert_int))


def gave_up(router):
    return "virtual-mac-given-up" in router.instance()


def wait_gave_up(router, timeout=8):
    wait_for(lambda: gave_up(router), timeout,
             lambda: "%s has given the virtual MAC up: %s" % (
                 router.name, router.instance()))


def neighbour(lab, ipv6=False):
    """The MAC that the client has of the address, after a ping."""
    target = VIP6 if ipv6 else VIP
    lab.client.run("ping", "-c1", "-W1", target, check=False)
    words = lab.client.ip("neigh", "show", target, "dev", "eth0").split()
    return words[words.index("lladdr") + 1] if "lladdr" in words else None


def answered_by(lab, mac, ipv6=False, timeout=5):
    wait_for(lambda: neighbour(lab, ipv6) == mac, timeout,
             lambda: "the client has %s, not %s" % (neighbour(lab, ipv6), mac),
             interval=0.1)


def lost_nothing(report):
    """Of the machine's own gaps a client may be a victim."""
    own_ms = report["worst-gap-us"] / 1000
    assert not [o for o in report["outages"]
                if o["length-ms"] > 5 + own_ms], report


def never_alarmed(lab):
    for router in lab.routers:
        assert not alarms(router), alarms(router)
        assert "alarm instance=" not in router.vrrpd.log(), router.vrrpd.log()


# Decided before the first of them is Active, so that there never are two.
@FAMILIES
def test_without_where_both_ports_refuse(lab, ipv6):
    for router in lab.routers:
        only_own_mac(lab, router)
    start_both(lab, ipv6)
    for router in lab.routers:
        wait_gave_up(router)
        assert router.state() == "backup"
        assert "virtual_mac=auto goes without" in router.vrrpd.log()
    lab.r1.wait_state("active", 5)
    answered_by(lab, lab.r1.mac(), ipv6)
    assert lab.r2.state() == "backup"
    assert "given up" in lab.r1.vrrpctl("show", "web").stdout
    with lab.meter(target=VIP6 if ipv6 else VIP) as meter:
        lab.r1.vrrpctl("handover", "web", check=True)
        lab.r2.wait_state("active", 5)
        answered_by(lab, lab.r2.mac(), ipv6)
    lost_nothing(meter.stop())
    never_alarmed(lab)
    assert [t["cause"] for t in lab.r2.transitions()] == ["startup",
                                                          "priority-zero"]


# Each decides for itself; clients learn the MAC from announcements.
@FAMILIES
def test_without_where_one_port_refuses(lab, ipv6):
    only_own_mac(lab, lab.r1)
    start_both(lab, ipv6)
    wait_gave_up(lab.r1)
    lab.r1.wait_state("active", 5)
    answered_by(lab, lab.r1.mac(), ipv6)
    wait_for(lambda: lab.r2.instance()["virtual-mac-passage"] == "passes", 5,
             "r2 has found that it may have the virtual MAC")
    with lab.meter(target=VIP6 if ipv6 else VIP) as meter:
        lab.r1.vrrpctl("handover", "web", check=True)
        lab.r2.wait_state("active", 5)
        answered_by(lab, VMAC6 if ipv6 else VMAC, ipv6)
        lab.r2.vrrpctl("handover", "web", check=True)
        lab.r1.wait_state("active", 5)
        answered_by(lab, lab.r1.mac(), ipv6)
        # What is decided stays: a reload, a planned restart.
        lab.r1.vrrpd_conf.write_text(conf(201, ipv6))
        lab.r1.vrrpctl("reload", check=True)
        assert lab.r1.instance()["priority"] == 201
        assert gave_up(lab.r1)
        pid = lab.r1.engine_pid()
        lab.r1.vrrpctl("restart", check=True)
        wait_for(lambda: lab.r1.engine_pid() not in (None, pid), 5,
                 "another engine")
        assert gave_up(lab.r1) and lab.r1.state() == "active"
    lost_nothing(meter.stop())
    assert not gave_up(lab.r2)
    never_alarmed(lab)
    # Nor does an engine that dies as Active take the decision along.
    pid = lab.r1.engine_pid()
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: lab.r1.engine_pid() not in (None, pid), 5,
             "another engine")
    assert gave_up(lab.r1)


# It was proven, and then the port is locked: found by the other's question.
def test_without_a_port_that_is_locked_later(lab):
    start_both(lab, advert_int=START_CS)
    lab.r1.wait_state("active", 5)
    wait_for(lambda: lab.r1.instance()["virtual-mac-passage"] == "passes", 5,
             "the virtual MAC passes")
    mends = [only_own_mac(lab, router) for router in lab.routers]
    for router in lab.routers:
        wait_gave_up(router)
    lab.r2.wait_state("backup", 5)
    answered_by(lab, lab.r1.mac())
    # One way: the port that is opened again changes nothing.
    for mend in mends:
        mend()
    answered_by(lab, lab.r1.mac())
    assert gave_up(lab.r1) and gave_up(lab.r2)
    # But what an operator writes does.
    lab.r1.vrrpd_conf.write_text(vrrpd_conf(priority=200, advert_int=START_CS))
    lab.r1.vrrpctl("reload", check=True)
    answered_by(lab, VMAC)
