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
    return ipaddress.IPv4Address(address).packed


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


def udp(source_port, destination_port, payload):
    """Without a checksum, which IPv4 allows."""
    return struct.pack("!HHHH", source_port, destination_port,
                       8 + len(payload), 0) + payload


def advert(vrid=51, priority=254, interval_cs=1, addresses=("192.0.2.50",),
           version=3, kind=1, count=None, bad_checksum=False, cut=0,
           legacy=False,
           source="192.0.2.66", destination="224.0.0.18", ttl=255,
           source_mac="02:00:5e:00:00:66",
           destination_mac="01:00:5e:00:00:12"):
    """A whole frame; the checksum is right unless it is the thing wrong.

    Not from the virtual MAC: the switch would send its traffic here.
    """
    body = struct.pack("!BBBBH", version << 4 | kind, vrid, priority,
                       len(addresses) if count is None else count,
                       interval_cs)
    tail = b"".join(map(packed, addresses))
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


def bfd(source, destination, source_mac, destination_mac, version=1, diag=0,
        state=3, flags=0, multiplier=3, length=24, mine=1, yours=0,
        tx_us=10000, rx_us=10000, ttl=255, cut=0, port=49152):
    body = struct.pack("!BBBBIIIII", version << 5 | diag, state << 6 | flags,
                       multiplier, length, mine, yours, tx_us, rx_us, 0)
    if cut:
        body = body[:-cut]
    return ethernet(destination_mac, source_mac,
                    ipv4(source, destination, 17, udp(port, 3784, body), ttl))
