#include "daemon/cli/expectations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/config_folder.h"
#include "tests/fakes/lambda_adapter.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::set<FlagKey> Flags(const std::vector<std::string>& keys) {
  std::set<FlagKey> flags;
  for (const std::string& key : keys) flags.insert({"default", key});
  return flags;
}

DryRun RunThatNames(const std::vector<std::string>& flags) {
  DryRun run;
  run.outcome = "stored";
  run.changes = {{TextChange("first"), {}}, {TextChange("second"), {}}};
  run.changes[1].change.resource = "R2";
  run.changes[1].change.title = "Another \x1b title";
  for (const std::string& flag : flags) {
    run.changes[0].mentions.push_back({{"default", flag}, Carrier::kText, "flag URL in title"});
  }
  return run;
}

TEST(Expectation, HoldsWhereNothingDiffers) {
  WebhookTest::Expectation expected;
  EXPECT_THAT(Differences(expected, RunThatNames({"a"})), IsEmpty());
  expected.flags = Flags({"b", "a"});
  expected.outcome = "stored";
  expected.resource = "R2";
  expected.title = "A title";
  expected.url = "https://example.com/R1";
  EXPECT_THAT(Differences(expected, RunThatNames({"a", "b"})), IsEmpty());
}

TEST(Expectation, TellsEachDifferenceWithWhatIsThereInstead) {
  WebhookTest::Expectation expected;
  expected.flags = Flags({"a"});
  expected.outcome = "ignored";
  expected.resource = "R3";
  expected.title = "Its title";
  DryRun run = RunThatNames({"b", "c"});
  run.reason = "a reason";
  EXPECT_THAT(
      Differences(expected, run),
      ElementsAre("outcome: expected ignored, not stored (a reason)",
                  "flags: expected default/a, not default/b, default/c",
                  "resource: expected \"R3\", not \"R1\", \"R2\"",
                  "title: expected \"Its title\", not \"A title\", \"Another \x1b title\""));
}

TEST(Expectation, OfNoFlagsIsNotTheSameAsNone) {
  WebhookTest::Expectation expected;
  expected.flags.emplace();
  EXPECT_THAT(Differences(expected, RunThatNames({})), IsEmpty());
  EXPECT_THAT(Differences(expected, RunThatNames({"a"})),
              ElementsAre("flags: expected none, not default/a"));
}

TEST(Expectation, OfAnEventDiffersWhereThereIsNone) {
  WebhookTest::Expectation expected;
  expected.url = "https://example.com";
  EXPECT_THAT(Differences(expected, DryRun{}),
              ElementsAre("url: expected \"https://example.com\", but there is no event"));
}

TEST(ExpectedFlags, AreWhatTheCatalogueOfTheTestsKnows) {
  WebhookTest one, other;
  one.expect.flags = Flags({"a"});
  other.expect.flags = Flags({"b"});
  other.expect.flags->insert({"site", "c"});
  const KnownFlags known = FlagsExpectedBy({one, other, {}}, {"default", "shop"});
  EXPECT_EQ(known.StandingOf("default", "a"), KnownFlags::Standing::kLive);
  EXPECT_EQ(known.StandingOf("default", "b"), KnownFlags::Standing::kLive);
  EXPECT_EQ(known.StandingOf("default", "c"), KnownFlags::Standing::kMissing);
  EXPECT_EQ(known.StandingOf("site", "c"), KnownFlags::Standing::kLive);
  EXPECT_EQ(known.StandingOf("shop", "a"), KnownFlags::Standing::kMissing);
  EXPECT_EQ(known.StandingOf("elsewhere", "a"), KnownFlags::Standing::kNoCatalog);
}

// A source "tool" whose webhooks' bodies are the text of the change.
SourceSet ToolSources() {
  SourceOptions options;
  options.name = options.name_space = "tool";
  options.projects = {"default"};
  options.secrets.push_back(Secret("s3cret"));
  auto adapter = std::make_shared<const LambdaAdapter>(
      [](const AdapterInput& input) { return Extracted({TextChange(input.body)}); });
  MatchRules rules = MatchRules::Compile(options.match, options.projects, {}).value();
  std::vector<Source> sources;
  sources.push_back({std::move(options), adapter, adapter->Schemes({}).value(), std::move(rules)});
  return SourceSet(std::move(sources));
}

TEST(Tests, ReadTheirPayloadsAsTheServiceWouldWithoutASignature) {
  const ConfigFolder folder;
  WebhookTest test;
  test.file = "flaglinkd.toml";
  test.line = 7;
  test.source = "tool";
  test.payload = folder.Write("payload", "Switch checkout-v2 off");
  test.expect.flags = Flags({"checkout-v2"});
  WebhookTest missing = test;
  missing.payload = folder.path() / "nowhere";
  const std::vector<WebhookTest> tests = {test, missing};
  const std::vector<TestResult> results =
      RunTests(tests, ToolSources(), FlagsExpectedBy(tests, {"default"}), "default");
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].file, "flaglinkd.toml");
  EXPECT_EQ(results[0].line, 7);
  EXPECT_THAT(results[0].differences, IsEmpty());
  EXPECT_THAT(results[1].differences,
              ElementsAre("read " + missing.payload.string() + ": No such file or directory"));
}

const std::vector<TestResult> kResults = {
    {"a.toml", 7, "tool", "/p/one.json", {}},
    {"b.toml", 9, "tool", "/p/two.json", {"flags: expected none, not default/a", "url: \x1b[1m"}}};

TEST(TestResults, AreALineEachAndACount) {
  EXPECT_EQ(ResultsAsText(kResults),
            "ok      a.toml:7: tool /p/one.json\n"
            "differs b.toml:9: tool /p/two.json; flags: expected none, not default/a; url: "
            "\\x1b[1m\n"
            "1 of 2 as expected\n");
  EXPECT_THAT(ResultsAsText({}), HasSubstr("there are no tests"));
}

TEST(TestResults, AreOneJsonObject) {
  EXPECT_EQ(ResultsAsJson({kResults[1]}), R"({
  "tests": [
    {
      "file": "b.toml",
      "line": 9,
      "source": "tool",
      "payload": "/p/two.json",
      "ok": false,
      "differences": [
        "flags: expected none, not default/a",
        "url: \u001B[1m"
      ]
    }
  ],
  "failed": 1
}
)");
}

}  // namespace
}  // namespace flaglinkd
