"""Everything below /proc/sys/net that may decide who answers, one at a time.

One lab with both families; each setting is written on both routers, on the host's
interface, on our devices, for "all" and for "default", and then it is seen who
answers: for the virtual addresses the Active alone and with the right MAC address,
for the host's own addresses the host.  Where a setting keeps it from that, an alarm
has to say so.

    LAB_WALK=whole LAB_WALK_TABLE=FILE sh test/lab/run.sh build -k settings_whole

walks all of them in half an hour and appends the table to a file; otherwise it is
only seen that those which were once found to matter do not any more.
"""

import collections
import contextlib
import os
import pathlib
import select
import socket
import time

import pytest

import frames
from lab import GLOBAL, LINK_LOCAL, NETWORK, VIP, VIP6, VIP6_LOCAL, \
    Lab, vrrpd_conf, wait_for

WHOLE = os.environ.get("LAB_WALK") == "whole"

VALUES = {
    "ipv4": {"arp_ignore": (0, 1, 2, 3, 8), "arp_announce": (0, 1, 2),
             "rp_filter": (0, 1, 2), "medium_id": (-1, 0, 1),
             "force_igmp_version": (0, 2), "arp_accept": (0, 1, 2)},
    "ipv6": {"accept_ra": (0, 1, 2), "accept_dad": (0, 1, 2),
             "use_tempaddr": (0, 1, 2), "addr_gen_mode": (0, 1),
             "dad_transmits": (0, 1), "router_solicitations": (0, 3),
             "force_mld_version": (0, 1, 2), "max_addresses": (1, 16),
             "accept_untracked_na": (0, 1, 2), "mtu": (1280, 1500),
             "keep_addr_on_down": (0, 1)},
}
# Counters, times, secrets, and what cannot be written or means nothing here.
NOT_WALKED = {
    "tag", "mc_forwarding", "stable_secret", "hop_limit", "temp_prefered_lft",
    "temp_valid_lft", "regen_max_retry", "regen_min_advance", "ioam6_id",
    "ioam6_id_wide", "max_desync_factor", "ra_defrtr_metric",
    "accept_ra_rt_info_max_plen", "accept_ra_rt_info_min_plen",
    "accept_ra_min_lft", "accept_ra_min_hop_limit",
    "igmpv2_unsolicited_report_interval", "igmpv3_unsolicited_report_interval",
    "mldv1_unsolicited_report_interval", "mldv2_unsolicited_report_interval",
    "router_probe_interval", "router_solicitation_delay",
    "router_solicitation_interval", "router_solicitation_max_interval",
    "ndisc_tclass", "bootp_relay"}
Case = collections.namedtuple("Case", "family device key value")

# What was seen to matter once, and is cured; all at a time.
CURED = (
    Case("ipv4", "all", "arp_filter", 1), Case("ipv4", "all", "rp_filter", 1),
    Case("ipv4", "all", "proxy_arp", 1), Case("ipv4", "eth0", "arp_filter", 1),
    Case("ipv6", "all", "proxy_ndp", 1), Case("ipv4", "eth0", "arp_ignore", 0),
    Case("ipv4", "our", "arp_ignore", 8),
    Case("ipv4", "other", "arp_ignore", 0))
# What no setting of a device outdoes: an alarm has to say so.
UNCURED = Case("ipv4", "all", "arp_ignore", 3)


