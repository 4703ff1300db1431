#!/bin/sh
# usage: trackers.sh BUILD-DIRECTORY [OPTION]...   (options: see trackers.py)
here=$(cd "$(dirname "$0")" && pwd)
LAB_BUILD=$(cd "${1:?usage: trackers.sh BUILD-DIRECTORY [OPTION]...}" &&
    pwd) || exit 2
shift
python=/usr/bin/python3
[ -x $python ] || python=python3
export LAB_BUILD PYTHONDONTWRITEBYTECODE=1
exec sh "$here/../lab/sandbox.sh" $python "$here/trackers.py" "$@"
