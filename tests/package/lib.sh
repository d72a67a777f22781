# What the scripts of this folder share. They run as root in a Debian that systemd has booted and in which nothing else matters,
# with the package installed; they need curl, openssl and python3.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
secret=/etc/flaglinkd/secrets/jira
failures=0

say() { printf '==> %s\n' "$*"; }
fine() { printf '    ok: %s\n' "$*"; }
wrong() { printf '    WRONG: %s\n' "$*"; failures=$((failures + 1)); }

# is WHAT EXPECTED SEEN
is() { if [ "$2" = "$3" ]; then fine "$1: $3"; else wrong "$1: expected $2, seen $3"; fi; }

# until_true WHAT COMMAND...: within twenty seconds
until_true() {
  local what=$1 i; shift
  for ((i = 0; i < 200; i++)); do
    if "$@" >/dev/null 2>&1; then fine "$what"; return; fi
    sleep 0.1
  done
  wrong "$what: not within 20 seconds"
}

property() { systemctl show --value --property "$1" flaglinkd.service; }
metric() { curl -s http://127.0.0.1:9464/metrics | sed -n "s/^$1 //p"; }
ready() { [ "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9464/readyz)" = 200 ]; }
launchdarkly() {
  systemctl reset-failed launchdarkly 2>/dev/null || true
  systemd-run --quiet --unit=launchdarkly python3 "$here/launchdarkly.py" 9900
  until_true "a stand-in for LaunchDarkly answers" curl -sf http://127.0.0.1:9900/links
}
links() { curl -s http://127.0.0.1:9900/links | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'; }
reload_was() { [ "$(metric flaglinkd_config_last_reload_successful)" = "$1" ]; }
restarted_since() { [ "$(property NRestarts)" -gt "$1" ]; }
links_are() { [ "$(links)" = "$1" ]; }
no_link_twice() { curl -s http://127.0.0.1:9900/links | python3 -c 'import json, sys; sys.exit(max(json.load(sys.stdin).values()) > 1)'; }

# logged SINCE PATTERN: prints the line of the unit's journal, systemd's own among them
logged() {
  local line
  journalctl --sync
  line=$(journalctl -q -u flaglinkd.service -u flaglinkd.socket --since "$1" -o cat | grep -m1 -F -- "$2" || true)
  if [ -n "$line" ]; then fine "journal: ${line:0:160}"; else wrong "journal: nothing like: $2"; fi
}
now() { date '+%F %T.%6N'; }
finish() { if [ "$failures" = 0 ]; then say "all is well"; else say "$failures things are wrong"; exit 1; fi; }
