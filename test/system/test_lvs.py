"""Two LVS directors: IPVS balances by direct routing, vrrpd fails the address over.

What swiftover-keepalived(7), "LVS directors", says, with the kernel's own IPVS:

    r1, r2    directors: vrrpd and bfdd, the same table of servers on both, and both
              daemons that synchronise connections on both
    s1, s2    real servers: the address on lo, which arp_ignore keeps to themselves
    client    asks all the time, and has one long connection

Nothing here says how fast anything is: the guest's clock runs as it likes.
"""

import json
import pathlib

import pytest

import lab as lablib
from lab import VIP, wait_for

CONF = pathlib.Path(__file__).resolve().parents[2] / "conf"
# Of one pair; the long connection goes to the second service.
WEB, LONG = 80, 7000
SERVERS = ("192.0.2.11", "192.0.2.12")

# A server that says who it is to each line, for as long as somebody asks.
ECHO = """
import contextlib, socket, sys, threading
def serve(s):
    with s, s.makefile("rw") as f, contextlib.suppress(OSError):
        for line in f:
            f.write(sys.argv[1] + " " + line)
            f.flush()
listener = socket.create_server(("0.0.0.0", %d), backlog=128)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],),
                     daemon=True).start()
""" % LONG

# Asks until it is stopped, with a short pause; a line for each answer or failure.
LOAD = """
import http.client, sys, time
while True:
    c = http.client.HTTPConnection(sys.argv[1], %d, timeout=30)
    began = time.monotonic()
    try:
        c.request("GET", "/")
        who = c.getresponse().read().decode().strip()
    except Exception as e:
        who = "lost " + repr(e)
    print("%%.3f" %% (time.monotonic() - began), who, flush=True)
    c.close()
    time.sleep(0.05)
""" % WEB

# The same of the second service, which remembers its clients.
AGAIN = """
import socket, sys, time
while True:
    began = time.monotonic()
    try:
        with socket.create_connection((sys.argv[1], %d), timeout=30) as s, \\
                s.makefile("rw") as f:
            f.write("x\\n")
            f.flush()
            who = f.readline().split()[0]
    except Exception as e:
        who = "lost " + repr(e)
    print("%%.3f" %% (time.monotonic() - began), who, flush=True)
    time.sleep(0.05)
""" % LONG

# One connection, a line every tenth of a second.
TALK = """
import socket, sys, time
s = socket.create_connection((sys.argv[1], %d), timeout=60)
with s, s.makefile("rw") as f:
    n = 0
    while True:
        n += 1
        f.write("%%d\\n" %% n)
        f.flush()
        print(f.readline().strip() or "lost", flush=True)
        time.sleep(0.1)
""" % LONG

# The file of a pair that keepalived has failed over so far, as it is.
KEEPALIVED = """\
global_defs {
    router_id lvs
}
vrrp_instance web {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    virtual_ipaddress {
        %(vip)s/24
    }
}
virtual_server %(vip)s 80 {
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 192.0.2.11 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 3
        }
    }
    real_server 192.0.2.12 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 3
        }
    }
}
virtual_server %(vip)s 7000 {
    delay_loop 1
    lb_algo lc
    lb_kind DR
    persistence_timeout 300
    protocol TCP
    real_server 192.0.2.11 7000 {
        TCP_CHECK {
            connect_timeout 3
        }
    }
    real_server 192.0.2.12 7000 {
        TCP_CHECK {
            connect_timeout 3
        }
    }
}
""" % {"vip": VIP}


def serve(lab):
    """Two real servers, as the page says."""
    servers = [lab.add(lablib.Router(lab, "s%d" % (i + 1), address))
               for i, address in enumerate(SERVERS)]
    lab.plug(*servers)
    for s in servers:
        s.sysctl("net.ipv4.conf.all.arp_ignore", 1)
        s.sysctl("net.ipv4.conf.all.arp_announce", 2)
        s.ip("address", "add", VIP + "/32", "dev", "lo")
        s.start_nginx()
        s.start("echo", "python3", "-c", ECHO, s.name)
    return servers


