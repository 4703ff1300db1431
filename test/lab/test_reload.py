"""A reload changes what the file changed, and a client of the rest sees nothing."""

import pytest

from lab import (GLOBAL, LINK_LOCAL, NETWORK, VIP, VIP6, VIP6_LOCAL,
                 vrrpd_conf, wait_for)

MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))
FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))


class Pair:
    """r1 is Active at 1 s adverts; an address that stays, and its client."""

    def __init__(self, lab, virtual_mac, ipv6):
        self.lab = lab
        self.ipv6 = ipv6
        self.virtual_mac = virtual_mac
        self.stays = VIP6 if ipv6 else VIP
        self.length = 64 if ipv6 else 24
        lab.start_pair(advert_int=100, virtual_mac=virtual_mac, ipv6=ipv6)
        lab.wait_pair(ipv6=ipv6)
        lab.answered(target=self.stays)
        self.addresses = ([VIP6_LOCAL + "/64", VIP6 + "/64"] if ipv6 else
                          [VIP + "/24"])

    def other(self, number):
        return "%s%d" % (GLOBAL if self.ipv6 else NETWORK + ".", number)

    def write(self, router, extra=""):
        peer = {self.lab.r1: self.lab.r2, self.lab.r2: self.lab.r1}[router]
        extra = extra.replace("PEER", peer.link_local if self.ipv6 else
                              peer.address)
        router.vrrpd_conf.write_text(vrrpd_conf(
            priority=200 if router is self.lab.r1 else 100, advert_int=100,
            virtual_mac=self.virtual_mac, addresses=self.addresses,
            extra=extra))

    def reload(self, extra="", order=None):
        """One after the other, the Backup first unless told otherwise."""
        for router in order or (self.lab.r2, self.lab.r1):
            self.write(router, extra)
            assert router.call("reload")["changed"] == 1

    def put(self, *addresses):
        """These are the other addresses, in front of the one that stays.

        In front: then the kernel's first address, of which the others are
        secondaries, is one that comes and goes.
        """
        fixed = [a for a in self.addresses
                 if a.split("/")[0] in (self.stays, VIP6_LOCAL)]
        if self.ipv6:
            self.addresses = [fixed[0], *addresses, fixed[1]]
        else:
            self.addresses = [*addresses, fixed[0]]


def transitions(lab):
    return [[(t["from"], t["to"], t["cause"]) for t in r.transitions()]
            for r in (lab.r1, lab.r2)]


def installed(pair):
    family = "inet6" if pair.ipv6 else "inet"
    return pair.lab.r1.addresses(family=family)


@FAMILIES
@MODES
def test_reload_in_place_is_not_seen_by_a_client_of_the_rest(lab, virtual_mac,
                                                             ipv6):
    pair = Pair(lab, virtual_mac, ipv6)
    before = transitions(lab)
    one, two = pair.other(61), pair.other(62)
    length = "/%d" % pair.length
    monitor = lab.r1.start("monitor", "ip", "-o", "monitor", "address")
    wait_for(lambda: lab.r1.run("pgrep", "-f", "ip -o monitor",
                                check=False).stdout, 5, "the monitor runs")
    with lab.meter(target=pair.stays) as meter:
        # Added, behind and in front; taken away, the kernel's first one too.
        pair.put(one + length, two + length)
        pair.reload()
        wait_for(lambda: {one, two} <= installed(pair), 2, "both are there")
        lab.answered(target=one)
        lab.answered(target=two)
        pair.put(two + length)
        pair.reload(order=(lab.r1, lab.r2))
        wait_for(lambda: one not in installed(pair), 2, "one is gone")
        # Another prefix length, and the address that has it answers on.
        with lab.meter(target=two) as changed:
            pair.put(two + ("/80" if ipv6 else "/25"))
            pair.reload()
            lab.answered(target=two)
            changed = changed.stop()
        pair.reload("unicast_peers = { PEER }")
        pair.reload()
        pair.put()
        pair.reload()
        wait_for(lambda: two not in installed(pair), 2, "two is gone")
        report = meter.stop()
    assert transitions(lab) == before
    assert not report["outages"], report
    gone = [line for line in monitor.log().splitlines()
            if "Deleted" in line and pair.stays + length in line]
    assert not gone, gone
    # The kernel deletes an IPv6 address to give it another length.
    assert all(ipv6 and o["length-ms"] < 20 for o in changed["outages"])


@MODES
def test_reload_of_accept_moves_nobody(lab, virtual_mac):
    pair = Pair(lab, virtual_mac, False)
    before = transitions(lab)
    lab.r1.start_nginx()
    lab.answered("tcp", target=pair.stays)
    pair.reload("accept = no")
    assert lab.http_get(timeout=0.2) is None
    pair.reload("accept = yes")
    lab.answered("tcp", target=pair.stays)
    assert transitions(lab) == before


@FAMILIES
def test_reload_of_virtual_mac_is_not_seen_by_a_client(lab, ipv6):
    pair = Pair(lab, True, ipv6)
    with lab.meter(target=pair.stays) as meter:
        for pair.virtual_mac in (False, True):
            for router in lab.r2, lab.r1:
                pair.write(router)
                done = router.call("reload")
                assert done["restarted"] == 1
                assert lab.r1.state() == "active"
                # The one before is out of the way, and its device gone.
                wait_for(lambda: any(name.startswith("vr") for name in
                                     router.links()) == pair.virtual_mac,
                         5, "its device is there, or gone")
            wait_for(lambda: lab.r2.instance()["active-address"] ==
                     lab.r1.instance()["primary-address"], 5, "r2 hears r1")
        report = meter.stop()
    assert not report["outages"], report
    assert lab.r1.transitions()[-1]["cause"] == "restart"
    # Nothing of the other way to have them is left.
    device = [name for name in lab.r1.links() if name.startswith("vr")]
    wait_for(lambda: pair.stays not in lab.r1.addresses(
        "eth0", "inet6" if ipv6 else "inet"), 2, "eth0 has it no more")
    assert len(device) == 1


def test_reload_of_a_vrid_keeps_the_address(lab):
    pair = Pair(lab, True, False)
    with lab.meter(target=pair.stays) as meter:
        for router in lab.r2, lab.r1:
            pair.write(router)
            router.vrrpd_conf.write_text(
                router.vrrpd_conf.read_text().replace("= 51", "= 61"))
            assert router.call("reload")["restarted"] == 1
        assert lab.r1.state() == "active"
        report = meter.stop()
    assert not report["outages"], report