class Prober:
    """Who answers for what, in one look of some tens of milliseconds."""

    def __init__(self, lab, stack, virtual_mac):
        self.lab = lab
        self.mac = lab.client.mac()
        self.socket = stack.enter_context(lab.client.open_socket(
            socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)))
        self.socket.bind(("eth0", 0))
        self.macs = {}
        own = lab.r1.mac()
        for address, family in ((VIP, 4), (VIP6, 6), (VIP6_LOCAL, 6)):
            self.macs[address] = "00:00:5e:00:0%d:33" % (
                1 if family == 4 else 2) if virtual_mac else own
        for address in (NETWORK + ".1", GLOBAL + "1", LINK_LOCAL + "1"):
            self.macs[address] = own
        self.others = (NETWORK + ".77", GLOBAL + "77")
        self.right = {("who", a): {m} for a, m in self.macs.items()}
        self.right.update({("who", a): set() for a in self.others})
        self.right.update({("echo", a): True for a in self.macs})

    def send(self):
        sock = self.socket
        for address in (*self.macs, *self.others):
            if ":" in address:
                source = (LINK_LOCAL if address.startswith("fe80") else
                          GLOBAL) + "100"
                sock.send(frames.solicitation(self.mac, source, address))
            else:
                source = NETWORK + ".100"
                sock.send(frames.arp_request(self.mac, source, address))
            if address in self.macs:
                sock.send(frames.echo(self.mac, source, address,
                                      self.macs[address]))

    def take(self, frame, found):
        kind = frame[12:14]
        if kind == b"\x08\x06" and frame[20:22] == b"\0\2":
            address = socket.inet_ntoa(frame[28:32])
            mac = ":".join("%02x" % b for b in frame[22:28])
            found.setdefault(("who", address), set()).add(mac)
        elif kind == b"\x86\xdd" and frame[20] == 58 and frame[54] == 136:
            address = socket.inet_ntop(socket.AF_INET6, frame[62:78])
            mac = ":".join("%02x" % b for b in frame[80:86])
            found.setdefault(("who", address), set()).add(mac)
        elif kind == b"\x86\xdd" and frame[20] == 58 and frame[54] == 129:
            found[("echo", socket.inet_ntop(socket.AF_INET6,
                                            frame[22:38]))] = True
        elif kind == b"\x08\0" and frame[23] == 1 and frame[34] == 0:
            found[("echo", socket.inet_ntoa(frame[26:30]))] = True

    def look(self, duration=0.06):
        while select.select([self.socket], [], [], 0)[0]:
            self.socket.recv(2048)
        self.send()
        found = {("who", a): set() for a in (*self.macs, *self.others)}
        found.update({("echo", a): False for a in self.macs})
        end = time.monotonic() + duration
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                break
            self.take(self.socket.recv(2048), found)
        return {key: found.get(key) for key in self.right}

    def wrong(self):
        """What is not as it should be, in words; "" if nothing."""
        found = self.look()
        words = []
        for key, right in self.right.items():
            if found[key] == right:
                continue
            what, address = key
            words.append("%s %s" % (address, "takes no packet" if
                                    what == "echo" else "is answered for by " +
                                    (" and ".join(sorted(found[key])) or
                                     "nobody")))
        return "; ".join(words)

    def settle(self, seconds, until=lambda wrong: not wrong):
        end = time.monotonic() + seconds
        while True:
            wrong = self.wrong()
            if until(wrong) or time.monotonic() > end:
                return wrong
            time.sleep(0.05)


def path_of(case_device, family, key):
    return "/proc/sys/net/%s/conf/%s/%s" % (family, case_device, key)


