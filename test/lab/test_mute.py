"""An Active whose adverts do not leave its own machine."""

import time

import pytest

from lab import VIP, VRID, vrrpd_conf, wait_for

# An instance of each mode: what the machine does not let out is neither's.
MODES = {"web": (VRID, VIP, True), "plain": (VRID + 1, "192.0.2.51", False)}


def silence(router, hook):
    """A rule of the machine's own firewall; returns what takes it away."""
    router.run("nft", "-f", "-", stdin="table %s mute {\nchain c { type filter "
               "hook %s priority 0; %s drop; }\n}\n" %
               (hook[0], hook[1], hook[2]))
    return lambda: router.run("nft", "delete", "table", hook[0], "mute")


EGRESS = ("netdev", "egress device \"eth0\"", "meta protocol ip ip protocol 112")
OUTPUT = ("inet", "output", "meta l4proto 112")


@pytest.mark.parametrize("hook, unicast", ((EGRESS, False), (EGRESS, True),
                                           (OUTPUT, True)),
                         ids=("egress", "unicast-egress", "unicast-output"))
def test_mute_active_gives_up_and_says_why(lab, hook, unicast):
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_vrrpd("".join(vrrpd_conf(
            name=name, vrid=vrid, addresses=(address + "/24",),
            priority=priority, advert_int=10, virtual_mac=virtual_mac,
            extra="unicast_peers = { %s }" % peer.address if unicast else "")
            for name, (vrid, address, virtual_mac) in MODES.items()))
    lab.wait_pair()
    lab.r1.wait_state("active", name="plain")
    lab.r2.wait_state("backup", name="plain")
    before = {name: len(lab.r1.transitions(name)) for name in MODES}
    speak = silence(lab.r1, hook)
    for name in MODES:
        lab.r2.wait_state("active", 5, name)
    for name, (_, address, _) in MODES.items():
        lab.r1.wait_state("initialize", 2, name)
        assert lab.r1.transitions(name)[-1]["cause"] == "cannot-send"
        wait_for(lambda: address not in lab.r1.addresses(), 2,
                 "r1 gave it up")
        alarm, = lab.r1.instance(name)["alarms"]
        assert alarm["alarm"] == "cannot-send", alarm
        assert "another router serves" in alarm["text"], alarm
        lab.answered(target=address)
    time.sleep(5)
    # With unicast peers it finds out by trying to be Active, ever later.
    for name, (_, address, _) in MODES.items():
        assert lab.r2.state(name) == "active"
        assert address not in lab.r1.addresses()
        assert len(lab.r1.transitions(name)) - before[name] <= (
            8 if unicast else 1)
    speak()
    for name in MODES:
        lab.r1.wait_state("active", 12, name)
        lab.r2.wait_state("backup", 5, name)
        wait_for(lambda: lab.r1.instance(name)["alarms"] == [], 2,
                 "it is over")


def test_mute_bfd_packets_that_do_not_leave_are_said(lab):
    """UDP would hide it: a rule drops what was sent, and the kernel said yes."""
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        router.start_bfdd()
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=10, extra="bfd %s { role = peer  "
            "interval = 50ms  multiplier = 3 }" % peer.address))
    lab.wait_pair()
    lab.r1.wait_session(lab.r2.address)
    speak = silence(lab.r1, ("netdev", "egress device \"eth0\"",
                             "meta protocol ip udp dport 3784"))
    wait_for(lambda: lab.r2.session(lab.r1.address)["state"] == "down", 5,
             "r2 hears nothing of it")
    wait_for(lambda: "send-failed peer=%s" % lab.r2.address in
             lab.r1.bfdd.log(), 5, "r1 says why")
    assert "No buffer space" in lab.r1.bfdd.log()

    def alarm():
        return [a for a in lab.r1.instance()["alarms"]
                if a["alarm"] == "cannot-send"]

    wait_for(alarm, 5, "vrrpd knows as well")
    assert alarm()[0]["peer"] == lab.r2.address
    assert "BFD packets do not leave eth0: No buffer space" in \
        alarm()[0]["text"]
    assert lab.r1.state() == "active"
    assert [b["send-error"] for b in lab.r1.instance()["bfd"]] == [
        "No buffer space available"]
    speak()
    wait_for(lambda: not alarm(), 5, "it is over")
    lab.r1.wait_session(lab.r2.address)
    lab.r2.wait_session(lab.r1.address)
