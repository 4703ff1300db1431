#!/bin/sh
# usage: readers.sh BUILD-DIRECTORY [OPTION]...   (options: see readers_bench.py)
here=$(cd "$(dirname "$0")" && pwd)
LAB_BUILD=$(cd "${1:?usage: readers.sh BUILD-DIRECTORY [OPTION]...}" &&
    pwd) || exit 2
shift
python=/usr/bin/python3
[ -x $python ] || python=python3
export LAB_BUILD PYTHONDONTWRITEBYTECODE=1
exec sh "$here/../lab/sandbox.sh" $python "$here/readers_bench.py" "$@"
