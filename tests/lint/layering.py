#!/usr/bin/env python3
"""Holds every #include against the include table of the style guide.

Usage: layering.py [ROOT]. Prints one line per breach and exits 1 if there is any. Besides the arrows it checks where headers of
other projects may appear, how long a file may be, and that the product has no back doors for tests.
"""

import re
import sys
from pathlib import Path

# What a folder of daemon/ may include besides itself: whole folders ("domain"), or single headers ("queue/writer.h").
QUEUE = ["queue/link_queue.h", "queue/queue_admin.h", "queue/writer.h", "queue/queue_options.h"]
HTTP = ["http/http_client.h", "http/http_listener.h", "http/http_message.h"]
EVERYTHING = ["*"]
DAEMON = {
    "base": [],
    "domain": ["base"],
    "verify": ["domain", "base"],
    "match": ["domain", "base"],
    "queue": ["domain", "base"],
    "http": ["domain", "base"],
    "observe": ["domain", "base"],
    "adapt": ["verify/signature_scheme.h", "domain", "base"],
    "deliver": [*QUEUE, "observe", "domain", "base"],
    "launchdarkly": ["deliver/destination.h", "match", *QUEUE, *HTTP, "observe", "domain", "base"],
    "receive": ["adapt", "verify", "match", *QUEUE, *HTTP, "observe", "domain", "base"],
    "fetch": ["adapt", "match", *QUEUE, *HTTP, "observe", "domain", "base"],
    "admin": [*QUEUE, *HTTP, "observe", "domain", "base"],
    "config": ["admin/admin_options.h", "deliver/delivery_worker.h", "http/http_listener.h",
               "launchdarkly/launchdarkly_destination.h", "match/match_rules.h", "observe/log.h",
               "queue/queue_options.h", "receive/source_options.h", "domain", "base"],
    "cli": EVERYTHING,
    "service": EVERYTHING,  # daemon/service*, the composition root
}
ABI = "adapters/sdk/flaglink_adapter.h"
# Folders of tests/ that see more than the folder of daemon/ whose name they bear: they look at the whole.
TESTS_OF_THE_WHOLE = {"adapters", "bench", "browser", "corpus", "end_to_end", "fakes", "fuzz", "life_cycle"}
# The real thing where it is cheap: a LaunchDarkly on loopback, what speaks to it, and a queue in a file of the test's own.
REAL_THINGS = ("daemon/cli/launchdarkly_stand_in.h", "daemon/http/http_client.h", "daemon/launchdarkly/flag_link_api.h",
               "daemon/launchdarkly/launchdarkly_destination.h", "daemon/launchdarkly/rate_budget.h",
               "daemon/queue/sqlite_link_queue.h")

# Headers of other projects, and where in daemon/ they may appear: folders, or files. Tests may use what their folder may.
OTHERS = {
    r"pistache/": ["http"],
    r"curl/": ["http"],
    r"openssl/": ["verify", "http", "base/sha256.cpp", "base/secret.cpp"],
    r"rapidjson/": [name for name in DAEMON if name not in ("base", "domain", "http")],
    r"re2/": ["match"],
    r"sqlite3\.h$": ["queue"],
    r"lz4": ["queue"],
    r"prometheus/": ["observe"],
    r"(spdlog|fmt)/": ["observe/log.cpp"],
    r"toml\+\+/": ["config/loader.cpp"],
    r"CLI/": ["cli"],
    r"systemd/": ["cli", "service"],
}
TEST_HEADERS = r"(gtest|gmock)/"
# The language's own, and the system's: what comes with a compiler and glibc.
SYSTEM = r"[a-z_0-9]+$|(std|err|string|time|signal|limits|dlfcn|fcntl|poll|unistd|netdb|grp|pwd|stdlib)[a-z]*\.h$"
SYSTEM_FOLDERS = r"(sys|net|netinet|arpa|linux)/"

MAX_LINES = 500
BACK_DOORS = re.compile(r"friend\s+class\s+\w*Test\b|\w*ForTest(ing)?\(|#\s*define\s+private\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def folder_of(path):
    """The folder of a path that is relative to daemon/; the files of the composition root count as one."""
    folder = path.split("/")[0].split(".")[0]
    return "service" if folder.startswith("service_") else folder


def covers(allowed, path):
    """Whether one of `allowed` (folders, files, or everything) covers `path`, both relative to daemon/."""
    folder = folder_of(path)
    return any(entry in ("*", folder, path) for entry in allowed)


def may_include(file, header):
    """Whether `file` may include `header`, both paths from the repository's root."""
    top, *rest = file.split("/")
    inside = folder_of(rest[0])
    if top == "daemon":
        if header == ABI:
            return inside == "adapt"
        return header.startswith("daemon/") and covers([inside, *DAEMON.get(inside, [])], header.removeprefix("daemon/"))
    if top == "adapters":
        return header.startswith((f"adapters/{inside}/", "adapters/sdk/"))
    if inside in TESTS_OF_THE_WHOLE or header in REAL_THINGS:
        return True
    if header.startswith((f"tests/{inside}/", "tests/fakes/")):
        return True
    if header.startswith("tests/"):
        return False
    return may_include(f"daemon/{inside}/test.cpp", header)


def may_use(file, header):
    """Whether `file` may include <header>, which is of another project or of the system."""
    if re.match(SYSTEM, header) or re.match(SYSTEM_FOLDERS, header):
        return True
    top, rest = file.split("/", 1)
    if top == "tests":
        folder = rest.split("/")[0]
        if re.match(TEST_HEADERS, header) or folder in TESTS_OF_THE_WHOLE or header.startswith("rapidjson/"):
            return True
        return any(re.match(pattern, header) and any(place.split("/")[0] == folder for place in places)
                   for pattern, places in OTHERS.items())
    if top == "adapters":
        return header.startswith("rapidjson/")
    return any(re.match(pattern, header) and covers(places, rest) for pattern, places in OTHERS.items())


def breaches_of(root, file):
    text = (root / file).read_text(encoding="utf-8")
    for bracket, header in INCLUDE.findall(text):
        if bracket == "<":
            if not may_use(file, header):
                yield f"{file}: <{header}> has no place here"
        elif not (root / header).is_file():
            yield f'{file}: "{header}" is no path from the root of the repository'
        elif not may_include(file, header):
            yield f'{file}: "{header}" is against the include table'
    if file.startswith("tests/"):
        return
    if (lines := text.count("\n")) > MAX_LINES:
        yield f"{file}: {lines} lines, {MAX_LINES} are allowed"
    for door in BACK_DOORS.finditer(text):
        yield f"{file}: a back door for tests: {door.group(0)}"


def breaches(root):
    for top in ("daemon", "adapters", "tests"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".hpp", ".c", ".cpp"):
                yield from breaches_of(root, path.relative_to(root).as_posix())


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    found = list(breaches(root))
    print("\n".join(found) if found else "every include is in its place")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
