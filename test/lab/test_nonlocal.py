"""A service that binds the virtual address itself: real HAProxy."""

import shutil

import pytest

from lab import VIP, vrrpd_conf, wait_for

needs_haproxy = pytest.mark.skipif(shutil.which("haproxy") is None,
                                   reason="haproxy is not installed")
VIP6 = "2001:db8::50"
PROCESS = "process haproxy { name = haproxy }\n"
FAMILIES = {
    "ipv4": ((VIP,), (VIP + "/24",)),
    "ipv6": ((VIP6,), ("fe80::50/64", VIP6 + "/64")),
}


def conf(family="ipv4", words="", **kwargs):
    return words + PROCESS + vrrpd_conf(
        addresses=FAMILIES[family][1], advert_int=10,
        extra="track_process haproxy { }", **kwargs)


def setting(router, family):
    return router.run("cat", "/proc/sys/net/%s/ip_nonlocal_bind" %
                      family).stdout.strip()


@needs_haproxy
@pytest.mark.parametrize("family", FAMILIES)
def test_haproxy_on_the_virtual_address_serves_and_moves(lab, family):
    """It starts on both routers, also where the address is not; its end moves
    the address to the other one, whose HAProxy runs already."""
    binds = FAMILIES[family][0]
    if family == "ipv6":
        lab.ipv6()
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_vrrpd(conf(family, "nonlocal_bind = yes\n",
                                priority=priority))
    for router in (lab.r1, lab.r2):
        wait_for(lambda: setting(router, family) == "1", 5, "the setting")
        router.start_haproxy(*binds)
    lab.r1.wait_state("active")
    lab.r2.wait_state("backup")
    wait_for(lambda: "r1" in (lab.http_get(target=binds[0]) or ""), 10, "r1 serves")
    lab.r1.haproxy.kill_all(9)
    lab.r2.wait_state("active")
    lab.r1.wait_state("initialize")
    wait_for(lambda: "r2" in (lab.http_get(target=binds[0]) or ""), 10, "r2 serves")
    # The other family has no instance: its setting is nobody's business.
    other = "ipv6" if family == "ipv4" else "ipv4"
    assert setting(lab.r1, other) == "0"
    # Back, while the address is away; and after vrrpd has gone, too.
    lab.r1.start_haproxy(*binds)
    lab.r1.wait_state("active")
    lab.r1.vrrpd.stop()
    assert setting(lab.r1, family) == "1"


@needs_haproxy
def test_without_the_word_nobody_serves_and_show_says_why(lab):
    """The pattern that the word is for: HAProxy cannot start, so its process is
    missing, so nobody goes Active.  A reload with the word ends it."""
    lab.r1.start_vrrpd(conf())
    haproxy = lab.r1.start_haproxy(VIP, wait=False)
    assert haproxy.wait() != 0
    assert "annot bind" in haproxy.log()
    wait_for(lambda: "process haproxy is down" in
             lab.r1.instance().get("waiting-for", ""), 10, "the reason")
    assert lab.r1.state() == "initialize"
    shown = lab.r1.vrrpctl("show").stdout
    assert "process haproxy" in shown and "nonlocal_bind" in shown
    # What check and -n say beforehand.
    path = lab.r1.dir / "vrrpd.conf"
    assert "nonlocal_bind = yes" in lab.r1.vrrpctl("check", path).stderr
    assert setting(lab.r1, "ipv4") == "0"
    path.write_text(conf(words="nonlocal_bind = yes\n"))
    lab.r1.vrrpctl("reload", check=True)
    assert setting(lab.r1, "ipv4") == "1"
    assert "nonlocal_bind" not in lab.r1.instance().get("waiting-for", "")
    assert "nonlocal_bind" not in lab.r1.vrrpctl("check", path).stderr
    lab.r1.start_haproxy(VIP)
    lab.r1.wait_state("active")
    wait_for(lambda: "r1" in (lab.http_get() or ""), 10, "r1 serves")
