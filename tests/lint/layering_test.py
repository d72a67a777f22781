#!/usr/bin/env python3
"""The lint's own test: each rule is broken once in a small tree, and a clean tree passes."""

import tempfile
import unittest
from pathlib import Path

import layering


class LayeringTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.root = Path(self._folder.name)
        for header in ("daemon/base/clock.h", "daemon/domain/text.h", "daemon/queue/writer.h", "daemon/queue/rows.h",
                       "daemon/verify/verify.h", "daemon/verify/signature_scheme.h", "daemon/receive/pipeline.h",
                       "daemon/cli/launchdarkly_stand_in.h", "daemon/service.h", "daemon/service_parts.h",
                       "adapters/sdk/adapter.hpp", layering.ABI, "adapters/jira/text.h", "tests/fakes/clock.h", "tests/queue/contract.h"):
            self.write(header, "")

    def write(self, file, text):
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def breaches(self, file, text):
        self.write(file, text)
        return list(layering.breaches(self.root))

    def assert_include(self, file, header, allowed):
        include = f"#include {header}\n" if header[0] == "<" else f'#include "{header}"\n'
        found = self.breaches(file, include)
        self.assertEqual(not found, allowed, f"{file} with {header}: {found}")
        (self.root / file).unlink()

    def test_arrows_go_one_way(self):
        for file, header, allowed in (
                ("daemon/domain/a.cpp", "daemon/base/clock.h", True),
                ("daemon/base/a.cpp", "daemon/domain/text.h", False),
                ("daemon/queue/a.cpp", "daemon/queue/rows.h", True),
                ("daemon/receive/a.cpp", "daemon/queue/writer.h", True),
                ("daemon/receive/a.cpp", "daemon/queue/rows.h", False),
                ("daemon/adapt/a.cpp", "daemon/verify/signature_scheme.h", True),
                ("daemon/adapt/a.cpp", "daemon/verify/verify.h", False),
                ("daemon/adapt/a.cpp", layering.ABI, True),
                ("daemon/receive/a.cpp", layering.ABI, False),
                ("daemon/receive/a.cpp", "daemon/service.h", False),
                ("daemon/service.cpp", "daemon/receive/pipeline.h", True),
                ("daemon/service_parts.cpp", "daemon/service_parts.h", True),
                ("daemon/receive/a.cpp", "daemon/service_parts.h", False),
                ("daemon/cli/a.cpp", "daemon/service.h", True),
                ("daemon/new_folder/a.cpp", "daemon/base/clock.h", False)):
            self.assert_include(file, header, allowed)

    def test_adapters_see_the_sdk_alone(self):
        for file, header, allowed in (
                ("adapters/jira/a.cpp", "adapters/sdk/adapter.hpp", True),
                ("adapters/jira/a.cpp", "adapters/jira/text.h", True),
                ("adapters/github/a.cpp", "adapters/jira/text.h", False),
                ("adapters/jira/a.cpp", "daemon/domain/text.h", False),
                ("adapters/sdk/a.hpp", "adapters/jira/text.h", False)):
            self.assert_include(file, header, allowed)

    def test_tests_see_what_their_folder_sees_and_the_fakes(self):
        for file, header, allowed in (
                ("tests/queue/a_test.cpp", "daemon/queue/rows.h", True),
                ("tests/queue/a_test.cpp", "tests/queue/contract.h", True),
                ("tests/queue/a_test.cpp", "tests/fakes/clock.h", True),
                ("tests/queue/a_test.cpp", "daemon/receive/pipeline.h", False),
                ("tests/receive/a_test.cpp", "tests/queue/contract.h", False),
                ("tests/receive/a_test.cpp", "daemon/cli/launchdarkly_stand_in.h", True),
                ("tests/end_to_end/a_test.cpp", "daemon/receive/pipeline.h", True)):
            self.assert_include(file, header, allowed)

    def test_headers_of_others_stay_in_their_place(self):
        for file, header, allowed in (
                ("daemon/http/a.cpp", "<pistache/http.h>", True),
                ("daemon/receive/a.cpp", "<pistache/http.h>", False),
                ("daemon/base/sha256.cpp", "<openssl/evp.h>", True),
                ("daemon/base/clock.cpp", "<openssl/evp.h>", False),
                ("daemon/domain/a.cpp", "<rapidjson/document.h>", False),
                ("daemon/adapt/a.cpp", "<rapidjson/document.h>", True),
                ("daemon/observe/log.cpp", "<spdlog/spdlog.h>", True),
                ("daemon/observe/metrics.cpp", "<spdlog/spdlog.h>", False),
                ("daemon/service.cpp", "<systemd/sd-daemon.h>", True),
                ("daemon/base/a.cpp", "<boost/asio.hpp>", False),
                ("daemon/base/a.cpp", "<string_view>", True),
                ("daemon/base/a.cpp", "<sys/stat.h>", True),
                ("daemon/base/a.cpp", "<gtest/gtest.h>", False),
                ("tests/base/a_test.cpp", "<gtest/gtest.h>", True),
                ("tests/queue/a_test.cpp", "<sqlite3.h>", True),
                ("tests/match/a_test.cpp", "<sqlite3.h>", False)):
            self.assert_include(file, header, allowed)

    def test_a_path_that_is_not_from_the_root_is_found(self):
        self.assertEqual(self.breaches("daemon/base/a.cpp", '#include "clock.h"\n'),
                         ['daemon/base/a.cpp: "clock.h" is no path from the root of the repository'])

    def test_a_long_file_is_found(self):
        self.assertEqual(self.breaches("daemon/base/a.cpp", "\n" * 500), [])
        self.assertEqual(self.breaches("daemon/base/a.cpp", "\n" * 501),
                         ["daemon/base/a.cpp: 501 lines, 500 are allowed"])

    def test_a_back_door_is_found(self):
        self.assertEqual(self.breaches("daemon/base/a.h", "friend class QueueTest;\n"),
                         ["daemon/base/a.h: a back door for tests: friend class QueueTest"])
        self.assertEqual(self.breaches("daemon/base/a.h", "void ResetForTest();\n"),
                         ["daemon/base/a.h: a back door for tests: ResetForTest("])


if __name__ == "__main__":
    unittest.main()
