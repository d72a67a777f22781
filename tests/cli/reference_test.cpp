#include "daemon/cli/reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "daemon/config/config.h"
#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

std::string Read(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(FLAGLINKD_SOURCE_DIR "/config/" + name, std::ios::binary).rdbuf();
  return text.str();
}

// Everything said of a configuration, with the secrets in place that the sample files name.
std::string Complaints(const std::string& text) {
  ConfigFolder folder;
  SetVariable credentials("CREDENTIALS_DIRECTORY", folder.path());
  folder.Write("secret_launchdarkly", "api-0123456789");
  folder.Write("secret_jira", "hunter2");
  folder.Write("secret_slack-bot", "xoxb-0123456789");
  folder.Write("secret_admin", "0123456789abcdef0123456789abcdef");
  auto loaded = LoadConfig({folder.Write("flaglinkd.toml", text), ""});
  std::string said;
  if (const auto* config = std::get_if<Config>(&loaded)) {
    for (const std::string& warning : config->warnings) said += warning + "\n";
  } else {
    for (const Diagnostic& diagnostic : std::get<1>(loaded)) said += diagnostic.Text() + "\n";
  }
  return said;
}

TEST(SampleFile, IsWhatTheReferenceWrites) {
  EXPECT_EQ(Read("flaglinkd.toml"), ReferenceToml())
      << "flaglinkd reference --toml > config/flaglinkd.toml";
}

TEST(SampleFile, LoadsAsItIs) {
  EXPECT_EQ(Complaints(Read("flaglinkd.toml")), "");
}

TEST(SampleFile, LoadsWithAnyOneOfItsLinesTakenIn) {
  const std::string sample = Read("flaglinkd.toml");
  int lines = 0;
  bool optional = false;  // within a table that is commented out itself
  for (std::size_t at = sample.find('\n'); at + 1 < sample.size(); at = sample.find('\n', at + 1)) {
    const std::string line = sample.substr(at + 1, sample.find('\n', at + 1) - at - 1);
    if (line.starts_with('[') || line.starts_with("#[")) optional = line[0] == '#';
    // The one that needs a file, and those that contradict the secrets above them.
    const bool apart = optional || line.find(".pem\"") != std::string::npos ||
                       line == "#verify = \"none\"" || line.starts_with("#path_secret");
    if (!line.starts_with('#') || line.starts_with("# ") || apart) continue;
    EXPECT_EQ(Complaints(std::string(sample).erase(at + 1, 1)), "") << line;
    ++lines;
  }
  EXPECT_GT(lines, 30);
}

// The sample with the lines of its tables `name` and `name.…`, which are commented out, taken in.
std::string WithTable(const std::string& sample, const std::string& name) {
  std::istringstream lines(sample);
  std::string text;
  bool within = false;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t start = line.find_first_not_of("#[");
    const bool header = line.starts_with('[') || line.starts_with("#[");
    if (header) within = line.compare(start, name.size(), name) == 0;
    if (within && line.starts_with('#') && !line.starts_with("# ")) line.erase(0, 1);
    text += line + '\n';
  }
  return text;
}

TEST(SampleFile, LoadsWithATableOfTestsTakenIn) {
  EXPECT_EQ(Complaints(WithTable(Read("flaglinkd.toml"), "test")), "");
}

TEST(SampleFile, LoadsWithASignatureTakenIn) {
  EXPECT_EQ(Complaints(WithTable(Read("flaglinkd.toml"), "source.jira.signature")), "");
}

TEST(SampleFile, LoadsWithAnEventOfATemplateTakenIn) {
  std::string sample = WithTable(Read("flaglinkd.toml"), "source.jira.event");
  const std::string adapter = "#adapter = \"jira\"";
  ASSERT_NE(sample.find(adapter), std::string::npos);
  sample.replace(sample.find(adapter), adapter.size(), "adapter = \"template\"");
  EXPECT_EQ(Complaints(sample), "");
}

TEST(MinimalFile, IsShortAndLoads) {
  const std::string minimal = Read("minimal.toml");
  EXPECT_LE(std::count(minimal.begin(), minimal.end(), '\n'), 12);
  EXPECT_EQ(Complaints(minimal), "");
}

TEST(Reference, IsWhatTheOptionTableSays) {
  EXPECT_EQ(Read("REFERENCE.md"), ReferenceMarkdown())
      << "flaglinkd reference --markdown > config/REFERENCE.md";
}

}  // namespace
}  // namespace flaglinkd
