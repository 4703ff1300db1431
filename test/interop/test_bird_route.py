"""BIRD beside vrrpd on one router: the default route that it has, or has not.

The routes are static ones of BIRD, which `birdc disable` takes out of the kernel
as a session of BGP would that goes down.
"""

import pytest

from bfd_peers import Bird
from lab import vrrpd_conf, wait_for

pytestmark = pytest.mark.skipif(Bird.missing() is not None,
                                reason=str(Bird.missing()))

BIRD = """\
log stderr all;
router id 192.0.2.1;
protocol device { }
protocol kernel { ipv4 { export all; import none; }; }
protocol kernel { ipv6 { export all; import none; }; }
ipv4 table far;
protocol kernel {
    kernel table 100;
    ipv4 { table far; export all; import none; };
}
protocol static uplink { ipv4; route 0.0.0.0/0 via 192.0.2.100; }
protocol static uplink6 { ipv6; route ::/0 via fe80::100%eth0; }
protocol static third { ipv4 { table far; }; route 10.0.0.0/8 via 192.0.2.100; }
"""


def tracks(router):
    return {t["name"]: t["state"] for t in router.instance()["tracks"]}


def wait_tracks(router, **states):
    names = {"v4": "0.0.0.0/0,protocol=12", "v6": "::/0",
             "other": "10.0.0.0/8,table=100"}
    want = {names[k]: v for k, v in states.items()}
    wait_for(lambda: tracks(router) == want, 10,
             lambda: "%s, not %s" % (tracks(router), want))


# L-16 +, L-17 +
def test_bird_route_that_goes_is_a_fault_or_a_weight(lab):
    bird = Bird(lab.r1)
    bird.start(BIRD)
    lab.r1.start_vrrpd(vrrpd_conf(priority=200, advert_int=10, extra="""
        track_route 0.0.0.0/0 { protocol = bird }
        track_route ::/0 { weight = -20 }
        track_route 10.0.0.0/8 { table = 100  weight = -150 }"""))
    lab.r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=10))
    lab.wait_pair()
    wait_tracks(lab.r1, v4="up", v6="up", other="up")
    assert lab.r1.instance()["effective-priority"] == 200
    bird.birdc("disable", "uplink6")
    wait_tracks(lab.r1, v4="up", v6="down", other="up")
    assert lab.r1.instance()["effective-priority"] == 180
    bird.birdc("disable", "third")
    lab.r2.wait_state("active")
    assert lab.r1.state() == "backup"
    bird.birdc("enable", "third")
    lab.wait_pair()
    bird.birdc("disable", "uplink")
    lab.r1.wait_state("initialize")
    lab.r2.wait_state("active")
    assert "there is no such route" in lab.r1.vrrpctl("show", "web").stdout
    bird.birdc("enable", "uplink")
    lab.wait_pair()
    # A daemon that dies leaves its routes; one that stops takes them away.
    bird.process.stop()
    wait_tracks(lab.r1, v4="down", v6="down", other="down")
    lab.r2.wait_state("active")
