"""What else could end the answers of an Active whose processes do not run, measured.

Each is tried on a pair with BFD of 10 ms x 3 and adverts of 1 s, without a virtual
MAC, and killed, stopped or frozen together with everything of the Active:

lease     what vrrpd has: rules that our own packets renew
lifetime  addresses that are lent for 3 s (`lease = no`)
owner     an nf_tables table that vanishes with the socket of its owner, and marks
          what may pass; a table that stays drops what has no mark
bpf       a program on ingress that marks the same, and ends with the descriptor of
          its link
elements  an element of nf_tables of 30 ms, without which the address is dropped, and
          a process that renews it every 10 ms

Then the processor time of a datagram to the address with each, and that of one
renewal, for `elements`; and how often that one drops a healthy Active's address while
another program loads a long ruleset every second.
"""

import argparse
import contextlib
import ctypes
import os
import pathlib
import platform
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import lease as bench                               # noqa: E402
from lab import Lab, Owners, wait_for               # noqa: E402

ADDRESS = bench.INSTANCES["v4addr"][3][0].split("/")[0]
FAULTS = ("killed", "stopped", "frozen")

# --- what is beside vrrpd, on the Active ---

DROP_UNMARKED = """
add table netdev others
add chain netdev others in { type filter hook ingress device "eth0" priority 10; }
add rule netdev others in meta mark 7 accept
add rule netdev others in ip daddr ADDRESS drop
add rule netdev others in arp daddr ip ADDRESS drop
"""
OWNER = """
add table netdev owned { flags owner; }
add chain netdev owned in { type filter hook ingress device "eth0" priority 0; }
add rule netdev owned in ip daddr ADDRESS meta mark set 7
add rule netdev owned in arp daddr ip ADDRESS meta mark set 7
"""
ELEMENTS = """
add table netdev others
add set netdev others alive { type mark; flags timeout; }
add chain netdev others in { type filter hook ingress device "eth0" priority 10; }
add rule netdev others in ip daddr ADDRESS meta mark @alive accept
add rule netdev others in ip daddr ADDRESS drop
add rule netdev others in arp daddr ip ADDRESS meta mark @alive accept
add rule netdev others in arp daddr ip ADDRESS drop
"""
RENEW = ("add element netdev others alive { 0 timeout 30ms }\n"
         "delete element netdev others alive { 0 }\n"
         "add element netdev others alive { 0 timeout 30ms }\n")


def nft(router, text):
    path = router.dir / "others.nft"
    path.write_text(text.replace("ADDRESS", ADDRESS))
    router.run("nft", "-f", str(path))


