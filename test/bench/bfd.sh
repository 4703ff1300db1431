#!/bin/sh
# usage: bfd.sh BUILD-DIRECTORY scale|detect|false [OPTION]...
# The options: see bfd_scale.py, bfd_detect.py, bfd_false.py, or -h.
usage="usage: bfd.sh BUILD-DIRECTORY scale|detect|false [OPTION]..."
here=$(cd "$(dirname "$0")" && pwd)
LAB_BUILD=$(cd "${1:?$usage}" && pwd) || exit 2
what=${2:?$usage}
shift 2
python=/usr/bin/python3
[ -x $python ] || python=python3
export LAB_BUILD PYTHONDONTWRITEBYTECODE=1
exec sh "$here/../lab/sandbox.sh" $python "$here/bfd_$what.py" "$@"
