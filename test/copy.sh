#!/bin/sh
# usage: copy.sh TREE DIRECTORY
#
# Copies a source tree - with changes not yet committed, without what git
# ignores - and generates configure there, so that the tree stays as it is.

set -eu
top=$1 to=$2
mkdir "$to"
list="$to.files"
if [ -e "$top/.git" ] && git -C "$top" -c safe.directory='*' ls-files -z \
    --cached --others --exclude-standard >"$list" 2>/dev/null &&
    [ -s "$list" ]; then
	# A file deleted but still in the index is not there to be copied.
	tar -C "$top" --null --ignore-failed-read -T "$list" -cf - \
	    2>/dev/null | tar -C "$to" -xf -
else
	cp -R "$top/." "$to"
	if [ -f "$to/Makefile" ]; then
		make -s -C "$to" distclean
	fi
fi
rm -f "$list"
[ -f "$to/.dist-version" ] || (cd "$top" && ./version.sh) >"$to/.dist-version"
[ -x "$to/configure" ] || (cd "$to" && ./autogen.sh)
