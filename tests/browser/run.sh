#!/usr/bin/env bash
# run.sh [SCREENSHOTS]: the status page in a headless Chromium: made-up moments that would take hours, and the real service with
# a stand-in LaunchDarkly, whose failed link is tried again by a click. axe-core looks for what keeps people out. Pictures go to
# SCREENSHOTS, or build/browser/screenshots. Builds in build/dev, or FLAGLINKD_BUILD, which is configured already.
#
# Not part of ./run test: it needs Debian's chromium, nodejs and npm, and npm's playwright-core and axe-core, which it installs
# into build/browser.
set -euo pipefail
umask 022  # adapters that a group can write are not loaded
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=build/browser
build=${FLAGLINKD_BUILD:-build/dev}
screenshots=${1:-$folder/screenshots}

for program in chromium node npm; do
  command -v "$program" >/dev/null && continue
  echo "$program is missing: apt-get install --no-install-recommends chromium nodejs npm" >&2
  exit 1
done
mkdir -p "$folder" "$screenshots"
[ -d "$folder/node_modules/axe-core" ] ||
  npm install --silent --no-fund --no-audit --prefix "$folder" playwright-core@1 axe-core@4
cmake --build "$build" --target browser_pages browser_service
NODE_PATH=$folder/node_modules exec node tests/browser/status_page_test.js "$build/bin" "$screenshots"
