// Every recorded body of a supported tool through its adapter, compared with what its reader expects
// (README.md).
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

using std::filesystem::path;

struct Source {
  std::string folder, adapter;
  std::map<std::string, std::string> options;
};

void PrintTo(const Source& source, std::ostream* out) {
  *out << source.folder;
}

// What an operator would have to set, so that nothing is ignored for want of it.
const Source kSources[] = {
    {"azuredevops", "azuredevops", {}},
    {"bitbucket", "bitbucket", {}},
    {"bitbucket-dc", "bitbucket", {}},
    {"circleci", "circleci", {}},
    {"github", "github", {{"runs", "true"}}},
    {"gitlab", "gitlab", {}},
    {"grafana", "grafana", {}},
    {"intercom", "intercom", {}},
    {"jira", "jira", {}},
    {"jira-dc", "jira", {}},
    {"linear", "linear", {}},
    {"newrelic", "newrelic", {}},
    {"notion", "notion", {}},
    {"opsgenie", "opsgenie", {{"site", "https://acme.app.opsgenie.com"}}},
    {"pagerduty", "pagerduty", {}},
    {"sentry", "sentry", {{"site", "https://acme.sentry.io"}}},
    {"shortcut", "shortcut", {{"workspace", "zulip"}}},
    {"slack", "slack", {{"workspace", "acme"}}},
    {"trello", "trello", {{"callback_url", "https://hooks.acme.example/hooks/trello"}}},
    {"zendesk", "zendesk", {}},
};

using Lines = std::vector<std::string>;
using Table = std::map<std::string, Lines>;  // by file

const char* Payloads() {
  return std::getenv("FLAGLINKD_PAYLOADS");
}

Lines Split(const std::string& text, char separator) {
  Lines parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

// The line as far as it is compared: why something is ignored is the reader's own words.
std::string Compared(const std::string& line) {
  const Lines columns = Split(line, '\t');
  if (columns.size() >= 2 && columns[1] != "extracted") return columns[0] + '\t' + columns[1];
  return line;
}

Table ReadExpected() {
  Table table;
  std::ifstream file(path(FLAGLINKD_SOURCE_DIR) / "tests/corpus/expected.tsv");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    table[line.substr(0, line.find('\t'))].push_back(line);
  }
  return table;
}

std::string Json(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return buffer.GetString();
}

// "issues.opened.payload.json" and "zulip.issue_comment__deleted.json" are named after their event.
std::string GitHubEvent(std::string name) {
  if (name.starts_with("zulip.")) name.erase(0, std::string("zulip.").size());
  return name.substr(0, std::min(name.find('.'), name.find("__")));
}

Input ReadInput(const Source& source, const path& file) {
  Input input{.body = ReadFile(file), .options = source.options};
  if (file.extension() == ".txt") input.content_type = "application/x-www-form-urlencoded";
  const std::string name = file.filename().string();
  if (source.adapter == "github") input.headers["x-github-event"] = GitHubEvent(name);
  if (!name.starts_with("hd.")) return input;
  rapidjson::Document envelope;
  envelope.Parse(input.body.data(), input.body.size());
  input.body = Json(envelope["body"]);
  input.headers.clear();
  for (const auto& header : envelope["headers"].GetObject()) {
    if (header.value.IsString()) input.headers[header.name.GetString()] = header.value.GetString();
  }
  return input;
}

// One line of the table for each change that `transcript` shows, else one.
Lines LinesOf(const std::string& file, const std::string& transcript) {
  const Lines shown = Split(transcript, '\n');
  const std::string outcome = shown.at(0).substr(std::string("outcome: ").size());
  if (outcome != "extracted") {
    std::string why = Values(transcript, "reason");
    std::replace(why.begin(), why.end(), '\n', ' ');
    return {file + '\t' + outcome + '\t' + why};
  }
  if (transcript.find("\nchange: ") == transcript.npos) return {file + "\tneeds\ta document"};
  Lines lines;
  std::map<std::string, std::string> change;
  const auto end_change = [&] {
    if (change.empty()) return;
    std::string line = file + "\textracted\t" + change["change"];
    for (const char* field : {"  resource", "  part", "  url", "  title"}) {
      const std::string& value = change[field];
      line += '\t' + (value.empty() ? "-" : value);
    }
    lines.push_back(line);
    change.clear();
  };
  for (std::string line : shown) {
    std::replace(line.begin(), line.end(), '\t', ' ');
    if (line.starts_with("change: ")) {
      end_change();
    } else if (!line.starts_with("  ") || change.empty()) {
      continue;  // what belongs to no change: needs, replies
    }
    const std::size_t colon = line.find(": ");
    if (colon != line.npos) change.try_emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  end_change();
  return lines;
}

std::string Joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

class Corpus : public ::testing::TestWithParam<Source> {};

TEST_P(Corpus, EveryBodyBecomesWhatItsReaderExpects) {
  if (Payloads() == nullptr) {
    std::cout << "FLAGLINKD_PAYLOADS is not set: there are no bodies to compare\n";
    return;
  }
  const Source& source = GetParam();
  const LoadedAdapter adapter(source.adapter);
  const Table expected = ReadExpected();
  std::set<path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path(Payloads()) / source.folder)) {
    files.insert(entry.path());
  }
  std::map<std::string, int> counts;
  for (const path& file : files) {
    const std::string name = source.folder + '/' + file.filename().string();
    const Lines lines = LinesOf(name, adapter.Extract(ReadInput(source, file)));
    std::cout << Joined(lines);
    const auto found = expected.find(name);
    if (found == expected.end()) {
      ADD_FAILURE() << name << " is not in expected.tsv";
      continue;
    }
    Lines is, should_be;
    for (const std::string& line : lines) is.push_back(Compared(line));
    for (const std::string& line : found->second) should_be.push_back(Compared(line));
    EXPECT_EQ(Joined(is), Joined(should_be));
    const Lines columns = Split(lines.at(0), '\t');
    ++counts[columns[1]];
  }
  std::cout << source.folder << ": " << files.size() << " bodies";
  for (const auto& [what, count] : counts) std::cout << ", " << count << ' ' << what;
  std::cout << '\n';
  for (const auto& [name, lines] : expected) {
    const bool here = name.starts_with(source.folder + '/');
    EXPECT_TRUE(!here || files.contains(path(Payloads()) / name)) << name << " is no file";
  }
}

// Of the kinds that can be linked at most one body in twenty is left out.
TEST(CorpusAsAWhole, HardlyAnythingThatCouldBeLinkedIsIgnored) {
  int linked = 0, left_out = 0;
  for (const auto& [file, lines] : ReadExpected()) {
    const std::string outcome = Split(lines.at(0), '\t').at(1);
    if (outcome == "extracted" || outcome == "needs") ++linked;
    if (lines.at(0).find("\tlinkable:") != std::string::npos) ++left_out;
  }
  std::cout << left_out << " of " << linked + left_out << " are left out\n";
  EXPECT_LE(left_out * 20, linked + left_out);
}

INSTANTIATE_TEST_SUITE_P(Sources, Corpus, ::testing::ValuesIn(kSources), [](const auto& source) {
  std::string name = source.param.folder;
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace flaglink::testing
