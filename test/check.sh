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

sandbox_pid=
tmp=$(mktemp -d "${TMPDIR:-/tmp}/swiftover-check.XXXXXX") || exit 1
chmod 755 "$tmp"
cleanup() {
	trap '' HUP INT TERM
	[ -z "$sandbox_pid" ] || kill -9 "$sandbox_pid" 2>/dev/null
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

# step NAME COMMAND...: one result; its output only when it fails.
step() {
	name=$1
	shift
	if "$@" >"$tmp/step.log" 2>&1; then
		pass "$name"
		return 0
	fi
	tail -n 60 "$tmp/step.log"
	fail "$name"
	return 1
}

# unit NAME BUILD: make check, each test case counted from its TAP line, each
# program without such lines as one.
unit() {
	CMOCKA_MESSAGE_OUTPUT=TAP make -s -k -C "$2" -j"$jobs" check \
	    >"$tmp/check.log" 2>&1
	status=$?
	$python "$top/test/count.py" automake "$1" "$2" >"$tmp/count" ||
	    { tail -n 40 "$tmp/check.log"; fail "$1: no results"; return; }
	sed '$d' "$tmp/count"
	add $(tail -n 1 "$tmp/count")
	if [ $status != 0 ] && [ "$added_failed" = 0 ]; then
		tail -n 60 "$tmp/check.log"
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
	    --with-user=nobody "$@") && make -s -C "$dir" -j"$jobs"
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
step "gcc" build "$tmp/gcc" gcc || finish
say "unit tests, gcc"
unit gcc "$tmp/gcc"

if command -v clang >/dev/null; then
	say "unit tests, clang with address and undefined sanitizers"
	if step "clang" build "$tmp/clang" clang --enable-sanitizers; then
		unit clang "$tmp/clang"
	fi
	rm -rf "$tmp/clang"
else
	skip "clang: not installed"
fi

say "make distcheck as an ordinary user"
distcheck() {
	mkdir "$tmp/dist" && cp -R "$tmp/src" "$tmp/dist/src" || return
	if [ "$(id -u)" = 0 ]; then
		chown -R nobody "$tmp/dist" || return
		as="setpriv --reuid=nobody --clear-groups --no-new-privs --"
	else
		as=
	fi
	(cd "$tmp/dist" && mkdir build && { [ -z "$as" ] || chown nobody build; } &&
	    cd build && HOME="$tmp/dist" $as ../src/configure -q &&
	    HOME="$tmp/dist" $as make -s -j"$jobs" distcheck)
}
step "distcheck" distcheck
rm -rf "$tmp/dist"

# lab NAME [PYTEST ARGUMENT]...: in the background so that a signal here is
# seen at once.
lab() {
	name=$1
	shift
	LAB_BUILD="$tmp/gcc" PYTHONDONTWRITEBYTECODE=1 \
	    sh "$top/test/lab/sandbox.sh" $python -m pytest -q \
	    -p no:cacheprovider --rootdir "$tmp/src/test" \
	    --junitxml "$tmp/lab.xml" -o console_output_style=classic \
	    -o junit_family=xunit2 -rs --tb=short "$@" \
	    "$tmp/src/test/lab" "$tmp/src/test/interop" </dev/null &
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
	rm -f "$tmp/lab.xml"
}

say "lab"
if ! why=$(sh "$top/test/lab/sandbox.sh"); then
	skip "$why"
elif $python -c 'import xdist' 2>/dev/null; then
	lab "lab, side by side" -m "not timing" -n 3 --dist loadgroup
	lab "lab, one by one" -p no:xdist -m timing
else
	lab "lab"
fi
finish
