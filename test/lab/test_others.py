"""Other addresses: they come and go with the instance, and no advert has them.

An instance of either family has other addresses of both.  r1 is Active, r2 its
Backup, and the client talks to all of them.
"""

import json
import signal

import pytest

from lab import (Capture, GLOBAL, NETWORK, VIP, VIP6, VIP6_LOCAL, VMAC, VMAC6,
                 vrrpd_conf, wait_for)

MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))
FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))
FOUR, SIX = NETWORK + ".60", GLOBAL + "60"
OTHERS = (FOUR + "/24", SIX + "/64")


def listed(others):
    return "other_addresses = { %s }" % ", ".join(others)


class Pair:
    def __init__(self, lab, virtual_mac=True, ipv6=False, others=OTHERS):
        self.lab = lab
        self.virtual_mac = virtual_mac
        self.ipv6 = ipv6
        lab.ipv6()
        self.vip = VIP6 if ipv6 else VIP
        self.addresses = ((VIP6_LOCAL + "/64", VIP6 + "/64") if ipv6 else
                          (VIP + "/24",))
        for router in lab.routers:
            router.start_vrrpd(self.conf(router, others))
            if router is lab.r1:
                router.wait_state("active")
        lab.wait_pair()

    def conf(self, router, others, extra=""):
        return vrrpd_conf(
            priority=200 if router is self.lab.r1 else 100, advert_int=10,
            virtual_mac=self.virtual_mac, addresses=self.addresses,
            extra=(listed(others) if others else "") + extra)

    def reload(self, router, others, extra=""):
        router.vrrpd_conf.write_text(self.conf(router, others, extra))
        assert router.call("reload")["changed"] == 1

    def mac(self, router):
        if not self.virtual_mac:
            return router.mac()
        return VMAC6 if self.ipv6 else VMAC

    def answered(self, *addresses):
        for address in addresses:
            wait_for(lambda: self.lab.client.run(
                "ping", "-c", "1", "-W", "1", address,
                check=False).returncode == 0, 10, "%s answers" % address)

    def neighbour(self, address):
        entries = json.loads(self.lab.client.ip(
            "-j", "neigh", "show", address, "dev", "eth0"))
        return entries[0].get("lladdr") if entries else None


def has(router, *addresses):
    """Which of these addresses are on it."""
    there = router.addresses(family="inet") | router.addresses(family="inet6")
    return set(addresses) & there


@FAMILIES
@MODES
def test_others_of_both_families_move_along(lab, virtual_mac, ipv6):
    pair = Pair(lab, virtual_mac, ipv6)
    assert lab.r1.instance()["other-addresses"] == list(OTHERS)
    assert "2001:db8::60/64" in lab.r1.vrrpctl("show", "web").stdout
    assert has(lab.r1, FOUR, SIX) == {FOUR, SIX}
    assert has(lab.r2, FOUR, SIX, pair.vip) == set()
    pair.answered(pair.vip, FOUR, SIX)
    for address in (FOUR, SIX):
        assert pair.neighbour(address) == pair.mac(lab.r1)
    with Capture(lab.r2, "eth0", "proto 112 or ip6 proto 112",
                 "in") as capture:
        lab.r1.vrrpctl("handover", "web", check=True)
        lab.r2.wait_state("active")
        wait_for(lambda: has(lab.r2, FOUR, SIX) == {FOUR, SIX} and
                 not has(lab.r1, FOUR, SIX, pair.vip), 5,
                 "the other addresses are r2's")
        pair.answered(FOUR, SIX, pair.vip)
        seen = capture.stop()
    # In the adverts the virtual addresses are counted, and no more.
    offset = 14 + (40 if ipv6 else 20)
    counts = {bytes(frame)[offset + 3] for frame in seen}
    assert counts == {len(pair.addresses)}
    # Hosts were told, and did not have to ask.
    for address in (FOUR, SIX):
        wait_for(lambda: pair.neighbour(address) == pair.mac(lab.r2), 5,
                 lambda: "%s is told anew: %s" % (address,
                                                  pair.neighbour(address)))


@FAMILIES
@MODES
def test_others_are_changed_put_back_and_taken_away(lab, virtual_mac, ipv6):
    """A device that was made for one family gets those of the other in place."""
    pair = Pair(lab, virtual_mac, ipv6, others=())
    before = len(lab.r1.transitions())
    pair.reload(lab.r1, OTHERS)
    assert has(lab.r1, FOUR, SIX) == {FOUR, SIX}
    pair.answered(FOUR, SIX)
    for address in (FOUR, SIX):
        assert pair.neighbour(address) == pair.mac(lab.r1)

    # One stays, one goes, one comes.
    more = NETWORK + ".61"
    pair.reload(lab.r1, (more + "/24", OTHERS[1]))
    wait_for(lambda: has(lab.r1, FOUR, SIX, more) == {more, SIX}, 5,
             "the change is made")
    pair.answered(more, SIX, pair.vip)

    # Somebody else takes it away.
    for address, length in ((SIX, 64), (more, 24)):
        link = next(name for name, l in lab.r1.links().items()
                    if any(a["local"] == address for a in l["addr_info"]))
        lab.r1.ip("address", "del", "%s/%d" % (address, length), "dev", link)
        wait_for(lambda: has(lab.r1, address), 5, "%s is back" % address)
        pair.answered(address)

    # What must not be changes nothing.
    pair.reload(lab.r1, ())
    wait_for(lambda: not has(lab.r1, FOUR, SIX, more), 5, "they are gone")
    pair.answered(pair.vip)
    assert len(lab.r1.transitions()) == before


