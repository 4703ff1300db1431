"""backup_adverts: Backups that know each other before the first death.

The rules of who takes over when are in the world's scenarios (backup-adverts.txt),
with every event in its place; here is what they look like on a wire, and that the
daemons, the kernel and bfdd do it.
"""

import pytest

from lab import (Capture, START_CS, VIP, VIP6, VIP6_LOCAL, VRID, vrrpd_conf,
                 wait_for)

FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))
BACKUP = 2


@pytest.fixture
def lab3(labs):
    lab = labs(3)
    lab.r3 = lab.routers[2]
    return lab


def address(router, ipv6):
    return router.link_local if ipv6 else router.address


def conf(router, priority, ipv6, unicast=False, bfd=True):
    extra = "backup_adverts = yes"
    if bfd:
        extra += "  bfd auto { interval = 10ms  multiplier = 3 }"
    if unicast:
        extra += "  unicast_peers = { %s }" % ", ".join(
            address(r, ipv6) for r in router.lab.routers if r is not router)
    return vrrpd_conf(
        priority=priority, advert_int=START_CS, extra=extra,
        addresses=(VIP6_LOCAL + "/64", VIP6 + "/64") if ipv6 else
        (VIP + "/24",))


def start(lab, ipv6, **options):
    """r1 is Active; of the Backups the later one is the better one."""
    if ipv6:
        lab.ipv6()
    for router, priority in zip(lab.routers, (200, 100, 150)):
        router.start_bfdd()
        router.start_vrrpd(conf(router, priority, ipv6, **options))
        router.wait_state("active" if router is lab.r1 else "backup", 15)


def known(router):
    return {r["address"]: r for r in router.instance()["routers-known"]}


def wait_known(router, other, priority, ipv6):
    wait_for(lambda: known(router).get(address(other, ipv6), {}).get(
        "known-by") == "backup-advert" and known(router)[
            address(other, ipv6)]["priority"] == priority, 10,
             lambda: "%s knows %s: %s" % (router.name, other.name,
                                          known(router)))


@FAMILIES
def test_backup_adverts_the_best_is_known_and_goes(lab3, ipv6):
    """Two Backups that were never Active, and the Active dies."""
    start(lab3, ipv6)
    r1, r2, r3 = lab3.r1, lab3.r2, lab3.r3
    for router in r1, r2:
        wait_known(router, r3, 150, ipv6)
    for router in r1, r3:
        wait_known(router, r2, 100, ipv6)
    lab3.change_advert_int(100, lab3.routers)
    for one in r2, r3:
        one.wait_session(address(r1, ipv6), timeout=15)
    # Between the Backups as well: the next Active is watched from the start.
    r2.wait_session(address(r3, ipv6), timeout=15)
    wait_for(lambda: all(s["takeover"] == "ready" for s in
                         r3.instance()["bfd"]
                         if s["peer"] == address(r1, ipv6)), 15,
             "r3 is ready to take over")
    before = len(r2.transitions())
    lab3.cut(r1)
    r3.wait_state("active", 10)
    wait_for(lambda: r2.instance()["active-address"] == address(r3, ipv6), 10,
             "r2 follows r3")
    assert r3.transitions()[-1]["cause"] == "bfd-down"
    assert len(r2.transitions()) == before
    assert r2.session(address(r3, ipv6))["state"] == "up"


@FAMILIES
@pytest.mark.parametrize("unicast", (False, True), ids=("group", "unicast"))
def test_backup_adverts_on_the_wire(lab3, ipv6, unicast):
    """Draft: type 2, its own MAC, TTL 255; 0 when it stops."""
    start(lab3, ipv6, unicast=unicast, bfd=False)
    r2, r3 = lab3.r2, lab3.r3
    wait_known(r3, r2, 100, ipv6)
    mac = r2.links()["eth0"]["address"]
    with Capture(lab3.switch, "p-r2", "ip proto 112 or ip6 proto 112") as c:
        wait_known(r3, r2, 100, ipv6)
        r2.vrrpctl("set", "web", "priority", "120")
        wait_known(r3, r2, 120, ipv6)
        r2.vrrpctl("disable", "web")
        wait_for(lambda: known(r3)[address(r2, ipv6)].get("left"), 10,
                 "r3 hears that r2 is no Backup any more")
    told = []
    for frame in c.so_far():
        layer = "IPv6" if frame.haslayer("IPv6") else "IP"
        message = bytes(frame)[14 + (40 if layer == "IPv6" else 20):]
        if frame[layer].src != address(r2, ipv6):
            continue
        assert message[0] == 0x30 | BACKUP, "a Backup says nothing else"
        assert message[1] == VRID
        assert frame.src == mac
        assert (frame[layer].hlim if layer == "IPv6" else
                frame[layer].ttl) == 255
        assert int.from_bytes(message[4:6], "big") == 100
        told.append(message[2])
    assert 120 in told and told[-1] == 0, told
    statistics = r3.instance()["statistics"]
    assert statistics["backup-adverts-rcvd"] > 1
    assert statistics["invalid-type-pkts-rcvd"] == 0
    assert "known" in r3.vrrpctl("show", "web").stdout


def test_backup_adverts_are_invalid_where_they_are_not_wanted(lab):
    """Off by default: such packets change one counter."""
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=START_CS))
    lab.r1.wait_state("active")
    lab.r2.start_vrrpd(conf(lab.r2, 100, False, bfd=False))
    lab.r2.wait_state("backup")
    wait_for(lambda: lab.r1.instance()["statistics"]
             ["invalid-type-pkts-rcvd"] > 1, 10, "r1 counts them")
    assert lab.r1.instance()["routers-known"] == []
    assert lab.r1.state() == "active"
