#!/usr/bin/env python3
"""against_prometheus.py FLAGLINKD PROMETHEUS: every query of the dashboard on a real Prometheus that scrapes a real flaglinkd, and
that no alert fires on one that is well.

The flaglinkd is that of `flaglinkd demo`: the whole service, a stand-in LaunchDarkly beside it, webhooks signed as their tools do.
Everything listens on loopback, on ports that the kernel picks, and ends with this program."""

import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

MONITORING = Path(__file__).resolve().parents[2] / "systemd/monitoring"
PATIENCE = 60  # seconds, for whatever is waited for

# The demo has no source that fetches, and its configuration does not change.
MAY_BE_EMPTY = ("flaglinkd_fetches_total", "flaglinkd_caught_up_total", "changes(flaglinkd_config_hash")

PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: flaglinkd
    static_configs: [{{targets: ["{admin}"]}}]
"""


def fail(message):
    sys.exit(f"against_prometheus.py: {message}")


def wait_for(what, attempt):
    """The first true answer of `attempt`; a string is the reason why not yet."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = attempt()
        if answer and not isinstance(answer, str):
            return answer
        if time.monotonic() > deadline:
            fail(f"no {what} within {PATIENCE} s: {answer}")
        time.sleep(0.2)


@contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def read_until(process, read_line, pattern):
    """The first group of each line that the pattern finds, once it finds one; the process' output so far is the complaint."""
    seen = []
    while True:
        line = read_line()
        if not line:
            fail(f"{process.args[0]} ended:\n{''.join(seen)}")
        seen.append(line)
        if re.search(pattern, line):
            return "".join(seen)


@contextmanager
def running_demo(flaglinkd):
    """Its output up to the line that says that all links arrived. It stays up only for a terminal."""
    ours, theirs = os.openpty()
    with ended(subprocess.Popen([flaglinkd, "demo"], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)) as process:
        os.close(theirs)
        with os.fdopen(ours, errors="replace") as terminal:
            def read_line():
                try:
                    return terminal.readline()
                except OSError:  # the other end is closed
                    return ""
            yield read_until(process, read_line, "stays up")


@contextmanager
def running_prometheus(prometheus, folder):
    """The URL of its API."""
    command = [prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
               "--web.listen-address=127.0.0.1:0"]
    with open(folder / "log", "w+", encoding="utf-8") as log, \
            ended(subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)) as process:
        def address():
            text = (folder / "log").read_text(encoding="utf-8")
            if process.poll() is not None:
                fail(f"{prometheus} ended:\n{text}")
            return re.search(r'"Listening on" address=(\S+)', text) or text
        yield f"http://{wait_for('Prometheus', address).group(1)}/api/v1/"


def ask(api, path, **parameters):
    """The data, or what was wrong as a string."""
    try:
        with urllib.request.urlopen(api + path + "?" + urllib.parse.urlencode(parameters), timeout=10) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")
    except OSError as error:
        return str(error)


def dashboard_queries():
    """(where it is shown, the query with Grafana's variables filled in)"""
    dashboard = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
    queries = [(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel.get("targets", ())]
    queries += [(annotation["name"], annotation["expr"]) for annotation in dashboard["annotations"]["list"]]
    for title, query in queries:
        for variable, value in (("$__rate_interval", "1m"), ("$__range", "1h"), ("$instance", ".*")):
            query = query.replace(variable, value)
        if "$" in query:
            fail(f"a variable that this test does not know: {title}: {query}")
        yield title, query


def has_number(data):
    return any(not math.isnan(float(sample["value"][1])) for sample in data["result"])


def check_dashboard(api):
    queries = list(dashboard_queries())
    missing = dict.fromkeys(queries)  # what was a rate once has passed the test

    def answered():
        for title, query in list(missing):
            data = ask(api, "query", query=query)
            if isinstance(data, str):
                fail(f"{title}: {query}: {data}")
            if has_number(data) or any(name in query for name in MAY_BE_EMPTY):
                del missing[title, query]
        return not missing or "\n".join(f"{title}: {query}" for title, query in missing)

    wait_for("data for every panel", answered)
    return len(queries)


def check_rules(api):
    def evaluated():
        data = ask(api, "rules")
        if isinstance(data, str):
            return data
        rules = [rule for group in data["groups"] for rule in group["rules"]]
        for rule in rules:
            if rule["health"] == "err":
                fail(f"rule {rule['name']}: {rule['lastError']}")
            if rule.get("state") == "firing":
                fail(f"{rule['name']} fires on a service that is well: {rule['alerts']}")
        return rules if all(rule["health"] == "ok" for rule in rules) else "not all are evaluated yet"

    return len(wait_for("evaluation of the rules", evaluated))


def jira_issue(number):
    now = round(time.time() * 1000)
    return json.dumps({
        "timestamp": now, "webhookEvent": "jira:issue_created",
        "issue": {"id": str(20000 + number), "key": f"SHOP-{number}", "self": "https://acme.atlassian.net/rest/api/2/issue/1",
                  "fields": {"summary": "Seen by Prometheus", "labels": ["flag-express-lane"]}}})


def send_webhooks(flaglinkd, demo, folder):
    """What is counted must happen between two scrapes to be a rate."""
    url = re.search(r"(http://[^/]+/hooks/)", demo).group(1)
    configuration = re.search(r"configuration  (\S+)", demo).group(1)
    for number in range(5):
        body = folder / "issue.json"
        body.write_text(jira_issue(number), encoding="utf-8")
        subprocess.run([flaglinkd, "sign", "jira", body, "--send", url + "jira", "--config", configuration], check=True,
                       stdout=subprocess.DEVNULL)
    try:
        urllib.request.urlopen(urllib.request.Request(url + "slack", b"{}", {"content-type": "application/json"}), timeout=10)
        fail("an unsigned webhook was taken")
    except urllib.error.HTTPError as error:
        if error.code != 401:
            fail(f"an unsigned webhook: {error.code}")


def main(flaglinkd, prometheus):
    with tempfile.TemporaryDirectory(prefix="flaglinkd-monitoring-") as name, running_demo(flaglinkd) as demo:
        folder = Path(name)
        admin = re.search(r"admin +http://([^/]+)/", demo).group(1)
        (folder / "prometheus.yml").write_text(PROMETHEUS.format(rules=MONITORING / "alerts.yml", admin=admin), encoding="utf-8")
        with running_prometheus(prometheus, folder) as api:
            def scraped():
                data = ask(api, "query", query="flaglinkd_build_info")
                return data if isinstance(data, str) else data["result"] or "no series yet"
            wait_for("scrape", scraped)
            send_webhooks(flaglinkd, demo, folder)
            print(f"{check_dashboard(api)} queries of the dashboard have their data")
            print(f"{check_rules(api)} rules are evaluated, and none fires")


if __name__ == "__main__":
    main(*sys.argv[1:])
