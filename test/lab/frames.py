"""Frames with any field wrong, byte by byte."""

import ipaddress
import struct


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    return ipaddress.ip_address(address).packed


def mac_bytes(mac):
    return bytes(int(part, 16) for part in mac.split(":"))


def ethernet(destination, source, payload, kind=0x0800):
    return (mac_bytes(destination) + mac_bytes(source) +
            struct.pack("!H", kind) + payload)


def ipv4(source, destination, protocol, payload, ttl=255, length=None):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0xc0,
                         length or 20 + len(payload), 0, 0, ttl, protocol, 0,
                         packed(source), packed(destination))
    return header[:10] + struct.pack("!H", checksum(header)) + \
        header[12:] + payload


def ipv6(source, destination, protocol, payload, hop_limit=255):
    return struct.pack("!IHBB", 6 << 28 | 0xc0 << 20, len(payload), protocol,
                       hop_limit) + packed(source) + packed(destination) + \
        payload


def icmp6(source, destination, kind, rest, hop_limit=255):
    """An ICMPv6 message in its IPv6 packet; rest follows the checksum."""
    pseudo = packed(source) + packed(destination) + \
        struct.pack("!II", len(rest) + 4, 58)
    value = checksum(pseudo + bytes((kind, 0, 0, 0)) + rest)
    return ipv6(source, destination, 58,
                struct.pack("!BBH", kind, 0, value) + rest, hop_limit)


def solicitation(mac, source, target, destination=None, to=None):
    """A frame: to the solicited-node group, or to a MAC and an address."""
    tail = packed(target)[-3:]
    group = ipaddress.IPv6Address(packed("ff02::1:ff00:0")[:-3] + tail)
    group_mac = "33:33:ff:" + ":".join("%02x" % b for b in tail)
    return ethernet(to or group_mac, mac, icmp6(
        source, str(destination or group), 135,
        bytes(4) + packed(target) + b"\1\1" + mac_bytes(mac)), 0x86dd)


def echo(mac, source, destination, to, hop_limit=64):
    """A frame with an echo request of either family."""
    rest = b"\x12\x34\0\1swiftover"
    if ipaddress.ip_address(source).version == 6:
        return ethernet(to, mac, icmp6(source, destination, 128, rest,
                                       hop_limit), 0x86dd)
    body = b"\x08\0\0\0" + rest
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    return ethernet(to, mac, ipv4(source, destination, 1, body, hop_limit))


def arp_request(mac, source, target, to="ff:ff:ff:ff:ff:ff"):
    return ethernet(to, mac, b"\0\1\x08\0\6\4\0\1" + mac_bytes(mac) +
                    packed(source) + bytes(6) + packed(target), 0x0806)


def udp(source_port, destination_port, payload):
    """Without a checksum, which IPv4 allows."""
    return struct.pack("!HHHH", source_port, destination_port,
                       8 + len(payload), 0) + payload


def advert(vrid=51, priority=254, interval_cs=1, addresses=("192.0.2.50",),
           version=3, kind=1, count=None, bad_checksum=False, cut=0,
           legacy=False,
           source="192.0.2.66", destination="224.0.0.18", ttl=255,
           source_mac="02:00:5e:00:00:66",
           destination_mac="01:00:5e:00:00:12", password=None):
    """A whole frame; the checksum is right unless it is the thing wrong.

    Not from the virtual MAC: the switch would send its traffic here.
    Version 2 has whole seconds and eight more bytes; password: type 1.
    """
    tail = b"".join(map(packed, addresses))
    if version == 2:
        last = bytes((password is not None, interval_cs // 100))
        tail += (password or b"").ljust(8, b"\0")
    else:
        last = struct.pack("!H", interval_cs)
    body = bytes((version << 4 | kind, vrid, priority,
                  len(addresses) if count is None else count)) + last
    pseudo = b""                                   # V-11: the message only
    if legacy:                                     # V-13
        pseudo = packed(source) + packed(destination) + struct.pack(
            "!HH", 112, 8 + len(tail))
    value = checksum(pseudo + body + b"\0\0" + tail)
    if bad_checksum:
        value ^= 0x5555
    message = body + struct.pack("!H", value) + tail
    if cut:
        message = message[:-cut]
    return ethernet(destination_mac, source_mac,
                    ipv4(source, destination, 112, message, ttl))


def advert6(vrid=51, priority=254, interval_cs=1,
            addresses=("fe80::50", "2001:db8::50"), version=3, kind=1,
            count=None, pseudo=True, cut=0, source="fe80::66",
            destination="ff02::12", hop_limit=255,
            source_mac="02:00:5e:00:00:66",
            destination_mac="33:33:00:00:00:12"):
    """The same for IPv6; pseudo=False leaves the pseudo-header out (V-12)."""
    body = struct.pack("!BBBBH", version << 4 | kind, vrid, priority,
                       len(addresses) if count is None else count,
                       interval_cs)
    tail = b"".join(map(packed, addresses))
    message = body + b"\0\0" + tail
    message = message[:len(message) - cut]
    header = packed(source) + packed(destination) + \
        struct.pack("!II", len(message), 112) if pseudo else b""
    value = struct.pack("!H", checksum(header + message))
    return ethernet(destination_mac, source_mac,
                    ipv6(source, destination, 112,
                         message[:6] + value + message[8:], hop_limit),
                    0x86dd)


def bfd(source, destination, source_mac, destination_mac, version=1, diag=0,
        state=3, flags=0, multiplier=3, length=24, mine=1, yours=0,
        tx_us=10000, rx_us=10000, ttl=255, cut=0, port=49152):
    body = struct.pack("!BBBBIIIII", version << 5 | diag, state << 6 | flags,
                       multiplier, length, mine, yours, tx_us, rx_us, 0)
    if cut:
        body = body[:-cut]
    return ethernet(destination_mac, source_mac,
                    ipv4(source, destination, 17, udp(port, 3784, body), ttl))
