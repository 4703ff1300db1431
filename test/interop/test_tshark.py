"""tshark reads what we send and has nothing to complain about."""

import shutil

import pytest

from lab import Capture, run, wait_for

pytestmark = pytest.mark.skipif(shutil.which("tshark") is None,
                                reason="tshark is not installed")


def tshark(path, *args):
    done = run("tshark", "-n", "-r", str(path), *args, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("virtual_mac", (True, False),
                         ids=("vmac", "address"))
def test_tshark_finds_no_fault_in_a_failover(lab, virtual_mac):
    lab.start_pair(bfd=True, advert_int=10, virtual_mac=virtual_mac)
    with Capture(lab.switch, "br0", "ip proto 112 or udp port 3784 or arp"
                 ) as capture:
        lab.wait_pair(bfd=True)
        mend = lab.cut(lab.r1)
        lab.r2.wait_state("active", 5)
        lab.answered()
        mend()
        lab.wait_pair(bfd=True)
        lab.answered()
        assert lab.r1.vrrpd.stop() == 0
        lab.r2.wait_state("active", 5)
        capture.stop()
    # Multicast and broadcast reach the bridge; BFD is between ports.
    assert len(tshark(capture.path, "-Y", "vrrp")) > 10
    faults = tshark(capture.path, "-o", "ip.check_checksum:TRUE",
                    # V-11: without a pseudo-header.
                    "-o", "vrrp.v3_checksum_as_in_v2:TRUE", "-Y",
                    "(_ws.malformed || _ws.expert.severity >= \"Warning\" ||"
                    " vrrp.checksum.status == \"Bad\") &&"
                    # That an address moves is what this is about.
                    " !arp.duplicate-address-detected",
                    "-V")
    assert faults == [], "\n".join(faults[:80])


def test_tshark_finds_no_fault_in_bfd(lab):
    with Capture(lab.switch, "p-r1", "udp port 3784") as capture:
        lab.start_pair(bfd=True, advert_int=10)
        lab.wait_pair(bfd=True)
        lab.r1.bfdd.stop()

        def states():
            return set(tshark(capture.path, "-T", "fields", "-e", "bfd.sta"))

        # tcpdump may be behind what it captures.
        wait_for(lambda: len(states()) == 4, 10,        # with AdminDown
                 lambda: "all states captured: %s" % states(), interval=0.2)
        capture.stop()
    faults = tshark(capture.path, "-Y",
                    "_ws.malformed || _ws.expert.severity >= \"Warning\"",
                    "-V")
    assert faults == [], "\n".join(faults[:80])
