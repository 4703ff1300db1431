"""keepalived on one router, on the other ours with its configuration converted.

The converted router has to be the one keepalived would have been there: the
same stories as between any two (story.py), with nothing written by hand.
"""

import json
import pathlib
import shutil
import signal
import time

import pytest

from lab import BUILD, VIP, run, wait_for
from story import Setting, ours_is_better, theirs_is_better
from test_keepalived import Keepalived

pytestmark = pytest.mark.skipif(shutil.which("keepalived") is None,
                                reason="keepalived is not installed")

CORPUS = pathlib.Path(__file__).parent.parent / "convert"


def converted(router, conf, *options):
    """What vrrpctl convert makes of it, and what it says."""
    path = router.dir / "for-convert.conf"
    path.write_text(conf)
    done = run(str(BUILD / "vrrpd/vrrpctl"), "convert", *options, str(path))
    return done.stdout, done.stderr


class Converted(Setting):
    """Ours is started with the configuration theirs would have had."""

    def start_ours(self, router, priority, peer):
        # A loser of theirs yields without a word, see story.py.
        more = () if self.vmac else ("garp_master_refresh 1",)
        text, _ = converted(router, Keepalived(self).conf(
            router, priority, peer, more))
        router.start_vrrpd(text)


SETTINGS = [
    Converted(version=2, password="s3cr3t", cs=100),
    Converted(unicast=True),
    Converted(vmac=True),
    Converted(ipv6=True),
]
ALL = pytest.mark.parametrize("setting", SETTINGS,
                              ids=[s.name() for s in SETTINGS])


@ALL
def test_keepalived_is_better_than_the_converted(lab, setting):
    theirs_is_better(lab, Keepalived(setting), setting)


@ALL
def test_keepalived_is_backup_of_the_converted(lab, setting):
    ours_is_better(lab, Keepalived(setting), setting)


def test_keepalived_knows_every_word_of_the_corpus(lab):
    """Files named new- have words of later versions, bad.conf has mistakes."""
    for i in range(1, 4):
        lab.r1.ip("link", "add", "eth%d" % i, "type", "veth", "peer", "name",
                  "far%d" % i)
    files = [path for path in sorted(CORPUS.glob("*.conf"))
             if not path.name.startswith("new-") and path.name != "bad.conf"]
    assert len(files) > 12
    for path in files:
        # Its exit status tells of scripts that are not there as well.
        done = lab.r1.run("keepalived", "--config-test", "--config-id",
                          "lb1", "--use-file", path, check=False, timeout=60)
        for complaint in ("Unknown keyword", "Unexpected", "Unmatched",
                          "Unknown configuration entry", "Missing"):
            assert complaint not in done.stdout + done.stderr, (path, done)


def test_keepalived_takes_the_ipvs_part(lab):
    """keepalived -C complains of nothing in it that it does not of the whole."""
    def complaints(path):
        done = lab.r1.run("keepalived", "--config-test", "--check",
                          "--config-id", "lb1", "--use-file", path,
                          check=False, timeout=60)
        # "(FILE: Line 7) ...": the place is another one.
        return sorted(line.partition(") ")[2] if line.startswith("(") else line
                      for line in (done.stdout + done.stderr).splitlines())

    out = lab.r1.dir / "ipvs.conf"
    files = [path for path in sorted(CORPUS.glob("*.conf"))
             if "\nvirtual_server " in path.read_text() and
             "BFD_CHECK" not in path.read_text()]
    assert len(files) > 1
    for path in files:
        run(str(BUILD / "vrrpd/vrrpctl"), "convert", "--id=lb1",
            "--ipvs=%s" % out, str(path))
        said = [line for line in complaints(out)
                if line not in complaints(path)]
        assert said == [], (path, said)
        assert "vrrp_" not in out.read_text()


