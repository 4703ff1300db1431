#!/bin/sh
# usage: lease_others.sh BUILD-DIRECTORY [OPTION]...   (options: see lease_others.py)
here=$(cd "$(dirname "$0")" && pwd)
LAB_BUILD=$(cd "${1:?usage: lease_others.sh BUILD-DIRECTORY [OPTION]...}" &&
    pwd) || exit 2
shift
python=/usr/bin/python3
[ -x $python ] || python=python3
export LAB_BUILD PYTHONDONTWRITEBYTECODE=1
exec sh "$here/../lab/sandbox.sh" $python "$here/lease_others.py" "$@"
