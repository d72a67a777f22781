#!/usr/bin/env python3
"""The lint's own test: each thing that it looks for is amiss once, and what is right passes."""

import json
import tempfile
import unittest
from pathlib import Path

import monitoring

METRICS = """
constexpr std::array kOutcomes = {"stored", "rejected_signature"};
Family& webhooks = CounterFamily("flaglinkd_webhooks_total", "Requests");
Family& seconds = HistogramFamily("flaglinkd_webhook_seconds", "Seconds");
"""
RULES = """
groups:
  - name: a
    rules:
      # flaglinkd_gone is only spoken of
      - record: flaglinkd:webhooks:rate
        expr: rate(flaglinkd_webhooks_total{outcome=~"rejected_.*|stored"}[1m])
      - alert: Silent
        expr: flaglinkd:webhooks:rate == 0
        annotations:
          runbook: "flaglinkd: Silent"
      - alert: Slow
        expr: flaglinkd_webhook_seconds_sum > 1
        annotations:
          runbook: "flaglinkd: Slow"
"""
TESTS = 'ALERTS{alertname="Silent"} ALERTS{alertname="Slow"}'
RUNBOOK = "# Runbook\n### Silent\nLook.\n### Slow\nWait.\n"
QUERY = 'rate(flaglinkd_webhooks_total{source="jira", outcome!="stored"}[1m]) + flaglinkd:webhooks:rate'


class MonitoringTest(unittest.TestCase):
    def amiss(self, metrics=METRICS, rules=RULES, tests=TESTS, runbook=RUNBOOK, query=QUERY):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            dashboard = json.dumps({"panels": [{"title": "flaglinkd_title", "targets": [{"expr": query}]}]})
            for file, text in ((monitoring.METRICS, metrics), (monitoring.RULES, rules), (monitoring.DASHBOARD, dashboard),
                               (monitoring.RUNBOOK, runbook), (monitoring.TESTS, tests)):
                file = file.replace("*", "the_")
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                (root / file).write_text(text, encoding="utf-8")
            return list(monitoring.amiss(root))

    def test_what_is_right_passes(self):
        self.assertEqual(self.amiss(), [])

    def test_a_series_must_be_exported(self):
        self.assertEqual(self.amiss(query="flaglinkd_webhook_total"),
                         ["systemd/monitoring/dashboard.json: no such series: flaglinkd_webhook_total"])
        self.assertEqual(self.amiss(metrics=METRICS.replace("flaglinkd_webhook_seconds", "flaglinkd_answer_seconds")),
                         ["systemd/monitoring/alerts.yml: no such series: flaglinkd_webhook_seconds_sum"])

    def test_a_label_value_must_be_one_of_the_closed_set(self):
        self.assertEqual(self.amiss(query='flaglinkd_webhooks_total{outcome="refused"}'),
                         ["systemd/monitoring/dashboard.json: no such label value: refused"])
        self.assertEqual(self.amiss(rules=RULES.replace("rejected_.*", "refused_.*")),
                         ["systemd/monitoring/alerts.yml: no such label value: refused_.*"])

    def test_a_recorded_series_must_be_recorded(self):
        self.assertEqual(self.amiss(rules=RULES.replace("record: flaglinkd:webhooks:rate", "record: flaglinkd:rate")),
                         ["systemd/monitoring/alerts.yml: not recorded: flaglinkd:webhooks:rate"] * 2)

    def test_an_alert_must_name_a_section_that_is_there_and_be_tested(self):
        self.assertEqual(self.amiss(rules=RULES.replace('"flaglinkd: Slow"', '"flaglinkd: Silent"')),
                         ["systemd/monitoring/alerts.yml: Slow does not name its section of the runbook"])
        self.assertEqual(self.amiss(runbook=RUNBOOK.replace("### Slow", "### Slower")), ["systemd/OPERATING.md: no section Slow"])
        self.assertEqual(self.amiss(tests=TESTS.replace("Silent", "Noisy")),
                         ["systemd/monitoring/*_test.yml: Silent fires in no test"])


if __name__ == "__main__":
    unittest.main()
