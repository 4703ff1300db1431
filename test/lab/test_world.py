"""The world moves: interfaces, addresses and devices change without us."""

import signal
import statistics
import time

import pytest

from lab import MS, NETWORK, VIP, VIP6, VRID, vrrpd_conf, wait_for

MODES = pytest.mark.parametrize("virtual_mac", (True, False),
                                ids=("vmac", "address"))


def device(router):
    """The virtual MAC device, or the interface without one."""
    for name in router.links():
        if name.startswith("vr4-"):
            return name
    return "eth0"


def restored(router, name="web"):
    for instance in router.call("stats")["instances"]:
        if instance["name"] == name:
            return instance["statistics"]["addresses-restored"]
    return None


def watch(router):
    """What the kernel says of addresses and links, with its own times."""
    return router.start("monitor", "ip", "-tshort", "-o", "monitor",
                        "address", "link")


def stamp(line):
    """Seconds since midnight in a line of `ip -tshort monitor`."""
    text = line[line.index("[") + 1:line.index("]")].split("T")[1]
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def pair(lab, **conf):
    lab.start_pair(advert_int=1, **conf)
    lab.wait_pair()
    lab.answered()


def transitions(router, name="web"):
    return [(t["from"], t["to"], t["cause"])
            for t in router.transitions(name)]


# Addresses and devices of ours, taken by somebody else

@MODES
def test_world_address_removed_is_back_within_10_ms(lab, virtual_mac):
    pair(lab, virtual_mac=virtual_mac)
    before = transitions(lab.r1)
    monitor = watch(lab.r1)
    wait_for(lambda: lab.r1.run("pgrep", "-f", "tshort", check=False).stdout,
             5, "the monitor runs")
    time.sleep(0.1)
    count = 10
    for i in range(count):
        lab.r1.ip("address", "delete", VIP + "/24", "dev", device(lab.r1))
        wait_for(lambda: VIP in lab.r1.addresses(), 2, "the address is back")
        wait_for(lambda: restored(lab.r1) == i + 1, 2, "it is counted")
    assert transitions(lab.r1) == before

    def spans():
        found, gone = [], None
        for line in monitor.log().splitlines():
            if VIP + "/" not in line:
                continue
            if "Deleted" in line:
                gone = stamp(line)
            elif gone is not None:
                found.append(stamp(line) - gone)
                gone = None
        return found

    wait_for(lambda: len(spans()) == count, 2, "the monitor has told all")
    assert statistics.median(spans()) < 10 * MS, spans()
    lab.answered()


def test_world_device_removed_is_back(lab):
    pair(lab)
    before = transitions(lab.r1)
    lab.r1.ip("link", "delete", device(lab.r1))
    wait_for(lambda: VIP in lab.r1.addresses(), 5, "the address is back")
    assert device(lab.r1) != "eth0"
    wait_for(lambda: restored(lab.r1) == 1, 2, "it is counted")
    assert transitions(lab.r1) == before
    lab.answered()


def test_world_device_of_a_backup_removed_is_back(lab):
    pair(lab)
    lab.r2.ip("link", "delete", device(lab.r2))
    wait_for(lambda: device(lab.r2) != "eth0", 5, "the device is back")
    lab.r1.vrrpd.kill_all(signal.SIGKILL)
    lab.r2.wait_state("active")
    assert VIP in lab.r2.addresses()


def test_world_device_set_down_is_up_again(lab):
    pair(lab)
    before = transitions(lab.r1)
    name = device(lab.r1)
    lab.r1.ip("link", "set", name, "down")
    wait_for(lambda: "UP" in lab.r1.links()[name]["flags"], 5,
             "the device is up")
    wait_for(lambda: restored(lab.r1) == 1, 2, "it is counted")
    assert VIP in lab.r1.addresses()
    assert transitions(lab.r1) == before
    lab.answered()


