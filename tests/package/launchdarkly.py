#!/usr/bin/env python3
"""launchdarkly.py PORT: a LaunchDarkly that takes flag links and keeps them in memory. GET /links counts them by key."""
import itertools
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

links = {}  # key -> the link, as it is shown
posts = {}  # key -> how many times it was made
numbers = itertools.count(1)
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        with lock:
            self.answer(200, posts if self.path == "/links" else {"items": list(links.values())})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with lock:
            if body["key"] in links:
                self.answer(409, {"code": "conflict", "message": "key is taken"})
                return
            posts[body["key"]] = posts.get(body["key"], 0) + 1
            links[body["key"]] = {"_id": f"id-{next(numbers)}", "_key": body["key"], "_deepLink": body["deepLink"],
                                  "title": body["title"], "description": body["description"]}
            self.answer(201, links[body["key"]])

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
