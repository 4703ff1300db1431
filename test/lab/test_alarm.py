"""Alarms: what no election cures is said, with who it is, and ends by itself.

Two routers that cannot hear each other are both Active.  Each must say so, in
plain show, in -j and in the log, within seconds of the cold start; and none of
it may be said in ordinary life.
"""

import contextlib
import socket
import struct
import threading
import time

import pytest

from lab import VIP, VIP6, VIP6_LOCAL, VMAC, VRID, vrrpd_conf, wait_for

SETTLED_S = 4.0         # any sighting is forgotten by then
# Instances of both families and both modes, side by side on one interface: each
# asks, hears and warns for its own addresses.
VIRTUAL_MAC = {"web": (VIP + "/24",),
               "web6": (VIP6_LOCAL + "/64", VIP6 + "/64")}
ADDRESS_MODE = {"plain": ("192.0.2.51/24",),
                "plain6": ("fe80::51/64", "2001:db8::51/64")}
ALL = {**VIRTUAL_MAC, **ADDRESS_MODE}


def alarms(router, name="web"):
    return {a["alarm"]: a for a in router.instance(name)["alarms"]}


def wait_alarm(router, word, timeout=5, name="web"):
    return wait_for(lambda: alarms(router, name).get(word), timeout,
                    lambda: "%s %s has the alarm %s, not %s" % (
                        router.name, name, word, alarms(router, name)))


def wait_none(router, timeout=10, names=("web",)):
    for name in names:
        wait_for(lambda: not alarms(router, name), timeout,
                 lambda: "%s %s has no alarms: %s" % (
                     router.name, name, alarms(router, name)))


def is_said(router, word, who="", name="web"):
    """In show, in show NAME, and in the log."""
    for shown in (router.vrrpctl("show").stdout,
                  router.vrrpctl("show", name).stdout):
        assert "ALARM" in shown and word in shown and "remedy:" in shown
        assert who in shown
        assert max(len(line) for line in shown.splitlines()) <= 80
    line = "alarm instance=%s " % name
    wait_for(lambda: any(line in said and "alarm=" + word in said
                         for said in router.vrrpd.log().splitlines()), 2,
             "it is in the log")


def own(router, name):
    return router.link_local if name.endswith("6") else router.address


def start_both(lab, instances=("web",), bfd=False, advert_int=10):
    """Cold starts of both, at once; returns when both are Active, or may be."""
    if "web6" in instances:
        lab.ipv6()
    for router, priority, peer in ((lab.r1, 200, lab.r2),
                                   (lab.r2, 100, lab.r1)):
        if bfd:
            router.start_bfdd()
        router.start_vrrpd("".join(vrrpd_conf(
            name=name, vrid=VRID + list(ALL).index(name), priority=priority,
            advert_int=advert_int, virtual_mac=name in VIRTUAL_MAC,
            addresses=ALL[name], bfd=own(peer, name) if bfd else None)
            for name in instances))


def wait_all(router, state, names, timeout=5):
    for name in names:
        router.wait_state(state, timeout, name)


def only_own_mac(lab, router):
    """Port security: the switch takes the card's MAC from this port only."""
    return lab.cut(router, egress=False,
                   match="ether saddr != %s" % router.mac())


# (c)
def test_alarm_virtual_mac_refused_by_both_ports(lab):
    for router in lab.routers:
        only_own_mac(lab, router)
    start_both(lab, VIRTUAL_MAC)
    for router in lab.routers:
        wait_all(router, "active", VIRTUAL_MAC)
    began = time.monotonic()
    for router in lab.routers:
        for name in VIRTUAL_MAC:
            wait_alarm(router, "virtual-mac-refused", 3, name)
    assert time.monotonic() - began < 3
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        for name in VIRTUAL_MAC:
            alarm = alarms(router, name)["virtual-mac-refused"]
            assert "virtual_mac = no" in alarm["remedy"]
            is_said(router, "virtual-mac-refused", name=name)
            two = wait_alarm(router, "two-actives", name=name)
            assert two["peer"] == own(peer, name)
            assert two["mac"] == peer.mac()
            is_said(router, "two-actives", two["peer"], name)