class Guide:
    """The commands of --run-beside for the keepalived.conf of a router."""

    STUB = "#!/bin/sh\n%s\n"

    def __init__(self, router):
        self.router = router
        bindir = router.dir / "guide"
        bindir.mkdir()
        # Units are the lab's affair, and whether there is a tcpdump nobody's.
        for name, text in (("systemctl", "exit 0"), ("tcpdump", "exit 0"),
                           ("vrrpctl", "exec %s -s %s -b %s \"$@\"" % (
                               BUILD / "vrrpd/vrrpctl", router.vrrpd_sock,
                               router.bfdd_sock))):
            (bindir / name).write_text(self.STUB % text)
            (bindir / name).chmod(0o755)
        self.path = bindir
        self.conf = bindir / "vrrpd.conf"
        self.steps = {}
        done = run(str(BUILD / "vrrpd/vrrpctl"), "convert", "--run-beside",
                   str(router.dir / "keepalived.conf"))
        for line in done.stdout.splitlines():
            if line.startswith("# ") and line[2:3].isdigit():
                number = int(line[2:].partition(".")[0])
                self.steps[number] = []
            elif line and not line.startswith("#"):
                self.steps[number].append(line)

    def run(self, number):
        """What the commands of a step answer."""
        answers = []
        for line in self.steps[number]:
            words = line.split()
            if words[-2:-1] == [">"]:       # where packages have the file
                line = line.replace(words[-1], str(self.conf))
            elif words[:2] == ["vrrpctl", "check"]:
                line = "vrrpctl check %s" % self.conf
            done = self.router.run("sh", "-c", "PATH=%s:$PATH; %s" % (
                self.path, line))
            answers.append(done.stdout)
        return "\n".join(answers)


def test_the_guide_leads_to_vrrpd_and_back(lab):
    theirs = Keepalived(Setting())
    r1, r2 = lab.routers
    theirs.start(r1, 200, r2)
    theirs.wait(r1, True)
    theirs.start(r2, 100, r1)
    guide = Guide(r2)
    assert sorted(guide.steps) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert guide.run(1).strip() == ""           # the Backup
    guide.run(2)
    assert ": good, 1 instance" in guide.run(3)
    guide.run(4)
    r2.keepalived.stop()
    r2.start_vrrpd(guide.conf.read_text())
    r2.wait_state("backup")
    wait_for(lambda: r1.address in guide.run(5), 10,
             "the router of step 2 is its Active")
    assert VIP not in r2.addresses()

    theirs.stop(r1)
    r2.wait_state("active")
    assert VIP in guide.run(6)
    theirs.start(r1, 200, r2)
    theirs.wait(r1, True)
    r2.wait_state("backup")

    guide.run(8)
    r2.vrrpd.stop()
    theirs.start(r2, 100, r1)
    assert VIP not in r2.addresses()


# Three routers and a check, as keepalived's users write them: version 2, once a
# second.  What an interface does is shown in version 3, at a tenth of that; the
# rules by which they elect one are the same.
THREE = """\
%s
vrrp_script chk {
    script "/usr/bin/test ! -e %s"
    interval 1
    weight -20
    user root
}
vrrp_instance web {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority %d
    %s
    %s
    virtual_ipaddress {
        192.0.2.50/24
    }
    %s
}
"""
TRACKS = {
    "script": "track_script {\n chk\n }",
    "interface": "track_interface {\n eth1 weight -20\n }",
}


VERSION_2 = """\
advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }"""
VERSIONS = {
    "script": ("", VERSION_2),
    "interface": ("global_defs {\n vrrp_version 3\n}", "advert_int 0.1"),
}


class Three:
    """106, 105 and 104; r1 is Active."""

    def __init__(self, lab, kind, nopreempt=False, on_keepalived=None):
        self.lab = lab
        self.kind = kind
        self.bad = lab.dir / "bad"
        for i, router in enumerate(lab.routers):
            router.ip("link", "add", "eth1", "type", "veth", "peer", "name",
                      "far1")
            router.ip("link", "set", "eth1", "up")
            router.ip("link", "set", "far1", "up")
            head, interval = VERSIONS[kind]
            conf = THREE % (head, self.bad if i == 0 else "/nonexistent",
                            106 - i, interval,
                            "nopreempt" if nopreempt else "", TRACKS[kind])
            if i == on_keepalived:
                router.start_keepalived(conf)
            else:
                text, said = converted(router, conf, "--strict")
                *notes, count = said.splitlines() or [""]
                assert all(": note: " in line for line in notes)
                assert count in ("", "1 note", "%d notes" % len(notes))
                router.start_vrrpd(text)
            if i == 0:          # before there is anybody to be faster
                self.wait_where(0)

    def holders(self):
        return [i for i, router in enumerate(self.lab.routers)
                if VIP in router.addresses()]

    def wait_where(self, holder):
        wait_for(lambda: self.holders() == [holder], 20,
                 lambda: "the address is on r%d, not %s" % (
                     holder + 1, self.holders()))

    def check(self, good):
        if self.kind == "interface":
            self.lab.r1.ip("link", "set", "far1", "up" if good else "down")
        elif good:
            self.bad.unlink()
        else:
            self.bad.touch()


