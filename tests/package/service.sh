#!/usr/bin/env bash
# service.sh DEB: from the installed package to a service that is configured, carries load through restarts, a hang and an upgrade,
# and is confined. DEB is the package's file. after_reboot.sh goes on where this ends.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
deb=$1

as_installed() {
  say "as installed"
  is "enabled" disabled "$(systemctl is-enabled flaglinkd.service || true)"
  is "running" inactive "$(systemctl is-active flaglinkd.service || true)"
  is "secrets" "700 root root" "$(stat -c '%a %U %G' /etc/flaglinkd/secrets)"
  is "user" /usr/sbin/nologin "$(getent passwd flaglinkd | cut -d: -f7)"
  systemd-analyze verify --man=no --recursive-errors=no flaglinkd.service flaglinkd.socket && fine "systemd-analyze verify"
  systemd-analyze security --offline=true --threshold=12 /lib/systemd/system/flaglinkd.service | tail -n 1 || wrong "exposure"
}

unconfigured() {
  say "started before it is configured: says what is missing, once"
  local since; since=$(now)
  if systemctl start flaglinkd.service 2>/dev/null; then wrong "it starts"; fi
  is "exit code" 78 "$(property ExecMainStatus)"
  is "restarts" 0 "$(property NRestarts)"
  logged "$since" 'credential "launchdarkly"'
  systemctl stop flaglinkd.socket
  systemctl reset-failed flaglinkd.service

  rmdir /etc/flaglinkd/secrets
  if systemctl start flaglinkd.service 2>/dev/null; then wrong "it starts without the folder"; fi
  is "status" "AssertPathIsDirectory=/etc/flaglinkd/secrets was not met" \
    "$(systemctl status flaglinkd.service | grep -o 'AssertPathIsDirectory=.*' || true)"
  systemctl stop flaglinkd.socket
  mkdir -m 0700 /etc/flaglinkd/secrets
}

configure() {
  say "configured"
  printf 'api-test-token' | install -m 0600 /dev/stdin /etc/flaglinkd/secrets/launchdarkly
  openssl rand -hex 32 | install -m 0600 /dev/stdin $secret
  printf '[launchdarkly]\nbase_url = "http://127.0.0.1:9900"\ncatalog_refresh = "off"\n' >/etc/flaglinkd/conf.d/test.toml
  launchdarkly
  flaglinkd check
  systemctl enable --now flaglinkd.service
  is "running" active "$(systemctl is-active flaglinkd.service)"
  is "its socket" active "$(systemctl is-active flaglinkd.socket)"
  until_true "ready" ready
}

signed_webhook() {
  say "a signed webhook arrives as a link"
  local body=/tmp/issue.json signature
  sed "s/NOW/$(date +%s%3N)/" "$here/issue.json" >$body
  signature=$(openssl dgst -sha256 -hmac "$(cat $secret)" <$body | sed 's/.* //')
  curl -s -H 'Content-Type: application/json' -H "X-Hub-Signature: sha256=$signature" --data-binary @$body \
    http://127.0.0.1:8080/hooks/jira
  echo
  until_true "the link is there" links_are 1
  is "a forged one" 401 "$(curl -s -o /dev/null -w '%{http_code}' -H 'X-Hub-Signature: sha256=00' --data-binary @$body http://127.0.0.1:8080/hooks/jira)"
}

reload() {
  say "reload"
  local pid since; pid=$(property MainPID)
  printf '[delivery]\nsettle = "0s"\n' >/etc/flaglinkd/conf.d/more.toml
  since=$(now)
  systemctl reload flaglinkd.service && fine "a good file is taken"
  logged "$since" "configuration reloaded"
  printf '[delivery]\nsettel = "0s"\n' >/etc/flaglinkd/conf.d/more.toml
  since=$(now)
  if systemctl reload flaglinkd.service 2>/dev/null; then wrong "a broken file is taken"; else fine "a broken file: systemctl says $?"; fi
  logged "$since" settel
  until_true "the metric says so" reload_was 0
  is "running" active "$(systemctl is-active flaglinkd.service)"
  is "its process" "$pid" "$(property MainPID)"
  rm /etc/flaglinkd/conf.d/more.toml
  systemctl reload flaglinkd.service && fine "and a good one again"
  until_true "the metric says so" reload_was 1
}

# under_load FIRST COUNT SECONDS COMMAND...: each of COUNT webhooks is answered, and becomes one link, while COMMAND runs
under_load() {
  local first=$1 count=$2 seconds=$3 before load; shift 3
  before=$(links)
  python3 "$here/jira.py" $secret "$first" "$count" "$seconds" >/tmp/load.json &
  load=$!
  "$@"
  wait "$load"
  is "answers" "{\"linked\": $count}" "$(cat /tmp/load.json)"
  until_true "$count links more" links_are $((before + count))
  no_link_twice && fine "none made twice"
}

