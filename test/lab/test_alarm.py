"""Alarms: what no election cures is said, with who it is, and ends by itself.

Two routers that cannot hear each other are both Active.  Each must say so, in
plain show, in -j and in the log, within seconds of the cold start; and none of
it may be said in ordinary life.
"""

import socket
import struct
import threading
import time

import pytest

from lab import VIP, VIP6, VIP6_LOCAL, vrrpd_conf, wait_for

FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))
MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("virtual-mac", "address-mode"))
SETTLED_S = 4.0         # any sighting is forgotten by then


def alarms(router, name="web"):
    return {a["alarm"]: a for a in router.instance(name)["alarms"]}


def wait_alarm(router, word, timeout=5):
    return wait_for(lambda: alarms(router).get(word), timeout,
                    lambda: "%s has the alarm %s, not %s" % (
                        router.name, word, alarms(router)))


def wait_none(router, timeout=10):
    wait_for(lambda: not alarms(router), timeout,
             lambda: "%s has no alarms: %s" % (router.name, alarms(router)))


def is_said(router, word, who=""):
    """In show, in show NAME, and in the log."""
    for shown in (router.vrrpctl("show").stdout,
                  router.vrrpctl("show", "web").stdout):
        assert "ALARM" in shown and word in shown and "remedy:" in shown
        assert who in shown
        assert max(len(line) for line in shown.splitlines()) <= 80
    line = "alarm instance=web"
    wait_for(lambda: any(line in said and "alarm=" + word in said
                         for said in router.vrrpd.log().splitlines()), 2,
             "it is in the log")


def start_both(lab, ipv6=False, advert_int=10, virtual_mac=True, bfd=False,
               extra=""):
    """Cold starts of both, at once; returns when both are Active, or may be."""
    addresses = (VIP + "/24",)
    if ipv6:
        lab.ipv6()
        addresses = (VIP6_LOCAL + "/64", VIP6 + "/64")
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        if bfd:
            router.start_bfdd()
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=advert_int, virtual_mac=virtual_mac,
            addresses=addresses, extra=extra,
            bfd=(peer.link_local if ipv6 else peer.address) if bfd else None))


def only_own_mac(lab, router):
    """Port security: the switch takes the card's MAC from this port only."""
    return lab.cut(router, egress=False,
                   match="ether saddr != %s" % router.mac())


# (c)
@FAMILIES
def test_alarm_virtual_mac_refused_by_both_ports(lab, ipv6):
    for router in lab.routers:
        only_own_mac(lab, router)
    start_both(lab, ipv6)
    for router in lab.routers:
        router.wait_state("active", 5)
    began = time.monotonic()
    for router in lab.routers:
        wait_alarm(router, "virtual-mac-refused", 3)
    assert time.monotonic() - began < 3
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        alarm = alarms(router)["virtual-mac-refused"]
        assert "virtual_mac = no" in alarm["remedy"]
        is_said(router, "virtual-mac-refused")
        two = wait_alarm(router, "two-actives")
        assert two["peer"] == (peer.link_local if ipv6 else peer.address)
        assert two["mac"] == peer.mac()
        is_said(router, "two-actives", two["peer"])


# (c): a bridge port that learns nothing, with a fixed table, and no flooding.
def test_alarm_virtual_mac_refused_by_a_fixed_table(lab):
    for node in (lab.r1, lab.r2, lab.client):
        lab.switch.run("bridge", "link", "set", "dev", "p-" + node.name,
                       "learning", "off", "flood", "off")
        lab.switch.run("bridge", "fdb", "replace", node.mac(), "dev",
                       "p-" + node.name, "master", "static")
    start_both(lab)
    lab.r1.wait_state("active", 5)
    wait_alarm(lab.r1, "virtual-mac-refused", 3)
    for node in (lab.r1, lab.r2, lab.client):
        lab.switch.run("bridge", "link", "set", "dev", "p-" + node.name,
                       "learning", "on", "flood", "on")
    wait_none(lab.r1)
    assert "alarm-over instance=web" in lab.r1.vrrpd.log()


# (c) and its end: the port is opened.
def test_alarm_virtual_mac_refused_ends(lab):
    mends = [only_own_mac(lab, router) for router in lab.routers]
    start_both(lab)
    for router in lab.routers:
        wait_alarm(router, "virtual-mac-refused")
    for mend in mends:
        mend()
    lab.r2.wait_state("backup", 5)
    for router in lab.routers:
        wait_none(router)


# (b): VRRP alone is blocked, from the cold start on, in both directions.
@FAMILIES
@MODES
@pytest.mark.parametrize("bfd", (False, True), ids=("alone", "bfd"))
def test_alarm_vrrp_blocked_from_the_start(lab, ipv6, virtual_mac, bfd):
    mends = [lab.cut_vrrp(router) for router in lab.routers]
    start_both(lab, ipv6, virtual_mac=virtual_mac, bfd=bfd)
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        router.wait_state("active", 5)
        two = wait_alarm(router, "two-actives", 5)
        assert two["peer"] == (peer.link_local if ipv6 else peer.address)
    for mend in mends:
        mend()
    lab.r2.wait_state("backup", 5)
    for router in lab.routers:
        wait_none(router)