def test_world_device_of_a_backup_set_down_takes_over_all_the_same(lab):
    pair(lab)
    name = device(lab.r2)
    lab.r2.ip("link", "set", name, "down")
    wait_for(lambda: "UP" in lab.r2.links()[name]["flags"], 5,
             "the device is up")
    undo = lab.cut(lab.r1)
    lab.r2.wait_state("active")
    lab.answered()
    undo()


@MODES
def test_world_a_fight_over_the_address_is_bounded(lab, virtual_mac):
    """Somebody removes it a thousand times a second."""
    pair(lab, virtual_mac=virtual_mac)
    name = device(lab.r1)
    script = "\n".join(["address delete %s/24 dev %s" % (VIP, name)] * 400)
    lines = len(lab.r1.vrrpd.log().splitlines())

    pid = lab.r1.engine_pid()

    def cpu():
        text = open("/proc/%d/stat" % pid).read()
        fields = text.rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    started, used = time.monotonic(), cpu()
    while time.monotonic() - started < 3:
        lab.r1.run("ip", "-force", "-batch", "-", stdin=script, check=False)
    took = time.monotonic() - started
    assert (cpu() - used) / 100 / took < 0.5
    said = len(lab.r1.vrrpd.log().splitlines()) - lines
    assert said < 20, lab.r1.vrrpd.log()[-2000:]
    # Nobody fights any more: it is there, and we are still Active.
    wait_for(lambda: VIP in lab.r1.addresses(), 5, "the address is back")
    assert lab.r1.state() == "active"
    assert restored(lab.r1) > 1
    lab.answered()


# The interface below

@MODES
def test_world_interface_renamed_and_back(lab, virtual_mac):
    pair(lab, virtual_mac=virtual_mac)
    lab.r1.ip("link", "set", "eth0", "down")
    lab.r1.ip("link", "set", "eth0", "name", "other0")
    assert "eth0" in lab.r1.wait_state("initialize")["waiting-for"]
    lab.r2.wait_state("active")
    lab.r1.ip("link", "set", "other0", "up")
    lab.r2.wait_state("active")
    assert VIP not in lab.r1.addresses()
    lab.r1.ip("link", "set", "other0", "down")
    lab.r1.ip("link", "set", "other0", "name", "eth0")
    lab.r1.ip("link", "set", "eth0", "up")
    lab.wait_pair()
    lab.answered()


def test_world_interface_renamed_while_up(lab):
    """Since Linux 6.2 an interface may be renamed while it is up."""
    pair(lab)
    if lab.r1.run("ip", "link", "set", "eth0", "name", "other0",
                  check=False).returncode != 0:
        pytest.skip("this kernel renames only what is down")
    lab.r1.wait_state("initialize")
    lab.r2.wait_state("active")
    assert VIP not in lab.r1.addresses()
    # vrrpd-net removes it, when the engine has let go.
    wait_for(lambda: device(lab.r1) == "eth0", 5, "no device is left behind")
    lab.r1.ip("link", "set", "other0", "name", "eth0")
    lab.wait_pair()
    lab.answered()


def test_world_interface_replaced_by_another_of_that_name(lab):
    pair(lab)
    for _ in range(3):
        lab.r1.ip("link", "delete", "eth0")
        lab.plug(lab.r1)
        lab.wait_pair()
    lab.answered()


@MODES
def test_world_mac_of_the_interface_changes(lab, virtual_mac):
    pair(lab, virtual_mac=virtual_mac)
    before = transitions(lab.r1)
    lab.r1.ip("link", "set", "eth0", "address", "02:00:00:00:12:34")
    lab.answered()
    wait_for(lambda: lab.r1.state() == "active", 5, "still Active")
    assert transitions(lab.r1) == before
    seen = lab.client.run("ip", "-j", "neighbour", "show", VIP).stdout
    assert (VIP in seen)
    mac = ("00:00:5e:00:01:%02x" % VRID if virtual_mac else
           "02:00:00:00:12:34")
    wait_for(lambda: mac in lab.client.run("ip", "neighbour", "show",
                                           VIP).stdout, 5,
             "the client has " + mac)


