#include "daemon/match/match_rules.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace flaglinkd {
namespace {

Result<MatchRules> CompilePatterns(std::vector<std::string> patterns) {
  MatchOptions options;
  options.patterns = std::move(patterns);
  return MatchRules::Compile(options, {"default"}, {});
}

TEST(MatchRules, TheDefaultOptionsCompile) {
  const auto rules =
      MatchRules::Compile(MatchOptions(), {"shop", "web"}, {"LD.Acme.Example:8443", ""});
  ASSERT_TRUE(rules.ok());
  EXPECT_TRUE(rules->urls());
  EXPECT_EQ(rules->patterns().size(), 1u);
  EXPECT_EQ(rules->labels(), (std::vector<std::string>{"flag-", "ld:"}));
  EXPECT_EQ(rules->projects(), (std::vector<std::string>{"shop", "web"}));
  EXPECT_EQ(rules->hosts(),
            (std::vector<std::string>{"ld.acme.example:8443", "app.launchdarkly.com",
                                      "app.eu.launchdarkly.com", "app.launchdarkly.us"}));
}

TEST(MatchRules, APatternNeedsAGroupForTheKey) {
  EXPECT_TRUE(CompilePatterns({"ld/(\\w+)"}).ok());
  EXPECT_TRUE(CompilePatterns({"(?P<key>\\w+)", "(?P<project>\\w+)/(?P<key>\\w+)"}).ok());
  EXPECT_TRUE(CompilePatterns({"(a)(?P<key>b)(c)"}).ok());
  for (const char* pattern : {"ld/\\w+", "(a)(b)", "(?P<project>a)", "(?P<project>a)/(b)", ""}) {
    const auto rules = CompilePatterns({pattern});
    ASSERT_FALSE(rules.ok()) << pattern;
    EXPECT_EQ(rules.error().code, Error::Code::kInvalid);
    EXPECT_EQ(rules.error().message, "pattern '" + std::string(pattern) +
                                         "': needs a group named key, or exactly one group");
  }
}

TEST(MatchRules, WhatIsWrongWithAPatternIsSaid) {
  EXPECT_EQ(CompilePatterns({"(ok)", "(never closed"}).error().message,
            "pattern '(never closed': missing ): (never closed");
  EXPECT_EQ(CompilePatterns({"(a)\\1"}).error().message,
            "pattern '(a)\\1': invalid escape sequence: \\1");
}

TEST(MatchRules, APatternThatIsTooLargeIsRefused) {
  const auto rules = CompilePatterns({"((((a{100}){100}){100}){100})"});
  ASSERT_FALSE(rules.ok());
  EXPECT_EQ(rules.error().code, Error::Code::kInvalid);
}

TEST(MatchRules, WithoutAProjectThereAreNoRules) {
  EXPECT_EQ(MatchRules::Compile(MatchOptions(), {}, {}).error().code, Error::Code::kInvalid);
}

}  // namespace
}  // namespace flaglinkd
