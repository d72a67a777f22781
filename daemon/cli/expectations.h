// The [[test]] tables of the configuration: what a saved webhook leads to in a dry run, held against
// what its table expects.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/dry_run.h"
#include "daemon/config/config.h"
#include "daemon/match/known_flags.h"
#include "daemon/receive/source_set.h"

namespace flaglinkd {

struct TestResult {
  std::string file;  // where the test is written
  int line = 0;
  std::string source, payload;
  std::vector<std::string> differences;  // none: as expected
};

// "url: expected \"a\", not \"b\"", a line for each of the expectation's members that differs. Pure.
std::vector<std::string> Differences(const WebhookTest::Expectation& expected, const DryRun& run);

// A catalogue of these projects with the flags that the tests expect, so that a test means the same
// on every machine.
KnownFlags FlagsExpectedBy(const std::vector<WebhookTest>& tests,
                           const std::vector<std::string>& projects);

// Runs each test; a payload that can't be read is a difference.
std::vector<TestResult> RunTests(const std::vector<WebhookTest>& tests, const SourceSet& sources,
                                 const KnownFlags& known, const std::string& installation);

// A line per test and one that counts them; what comes from outside is escaped.
std::string ResultsAsText(const std::vector<TestResult>& results);
// {"tests": [{"file", "line", "source", "payload", "ok", "differences"}], "failed": 0}
std::string ResultsAsJson(const std::vector<TestResult>& results);

}  // namespace flaglinkd
