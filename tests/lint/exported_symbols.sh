#!/usr/bin/env bash
# exported_symbols.sh FILE.so...: each exports flaglink_adapter_v1 and nothing else, so that no two adapters can get into each
# other's way.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: $0 FILE.so..." >&2; exit 2; }

failed=0
for file in "$@"; do
  exported=$(nm -D --defined-only "$file" | awk '{print $NF}' | sort | paste -sd' ')
  if [ "$exported" != flaglink_adapter_v1 ]; then
    echo "$file exports: ${exported:-nothing}"
    failed=1
  fi
done
exit $failed
