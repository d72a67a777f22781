// testdata/CASE.toml is a configuration with a mistake, testdata/CASE.expected all that is said
// about it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "daemon/config/config.h"
#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(FLAGLINKD_SOURCE_DIR) / "tests/config/testdata";

std::string Read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> Cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kCases)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// What is said of the case's file, which lies in a folder of its own, called "config" in the texts.
std::string Complaints(const std::string& name) {
  ConfigFolder folder;
  folder.Write("credentials/secret_launchdarkly", "api-0123456789\n");
  folder.Write("credentials/secret_jira", "hunter2\n");
  SetVariable credentials("CREDENTIALS_DIRECTORY", folder.path() / "credentials");
  const fs::path file = folder.Write(name + ".toml", Read(kCases / (name + ".toml")));
  const auto loaded = LoadConfig({file, ""});
  if (loaded.index() == 0) return "no complaint\n";
  std::string text;
  for (const Diagnostic& diagnostic : std::get<1>(loaded)) text += diagnostic.Text() + "\n";
  const std::string prefix = folder.path().string();
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
    text.replace(at, prefix.size(), "config");
  }
  return text;
}

class Diagnostics : public testing::TestWithParam<std::string> {};

TEST_P(Diagnostics, PointAtTheMistakeAndSayTheRemedy) {
  EXPECT_EQ(Complaints(GetParam()), Read(kCases / (GetParam() + ".expected")));
}

TEST_P(Diagnostics, ShowNoSecret) {
  EXPECT_EQ(Complaints(GetParam()).find("hunter2"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Of, Diagnostics, testing::ValuesIn(Cases()),
                         [](const auto& of) { return of.param; });

}  // namespace
}  // namespace flaglinkd
