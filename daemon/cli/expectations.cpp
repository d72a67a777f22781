#include "daemon/cli/expectations.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "daemon/cli/saved_webhook.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kLineCharacters = 400;

std::string Quoted(const std::string& text) {
  return '"' + text + '"';
}

std::string Listed(const std::set<FlagKey>& flags) {
  std::string list;
  for (const FlagKey& flag : flags)
    list += (list.empty() ? "" : ", ") + flag.project + "/" + flag.key;
  return list.empty() ? "none" : list;
}

// Compares with the member of each change; one that is as expected will do.
template <typename MemberOf>
void Compare(const char* name, const std::optional<std::string>& expected, const DryRun& run,
             MemberOf member, std::vector<std::string>& differences) {
  if (!expected) return;
  std::string found;
  for (const ObservedChange& observed : run.changes) {
    const std::string value = member(observed.change);
    if (value == *expected) return;
    found += (found.empty() ? "" : ", ") + Quoted(value);
  }
  differences.push_back(std::string(name) + ": expected " + Quoted(*expected) +
                        (found.empty() ? ", but there is no event" : ", not " + found));
}

TestResult RunTest(const WebhookTest& test, const SourceSet& sources, const KnownFlags& known,
                   const std::string& installation) {
  TestResult result{test.file, test.line, test.source, test.payload.string(), {}};
  const Source* source = sources.FindByName(test.source);
  const Result<Webhook> webhook = ReadWebhook(test.payload, test.headers);
  if (!source) {
    result.differences = {"there is no source " + test.source};
  } else if (!webhook) {
    result.differences = {webhook.error().message};
  } else {
    result.differences = Differences(test.expect, RunDry(*source, *webhook, known, installation));
  }
  return result;
}

std::size_t CountFailed(const std::vector<TestResult>& results) {
  return static_cast<std::size_t>(std::ranges::count_if(
      results, [](const TestResult& result) { return !result.differences.empty(); }));
}

}  // namespace

std::vector<std::string> Differences(const WebhookTest::Expectation& expected, const DryRun& run) {
  std::vector<std::string> differences;
  if (expected.outcome && *expected.outcome != run.outcome) {
    differences.push_back("outcome: expected " + *expected.outcome + ", not " + run.outcome +
                          (run.reason.empty() ? "" : " (" + run.reason + ")"));
  }
  std::set<FlagKey> flags;
  for (const Mention& mention : FlagsOf(run)) flags.insert(mention.flag);
  if (expected.flags && *expected.flags != flags) {
    differences.push_back("flags: expected " + Listed(*expected.flags) + ", not " + Listed(flags));
  }
  Compare(
      "resource", expected.resource, run, [](const Change& c) { return c.resource; }, differences);
  Compare(
      "title", expected.title, run, [](const Change& c) { return c.title.value_or(""); },
      differences);
  Compare(
      "url", expected.url, run, [](const Change& c) { return c.url.value_or(""); }, differences);
  return differences;
}

KnownFlags FlagsExpectedBy(const std::vector<WebhookTest>& tests,
                           const std::vector<std::string>& projects) {
  std::map<std::string, std::set<std::string>> keys;
  for (const std::string& project : projects) keys[project];
  for (const WebhookTest& test : tests) {
    for (const FlagKey& flag : test.expect.flags.value_or(std::set<FlagKey>())) {
      keys[flag.project].insert(flag.key);
    }
  }
  std::vector<KnownFlags::Project> known;
  for (const auto& [project, flags] : keys) {
    known.push_back({project, {}});
    for (const std::string& key : flags) known.back().flags.push_back({key, false});
  }
  return KnownFlags(known);
}

std::vector<TestResult> RunTests(const std::vector<WebhookTest>& tests, const SourceSet& sources,
                                 const KnownFlags& known, const std::string& installation) {
  std::vector<TestResult> results;
  for (const WebhookTest& test : tests) {
    results.push_back(RunTest(test, sources, known, installation));
  }
  return results;
}

std::string ResultsAsText(const std::vector<TestResult>& results) {
  if (results.empty()) return "there are no tests: [[test]] tables in the configuration\n";
  std::string text;
  for (const TestResult& result : results) {
    std::string line = result.file + ":" + std::to_string(result.line) + ": " + result.source +
                       " " + result.payload;
    for (const std::string& difference : result.differences) line += "; " + difference;
    text += (result.differences.empty() ? "ok      " : "differs ") +
            EscapeForLine(line, kLineCharacters) + "\n";
  }
  const std::size_t failed = CountFailed(results);
  return text + std::to_string(results.size() - failed) + " of " + std::to_string(results.size()) +
         " as expected\n";
}

std::string ResultsAsJson(const std::vector<TestResult>& results) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json(buffer);
  json.SetIndent(' ', 2);
  const auto field = [&](const char* name, const std::string& value) {
    json.Key(name);
    json.String(value);
  };
  json.StartObject();
  json.Key("tests");
  json.StartArray();
  for (const TestResult& result : results) {
    json.StartObject();
    field("file", result.file);
    json.Key("line");
    json.Int(result.line);
    field("source", result.source);
    field("payload", result.payload);
    json.Key("ok");
    json.Bool(result.differences.empty());
    json.Key("differences");
    json.StartArray();
    for (const std::string& difference : result.differences) json.String(difference);
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  json.Key("failed");
  json.Uint64(CountFailed(results));
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace flaglinkd
