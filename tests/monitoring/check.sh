#!/usr/bin/env bash
# check.sh BUILD_FOLDER: the alert rules and their tests by promtool, then rules and dashboard on a real Prometheus that scrapes a
# real flaglinkd of that build (against_prometheus.py), all on loopback. Where Prometheus is not installed, Debian's package is
# unpacked below the build folder: installed, it would run as a service.
set -euo pipefail
build=$(realpath "${1:?usage: check.sh BUILD_FOLDER}")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf '==> %s\n' "$*"; }

unpack_prometheus() {  # into $build/prometheus
  say "unpacking Debian's prometheus into $build/prometheus"
  rm -rf "$build/prometheus.new"
  mkdir "$build/prometheus.new"
  # Without root's sandbox user, who may not write here.
  (cd "$build/prometheus.new" && apt-get -q -o APT::Sandbox::User=root download prometheus && dpkg -x prometheus_*.deb . && rm prometheus_*.deb)
  mv "$build/prometheus.new" "$build/prometheus"
}

if ! command -v promtool >/dev/null || ! command -v prometheus >/dev/null; then
  [ -d "$build/prometheus" ] || unpack_prometheus
  PATH=$build/prometheus/usr/bin:$PATH
fi

say "rules"
promtool check rules systemd/monitoring/alerts.yml
promtool test rules systemd/monitoring/alerts_test.yml systemd/monitoring/alerts_weeks_test.yml

say "rules and dashboard on a running Prometheus"
exec python3 -B tests/monitoring/against_prometheus.py "$build/bin/flaglinkd" "$(command -v prometheus)"
