"""One router runs keepalived, the other one ours (VRRP version 3, IPv4)."""

import shutil
import time

import pytest

from lab import VIP, keepalived_conf, vrrpd_conf, wait_for

pytestmark = pytest.mark.skipif(shutil.which("keepalived") is None,
                                reason="keepalived is not installed")

VMAC = pytest.mark.parametrize("vmac", (True, False),
                               ids=("vmac", "address"))


def has_address(router):
    return VIP in router.addresses()


@pytest.fixture
def keepalived_active(lab):
    """r1 keepalived, priority 200; r2 ours, priority 100."""
    def start(vmac):
        lab.r1.start_keepalived(keepalived_conf(200, use_vmac=vmac))
        lab.r2.start_vrrpd(vrrpd_conf(100, 1, virtual_mac=vmac))
        wait_for(lambda: has_address(lab.r1), 10, "keepalived is Active")
        lab.r2.wait_state("backup", 10)
        return lab

    return start


@pytest.fixture
def ours_active(lab):
    """r1 ours, priority 200; r2 keepalived, priority 100."""
    def start(vmac):
        lab.r1.start_vrrpd(vrrpd_conf(200, 1, virtual_mac=vmac))
        lab.r2.start_keepalived(keepalived_conf(100, use_vmac=vmac))
        lab.r1.wait_state("active", 10)
        wait_for(lambda: not has_address(lab.r2), 10, "keepalived is Backup")
        return lab

    return start


@VMAC
def test_keepalived_active_is_followed_and_replaced(keepalived_active, vmac):
    lab = keepalived_active(vmac)
    instance = lab.r2.instance()
    assert instance["active-address"] == lab.r1.address
    assert instance["active-adver-interval-cs"] == 1
    assert not has_address(lab.r2)
    mend = lab.cut(lab.r1)
    lab.r2.wait_state("active", 5)
    lab.answered()
    mend()
    lab.r2.wait_state("backup", 5)
    assert not has_address(lab.r2)
    assert has_address(lab.r1)


@VMAC
def test_keepalived_priority_zero_is_obeyed(keepalived_active, vmac):
    lab = keepalived_active(vmac)
    assert lab.r1.keepalived.stop() == 0
    lab.r2.wait_state("active", 5)
    assert lab.r2.transitions()[-1]["cause"] == "priority-zero"
    lab.answered()


@VMAC
def test_keepalived_backup_follows_ours(ours_active, vmac):
    lab = ours_active(vmac)
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        assert not has_address(lab.r2), lab.r2.keepalived.log()
        time.sleep(0.02)
    mend = lab.cut(lab.r1)
    wait_for(lambda: has_address(lab.r2), 5, "keepalived takes over")
    mend()
    wait_for(lambda: not has_address(lab.r2), 5, "keepalived yields")
    assert lab.r1.state() == "active"
    lab.answered()


@VMAC
def test_keepalived_obeys_our_priority_zero(ours_active, vmac):
    lab = ours_active(vmac)
    assert lab.r1.vrrpd.stop() == 0
    wait_for(lambda: has_address(lab.r2), 5, "keepalived takes over")
    lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())
    lab.r1.wait_state("active", 5)
    wait_for(lambda: not has_address(lab.r2), 5, "keepalived yields")
    lab.answered()


def test_keepalived_of_lower_priority_is_preempted(keepalived_active, lab):
    lab.r2.start_keepalived(keepalived_conf(100))
    wait_for(lambda: has_address(lab.r2), 10, "keepalived is alone")
    lab.r1.start_vrrpd(vrrpd_conf(150, 1, virtual_mac=False))
    lab.r1.wait_state("active", 5)
    wait_for(lambda: not has_address(lab.r2), 5, "keepalived yields")
    lab.answered()
