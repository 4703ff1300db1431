#!/bin/sh
# The man pages are good mdoc; skipped where mandoc is not installed.
srcdir=${srcdir:-.}
command -v mandoc >/dev/null || { echo "SKIP: mandoc is not installed"; exit 77; }
out=$(mandoc -Tlint -Wwarning "$srcdir"/man/*.[578])
[ -z "$out" ] && exit 0
echo "$out"
exit 1
