"""A Backup is silent and deaf as the virtual router, seen from its port.

What it must not send would teach the switches that the virtual MAC lives
here; what it must not hear is what a switch floods that does not know where
the virtual MAC lives.
"""

import contextlib
import datetime
import time

import pytest

import frames
from lab import Capture, VIP, VIP6, VIP6_LOCAL, VMAC, VMAC6, wait_for
from test_wire import injector

FAMILIES = pytest.mark.parametrize("ipv6", (False, True),
                                   ids=("ipv4", "ipv6"))
HISTORY = pytest.mark.parametrize("was_active", (False, True),
                                  ids=("from-start", "after-active"))
# Reports of a group that was left are sent again after up to a second (MLD),
# or three (IGMP).
REPORTS_S = 3.2


def sent_by(lab, router, expression=""):
    """Captures what the router sends, as its switch port sees it."""
    return Capture(lab.switch, "p-" + router.name, expression, "in")


def forwarding(lab):
    """The routers route, as far as the machine is concerned."""
    for router in lab.routers:
        router.sysctl("net.ipv4.ip_forward", 1)
        router.sysctl("net.ipv6.conf.all.forwarding", 1)


def yielded_at(router):
    """When the router had given the addresses up: the kernel's answer."""
    def known():
        last = router.transitions()[-1]
        steps = {s["step"]: s["us"] for s in last["steps"]}
        return (last, steps) if "acknowledged" in steps else None

    last, steps = wait_for(known, 5, "the steps are known")
    assert (last["from"], last["to"]) == ("active", "backup"), last
    decided = datetime.datetime.fromisoformat(last["time"]).timestamp()
    return decided + (steps["acknowledged"] - steps["decided"]) / 1e6


def make_active_and_yield(lab):
    mend = lab.cut(lab.r1)
    lab.r2.wait_state("active", 15)
    mend()
    lab.wait_pair()


# V-91 +, V-91 -, V-82 +, V-82 -
@FAMILIES
@HISTORY
def test_backup_sends_nothing_from_the_virtual_mac(lab, ipv6, was_active):
    """V-91: no ARP, IGMP, MLD, DAD, solicitation or advert."""
    vmac = VMAC6 if ipv6 else VMAC
    forwarding(lab)
    with sent_by(lab, lab.r2, "ether src " + vmac) as capture:
        lab.start_pair(advert_int=1, ipv6=ipv6)
        lab.wait_pair()
        silent_from = 0
        if was_active:
            make_active_and_yield(lab)
            silent_from = yielded_at(lab.r2)
        end = time.monotonic() + REPORTS_S
        while time.monotonic() < end:
            lab.r2.ip("neigh", "flush", "all")
            # Everybody, say which groups you are in; and so as the router.
            with injector(lab.switch, "p-r2") as send:
                for mac in lab.switch.mac("br0"), vmac:
                    send(frames.ethernet(
                        "33:33:00:00:00:01", mac, frames.icmp6(
                            "fe80::7", "ff02::1", 130, bytes(4 + 16), 1),
                        0x86dd))
                    send(frames.ethernet(
                        "01:00:5e:00:00:01", mac, frames.ipv4(
                            "192.0.2.7", "224.0.0.1", 2,
                            b"\x11\x0a\xee\xf5\0\0\0\0", 1)))
                    send(frames.arp_request(mac, "192.0.2.7", VIP))
                    send(frames.solicitation(mac, "fe80::7", VIP6))
            time.sleep(0.2)
        seen = capture.stop()
    if was_active:
        assert seen, "not even the Active was heard: nothing is captured"
    late = [f for f in seen if f.time > silent_from]
    assert late == [], [f.summary() for f in late]
    fdb = lab.switch.run("bridge", "fdb", "show", "br", "br0").stdout
    line = [x for x in fdb.splitlines() if x.startswith(vmac)]
    assert line and "p-r1" in line[0], fdb


def flooded(lab, router, ipv6):
    """What a switch that floods may hand this router, by what it asks for."""
    client, mac = lab.client, lab.client.mac()
    other = lab.r1 if router is lab.r2 else lab.r2
    if not ipv6:
        return {
            "echo to the virtual address":
                frames.echo(mac, client.address, VIP, VMAC),
            "echo to its own address":
                frames.echo(mac, client.address, router.address, VMAC),
            "echo to be forwarded":
                frames.echo(mac, client.address, other.address, VMAC),
            "ARP": frames.arp_request(mac, client.address, VIP),
            "ARP to the virtual MAC":
                frames.arp_request(mac, client.address, VIP, VMAC),
        }
    frame = {
        "echo to its own address":
            frames.echo(mac, client.address6, router.address6, VMAC6),
        "echo to be forwarded":
            frames.echo(mac, client.address6, other.address6, VMAC6),
    }
    for vip, source in (VIP6, client.address6), (VIP6_LOCAL,
                                                 client.link_local):
        frame.update({
            "echo to " + vip: frames.echo(mac, source, vip, VMAC6),
            "NS for " + vip: frames.solicitation(mac, source, vip),
            "NS to the virtual MAC for " + vip:
                frames.solicitation(mac, source, vip, vip, VMAC6),
        })
    return frame


