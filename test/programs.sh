#!/bin/sh
# programs.sh - every program that the tests run is brought by a package that
# test/deps.sh installs for them, or is on every Debian system.
#
# usage: programs.sh [LIST [DEPS]]	(default: test/programs, test/deps.sh)
#
# Where dpkg knows a program, it has to be of the package that the list says.
# Exit status: 0 good; 1 each finding is named.

set -u
LC_ALL=C; export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 2
list=${1:-$here/programs}
deps=${2:-$here/deps.sh}

# On every Debian system: the packages marked essential.
essential=" bash coreutils dash diffutils findutils grep sed tar util-linux "
need=" $(sh "$deps" list check | tr '\n' ' ') "
guest=" $(sh "$deps" list guest | tr '\n' ' ') "
want=" $(sh "$deps" list peers | tr '\n' ' ') "
bad=0
finding() { echo "$*"; bad=1; }

while read -r program package peer; do
	case $program in
	''|\#*)	continue ;;
	esac
	case $peer in
	peer)	lists=$want ;;
	guest)	lists=$guest ;;
	'')	lists=$essential$need ;;
	*)	finding "$program: what is \"$peer\"?"; continue ;;
	esac
	case $lists in
	*" $package "*) ;;
	*)	finding "$program: deps.sh does not install $package"; continue ;;
	esac
	path=$(command -v "$program" 2>/dev/null) || continue
	command -v dpkg-query >/dev/null || continue
	case $path in
	/*)	;;
	*)	path=/bin/$program ;;		# built into the shell
	esac
	[ -e "$path" ] || continue
	# The file may be known by the name it had before /usr was merged, and
	# nginx comes in several flavours.
	owner=$(dpkg-query -S "$path" "/usr$path" "${path#/usr}" 2>/dev/null |
	    sed -n '/^diversion/!s/:.*//p' | head -n 1)
	case $owner in
	''|"$package"|"$package"-*) ;;
	*)	finding "$program: is of $owner, not of $package" ;;
	esac
done <"$list"

[ $# -eq 0 ] || exit $bad
# A list that is wrong is found to be wrong.
wrong=$(mktemp) || exit 2
trap 'rm -f "$wrong"' EXIT
for line in "nosuchprogram nosuchpackage" "sh coreutils" "bird bird2" \
    "nosuch frr pear"; do
	echo "$line" >"$wrong"
	if sh "$0" "$wrong" "$deps" >/dev/null; then
		# Whose a program is, only dpkg knows.
		[ "$line" = "sh coreutils" ] &&
		    ! command -v dpkg-query >/dev/null ||
		    finding "not found to be wrong: $line"
	fi
done
exit $bad