class Guard:
    """A process in the router's network namespace, with what it holds."""

    def __init__(self, router, what):
        self.popen = subprocess.Popen(
            ["nsenter", "--net=/proc/%d/ns/net" % router.vrrpd.pid,
             sys.executable, __file__, "--be", what],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.popen.stdout.readline() != b"ready\n":
            raise RuntimeError(what + " did not start")
        self.pid = self.popen.pid

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            self.popen.kill()
        self.popen.wait()


def libnftables():
    lib = ctypes.CDLL("libnftables.so.1")
    lib.nft_ctx_new.restype = ctypes.c_void_p
    lib.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    return lib, lib.nft_ctx_new(0)


def command(nft_ctx, text):
    lib, ctx = nft_ctx
    if lib.nft_run_cmd_from_buffer(ctx, text.replace(
            "ADDRESS", ADDRESS).encode()) != 0:
        raise RuntimeError("nft: " + text)


def ready():
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def be_owner():
    ctx = libnftables()
    command(ctx, OWNER)
    ready()
    sys.stdin.read()


def be_elements():
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    ctx = libnftables()
    command(ctx, RENEW)
    ready()
    count, began = 0, time.process_time()
    at = time.monotonic()
    while True:
        command(ctx, RENEW)
        count += 1
        if count == 200:
            sys.stdout.write("%.1f\n" % ((time.process_time() - began) /
                                         count * 1e6))
            sys.stdout.flush()
        at += 0.01
        time.sleep(max(0, at - time.monotonic()))


BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
BPF_PROG_TYPE_SCHED_CLS, BPF_TCX_INGRESS = 3, 46
SYS_BPF = {"x86_64": 321, "aarch64": 280}


def bpf(number, attributes):
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(SYS_BPF[platform.machine()], number, buffer,
                      len(attributes))
    if fd < 0:
        raise OSError(ctypes.get_errno(), "bpf")
    return fd, buffer


def be_bpf():
    """skb->mark = 7, and on to whoever is next."""
    code = struct.pack("=BBhi", 0x62, 1, 8, 7)          # *(u32 *)(r1 + 8) = 7
    code += struct.pack("=BBhi", 0xb7, 0, 0, -1)        # r0 = TCX_NEXT
    code += struct.pack("=BBhi", 0x95, 0, 0, 0)         # exit
    instructions = ctypes.create_string_buffer(code, len(code))
    name = ctypes.create_string_buffer(b"GPL")
    program, _ = bpf(BPF_PROG_LOAD, struct.pack(
        "=IIQQ", BPF_PROG_TYPE_SCHED_CLS, len(code) // 8,
        ctypes.addressof(instructions), ctypes.addressof(name)) + bytes(96))
    link = bpf(BPF_LINK_CREATE, struct.pack(
        "=IIII", program, socket.if_nametoindex("eth0"), BPF_TCX_INGRESS, 0) +
        bytes(48))
    ready()
    sys.stdin.read()
    return link


CHILDREN = {"owner": be_owner, "elements": be_elements, "bpf": be_bpf}


def guard(router, what):
    """Before whatever drops, so that nothing is dropped."""
    if what not in CHILDREN:
        return None
    if what == "elements":
        nft(router, ELEMENTS.replace("ADDRESS drop", "ADDRESS accept"))
        process = Guard(router, what)
        nft(router, "flush chain netdev others in\n" + "".join(
            line + "\n" for line in ELEMENTS.splitlines() if "rule" in line))
        return process
    process = Guard(router, what)
    nft(router, DROP_UNMARKED)
    return process


# --- two owners ---

def only(what):
    """The instance, and with the lease only where it is meant."""
    def conf(router, peer, lease, priority, names=("v4addr",)):
        del lease
        return real_conf(router, peer, what == "lease", priority, names)
    return conf


real_conf = bench.conf


def trial(lab, texts, what, fault, wait_s):
    active, backup = lab.r1, lab.r2
    if not bench.all_are(active, "active"):
        active, backup = backup, active
    wait_for(lambda: bench.is_ready(active, backup, what == "lease"), 30,
             "a pair")
    beside = guard(active, what)
    time.sleep(0.2)
    asked = {"v4addr": Owners(lab, ADDRESS, "-p", "500")}
    wait_for(lambda: bench.is_alone(asked, active), 5, "the Active alone")
    own = bench.processes
    if beside is not None:
        bench.processes = lambda router: own(router) + [beside.pid]
    try:
        bench.FAULTS[fault](active)
        with contextlib.suppress(TimeoutError, Exception):
            wait_for(lambda: bench.is_alone(asked, backup), wait_s, "other")
        time.sleep(0.1)
    finally:
        bench.processes = own
    spans = asked["v4addr"].stop()
    bench.send(bench.processes(active), 9)
    bench.thaw()
    if beside is not None:
        beside.stop()
        active.run("nft", "flush", "ruleset")
    bench.revive(lab, active, texts[active])
    return (sum(end - at for at, end, who in spans if len(who) > 1) * 1000,
            sum(end - at for at, end, who in spans if not who) * 1000,
            max((ms for _, ms in asked["v4addr"].gaps), default=0))


def part_owners(what, args):
    for fault in FAULTS:
        with Lab() as lab:
            texts = bench.start_pair(lab, what == "lease")
            rows = [trial(lab, texts, what, fault, args.wait)
                    for _ in range(args.trials)]
        bench.report(fault, what[:6], what == "lease", rows)


# --- cost ---

def part_cost(what):
    with Lab() as lab:
        bench.start_pair(lab, what == "lease")
        wait_for(lambda: bench.is_ready(lab.r1, lab.r2, what == "lease"), 30,
                 "a pair")
        beside = guard(lab.r1, what)
        bench.measure(lab, what, ADDRESS)
        if what == "elements":
            print("cost     elements: renewal_us=" +
                  beside.popen.stdout.readline().decode().strip(), flush=True)
            part_false_drops(lab)
        if beside is not None:
            beside.stop()


def part_false_drops(lab):
    with Owners(lab, ADDRESS, "-p", "500") as owners:
        for _ in range(10):
            bench.hold_locks(lab, lab.r1)
            time.sleep(1)
        spans = owners.stop()
    nobody = [(end - at) * 1000 for at, end, who in spans if not who]
    print("cost     elements: nobody=%d times worst_ms=%.1f, while 10 "
          "rulesets were loaded" % (len(nobody), max(nobody, default=0)),
          flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ("lease", "lifetime", "owner", "bpf", "elements")
    parser.add_argument("what", nargs="*", help=", ".join(names) + "; all")
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--wait", type=float, default=6)
    parser.add_argument("--be", choices=sorted(CHILDREN),
                        help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.be:
        CHILDREN[args.be]()
        return
    bench.INSTANCES = {"v4addr": bench.INSTANCES["v4addr"]}
    for what in args.what or names:
        bench.conf = only(what)
        part_owners(what, args)
        part_cost(what)


if __name__ == "__main__":
    main()
