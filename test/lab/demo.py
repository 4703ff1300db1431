"""What test/demo.sh shows; see there."""

import statistics
import sys

from lab import Lab, LabError, VIP

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


def show_last_takeover(router):
    """The newest transition of its history."""
    say("%s# vrrpctl show history web      (the last one)" % router.name)
    last = []
    for line in router.vrrpctl("show", "history", "web").stdout.splitlines():
        if not line.startswith(" "):
            last = []
        last.append(line)
    for line in last:
        say("    " + line)


def served_by(lab):
    say("client$ curl http://%s/   ->   %s" % (VIP, lab.http_get()))


def rounds(lab, what, fault, bfd=False):
    """The median outage of a few tries."""
    results = []
    for i in range(ROUNDS):
        lab.wait_pair(bfd)
        lab.answered()
        if i == 0:
            served_by(lab)
        say("*** %s" % what)
        outage, _, mend = lab.outage(fault)
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
    say("\nr1 (priority 200) and r2 (100) share %s; adverts every 10 ms, "
        "no BFD.\n" % VIP)
    lab.start_pair(nginx=True, advert_int=1)
    lab.wait_pair()
    show(r1, "show")
    show(r2, "show")

    def stop():
        status = r1.vrrpd.stop()
        if status != 0:
            raise LabError("vrrpd exits with %d" % status)
        return lambda: r1.start_vrrpd(r1.vrrpd_conf.read_text())

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
    lab.start_pair(bfd=True, advert_int=100, interval="3ms")
    lab.wait_pair(bfd=True)
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
    show_last_takeover(r2)
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
