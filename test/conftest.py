"""What the tests in lab/ and interop/ share.  Run them with lab/run.sh."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import pytest
from _pytest.runner import runtestprotocol

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lab"))

import lab as lablib                                            # noqa: E402


# Tests that compare spans of time: check.sh runs them alone, one by one, and
# the others side by side.  All of these modules, but for those that are marked
# as untimed: no figure of theirs gets worse when others run beside them.
TIMING = {"test_announce", "test_bfd", "test_bfd_robust", "test_contest",
          "test_discards", "test_failover", "test_fate", "test_handover",
          "test_readers", "test_service"}


# Side by side, what shares a fixture stays with one worker, in its order; and the
# lease, whose probes of real time priority would only disturb each other.
SHARING = {"test_bfd_bird_auth", "test_bfd_peers", "test_lease"}


@pytest.hookimpl(tryfirst=True)             # xdist reads the groups in its own
def pytest_collection_modifyitems(items):
    for item in items:
        if item.module.__name__ in SHARING:
            with_whom = ""
            if hasattr(item, "callspec"):
                peer = item.callspec.params.get("shared")
                with_whom = getattr(peer, "program", "")
            item.add_marker(pytest.mark.xdist_group(
                item.module.__name__ + with_whom))
        if item.module.__name__ in TIMING and \
                not item.get_closest_marker("untimed"):
            item.add_marker(pytest.mark.timing)
    # These are the longest: what begins last should be short.
    items.sort(key=lambda item: item.module.__name__ not in SHARING)


def pytest_configure(config):
    config.addinivalue_line("markers", "timing: compares spans of time")
    config.addinivalue_line("markers", "untimed: compares none, in a module "
                            "whose other tests do")
    config.addinivalue_line("markers", "xdist_group: who share a fixture")
    if not lablib.in_sandbox():
        raise pytest.UsageError("the lab needs namespaces of its own: run "
                                "sh test/lab/run.sh BUILD-DIRECTORY [...]")
    for program in ("vrrpd/vrrpd", "bfdd/bfdd", "vrrpd/vrrpctl",
                    "test/lab/meter"):
        if not (lablib.BUILD / program).exists():
            raise pytest.UsageError("%s is not built in %s (LAB_BUILD)" %
                                    (program, lablib.BUILD))


# --- a machine that sleeps ---

SLEPT_MS = 50           # longer than what a busy machine makes of real time
AGAIN = 2


class Sleeps:
    """The gaps in which a CPU did not run its processes of real time."""

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [lablib.BUILD / "test/lab/gap", "-l", "-s", "5000",
             "-m", str(SLEPT_MS * 1000)], stdout=self.file)

    def worst_since(self, began_ns):
        """Milliseconds, or None."""
        data = os.pread(self.file.fileno(), 1 << 20, 0).decode()
        gaps = [line.split() for line in data.splitlines()]
        return max((int(us) / 1000 for end, us in gaps
                    if int(end) >= began_ns), default=None)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.file.close()


sleeps = None


def pytest_sessionstart(session):
    global sleeps
    if not hasattr(session.config, "workerinput") and \
            session.config.getoption("numprocesses", None):
        return                          # the one that hands the tests out
    sleeps = Sleeps()


def pytest_sessionfinish():
    if sleeps is not None:
        sleeps.close()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """A test that failed while the machine slept says nothing: once more.

    All that was set up is taken down before, also what it shares with others.
    LAB_AGAIN names a file that is told.
    """
    if sleeps is None:
        return None
    where = dict(nodeid=item.nodeid, location=item.location)
    item.ihook.pytest_runtest_logstart(**where)
    for left in reversed(range(AGAIN + 1)):
        began_ns = time.monotonic_ns()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        slept = sleeps.worst_since(began_ns)
        if left == 0 or slept is None or not any(r.failed for r in reports):
            break
        if "LAB_AGAIN" in os.environ:
            with open(os.environ["LAB_AGAIN"], "a") as told:
                told.write("%s: once more, the machine slept %.0f ms\n" % (
                    item.nodeid, slept))
        item.session._setupstate.teardown_exact(None)
        item._initrequest()
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(**where)
    return True


@pytest.fixture
def labs(request):
    """A function that makes a lab; all are closed after the test."""
    made = []

    def make(*args, **kwargs):
        lab = lablib.Lab(*args, **kwargs)
        made.append(lab)
        return lab

    request.node.labs = made
    with contextlib.ExitStack() as stack:
        yield make
        for lab in made:
            stack.callback(lab.close)


@pytest.fixture
def lab(labs):
    """Two routers, a switch and a client."""
    return labs()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        for made in getattr(item, "labs", []):
            report.sections.append(("logs of " + made.name, made.logs()))
