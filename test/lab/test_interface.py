"""Interfaces that are not there yet, or no more."""

from lab import VIP, vrrpd_conf, wait_for


def test_interface_missing_at_start_is_waited_for(lab):
    r1 = lab.r1
    r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=1, interface="late0"))
    instance = r1.wait_state("initialize")
    assert "late0" in instance["waiting-for"]
    assert "late0" in r1.vrrpctl("show", "web").stdout
    lab.switch.ip("link", "add", "p-late", "type", "veth", "peer", "name",
                  "late0", "netns", r1.netns)
    lab.switch.ip("link", "set", "p-late", "master", "br0", "up")
    wait_for(lambda: r1.state() == "initialize", 1, "still not up")
    # Up, but without an address: there is no source for an advert yet.
    r1.ip("link", "set", "late0", "up")
    assert r1.wait_state("initialize")["waiting-for"]
    r1.ip("link", "set", "eth0", "down")
    r1.ip("address", "add", "192.0.2.9/24", "dev", "late0")
    r1.wait_state("active", 5)
    lab.answered()


# V-77 +
def test_interface_down_and_up_again(lab):
    """V-77: down is Shutdown, up is Startup."""
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    lab.r1.ip("link", "set", "eth0", "down")
    instance = lab.r1.wait_state("initialize", 5)
    assert instance["waiting-for"]
    lab.r2.wait_state("active", 5)
    assert VIP not in lab.r1.addresses()
    lab.r1.ip("link", "set", "eth0", "up")
    lab.wait_pair()
    lab.answered()


def test_interface_removed_while_active_is_survived(lab):
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    lab.switch.ip("link", "delete", "p-r1")
    lab.r1.wait_state("initialize", 5)
    lab.r2.wait_state("active", 5)
    lab.plug(lab.r1)
    lab.wait_pair()
    lab.answered()


def test_port_flaps_end_with_one_active(lab):
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    for _ in range(10):
        lab.port_down(lab.r1)()
    lab.wait_pair()
    lab.answered()
