#!/bin/sh
# usage: guest.sh BUILD-DIRECTORY [PYTEST ARGUMENT]...
#
# The tests of this folder in a guest: a whole kernel (Debian's user-mode-linux),
# which has what the kernel outside may not have: VRF, bonds, teams, VLANs, ipvlan.
#	sh test/system/guest.sh build -k vrf
# The guest's root is this machine's, read only, so the programs of the build tree
# run with the libraries that they were linked with.  What the guest writes is in its
# memory and ends with it; a file called result comes back, and junit.xml when
# GUEST_JUNIT names where it is to go.  Not part of check.sh: a minute or two, in
# which nothing says anything about time.
#
# Exit status: pytest's; 77 with a reason where the package or a module is missing.

set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: guest.sh BUILD-DIRECTORY [PYTEST ARGUMENT]...}" && pwd) ||
    exit 2
shift
skip() { echo "guest: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root, whose files a guest can read"
command -v linux.uml >/dev/null || skip \
    "there is no linux.uml: apt-get install user-mode-linux"
command -v modprobe >/dev/null || skip \
    "there is no modprobe: apt-get install kmod"
[ -d /usr/lib/uml/modules ] || skip "user-mode-linux has no modules"

out=$(mktemp -d /tmp/guest.XXXXXX) || exit 2
trap 'rm -rf "$out"' EXIT INT TERM
python=/usr/bin/python3
[ -x $python ] || python=python3
cat >"$out/todo" <<END
LAB_BUILD='$build'
here='$here'
python='$python'
END
for arg; do
	printf '%s\n' "$arg"
done >"$out/arguments"

began=$(date +%s)
# The memory of the guest is a file, which must not be written to a disk.
TMPDIR=${GUEST_MEMORY:-/dev/shm} nice -n "${GUEST_NICE:--10}" \
    timeout -k 10 "${GUEST_LIMIT:-900}" linux.uml mem="${GUEST_MEM:-768M}" umid="guest$$" root=/dev/root rootfstype=hostfs \
    rootflags=/ ro quiet con=null con0=fd:0,fd:1 guest_out="$out" \
    init=/bin/sh -- "$here/inside.sh" </dev/null >"$out/console" 2>&1
ended=$(date +%s)
sed -n '/^guest: begin/,/^guest: end/p' "$out/console" | sed '1d;$d'
if [ ! -f "$out/result" ]; then
	echo "guest: it did not finish; the end of its console:"
	tail -n 40 "$out/console"
	exit 1
fi
[ -z "${GUEST_JUNIT:-}" ] || cp "$out/junit.xml" "$GUEST_JUNIT"
echo "guest: up after $(cat "$out/up") s, $((ended - began)) s in all"
exit "$(cat "$out/result")"
