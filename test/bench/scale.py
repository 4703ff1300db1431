"""Many virtual routers on one interface: do they flap, what do they cost, and
how long until the last one is back after a failure?

    sh test/bench/scale.sh BUILD-DIRECTORY [--instances 100] [--seconds 300]
        [--keepalived 50] [--failovers 5] [--advert-int 1] [--json FILE]

Both routers of a pair run on this machine.  First ours, then keepalived, each
for the same time: state changes after the election, and the CPU time of each
daemon with its children, in percent of one core.  Then the failovers of ours:
a silent cut of the Active, and for every address the time until the client has
an answer again (it asks all that are missing every two milliseconds).  The
figure to compare with is the Active_Down_Interval, which runs from the last
advert of each virtual router; "over" is what came on top of it.

gap watches the machine all the while: its worst wake-up stands beside each
figure.
"""

import argparse
import contextlib
import json
import os
import pathlib
import select
import socket
import statistics
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import frames                                                      # noqa: E402
from lab import (Capture, Gap, Lab, LabError, active_down_interval_ms,       # noqa: E402
                 vrrpd_conf, wait_for)

TICKS = os.sysconf("SC_CLK_TCK")
PRIORITIES = (200, 100)
SO_TIMESTAMPNS = 35


def address(i):
    return "198.51.100.%d" % (i + 1)


def vrrpd_configuration(priority, count, advert_int):
    return "".join(vrrpd_conf(priority=priority, advert_int=advert_int,
                              name="n%d" % (i + 1), vrid=i + 1,
                              addresses=(address(i) + "/24",))
                   for i in range(count))


def keepalived_configuration(priority, count, advert_int):
    head = """global_defs {
    vrrp_version 3
    vrrp_rt_priority 50
    vrrp_no_swap
}
"""
    return head + "".join("""vrrp_instance n%d {
    interface eth0
    virtual_router_id %d
    priority %d
    advert_int %g
    use_vmac
    virtual_ipaddress { %s/24 }
}
""" % (i + 1, i + 1, priority, advert_int / 100, address(i))
                          for i in range(count))


def cpu_seconds(pid):
    """Of a process and its children."""
    total = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        number, rest = int(text.split(" ", 1)[0]), text.rsplit(") ", 1)[1]
        fields = rest.split()
        if number == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def watch(lab, daemons, seconds):
    """CPU of each in percent of a core, and the machine's worst gap."""
    gap = Gap(lab.client)
    start, before = time.monotonic(), [cpu_seconds(d.pid) for d in daemons]
    time.sleep(seconds)
    took = time.monotonic() - start
    after = [cpu_seconds(d.pid) for d in daemons]
    return ([round(100 * (b - a) / took, 1)
             for a, b in zip(before, after)], round(gap.stop(), 1))


def states(router):
    return [i["state"] for i in router.call("show")["instances"]]


def transitions(router):
    return sum(int(i["statistics"]["master-transitions"])
               for i in router.call("stats")["instances"])


def wait_settled(lab, count):
    wait_for(lambda: states(lab.r1) == ["active"] * count and
             states(lab.r2) == ["backup"] * count, 60,
             lambda: "%d settled; r1 %s, r2 %s" % (
                 count, states(lab.r1), states(lab.r2)), interval=0.2)


def start_ours(lab, options):
    for router, priority in zip(lab.routers, PRIORITIES):
        router.start_vrrpd(vrrpd_configuration(priority, options.instances,
                                               options.advert_int))
    wait_settled(lab, options.instances)
    time.sleep(2)       # announcements and what starting costs


def steady_ours(lab, options):
    before = [transitions(r) for r in lab.routers]
    logs = [len(r.vrrpd.log()) for r in lab.routers]
    cpu, gap = watch(lab, [r.vrrpd for r in lab.routers], options.seconds)
    changes = sum(r.vrrpd.log()[n:].count(" from=")
                  for r, n in zip(lab.routers, logs))
    flips = sum(transitions(r) for r in lab.routers) - sum(before)
    return {"daemon": "vrrpd", "instances": options.instances,
            "seconds": options.seconds, "state-changes": max(changes, flips),
            "cpu-active-percent": cpu[0], "cpu-backup-percent": cpu[1],
            "worst-machine-gap-ms": gap}


def steady_keepalived(options):
    with Lab() as lab:
        for router, priority in zip(lab.routers, PRIORITIES):
            router.start_keepalived(keepalived_configuration(
                priority, options.keepalived, options.advert_int))
        wait_for(lambda: lab.r1.keepalived.log().count("MASTER STATE") >=
                 options.keepalived, 60, "keepalived is settled", interval=0.2)
        time.sleep(5)
        logs = [len(r.keepalived.log()) for r in lab.routers]
        cpu, gap = watch(lab, [r.keepalived for r in lab.routers],
                         options.seconds)
        changes = sum(r.keepalived.log()[n:].count("Entering")
                      for r, n in zip(lab.routers, logs))
        return {"daemon": "keepalived", "instances": options.keepalived,
                "seconds": options.seconds, "state-changes": changes,
                "cpu-active-percent": cpu[0], "cpu-backup-percent": cpu[1],
                "worst-machine-gap-ms": gap}


