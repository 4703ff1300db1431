"""What test/demo.sh shows; see there."""

import random
import statistics
import sys
import time

from lab import (Lab, LabError, VIP, vrrpd_conf, wait_for)

ROUNDS = 3


def say(text=""):
    print(text, flush=True)


def show(router, *command):
    """Types a vrrpctl command on a router."""
    say("%s# vrrpctl %s" % (router.name, " ".join(command)))
    done = router.vrrpctl(*command)
    for line in (done.stdout + done.stderr).splitlines():
        say("    " + line)
    if done.returncode != 0:
        raise LabError("vrrpctl exits with %d" % done.returncode)


def served_by(lab):
    say("client$ curl http://%s/   ->   %s" % (VIP, lab.http_get()))


def ready(lab, bfd):
    """r1 has the address, r2 would take over, by BFD if so wanted."""
    lab.r1.wait_state("active", 20)
    lab.r2.wait_state("backup", 20)
    wait_for(lambda: lab.http_get() == lab.r1.name, 10, "r1 serves")
    if bfd:
        lab.r2.wait_session(lab.r1.address)
        wait_for(lambda: any(s.get("takeover", "ready") == "ready" and
                             s["state"] == "up"
                             for s in lab.r2.instance()["bfd"]),
                 10, lambda: "r2 is ready: %s" % lab.r2.instance())


def outage_ms(lab, fault):
    """What the client sees of a fault, in milliseconds; and the undoing."""
    with lab.meter("icmp") as meter:
        # At any phase of the adverts, as a real fault.
        time.sleep(random.uniform(0.02, 0.08))
        mend = fault()
        lab.r2.wait_state("active", 15)
        # The last outage, if any, has ended when the client is answered.
        wait_for(lambda: lab.http_get(timeout=0.2) == lab.r2.name, 15,
                 "r2 serves")
        report = meter.stop()
    worst = max((o["length-ms"] for o in report["outages"]), default=0.0)
    return worst, mend


def rounds(lab, what, fault, bfd=False):
    """The median outage of a few tries."""
    results = []
    for i in range(ROUNDS):
        ready(lab, bfd)
        if i == 0:
            served_by(lab)
        say("*** %s" % what)
        outage, mend = outage_ms(lab, fault)
        say("client: away for %.1f ms" % outage)
        if i == 0:
            served_by(lab)
        results.append(outage)
        if i < ROUNDS - 1:
            mend()
    return statistics.median(results), mend


def main():
    lab = Lab(name="demo")
    r1, r2 = lab.r1, lab.r2
    for router in (r1, r2):
        router.start_nginx()

    say("\nr1 (priority 200) and r2 (100) share %s; adverts every 10 ms, "
        "no BFD.\n" % VIP)
    conf = vrrpd_conf(priority=200, advert_int=1)
    r1.start_vrrpd(conf)
    r2.start_vrrpd(vrrpd_conf(priority=100, advert_int=1))
    ready(lab, False)
    show(r1, "show")
    show(r2, "show")

    def stop():
        status = r1.vrrpd.stop()
        if status != 0:
            raise LabError("vrrpd exits with %d" % status)
        return lambda: r1.start_vrrpd(conf)

    clean, mend = rounds(lab, "vrrpd on r1 is stopped (SIGTERM)", stop)
    show(r2, "show")
    mend()
    say()
    vrrp, mend = rounds(lab, "r1 is cut off: the switch drops its frames",
                        lambda: lab.cut(r1))
    adi_ms = r2.instance()["active-down-interval-us"] / 1000
    show(r2, "show")
    mend()
    r1.vrrpd.stop()
    r2.vrrpd.stop()

    say("\nThe same with BFD every 3 ms, 3 missed packets, and adverts every "
        "second.\n")
    for router, priority, peer in ((r1, 200, r2), (r2, 100, r1)):
        router.start_bfdd()
        router.start_vrrpd(vrrpd_conf(priority=priority, advert_int=100,
                                      bfd=peer.address, interval="3ms"))
    ready(lab, True)
    show(r1, "show")
    show(r2, "show")
    detection = []

    def cut():
        detection.append(
            r2.session(r1.address)["detection-time-us"] / 1000)
        return lab.cut(r1)

    bfd, mend = rounds(lab, "r1 is cut off: the switch drops its frames", cut,
                       bfd=True)
    show(r2, "show")
    show(r2, "show", "history", "web")
    detection_ms = statistics.median(detection)
    for router in (r1, r2):
        router.vrrpd.stop()
        router.bfdd.stop()
    lab.close()

    say("\nMedians of %d, as seen by a client asking every 0.5 ms:" % ROUNDS)
    say("demo: clean stop            outage %4.1f ms" % clean)
    say("demo: silent cut, VRRP 1cs  outage %4.1f ms "
        "(Active_Down_Interval %.1f ms)" % (vrrp, adi_ms))
    say("demo: silent cut, BFD 3ms x 3  outage %4.1f ms "
        "(detection time %.1f ms)" % (bfd, detection_ms))


if __name__ == "__main__":
    try:
        main()
    except (LabError, TimeoutError) as error:
        say("demo: failed: %s" % error)
        sys.exit(1)
