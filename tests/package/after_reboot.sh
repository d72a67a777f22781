#!/usr/bin/env bash
# after_reboot.sh: goes on after service.sh and a reboot; ends with a purge.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "after the reboot"
is "running" active "$(systemctl is-active flaglinkd.service)"
until_true "ready" ready
is "links that it knows" "$(cat /var/lib/links-before-reboot)" "$(metric 'flaglinkd_links{status="applied"}')"
launchdarkly
python3 "$here/jira.py" $secret 9000 10 1
until_true "ten more" links_are 10

say "removed and purged"
apt-get -qy remove flaglinkd >/tmp/remove.log 2>&1
is "the service" inactive "$(systemctl is-active flaglinkd.service || true)"
is "its socket" inactive "$(systemctl is-active flaglinkd.socket || true)"
[ -s /var/lib/flaglinkd/flaglinkd.db ] && fine "removed, its data are kept"
apt-get -qy purge flaglinkd >/tmp/purge.log 2>&1
left=$(find / -xdev \( -path /proc -o -path /sys -o -path "$here" -o -path /var/log -o -path /var/cache -o -path /tmp \) -prune -o -iname '*flaglinkd*' -print; ls -d /run/flaglinkd /run/credentials/flaglinkd* 2>/dev/null || true)
is "left behind" "" "$left"
fine "the user stays: $(getent passwd flaglinkd)"
finish
