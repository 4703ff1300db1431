#!/bin/sh
# usage: check.sh [--demo]
#
# Everything that says whether this tree is good: gcc and clang builds without
# a warning, unit tests with and without sanitizers, make distcheck as an
# ordinary user, and the lab - real daemons in network namespaces.  Works on a
# copy, so the tree stays as it was.  With --demo, test/demo.sh comes first and
# is one result more.  The last line is
#
#	N passed, N failed, N skipped
#
# and the exit status is 0 only when nothing failed.

set -u
top=$(cd "$(dirname "$0")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)
passed=0 failed=0 skipped=0
python=/usr/bin/python3
[ -x $python ] || python=python3

sandbox_pid= builds_pid=
tmp=$(mktemp -d "${TMPDIR:-/tmp}/swiftover-check.XXXXXX") || exit 1
chmod 755 "$tmp"
cleanup() {
	trap '' HUP INT TERM
	[ -z "$sandbox_pid" ] || kill -9 "$sandbox_pid" 2>/dev/null
	# A make that runs ends when its files are gone.
	[ -z "$builds_pid" ] || kill -9 "$builds_pid" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'cleanup; trap - INT; kill -INT $$' INT
trap 'exit 143' HUP TERM

say() { printf '%s\n' "== $*"; }
pass() { passed=$((passed + 1)); echo "PASS: $*"; }
fail() { failed=$((failed + 1)); echo "FAIL: $*"; }
skip() { skipped=$((skipped + 1)); echo "SKIP: $*"; }

finish() {
	echo
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && exit 0
	exit 1
}

# result NAME STATUS LOG: one result; its output only when it failed.
result() {
	if [ "$2" = 0 ]; then
		pass "$1"
		return 0
	fi
	tail -n 60 "$3"
	fail "$1"
	return 1
}

# step NAME COMMAND...: the same of a command that runs now.
step() {
	name=$1
	shift
	"$@" >"$tmp/step.log" 2>&1
	result "$name" $? "$tmp/step.log"
}

# Compilers yield to everything that waits for an event.
last="nice -n 10"

# make_check BUILD: the unit tests of a build, with a TAP line each.
make_check() {
	$last make -s -k -C "$1" -j"$jobs" check TESTS=
	CMOCKA_MESSAGE_OUTPUT=TAP make -s -k -C "$1" -j"$jobs" check
}

# counted NAME BUILD STATUS LOG: what make_check left, each test case counted
# from its TAP line, each program without such lines as one.
counted() {
	status=$3
	$python "$top/test/count.py" automake "$1" "$2" >"$tmp/count" ||
	    { tail -n 40 "$4"; fail "$1: no results"; return; }
	sed '$d' "$tmp/count"
	add $(tail -n 1 "$tmp/count")
	if [ $status != 0 ] && [ "$added_failed" = 0 ]; then
		tail -n 60 "$4"
		fail "$1: make check exits with $status"
	fi
}

add() {
	passed=$((passed + $1)) failed=$((failed + $2))
	skipped=$((skipped + $3)) added_failed=$2
	echo "   $1 passed, $2 failed, $3 skipped"
}

# build DIR CC [CONFIGURE FLAG]...
build() {
	dir=$1 cc=$2
	shift 2
	mkdir "$dir" &&
	(cd "$dir" && "$tmp/src/configure" -q CC="$cc" --enable-werror \
	    --with-user=nobody "$@") && $last make -s -C "$dir" -j"$jobs"
}

case ${1:-} in
'')	;;
--demo)	say "demo"
	step "demo" sh "$top/test/demo.sh" && tail -n 60 "$tmp/step.log" ;;
*)	echo "usage: check.sh [--demo]" >&2; exit 2 ;;
esac

say "packages"
sh "$top/test/deps.sh" check || { fail "packages"; finish; }

say "build"
step "autogen" sh "$top/test/copy.sh" "$top" "$tmp/src" || finish
step "gcc" build "$tmp/gcc" gcc CFLAGS=-O2 || finish

distcheck() {
	mkdir "$tmp/dist" && cp -R "$tmp/src" "$tmp/dist/src" || return
	if [ "$(id -u)" = 0 ]; then
		chown -R nobody "$tmp/dist" || return
		as="setpriv --reuid=nobody --clear-groups --no-new-privs --"
	else
		as=
	fi
	# It shows that the archive is whole and builds, tests, installs and cleans
	# up as anybody: what gcc says at -O2, and the worlds of all seeds, is gcc's
	# result above.
	(cd "$tmp/dist" && mkdir build && { [ -z "$as" ] || chown nobody build; } &&
	    cd build && export HOME="$tmp/dist" WORLD_ONCE=1 &&
	    $as ../src/configure -q && $as $last make -s -j"$jobs" distcheck \
	    DISTCHECK_CONFIGURE_FLAGS="CFLAGS=-O1")
}

