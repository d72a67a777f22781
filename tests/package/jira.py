#!/usr/bin/env python3
"""jira.py SECRET_FILE FIRST COUNT SECONDS: issues FIRST to FIRST + COUNT - 1 as Jira would report them, each on a connection of its
own, four at a time, spread over SECONDS. Prints what became of them, as JSON."""
import collections
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import sys
import time

secret_file, first, count, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
with open(secret_file, "rb") as file:
    secret = file.read().strip()


def issue(number):
    now = int(time.time() * 1000)
    fields = {"summary": f"Issue {number}", "description": f"Behind flag:package-{number}", "labels": [],
              "issuetype": {"name": "Story"}, "project": {"id": "1", "key": "SHOP"},
              "creator": {"displayName": "Ada", "accountType": "atlassian"},
              "created": "2026-11-20T10:00:00.000+0000", "updated": "2026-11-20T10:00:00.000+0000"}
    return json.dumps({"timestamp": now, "webhookEvent": "jira:issue_created", "issue_event_type_name": "issue_created",
                       "user": {"accountId": "ada", "displayName": "Ada", "accountType": "atlassian"},
                       "issue": {"id": str(number), "self": f"https://acme.atlassian.net/rest/api/2/issue/{number}",
                                 "key": f"SHOP-{number}", "fields": fields}}).encode()


def send(number):
    """The answer's status, or the name of what came instead of one."""
    body = issue(number)
    headers = {"Content-Type": "application/json",
               "X-Hub-Signature": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()}
    connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=60)
    try:
        connection.request("POST", "/hooks/jira", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        return "linked" if answer.status == 200 and json.loads(text).get("links") == 1 else str(answer.status)
    except OSError as error:
        return type(error).__name__
    except http.client.HTTPException as error:
        return type(error).__name__
    finally:
        connection.close()


with concurrent.futures.ThreadPoolExecutor(4) as pool:
    futures = []
    start = time.monotonic()
    for i in range(count):
        time.sleep(max(0.0, start + i * seconds / count - time.monotonic()))
        futures.append(pool.submit(send, first + i))
    print(json.dumps(collections.Counter(future.result() for future in futures)))
