"""An Active whose adverts do not leave its own machine."""

import time

import pytest

from lab import VIP, vrrpd_conf, wait_for

MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))


def silence(router, hook):
    """A rule of the machine's own firewall; returns what takes it away."""
    router.run("nft", "-f", "-", stdin="table %s mute {\nchain c { type filter "
               "hook %s priority 0; %s drop; }\n}\n" %
               (hook[0], hook[1], hook[2]))
    return lambda: router.run("nft", "delete", "table", hook[0], "mute")


EGRESS = ("netdev", "egress device \"eth0\"", "meta protocol ip ip protocol 112")
OUTPUT = ("inet", "output", "meta l4proto 112")


@MODES
@pytest.mark.parametrize("hook, unicast", ((EGRESS, False), (EGRESS, True),
                                           (OUTPUT, True)),
                         ids=("egress", "unicast-egress", "unicast-output"))
@pytest.mark.untimed
def test_mute_active_gives_up_and_says_why(lab, virtual_mac, hook, unicast):
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=10, virtual_mac=virtual_mac,
            extra="unicast_peers = { %s }" % peer.address if unicast else
            ""))
    lab.wait_pair()
    before = len(lab.r1.transitions())
    speak = silence(lab.r1, hook)
    lab.r2.wait_state("active", 5)
    lab.r1.wait_state("initialize", 2)
    assert lab.r1.transitions()[-1]["cause"] == "cannot-send"
    wait_for(lambda: VIP not in lab.r1.addresses(), 2, "r1 gave it up")
    alarm, = lab.r1.instance()["alarms"]
    assert alarm["alarm"] == "cannot-send", alarm
    assert "another router serves" in alarm["text"], alarm
    lab.answered()
    time.sleep(5)
    # With unicast peers it finds out by trying to be Active, ever later.
    assert lab.r2.state() == "active"
    assert VIP not in lab.r1.addresses()
    assert len(lab.r1.transitions()) - before <= (8 if unicast else 1)
    speak()
    lab.r1.wait_state("active", 12)
    lab.r2.wait_state("backup", 5)
    wait_for(lambda: lab.r1.instance()["alarms"] == [], 2, "it is over")