# (c): a bridge port that learns nothing, with a fixed table, and no flooding.  With
# adverts of a second the alarm is there before the first router is Active.
def test_alarm_virtual_mac_refused_by_a_fixed_table(lab):
    for node in (lab.r1, lab.r2, lab.client):
        lab.switch.run("bridge", "link", "set", "dev", "p-" + node.name,
                       "learning", "off", "flood", "off")
        lab.switch.run("bridge", "fdb", "replace", node.mac(), "dev",
                       "p-" + node.name, "master", "static")
    start_both(lab, VIRTUAL_MAC, advert_int=100)
    began = time.monotonic()
    for router in lab.routers:
        for name in VIRTUAL_MAC:
            wait_alarm(router, "virtual-mac-refused", 5, name)
            assert router.state(name) == "backup"
    assert time.monotonic() - began < 3
    for node in (lab.r1, lab.r2, lab.client):
        lab.switch.run("bridge", "link", "set", "dev", "p-" + node.name,
                       "learning", "on", "flood", "on")
    for router in lab.routers:
        wait_none(router, names=VIRTUAL_MAC)
        assert "alarm-over instance=web" in router.vrrpd.log()


class Clients(threading.Thread):
    """A host that has something to send to the addresses, again and again."""

    def __init__(self, node, addresses):
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.contexts = []
        self.socks = []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            self.contexts.append(node.open_socket(family, socket.SOCK_DGRAM))
            sock = self.contexts[-1].__enter__()
            sock.setblocking(False)
            self.socks.append((sock, address))
        self.start()

    def run(self):
        while not self.over.wait(0.2):
            for sock, address in self.socks:
                with contextlib.suppress(OSError):
                    sock.sendto(b"", (address, 9))

    def stop(self):
        self.over.set()
        self.join()
        for context in self.contexts:
            context.__exit__(None, None, None)


# (c): no other router is there, and a client asks in vain: with it, it is found out.
def test_alarm_virtual_mac_refused_to_a_lone_router(lab):
    lab.ipv6()
    mend = only_own_mac(lab, lab.r1)
    lab.r1.start_vrrpd("".join(vrrpd_conf(
        name=name, vrid=VRID + list(ALL).index(name), priority=200,
        advert_int=10, addresses=VIRTUAL_MAC[name]) for name in VIRTUAL_MAC))
    wait_all(lab.r1, "active", VIRTUAL_MAC)
    assert not alarms(lab.r1)
    clients = Clients(lab.client, (VIP, VIP6))
    for name in VIRTUAL_MAC:
        alarm = wait_alarm(lab.r1, "virtual-mac-refused", 5, name)
        assert lab.client.address in alarm["text"] or name == "web6"
        is_said(lab.r1, "virtual-mac-refused", name=name)
    mend()
    wait_none(lab.r1, names=VIRTUAL_MAC)
    clients.stop()


# (c) and its end: the port is opened.
def test_alarm_virtual_mac_refused_ends(lab):
    mends = [only_own_mac(lab, router) for router in lab.routers]
    start_both(lab)
    for router in lab.routers:
        wait_alarm(router, "virtual-mac-refused")
    # A planned restart is no end of it, and no beginning.
    since = alarms(lab.r1)["virtual-mac-refused"]["since"]
    pid = lab.r1.engine_pid()
    lab.r1.vrrpctl("restart", check=True)
    wait_for(lambda: lab.r1.engine_pid() not in (None, pid), 5,
             "another engine")
    wait_for(lambda: "own MAC only" in alarms(lab.r1).get(
        "virtual-mac-refused", {"text": ""})["text"], 5,
             "it has been found again")
    assert alarms(lab.r1)["virtual-mac-refused"]["since"] == since
    said = [line for line in lab.r1.vrrpd.log().splitlines()
            if "alarm=virtual-mac-refused" in line]
    assert len(said) == 1, said
    for mend in mends:
        mend()
    lab.r2.wait_state("backup", 5)
    for router in lab.routers:
        wait_none(router)


# (b): VRRP alone is blocked, from the cold start on, in both directions.
@pytest.mark.parametrize("bfd", (False, True), ids=("alone", "bfd"))
def test_alarm_vrrp_blocked_from_the_start(lab, bfd):
    mends = [lab.cut_vrrp(router) for router in lab.routers]
    start_both(lab, ALL, bfd)
    for router, peer in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        wait_all(router, "active", ALL)
        for name in ALL:
            two = wait_alarm(router, "two-actives", 5, name)
            assert two["peer"] == own(peer, name)
    for mend in mends:
        mend()
    wait_all(lab.r2, "backup", ALL)
    for router in lab.routers:
        wait_none(router, names=ALL)


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
    """A host that answers for IPv6 addresses whatever it hears.

    Linux gives such an address up when it hears another's announcement.
    """

    def __init__(self, node, addresses):
        super().__init__(daemon=True)
        self.targets = {socket.inet_pton(socket.AF_INET6, a)
                        for a in addresses}
        self.mac = bytes.fromhex(node.mac().replace(":", ""))
        self.context = node.open_socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(3))
        self.sock = self.context.__enter__()
        self.sock.bind(("eth0", 0))
        self.sock.settimeout(0.1)
        self.going = True
        self.start()

    def run(self):
        while self.going:
            try:
                asked = self.sock.recv(2048)
            except TimeoutError:
                continue
            if asked[12:14] != b"\x86\xdd" or asked[54:55] != b"\x87" or \
                    asked[62:78] not in self.targets:
                continue
            target = asked[62:78]
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


