"""What comes in from the wire: bad packets."""

import contextlib
import socket
import time

import pytest

import frames
from lab import Lab, Node, VMAC

BAD_BFD = {
    "version": dict(version=2),                     # B-20
    "length-short": dict(length=23),                # B-21
    "length-long": dict(length=25),                 # B-22
    "multiplier-zero": dict(multiplier=0),          # B-23
    "multipoint": dict(flags=0x01),                 # B-24
    "my-discriminator-zero": dict(mine=0),          # B-25
    "your-discriminator-unknown": dict(yours=0xdeadbeef),   # B-26
    "up-without-your-discriminator": dict(yours=0),         # B-27
    "ttl": dict(ttl=254),                           # B-112
    "truncated": dict(cut=1),
    "empty": dict(cut=24),
    "authentication-unexpected": dict(flags=0x04),  # B-29
}


@contextlib.contextmanager
def injector(node, interface="eth0"):
    """Sends frames out of an interface of the node."""
    with node.open_socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((interface, 0))
        yield sock.send


@pytest.fixture
def evil(lab):
    node = lab.add(Node(lab, "evil", "192.0.2.66"))
    lab.plug(node)
    return node


def test_bad_adverts_do_not_keep_a_dead_active_alive(lab, evil):
    """A refused packet restarts no timer (V-64)."""
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    with injector(evil) as send:
        lab.cut(lab.r1)
        end = time.monotonic() + 2
        while lab.r2.state() != "active":
            assert time.monotonic() < end, "r2 never takes over"
            send(frames.advert(bad_checksum=True, priority=255))
            send(frames.advert(ttl=64, priority=255))
            time.sleep(0.002)


# V-45 +, V-53 +
def test_good_advert_of_a_better_router_is_obeyed(lab, evil):
    """The negative of the tables above: the frame itself is right."""
    lab.start_pair(advert_int=100)
    lab.wait_pair()
    with injector(evil) as send:
        send(frames.advert(interval_cs=100))
    lab.r1.wait_state("backup", 2)
    assert lab.r1.transitions()[-1]["cause"] == "higher-priority"


def test_random_bytes_as_adverts_change_nothing(lab, evil):
    import random
    seed = 9568
    rng = random.Random(seed)
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    before = [len(r.transitions()) for r in lab.routers]
    with injector(evil) as send:
        for _ in range(500):
            body = rng.randbytes(rng.randrange(0, 64))
            send(frames.ethernet("01:00:5e:00:00:12", VMAC, frames.ipv4(
                "192.0.2.66", "224.0.0.18", 112, body)))
    time.sleep(0.2)
    assert [len(r.transitions()) for r in lab.routers] == before, seed
    lab.wait_pair()


@pytest.fixture(scope="module")
def shared():
    """A pair with a session, and who sends what it must not believe.

    For tests after which all is as before, as they look themselves.
    """
    with Lab() as lab:
        lab.evil = lab.add(Node(lab, "evil", "192.0.2.66"))
        lab.plug(lab.evil)
        lab.start_pair(bfd=True, advert_int=10)
        yield lab


@pytest.mark.parametrize("name", BAD_BFD)
def test_bad_bfd_packet_changes_nothing(shared, name, request):
    lab, evil = shared, shared.evil
    request.node.labs = [lab]
    lab.wait_pair(bfd=True)
    session = lab.r1.session("192.0.2.2")
    transitions = [len(r.transitions()) for r in lab.routers]
    # As if from r2, to r1, with the right discriminators where not said; but
    # not from its MAC, or the switch would send r2's traffic here.
    fields = dict(state=1, diag=1, mine=session["remote-discriminator"],
                  yours=session["local-discriminator"])
    fields.update(BAD_BFD[name])
    if name == "up-without-your-discriminator":
        fields["state"] = 3
    frame = frames.bfd("192.0.2.2", "192.0.2.1", evil.mac(), lab.r1.mac(),
                       **fields)
    with injector(evil) as send:
        for _ in range(50):
            send(frame)
            time.sleep(0.001)
    time.sleep(0.1)
    after = lab.r1.session("192.0.2.2")
    assert after["state"] == "up"
    assert after["down-count"] == session["down-count"]
    assert after["remote-discriminator"] == session["remote-discriminator"]
    assert [len(r.transitions()) for r in lab.routers] == transitions


# L-20 -
@pytest.mark.parametrize("diag", (4, 5))
def test_bfd_last_words_of_a_stranger_move_nobody(lab, evil, diag):
    """Real ones carry the discriminator that the two have agreed upon."""
    lab.start_pair(bfd=True, advert_int=100)
    lab.wait_pair(bfd=True)
    session = lab.r2.session("192.0.2.1")
    transitions = [len(r.transitions()) for r in lab.routers]
    frame = frames.bfd("192.0.2.1", "192.0.2.2", evil.mac(), lab.r2.mac(),
                       state=1, diag=diag,
                       mine=session["remote-discriminator"])
    with injector(evil) as send:
        for _ in range(50):
            send(frame)
            time.sleep(0.001)
    time.sleep(0.1)
    after = lab.r2.session("192.0.2.1")
    assert (after["state"], after["down-count"]) == ("up",
                                                     session["down-count"])
    assert [len(r.transitions()) for r in lab.routers] == transitions


def test_bfd_state_lines_are_limited(lab, evil):
    """A stranger can say Down as often as there is room on the wire."""
    lab.start_pair(bfd=True, advert_int=100)
    lab.wait_pair(bfd=True)
    transitions = [len(r.transitions()) for r in lab.routers]
    frame = frames.bfd("192.0.2.1", "192.0.2.2", evil.mac(), lab.r2.mac(),
                       state=1, mine=7)
    with injector(evil) as send:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            send(frame)
            time.sleep(0.0002)
    lab.wait_pair(bfd=True)
    lines = [line for line in lab.r2.bfdd.log().splitlines()
             if " state " in line]
    flaps = lab.r2.session("192.0.2.1")["down-count"]
    assert flaps > 20 and len(lines) < 60 + 15, (flaps, len(lines))
    assert [len(r.transitions()) for r in lab.routers] == transitions


def test_bfd_packet_of_another_source_changes_nothing(lab, evil):
    """A stranger who knows the discriminators is still a stranger."""
    lab.start_pair(bfd=True, advert_int=10)
    lab.wait_pair(bfd=True)
    session = lab.r1.session("192.0.2.2")
    frame = frames.bfd("192.0.2.66", "192.0.2.1", evil.mac(), lab.r1.mac(),
                       state=1, diag=1, mine=session["remote-discriminator"],
                       yours=session["local-discriminator"])
    with injector(evil) as send:
        for _ in range(20):
            send(frame)
    time.sleep(0.1)
    after = lab.r1.session("192.0.2.2")
    assert (after["state"], after["down-count"]) == ("up",
                                                     session["down-count"])
