#!/bin/sh
# usage: deps.sh demo|check|bench|guest
#        deps.sh list build|demo|check|peers|bench|guest
#
# Installs what test/demo.sh or test/check.sh needs on Debian or Ubuntu, and
# nothing when all of it is there.  No service is started: nginx, haproxy, keepalived,
# frr and bird start when they are installed, so a policy-rc.d that forbids it
# stands in for the time of the installation, and whatever was there before is
# there again afterwards.
#
# bench is check with what test/bench puts a load on the machine with, guest is check
# with what test/system/guest.sh needs.  list prints the names only, a line
# each.
#
# Exit status: 0 ready; 1 a package that cannot be done without is missing.
# The peers for the interoperability tests are optional: tests skip without.

set -u
what=${1:-check}

build="autoconf automake gcc libc6-dev make pkg-config
    libcap-dev libconfuse-dev libevent-dev libjansson-dev libnl-3-dev
    libseccomp-dev libssl-dev"
lab="iproute2 iputils-ping mount nftables python3 util-linux nginx"
checks="libcmocka-dev clang curl mandoc python3-pytest
    python3-pytest-xdist python3-scapy tcpdump procps"
peers="bird2 frr haproxy keepalived tshark"
bench="stress-ng"
guest="ipvsadm keepalived kmod libteam-utils user-mode-linux"

usage() {
	echo "usage: deps.sh demo|check|bench|guest" >&2
	echo "       deps.sh list build|demo|check|peers|bench|guest" >&2
	exit 2
}

if [ "$what" = list ]; then
	case ${2:-} in
	build)	set -- $build ;;
	demo)	set -- $build $lab ;;
	check)	set -- $build $lab $checks ;;
	peers)	set -- $peers ;;
	bench)	set -- $build $lab $checks $bench ;;
	guest)	set -- $build $lab $checks $guest ;;
	*)	usage ;;
	esac
	printf '%s\n' "$@"
	exit
fi
case $what in
demo)	need="$build $lab" want= ;;
check)	need="$build $lab $checks" want=$peers ;;
bench)	need="$build $lab $checks" want="$peers $bench" ;;
guest)	need="$build $lab $checks $guest" want= ;;
*)	usage ;;
esac

installed() {
	case $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) in
	ii*)	return 0 ;;
	esac
	# pkgconf took over from pkg-config, and so on.
	case $1 in
	pkg-config)	command -v pkg-config >/dev/null ;;
	clang)		command -v clang >/dev/null ;;
	gcc)		command -v gcc >/dev/null ;;
	nginx)		command -v nginx >/dev/null ;;
	*)		false ;;
	esac
}

missing() {
	for p in "$@"; do
		installed "$p" || printf '%s ' "$p"
	done
}

if ! command -v dpkg-query >/dev/null; then
	echo "deps: not Debian or Ubuntu; taking for granted that all of this" \
	    "is there:" $need $want
	exit 0
fi

# clang's sanitizer runtime is only recommended by clang, and named after its
# version.
clang_runtime() {
	[ "$what" != demo ] || return 0
	clang -fsanitize=address -x c - -o /dev/null 2>/dev/null <<-END && return
	int main(void) { return 0; }
	END
	v=$(clang -dumpversion 2>/dev/null | sed 's/\..*//')
	[ -z "$v" ] || echo "libclang-rt-$v-dev"
}

need_now=$(missing $need)
want_now=$(missing $want)
rt_now=
case $need_now in
*clang*) ;;
*)	rt_now=$(clang_runtime) ;;
esac
[ -n "$need_now$want_now$rt_now" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "deps: not root, cannot install: $need_now$rt_now $want_now"
	[ -z "$need_now" ]
	exit
fi

# No service may start.  A policy-rc.d that is already there may allow it, so
# it is moved aside; it comes back however this ends.
policy=/usr/sbin/policy-rc.d
aside=$policy.before-swiftover
restore() {
	trap '' HUP INT TERM
	if [ -n "${ours:-}" ]; then
		rm -f "$policy"
		[ ! -e "$aside" ] || mv -f "$aside" "$policy"
		ours=
	fi
}
trap restore EXIT
trap 'restore; trap - INT; kill -INT $$' INT
trap 'exit 143' HUP TERM

forbid_services() {
	# Left by a run that was killed: that is the original.
	if [ ! -e "$aside" ] && [ -e "$policy" ]; then
		cp -p "$policy" "$aside" || return
	fi
	ours=1
	printf '#!/bin/sh\nexit 101\n' >"$policy.new" &&
	    chmod 755 "$policy.new" && mv -f "$policy.new" "$policy"
}

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y \
	    -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 \
	    "$@" </dev/null
}

quietly() {
	out=$("$@" 2>&1) && return
	status=$?
	echo "$out" | tail -n 20
	return $status
}

forbid_services || { echo "deps: cannot write $policy"; exit 1; }
echo "deps: installing $need_now$rt_now $want_now(no service is started)"
quietly apt update || echo "deps: no new package lists; trying with the old"
if [ -n "$need_now$rt_now" ]; then
	quietly apt install --no-install-recommends $need_now $rt_now || {
		echo "deps: cannot install $need_now$rt_now"
		exit 1
	}
	rt_now=$(clang_runtime)
	if [ -n "$rt_now" ]; then
		quietly apt install --no-install-recommends $rt_now ||
		    echo "deps: no $rt_now: the sanitizer build will not work"
	fi
fi
for p in $want_now; do
	quietly apt install --no-install-recommends $p ||
	    echo "deps: no $p: tests against it are skipped"
done
exit 0
