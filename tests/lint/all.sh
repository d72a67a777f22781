#!/usr/bin/env bash
# all.sh BUILD_FOLDER [FILE.cpp...]: the layout of every source (clang-format), the include table, and clang-tidy on the files
# given, or else on those that differ from the last commit; "all" takes every one. BUILD_FOLDER has a compile_commands.json.
set -euo pipefail
build=$(realpath "${1:?usage: all.sh BUILD_FOLDER [FILE.cpp...]}")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf '==> %s\n' "$*"; }

sources() {  # of the tree, as find's expressions say
  find daemon adapters tests -type f \( "$@" \) | sort
}

changed() {  # *.cpp that differ from the last commit, those not yet committed among them
  { git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard; } |
    grep -E '^(daemon|adapters|tests)/.*\.cpp$' || true
}

say "layout (clang-format)"
sources -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.cpp' | xargs clang-format --dry-run -Werror

say "include table"
python3 -B tests/lint/layering.py .

if [ "${1:-}" = all ]; then
  mapfile -t files < <(sources -name '*.cpp')
elif [ $# -gt 0 ]; then
  files=("$@")
else
  mapfile -t files < <(changed)
fi
if [ ${#files[@]} -eq 0 ]; then
  say "clang-tidy: no file has changed"
  exit 0
fi
say "clang-tidy, ${#files[@]} files"
printf '%s\0' "${files[@]}" | xargs -0 -P 2 -n 4 clang-tidy -p "$build" --quiet
