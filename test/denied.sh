#!/bin/sh
# denied.sh BUILD: the system calls that the filters of BUILD's programs refused.
#
# What a list of shared/confine.c lacks fails with ENOSYS, and the program does
# without: no test need notice.  The kernel logs it (audit, at a limited rate).  So
# after a run of the lab this looks into the log: all but the two that are refused
# on purpose are a list that lacks something, or a program that does what it need
# not.  Exit status 1 then; 77 where the kernel tells nothing.
set -u
build=${1:?build directory}
case $(uname -m) in
x86_64)		expected="157 435" ;;	# prctl(MARK), clone3
aarch64)	expected="167 435" ;;
*)		echo "denied.sh: no numbers for $(uname -m)"; exit 77 ;;
esac
grep -q "HAVE_SECCOMP 1" "$build/config.h" ||
    { echo "the programs have no filters"; exit 77; }
log=$(dmesg 2>/dev/null | grep "type=1326" |
    grep -E "exe=\"$build/(vrrpd/vrrpd|bfdd/bfdd)\"") ||
    { echo "the kernel logs no refused system calls"; exit 77; }
found=$(echo "$log" | sed -n \
    's/.* comm="\([^"]*\)".* syscall=\([0-9]*\) .*/\1 \2/p' | sort | uniq -c)
bad=$(echo "$found" | while read -r count name number; do
	case " $expected " in
	*" $number "*)	;;
	*)	echo "$name: system call $number, $count times" ;;
	esac
done)
[ -z "$bad" ] && exit 0
echo "$bad"
exit 1
