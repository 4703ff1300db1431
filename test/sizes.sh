#!/bin/sh
# sizes.sh - no file and no function is longer than can be kept in mind.
#
# usage: sizes.sh [TREE]               default: the tree the script stands in
#
# A .c of vrrpd, bfdd and shared has at most FILE_MAX lines, a function in it at
# most FUNCTION_MAX, from its name to its closing brace.  Both figures are where
# a file or a function was found to have two subjects; they are no aim.
#
# A file that is too long and cannot be cut yet stands under "known" below, with
# its name.  Such an entry is an error as soon as nothing needs it.
#
# Exit status: 0 good, 1 not (each finding is named).

set -u
LC_ALL=C
export LC_ALL

FILE_MAX=1100
FUNCTION_MAX=120

top=${1:-$(dirname "$0")/..}
tmp=$(mktemp -d) || exit 77
trap 'rm -rf "$tmp"' EXIT INT TERM

known() {
	cat <<'END'
END
}

# check TREE KNOWN: prints the findings; the status says whether there are any.
check() {
	(cd "$1" && find vrrpd bfdd shared -name '*.c' | sort >"$tmp/files" &&
	    xargs awk -v file_max=$FILE_MAX -v function_max=$FUNCTION_MAX '
	function finding(text) {
		print text
		found = 1
	}
	function file_ends() {
		if (file == "" || lines <= file_max)
			return
		if (file in exempt)
			needed[file] = 1
		else
			finding(file ": " lines " lines, at most " file_max)
	}
	FILENAME == known {
		if ($0 != "")
			exempt[$0] = 1
		next
	}
	FNR == 1 {
		file_ends()
		file = FILENAME
		start = body = 0
	}
	{ lines = FNR }
	/^[A-Za-z_][A-Za-z_0-9]*\(/ {
		start = FNR
		name = $0
		sub(/\(.*/, "", name)
	}
	/^\{/ { body = start }
	/^\}/ {
		if (body && FNR - body >= function_max)
			finding(FILENAME ":" body ": " name "() has " \
			    FNR - body + 1 " lines, at most " function_max)
		start = body = 0
	}
	END {
		file_ends()
		for (f in exempt)
			if (!(f in needed))
				finding("sizes.sh: known, but short enough: " \
				    f ": remove the entry")
		exit found
	}' known="$2" "$2" <"$tmp/files")
	case $? in
	0)	return 0 ;;
	*)	return 1 ;;
	esac
}

# --- the check of the check ---

# lines N: so many lines.
lines() {
	awk -v n="$1" 'BEGIN { while (n-- > 0) print "\t;" }'
}

# tree: one file that is as long as it may be, one function of full length.
tree() {
	rm -rf "$tmp/tree"
	mkdir -p "$tmp/tree/vrrpd/pure" "$tmp/tree/bfdd" "$tmp/tree/shared"
	: >"$tmp/known"
	lines $FILE_MAX >"$tmp/tree/vrrpd/pure/long.c"
	{
		printf 'static int\nfull(void)\n{\n'
		lines $((FUNCTION_MAX - 3))
		printf '}\n\nstatic const int table[] = {\n'
		lines $((FUNCTION_MAX + 9))
		printf '};\n'
	} >"$tmp/tree/bfdd/full.c"
}

# expect WHAT [PATTERN]: the tree's findings; without a pattern there are none.
expect() {
	check "$tmp/tree" "$tmp/known" >"$tmp/found"
	status=$?
	if [ $# -eq 1 ] && [ $status -eq 0 ] && [ ! -s "$tmp/found" ]; then
		return
	fi
	if [ $# -eq 2 ] && [ $status -eq 1 ] &&
	    [ "$(grep -cv -- "$2" "$tmp/found")" = 0 ]; then
		return
	fi
	echo "self-test: $1: expected ${2:-nothing}, found:"
	cat "$tmp/found"
	exit 1
}

tree
expect "full lengths"

tree
lines 1 >>"$tmp/tree/vrrpd/pure/long.c"
expect "a long file" "^vrrpd/pure/long.c: $((FILE_MAX + 1)) lines"
echo vrrpd/pure/long.c >"$tmp/known"
expect "a long file that is known"

tree
echo vrrpd/pure/long.c >"$tmp/known"
expect "known and short" "^sizes.sh: known, but short enough: vrrpd/pure/long.c"

tree
{
	printf 'int\nlong_one(int a,\n    int b)\n{\n'
	lines $((FUNCTION_MAX - 3))
	printf '}\n'
} >"$tmp/tree/shared/f.c"
expect "a long function" "^shared/f.c:2: long_one() has $((FUNCTION_MAX + 1))"

# --- the tree ---

known >"$tmp/known"
check "$top" "$tmp/known"
