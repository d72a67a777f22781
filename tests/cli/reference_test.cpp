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

// Everything said of a configuration, with the two secrets in place that the sample files name.
std::string Complaints(const std::string& text) {
  ConfigFolder folder;
  SetVariable credentials("CREDENTIALS_DIRECTORY", folder.path());
  folder.Write("secret_launchdarkly", "api-0123456789");
  folder.Write("secret_jira", "hunter2");
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
  for (std::size_t at = sample.find("\n#"); at != std::string::npos;
       at = sample.find("\n#", at + 1)) {
    const std::string line = sample.substr(at + 2, sample.find('\n', at + 1) - at - 2);
    // Those that need a file, and the one that contradicts the secrets above it.
    const bool apart = line.find(".pem\"") != std::string::npos || line == "[listen.tls]" ||
                       line == "verify = \"none\"";
    if (line.empty() || line[0] == ' ' || apart) continue;
    EXPECT_EQ(Complaints(std::string(sample).erase(at + 1, 1)), "") << line;
    ++lines;
  }
  EXPECT_GT(lines, 30);
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
