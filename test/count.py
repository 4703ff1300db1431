"""Counts test results for check.sh.

    count.py automake NAME BUILD    what make check left in BUILD
    count.py junit FILE             pytest's report

The last line is `passed failed skipped`; before it, for automake, the output
of each test program that failed.  A TAP line is one result.  A program whose
exit status says more than its TAP lines (it crashed, or prints none) is one
result of its own.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree

TAP = re.compile(r"^(not )?ok\b(.*)$")


def tap(text):
    """passed, failed, skipped of the TAP lines in a text."""
    count = [0, 0, 0]
    for line in text.splitlines():
        found = TAP.match(line)
        if not found:
            continue
        # cmocka before 1.1.6 writes a skipped test as "not ok".
        if re.search(r"#\s*skip", found.group(2), re.IGNORECASE):
            count[2] += 1
        else:
            count[1 if found.group(1) else 0] += 1
    return count


def program(result, text):
    """The counts of one test program, from its result and its output."""
    count = tap(text)
    if result in ("PASS", "XFAIL"):
        return count if sum(count) else [1, 0, 0]
    if result == "SKIP":
        return count if count[2] else [count[0], 0, 1]
    if count[1] == 0:
        count[1] = 1
    return count


def automake(name, build):
    total = [0, 0, 0]
    results = sorted(pathlib.Path(build).rglob("*.trs"))
    if not results:
        print("%s: make check ran no tests" % name)
        return None
    for trs in results:
        found = re.search(r"^:global-test-result: (\S+)", trs.read_text(),
                          re.MULTILINE)
        result = found.group(1) if found else "ERROR"
        log = trs.with_suffix(".log")
        text = log.read_text(errors="replace") if log.exists() else ""
        count = program(result, text)
        if count[1] > 0:
            print("FAIL: %s %s\n%s" % (name, trs.stem, text))
        elif result == "SKIP":
            print("SKIP: %s %s: %s" % (name, trs.stem, text.strip()))
        total = [a + b for a, b in zip(total, count)]
    return total


def junit(path):
    total = [0, 0, 0]
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            total[1] += 1
        elif "skipped" in kinds:
            total[2] += 1
        else:
            total[0] += 1
    return total


def main(argv):
    if len(argv) == 4 and argv[1] == "automake":
        total = automake(argv[2], argv[3])
    elif len(argv) == 3 and argv[1] == "junit":
        total = junit(argv[2])
    else:
        sys.exit(__doc__)
    if total is None or sum(total) == 0:
        sys.exit(1)
    print(*total)


main(sys.argv)
