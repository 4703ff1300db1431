"""A test that failed while the machine slept is done once more (conftest.py)."""

import os
import time

import conftest

attempts = []


def pretend_that_it_slept():
    os.write(conftest.sleeps.file.fileno(),
             b"%d 60000\n" % time.monotonic_ns())


def test_what_fails_while_the_machine_sleeps_is_done_again(lab):
    attempts.append(lab)
    if len(attempts) == 1:
        attempts.append(os.environ.pop("LAB_AGAIN", None))
        pretend_that_it_slept()
        assert False, "not reported"
    told = attempts.pop(1)
    if told is not None:
        os.environ["LAB_AGAIN"] = told
    first, second = attempts
    assert second is not first
    assert conftest.sleeps.worst_since(0) >= 60


def test_the_past_is_no_excuse():
    assert conftest.sleeps.worst_since(time.monotonic_ns()) is None