def direct(lab, trackers="", **words):
    """The directors: vrrpd with BFD, and connections told to the other one."""
    for director in lab.routers:
        for role in ("master", "backup"):
            director.run("ipvsadm", "--start-daemon", role, "--mcast-interface",
                         "eth0", "--syncid", "51")
        # Connections are told from the first packet on, and not from the third;
        # one that was not told yet is taken in on its way.
        director.sysctl("net.ipv4.vs.sync_threshold", "'0 1'")
        director.sysctl("net.ipv4.vs.sloppy_tcp", "1")
        director.start_bfdd()
    for director, peer, priority in ((lab.r1, lab.r2, 200),
                                     (lab.r2, lab.r1, 100)):
        director.start_vrrpd(lablib.vrrpd_conf(
            priority=priority, advert_int=100, bfd=peer.address,
            interval="1s", multiplier=5, **words) + trackers)
        if director is lab.r1:
            director.wait_state("active", 30)
    lab.wait_pair(bfd=True, timeout=30)


def table(director):
    """Of each service its servers: what ipvsadm -Ln has."""
    found = {}
    for line in director.run("ipvsadm", "-Ln").stdout.splitlines():
        words = line.split()
        if words[:1] == ["TCP"]:
            servers = found.setdefault(words[1], set())
        elif words[:1] == ["->"] and words[1][0].isdigit():
            servers.add(words[1])
    return found


def full(services=(WEB, LONG)):
    return {"%s:%d" % (VIP, port): {"%s:%d" % (s, port) for s in SERVERS}
            for port in services}


def wait_table(directors, wanted, timeout=30):
    for d in directors:
        wait_for(lambda: table(d) == wanted, timeout,
                 lambda: "%s has %s: %s %s" % (d.name, wanted, table(d),
                                               d.lab.logs(20)))


class Reader:
    """A program of the client's whose lines are counted."""

    def __init__(self, lab, name, text):
        self.path = lab.client.dir / (name + ".out")
        self.out = open(self.path, "wb")
        self.process = lab.client.start(name, "python3", "-c", text, VIP,
                                        stdout=self.out)

    def lines(self):
        return self.path.read_text().splitlines()

    def more(self, count):
        """Waits for so many lines more; those."""
        had = len(self.lines())
        wait_for(lambda: len(self.lines()) >= had + count, 30,
                 lambda: "%d lines more: %s" % (count, self.lines()[-3:]))
        return self.lines()[had:]


def lost_of(lines):
    return sum(line.split()[1] == "lost" for line in lines)


def failovers(lab, tracked=False):
    """Planned both ways, then the director is cut off without a word.

    The kernel gathers what it tells the other director, for two seconds at most.  So
    a request that is under way in the very moment of a failover may be of a connection
    that the new director does not know: it is one at most, as one is under way at a
    time.  Where the service remembers its clients, that one goes to its server too.

    A director that was cut off has no server in its table when it is back; it must not
    lead before it has, which it does not when it tracks its checks.
    """
    load, talk = Reader(lab, "load", LOAD), Reader(lab, "talk", TALK)
    again = Reader(lab, "again", AGAIN)
    load.more(40)
    who, = {line.split()[0] for line in talk.more(5)}
    assert {line.split()[1] for line in again.more(5)} == {who}
    said = {}
    # Planned: the Active hands over, and takes it again.
    for deed, active in (("away", lab.r2), ("back", lab.r1)):
        before = len(load.lines())
        if deed == "away":
            assert lab.r1.vrrpctl("handover", "web").returncode == 0
        else:
            assert lab.r1.vrrpctl("enable", "web").returncode == 0
        active.wait_state("active", 30)
        load.more(30)
        said[deed] = load.lines()[before:]
        assert {line.split()[0] for line in talk.more(5)} == {who}
        lab.r1.wait_state("backup" if deed == "away" else "active", 30)
    lab.wait_pair(bfd=True, timeout=30)
    before = len(load.lines())
    # As when its machine is gone: the port of the switch does not carry.
    lab.switch.run("bridge", "link", "set", "dev", "p-r1", "state", "0")
    lab.r2.wait_state("active", 30)
    load.more(30)
    said["cut"] = load.lines()[before:]
    assert {line.split()[0] for line in talk.more(5)} == {who}
    lost_again = lost_of(again.lines())
    # Two are Active until they have heard each other, and this one reaches nobody.
    lab.switch.run("bridge", "link", "set", "dev", "p-r1", "state", "3")
    lab.wait_pair(bfd=True, timeout=60)
    load.more(10)
    if tracked:
        assert lost_of(again.more(20)[3:]) == 0, again.lines()
    lost = {deed: lost_of(lines) for deed, lines in said.items()}
    slow = {deed: max(float(line.split()[0]) for line in lines)
            for deed, lines in said.items()}
    print("lost", json.dumps(lost), "slowest", json.dumps(slow), "of",
          {deed: len(lines) for deed, lines in said.items()})
    print("of a service with persistence lost", lost_again, "of",
          len(again.lines()), [(n, line) for n, line in
                               enumerate(again.lines()) if "lost" in line])
    assert max(lost.values()) <= 1, said
    assert lost_again == 0, again.lines()
    asked = [line.split()[1] for line in load.lines()]
    assert {"s1", "s2"} <= set(asked)
    return load