def echo(sequence):
    body = struct.pack("!BBHHH", 8, 0, 0, 0x5cae, sequence)
    return body[:2] + struct.pack("!H", frames.checksum(body)) + body[4:]


def answers_after(client, count, timeout):
    """Arrival (CLOCK_REALTIME) of the first answer of each address."""
    seen = {}
    missing = {address(i): echo(i) for i in range(count)}
    with client.open_socket(socket.AF_INET, socket.SOCK_RAW, 1) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        sock.setblocking(False)
        end = time.monotonic() + timeout
        while missing and time.monotonic() < end:
            began = time.monotonic()
            for target, packet in missing.items():
                with contextlib.suppress(OSError):   # queues are full
                    sock.sendto(packet, (target, 0))
            while True:
                left = began + 0.002 - time.monotonic()
                if not select.select([sock], [], [], max(0, left))[0]:
                    break
                data, ancillary, _, source = sock.recvmsg(2048, 256)
                if data[20] != 0 or data[24:26] != b"\x5c\xae":
                    continue
                if source[0] in missing:
                    del missing[source[0]]
                    stamp = struct.unpack("qq", ancillary[0][2][:16])
                    seen[source[0]] = stamp[0] + stamp[1] / 1e9
                if time.monotonic() > began + 0.002:
                    break
    return seen


def worst_steps(router):
    """Of the newest transition of each: how late after it was due."""
    newest = {}
    for t in router.call("history")["transitions"]:
        newest[t.get("instance", t.get("name"))] = t
    worst = {}
    for t in newest.values():
        at = {step["step"]: step["us"] for step in t.get("steps", [])}
        for step in at:
            worst[step] = max(worst.get(step, 0),
                              at[step] - at.get("detected", 0))
    return worst


def failover(lab, options):
    """Of all addresses at once, by a silent cut of the Active."""
    count = options.instances
    answered = len(answers_after(lab.client, count, 5))
    if answered != count:
        raise LabError("only %d answer" % answered)
    gap = Gap(lab.client)
    with Capture(lab.switch, "p-client", "ip proto 112") as capture:
        time.sleep(0.1)
        mend = lab.cut(lab.r1)
        cut = time.time()
        seen = answers_after(lab.client, count, 10)
        last = {}
        for frame in capture.stop():
            if frame.haslayer("IP") and frame["IP"].src == lab.r1.address:
                last[bytes(frame)[14 + 20 + 1]] = float(frame.time)
    machine = gap.stop()
    steps = worst_steps(lab.r2)
    mend()
    wait_settled(lab, count)
    bound = active_down_interval_ms(PRIORITIES[1], options.advert_int)
    times = sorted((seen[address(i)] - cut) * 1000 for i in range(count)
                   if address(i) in seen)
    over = [(seen[address(i)] - last[i + 1]) * 1000 - bound
            for i in range(count) if address(i) in seen and i + 1 in last]
    return {"answered": len(seen), "first-ms": round(times[0], 2),
            "last-ms": round(times[-1], 2),
            "first-over-ms": round(min(over), 2),
            "last-over-ms": round(max(over), 2),
            "active-down-interval-ms": bound, "worst-steps-us": steps,
            "machine-gap-ms": round(machine, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--instances", type=int, default=100)
    parser.add_argument("--keepalived", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--failovers", type=int, default=5)
    parser.add_argument("--advert-int", type=int, default=1)
    parser.add_argument("--json")
    options = parser.parse_args()
    steady, trials = [], []
    with Lab() as lab:
        lab.client.ip("address", "add", "198.51.100.254/24", "dev", "eth0")
        start_ours(lab, options)
        steady.append(steady_ours(lab, options))
        for _ in range(options.failovers):
            trials.append(failover(lab, options))
    if options.keepalived:
        try:
            steady.append(steady_keepalived(options))
        except TimeoutError as error:
            print("keepalived: %s" % str(error).partition("\n")[0])
    print("%-11s %9s %8s %8s %10s %10s %12s" % (
        "daemon", "instances", "seconds", "changes", "CPU Active",
        "CPU Backup", "machine (ms)"))
    for row in steady:
        print("%-11s %9d %8d %8d %9.1f%% %9.1f%% %12.1f" % (
            row["daemon"], row["instances"], row["seconds"],
            row["state-changes"], row["cpu-active-percent"],
            row["cpu-backup-percent"], row["worst-machine-gap-ms"]))
    if trials:
        print("\nfailover of %d addresses, ms; Active_Down_Interval %.1f" % (
            options.instances, trials[0]["active-down-interval-ms"]))
        print("%8s %8s %8s %12s %12s %12s" % (
            "answered", "first", "last", "first over", "last over",
            "machine"))
        for t in trials:
            print("%8d %8.1f %8.1f %12.1f %12.1f %12.1f" % (
                t["answered"], t["first-ms"], t["last-ms"],
                t["first-over-ms"], t["last-over-ms"], t["machine-gap-ms"]))
            print("         the Backup's own worst steps, us: %s" % ", ".join(
                "%s %d" % item for item in t["worst-steps-us"].items()))
        print("median of the last: %.1f after the cut, %.1f over" % (
            statistics.median(t["last-ms"] for t in trials),
            statistics.median(t["last-over-ms"] for t in trials)))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            {"steady": steady, "failovers": trials}, indent=1))


if __name__ == "__main__":
    main()