restarts() {
  local i
  for i in 1 2 3; do sleep 1; systemctl restart flaglinkd.service; done
}

hang() {
  local since restarts; since=$(now); restarts=$(property NRestarts)
  kill -STOP "$(property MainPID)"
  until_true "it is started again" restarted_since "$restarts"
  logged "$since" "Watchdog timeout"
}

watchdog() {
  say "a process that hangs is killed and started again; what came meanwhile waited"
  mkdir -p /run/systemd/system/flaglinkd.service.d
  printf '[Service]\nWatchdogSec=3s\n' >/run/systemd/system/flaglinkd.service.d/watchdog.conf
  systemctl daemon-reload
  systemctl restart flaglinkd.service
  hang
  until_true "ready" ready
  rm -r /run/systemd/system/flaglinkd.service.d
  systemctl daemon-reload
  systemctl restart flaglinkd.service
}

bad_restart() {
  say "restarted with a configuration that will not do, while webhooks come in"
  local since; since=$(now)
  printf '[delivery]\nsettel = "0s"\n' >/etc/flaglinkd/conf.d/more.toml
  systemctl restart flaglinkd.service 2>/dev/null || true
  python3 "$here/jira.py" $secret 1 4 0 >/tmp/load.json
  fine "answers: $(cat /tmp/load.json)"
  until_true "it gives up" systemctl is-failed --quiet flaglinkd.service
  is "exit code" 78 "$(property ExecMainStatus)"
  journalctl --sync
  fine "starts: $(journalctl -q -u flaglinkd.service --since "$since" -o cat | grep -c '^Starting')"
  rm /etc/flaglinkd/conf.d/more.toml
  until_true "with the file put right it starts" systemctl start flaglinkd.service
  until_true "ready" ready
  is "its socket" active "$(systemctl is-active flaglinkd.socket)"
}

confined() {
  say "confined: a program in the service's place, under its unit"
  local python unit=/run/systemd/system/flaglinkd-probe.service
  python=$(readlink -f "$(command -v python3)")
  install -D -m 0644 "$here/probe.py" /usr/lib/flaglinkd/probe.py
  systemctl stop flaglinkd.socket flaglinkd.service
  sed -e "s|^ExecStart=.*|ExecStart=$python -B /usr/lib/flaglinkd/probe.py|" -e '/^ExecReload=/d' -e '/^Restart/d' -e '/^WatchdogSec=/d' \
    -e 's/^Type=.*/Type=oneshot/' -e '/flaglinkd.socket/s/ flaglinkd.socket//' -e "/^ExecPaths=/s|\$| $python|" \
    /lib/systemd/system/flaglinkd.service >$unit
  systemctl daemon-reload
  local since; since=$(now)
  systemctl start flaglinkd-probe.service && fine "all is refused that should be" || wrong "the probe"
  journalctl --sync
  journalctl -q -u flaglinkd-probe.service --since "$since" -o cat | grep '^probe' || true
  rm $unit /usr/lib/flaglinkd/probe.py
  systemctl daemon-reload
  systemctl start flaglinkd.service
  grep -E '^(NoNewPrivs|Seccomp|CapEff|CapBnd):' "/proc/$(property MainPID)/status" | tr '\t\n' '  '
  echo
}

upgrade() {
  local folder=/tmp/upgrade
  rm -rf $folder
  dpkg-deb -R "$deb" $folder
  sed -i 's/^Version: .*/&+next/' $folder/DEBIAN/control
  dpkg-deb -b $folder /tmp/next.deb >/dev/null
  echo '# mine' >>/etc/flaglinkd/flaglinkd.toml
  dpkg -i /tmp/next.deb >/tmp/upgrade.log 2>&1 || { cat /tmp/upgrade.log; wrong "dpkg says $?"; }
}

upgraded() {
  say "upgraded under load"
  local pid; pid=$(property MainPID)
  under_load 4000 300 12 upgrade
  fine "version $(dpkg-query -W -f='${Version}' flaglinkd)"
  if [ "$(property MainPID)" = "$pid" ]; then wrong "the old process runs on"; else fine "a new process"; fi
  grep -q '^# mine' /etc/flaglinkd/flaglinkd.toml && fine "the configuration is kept"
  is "enabled" enabled "$(systemctl is-enabled flaglinkd.service)"
}

as_installed
unconfigured
configure
signed_webhook
reload
say "restarted three times under load"
under_load 1000 400 8 restarts
watchdog
under_load 2000 20 1 true
bad_restart
confined
upgraded
is "links that failed" 0 "$(metric 'flaglinkd_links{status="failed"}')"
fine "memory: $(property MemoryCurrent) of $(property MemoryMax) bytes; tasks: $(property TasksCurrent) of $(property TasksMax)"
links >/var/lib/links-before-reboot
finish
