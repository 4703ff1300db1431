#!/bin/sh
# Generates configure from a git checkout (needs autoconf, automake, pkg-config).
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force --warnings=all