@FAMILIES
@MODES
def test_others_end_with_the_engine_and_with_all_of_us(lab, virtual_mac,
                                                       ipv6):
    pair = Pair(lab, virtual_mac, ipv6)
    # The lease covers them.
    wait_for(lambda: lab.r1.instance()["guard"] == "lease", 5, "a lease")
    rules = lab.r1.run("nft", "list", "ruleset").stdout
    assert FOUR + " : goto" in rules and SIX + " : goto" in rules
    # The last will has them.
    lab.r2.vrrpctl("disable", "web", check=True)
    lab.r1.vrrpd.kill(signal.SIGSTOP)
    engine = lab.r1.engine_pid()
    lab.r1.vrrpd.kill(signal.SIGCONT)
    lab.r1.run("kill", "-KILL", str(engine))
    lab.r2.vrrpctl("enable", "web", check=True)
    wait_for(lambda: lab.r1.engine_pid() not in (None, engine), 10,
             "a new engine")
    lab.r1.wait_state("active")
    assert has(lab.r1, FOUR, SIX) == {FOUR, SIX}
    # Left behind by a run that was killed whole, cleared by the next.
    lab.r1.vrrpd.kill_all(signal.SIGKILL)
    lab.r2.wait_state("active")
    pair.answered(FOUR, SIX)
    lab.r1.start_vrrpd(vrrpd_conf(
        priority=50, advert_int=10, virtual_mac=virtual_mac,
        addresses=pair.addresses, extra=listed(OTHERS)))
    lab.r1.wait_state("backup")
    assert has(lab.r1, FOUR, SIX, pair.vip) == set()


@MODES
def test_others_are_not_taken_with_accept_no(lab, virtual_mac):
    pair = Pair(lab, virtual_mac)
    pair.reload(lab.r1, OTHERS, extra="\n accept = no")
    for address in (FOUR, SIX):
        wait_for(lambda: lab.client.run(
            "ping", "-c", "1", "-W", "0.2", address,
            check=False).returncode != 0, 5, "%s takes nothing" % address)
    pair.reload(lab.r1, OTHERS)
    pair.answered(FOUR, SIX)


# Alone: five hundred at real-time priority keep a processor from other labs' routers.
@pytest.mark.timing
def test_others_several_hundred_are_taken_over_together(lab):
    """Half of them IPv6."""
    fours = ["198.51.%d.%d" % (100 + i // 200, 1 + i % 200)
             for i in range(250)]
    sixes = ["2001:db8:1::%x" % (i + 1) for i in range(250)]
    others = [a + "/32" for a in fours] + [a + "/128" for a in sixes]
    pair = Pair(lab, others=others)
    assert len(has(lab.r1, *fours, *sixes)) == 500
    lab.r1.vrrpctl("handover", "web", check=True)
    lab.r2.wait_state("active")
    assert len(has(lab.r2, *fours, *sixes)) == 500
    wait_for(lambda: not has(lab.r1, *fours, *sixes), 10, "r1 has none")
    assert len(lab.r2.instance()["other-addresses"]) == 500
    assert "more (vrrpctl -j)" in lab.r2.vrrpctl("show", "web").stdout
    pair.answered(VIP)
    # One that goes leaves the others alone.
    pair.reload(lab.r2, others[1:])
    wait_for(lambda: has(lab.r2, *fours, *sixes) ==
             {*fours[1:], *sixes}, 5, "one has gone")
    assert lab.r2.transitions()[-1]["to"] == "active"


def test_others_deprecated_or_not(lab):
    """Whether this host connects from an IPv6 address is said for each."""
    lab.ipv6()
    lab.start_alone(extra="""other_addresses = { 2001:db8::61/64 }
    other_address 2001:db8::62/64 { deprecated = yes }
    other_address 2001:db8::63/64 { device = eth0 deprecated = no }""")

    def deprecated(address):
        info = next(a for l in lab.r1.links().values()
                    for a in l["addr_info"] if a["local"] == address)
        return info.get("preferred_life_time") == 0
    assert [deprecated("2001:db8::%d" % n) for n in (61, 62, 63)] == [
        False, True, False]
