#!/bin/sh
# purity.sh - the protocol cores do no I/O, read no clock, take no memory, log
# nothing and have no variables of their own (design: the same core runs in the
# daemon, the unit tests, the simulator and the fuzzers).
#
# usage: purity.sh [ARCHIVE...]        default: the three pure archives, in .
#
# Every symbol an archive leaves undefined must be defined in one of the pure
# archives or stand in the list below, and no archive may define a writable
# variable.  Constants that hold pointers (.data.rel.ro) are not writable.
# Exit status: 0 pure, 1 not (each finding is named), 77 cannot tell.

set -u
LC_ALL=C
export LC_ALL

if [ $# -eq 0 ]; then
	set -- shared/libpure.a vrrpd/libvrrpcore.a bfdd/libbfdcore.a
fi
NM=${NM:-nm}
command -v "$NM" >/dev/null || { echo "no nm here"; exit 77; }
tmp=$(mktemp -d) || exit 77
trap 'rm -rf "$tmp"' EXIT INT TERM

# Plain memory and text; conversions; what assert() and the compiler add.
cat >"$tmp/allowed" <<'END'
bcmp
memchr
memcmp
memcpy
memmove
memset
strcmp
strlen
strnlen
snprintf
vsnprintf
inet_ntop
inet_pton
__memcpy_chk
__memmove_chk
__memset_chk
__snprintf_chk
__vsnprintf_chk
__assert_fail
__stack_chk_fail
__stack_chk_guard
_GLOBAL_OFFSET_TABLE_
END

# libcrypto computes digests for BFD authentication; in that core only.
crypto='^(EVP_[A-Za-z0-9_]+|CRYPTO_memcmp|OPENSSL_cleanse)$'
instrument='^(__asan_|__ubsan_|__tsan_|__msan_|__sanitizer_|__sancov_|__gcov_|__llvm_|__start___sancov|__stop___sancov|__odr_asan|llvm_|\.LASAN)'

bad=0
for a in "$@"; do
	[ -f "$a" ] || { echo "$a: not there"; exit 1; }
done
for a in "$@"; do
	"$NM" -P -g --defined-only "$a" | awk 'NF >= 2 { print $1 }'
done | sort -u >"$tmp/ours"

instrumented=no
for a in "$@"; do
	"$NM" -P "$a" >"$tmp/nm" || exit 1
	if ! grep -q . "$tmp/nm"; then
		echo "$a: no symbols"
		bad=1
	fi
	if grep -qE '^__(asan|ubsan|tsan|msan|gcov|sanitizer_cov)' "$tmp/nm"; then
		instrumented=yes
	fi

	awk '$2 == "U" { print $1 }' "$tmp/nm" | sort -u |
	    grep -vE "$instrument" | grep -vxFf "$tmp/allowed" |
	    grep -vxFf "$tmp/ours" >"$tmp/foreign"
	case $a in
	*libbfdcore.a)
		grep -vE "$crypto" "$tmp/foreign" >"$tmp/f2"
		mv "$tmp/f2" "$tmp/foreign" ;;
	esac
	while read -r symbol; do
		echo "$a: calls $symbol"
		bad=1
	done <"$tmp/foreign"

	# Sanitizers and coverage put variables of their own into every object.
	[ $instrumented = yes ] && continue
	awk '$2 ~ /^[BbDdCcSsGg]$/ { print $1 }' "$tmp/nm" >"$tmp/names"
	[ -s "$tmp/names" ] || continue
	# nm says D for .data.rel.ro too; objdump knows the section.
	if command -v "${OBJDUMP:-objdump}" >/dev/null; then
		"${OBJDUMP:-objdump}" -t "$a" | awk '
			NF > 3 && $(NF - 2) ~ /^\.data\.rel\.ro/ {
				print $NF }' | sort -u >"$tmp/relro"
		grep -vxFf "$tmp/relro" "$tmp/names" >"$tmp/writable"
	else
		cp "$tmp/names" "$tmp/writable"
	fi
	while read -r symbol; do
		echo "$a: has the variable $symbol"
		bad=1
	done <"$tmp/writable"
done

if [ $bad -eq 0 ] && [ $instrumented = yes ]; then
	echo "calls are pure; variables not looked at in an instrumented build"
fi
exit $bad
