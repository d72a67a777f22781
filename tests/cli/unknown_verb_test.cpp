#include "daemon/cli/unknown_verb.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "daemon/cli/local_verbs.h"
#include "daemon/cli/service_verbs.h"

namespace flaglinkd {
namespace {

class UnknownVerbTest : public testing::Test {
 protected:
  UnknownVerbTest() {
    DescribeLocalVerbs(app_, settings_, local_);
    DescribeServiceVerbs(app_, settings_, service_);
  }
  std::string Said(const std::vector<std::string>& words) const {
    return UnknownVerb(app_, words).value_or("");
  }

  CLI::App app_{"", "flaglinkd"};
  LoadSettings settings_;
  LocalArguments local_;
  ServiceArguments service_;
};

TEST_F(UnknownVerbTest, NamesTheNearestOne) {
  EXPECT_EQ(Said({"statsu"}),
            "flaglinkd: there is no verb `statsu`; did you mean `status`?\n"
            "`flaglinkd --help` lists them\n");
  EXPECT_EQ(Said({"links", "lst", "--status", "failed"}),
            "flaglinkd links: there is no verb `lst`; did you mean `list`?\n"
            "`flaglinkd links --help` lists them\n");
}

TEST_F(UnknownVerbTest, GuessesNothingWhereNoneIsNear) {
  EXPECT_EQ(Said({"dance"}),
            "flaglinkd: there is no verb `dance`\n`flaglinkd --help` lists them\n");
  EXPECT_EQ(Said({"x\x1b"}),
            "flaglinkd: there is no verb `x\\x1b`\n`flaglinkd --help` lists them\n");
}

TEST_F(UnknownVerbTest, HasNothingToSayOfVerbsOptionsAndWhatFollowsThem) {
  const std::vector<std::vector<std::string>> fine = {{},
                                                      {"status"},
                                                      {"--version"},
                                                      {"links", "list", "odd"},
                                                      {"links"},
                                                      {"try", "jira", "body.json"},
                                                      {"links", "--help"}};
  for (const auto& words : fine) EXPECT_EQ(Said(words), "");
}

// Every verb tells what it does, and every option of it.
void ExpectHelp(const CLI::App& app) {
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    EXPECT_NE(verb->get_description(), "") << verb->get_name();
    for (const CLI::Option* option : verb->get_options()) {
      EXPECT_NE(option->get_description(), "") << verb->get_name() << " " << option->get_name();
    }
    ExpectHelp(*verb);
  }
}

TEST_F(UnknownVerbTest, EveryVerbAndOptionHasHelp) {
  ExpectHelp(app_);
}

}  // namespace
}  // namespace flaglinkd
