#!/bin/sh
# usage: bare.sh COMMAND [ARGUMENT]...
#
# Runs COMMAND in this tree on a machine that has nothing: a minimal root of the
# Debian or Ubuntu release that runs here, with mount and process namespaces of
# its own.  Whatever COMMAND needs it has to install there, so that a package
# that no script names is missed at once.  The root is made anew each time and
# is gone at the end; everything started in it ends with it.
#
# Where such a root cannot be made (not root, not Debian, no packages to be
# had), one line says why, and COMMAND runs on this machine as it is.
#
# Exit status: COMMAND's.

set -u
top=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || { echo "usage: bare.sh COMMAND [ARGUMENT]..." >&2; exit 2; }

as_it_is() {
	echo "bare: no bare root ($why): running on this machine as it is"
	rm -rf "$tmp"
	trap - EXIT
	cd "$top" && exec "$@"
	exit 127
}

inside_pid=
tmp=$(mktemp -d /var/tmp/swiftover-bare.XXXXXX) || exit 1
chmod 755 "$tmp"
root=$tmp/root
cleanup() {
	trap '' HUP INT TERM
	[ -z "$inside_pid" ] || kill -9 "$inside_pid" 2>/dev/null
	rm -rf --one-file-system "$tmp"
}
trap cleanup EXIT
trap 'cleanup; trap - INT; kill -INT $$' INT
trap 'exit 143' HUP TERM

# make_root: the release that runs here, from where its own packages come from.
make_root() {
	why="not root"
	[ "$(id -u)" = 0 ] || return
	why="not Debian or Ubuntu"
	command -v apt-get >/dev/null && [ -r /etc/os-release ] || return
	release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[ -n "$release" ] || return
	sources=
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.* \
	    /etc/apt/sources.list.d/ubuntu.*; do
		if grep -qs '^[^#]' "$file"; then
			sources="$sources $file"
		fi
	done
	why="no package sources"
	[ -n "$sources" ] || return
	if ! command -v mmdebstrap >/dev/null; then
		why="mmdebstrap cannot be installed"
		apt-get -q update >"$tmp/log" 2>&1
		DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
		    --no-install-recommends mmdebstrap >>"$tmp/log" 2>&1 ||
		    return
	fi
	# What apt was told here of the way to the packages, it is told there.
	mkdir "$tmp/apt" &&
	    apt-config dump | grep -E '^Acquire::(Check|Retries|http)' \
	    >"$tmp/apt/90bare"
	why="mmdebstrap failed"
	mmdebstrap --quiet --variant=minbase --mode=root \
	    --customize-hook="copy-in $tmp/apt/90bare /etc/apt/apt.conf.d" \
	    "$release" "$root" $sources >"$tmp/log" 2>&1 || {
		tail -n 5 "$tmp/log"
		return 1
	}
	for file in resolv.conf hosts; do
		[ ! -e /etc/$file ] || cat /etc/$file >"$root/etc/$file"
	done
}

# The tree as git has it, with what is not committed yet; what git would tell of
# the version is put down, for there is no git in a bare root.
copy_tree() {
	why="the tree cannot be copied"
	mkdir "$root/swiftover" || return
	if git -C "$top" -c safe.directory='*' ls-files -z --cached --others \
	    --exclude-standard >"$tmp/files" 2>/dev/null &&
	    [ -s "$tmp/files" ]; then
		tar -C "$top" --null --ignore-failed-read -T "$tmp/files" \
		    -cf - 2>/dev/null | tar -C "$root/swiftover" --no-same-owner -xf -
	else
		tar -C "$top" -cf - . | tar -C "$root/swiftover" --no-same-owner -xf -
	fi || return
	[ -f "$root/swiftover/.dist-version" ] ||
	    (cd "$top" && ./version.sh) >"$root/swiftover/.dist-version"
}

# enter COMMAND...: the root becomes /, and the machine's own is out of reach.
enter='
	root=$1
	shift
	mount --bind "$root" "$root" && mount --rbind /dev "$root/dev" &&
	    mount --rbind /sys "$root/sys" && mount -t proc proc "$root/proc" &&
	    cd "$root" && pivot_root . . && umount -l . && cd /swiftover ||
	    exit 126
	exec env -i CI="${CI-}" LANG=C.UTF-8 HOME=/root TERM="${TERM-dumb}" \
	    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
'
in_root() {
	unshare --mount --pid --fork --kill-child --propagation private -- \
	    sh -c "$enter" sh "$root" "$@" </dev/null
}

make_root && copy_tree || as_it_is "$@"
why="namespaces are not possible here"
in_root true 2>"$tmp/log" || as_it_is "$@"
echo "bare: $(. "$root/etc/os-release" && echo "$PRETTY_NAME")," \
    "$(chroot "$root" dpkg-query -f '.\n' -W | wc -l) packages"
setpriv --pdeathsig KILL -- \
    unshare --mount --pid --fork --kill-child --propagation private -- \
    sh -c "$enter" sh "$root" "$@" </dev/null &
inside_pid=$!
wait "$inside_pid"
status=$?
inside_pid=
exit $status