@pytest.mark.parametrize("kind", sorted(TRACKS))
@pytest.mark.parametrize("on_keepalived", [None, 0, 1],
                         ids=["ours", "r1-keepalived", "r2-keepalived"])
def test_three_converted_routers_follow_a_check(labs, on_keepalived, kind):
    lab = labs(routers=3)
    three = Three(lab, kind, on_keepalived=on_keepalived)
    lab.answered()
    for good, holder in ((False, 1), (True, 0)):
        three.check(good)
        three.wait_where(holder)
        lab.client.ip("neigh", "flush", "all")
        lab.answered()


@pytest.mark.parametrize("kind", sorted(TRACKS))
@pytest.mark.parametrize("on_keepalived", [None, 1],
                         ids=["ours", "r2-keepalived"])
def test_three_converted_routers_with_nopreempt_stay(labs, on_keepalived,
                                                     kind):
    lab = labs(routers=3)
    three = Three(lab, kind, True, on_keepalived)
    r1, r3 = lab.r1, lab.routers[2]
    three.check(False)
    wait_for(lambda: r3.instance()["active-priority"] == 86, 10,
             "r3 hears the lower priority")

    # Long enough for any of them to take over, were it to.
    def heard():
        return r3.instance()["statistics"]["advertisement-rcvd"]

    before = heard()
    wait_for(lambda: heard() >= before + 5, 15, "five more adverts")
    assert three.holders() == [0]
    assert len(r1.transitions()) == 2


def test_a_converted_router_runs_its_notify_scripts(lab):
    """With keepalived's words and arguments, the single ones first."""
    log = lab.dir / "log"
    for name in ("master", "any"):
        path = lab.dir / name
        path.write_text("#!/bin/sh\necho %s \"$@\" >>%s\n" % (name, log))
        path.chmod(0o755)
    text, _ = converted(lab.r1, """\
global_defs {
    script_user root
    vrrp_version 3
}
vrrp_track_process service {
    process service-of-lab
}
vrrp_instance web {
    interface eth0
    virtual_router_id 51
    advert_int 0.1
    virtual_ipaddress {
        192.0.2.50/24
    }
    track_process {
        service
    }
    notify_master "%(dir)s/master 'two words'"
    notify "%(dir)s/any"
}
""" % {"dir": lab.dir})
    shutil.copy("/bin/sleep", lab.dir / "service-of-lab")
    service = lab.r1.start("service", lab.dir / "service-of-lab", "1000")
    lab.r1.start_vrrpd(text)
    lab.r1.wait_state("active", 10)
    service.kill(signal.SIGKILL)
    lab.r1.wait_state("initialize", 10)
    wait_for(lambda: log.exists() and "FAULT" in log.read_text(), 10,
             lambda: "the hooks run: " + (log.read_text() if log.exists()
                                          else "none"))
    lines = log.read_text().splitlines()
    master = lines.index("master two words")
    assert lines[master + 1] == "any INSTANCE web MASTER 100"
    assert lines[-1] == "any INSTANCE web FAULT 100"


DELAYED = """\
global_defs {
    vrrp_version 3
}
vrrp_script chk {
    script "/usr/bin/test ! -e %s"
    interval 1
    weight -20
    user root
}
vrrp_instance web {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority %d
    advert_int 0.1
    preempt_delay 1
    virtual_ipaddress {
        192.0.2.50/24
    }
    track_script {
        chk
    }
}
"""


