"""Every VRID of an interface, in both families at once."""

import os
import signal
import time

from lab import Gap, vrrpd_conf, wait_for

COUNT = 255
ADVERT_INT = "1s"


def conf(priority):
    text = "realtime_priority = 0\n"
    for vrid in range(1, COUNT + 1):
        text += vrrpd_conf(name="four%d" % vrid, vrid=vrid, priority=priority,
                           advert_int=ADVERT_INT,
                           addresses=("10.1.0.%d/32" % vrid,))
        text += vrrpd_conf(name="six%d" % vrid, vrid=vrid, priority=priority,
                           advert_int=ADVERT_INT,
                           addresses=("fe80::1:%x" % vrid,
                                      "2001:db8:1::%x/128" % vrid))
    return text


def bfd_conf(priority, peer):
    """500 virtual routers that share a session per family (L-26)."""
    text = ""
    for vrid in range(1, 251):
        text += vrrpd_conf(name="four%d" % vrid, vrid=vrid, priority=priority,
                           advert_int=ADVERT_INT, bfd=peer.address,
                           interval="50ms",
                           addresses=("10.1.0.%d/32" % vrid,))
        text += vrrpd_conf(name="six%d" % vrid, vrid=vrid, priority=priority,
                           advert_int=ADVERT_INT, bfd=peer.link_local,
                           interval="50ms",
                           addresses=("fe80::1:%x" % vrid,
                                      "2001:db8:1::%x/128" % vrid))
    return text


def states(router):
    count = {}
    for instance in router.call("show")["instances"]:
        count[instance["state"]] = count.get(instance["state"], 0) + 1
    return count


def wait_all(router, state, timeout, count=2 * COUNT):
    wait_for(lambda: states(router) == {state: count}, timeout,
             lambda: "%s: all are %s; now %s" % (router.name, state,
                                                 states(router)), 0.2)


def cpu(pid):
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def addresses(router):
    return {a for a in router.run("ip", "-o", "address").stdout.split()
            if a.startswith(("10.1.0.", "2001:db8:1::"))}


def test_many_every_vrid_in_both_families(lab, record_property):
    """Starts, is elected, is Active, is taken over and stops, whole."""
    for router in lab.routers:
        router.ip("-6", "address", "add", "2001:db8::%s/64" %
                  router.name[1], "dev", "eth0", "nodad")
    figures = {}
    started = time.monotonic()
    lab.r1.start_vrrpd(conf(200))
    wait_all(lab.r1, "backup", 20)
    figures["start"] = time.monotonic() - started
    wait_all(lab.r1, "active", 40)
    figures["all Active"] = time.monotonic() - started
    lab.r2.start_vrrpd(conf(100))
    wait_all(lab.r2, "backup", 30)
    assert len(addresses(lab.r1)) == 2 * COUNT
    assert not addresses(lab.r2)

    # Quiet: nobody moves, and what it costs.
    before = [cpu(r.engine_pid()) for r in lab.routers]
    log = [r.vrrpd.log() for r in lab.routers]
    time.sleep(4)
    for router, name, was in zip(lab.routers, ("Active", "Backup"), before):
        figures["CPU of the " + name] = (cpu(router.engine_pid()) - was) / 4
    assert log == [r.vrrpd.log() for r in lab.routers]

    # A silent cut; each Backup's own record tells how late it was.
    undo = lab.cut(lab.r1)
    started = time.monotonic()
    wait_all(lab.r2, "active", 20)
    figures["all taken over"] = time.monotonic() - started
    late = []
    for family in ("four", "six"):
        for vrid in range(1, COUNT + 1):
            record = lab.r2.transitions("%s%d" % (family, vrid))[-1]
            assert record["to"] == "active"
            steps = {s["step"]: s["us"] for s in record["steps"]}
            late.append(steps["announced"] - steps["detected"])
    figures["first: due to announced"] = min(late) / 1e6
    figures["last: due to announced"] = max(late) / 1e6
    undo()
    wait_all(lab.r1, "active", 20)
    wait_all(lab.r2, "backup", 20)

    # A clean stop hands everything over and leaves nothing.
    started = time.monotonic()
    assert lab.r1.vrrpd.stop(signal.SIGTERM, 60) == 0
    figures["stop"] = time.monotonic() - started
    assert not addresses(lab.r1)
    # vrrpd-net goes on removing when the monitor has waited its five seconds.
    wait_for(lambda: not [n for n in lab.r1.links() if
                          n.startswith(("vr4-", "vr6-"))], 20, "no devices")
    wait_all(lab.r2, "active", 10)
    assert len(addresses(lab.r2)) == 2 * COUNT
    for name, value in figures.items():
        record_property(name, "%.3f" % value)
        print("%-28s %8.3f" % (name, value))


# L-26 +, L-33 +
def test_many_on_one_session_switch_together(lab, record_property):
    """All go in one pass: the last announcement within 100 ms of the Down."""
    lab.ipv6()
    for router in lab.routers:
        router.start_bfdd()
    lab.r1.start_vrrpd(bfd_conf(200, lab.r2))
    wait_all(lab.r1, "active", 40, 500)
    lab.r2.start_vrrpd(bfd_conf(100, lab.r1))
    wait_all(lab.r2, "backup", 30, 500)
    assert len(lab.r2.bfdd_call("show")["sessions"]) == 2
    wait_for(lambda: all(i["bfd"][0]["takeover"] == "ready"
                         for i in lab.r2.call("show")["instances"]), 20,
             "every instance is protected", 0.2)
    gap = Gap(lab.client)
    lab.cut(lab.r1)
    wait_all(lab.r2, "active", 10, 500)
    machine_us = gap.stop() * 1000
    last = 0
    for instance in lab.r2.call("show")["instances"]:
        record = lab.r2.transitions(instance["name"])[-1]
        assert record["cause"] == "bfd-down", record
        steps = {s["step"]: s["us"] for s in record["steps"]}
        last = max(last, steps["announced"] - steps["detected"])
    record_property("last: detected to announced", "%.1f ms" % (last / 1000))
    print("last announced %.1f ms after bfdd's decision, machine %.1f ms" %
          (last / 1000, machine_us / 1000))
    assert last - machine_us < 100000
