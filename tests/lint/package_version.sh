#!/usr/bin/env bash
# package_version.sh SOURCE_FOLDER VERSION: the package that debian/ makes has the program's version.
set -euo pipefail
packaged=$(sed -n '1s/^flaglinkd (\(.*\)) .*/\1/p' "$1/debian/changelog")
[ "$packaged" = "$2" ] || { echo "debian/changelog: $packaged, CMakeLists.txt: $2"; exit 1; }
