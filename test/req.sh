#!/bin/sh
# req.sh - list the rules of rfc*.req that no test names.
#
# usage: req.sh [-v] [FILE.req ...]	(default: every .req beside this script)
#
# -v also prints the count, and reasons that are no longer needed.
#
# A .req file has one rule per line:
#
#	ID LEVEL TEXT
#	ID LEVEL TEXT | no test: REASON
#	ID LEVEL TEXT | no +: REASON
#	ID LEVEL TEXT | no -: REASON
#
# ID is a letter, a hyphen and a number (B-23); LEVEL is MUST, MUST-NOT, SHOULD,
# SHOULD-NOT, MAY or IMPL (our own rule).  Empty lines and lines that begin with
# "#" are comments.
#
# A rule wants a positive test (the rule is kept) and a negative one (what breaks
# the rule is refused, or does not happen).  A test names its rules in a comment
# of its own line, alone or before other words:
#
#	/* B-23 - */			/* B-60 +, B-61 + the table of §6.8.4 */
#	# V-40 -			(shell and Python)
#	covers V-40 -			(a scenario of test/world)
#
# Looked at: test/unit, test/world, test/lab, test/interop, test/conf.
# Where no test makes sense the line says why after the bar.  Exit status 1 when
# a rule is missing a test, a marker names a rule that no .req file has, or a
# line cannot be read.
set -u
LC_ALL=C; export LC_ALL

verbose=
if [ "${1-}" = -v ]; then
	verbose=1
	shift
fi
here=$(cd "$(dirname "$0")" && pwd) || exit 2
if [ $# -eq 0 ]; then
	set -- "$here"/*.req
	[ -e "$1" ] || { echo "req: no .req file in $here" >&2; exit 2; }
fi

markers=$(mktemp) || exit 2
trap 'rm -f "$markers"' EXIT
for dir in unit world lab interop conf; do
	[ -d "$here/$dir" ] || continue
	find "$here/$dir" -type f \
	    \( -name '*.c' -o -name '*.h' -o -name '*.sh' -o -name '*.py' \
	    -o -name '*.txt' \)
done | while read -r file; do
	# "ID SIGN" for each entry of the list a marker comment begins with.
	awk '{
		line = $0
		if (!sub(/^[ \t]*(\/\*|\/\/|#|\*|covers)[ \t]*/, "", line) &&
		    !sub(/^.*[;{},)][ \t]*\/\*[ \t]*/, "", line))
			next
		while (match(line, /^[A-Z]-[0-9]+ (\+-|\+|-)/)) {
			entry = substr(line, 1, RLENGTH)
			rest = substr(line, RLENGTH + 1)
			if (rest !~ /^([ \t,:.]|\*\/|$)/)
				break
			split(entry, part, " ")
			if (index(part[2], "+")) print part[1], "+"
			if (index(part[2], "-")) print part[1], "-"
			line = rest
			sub(/^,?[ \t]*/, "", line)
		}
	}' "$file"
done | sort -u >"$markers"

awk -v verbose="$verbose" -v markers="$markers" '
BEGIN {
	while ((getline m < markers) > 0) {
		seen[m] = 1
		split(m, part, " ")
		named[part[1]] = 1
	}
}
/^[ \t]*(#|$)/ { next }
{
	if ($1 !~ /^[A-Z]-[0-9]+$/ || NF < 3 ||
	    $2 !~ /^(MUST|MUST-NOT|SHOULD|SHOULD-NOT|MAY|IMPL)$/) {
		printf "%s:%d: not \"ID LEVEL TEXT\": %s\n", FILENAME, FNR, $0
		bad++
		next
	}
	if ($1 in rule) {
		printf "%s:%d: %s is listed twice\n", FILENAME, FNR, $1
		bad++
		next
	}
	rule[$1] = 1
	letter[substr($1, 1, 1)] = 1
	total++
	excuse = ""
	if (match($0, / \| no (test|\+|-): ./)) {
		excuse = substr($0, RSTART + 6)
		sub(/:.*/, "", excuse)
	} else if ($0 ~ /\|/) {
		printf "%s:%d: %s: after the bar: \"no test: REASON\"\n",
		    FILENAME, FNR, $1
		bad++
	}
	if (excuse != "")
		excused++
	if (excuse != "test" && excuse != "+" && !(($1 " +") in seen)) {
		printf "%s: %s %s has no positive test\n", FILENAME, $1, $2
		missing++
	}
	if (excuse != "test" && excuse != "-" && !(($1 " -") in seen)) {
		printf "%s: %s %s has no negative test\n", FILENAME, $1, $2
		missing++
	}
	if (verbose && excuse == "test" && ($1 in named))
		printf "%s: %s has a test now, drop the reason\n", FILENAME, $1
}
END {
	# A letter whose rules are in no file given here is not ours to judge.
	for (id in named)
		if ((substr(id, 1, 1) in letter) && !(id in rule)) {
			printf "%s: a test names it, no .req file has it\n", id
			bad++
		}
	if (verbose || missing || bad)
		printf "req: %d rules, %d with a reason instead of a test, " \
		    "%d tests missing, %d errors\n", total, excused, missing, bad
	exit (missing || bad) ? 1 : 0
}' "$@"
