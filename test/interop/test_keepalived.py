"""keepalived on one router, ours on the other."""

import shutil

import pytest

from lab import VIP, VIP6, VIP6_LOCAL, VRID
from story import Setting, Theirs, ours_is_better, theirs_is_better

pytestmark = pytest.mark.skipif(shutil.which("keepalived") is None,
                                reason="keepalived is not installed")


class Keepalived(Theirs):
    def conf(self, router, priority, peer, more=()):
        s = self.setting
        words = list(more)
        if s.vmac:
            words.append("use_vmac")
        if s.password:
            words.append("authentication {\n auth_type PASS\n auth_pass %s\n}"
                         % s.password)
        if s.unicast:
            words.append("unicast_src_ip %s\nunicast_peer {\n%s\n}" % (
                s.address(router), s.address(peer)))
        if s.ipv6:
            words.append("native_ipv6")
        return """\
global_defs {
    vrrp_version %d
    vrrp_rt_priority 50
    vrrp_no_swap
}
vrrp_instance web {
    interface eth0
    virtual_router_id %d
    priority %d
    advert_int %g
    %s
    virtual_ipaddress {
        %s
    }
}
""" % (s.version, VRID, priority, s.cs / 100, "\n    ".join(words),
            VIP6_LOCAL + "/64\n        " + VIP6 + "/64" if s.ipv6 else
            VIP + "/24")

    def start(self, router, priority, peer):
        router.start_keepalived(self.conf(router, priority, peer))

    def stop(self, router):
        assert router.keepalived.stop() == 0

    def active(self, router):
        family = "inet6" if self.setting.ipv6 else "inet"
        return any(info["local"] == self.setting.vip
                   for link in router.links().values()
                   for info in link["addr_info"] if info["family"] == family)


SETTINGS = [
    Setting(),
    Setting(vmac=True),
    Setting(unicast=True),
    Setting(tells=True),
    Setting(unicast=True, tells=True),
    Setting(ipv6=True),
    Setting(ipv6=True, vmac=True),
    # It sends unicast IPv6 with the kernel's hop limit, which is not 255.
    Setting(ipv6=True, unicast=True, ours="unicast_min_ttl = 64"),
    Setting(version=2, password="s3cr3t", cs=100),
]
ALL = pytest.mark.parametrize("setting", SETTINGS,
                              ids=[s.name() for s in SETTINGS])


# V-128 +
@ALL
def test_keepalived_is_better(lab, setting):
    theirs_is_better(lab, Keepalived(setting), setting)


# V-128 +
@ALL
def test_keepalived_is_backup(lab, setting):
    ours_is_better(lab, Keepalived(setting), setting)
