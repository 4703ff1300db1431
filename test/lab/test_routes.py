"""Routes and rules of an instance: there while it is Active, and no longer."""

import json
import os
import pathlib
import signal

import pytest

from lab import BUILD, VIP, vrrpd_conf, wait_for

PROTOCOL = "112"
# Of both families; one needs a virtual address as its source, one as its link.
ROUTES = (
    "203.0.113.0/24 via 198.51.100.9 dev eth1 table 100 metric 5",
    "default dev self src %s table 100" % VIP,
    "10.9.0.0/16 via 192.0.2.9 src %s" % VIP,
    "blackhole 10.8.0.0/16",
    "2001:db8:9::/48 dev eth1",
)
RULES = ("from %s lookup 100 priority 1000" % VIP, "inet6 fwmark 7 lookup 100")


def words(routes=ROUTES, rules=RULES):
    return "routes = { %s } rules = { %s }" % (
        ", ".join('"%s"' % r for r in routes),
        ", ".join('"%s"' % r for r in rules))


def conf(priority, advert_int=10, routes=ROUTES, rules=RULES, **more):
    return vrrpd_conf(priority=priority, advert_int=advert_int,
                      extra=words(routes, rules), **more)


def ours(router):
    """What carries our protocol: networks with their tables, and priorities."""
    found = []
    for family in ("-4", "-6"):
        out = router.ip(family, "-N", "-j", "route", "show", "table", "all",
                        "proto", PROTOCOL)
        found += ["%s table %s" % (r["dst"], r.get("table", "254"))
                  for r in json.loads(out or "[]")]
        out = router.ip(family, "-N", "-j", "rule", "show")
        found += ["rule %s" % r["priority"] for r in json.loads(out)
                  if r.get("protocol") == PROTOCOL]
    return sorted(found)


ALL = sorted(["203.0.113.0/24 table 100", "default table 100",
              "10.9.0.0/16 table 254", "10.8.0.0/16 table 254",
              "2001:db8:9::/48 table 254", "rule 1000", "rule 32765"])


def wait_ours(router, wanted, timeout=10):
    wait_for(lambda: ours(router) == wanted, timeout,
             lambda: "%s: %s instead of %s\n%s" % (
                 router.name, ours(router), wanted, router.vrrpd.log()))


def states(router):
    i = router.instance()
    return {p.get("route", p.get("rule")): (p["state"], p["reason"])
            for p in i.get("routes", []) + i.get("rules", [])}


def all_in_force(router):
    wait_for(lambda: {s for s, _ in states(router).values()} == {"in-force"},
             10, lambda: "all in force: %s" % states(router))


def add_eth1(router):
    router.ip("link", "add", "eth1", "type", "veth", "peer", "name", "far1")
    router.ip("link", "set", "far1", "up")
    router.ip("addr", "add", "198.51.100.%s/24" % router.address[-1], "dev",
              "eth1")
    router.ip("link", "set", "eth1", "up")


@pytest.fixture(params=(True, False), ids=("vmac", "address"))
def pair(lab, request):
    lab.ipv6()
    for router in (lab.r1, lab.r2):
        add_eth1(router)
    for router, priority in ((lab.r1, 200), (lab.r2, 100)):
        router.start_vrrpd(conf(priority, virtual_mac=request.param))
        if router is lab.r1:
            router.wait_state("active")
    lab.wait_pair()
    return lab


