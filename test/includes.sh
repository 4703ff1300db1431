#!/bin/sh
# includes.sh - who includes whom, held against the table in vrrpd/README.md.
#
# usage: includes.sh [TREE]            default: the tree the script stands in
#
# Four rules:
#   - a file includes from its own room, and from the rooms its row names;
#   - every .c and .h of vrrpd, bfdd and shared is in a room that has a row, and
#     every row has files;
#   - a row names only rows above it, so that no include runs upwards;
#   - files do not include each other in a circle; NAME.c and NAME.h are one.
#
# An include that breaks a rule and cannot go yet stands under "known" below, as
# "FILE INCLUDED".  Such an entry is an error as soon as nothing needs it.
#
# Exit status: 0 good, 1 not (each finding is named).

set -u
LC_ALL=C
export LC_ALL

top=${1:-$(dirname "$0")/..}
tmp=$(mktemp -d) || exit 77
trap 'rm -rf "$tmp"' EXIT INT TERM

known() {
	cat <<'END'
END
}

# --- the check ---

# check TREE KNOWN: prints the findings; the status says whether there are any.
check() {
	(cd "$1" && {
		sed 's/^/table	/' vrrpd/README.md
		sed 's/^/known	/' "$2"
		find vrrpd bfdd shared -name '*.[ch]' | sort | while read -r f; do
			echo "file	$f"
			sed -n 's/^[ 	]*#[ 	]*include[ 	]*"\([^"]*\)".*/\1/p' "$f" |
			    sed "s|^|include	$f	|"
		done
	}) | awk -F '\t' '
	function finding(text) {
		print text
		found = 1
	}
	# vrrpd/pure/vrrp_core.h: its room.
	function room_of(file,    dir) {
		if (file in floor)
			return file
		dir = file
		sub(/\/[^\/]*$/, "", dir)
		return dir
	}
	# vrrpd/pure/vrrp_core.h: the pair that it is half of.
	function pair_of(file) {
		sub(/\.[ch]$/, "", file)
		return file
	}
	# What is wrong with from including to; "" when nothing is.
	function wrong(from, to,    a, b) {
		a = room_of(from)
		b = room_of(to)
		if (a == b || !(a in floor) || (a, b) in may)
			return ""
		if (!(b in floor))
			return "is in no room"
		return floor[b] > floor[a] ? "is upwards" : "is not in its row"
	}
	# The shortest way from one pair to another, as words; "" for none.
	function way(from, to,    queue, head, tail, before, p, i, n, next_, text) {
		queue[tail++] = from
		before[from] = from
		while (head < tail) {
			p = queue[head++]
			if (p == to)
				break
			n = split(uses[p], next_, " ")
			for (i = 1; i <= n; i++)
				if (!(next_[i] in before)) {
					before[next_[i]] = p
					queue[tail++] = next_[i]
				}
		}
		if (!(to in before))
			return ""
		for (text = p = to; p != from; text = p " " text)
			p = before[p]
		return text
	}
	$1 == "table" && /^table\t\| `/ {
		n = split($2, column, "|")
		names = split(column[2], name, "`")
		if (n != 5) {
			finding("vrrpd/README.md: a row of " n - 2 \
			    " columns, not 3:" column[2])
			next
		}
		for (i = 2; i <= names; i += 2) {
			floor[name[i]] = ++floors
			allowed = split(column[4], ok, "`")
			for (j = 2; j <= allowed; j += 2) {
				if (!(ok[j] in floor))
					finding("vrrpd/README.md: " name[i] \
					    " names " ok[j] \
					    ", which has no row above it")
				may[name[i], ok[j]] = 1
			}
		}
	}
	$1 == "known" && $2 != "" {
		split($2, word, " ")
		exempt[word[1], word[2]] = 1
		exempt_list[++exempts] = word[1] " " word[2]
	}
	$1 == "file" {
		here[$2] = 1
		lives[room_of($2)] = 1
		if (!(room_of($2) in floor))
			finding($2 ": no row of vrrpd/README.md is its room")
	}
	$1 == "include" && $3 != "config.h" {
		from[++includes] = $2
		to[includes] = $3
	}
	END {
		if (floors == 0)
			finding("vrrpd/README.md: no table found")
		for (r in floor)
			if (!(r in lives))
				finding("vrrpd/README.md: " r " has no files")
		for (i = 1; i <= includes; i++) {
			if (!(to[i] in here)) {
				finding(from[i] ": includes " to[i] \
				    ": no such file")
				continue
			}
			if ((from[i], to[i]) in exempt) {
				seen[from[i], to[i]] = 1
				continue
			}
			why = wrong(from[i], to[i])
			if (why != "")
				finding(from[i] ": includes " to[i] ", which " why)
			a = pair_of(from[i])
			b = pair_of(to[i])
			if (a != b && !((a, b) in edge)) {
				edge[a, b] = 1
				uses[a] = uses[a] " " b
			}
		}
		# Each circle once: pairs already named are in the same one.
		for (i = 1; i <= includes; i++) {
			a = pair_of(from[i])
			b = pair_of(to[i])
			if (!((a, b) in edge) || a in named && b in named)
				continue
			text = way(b, a)
			if (text == "")
				continue
			n = split(text, word, " ")
			for (j = 1; j <= n; j++)
				named[word[j]] = 1
			gsub(/ /, " -> ", text)
			finding("circle: " a " -> " text)
		}
		for (i = 1; i <= exempts; i++) {
			split(exempt_list[i], word, " ")
			if (!((word[1], word[2]) in seen))
				finding("includes.sh: known, but not there: " \
				    exempt_list[i] ": remove the entry")
			else if (wrong(word[1], word[2]) == "" &&
			    way(pair_of(word[2]), pair_of(word[1])) == "")
				finding("includes.sh: known, but good now: " \
				    exempt_list[i] ": remove the entry")
		}
		exit found
	}'
}

