"""keepalived on one router, on the other ours with its configuration converted.

The converted router has to be the one keepalived would have been there: the
same stories as between any two (story.py), with nothing written by hand.
"""

import pathlib
import shutil
import subprocess

import pytest

from lab import BUILD, run
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
        done = subprocess.run(
            lab.r1.inside(["keepalived", "--config-test", "--config-id",
                           "lb1", "--use-file", path]),
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=60)
        for complaint in ("Unknown keyword", "Unexpected", "Unmatched",
                          "Unknown configuration entry", "Missing"):
            assert complaint not in done.stdout, path.name + done.stdout