def test_routes_follow_the_active_and_its_death(pair):
    r1, r2 = pair.r1, pair.r2
    wait_ours(r1, ALL)
    all_in_force(r1)
    assert ours(r2) == []
    assert {s for s, _ in states(r2).values()} == {"away"}

    # There and back.
    assert r1.vrrpctl("handover", "web").returncode == 0
    r2.wait_state("active")
    wait_ours(r2, ALL)
    wait_ours(r1, [])
    assert r1.vrrpctl("enable", "web").returncode == 0
    r1.wait_state("active")
    wait_ours(r1, ALL)
    wait_ours(r2, [])

    # The engine dies: the monitor has them in its will.  The next one is back before
    # r2 or after it.
    engine = r1.engine_pid()
    os.kill(engine, signal.SIGKILL)
    wait_for(lambda: engine not in r1.vrrpd.children(), 5, "the engine is gone")
    r1.wait_state("active")
    wait_ours(r1, ALL)
    wait_ours(r2, [])
    all_in_force(r1)

    # A planned restart of the engine takes nothing away (L-24).
    watch = r1.start("watch", "ip", "monitor", "route", "rule")
    assert r1.vrrpctl("restart").returncode == 0
    r1.wait_state("active")
    all_in_force(r1)
    assert "Deleted" not in watch.log()
    watch.stop()

    # All of it dies, and the addresses run out.
    r1.ip("route", "add", "10.7.0.0/16", "via", "192.0.2.9")
    r1.vrrpd.kill_all(signal.SIGKILL)
    r1.vrrpd.wait()
    r2.wait_state("active")
    wait_ours(r2, ALL)
    assert "rule 1000" in ours(r1)
    # The next start finds them, whatever its configuration has.
    r1.start_vrrpd(conf(50, routes=(), rules=()))
    r1.wait_state("backup")
    assert ours(r1) == []
    assert "removing leftover" in r1.vrrpd.log()
    assert "10.7.0.0/16" in r1.ip("route")

    # The same without a start.
    r2.vrrpd.kill_all(signal.SIGKILL)
    r2.vrrpd.wait()
    assert "rule 1000" in ours(r2)
    r2.run(BUILD / "vrrpd/vrrpd", "-c", "-f", r2.vrrpd_conf, "-s",
           r2.dir / "vrrpd.sock")
    assert ours(r2) == []


@pytest.fixture
def alone(lab):
    lab.ipv6()
    add_eth1(lab.r1)
    return lab.r1


def test_routes_that_others_remove_come_back(alone):
    alone.start_vrrpd(conf(200))
    alone.wait_state("active")
    all_in_force(alone)
    wait_ours(alone, ALL)
    # One by one, of which the kernel tells.
    alone.ip("route", "del", "203.0.113.0/24", "table", "100")
    wait_ours(alone, ALL)
    alone.ip("rule", "del", "priority", "1000")
    wait_ours(alone, ALL)
    alone.ip("-6", "rule", "del", "priority", "32765")
    wait_ours(alone, ALL)
    alone.ip("-6", "route", "flush", "proto", PROTOCOL)
    wait_ours(alone, ALL)
    # With their interface, of which it does not.
    alone.ip("link", "set", "eth1", "down")
    wait_ours(alone, sorted(set(ALL) - {"203.0.113.0/24 table 100",
                                        "2001:db8:9::/48 table 254"}))
    wait_for(lambda: states(alone)[ROUTES[0]][0] == "refused", 10,
             lambda: states(alone))
    alone.ip("link", "set", "eth1", "up")
    wait_ours(alone, ALL)
    all_in_force(alone)
    # Another interface of this name.
    alone.ip("link", "del", "eth1")
    wait_for(lambda: states(alone)[ROUTES[0]] ==
             ("refused", "its device does not exist"), 10,
             lambda: states(alone))
    add_eth1(alone)
    wait_ours(alone, ALL)
    # With the virtual address that is their source.
    alone.ip("addr", "flush", "to", VIP)
    wait_ours(alone, ALL)
    all_in_force(alone)
    assert "removed by someone else: restored=" in alone.vrrpd.log()
    assert alone.vrrpd.stop() == 0
    assert ours(alone) == []


def test_routes_of_others_are_left_alone(alone):
    alone.ip("route", "add", "10.8.0.0/16", "via", "192.0.2.9", "proto", "99")
    alone.ip("rule", "add", "from", VIP, "lookup", "100", "priority", "1000")
    alone.start_vrrpd(conf(200))
    alone.wait_state("active")
    wait_for(lambda: states(alone)["blackhole 10.8.0.0/16"] == (
        "foreign", "there is one of this network, table and metric that is "
        "not ours"), 10, lambda: states(alone))
    assert "left alone" in alone.vrrpd.log()
    assert "not ours" in alone.vrrpctl("show", "web").stdout
    assert "10.8.0.0/16 via 192.0.2.9" in alone.ip("route")
    # Theirs goes, and ours comes.
    alone.ip("route", "del", "10.8.0.0/16")
    wait_ours(alone, ALL, 40)
    assert alone.vrrpd.stop() == 0
    assert ours(alone) == []
    assert "lookup 100" in alone.ip("rule")


