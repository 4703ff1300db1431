#!/bin/sh
# units.sh - the files for those who start, stop and watch us are well formed.
#
# usage: units.sh		(in a build tree, srcdir is the source)
#
# Units are read by systemd-analyze where it is installed, XML by xmllint or python3,
# the rest by what is here: sections and words of units, shells for scripts.  Whether
# they do what they should is seen on a whole system only (test/system).
# Exit status: 0 good; 1 each finding is named.

set -u
LC_ALL=C; export LC_ALL
src=${srcdir:-.}/conf
bad=0
finding() { echo "units: $*"; bad=1; }
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

units="bfdd.service swiftover-events.service vrrpd.service"
for f in $units bfdd.openrc bfdd.sysv vrrpd.openrc vrrpd.sysv; do
	[ -f "conf/$f" ] || { finding "conf/$f is not made"; continue; }
	left=$(grep -n '@[A-Za-z_]*@' "conf/$f") &&
	    finding "$f: a name is left: $left"
done

# Every line is a section, a comment, empty, or WORD=VALUE in a section.
for f in $units; do
	cp "conf/$f" "$tmp/"
done
for f in 00-swiftover.network hooks.conf.example; do
	cp "$src/$f" "$tmp/"
done
# The drop-in with everything that it offers taken.
sed 's/^# \([A-Z][A-Za-z]*=\)/\1/' "$src/hooks.conf.example" >"$tmp/hooks.conf"
for f in "$tmp"/*; do
	awk -v f="${f##*/}" '
	/^\[(Unit|Service|Install|Match|Link)\]$/ { in_one = 1; next }
	/^[#;]/ || /^$/ { next }
	in_one && /^[A-Z][A-Za-z]*=/ { next }
	{ print "units: " f ":" NR ": not a line of a unit: " $0; bad = 1 }
	END { exit bad }' "$f" || bad=1
done

# What was learned, and must not be lost again.
has() {
	grep -qx "$2" "$tmp/$1" || finding "$1 does not say $2"
}
lacks() {
	grep -q "^$2" "$tmp/$1" && finding "$1 says $2"
}
has vrrpd.service 'ConditionFileNotEmpty=.*/swiftover/vrrpd.conf'
lacks vrrpd.service NoNewPrivileges
for f in vrrpd.service bfdd.service; do
	has $f StartLimitIntervalSec=0
	has $f 'RestartPreventExitStatus=2 6'
	has $f 'WatchdogSec=.*'
	has $f Type=notify
	lacks $f ExecStartPre
	# Ordered after the network: stopped before it.
	has $f 'After=network.target.*'
done
has vrrpd.service StateDirectory=swiftover
has vrrpd.service 'After=.*bfdd.service.*'
has bfdd.service Before=vrrpd.service
has 00-swiftover.network 'Name=vr4-\* vr6-\*'
has 00-swiftover.network Kind=macvlan
has 00-swiftover.network Unmanaged=yes

# systemd's own word, with programs that are there.
if command -v systemd-analyze >/dev/null; then
	mkdir "$tmp/verify" "$tmp/verify/vrrpd.service.d"
	for f in $units; do
		sed 's|^\(Exec[A-Za-z]*=-*\)/[^ ]*|\1/bin/true|' "$tmp/$f" \
		    >"$tmp/verify/$f"
	done
	cp "$tmp/hooks.conf" "$tmp/verify/vrrpd.service.d/"
	for f in $units; do
		out=$(SYSTEMD_UNIT_PATH="$tmp/verify:" systemd-analyze verify \
		    --man=no "$tmp/verify/$f" 2>&1)
		# Of ours alone, and not what this machine has otherwise.
		out=$(printf '%s\n' "$out" | grep -E "$tmp/verify|^${f%.service}")
		[ -z "$out" ] || finding "$f: systemd-analyze: $out"
	done
fi

# udev: matches and assignments, and a label that is there.
awk '
/^#/ || /^$/ { next }
{
	n = split($0, words, ", ")
	for (i = 1; i <= n; i++)
		if (words[i] !~ /^(ACTION|SUBSYSTEM|KERNEL|ATTR\{[a-z]+\})[!=]="[^"]+"$/ &&
		    words[i] !~ /^ENV\{[A-Z_]+\}="[^"]*"$/ &&
		    words[i] !~ /^(GOTO|LABEL)="[a-z_]+"$/) {
			print "units: 80-swiftover.rules:" NR ": " words[i]
			bad = 1
		}
}
/GOTO="/ { gone[++g] = $0; sub(/.*GOTO="/, "", gone[g]) }
/LABEL="/ { l = $0; sub(/.*LABEL="/, "", l); label[l] = 1 }
END {
	for (i = 1; i <= g; i++)
		if (!(gone[i] in label)) {
			print "units: 80-swiftover.rules: no label " gone[i]
			bad = 1
		}
	exit bad
}' "$src/80-swiftover.rules" || bad=1
if udevadm verify --help >/dev/null 2>&1; then
	out=$(udevadm verify --no-summary "$src/80-swiftover.rules" 2>&1) ||
	    finding "80-swiftover.rules: $out"
fi

# firewalld: well formed, and the ports of RFC 5881 and 5883.
for f in swiftover-bfd.xml swiftover-vrrp.xml; do
	if command -v xmllint >/dev/null; then
		out=$(xmllint --noout "$src/$f" 2>&1) || finding "$f: $out"
	elif command -v python3 >/dev/null; then
		out=$(python3 -c 'import sys, xml.etree.ElementTree as e
assert e.parse(sys.argv[1]).getroot().tag == "service"' "$src/$f" 2>&1) ||
		    finding "$f: $out"
	fi
done
for port in 3784 3785 4784; do
	grep -q "<port protocol=\"udp\" port=\"$port\"/>" "$src/swiftover-bfd.xml" ||
	    finding "swiftover-bfd.xml has no port $port"
done
grep -q '<protocol value="vrrp"/>' "$src/swiftover-vrrp.xml" ||
    finding "swiftover-vrrp.xml has no protocol"

# Scripts.
for f in conf/bfdd.openrc conf/bfdd.sysv conf/vrrpd.openrc conf/vrrpd.sysv \
    "$src/ipvs-server" "$src/notify-mail" "$src/notify-webhook"; do
	[ -f "$f" ] || continue
	out=$(sh -n "$f" 2>&1) || finding "$f: $out"
done
for f in bfdd vrrpd; do
	for word in Provides Required-Start Required-Stop Default-Start \
	    Default-Stop Short-Description; do
		sed -n '/^### BEGIN INIT INFO$/,/^### END INIT INFO$/p' \
		    "conf/$f.sysv" | grep -q "^# $word:" ||
		    finding "$f.sysv has no $word"
	done
	out=$(sh "conf/$f.sysv" nonsense 2>&1)
	case $?:$out in
	2:usage:*|0:) ;;	# 0: the program is not installed here
	*)	finding "$f.sysv: $out" ;;
	esac
	for word in depend start_pre reload; do
		grep -q "^$word() {" "conf/$f.openrc" ||
		    finding "$f.openrc has no $word"
	done
done
exit $bad
