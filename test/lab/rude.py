"""Clients of a control socket that do not behave.

    rude.py COUNT OPEN SOCKET [SOCKET]...   [as root: --root to stay root]

So many clients in all, of every kind in turn and at every socket in turn, of which
so many are connected at a time: the oldest goes when the next one comes.  Run as
root they become a user that may not change anything, in the group of each socket.

Prints one JSON line: how many there were of each kind, and how many of them were
refused or cut off before they had done what they wanted.

measure() does that to the daemons of a router, and compares them with before.
"""

import array
import collections
import contextlib
import json
import os
import pwd
import socket
import subprocess
import sys
import time

from lab import Ctl, Gap, status_of, wait_for
from readers import become_reader

SHOW = b'{"jsonrpc":"2.0","id":1,"method":"show"}\n'
HISTORY = SHOW.replace(b"show", b"history")
STATS = SHOW.replace(b"show", b"stats")
TOPICS = b'"instance","transition","bfd"'
LINE_MAX = 65536


def subscribe(topics):
    return (b'{"jsonrpc":"2.0","id":1,"method":"subscribe","params":'
            b'{"topics":[%s]}}\n' % topics)


def push(sock, what, most=4 << 20):
    """As much of it as goes without waiting."""
    sock.setblocking(False)
    while most > 0:
        try:
            most -= sock.send(what)
        except BlockingIOError:
            return


def say(what):
    return lambda sock: sock.sendall(what)


def fill(what):
    return lambda sock: push(sock, what)


def say_and_leave(what):
    def be(sock):
        push(sock, what, len(what))
        sock.close()
    return be


def say_and_shut(what, how):
    def be(sock):
        sock.sendall(what)
        sock.shutdown(how)
    return be


def give_descriptors(sock):
    fds = array.array("i", [0] * 100)
    sock.sendmsg([SHOW], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])


KINDS = {
    "comes and leaves": lambda sock: sock.close(),
    "says nothing": lambda sock: None,
    "half a line": say(SHOW[:-9]),
    "half a line and leaves": say_and_leave(SHOW[:-9]),
    "asks and never reads": fill(20 * SHOW),
    "asks for all and never reads": fill(20 * (SHOW + HISTORY + STATS)),
    "asks and leaves": say_and_leave(300 * (SHOW + HISTORY + STATS)),
    "a line without end": fill(4096 * b"x"),
    "the longest line": say(LINE_MAX * b" " + b"\n"),
    "a line too long": say((LINE_MAX + 1) * b"x" + b"\n"),
    "deep brackets": say(4000 * b"[" + b"\n"),
    "many values": say(b"[0" + 30000 * b",0" + b"]\n"),
    "binary": say(bytes(range(256)) * 64),
    "zeros": fill(4096 * b"\0"),
    "empty lines": fill(4096 * b"\n"),
    "nonsense": fill(50 * b'{"jsonrpc":"2.0","id":1,"method":"set"}\n'),
    "subscribes and never reads": say(20 * subscribe(TOPICS) +
                                      20 * subscribe(b'"session"')),
    "subscribes, asks, never reads": fill(20 * (
        subscribe(TOPICS) + subscribe(b'"session"') + SHOW)),
    "will not read": say_and_shut(100 * SHOW, socket.SHUT_RD),
    "will not say more": say_and_shut(100 * SHOW, socket.SHUT_WR),
    "half a line, no more": say_and_shut(SHOW[:-9], socket.SHUT_WR),
    "shuts both": say_and_shut(100 * SHOW, socket.SHUT_RDWR),
    "gives descriptors": give_descriptors,
    "urgent": lambda sock: sock.send(b"x", socket.MSG_OOB),
    "goodbye and more": say(SHOW.replace(b"show", b"goodbye") + 100 * SHOW),
}


def connect(path):
    """None: too many want to."""
    for _ in range(500):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(0.2)
        try:
            sock.connect(path)
            return sock
        except (BlockingIOError, TimeoutError):
            sock.close()
            time.sleep(0.002)
    return None