# (a), (e): a host that has the addresses, and knows nothing of VRRP.
def test_alarm_foreign_host_has_the_address(lab):
    lab.ipv6()
    claimed = {name: addresses[-1] for name, addresses in ALL.items()}
    stubborn = Stubborn(lab.client, [claimed[name].split("/")[0]
                                     for name in ("web6", "plain6")])
    for name in "web", "plain":
        lab.client.ip("address", "add", claimed[name], "dev", "eth0")
    start_both(lab, ALL)
    wait_all(lab.r1, "active", ALL)
    began = time.monotonic()
    for name, address in claimed.items():
        alarm = wait_alarm(lab.r1, "address-claimed", 4, name)
        assert alarm["mac"] == lab.client.mac()
        assert address.split("/")[0] in alarm["text"]
    assert time.monotonic() - began < 4
    for name in ALL:
        is_said(lab.r1, "address-claimed", lab.client.mac(), name)
    stubborn.stop()
    for name in "web", "plain":
        lab.client.ip("address", "del", claimed[name], "dev", "eth0")
    wait_none(lab.r1, names=ALL)


class Beside(threading.Thread):
    """A host that sends what it likes, from whatever MAC."""

    def __init__(self, node, frame):
        super().__init__(daemon=True)
        # A protocol of which nothing is received; with none nothing is sent.
        self.context = node.open_socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(0x88b5))
        self.sock = self.context.__enter__()
        self.sock.bind(("eth0", 0))
        self.frame = frame
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.3):
            self.sock.send(self.frame)

    def stop(self):
        self.over.set()
        self.join()
        self.context.__exit__(None, None, None)


def from_mac(mac):
    """A broadcast of no protocol that anybody knows, from there."""
    return b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) + b"\x88\xb5" + \
        bytes(46)


# (e): not a word about the address, but the virtual MAC of the Active.
def test_alarm_frames_from_the_virtual_mac(lab):
    start_both(lab)
    lab.r1.wait_state("active", 5)
    other = Beside(lab.client, from_mac(VMAC))
    alarm = wait_alarm(lab.r1, "virtual-mac-elsewhere", 3)
    assert alarm["mac"] == VMAC and "peer" not in alarm
    assert not alarms(lab.r2)
    is_said(lab.r1, "virtual-mac-elsewhere", VMAC)
    other.stop()
    wait_none(lab.r1)


def quiet(lab):
    """No alarm stands, and none has: sightings need time to become one."""
    time.sleep(SETTLED_S)
    for router in lab.routers:
        if not router.vrrpd.alive():
            continue
        for name in ALL:
            assert not alarms(router, name), (router.name, name,
                                              alarms(router, name))
        assert "alarm instance=" not in router.vrrpd.log(), router.vrrpd.log()


def handover(router, to):
    for name in ALL:
        router.vrrpctl("handover", name, check=True)
    wait_all(to, "active", ALL)


# (d): none of it in ordinary life.
def test_alarm_none_in_ordinary_life(lab):
    start_both(lab, ALL, bfd=True)
    wait_all(lab.r1, "active", ALL)
    wait_all(lab.r2, "backup", ALL)
    for name in ALL:
        lab.r2.wait_session(own(lab.r1, name))
    quiet(lab)
    mend = lab.cut(lab.r1)                      # a partition, healed
    wait_all(lab.r2, "active", ALL)
    time.sleep(2)
    mend()
    wait_all(lab.r2, "backup", ALL)
    quiet(lab)
    handover(lab.r1, lab.r2)
    quiet(lab)
    handover(lab.r2, lab.r1)
    lab.r1.vrrpctl("restart", check=True)
    lab.r1.vrrpctl("reload", check=True)
    quiet(lab)
    lab.r1.vrrpd.stop()                         # a clean stop, a start
    wait_all(lab.r2, "active", ALL)
    quiet(lab)
