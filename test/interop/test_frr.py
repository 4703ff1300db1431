"""FRR's vrrpd on one router, ours on the other.

FRR wants the macvlan devices made for it, with the virtual MAC and the
addresses; it finds them by the MAC.  zebra and vrrpd run with sockets and
process files of their own.  Its router always has the virtual MAC.
"""

import json
import pathlib
import shutil

import pytest

from lab import VIP, VIP6, VIP6_LOCAL, VMAC, VMAC6, VRID, wait_for
from story import Setting, Theirs, ours_is_better, theirs_is_better

FRR = pathlib.Path("/usr/lib/frr")
pytestmark = pytest.mark.skipif(
    not (FRR / "vrrpd").exists() or shutil.which("vtysh") is None,
    reason="FRR's vrrpd is not installed")


class Frr(Theirs):
    def device(self, router):
        s = self.setting
        # Else the kernel answers for the address from eth0 as well, by its own
        # MAC and also while Backup, which is an alarm of ours, and a true one.
        router.sysctl("net.ipv4.conf.eth0.arp_ignore", 1)
        router.ip("link", "add", "vrrp0", "link", "eth0", "address",
                  VMAC6 if s.ipv6 else VMAC, "type", "macvlan", "mode",
                  "bridge")
        router.ip("link", "set", "vrrp0", "addrgenmode", "none")
        if not s.ipv6:
            router.ip("address", "add", VIP + "/24", "dev", "vrrp0")
        else:
            # The one link-local address here is its source, so it must not
            # be the virtual one nor come from the virtual MAC (V-24).
            for address in router.link_local, VIP6:
                router.ip("address", "add", address + "/64", "dev", "vrrp0",
                          "nodad")
        router.ip("link", "set", "vrrp0", "up")

    def start(self, router, priority, peer):
        s = self.setting
        if "vrrp0" not in router.links():
            self.device(router)
        top = router.dir / "frr"
        top.mkdir(exist_ok=True)
        shutil.chown(top, "frr", "frr")
        words = ["vrrp %d version %d" % (VRID, s.version),
                 "vrrp %d priority %d" % (VRID, priority),
                 "vrrp %d advertisement-interval %d" % (VRID, s.cs * 10)]
        words += ["vrrp %d ipv6 %s" % (VRID, address)
                  for address in (VIP6_LOCAL, VIP6)] if s.ipv6 else \
            ["vrrp %d ip %s" % (VRID, VIP)]
        (top / "vrrpd.conf").write_text("log stdout\ninterface eth0\n " +
                                        "\n ".join(words) + "\n")
        (top / "zebra.conf").write_text("log stdout\n")
        self.daemons = []
        for name in "zebra", "vrrpd":
            daemon = router.start(
                "frr-" + name, FRR / name, "-f", top / (name + ".conf"),
                "-i", top / (name + ".pid"), "-z", top / "zserv.api",
                "--vty_socket", top, "-u", "frr", "-g", "frr")
            self.daemons.append(daemon)
            wait_for(lambda: (top / (name + ".vty")).exists(), 10,
                     lambda: name + " starts: " + daemon.log())

    def stop(self, router):
        for daemon in reversed(self.daemons):
            daemon.stop()

    def show(self, router):
        done = router.run("vtysh", "--vty_socket", router.dir / "frr", "-d",
                          "vrrpd", "-c", "show vrrp json", check=False)
        try:
            return json.loads(done.stdout)[0]
        except (ValueError, IndexError):
            return None

    def active(self, router):
        status = self.show(router)
        return status is not None and status[
            "v6" if self.setting.ipv6 else "v4"]["status"] == "Master"


SETTINGS = [
    Setting(vmac=True),
    Setting(vmac=True, tells=True),
    # Its first advert is lost: "Failed to find address to bind on vrrp0".
    Setting(ipv6=True, vmac=True, late_ms=100),
    Setting(version=2, vmac=True, cs=100),
]
ALL = pytest.mark.parametrize("setting", SETTINGS,
                              ids=[s.name() for s in SETTINGS])


# V-129 +
@ALL
def test_frr_is_better(lab, setting):
    theirs_is_better(lab, Frr(setting), setting)


# V-129 +
@ALL
def test_frr_is_backup(lab, setting):
    ours_is_better(lab, Frr(setting), setting)