# V-79 + -: in each role, before a preemption and before nothing else
@pytest.mark.parametrize("on_keepalived", [0, 1], ids=["r1", "r2"])
def test_preempt_delay_beside_keepalived(lab, on_keepalived):
    bad = lab.dir / "bad"
    for i, router in enumerate((lab.r1, lab.r2)):
        conf = DELAYED % (bad if i == 0 else "/nonexistent", 110 - 10 * i)
        if i == on_keepalived:
            router.start_keepalived(conf)
        else:
            router.start_vrrpd(converted(router, conf, "--strict")[0])
        if i == 0:
            wait_for(lambda: VIP in lab.r1.addresses(), 20, "r1 is Active")
    ours = (lab.r2, lab.r1)[on_keepalived]
    wait_for(lambda: ours.state() == ("active", "backup")[
        on_keepalived == 0], 10, "both hear each other")
    for make_it_so, to in ((bad.touch, lab.r2), (bad.unlink, lab.r1)):
        began = time.monotonic()
        make_it_so()
        if to is ours:
            wait_for(lambda: "preempt-hold-us" in ours.instance(), 10,
                     "the delay runs")
            assert "preempt_delay" in ours.vrrpctl("show", "web").stdout
        wait_for(lambda: VIP in to.addresses(), 20, "%s preempts" % to.name)
        assert time.monotonic() - began > 1
        other = lab.r1 if to is lab.r2 else lab.r2
        wait_for(lambda: VIP not in other.addresses(), 10,
                 "%s yields" % other.name)
    # The Active falls silent: nothing is delayed.
    lab.cut(lab.r1)
    began = time.monotonic()
    wait_for(lambda: VIP in lab.r2.addresses(), 20, "r2 takes over")
    assert time.monotonic() - began < 2


NUMBERS = """\
global_defs {
    vrrp_version 3
}
track_file load {
    file %s
    weight 2
}
vrrp_instance web {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority %d
    advert_int 0.1
    virtual_ipaddress {
        192.0.2.50/24
    }
    track_file {
        load
    }
}
"""


# L-16 +, L-17 + : the number in a file, on either side
def test_track_file_beside_keepalived(lab):
    files = [lab.dir / "load-1", lab.dir / "load-2"]
    lab.r1.start_keepalived(NUMBERS % (files[0], 150))
    wait_for(lambda: VIP in lab.r1.addresses(), 20, "r1 is Active")
    lab.r2.start_vrrpd(converted(lab.r2, NUMBERS % (files[1], 100),
                                 "--strict")[0])
    wait_for(lambda: lab.r2.instance()["active-priority"] == 150, 10,
             "r2 hears r1")
    for router, value, theirs, ours, to in (
            (0, -10, 130, 100, 0), (0, -40, None, 100, 1),
            (0, 0, None, 100, 0), (1, 40, None, 180, 1),
            (1, -127, None, 1, 0), (1, 10, 150, 120, 0)):
        files[router].write_text("%d\n" % value)
        wait_for(lambda: (VIP in lab.r1.addresses(),
                          VIP in lab.r2.addresses()) == (to == 0, to == 1),
                 20, "%d is written to %s" % (value, files[router]))
        wait_for(lambda: lab.r2.instance()["effective-priority"] == ours, 10,
                 lambda: "ours is %d: %s" % (ours, lab.r2.instance()))
        if theirs is not None:
            wait_for(lambda: lab.r2.instance()["active-priority"] == theirs,
                     10, "theirs is %d" % theirs)
    assert "file load: 10 " in lab.r2.vrrpctl("show", "web").stdout


ROUTES = """\
global_defs {
    vrrp_version 3
}
vrrp_instance web {
    interface eth0
    virtual_router_id 51
    priority %d
    advert_int 0.1
    garp_master_refresh 1
    virtual_ipaddress {
        192.0.2.50/24
    }
    virtual_routes {
        src 192.0.2.50 to 203.0.113.0/24 via 192.0.2.9 dev eth0
        10.1.0.0/16 via 198.51.100.9 dev eth1 table 100 metric 5 no_track
        default dev eth1 scope link table 100
        blackhole 10.2.0.0/16
        2001:db8:9::/48 dev eth1
    }
    virtual_rules {
        from 192.0.2.50 lookup 100 priority 1000
        to 198.51.100.0/24 iif eth1 table 100 priority 1001
        from 2001:db8:1::/64 lookup 100 priority 1002
    }
}
"""


def routes_of(router):
    """Of the networks and rules above, as ip(8) says them, but for whose."""
    found = []
    for family in ("-4", "-6"):
        shown = json.loads(router.ip(family, "-N", "-j", "route", "show",
                                     "table", "all") or "[]")
        found += [{k: v for k, v in r.items() if k not in (
            "protocol", "flags", "pref")} for r in shown
            if r["dst"] in ("203.0.113.0/24", "10.1.0.0/16", "10.2.0.0/16",
                            "2001:db8:9::/48") or r.get("table") == "100"]
        shown = json.loads(router.ip(family, "-N", "-j", "rule"))
        found += [{k: v for k, v in r.items() if k != "protocol"}
                  for r in shown if 1000 <= r["priority"] <= 1002]
    return sorted(json.dumps(r, sort_keys=True) for r in found)


