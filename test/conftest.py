"""What the tests in lab/ and interop/ share.  Run them with lab/run.sh."""

import contextlib
import pathlib
import sys

import pytest

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
