"""Clients that only look move nothing, and each of them is answered."""

import pytest

from lab import vrrpd_conf, wait_for
from readers import measure

COUNT = 5
CLIENTS = 16            # at each of four daemons
SECONDS = 6
TOLERATED_MS = 4        # a machine that is away for longer may move anything
LONG_ONES = 5           # batches of more than 2 ms, which are the machine's


def conf(priority, peer):
    return "".join(vrrpd_conf(name="n%d" % i, vrid=i, priority=priority,
                              advert_int=1, bfd=peer, interval="3ms",
                              addresses=("198.51.100.%d/24" % i,))
                   for i in range(1, COUNT + 1))


def test_readers_that_pipeline_move_nothing(lab):
    for router, other, priority in ((lab.r1, lab.r2, 200),
                                    (lab.r2, lab.r1, 100)):
        router.start_bfdd()
        router.start_vrrpd(conf(priority, other.address))
    wait_for(lambda: [[i["state"] for i in r.call("show")["instances"]]
                      for r in lab.routers] ==
             [["active"] * COUNT, ["backup"] * COUNT], 30, "r1 is Active")
    for router, other in ((lab.r1, lab.r2), (lab.r2, lab.r1)):
        router.wait_session(other.address)
    for _ in range(3):
        daemons, readers, machine_ms = measure(lab, CLIENTS, SECONDS)
        for daemon, heard in zip(daemons, readers):
            assert heard["lost"] == heard["refused"] == 0, heard
            assert len(heard["each"]) == CLIENTS, heard
        long_ones = {d.name: d.longest for d in daemons
                     if d.long_ones > LONG_ONES}
        moves = [line for d in daemons for line in d.moves]
        if not moves and not long_ones:
            return
        assert machine_ms > TOLERATED_MS, (moves, long_ones)
    assert not long_ones, long_ones
    pytest.skip("the machine was away for %.1f ms" % machine_ms)