def test_keepalived_and_the_converted_have_the_same_routes(lab):
    ours, theirs = lab.r1, lab.r2
    lab.ipv6()
    for router in (ours, theirs):
        router.ip("link", "add", "eth1", "type", "veth", "peer", "name",
                  "far1")
        router.ip("addr", "add", "198.51.100.%s/24" % router.address[-1],
                  "dev", "eth1")
        for name in ("far1", "eth1"):
            router.ip("link", "set", name, "up")
    text, said = converted(ours, ROUTES % 200, "--strict")
    assert "differences" not in said, said
    theirs.start_keepalived(ROUTES % 100)
    wait_for(lambda: len(routes_of(theirs)) == 8, 10,
             lambda: "theirs: %s" % routes_of(theirs))
    wanted = routes_of(theirs)
    # Ours is better, and takes them over as they were.
    ours.start_vrrpd(text)
    ours.wait_state("active")
    wait_for(lambda: routes_of(ours) == wanted, 10,
             lambda: "%s instead of %s" % (routes_of(ours), wanted))
    wait_for(lambda: not routes_of(theirs), 10, lambda: routes_of(theirs))
    # Ours dies, and theirs has them again.
    ours.vrrpd.kill_all(signal.SIGKILL)
    ours.vrrpd.wait()
    wait_for(lambda: routes_of(theirs) == wanted, 10,
             lambda: routes_of(theirs))
    # Ours is back and stops.
    ours.start_vrrpd(text)
    ours.wait_state("active")
    wait_for(lambda: not routes_of(theirs), 10, lambda: routes_of(theirs))
    assert ours.vrrpd.stop() == 0
    wait_for(lambda: routes_of(theirs) == wanted, 10,
             lambda: routes_of(theirs))
    assert not routes_of(ours)


# On the interface: keepalived takes IPv6 away from a device with a virtual MAC.
OTHERS = """\
global_defs {
    vrrp_version 3
}
vrrp_script chk {
    script "/usr/bin/test ! -e %s"
    interval 1
    weight -50
    user root
}
vrrp_instance web {
    interface eth0
    virtual_router_id 51
    priority %d
    advert_int 0.1
    virtual_ipaddress {
        192.0.2.50/24
    }
    virtual_ipaddress_excluded {
        192.0.2.60/24
        2001:db8::60/64
        2001:db8::61
    }
    track_script {
        chk
    }
}
"""
ALL_OF_THEM = {"192.0.2.50", "192.0.2.60", "2001:db8::60", "2001:db8::61"}


@pytest.mark.parametrize("ours", (0, 1), ids=("r1", "r2"))
def test_a_converted_router_shares_other_addresses_with_keepalived(lab, ours):
    """Election, a script that fails, stop and return: all of them move."""
    lab.ipv6()
    bad = lab.dir / "bad"
    confs = [OTHERS % (bad if i == 0 else "/nonexistent", 200 - 20 * i)
             for i in range(2)]

    def start(i):
        router = lab.routers[i]
        if i == ours:
            router.start_vrrpd(converted(router, confs[i])[0])
        else:
            router.start_keepalived(confs[i])

    def there(router):
        return (router.addresses("eth0") | router.addresses(
            "eth0", "inet6")) & ALL_OF_THEM

    def wait_where(holder):
        def on():
            return [len(there(r)) for r in lab.routers]
        wait_for(lambda: on() == [4 if i == holder else 0 for i in range(2)],
                 20, lambda: "the addresses are on r%d: %s" % (
                     holder + 1, on()))
        lab.client.ip("neigh", "flush", "all")
        for address in sorted(ALL_OF_THEM):
            lab.answered(target=address)

    start(0)
    wait_where(0)
    start(1)
    wait_where(0)
    bad.touch()
    wait_where(1)
    bad.unlink()
    wait_where(0)
    one = lab.r1.vrrpd if ours == 0 else lab.r1.keepalived
    assert one.stop() == 0
    wait_where(1)
    start(0)
    wait_where(0)
    deprecated = [a.get("preferred_life_time") for a in
                  lab.r1.links()["eth0"]["addr_info"]
                  if a["local"] == "2001:db8::61"]
    assert deprecated == [0]
