"""How long a client is without a service that died, not its router.

    sh test/bench/service.sh BUILD-DIRECTORY [--trials 30] [--block 5]
        [--only WORD]... [--json FILE]

Two routers with an nginx each and one address.  The nginx of the Active is
killed, every process of it, or stopped, and the client asks anew every
millisecond.  README's pair has adverts of a second and BFD of 10 ms x 3, so what
is shorter than D = 30 ms is neither Skew_Time nor a detection.  keepalived stands
beside ours with what its users have: a script every second.  What a figure is, and
what the machine's is for: failover.py.
"""

import contextlib
import json
import os
import pathlib
import random
import signal
import sys
import time

import failover
from compare import family
from failover import print_table, summary
from lab import (Gap, keepalived_conf, skew_ms, vrrpd_conf,       # noqa: E402
                 wait_for)

PERIOD_MS = 1
PERIOD = ("-p", str(PERIOD_MS * 1000))


def signal_nginx(router, number):
    for pid in family(router.nginx.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def killed(case, lab):
    signal_nginx(lab.r1, signal.SIGKILL)
    lab.r1.nginx.wait()
    return lab.r1.start_nginx


def hung(case, lab):
    signal_nginx(lab.r1, signal.SIGSTOP)
    return lambda: signal_nginx(lab.r1, signal.SIGCONT)


class Ours(failover.Case):
    def __init__(self, name, fault, bound_ms, tracker, probe="tcp"):
        super().__init__(name, fault, bound_ms)
        self.tracker = tracker
        self.probe = probe

    def start(self, lab):
        self.lab = lab
        kind = self.tracker.split()[0]
        for router, priority in ((lab.r1, 200), (lab.r2, 100)):
            router.start_vrrpd(self.tracker + "\n" + vrrpd_conf(
                priority=priority, extra="track_%s web { }" % kind))
            if router is lab.r1:
                router.wait_state("active")

    def settle(self):
        self.lab.wait_pair()

    def after(self):
        pass


class Pair(Ours):
    """README's own pair: adverts of a second and BFD, each names the other."""

    def __init__(self, name, fault, bound_ms, tracker, probe="tcp", weight=0):
        super().__init__(name, fault, bound_ms, tracker, probe)
        self.weight = "weight = %d" % weight if weight else ""

    def start(self, lab):
        self.lab = lab
        for router, peer, priority in ((lab.r1, lab.r2, 200),
                                       (lab.r2, lab.r1, 100)):
            router.start_bfdd()
            router.start_vrrpd(self.tracker + "\n" + vrrpd_conf(
                priority=priority, advert_int=100, bfd=peer.address,
                extra="track_%s web { %s }" % (self.tracker.split()[0],
                                               self.weight)))
            if router is lab.r1:
                router.wait_state("active")

    def settle(self):
        self.lab.wait_pair(bfd=True)


class Keepalived(failover.Keepalived):
    probe = "tcp"

    def start(self, lab):
        self.lab = lab
        for router, priority in ((lab.r1, 200), (lab.r2, 100)):
            script = router.dir / "alive.sh"
            script.write_text("#!/bin/sh\nkill -0 $(cat %s/nginx/pid)\n" %
                              router.dir)
            script.chmod(0o755)
            router.start_keepalived(
                "vrrp_script web {\n script \"%s\"\n interval 1\n "
                "user root\n}\n" % script +
                keepalived_conf(priority, extra="track_script { web }"))


def cases():
    skew = skew_ms(100, 1)
    return [
        Pair("killed: README's pair, a fault", killed, 4,
             "process web { name = nginx }"),
        Pair("killed: README's pair, weight -150", killed, 4,
             "process web { name = nginx }", weight=-150),
        Ours("killed: process tracker", killed, skew + 4,
             "process web { name = nginx }"),
        Ours("killed: tcp tracker, 10ms", killed, 10 + skew + 5,
             "tcp web { address = 127.0.0.1 port = 80 interval = 10ms "
             "fall = 1 }"),
        Ours("hung: http tracker, 20ms x 2", hung, 60 + skew + 5,
             "http web { url = \"http://127.0.0.1/\" interval = 20ms "
             "fall = 2 }", probe="http"),
        Keepalived("killed: keepalived, script every second", killed, 2000),
    ]


def trial(case):
    lab = case.lab
    case.settle()
    gap = Gap(lab.client)
    with lab.meter(case.probe, *PERIOD) as meter:
        time.sleep(random.uniform(0.02, 1.02))      # any phase of the checks
        mend = case.fault(case, lab)
        wait_for(case.taken_over, 20, "r2 takes over")
        lab.answered(case.probe)
        report = meter.stop()
    case.outages.append(max((o["length-ms"] for o in report["outages"]),
                            default=0.0))
    case.extra.append([])
    case.gaps.append(max(gap.stop(),
                         report["worst-gap-us"] / 1000 - PERIOD_MS))
    mend()


def main():
    options = failover.parser_of(__doc__, 30).parse_args()

    def start(case, lab):
        lab.r1.start_nginx()
        lab.r2.start_nginx()
        case.start(lab)

    chosen, failed = failover.rounds(cases(), options, start, trial)
    rows = [summary(case) for case in chosen if case.outages]
    print_table(rows)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