def test_routes_change_in_place(alone):
    alone.start_vrrpd(conf(200))
    alone.wait_state("active")
    wait_ours(alone, ALL)
    since = len(alone.transitions())
    watch = alone.start("watch", "ip", "-N", "monitor", "route", "rule")
    # One more, one otherwise, one less; the address of another as well.
    routes = (ROUTES[0].replace("198.51.100.9", "198.51.100.8"),) + \
        ROUTES[1:3] + ("10.6.0.0/16 via 192.0.2.9", ROUTES[4])
    alone.vrrpd_conf.write_text(conf(200, routes=routes, rules=RULES[:1]))
    assert alone.vrrpctl("reload").returncode == 0
    wait_ours(alone, sorted(set(ALL) - {"10.8.0.0/16 table 254", "rule 32765"}
                            | {"10.6.0.0/16 table 254"}))
    all_in_force(alone)
    assert "via 198.51.100.8" in alone.ip("route", "show", "table",
                                          "100")
    # Those that stay are not touched, and the instance neither.
    wait_for(lambda: "10.6.0.0/16" in watch.log(), 5, "the event")
    said = watch.log()
    assert "10.9.0.0/16" not in said and "2001:db8:9::" not in said
    assert len(alone.transitions()) == since
    watch.stop()
    # Nothing of it any more; and what is new may need an address that is new.
    other = "10.5.0.0/16 via 192.0.2.9 src 192.0.2.51"
    alone.vrrpd_conf.write_text(conf(
        200, routes=(other,), rules=(),
        addresses=(VIP + "/24", "192.0.2.51/24")))
    assert alone.vrrpctl("reload").returncode == 0
    wait_ours(alone, ["10.5.0.0/16 table 254"])
    all_in_force(alone)
    alone.vrrpd_conf.write_text(vrrpd_conf(priority=200, advert_int=10))
    assert alone.vrrpctl("reload").returncode == 0
    wait_ours(alone, [])


def test_routes_that_the_kernel_refuses_are_no_reason_to_leave(alone):
    alone.start_vrrpd(conf(200, routes=("10.4.0.0/16 via 172.31.0.1",
                                        "10.3.0.0/16 dev nowhere",
                                        "10.2.0.0/16 dev self"), rules=()))
    alone.wait_state("active")
    wait_ours(alone, ["10.2.0.0/16 table 254"])
    wait_for(lambda: states(alone)["10.4.0.0/16 via 172.31.0.1"][0] ==
             "refused", 10, lambda: states(alone))
    assert states(alone)["10.3.0.0/16 dev nowhere"] == \
        ("refused", "its device does not exist")
    assert "is not in force" in alone.vrrpd.log()
    # The way to the gateway comes, and so does the route; without a poll.
    alone.ip("addr", "add", "172.31.0.2/24", "dev", "eth1")
    wait_ours(alone, ["10.2.0.0/16 table 254", "10.4.0.0/16 table 254"])


def test_routes_two_instances_may_have_one_in_common(lab):
    r1 = lab.r1
    add_eth1(r1)
    shared = 'routes = { "10.9.0.0/16 dev eth1" }'
    r1.start_vrrpd(
        vrrpd_conf(priority=200, advert_int=10, extra=shared) +
        vrrpd_conf(name="other", vrid=52, priority=200, advert_int=10,
                   addresses=("192.0.2.60/24",), extra=shared))
    for name in ("web", "other"):
        r1.wait_state("active", name=name)
    wait_ours(r1, ["10.9.0.0/16 table 254"])
    watch = r1.start("watch", "ip", "monitor", "route")
    assert r1.vrrpctl("disable", "other").returncode == 0
    r1.wait_state("initialize", name="other")
    r1.ip("route", "add", "10.1.0.0/16", "dev", "eth1")
    wait_for(lambda: "10.1.0.0/16" in watch.log(), 5, "the event")
    assert "Deleted 10.9" not in watch.log()
    assert ours(r1) == ["10.9.0.0/16 table 254"]
    watch.stop()
    assert r1.vrrpd.stop() == 0
    assert ours(r1) == []