@MODES
def test_world_primary_address_changes(lab, virtual_mac):
    """V-23; deleting it takes its secondaries along, the virtual one too."""
    pair(lab, virtual_mac=virtual_mac)
    before = transitions(lab.r1)
    lab.r1.sysctl("net.ipv4.conf.eth0.promote_secondaries", 0)
    lab.r1.sysctl("net.ipv4.conf.all.promote_secondaries", 0)
    lab.r1.ip("address", "add", NETWORK + ".11/24", "dev", "eth0")
    lab.r1.ip("address", "delete", NETWORK + ".1/24", "dev", "eth0")
    lab.r1.ip("address", "add", NETWORK + ".12/24", "dev", "eth0")
    wait_for(lambda: lab.r1.instance().get("primary-address") ==
             NETWORK + ".12", 5, lambda: "primary: %s" % lab.r1.instance())
    lab.wait_pair()
    wait_for(lambda: VIP in lab.r1.addresses(), 5, "the address is there")
    lab.answered()
    assert transitions(lab.r1)[:len(before)] == before


def test_world_primary_address_replaced_without_a_gap_changes_nothing(lab):
    pair(lab, virtual_mac=False)
    before = transitions(lab.r1)
    lab.r1.sysctl("net.ipv4.conf.eth0.promote_secondaries", 1)
    lab.r1.ip("address", "add", NETWORK + ".11/24", "dev", "eth0")
    lab.r1.ip("address", "delete", NETWORK + ".1/24", "dev", "eth0")
    wait_for(lambda: lab.r1.instance().get("primary-address") ==
             NETWORK + ".11", 5, lambda: "primary: %s" % lab.r1.instance())
    wait_for(lambda: VIP in lab.r1.addresses(), 5, "the address is there")
    assert transitions(lab.r1) == before
    lab.answered()


def away(router, prefixes, seconds, back=None):
    """Own addresses go for so long, and come back, perhaps in another order."""
    for prefix in reversed(prefixes):       # the kernel's secondaries first
        router.ip("address", "delete", prefix, "dev", "eth0")
    time.sleep(seconds)
    for prefix in back or prefixes:
        more = ("nodad",) if ":" in prefix else ()
        router.ip("address", "add", prefix, "dev", "eth0", *more)


@MODES
@pytest.mark.parametrize("others", ((), (NETWORK + ".11/24",)),
                         ids=("one", "two"))
@pytest.mark.parametrize("bfd", (False, True), ids=("timer", "bfd"))
def test_world_own_address_away_for_half_a_second_is_no_reason(
        lab, virtual_mac, others, bfd):
    """V-23: what whoever configures interfaces does, on either router."""
    lab.start_pair(bfd, virtual_mac=virtual_mac, advert_int=10)
    lab.wait_pair(bfd)
    lab.answered()
    before = transitions(lab.r1), transitions(lab.r2)
    for router in (lab.r1, lab.r2):
        for prefix in others:
            router.ip("address", "add", prefix.replace(
                ".11", ".1" + router.address[-1]), "dev", "eth0")
    with lab.meter() as meter:
        for router in (lab.r1, lab.r2):
            own = [router.address + "/24"] + [p.replace(
                ".11", ".1" + router.address[-1]) for p in others]
            away(router, own, 0.5, own[::-1])
            time.sleep(1.5)
            assert router.instance()["primary-address"] == router.address
        report = meter.stop()
    assert (transitions(lab.r1), transitions(lab.r2)) == before
    lost = sum(o["length-ms"] for o in report["outages"])
    assert lost < 20, report


