#!/bin/sh
# Prints the version: git describe in a checkout, .dist-version in a tarball.
cd "$(dirname "$0")" || exit 1
if [ -f .dist-version ]; then
	v=$(cat .dist-version)
elif [ -e .git ] && v=$(git describe --tags --always --dirty 2>/dev/null); then
	case $v in
	v*)	v=${v#v} ;;
	*)	v=0.1.0-g$v ;;
	esac
else
	v=0.1.0
fi
printf '%s' "$v"
