#!/bin/sh
# usage: sandbox.sh COMMAND [ARGUMENT]...
#
# Runs COMMAND as root of a machine of its own: private network, mount and
# process namespaces, with a fresh /run.  Whatever it creates - network
# namespaces, interfaces, daemons, sockets - ends with it, also after kill -9,
# and nothing of it is visible outside.  It also ends when its parent does.
#
# Exit status: the command's, or 77 when the kernel does not let us.

# Everything the lab builds on, tried once; prints what is missing.
probe='
	set -e
	fail() { echo "lab: $1 is not possible here"; exit 77; }
	mount -t tmpfs none /run || fail "a private /run"
	mkdir /run/netns
	ip netns add a || fail "a network namespace"
	cd /run
	run() { nsenter --net=/run/netns/a -- "$@"; }
	run ip link add br0 type bridge || fail "a bridge"
	run ip link add v0 type veth peer name v1 || fail "a veth pair"
	run ip link add m0 link v0 type macvlan mode bridge ||
	    fail "a macvlan interface"
	printf "%s\n" "table netdev t {" \
	    "chain i { type filter hook ingress device v0 priority 0; }" \
	    "chain e { type filter hook egress device v0 priority 0; }" \
	    "}" | run nft -f - ||
	    fail "an nftables netdev chain (Linux 5.16 or later)"
'

enter() {
	exec setpriv --pdeathsig KILL -- \
	    unshare --net --mount --pid --fork --kill-child --mount-proc \
	    --propagation private -- "$@"
}

if [ "$(id -u)" != 0 ]; then
	echo "lab: needs root"
	exit 77
fi
if ! why=$( (enter sh -c "$probe") 2>&1); then
	case $why in
	*lab:*)	echo "$why" ;;
	*)	echo "lab: private namespaces are not possible here: $why" ;;
	esac
	exit 77
fi
[ $# -gt 0 ] || exit 0
LAB_SANDBOX=1 TMPDIR=/run/lab
export LAB_SANDBOX TMPDIR
# FRR keeps crash logs by process number, which in here begins at 1.  The shell
# stays and is that process: it buries those whose parents were killed, of which
# there would be thousands in the end, looked at by everyone who reads /proc.
enter sh -c 'mount -t tmpfs -o mode=0755 none /run && mkdir /run/netns /run/lab &&
    ip link set lo up &&
    if [ -d /usr/lib/frr ]; then
	mkdir -p /var/tmp/frr &&
	    mount -t tmpfs -o mode=0777 none /var/tmp/frr
    fi && "$@"; exit $?' sh "$@"