def main():
    args = [a for a in sys.argv[1:] if a != "--root"]
    count, open_at_once, paths = int(args[0]), int(args[1]), args[2:]
    if "--root" not in sys.argv:
        become_reader(paths)
    kinds = list(KINDS.items())
    done = {name: [0, 0] for name in KINDS}
    present = collections.deque()
    for i in range(count):
        name, be_rude = kinds[i // len(paths) % len(kinds)]
        sock = connect(paths[i % len(paths)])
        done[name][0] += 1
        try:
            be_rude(sock)
        except (OSError, AttributeError):
            done[name][1] += 1
        if sock is not None:
            present.append(sock)
        if len(present) > open_at_once:
            present.popleft().close()
    print(json.dumps(done))


# --- what is left of them ---

LOOK_MAX = 48           # of the slots are for clients that only look


@contextlib.contextmanager
def being(user, groups=()):
    """The effective user for connect(): it is what the other side is told."""
    os.setgroups(groups)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setgroups([])


def is_answered(sock):
    sock.settimeout(5)
    try:
        sock.sendall(SHOW)
        return b"result" in sock.recv(65536)
    except OSError:
        return False


def free_slots(path):
    """For clients that only look."""
    group = os.stat(path).st_gid
    with contextlib.ExitStack() as stack, being(4242, [group]):
        socks = [stack.enter_context(contextlib.closing(connect(path)))
                 for _ in range(LOOK_MAX + 4)]
        return sum(is_answered(sock) for sock in socks)


class Daemon:
    """Its process, and whether it is as it was."""

    def __init__(self, name, pid, path):
        self.name, self.pid, self.path = name, pid, str(path)
        self.before = self.traces()
        self.rss_before = self.rss_kib()

    def traces(self):
        """(descriptors, slots) when the clients that are gone are forgotten.

        At most five seconds, and not less than one in which nothing changes.
        """
        known = []

        def settled():
            known.append(len(os.listdir("/proc/%d/fd" % self.pid)))
            return len(known) > 20 and len(set(known[-20:])) == 1

        with contextlib.suppress(TimeoutError):
            wait_for(settled, 5, "no client is left", interval=0.05)
        return known[-1], free_slots(self.path)

    def rss_kib(self):
        return int(status_of(self.pid)["VmRSS"].split()[0])

    def look(self):
        self.after = self.traces()
        self.rss_after = self.rss_kib()


def asked(path, user):
    """Seconds until an answer; None: none."""
    begin = time.monotonic()
    try:
        group = os.stat(path).st_gid
        with being(user, [group]), contextlib.closing(Ctl(path, timeout=10)) as ctl:
            ctl.call("ping")
            return time.monotonic() - begin
    except OSError:
        return None


def measure(router, count, open_at_once, root=False):
    """(daemons, what the crowd says, waits of root and of the own user, gap)."""
    own = pwd.getpwnam("nobody").pw_uid
    engine = router.engine_pid()
    router.close_ctl()              # idle, it would give way to the crowd
    daemons = [Daemon("vrrpd", engine, router.vrrpd_sock),
               Daemon("bfdd", router.bfdd.pid, router.bfdd_sock)]
    gap = Gap(router)
    crowd = subprocess.Popen(
        [sys.executable, __file__, *(["--root"] if root else []), str(count),
         str(open_at_once), *(d.path for d in daemons)],
        stdout=subprocess.PIPE)
    waits = {0: [], own: []}
    while crowd.poll() is None:
        for user, times in waits.items():
            if user == own or not root:
                times += [asked(d.path, user) for d in daemons]
        time.sleep(0.05)
    said = json.loads(crowd.stdout.read())
    machine_ms = gap.stop()
    for daemon in daemons:
        daemon.look()
    return daemons, said, waits[0] + waits[own], machine_ms


if __name__ == "__main__":
    main()
