"""Clients that only look, and never stop: they pipeline show, history and stats.

    readers.py CLIENTS SECONDS SOCKET [SOCKET]...

So many clients for each socket, all of them in one process.  Run as root they
become a user that may not change anything, in the group of each socket.  A client
has UNDER_WAY requests on their way all the time, and one that is refused, because
all slots are taken, comes again.  When the time is over no more is asked, and what
was asked for is read, for as long again at most.

Prints one JSON line, a list: for each socket how many answers and bytes there
were, the answers of each client that had a slot, how often clients were refused
and how many were lost, which none should be.

measure() does that to all daemons of a lab, and looks at them meanwhile.
"""

import json
import os
import re
import selectors
import socket
import subprocess
import sys
import time

from lab import Gap

USER = 4242
UNDER_WAY = 20
AGAIN = 0.2             # after having been refused, in seconds
LONG_US = 2000          # the longest that a loop should be away
METHODS = {"vrrpd": ("show", "history", "stats"), "bfdd": ("show", "stats")}
REFUSAL = b"too many clients"


class Reader:
    def __init__(self, path, number):
        self.path, self.number = path, number
        self.methods = METHODS["bfdd" if
                               os.path.basename(path).startswith("bfdd")
                               else "vrrpd"]
        self.asked = self.answers = self.bytes = self.refused = 0
        self.sock, self.out, self.begin, self.lost = None, b"", 0.0, False

    def connect(self, selector):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            sock.connect(self.path)
        except BlockingIOError:         # the queue of newcomers is full
            sock.close()
            self.begin = time.monotonic() + AGAIN
            return
        self.sock = sock
        selector.register(sock, selectors.EVENT_READ, self)

    def ask(self):
        while self.asked - self.answers < UNDER_WAY:
            method = self.methods[(self.number + self.asked) %
                                  len(self.methods)]
            self.out += b'{"jsonrpc":"2.0","id":%d,"method":"%s"}\n' % (
                self.asked, method.encode())
            self.asked += 1

    def send(self):
        try:
            self.out = self.out[self.sock.send(self.out):]
        except OSError:                 # full, or closed: then read() sees it
            pass

    def leave(self, selector):
        selector.unregister(self.sock)
        self.sock.close()
        self.sock, self.out = None, b""
        self.asked = self.answers

    def read(self, selector):
        try:
            data = self.sock.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not self.answers and REFUSAL in data:
            self.refused += 1
            self.begin = time.monotonic() + AGAIN
            self.leave(selector)
        elif not data:
            # A refusal that never arrived: the socket was closed with our
            # requests unread.
            self.lost = self.answers > 0
            self.refused += not self.lost
            self.begin = time.monotonic() + AGAIN
            self.leave(selector)
        self.answers += data.count(b"\n") if self.sock else 0
        self.bytes += len(data)


def become_reader(paths):
    if os.geteuid() != 0:
        return
    os.setgroups(sorted({os.stat(path).st_gid for path in paths}))
    os.setgid(USER)
    os.setuid(USER)


def ask_all(readers, selector, seconds):
    end = time.monotonic() + seconds
    while True:
        now = time.monotonic()
        for reader in readers:
            if now >= end or reader.lost:
                pass
            elif reader.sock is not None:
                reader.ask()
            elif now >= reader.begin:
                reader.connect(selector)
            if reader.out and reader.sock is not None:
                reader.send()
        if now >= end + seconds or (now >= end and not any(
                r.asked > r.answers for r in readers)):
            return
        for key, _ in selector.select(0.05):
            key.data.read(selector)


def main():
    clients, seconds, paths = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    become_reader(paths)
    selector = selectors.DefaultSelector()
    readers = {path: [Reader(path, i) for i in range(clients)]
               for path in paths}
    ask_all([r for some in readers.values() for r in some], selector, seconds)
    print(json.dumps([{
        "socket": path,
        "answers": sum(r.answers for r in some),
        "bytes": sum(r.bytes for r in some),
        "each": sorted(r.answers for r in some if r.answers),
        "unanswered": sum(r.asked - r.answers for r in some if not r.lost),
        "refused": sum(r.refused for r in some),
        "lost": sum(r.lost for r in some),
    } for path, some in readers.items()]))


# --- what becomes of the daemons meanwhile ---

def grown(after, before, what):
    """The bucket of the longest since then: up to so many us; 0: none."""
    buckets = [b["up-to-us"] for a, b in zip(before["histogram"],
                                             after["histogram"])
               if b[what] > a[what]]
    return 0 if not buckets else buckets[-1] or float("inf")


def long_ones(after, before):
    """In how many batches since then the loop worked for too long."""
    return sum(b["cpu"] - a["cpu"] for a, b in zip(before["histogram"],
                                                   after["histogram"])
               if a["up-to-us"] is None or a["up-to-us"] > LONG_US)


class Daemon:
    def __init__(self, router, name):
        self.name = router.name + " " + name
        self.process = getattr(router, name)
        self.sock = str(getattr(router, name + "_sock"))
        self.ask = router.call if name == "vrrpd" else router.bfdd_call

    def begin(self):
        self.loop = self.ask("stats")["loop"]
        self.logged = len(self.process.log())

    def end(self):
        loop = self.ask("stats")["loop"]
        # Of its loop's absences the longest: by the clock, by the processor time
        # of its own work, and those in which nobody let it run.
        self.away_us, self.cpu_us, self.late_us = (
            grown(loop, self.loop, what)
            for what in ("absences", "cpu", "late"))
        # A machine that takes the processor away for a while adds a few.
        self.long_ones = long_ones(loop, self.loop)
        self.longest = loop["cpu"] if self.long_ones else None
        self.moves = [line for line in
                      self.process.log()[self.logged:].splitlines()
                      if re.search(r" from=\S+ to=", line)]


def measure(lab, clients, seconds):
    """(the daemons, what each was asked, the machine's worst gap in ms)."""
    daemons = [Daemon(r, name) for r in lab.routers
               for name in ("vrrpd", "bfdd")]
    for daemon in daemons:
        daemon.begin()
    gap = Gap(lab.client)
    done = subprocess.run(
        [sys.executable, __file__, str(clients), str(seconds),
         *(d.sock for d in daemons)], stdout=subprocess.PIPE, check=True)
    machine_ms = gap.stop()
    for daemon in daemons:
        daemon.end()
    return daemons, json.loads(done.stdout), machine_ms


if __name__ == "__main__":
    main()
