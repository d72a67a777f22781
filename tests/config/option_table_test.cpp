#include "daemon/config/option_table.h"

#include <gtest/gtest.h>

#include <set>

#include "daemon/config/loader.h"
#include "daemon/config/value_reader.h"
#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

std::string NameOf(const Option& option) {
  return std::string(option.table) + "." + std::string(option.name);
}

// Reads `text` as the option's value; says what is wrong with it.
std::string Misfit(const Option& option, std::string_view text) {
  Problems problems;
  if (ReadValue(option, NameOf(option), ParseValue(text), "/", problems)) return "";
  return problems.Diagnostics({{"table", "/", {}}}).front().message;
}

TEST(OptionTable, NamesEachOptionOnceAndInAListedGroup) {
  std::set<std::string> names, groups;
  for (const OptionGroup& group : OptionGroups()) groups.emplace(group.table);
  for (const Option& option : Options()) {
    EXPECT_TRUE(names.insert(NameOf(option)).second) << NameOf(option);
    EXPECT_EQ(groups.count(std::string(option.table)), 1u) << NameOf(option);
  }
}

TEST(OptionTable, SaysOfEachOptionWhatItDoesAndWhatHoldsWithoutIt) {
  for (const Option& option : Options()) {
    EXPECT_TRUE(option.sentence.ends_with('.')) << NameOf(option);
    EXPECT_NE(option.standard.empty(), option.otherwise.empty()) << NameOf(option);
    EXPECT_FALSE(option.standard.empty() && option.example.empty()) << NameOf(option);
    EXPECT_NE(option.set, nullptr) << NameOf(option);
  }
}

TEST(OptionTable, ItsDefaultsFitTheirOptions) {
  for (const Option& option : Options()) {
    if (option.standard.empty()) continue;
    EXPECT_EQ(Misfit(option, option.standard), "") << NameOf(option);
  }
}

TEST(OptionTable, ItsExamplesFitTheirOptions) {
  ConfigFolder folder;
  folder.Write("secret_admin", "hunter2");
  folder.Write("secret_launchdarkly", "api-0123456789");
  folder.Write("secret_jira", "hunter2");
  folder.Write("secret_jira-path", "hunter2");
  folder.Write("secret_slack-bot", "hunter2");
  SetVariable credentials("CREDENTIALS_DIRECTORY", folder.path());
  for (const Option& option : Options()) {
    // The files of these are the reader's own.
    if (option.example.empty() || option.form == &kReadableFileForm) continue;
    EXPECT_EQ(Misfit(option, option.example), "") << NameOf(option);
  }
}

}  // namespace
}  // namespace flaglinkd
