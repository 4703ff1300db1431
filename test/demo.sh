#!/bin/sh
# usage: demo.sh
#
# Two routers, a switch and a client in network namespaces; a web server on
# each router behind one virtual address; and the address moves, three times
# in three ways, while a client asks for it every half millisecond.
#
# Builds in a temporary directory.  Nothing is installed but Debian packages,
# nothing runs or is visible outside the namespaces, nothing stays behind.

set -u
top=$(cd "$(dirname "$0")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)
python=/usr/bin/python3
[ -x $python ] || python=python3

sandbox_pid=
tmp=$(mktemp -d "${TMPDIR:-/tmp}/swiftover-demo.XXXXXX") || exit 1
chmod 755 "$tmp"
cleanup() {
	trap '' HUP INT TERM
	[ -z "$sandbox_pid" ] || kill -9 "$sandbox_pid" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'cleanup; trap - INT; kill -INT $$' INT
trap 'exit 143' HUP TERM

sh "$top/test/deps.sh" demo || exit 1
if ! why=$(sh "$top/test/lab/sandbox.sh"); then
	echo "demo: $why"
	exit 1
fi

echo "demo: building"
if ! {
	sh "$top/test/copy.sh" "$top" "$tmp/src" && mkdir "$tmp/build" &&
	cd "$tmp/build" &&
	"$tmp/src/configure" -q --with-user=nobody && make -s -j"$jobs"
} >"$tmp/build.log" 2>&1; then
	tail -n 40 "$tmp/build.log"
	echo "demo: the build failed"
	exit 1
fi

# In the background so that Ctrl-C is seen at once.
LAB_BUILD="$tmp/build" PYTHONDONTWRITEBYTECODE=1 \
    sh "$top/test/lab/sandbox.sh" $python "$top/test/lab/demo.py" </dev/null &
sandbox_pid=$!
wait "$sandbox_pid"
status=$?
sandbox_pid=
exit $status
