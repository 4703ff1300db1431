#!/bin/sh
# comments.sh - a comment names what it is about (CONTRIBUTING: a comment has a
# subject).
#
# usage: comments.sh [FILE-OR-FOLDER...]    default: vrrpd bfdd shared test
#
# Looks at the first word of every comment in .c and .h files, and refuses one
# that points at something outside the comment: the reader of "it may be a key"
# has to find out what "it" is, and the next change to the code above makes the
# answer another one.  Refused, in either case of letters:
#
#	it its itself, they their theirs them themselves, he she him her his, we,
#	who whom whose what which
#	this, that, these, those before a verb ("this is so"; "this link" is good)
#	these, those before that, who, which, with, of
#	one before that, who, which, whose ("one that left"; "one link" is good)
#
# "us" is not refused: it is a unit here.  A file or folder that is given is
# looked at in full; without arguments the folders in NOT_YET are passed over,
# because nobody has been through them.  That list only gets shorter.
#
# Exit status: 0 good, 1 not (each finding is FILE:LINE: TEXT), 2 the script does
# not find what it should.
set -u
LC_ALL=C
export LC_ALL

NOT_YET="
"

# One finding per comment.  A // comment on lines of its own is one comment; the
# decoration of headings ("--- sending ---") does not count as text.
# shellcheck disable=SC2016	# an awk program
look='
function judge(text,    w, n) {
	sub(/\*\/.*/, "", text)
	sub(/^[ \t*(-]+/, "", text)
	if (text == "")
		return 0
	n = split(tolower(text), w, /[^a-z0-9_]+/)
	if (w[1] in always ||
	    (w[1] in pointing && n > 1 && w[2] in verbs) ||
	    (w[1] in plural && n > 1 && w[2] in relative) ||
	    (w[1] == "one" && n > 1 && w[2] in relative && w[2] != "of" &&
	    w[2] != "with")) {
		printf "%s:%d: %s\n", FILENAME, FNR, text
		found++
	}
	return 1
}
function set(list, into,    w, n) {
	for (n = split(list, w, " "); n > 0; n--)
		into[w[n]] = 1
}
BEGIN {
	set("it its itself they their theirs them themselves he she him her " \
	    "his we who whom whose what which", always)
	set("this that these those", pointing)
	set("these those", plural)
	set("that who whom whose which of with", relative)
	set("is isn was were are be been being do does did don didn has have " \
	    "had can cannot could may might must will would shall should " \
	    "goes go went comes came means meant makes make made says say " \
	    "said tells tell told shows keeps keep kept takes take took " \
	    "gives give gave happens happened needs need lets let stays " \
	    "stay holds hold held follows follow ends end begins begin " \
	    "leaves leave left becomes became depends never not only also " \
	    "alone too", verbs)
}
FNR == 1 {
	inside = waiting = lines = 0
}
{
	s = $0
	alone = s ~ /^[ \t]*\/\//
	if (alone && lines)
		next			# the same // comment goes on
	lines = alone
	if (inside) {
		if (waiting && judge(s))
			waiting = 0
		if ((i = index(s, "*/")) == 0)
			next
		inside = waiting = 0
		s = substr(s, i + 2)
	}
	# What begins first: a comment, or a string that may contain its signs.
	while (match(s, /\/\*|\/\/|"|\047/)) {
		sign = substr(s, RSTART, RLENGTH)
		s = substr(s, RSTART + RLENGTH)
		if (sign == "//") {
			judge(s)
			break
		}
		if (sign != "/*") {
			while (match(s, /\\.|"|\047/)) {
				c = substr(s, RSTART, RLENGTH)
				s = substr(s, RSTART + RLENGTH)
				if (c == sign)
					break
			}
			continue
		}
		waiting = !judge(s)
		if ((i = index(s, "*/")) == 0) {
			inside = 1
			break
		}
		waiting = 0
		s = substr(s, i + 2)
	}
}
END {
	exit found ? 1 : 0
}'

# --- the script itself: every BAD line is found, no other is ---
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT INT TERM
cat >"$tmp/self.c" <<'END'
int a;	/* it may be a key: BAD */
int b;	/* Its own, BAD */
/* They are newer: BAD */ int c;	/* good */ int d; /* we went: BAD */
/*
 * What a client acts on: BAD
 * it may go on like this: good, the comment has begun
 */
/* This is so since then: BAD */
/* This link looks like one of ours: good */
/* That session is no more: good */
/* that was us: BAD */
/* Those that are Active resign: BAD */
/* These values come from the file: good */
/* One that lingers has resigned: BAD */
/* One frame, Ethernet header included: good */
/* one per type; it is replaced: good */
/* --- who is told: BAD --- */
/* --- what_for(): good --- */
/* us, not ns: good */
/* its_field is set: good */
/* Item by item: good */
/* (which may be NULL): BAD */
/* whoever was cut off: good */
// it is a line comment: BAD
// it goes on: good, the same comment
int e;
const char *s = "/* it is a string: good */";	// Who asks: BAD
char q = '"', r = '\''; /* they: BAD */
/**
 ** whose turn it is: BAD
 **/
/* it's the last line: BAD */
END
awk "$look" "$tmp/self.c" | sed 's/^[^:]*:\([0-9]*\):.*/\1/' >"$tmp/found"
# Line 3 has two comments, and its finding is the second one as well.
awk '{ for (n = gsub(/BAD/, "&"); n > 0; n--) print FNR }' "$tmp/self.c" \
    >"$tmp/bad"
if ! diff "$tmp/bad" "$tmp/found" >"$tmp/diff"; then
	echo "comments.sh: its own example is not judged as it should be:"
	cat "$tmp/diff"
	exit 2
fi

# --- the sources ---
if [ $# -eq 0 ]; then
	cd "${srcdir:-.}" || exit 2
	prune=
	for d in $NOT_YET; do
		echo "passed over for now: $d"
		prune="$prune -path $d -prune -o"
	done
	# shellcheck disable=SC2086	# a list of words, without blanks in them
	find vrrpd bfdd shared test $prune -name '*.[ch]' -print >"$tmp/files"
else
	find "$@" -name '*.[ch]' -print >"$tmp/files"
fi
if [ ! -s "$tmp/files" ]; then
	[ $# -eq 0 ] || { echo "no .c or .h in $*"; exit 2; }
	exit 0
fi
sort "$tmp/files" | xargs awk "$look"
case $? in
0)	exit 0 ;;
1|123)	exit 1 ;;
*)	exit 2 ;;
esac
