#!/bin/sh
# usage: run.sh BUILD-DIRECTORY [PYTEST ARGUMENT]...
#
# The lab's tests against the programs of a build tree, for a developer:
#	sh test/lab/run.sh build -x -k silent_cut
# check.sh does the same on a build of its own.

here=$(cd "$(dirname "$0")" && pwd)
LAB_BUILD=$(cd "${1:?usage: run.sh BUILD-DIRECTORY [PYTEST ARGUMENT]...}" &&
    pwd) || exit 2
shift
python=/usr/bin/python3
[ -x $python ] || python=python3
export LAB_BUILD PYTHONDONTWRITEBYTECODE=1
exec sh "$here/sandbox.sh" $python -m pytest -p no:cacheprovider --tb=short \
    -rs --rootdir "$here/.." "$here" "$here/../interop" "$@"
