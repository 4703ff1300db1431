#!/bin/sh
# inside.sh - the first process of the guest (guest.sh); runs nowhere else.
#
# File systems, modules, one command, off.  The root is read only and the folder
# guest_out of the kernel's command line is where results go.

[ $$ = 1 ] || { echo "inside.sh runs in a guest only"; exit 2; }
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev 2>/dev/null
mkdir -p /dev/shm /dev/pts
mount -t devpts none /dev/pts 2>/dev/null
mount -t tmpfs none /run		# and not /tmp, which may hold the build tree
out=/run/guest
mkdir $out
mount -t hostfs none $out -o "$guest_out" || { echo "no $guest_out"; poweroff -f; }
mount -t tmpfs none /dev/shm
cut -d' ' -f1 /proc/uptime >$out/up
. $out/todo
ip link set lo up
mkdir -p /run/modules/lib
ln -s /usr/lib/uml/modules /run/modules/lib/modules
for module in 8021q bonding team team_mode_activebackup vrf ipvlan macvlan veth \
    bridge dummy nf_tables nft_chain_filter wireguard tun ip_gre ipip sit vxlan \
    ip_vs ip_vs_rr ip_vs_lc; do
	modprobe -d /run/modules $module
done
echo "guest: begin"
LAB_SANDBOX=1 LAB_PATIENCE=6 TMPDIR=/run/lab PYTHONDONTWRITEBYTECODE=1
export LAB_BUILD LAB_SANDBOX LAB_PATIENCE TMPDIR PYTHONDONTWRITEBYTECODE
mkdir -p /run/netns /run/lab
set --
while IFS= read -r arg; do
	set -- "$@" "$arg"
done <$out/arguments
cd "$here/.."
$python -m pytest -p no:cacheprovider --tb=short -rs --rootdir "$here/.." \
    --junitxml=$out/junit.xml "$here" "$@" </dev/null 2>&1
echo $? >$out/result
echo "guest: end"
sync
poweroff -f