def test_lvs_keepalived_checks_beside_vrrpd(lab):
    """keepalived -C with the file that it had before, unchanged."""
    servers = serve(lab)
    for d in lab.routers:
        path = d.dir / "keepalived.conf"
        path.write_text(KEEPALIVED)
        d.start("keepalived", "keepalived", "-C", "--dont-fork",
                "--log-console", "--use-file", path, "--pid",
                d.dir / "keepalived.pid", "--checkers_pid",
                d.dir / "checkers.pid")
    wait_table(lab.routers, full())
    direct(lab)
    load = failovers(lab)
    # A server that dies is asked no more, by neither director.
    servers[0].nginx.stop()
    left = full()
    left["%s:%d" % (VIP, WEB)] = {"%s:%d" % (SERVERS[1], WEB)}
    wait_table(lab.routers, left)
    assert {line.split()[1] for line in load.more(10)[2:]} == {"s2"}
    servers[0].start_nginx()
    wait_table(lab.routers, full())
    assert {"s1", "s2"} <= {line.split()[1] for line in load.more(20)}


def pool(lab, services=((WEB, ""), (LONG, "-s lc -p 300"))):
    """on_change of a check for each server, as in vrrpd-ipvs.conf.example."""
    hook = lab.dir / "ipvs-server"
    hook.write_text((CONF / "ipvs-server").read_text())
    hook.chmod(0o755)
    return "".join("""\
tcp s%(n)d-%(port)d {
    address        = %(server)s
    port           = %(port)d
    interval       = 500ms
    fall           = 3
    on_change      = "%(hook)s %(how)s %(vip)s:%(port)d %(server)s:%(port)d"
    on_change_user = root
    on_change_timeout = 60s
}
""" % {"n": i + 1, "port": port, "server": server, "hook": hook, "how": how,
       "vip": VIP} for i, server in enumerate(SERVERS)
        for port, how in services)


def test_lvs_plain_ipvsadm_beside_vrrpd(lab):
    """No keepalived: the checks of vrrpd and their on_change keep the table."""
    servers = serve(lab)
    direct(lab, pool(lab), extra="".join(
        "track_tcp s%d-%d { weight = -60  up_delay = 3s }\n" % (n, port)
        for n in (1, 2) for port in (WEB, LONG)))
    wait_table(lab.routers, full())
    assert "rr" in lab.r1.run("ipvsadm", "-Ln", "-t", "%s:%d" % (
        VIP, WEB)).stdout
    assert "lc persistent 300" in lab.r2.run("ipvsadm", "-Ln", "-t", "%s:%d" % (
        VIP, LONG)).stdout
    load = failovers(lab, tracked=True)
    servers[0].nginx.stop()
    left = full()
    left["%s:%d" % (VIP, WEB)] = {"%s:%d" % (SERVERS[1], WEB)}
    wait_table(lab.routers, left)
    assert {line.split()[1] for line in load.more(10)[2:]} == {"s2"}
    servers[0].start_nginx()
    wait_table(lab.routers, full())
    assert {"s1", "s2"} <= {line.split()[1] for line in load.more(20)}
    # vrrpd ends, and what it has built stays with whoever balances.
    assert lab.r1.vrrpd.stop() == 0
    lab.r2.wait_state("active", 30)
    load.more(10)
    assert table(lab.r1) == full()


def has_nft(lab):
    return lab.r1.run("nft", "add", "table", "inet", "probe",
                      check=False).returncode == 0


def test_lvs_accept_no_is_for_all_but_the_services(lab):
    """IPVS takes what is its own before accept = no drops the rest."""
    if not has_nft(lab):
        pytest.skip("this kernel has no inet family of nf_tables")
    serve(lab)
    direct(lab, pool(lab, [(WEB, "")]), extra="accept = no")
    wait_table(lab.routers, full([WEB]))
    assert lab.client.run("ping", "-n", "-c", "3", "-W", "2", VIP,
                          check=False).returncode != 0
    load = Reader(lab, "load", LOAD)
    assert {"s1", "s2"} == {line.split()[1] for line in load.more(20)}