def test_world_own_ipv6_addresses_away_for_half_a_second(lab):
    lab.start_pair(ipv6=True, advert_int=10)
    lab.wait_pair(ipv6=True)
    lab.answered(target=VIP6)
    before = transitions(lab.r1)
    with lab.meter(target=VIP6) as meter:
        away(lab.r1, (lab.r1.link_local + "/64", lab.r1.address6 + "/64"), 0.5)
        time.sleep(1)
        report = meter.stop()
    assert transitions(lab.r1) == before
    assert sum(o["length-ms"] for o in report["outages"]) < 20, report


@MODES
def test_world_own_address_gone_for_good_answers_until_it_is_followed(
        lab, virtual_mac):
    lab.start_pair(virtual_mac=virtual_mac, advert_int=10)
    lab.wait_pair()
    lab.answered()
    with lab.meter() as meter:
        lab.r1.ip("address", "delete", lab.r1.address + "/24", "dev", "eth0")
        assert lab.r1.wait_state("initialize")["waiting-for"]
        lab.r2.wait_state("active")
        time.sleep(0.3)
        report = meter.stop()
    assert VIP not in lab.r1.addresses()
    assert sum(o["length-ms"] for o in report["outages"]) < 20, report


@MODES
def test_world_last_address_lost_and_given_again(lab, virtual_mac):
    pair(lab, virtual_mac=virtual_mac)
    lab.r1.ip("address", "flush", "dev", "eth0")
    assert lab.r1.wait_state("initialize")["waiting-for"]
    lab.r2.wait_state("active")
    wait_for(lambda: VIP not in lab.r1.addresses(), 1, "r1 has heard r2")
    lab.r1.ip("address", "add", NETWORK + ".1/24", "dev", "eth0")
    lab.wait_pair()
    lab.answered()


# What cannot be sent

@pytest.mark.parametrize("bfd", (False, True), ids=("timer", "bfd"))
@MODES
def test_world_active_that_cannot_send_leaves_it_to_its_successor(
        lab, virtual_mac, bfd):
    """A queue that drops everything: the sends fail with ENOBUFS."""
    lab.start_pair(bfd, virtual_mac=virtual_mac, advert_int=10)
    lab.wait_pair(bfd)
    before = transitions(lab.r1)
    lab.r1.run("tc", "qdisc", "replace", "dev", "eth0", "root", "pfifo",
               "limit", "0")
    lab.r2.wait_state("active", 3)
    assert "cannot send" in lab.r1.wait_state("initialize", 2)["waiting-for"]
    assert VIP not in lab.r1.addresses()
    time.sleep(2)
    assert transitions(lab.r1)[len(before):] == [
        ("active", "initialize", "cannot-send")]
    lab.r1.run("tc", "qdisc", "delete", "dev", "eth0", "root")
    lab.wait_pair(bfd)
    lab.answered()
    assert transitions(lab.r1)[len(before) + 1][2] == "sends-again"


def test_world_alone_it_goes_on_when_it_cannot_send(lab):
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=10))
    lab.r1.wait_state("active", 10)
    lab.r1.run("tc", "qdisc", "replace", "dev", "eth0", "root", "pfifo",
               "limit", "0")
    time.sleep(1.5)
    one = lab.r1.instance()
    assert one["state"] == "active"
    assert one["send-error"] == "No buffer space available"
    assert one["send-error-us"] > 1000000
    assert "cannot send" in lab.r1.vrrpctl("show", "web").stdout
    lab.r1.run("tc", "qdisc", "delete", "dev", "eth0", "root")
    wait_for(lambda: "send-error" not in lab.r1.instance(), 2, "it can")


# What cannot be installed