# (b): nothing of VRRP gets from r1 to r2; r1 hears the lesser r2 for ever.
def test_alarm_one_way(lab):
    start_both(lab)
    lab.r1.wait_state("active", 5)
    mend = lab.cut(lab.r2, ingress=False, match="meta l4proto 112")
    lab.r2.wait_state("active", 5)
    unheard = wait_alarm(lab.r1, "unheard")
    assert unheard["peer"] == lab.r2.address
    two = wait_alarm(lab.r2, "two-actives")
    assert two["peer"] == lab.r1.address and two["mac"] == lab.r1.mac()
    is_said(lab.r1, "unheard", lab.r2.address)
    is_said(lab.r2, "two-actives", lab.r1.address)
    mend()
    lab.r2.wait_state("backup", 5)
    for router in lab.routers:
        wait_none(router)


class Stubborn(threading.Thread):
    """A host that answers for the IPv6 address whatever it hears.

    Linux gives such an address up when it hears another's announcement.
    """

    def __init__(self, node):
        super().__init__(daemon=True)
        self.mac = bytes.fromhex(node.mac().replace(":", ""))
        self.context = node.open_socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(3))
        self.sock = self.context.__enter__()
        self.sock.bind(("eth0", 0))
        self.sock.settimeout(0.1)
        self.going = True
        self.start()

    def run(self):
        target = socket.inet_pton(socket.AF_INET6, VIP6)
        while self.going:
            try:
                asked = self.sock.recv(2048)
            except TimeoutError:
                continue
            if asked[12:14] != b"\x86\xdd" or asked[54:55] != b"\x87" or \
                    asked[62:78] != target:
                continue
            asker = asked[22:38]
            message = struct.pack("!BBHI", 136, 0, 0, 0x60000000) + target + \
                b"\x02\x01" + self.mac
            words = target + asker + struct.pack("!II", 32, 58) + message
            total = sum(struct.unpack("!%dH" % (len(words) // 2), words))
            total = (total >> 16) + (total & 0xffff)
            total = ~(total + (total >> 16)) & 0xffff
            message = message[:2] + struct.pack("!H", total) + message[4:]
            self.sock.send(asked[6:12] + self.mac + b"\x86\xdd" +
                           struct.pack("!IHBB", 6 << 28, 32, 58, 255) +
                           target + asker + message)

    def stop(self):
        self.going = False
        self.join()
        self.context.__exit__(None, None, None)


# (a), (e): a host that has the address, and knows nothing of VRRP.
@FAMILIES
@MODES
def test_alarm_foreign_host_has_the_address(lab, ipv6, virtual_mac):
    if ipv6:
        lab.ipv6()
        stubborn = Stubborn(lab.client)
    else:
        lab.client.ip("address", "add", VIP + "/24", "dev", "eth0")
    start_both(lab, ipv6, virtual_mac=virtual_mac)
    lab.r1.wait_state("active", 5)
    alarm = wait_alarm(lab.r1, "address-claimed", 4)
    assert alarm["mac"] == lab.client.mac()
    assert (VIP6 if ipv6 else VIP) in alarm["text"]
    is_said(lab.r1, "address-claimed", lab.client.mac())
    if ipv6:
        stubborn.stop()
    else:
        lab.client.ip("address", "del", VIP + "/24", "dev", "eth0")
    wait_none(lab.r1)


def quiet(lab):
    """No alarm stands, and none has: sightings need time to become one."""
    time.sleep(SETTLED_S)
    for router in lab.routers:
        if not router.vrrpd.alive():
            continue
        assert not alarms(router), (router.name, alarms(router))
        assert "alarm instance=" not in router.vrrpd.log(), router.vrrpd.log()


# (d): none of it in ordinary life.
@FAMILIES
@MODES
def test_alarm_none_in_ordinary_life(lab, ipv6, virtual_mac):
    start_both(lab, ipv6, virtual_mac=virtual_mac, bfd=True)
    lab.wait_pair(bfd=True, ipv6=ipv6)
    quiet(lab)
    mend = lab.cut(lab.r1)                      # a partition, healed
    lab.r2.wait_state("active", 5)
    time.sleep(2)
    mend()
    lab.r2.wait_state("backup", 5)
    quiet(lab)
    lab.r1.vrrpctl("handover", "web", check=True)
    lab.r2.wait_state("active", 5)
    quiet(lab)
    lab.r2.vrrpctl("handover", "web", check=True)
    lab.r1.wait_state("active", 5)
    lab.r1.vrrpctl("restart", check=True)
    lab.r1.vrrpctl("reload", check=True)
    quiet(lab)
    lab.r1.vrrpd.stop()                         # a clean stop, a start
    lab.r2.wait_state("active", 5)
    quiet(lab)