# --- the check of the check ---

# tree: a good one in $tmp/tree; a row, a pair and an include of every kind.
tree() {
	rm -rf "$tmp/tree"
	mkdir -p "$tmp/tree/vrrpd/pure" "$tmp/tree/vrrpd/engine" \
	    "$tmp/tree/shared" "$tmp/tree/bfdd"
	: >"$tmp/known"
	cat >"$tmp/tree/vrrpd/README.md" <<'END'
| folder | what | may include from |
|---|---|---|
| `shared` | ground | nothing |
| `bfdd`, `vrrpd/pure` | first | `shared` |
| `vrrpd/engine` | second | `shared`, `vrrpd/pure` |
| `vrrpd/main.c` | roof | `vrrpd/engine` |
END
	cd "$tmp/tree" || exit 77
	: >shared/s.h
	echo '#include "shared/s.h"' >vrrpd/pure/a.h
	printf '#include "config.h"\n#include "vrrpd/pure/a.h"\n' >vrrpd/pure/a.c
	echo '# include "vrrpd/pure/a.h"' >vrrpd/engine/e.c
	echo '#include "shared/s.h"' >vrrpd/engine/e.h
	echo '#include "vrrpd/engine/e.h"' >vrrpd/main.c
	echo '#include <stdio.h>' >bfdd/b.c
	cd - >/dev/null || exit 77
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
expect "a good tree"

tree
echo '#include "vrrpd/engine/e.h"' >>"$tmp/tree/bfdd/b.c"
expect "upwards" "^bfdd/b.c: includes vrrpd/engine/e.h, which is upwards"

tree
echo '#include "vrrpd/pure/a.h"' >>"$tmp/tree/vrrpd/main.c"
expect "against the table" "^vrrpd/main.c: .*a.h, which is not in its row"
echo "vrrpd/main.c vrrpd/pure/a.h" >"$tmp/known"
expect "against the table, but known"

tree
echo '#include "vrrpd/pure/b.h"' >>"$tmp/tree/vrrpd/pure/a.c"
echo '#include "vrrpd/pure/c.h"' >"$tmp/tree/vrrpd/pure/b.h"
: >"$tmp/tree/vrrpd/pure/c.h"
expect "three in a row"
echo '#include "vrrpd/pure/a.h"' >"$tmp/tree/vrrpd/pure/c.c"
expect "a circle" \
    "^circle: vrrpd/pure/\(.\) -> \(vrrpd/pure/[abc] -> \)*vrrpd/pure/\1$"
echo "vrrpd/pure/c.c vrrpd/pure/a.h" >"$tmp/known"
expect "a circle that is known"

tree
echo "vrrpd/engine/e.c vrrpd/pure/a.h" >"$tmp/known"
expect "known and good" "^includes.sh: known, but good now: vrrpd/engine/e.c"
echo "vrrpd/engine/e.c shared/s.h" >"$tmp/known"
expect "known and gone" "^includes.sh: known, but not there: vrrpd/engine/e.c"

tree
mkdir "$tmp/tree/vrrpd/attic"
: >"$tmp/tree/vrrpd/attic/x.c"
expect "a folder without a row" "^vrrpd/attic/x.c: no row"

tree
echo '| `vrrpd/gone` | - | `shared` |' >>"$tmp/tree/vrrpd/README.md"
expect "a row without a folder" "vrrpd/gone has no files"

tree
sed 's/| ground | nothing/| ground | `vrrpd\/pure`/' \
    "$tmp/tree/vrrpd/README.md" >"$tmp/r"
mv "$tmp/r" "$tmp/tree/vrrpd/README.md"
expect "a row that names one below" \
    "shared names vrrpd/pure, which has no row above it"

tree
echo '#include "shared/none.h"' >>"$tmp/tree/vrrpd/engine/e.c"
expect "an include of nothing" "includes shared/none.h: no such file"

# --- the tree ---

known >"$tmp/known"
check "$top" "$tmp/known"