def test_world_address_that_cannot_be_installed_is_not_active(lab):
    """The long form's device is gone when the time comes."""
    other = NETWORK + ".60/24"
    for router in (lab.r1, lab.r2):
        router.ip("link", "add", "extra0", "type", "veth", "peer", "name", "extra1")
        router.ip("link", "set", "extra0", "up")
        router.start_vrrpd(vrrpd_conf(
            priority=200 if router is lab.r1 else 100, advert_int=1,
            extra="virtual_address %s { device = extra0  track = no }" %
            other))
    lab.wait_pair()
    lab.r1.ip("link", "delete", "extra0")
    lab.r2.wait_state("active")
    wait_for(lambda: "extra0" in lab.r1.instance().get("waiting-for", ""), 5,
             "it says so")
    assert VIP not in lab.r1.addresses()
    lab.r1.ip("link", "add", "extra0", "type", "veth", "peer", "name", "extra1")
    lab.r1.ip("link", "set", "extra0", "up")
    lab.wait_pair(timeout=20)
    assert NETWORK + ".60" in lab.r1.addresses()


# Crashes

@MODES
def test_world_leftovers_of_a_crash_are_taken_over(lab, virtual_mac):
    pair(lab, virtual_mac=virtual_mac)
    before = set(lab.r1.links())
    lab.r1.vrrpd.kill_all(signal.SIGKILL)
    lab.r1.vrrpd.wait()
    lab.r2.wait_state("active")
    assert VIP in lab.r1.addresses()            # two owners until we are back
    conf = lab.r1.vrrpd_conf.read_text()
    lab.r1.start_vrrpd(conf.replace("priority          = 200",
                                    "priority          = 50"))
    lab.r1.wait_state("backup")
    assert VIP not in lab.r1.addresses()
    assert set(lab.r1.links()) == before        # adopted, not a second one
    lab.answered()
    lab.r2.vrrpd.stop()
    lab.r1.wait_state("active")
    lab.answered()
    lab.r1.vrrpd.stop()
    assert VIP not in lab.r1.addresses()
    assert not [n for n in lab.r1.links() if n.startswith("vr4-")]


def devconf(router, key):
    return int(router.run("cat", "/proc/sys/net/ipv4/conf/eth0/" + key).stdout)


def test_world_settings_of_the_interface_are_put_back(lab):
    keys = ("arp_ignore", "arp_announce")
    before = [devconf(lab.r1, k) for k in keys]
    pair(lab)
    assert [devconf(lab.r1, k) for k in keys] == [1, 2]
    lab.r1.vrrpd.stop()
    assert [devconf(lab.r1, k) for k in keys] == before


def test_world_device_nobody_needs_after_a_crash_is_removed(lab):
    pair(lab)
    lab.r1.vrrpd.kill_all(signal.SIGKILL)
    lab.r1.vrrpd.wait()
    assert device(lab.r1) != "eth0"
    lab.r1.start_vrrpd(vrrpd_conf(vrid=VRID + 1, advert_int=1,
                                  addresses=(NETWORK + ".60/24",)))
    wait_for(lambda: lab.r1.links().keys() - {"lo", "eth0"} ==
             {"vr4-%d-%d" % (VRID + 1, lab.r1.links()["eth0"]["ifindex"])},
             5, lambda: "only the new device: %s" % list(lab.r1.links()))


def test_world_device_of_another_vrrpd_stays(lab):
    """Two of them in one namespace, on two interfaces."""
    r1 = lab.r1
    lab.switch.ip("link", "add", "q-r1", "type", "veth", "peer", "name",
                  "eth1", "netns", r1.netns)
    lab.switch.ip("link", "set", "q-r1", "up")
    r1.ip("link", "set", "eth1", "up")
    r1.ip("address", "add", "198.51.100.1/24", "dev", "eth1")
    pair(lab)
    first = device(r1)
    mine, r1.vrrpd_sock = r1.vrrpd_sock, r1.dir / "second.sock"
    r1.start_vrrpd(vrrpd_conf(interface="eth1", name="other",
                              addresses=("198.51.100.50/24",)))
    r1.wait_state("active", name="other")
    assert first in r1.links()
    r1.close_ctl()
    r1.vrrpd_sock = mine


