#!/usr/bin/env python3
"""monitoring.py ROOT: what alert rules and dashboard name is there: series and label values in daemon/observe, recorded series in
the rules, for each alert a test in which it fires and a section of the runbook. Needs no Prometheus;
tests/monitoring/check.sh asks one. Prints FILE: what is amiss, one per line; exit 1 if there is any."""

import json
import re
import sys
from pathlib import Path

METRICS = "daemon/observe/*metrics.cpp"
RULES = "systemd/monitoring/alerts.yml"
DASHBOARD = "systemd/monitoring/dashboard.json"
RUNBOOK = "systemd/OPERATING.md"
TESTS = "systemd/monitoring/*_test.yml"

SERIES = re.compile(r"\b(?:flaglinkd|process)_[a-z_]+")
RECORDED = re.compile(r"\bflaglinkd:[a-z0-9_:]+")
# Not those that come from a configuration: source, project, instance.
VALUES = re.compile(r'\b(?:outcome|result|status|reason|method)(?:=~?|!=|!~)"([^"]*)"')
ALERT = re.compile(r"- alert: (\w+)\n(.*?)(?=\n\s*- (?:alert|record|name):|\Z)", re.DOTALL)


def without_comments(text):
    return re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)


def expressions(dashboard):
    """Every "expr" of the dashboard, at any depth."""
    if isinstance(dashboard, list):
        for value in dashboard:
            yield from expressions(value)
    elif isinstance(dashboard, dict):
        for key, value in dashboard.items():
            if key == "expr":
                yield value
            else:
                yield from expressions(value)


def unknown_names(queries, literals):
    for name in SERIES.findall(queries):
        if name not in literals and re.sub(r"_(bucket|sum|count)$", "", name) not in literals:
            yield f"no such series: {name}"
    for pattern in VALUES.findall(queries):
        for value in pattern.split("|"):
            if not any(re.fullmatch(value, literal) for literal in literals):
                yield f"no such label value: {value}"


def amiss(root):
    def read(file):
        return (root / file).read_text(encoding="utf-8")

    def read_all(pattern):
        return "\n".join(file.read_text(encoding="utf-8") for file in sorted(root.glob(pattern)))

    literals = set(re.findall(r'"([^"\\\n]*)"', read_all(METRICS)))
    rules = without_comments(read(RULES))
    queries = {RULES: rules, DASHBOARD: "\n".join(expressions(json.loads(read(DASHBOARD))))}
    for file, text in queries.items():
        for complaint in unknown_names(text, literals):
            yield f"{file}: {complaint}"

    recorded = set(re.findall(r"- record: (\S+)", rules))
    for name in RECORDED.findall("\n".join(queries.values())):
        if name not in recorded:
            yield f"{RULES}: not recorded: {name}"

    tests = read_all(TESTS)
    headings = set(re.findall(r"^#+ (\w+)$", read(RUNBOOK), re.MULTILINE))
    for alert, body in ALERT.findall(rules):
        if f'runbook: "flaglinkd: {alert}"' not in body:
            yield f"{RULES}: {alert} does not name its section of the runbook"
        if alert not in headings:
            yield f"{RUNBOOK}: no section {alert}"
        if f'alertname="{alert}"' not in tests:
            yield f"{TESTS}: {alert} fires in no test"


def main(root):
    found = sorted(set(amiss(Path(root))))
    print("".join(f"{line}\n" for line in found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
