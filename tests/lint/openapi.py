#!/usr/bin/env python3
"""Holds daemon/admin/openapi.yaml against the routes of the admin API.

Usage: openapi.py [ROOT]. Prints one line per difference and exits 1 if there is any: a route of the one that the other lacks, or
another need for the token. Of the file it reads no more than its layout tells: paths stand at two spaces, methods at four, and an
operation's `security` on one line.
"""

import re
import sys
from pathlib import Path

API = "/api/v1/"
# What is served beside the API, by admin_handler.cpp.
OTHERS = {("GET", "/healthz"): "kHealth", ("GET", "/readyz"): "kHealth", ("GET", "/metrics"): "kRead"}
# Purposes by what `security` says: nobody is asked, the token is needed in places, it always is.
SECURITY = {
    "[]": ["kHealth"],
    "[{}, {token: []}, {password: []}]": ["kRead"],
    "[{token: []}, {password: []}]": ["kReadPayload", "kAct"],
}
ROW = re.compile(r'Row\{ApiCall::\w+, "(\w+)", "([^"]+)", Purpose::(\w+)\}')


def routes_of(source):
    """{(method, path): purpose} of api_route.cpp's rows; '*' stands for a parameter."""
    rows = {(method, API + form): purpose for method, form, purpose in ROW.findall(source)}
    return {**rows, **OTHERS}


def operations_of(yaml):
    """{(method, path): security} of the file's operations; '*' stands for a parameter."""
    operations, path, method = {}, None, None
    paths = yaml.split("\npaths:\n", 1)[-1].split("\ncomponents:\n", 1)[0]
    for line in paths.splitlines():
        if match := re.fullmatch(r"  (/\S*):", line):
            path = re.sub(r"\{\w+\}", "*", match.group(1))
        elif match := re.fullmatch(r"    (\w+):", line):
            method = match.group(1).upper()
            operations[method, path] = ""
        elif match := re.fullmatch(r"      security: (.*)", line):
            operations[method, path] = match.group(1)
    return operations


def differences(source, yaml):
    routes, operations = routes_of(source), operations_of(yaml)
    for method, path in sorted(routes.keys() - operations.keys()):
        yield f"openapi.yaml lacks {method} {path}"
    for method, path in sorted(operations.keys() - routes.keys()):
        yield f"openapi.yaml has {method} {path}, which is no route"
    for method, path in sorted(routes.keys() & operations.keys()):
        purpose, security = routes[method, path], operations[method, path]
        if purpose not in SECURITY.get(security, []):
            yield f"openapi.yaml: {method} {path} is {purpose}, and its security is {security or 'missing'}"
    for name in sorted(set(re.findall(r'"#/components/(\w+/\w+)"', yaml))):
        section, component = name.split("/")
        if not re.search(rf"^  {section}:\n(?:(?:    .*)?\n)*?    {component}:", yaml, re.MULTILINE):
            yield f"openapi.yaml: nothing is at #/components/{name}"


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    admin = root / "daemon/admin"
    found = list(differences((admin / "api_route.cpp").read_text(encoding="utf-8"),
                             (admin / "openapi.yaml").read_text(encoding="utf-8")))
    print("\n".join(found) if found else "the file has every route")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