def test_world_settings_are_put_back_after_a_crash_too(lab):
    keys = ("arp_ignore", "arp_announce")
    before = [devconf(lab.r1, k) for k in keys]
    pair(lab)
    lab.r1.vrrpd.kill_all(signal.SIGKILL)
    lab.r1.vrrpd.wait()
    lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())
    lab.r1.wait_state("active")
    lab.r1.vrrpd.stop()
    assert [devconf(lab.r1, k) for k in keys] == before


# Interfaces that are tracked

def test_world_tracked_interface_lowers_the_priority(lab):
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.ip("link", "add", "wan0", "type", "veth", "peer", "name",
                  "wan1")
        router.ip("link", "set", "wan0", "up")
        router.ip("link", "set", "wan1", "up")
        router.start_vrrpd(vrrpd_conf(
            priority=priority, advert_int=1,
            extra="track_interface wan0 { weight = -150 }"))
    lab.wait_pair()
    lab.r1.ip("link", "set", "wan1", "down")        # wan0 loses its carrier
    lab.r2.wait_state("active")
    instance = lab.r1.wait_state("backup")
    assert instance["effective-priority"] == 50
    assert instance["track-interfaces"][0]["state"] == "down"
    assert "wan0" in lab.r1.vrrpctl("show", "web").stdout
    lab.r1.ip("link", "set", "wan1", "up")
    lab.wait_pair()
    lab.r1.ip("link", "delete", "wan0")
    lab.r2.wait_state("active")


def test_world_tracked_interface_without_weight_is_a_fault(lab):
    lab.r1.ip("link", "add", "wan0", "type", "veth", "peer", "name", "wan1")
    lab.r1.start_vrrpd(vrrpd_conf(advert_int=1,
                                  extra="track_interface wan0 { }"))
    assert "wan0" in lab.r1.wait_state("initialize")["waiting-for"]
    lab.r1.ip("link", "set", "wan1", "up")
    lab.r1.ip("link", "set", "wan0", "up")
    lab.r1.wait_state("active")
    lab.r1.ip("link", "set", "wan0", "down")
    lab.r1.wait_state("initialize")
    last = lab.r1.transitions()[-1]
    assert (last["from"], last["cause"]) == ("active", "track-fault")


# Events that were lost

def test_world_lost_events_are_read_again(lab):
    """ENOBUFS: more happened than the socket holds, while nobody read."""
    r1 = lab.r1
    r1.start_vrrpd(vrrpd_conf(advert_int=10))
    r1.wait_state("active")
    name = device(r1)
    r1.ip("link", "add", "busy0", "type", "veth", "peer", "name", "busy1")
    churn = "\n".join("address %s 10.9.%d.%d/32 dev busy0" % (what, i, j)
                      for i in range(120) for j in range(250)
                      for what in ("add", "delete"))
    r1.vrrpd.kill_all(signal.SIGSTOP)
    try:
        r1.run("ip", "-batch", "-", stdin=churn)
        # On a busy machine that took longer than the address is lent for.
        r1.run("ip", "address", "delete", VIP + "/24", "dev", name,
               check=False)
        assert VIP not in r1.addresses()
        r1.ip("address", "add", NETWORK + ".11/24", "dev", "eth0")
        r1.ip("link", "delete", "busy0")
    finally:
        r1.vrrpd.kill_all(signal.SIGCONT)
    wait_for(lambda: "events were lost" in r1.vrrpd.log(), 10,
             "it noticed that it had missed something")
    r1.wait_state("active")
    wait_for(lambda: VIP in r1.addresses(), 10, "the address is back")
    assert r1.instance()["primary-address"] == r1.address
    # And it hears again what happens.
    r1.ip("address", "delete", VIP + "/24", "dev", device(r1))
    wait_for(lambda: VIP in r1.addresses(), 10, "the address is back again")
    lab.answered()