def reaction(seen, router, ipv6):
    """Answers, forwarded packets and advertisements of a virtual address."""
    virtual = {VIP, VIP6, VIP6_LOCAL}
    found = []
    for f in seen:
        if f.haslayer("ICMPv6ND_NA"):
            # Announcements are to everybody; these are answers.
            if f["ICMPv6ND_NA"].tgt in virtual and f["ICMPv6ND_NA"].S == 1:
                found.append(f)
        elif f.haslayer("ARP"):
            if f["ARP"].op == 2 and f["ARP"].psrc in virtual:
                found.append(f)
        elif (f.haslayer("ICMPv6EchoReply") or f.haslayer("ICMPv6EchoRequest")
              or f.haslayer("ICMP")):
            found.append(f)
    return found


def react(lab, router, ipv6):
    """{what was asked: what the router did}, asked at its port."""
    result = {}
    for what, frame in flooded(lab, router, ipv6).items():
        with injector(lab.switch, "p-" + router.name) as send, \
                sent_by(lab, router, "arp or icmp or icmp6") as capture:
            for _ in range(5):
                send(frame)
                time.sleep(0.02)
            result[what] = reaction(capture.stop(), router, ipv6)
    return result


# V-100 +, V-101 +, V-103 +, V-84 -, V-102 -
@FAMILIES
@HISTORY
def test_backup_does_not_hear_what_is_flooded(lab, ipv6, was_active):
    """No answer, no acceptance, no forwarding."""
    forwarding(lab)
    lab.start_pair(advert_int=1, ipv6=ipv6)
    lab.wait_pair()
    if was_active:
        make_active_and_yield(lab)
        yielded_at(lab.r2)
    for what, seen in react(lab, lab.r2, ipv6).items():
        assert seen == [], (what, [f.summary() for f in seen])


# V-100 -, V-101 -, V-103 -, V-84 +, V-88 +, V-102 +, V-104 +
@FAMILIES
def test_active_hears_what_its_backup_must_not(lab, ipv6):
    """The same frames, so the test above can fail."""
    forwarding(lab)
    lab.start_pair(advert_int=1, ipv6=ipv6)
    lab.wait_pair()
    for what, seen in react(lab, lab.r1, ipv6).items():
        assert seen, what
        if what.startswith(("ARP", "NS")):
            vmac = VMAC6 if ipv6 else VMAC
            assert {f.src for f in seen} == {vmac}, what
            for f in seen:
                if ipv6:
                    assert f["ICMPv6ND_NA"].R == 1
                    # A question to the MAC itself need not be told it.
                    if not what.startswith("NS to"):
                        assert f["ICMPv6NDOptDstLLAddr"].lladdr == vmac
                else:
                    assert f["ARP"].hwsrc == vmac


@FAMILIES
def test_address_mode_never_uses_the_virtual_mac(lab, ipv6):
    vmac = VMAC6 if ipv6 else VMAC
    with sent_by(lab, lab.r2, "ether src " + vmac) as capture:
        lab.start_pair(advert_int=1, ipv6=ipv6, virtual_mac=False)
        lab.wait_pair()
        make_active_and_yield(lab)
        lab.answered(target=VIP6 if ipv6 else VIP)
        seen = capture.stop()
    assert seen == [], [f.summary() for f in seen]


# V-90 +, V-90 -, V-106 +, V-106 -: whoever sends them, they leave the Active only.
def test_router_advertisements_leave_the_active_only(lab):
    lab.start_pair(advert_int=1, ipv6=True)
    lab.wait_pair()
    frame = frames.ethernet(
        "33:33:00:00:00:01", VMAC6, frames.icmp6(
            VIP6_LOCAL, "ff02::1", 134, b"\x40\0\x07\x08" + bytes(8) +
            b"\1\1" + frames.mac_bytes(VMAC6)), 0x86dd)
    heard = []
    for router in lab.routers:
        device = router.instance()["virtual-mac-device"]
        with injector(router, device) as send, \
                sent_by(lab, router, "icmp6") as capture:
            for _ in range(5):
                # A mute device says so to who asks, as a full queue does.
                with contextlib.suppress(OSError):
                    send(frame)
            time.sleep(0.05)
            heard.append([f for f in capture.stop()
                          if f.haslayer("ICMPv6ND_RA")])
    assert len(heard[0]) == 5 and not heard[1], heard