# What waits for the processors runs beside what waits for timers: the unit tests
# and the builds that are left beside the lab's tests that measure no time, which
# use a tenth of a processor each and are let in first ($last).  Both leave files; they
# are counted when both are done.
builds() {
	make_check "$tmp/gcc" >"$tmp/gcc-check.log" 2>&1
	echo $? >"$tmp/gcc-check.status"
	if command -v clang >/dev/null; then
		build "$tmp/clang" clang --enable-sanitizers \
		    CFLAGS="-O2 -gline-tables-only" \
		    >"$tmp/clang.log" 2>&1
		echo $? >"$tmp/clang.status"
		make_check "$tmp/clang" >"$tmp/clang-check.log" 2>&1
		echo $? >"$tmp/clang-check.status"
	fi
	distcheck >"$tmp/distcheck.log" 2>&1
	echo $? >"$tmp/distcheck.status"
}

count_builds() {
	counted gcc "$tmp/gcc" "$(cat "$tmp/gcc-check.status")" \
	    "$tmp/gcc-check.log"
	if [ ! -e "$tmp/clang.status" ]; then
		skip "clang: not installed"
	elif result "clang" "$(cat "$tmp/clang.status")" "$tmp/clang.log"; then
		counted "clang with address and undefined sanitizers" \
		    "$tmp/clang" "$(cat "$tmp/clang-check.status")" \
		    "$tmp/clang-check.log"
	fi
	result "distcheck as an ordinary user" "$(cat "$tmp/distcheck.status")" \
	    "$tmp/distcheck.log"
	rm -rf "$tmp/clang" "$tmp/dist"
}

# lab NAME [PYTEST ARGUMENT]...: in the background so that a signal here is
# seen at once.  interop first: its tests are long, or share a fixture and stay
# with one worker, and what begins last should be short.
lab() {
	name=$1
	shift
	LAB_BUILD="$tmp/gcc" LAB_AGAIN="$tmp/again" PYTHONDONTWRITEBYTECODE=1 \
	    sh "$top/test/lab/sandbox.sh" $python -m pytest -q \
	    -p no:cacheprovider --rootdir "$tmp/src/test" \
	    --junitxml "$tmp/lab.xml" -o console_output_style=classic \
	    -o junit_family=xunit2 -rs --tb=short "$@" \
	    "$tmp/src/test/interop" "$tmp/src/test/lab" </dev/null &
	sandbox_pid=$!
	wait "$sandbox_pid"
	status=$?
	sandbox_pid=
	if counts=$($python "$top/test/count.py" junit "$tmp/lab.xml"); then
		add $counts
		case $status in
		0|1)	;;
		*)	fail "$name: pytest exits with $status" ;;
		esac
	else
		fail "$name: no results (pytest exits with $status)"
	fi
	if [ -s "$tmp/again" ]; then
		sed 's/^/   /' "$tmp/again"
	fi
	rm -f "$tmp/lab.xml" "$tmp/again"
}

say "unit tests, clang with sanitizers, distcheck, and the lab where it" \
    "measures no time"
builds </dev/null &
builds_pid=$!
if ! why=$(sh "$top/test/lab/sandbox.sh"); then
	one_by_one=
	skip "$why"
elif $python -c 'import xdist' 2>/dev/null; then
	one_by_one=yes
	# All share one lock for network configuration.
	workers=$((jobs < 6 ? jobs * 2 : 12))
	lab "lab, side by side" -m "not timing" -n $workers --dist loadgroup
else
	one_by_one=
	wait "$builds_pid"
	lab "lab"
fi
wait "$builds_pid"
builds_pid=
count_builds
if [ "$one_by_one" ]; then
	say "the lab where it measures time, one by one and with nothing beside"
	lab "lab, one by one" -p no:xdist -m timing
fi
sh "$top/test/denied.sh" "$tmp/gcc" >"$tmp/denied.log" 2>&1
status=$?
if [ $status = 77 ]; then
	skip "refused system calls: $(cat "$tmp/denied.log")"
else
	result "no system call was missed by a filter" $status \
	    "$tmp/denied.log"
fi
finish
