#include "daemon/match/find_flags.h"

#include <gtest/gtest.h>

#include <ostream>

namespace flaglinkd {

// For readable failures.
void PrintTo(const Mention& mention, std::ostream* out) {
  *out << mention.flag.project << '/' << mention.flag.key << " ("
       << static_cast<int>(mention.carrier) << ", " << mention.reason << ')';
}

namespace {

using Mentions = std::vector<Mention>;

MatchRules Rules(const MatchOptions& options = {},
                 std::vector<std::string> projects = {"default", "web"}) {
  auto rules = MatchRules::Compile(options, std::move(projects), {});
  EXPECT_TRUE(rules.ok());
  return std::move(rules).value();
}

MatchRules WithPatterns(std::vector<std::string> patterns) {
  MatchOptions options;
  options.patterns = std::move(patterns);
  return Rules(options);
}

Change Texts(std::vector<NamedText> texts) {
  Change change;
  change.texts = std::move(texts);
  return change;
}

Change Title(std::string text) {
  Change change;
  change.texts.emplace().push_back({"title", std::move(text)});
  return change;
}

Change Labels(std::vector<std::string> labels) {
  Change change;
  change.labels = std::move(labels);
  return change;
}

Change Field(std::string text) {
  Change change;
  change.fields.emplace().push_back({"/issue/fields/customfield_10042", std::move(text)});
  return change;
}

// The keys that are found, with spaces between.
std::string Keys(const FoundFlags& found) {
  std::string keys;
  for (const Mention& mention : found.mentions) {
    keys += (keys.empty() ? "" : " ") + mention.flag.key;
  }
  return keys;
}

TEST(FindFlags, EachReasonSaysWhatNamedTheFlag) {
  Change change = Texts({{"description", "https://app.launchdarkly.com/projects/web/flags/a"},
                         {"comment", "flag:b"}});
  change.labels = {"ld:c"};
  change.fields = Field("d").fields;
  EXPECT_EQ(
      FindFlags(Rules(), KnownFlags(), change).mentions,
      (Mentions{{{"default", "b"}, Carrier::kText, "pattern in comment"},
                {{"web", "a"}, Carrier::kText, "flag URL in description"},
                {{"default", "c"}, Carrier::kLabel, "label ld:c"},
                {{"default", "d"}, Carrier::kField, "field /issue/fields/customfield_10042"}}));
}

TEST(FindFlags, NothingIsFoundWhereNothingIsCarried) {
  EXPECT_TRUE(FindFlags(Rules(), KnownFlags(), Change()).mentions.empty());
  EXPECT_TRUE(
      FindFlags(Rules(), KnownFlags(), Texts({{"title", ""}, {"description", "checkout-v2"}}))
          .mentions.empty());
}

TEST(FindFlags, TheFirstReasonStandsPerCarrierAndFlag) {
  Change change =
      Texts({{"title", "flag:a"},
             {"description", "https://app.launchdarkly.com/projects/default/flags/a flag:a"}});
  change.labels = {"flag-a", "ld:a"};
  EXPECT_EQ(FindFlags(Rules(), KnownFlags(), change).mentions,
            (Mentions{{{"default", "a"}, Carrier::kText, "pattern in title"},
                      {{"default", "a"}, Carrier::kLabel, "label flag-a"}}));
}

TEST(FindFlags, AUrlOfAProjectThatIsNotTheSourcesIsNoMention) {
  EXPECT_EQ(Keys(FindFlags(Rules(), KnownFlags(),
                           Title("https://app.launchdarkly.com/projects/other/flags/a "
                                 "https://app.launchdarkly.com/projects/Web/flags/b "
                                 "https://app.launchdarkly.com/projects/web/flags/c"))),
            "c");
}

TEST(FindFlags, UrlsCanBeSwitchedOff) {
  MatchOptions options;
  options.urls = false;
  const Change change = Title("https://app.launchdarkly.com/projects/web/flags/a flag:b");
  EXPECT_EQ(Keys(FindFlags(Rules(options), KnownFlags(), change)), "b");
}

TEST(FindFlags, UrlsOfTheConfiguredHostCount) {
  auto rules = MatchRules::Compile({}, {"default"}, {"LD.acme.example"});
  ASSERT_TRUE(rules.ok());
  EXPECT_EQ(Keys(FindFlags(*rules, KnownFlags(),
                           Title("https://ld.acme.example/projects/default/flags/a "
                                 "https://ld.acme.example:443/projects/default/flags/b "
                                 "https://ld.acme.example:8443/projects/default/flags/c"))),
            "a b");
}

TEST(FindFlags, WhatAPatternCapturesIsStrippedAtItsEnds) {
  EXPECT_EQ(
      Keys(FindFlags(Rules(), KnownFlags(), Title("flag:a. flag:b- flag:c_, flag:d.e-f_g..."))),
      "a b c d.e-f_g");
  EXPECT_EQ(Keys(FindFlags(WithPatterns({"<([^>]*)>"}), KnownFlags(),
                           Title("<-a-> <.> <> <b c> <../d> <_e_>"))),
            "a e");
}

TEST(FindFlags, APatternMayNameTheProject) {
  const MatchRules rules = WithPatterns({"flag:(?:(?P<project>[a-z]+)/)?(?P<key>[a-z]+)"});
  EXPECT_EQ(FindFlags(rules, KnownFlags(), Title("flag:web/a flag:b flag:other/c")).mentions,
            (Mentions{{{"default", "b"}, Carrier::kText, "pattern in title"},
                      {{"web", "a"}, Carrier::kText, "pattern in title"}}));
}

TEST(FindFlags, ThePatternsOwnAnchorsSeeTheWholeText) {
  const MatchRules rules = WithPatterns({"(?m)^Flag: *(\\S+)$"});
  EXPECT_EQ(Keys(FindFlags(rules, KnownFlags(), Title("Flag: a\nno Flag: b\nFlag:c\nFlag: d e"))),
            "a c");
}

TEST(FindFlags, APatternThatMatchesNothingGoesOn) {
  EXPECT_EQ(Keys(FindFlags(WithPatterns({"x*(b?)"}), KnownFlags(), Title("xaébxxb"))), "b");
}

TEST(FindFlags, EveryPatternIsTried) {
  EXPECT_EQ(Keys(FindFlags(WithPatterns({"ld=(\\w+)", "toggle (\\w+)"}), KnownFlags(),
                           Title("toggle b then ld=a"))),
            "a b");
}

TEST(FindFlags, ALabelNamesAFlagByItsPrefix) {
  EXPECT_EQ(Keys(FindFlags(Rules(), KnownFlags(),
                           Labels({"flag-a", "ld:b", "Flag-c", "x-flag-d", "flag-", "ld:e f",
                                   "ld:..", "ld:flag-g", "bug", ""}))),
            "a b flag-g");
}

TEST(FindFlags, TheFirstPrefixThatLeavesAKeyDecides) {
  MatchOptions options;
  options.labels = {"flag:", "flag", ""};
  EXPECT_EQ(Keys(FindFlags(Rules(options), KnownFlags(), Labels({"flag:a", "flagb", "c"}))),
            "a b c");
}

TEST(FindFlags, AFieldHoldsKeysOrUrls) {
  const auto keys = [](const char* text) {
    return Keys(FindFlags(Rules(), KnownFlags(), Field(text)));
  };
  EXPECT_EQ(keys("a"), "a");
  EXPECT_EQ(keys(" a "), "a");
  EXPECT_EQ(keys("a, b,c\r\nd"), "a b c d");
  EXPECT_EQ(keys("https://app.launchdarkly.com/projects/web/flags/a, b"), "b a");
  EXPECT_EQ(keys("not decided yet"), "");
  EXPECT_EQ(keys("n/a"), "");
  EXPECT_EQ(keys(""), "");
  EXPECT_EQ(keys(",,\n,"), "");
}

TEST(FindFlags, AFieldsUrlCountsAlsoWhereTextsUrlsDoNot) {
  MatchOptions options;
  options.urls = false;
  EXPECT_EQ(Keys(FindFlags(Rules(options), KnownFlags(),
                           Field("https://app.launchdarkly.com/projects/web/flags/a"))),
            "a");
}

TEST(FindFlags, NoMoreThanTheBoundIsTaken) {
  std::string text;
  for (std::size_t i = 0; i < kMaxFlagsPerChange; ++i) text += "flag:f" + std::to_string(i) + " ";
  const FoundFlags all = FindFlags(Rules(), KnownFlags(), Title(text));
  EXPECT_EQ(all.mentions.size(), kMaxFlagsPerChange);
  EXPECT_FALSE(all.truncated);

  Change change = Title(text + "flag:one-more");
  change.labels = {"ld:f0", "ld:another"};
  const FoundFlags more = FindFlags(Rules(), KnownFlags(), change);
  EXPECT_TRUE(more.truncated);
  // A flag that is taken already may have another carrier.
  ASSERT_EQ(more.mentions.size(), kMaxFlagsPerChange + 1);
  EXPECT_EQ(more.mentions.back(), (Mention{{"default", "f0"}, Carrier::kLabel, "label ld:f0"}));
}

TEST(FindFlags, HostileTextTakesOnePass) {
  std::string text;
  while (text.size() < 10'000'000) text += "flag:flag:-flag";
  EXPECT_EQ(Keys(FindFlags(Rules(), KnownFlags(), Title(text))), "flag");
}

TEST(FindFlags, MatchesWithoutEndAreCutAndSaid) {
  std::string text;
  while (text.size() < 10'000'000) text += "flag:a ";
  const FoundFlags found = FindFlags(Rules(), KnownFlags(), Title(text));
  EXPECT_EQ(Keys(found), "a");
  EXPECT_TRUE(found.truncated);
}

}  // namespace
}  // namespace flaglinkd