class Walk:
    def __init__(self, lab, stack, virtual_mac):
        self.lab = lab
        self.virtual_mac = virtual_mac
        lab.ipv6()
        self.start()
        self.prober = Prober(lab, stack, virtual_mac)
        assert self.prober.settle(15) == ""

    def conf(self, router):
        return "".join(vrrpd_conf(
            name=name, advert_int=10, virtual_mac=self.virtual_mac,
            priority=200 if router is self.lab.r1 else 100, addresses=vips)
            for name, vips in (("four", (VIP + "/24",)), ("six", (
                VIP6_LOCAL + "/64", VIP6 + "/64"))))

    def start(self):
        for router in self.lab.routers:
            router.start_vrrpd(self.conf(router))
        for name in ("four", "six"):
            self.lab.r1.wait_state("active", name=name)

    def stop(self):
        for router in self.lab.routers:
            router.vrrpd.stop()

    def device(self, router, which, family):
        if which not in ("our", "other"):
            return which
        name = {"ipv4": "four", "ipv6": "six"}[family]
        if which == "other":
            name = "six" if name == "four" else "four"
        return router.instance(name)["virtual-mac-device"]

    def alarms(self):
        return "; ".join(sorted({
            "%s: %s" % (a["alarm"], a["text"]) for router in self.lab.routers
            for name in ("four", "six")
            for a in router.instance(name).get("alarms", [])}))

    def write(self, case, values=None):
        """The values that were there, of each router."""
        before = []
        for i, router in enumerate(self.lab.routers):
            path = path_of(self.device(router, case.device, case.family),
                           case.family, case.key)
            value = case.value if values is None else values[i]
            before.append(router.run(
                "sh", "-c", "cat %s && echo %s > %s" % (path, value, path),
                check=False).stdout.strip())
        return before

    def repair(self):
        for router in self.lab.routers:
            router.run("sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/all/"
                       "disable_ipv6; echo 0 > /proc/sys/net/ipv6/conf/eth0/"
                       "disable_ipv6")
        self.lab.ipv6()
        return self.prober.settle(10)

    def step(self, case):
        """What is wrong with this setting, what is said, and after."""
        if case.device == "default":
            self.stop()
        before = self.write(case)
        if "" in before or all(v == str(case.value) for v in before):
            if case.device == "default":
                self.start()
                self.prober.settle(10)
            return None
        if case.device == "default":
            self.start()
            self.prober.settle(5)
        else:
            time.sleep(0.02)
        wrong = said = ""
        if self.prober.settle(0.3, bool):
            wrong = self.prober.settle(12, lambda w: not w or self.alarms())
            said = self.alarms() if wrong else ""
        if case.device == "default":
            self.stop()
        self.write(case, before)
        if case.device == "default":
            self.start()
        after = self.prober.settle(8)
        if after:
            assert self.repair() == "", case
        if said:
            wait_for(lambda: not self.alarms(), 12, "the end of the alarm")
        return wrong, said, after


def whole(walk):
    devices = ["all", "eth0"]
    if walk.virtual_mac:
        devices += ["our", "other"]
    for device in (*devices, "default"):        # which takes two starts
        for family in ("ipv4", "ipv6"):
            keys = sorted(os.listdir("/proc/sys/net/%s/conf/lo" % family))
            for key in keys:
                if key in NOT_WALKED:
                    continue
                for value in VALUES[family].get(key, (0, 1)):
                    yield Case(family, device, key, value)


@contextlib.contextmanager
def walking(virtual_mac):
    with contextlib.ExitStack() as stack:
        lab = Lab()
        stack.callback(lab.close)
        yield Walk(lab, stack, virtual_mac)


def test_settings_that_matter():
    """What somebody sets is cured; or an alarm says so, and is over with it."""
    with walking(virtual_mac=True) as walk:
        before = [walk.write(case) for case in CURED]
        assert walk.prober.settle(1, bool) and walk.prober.settle(12) == ""
        for case, values in zip(CURED, before):
            walk.write(case, values)
        assert walk.prober.settle(5) == ""
        wrong, said, after = walk.step(UNCURED)
        assert wrong and "host-setting" in said and after == ""
        wait_for(lambda: not walk.alarms(), 12, "the end of the alarm")


if WHOLE:
    @pytest.mark.parametrize("virtual_mac", (True, False),
                             ids=("vmac", "address"))
    def test_settings_whole(virtual_mac):
        table = pathlib.Path(os.environ.get("LAB_WALK_TABLE", "/dev/stdout"))
        with walking(virtual_mac) as walk, table.open("a") as out:
            for case in whole(walk):
                result = walk.step(case)
                if result is None:
                    continue
                print("%s %s.%s.%s=%s | %s | %s | %s" % (
                    "vmac" if virtual_mac else "address", *case, *result),
                    file=out, flush=True)
