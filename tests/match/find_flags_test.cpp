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

MatchRules WithCatalog(CatalogMatch catalog) {
  MatchOptions options;
  options.catalog = catalog;
  return Rules(options);
}

// What the source's two projects and one that is not its know. "gone" is archived in the first,
// "half" in the second.
const KnownFlags& Known() {
  static const KnownFlags known(std::vector<KnownFlags::Project>{
      {"default",
       {{"checkout", false},
        {"checkout-v2", false},
        {"sort.order", false},
        {"oneClick", false},
        {"Checkout", false},
        {"NEW", false},
        {"v2", false},
        {"old-", false},
        {"both-a", false},
        {"half-a", false},
        {"gone-a", true}}},
      {"web", {{"web-a", false}, {"both-a", false}, {"half-a", true}}},
      {"other", {{"other-a", false}, {"both-a", false}}}});
  return known;
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

TEST(FindFlags, ACatalogsKeyCountsInProseAsTheSourceIsConfigured) {
  const struct {
    const char* text;
    const char* quoted;
    const char* distinctive;
    const char* words;
  } cases[] = {
      {"the checkout is slow", "", "", "checkout"},
      {"the 'checkout' is slow", "checkout", "checkout", "checkout"},
      {"the \"checkout` is slow", "checkout", "checkout", "checkout"},
      {"the 'new checkout' is slow", "", "", "checkout"},
      {"turn on checkout-v2", "", "checkout-v2", "checkout-v2"},
      {"order by sort.order", "", "sort.order", "sort.order"},
      {"use oneClick here", "", "oneClick", "oneClick"},
      {"Checkout is slow", "", "", "Checkout"},
      {"a NEW basket", "", "NEW", "NEW"},
      {"CHECKOUT-V2, Checkout-v2 and sort.Order", "", "", ""},
      {"v2 'v2' \"v2\"", "", "", ""},
      {"checkout-v2-b, a-checkout-v2, checkout-v22", "", "", ""},
      {"recheckout checkouts 'checkouts'", "", "", ""},
  };
  for (const auto& [text, quoted, distinctive, words] : cases) {
    const auto keys = [text = text](CatalogMatch catalog) {
      return Keys(FindFlags(WithCatalog(catalog), Known(), Title(text)));
    };
    EXPECT_EQ(keys(CatalogMatch::kOff), "") << text;
    EXPECT_EQ(keys(CatalogMatch::kQuoted), quoted) << text;
    EXPECT_EQ(keys(CatalogMatch::kDistinctive), distinctive) << text;
    EXPECT_EQ(keys(CatalogMatch::kWords), words) << text;
  }
}

TEST(FindFlags, AWordIsTriedWholeAndThenWithoutThePunctuationAtItsEnds) {
  const struct {
    const char* text;
    const char* keys;
  } cases[] = {
      {"Turn on checkout-v2.", "checkout-v2"},
      {"We sort by sort.order.", "sort.order"},
      {"We sort by 'sort.order.'", "sort.order"},
      {"...checkout-v2... and more", "checkout-v2"},
      {"_checkout-v2_ or **sort.order**", "checkout-v2 sort.order"},
      {"--checkout-v2", "checkout-v2"},
      {"old-", "old-"},
      {"old", ""},
      {"the old-.", ""},
      // What is left is judged, not what was taken off.
      {"This is our checkout.", ""},
      {"- _Checkout_", ""},
      {"is it 'checkout.'?", "checkout"},
      {"..", ""},
  };
  for (const auto& [text, keys] : cases) {
    EXPECT_EQ(Keys(FindFlags(Rules(), Known(), Title(text))), keys) << text;
  }
}

TEST(FindFlags, ACatalogsKeyCountsWhereverAWordStands) {
  const struct {
    const char* text;
    const char* keys;
  } cases[] = {
      {"feature/checkout-v2", "checkout-v2"},
      {"feature/checkout-v2/fix", "checkout-v2"},
      {"checkout-v2/sort.order", "checkout-v2 sort.order"},
      {"sort.order/checkout-v2", "checkout-v2 sort.order"},
      {"(checkout-v2)", "checkout-v2"},
      {"key=checkout-v2&x", "checkout-v2"},
      {"{{checkout-v2}}", "checkout-v2"},
      {"新しいcheckout-v2を", "checkout-v2"},
      {"checkout-v2@production", "checkout-v2"},
      {"https://github.com/acme/shop/tree/checkout-v2", ""},
      {"https://acme.example/?q='checkout-v2", "checkout-v2"},
      {"https://acme.example/?q=checkout-v2, then sort.order", "sort.order"},
      {"github.com/acme/checkout-v2", ""},
      {"[checkout-v2](https://acme.example/sort.order)", "checkout-v2"},
      {"checkout-v2@acme.example", ""},
      {"ops+checkout-v2@acme.example", ""},
      {"ops@checkout-v2.acme.example.", ""},
      {"https://app.launchdarkly.com/projects/other/flags/checkout-v2", ""},
      {"app.launchdarkly.com/projects/other/flags/checkout-v2", ""},
  };
  for (const auto& [text, keys] : cases) {
    EXPECT_EQ(Keys(FindFlags(Rules(), Known(), Title(text))), keys) << text;
  }
}

TEST(FindFlags, ACatalogsReasonsSayHowTheKeyStood) {
  EXPECT_EQ(FindFlags(Rules(), Known(),
                      Texts({{"title", "sort.order"}, {"comment", "'checkout' and checkout-v2"}}))
                .mentions,
            (Mentions{{{"default", "checkout"}, Carrier::kText, "quoted key in comment"},
                      {{"default", "checkout-v2"}, Carrier::kText, "known key in comment"},
                      {{"default", "sort.order"}, Carrier::kText, "known key in title"}}));
}

TEST(FindFlags, AUrlGoesBeforeAPatternAndAPatternBeforeTheCatalog) {
  EXPECT_EQ(FindFlags(Rules(), Known(),
                      Title("checkout-v2 flag:checkout-v2 sort.order flag:sort.order "
                            "https://app.launchdarkly.com/projects/default/flags/checkout-v2"))
                .mentions,
            (Mentions{{{"default", "checkout-v2"}, Carrier::kText, "flag URL in title"},
                      {{"default", "sort.order"}, Carrier::kText, "pattern in title"}}));
}

TEST(FindFlags, AKeyCountsInEveryProjectOfTheSourceThatHasIt) {
  Change change = Title("'both-a' web-a other-a");
  change.labels = {"ld:both-a", "ld:web-a"};
  change.fields = Field("both-a, web-a").fields;
  const std::string where = "field /issue/fields/customfield_10042";
  EXPECT_EQ(FindFlags(Rules(), Known(), change).mentions,
            (Mentions{{{"default", "both-a"}, Carrier::kText, "quoted key in title"},
                      {{"web", "both-a"}, Carrier::kText, "quoted key in title"},
                      {{"web", "web-a"}, Carrier::kText, "known key in title"},
                      {{"default", "both-a"}, Carrier::kLabel, "label ld:both-a"},
                      {{"web", "both-a"}, Carrier::kLabel, "label ld:both-a"},
                      {{"web", "web-a"}, Carrier::kLabel, "label ld:web-a"},
                      {{"default", "both-a"}, Carrier::kField, where},
                      {{"web", "both-a"}, Carrier::kField, where},
                      {{"web", "web-a"}, Carrier::kField, where}}));
}

TEST(FindFlags, AKeyThatNoProjectOfTheSourceHasIsOneOfTheFirst) {
  Change change = Title("flag:unknown flag:other-a unknown-too");
  change.labels = {"ld:unknown"};
  change.fields = Field("other-a").fields;
  const std::string where = "field /issue/fields/customfield_10042";
  EXPECT_EQ(FindFlags(Rules(), Known(), change).mentions,
            (Mentions{{{"default", "other-a"}, Carrier::kText, "pattern in title"},
                      {{"default", "unknown"}, Carrier::kText, "pattern in title"},
                      {{"default", "unknown"}, Carrier::kLabel, "label ld:unknown"},
                      {{"default", "other-a"}, Carrier::kField, where}}));
}

TEST(FindFlags, APatternsKeyIsTakenWholeIfTheCatalogHasIt) {
  EXPECT_EQ(FindFlags(Rules(), Known(), Title("flag:old-, flag:web-a. flag:new-")).mentions,
            (Mentions{{{"default", "new"}, Carrier::kText, "pattern in title"},
                      {{"default", "old-"}, Carrier::kText, "pattern in title"},
                      {{"web", "web-a"}, Carrier::kText, "pattern in title"}}));
}

TEST(FindFlags, AUrlOrAPatternsProjectSaysWhichProjectIsMeant) {
  const MatchRules rules = WithPatterns({"flag:(?P<project>[a-z]+)/(?P<key>[a-z-]+)"});
  EXPECT_EQ(FindFlags(rules, Known(),
                      Title("flag:web/both-a flag:web/checkout "
                            "https://app.launchdarkly.com/projects/web/flags/oneClick"))
                .mentions,
            (Mentions{{{"default", "both-a"}, Carrier::kText, "known key in title"},
                      {{"web", "both-a"}, Carrier::kText, "pattern in title"},
                      {{"web", "checkout"}, Carrier::kText, "pattern in title"},
                      {{"web", "oneClick"}, Carrier::kText, "flag URL in title"}}));
}

TEST(FindFlags, AnArchivedFlagIsNotFoundInProse) {
  EXPECT_EQ(FindFlags(Rules(), Known(), Title("gone-a 'gone-a' half-a")).mentions,
            (Mentions{{{"default", "half-a"}, Carrier::kText, "known key in title"}}));
}

TEST(FindFlags, AnArchivedFlagIsFoundWhereItIsNamed) {
  const Mentions expected = {{{"default", "gone-a"}, Carrier::kText, "pattern in title"},
                             {{"default", "half-a"}, Carrier::kText, "pattern in title"},
                             {{"web", "half-a"}, Carrier::kText, "pattern in title"}};
  EXPECT_EQ(FindFlags(Rules(), Known(), Title("flag:gone-a flag:half-a")).mentions, expected);

  Change change =
      Title("https://app.launchdarkly.com/projects/default/flags/gone-a and gone-a itself");
  change.labels = {"ld:gone-a"};
  change.fields = Field("gone-a").fields;
  EXPECT_EQ(
      FindFlags(Rules(), Known(), change).mentions,
      (Mentions{
          {{"default", "gone-a"}, Carrier::kText, "flag URL in title"},
          {{"default", "gone-a"}, Carrier::kLabel, "label ld:gone-a"},
          {{"default", "gone-a"}, Carrier::kField, "field /issue/fields/customfield_10042"}}));
}

TEST(FindFlags, AProjectWithoutACatalogIsOneThatHasNothing) {
  const KnownFlags known(std::vector<KnownFlags::Project>{{"web", {{"web-a", false}}}});
  EXPECT_EQ(FindFlags(Rules(), known, Title("flag:checkout-v2 flag:web-a checkout-v3")).mentions,
            (Mentions{{{"default", "checkout-v2"}, Carrier::kText, "pattern in title"},
                      {{"web", "web-a"}, Carrier::kText, "pattern in title"}}));
}

TEST(FindFlags, NoMoreThanTheBoundIsTakenFromTheCatalog) {
  std::vector<KnownFlags::Project> projects = {{"default", {}}};
  std::string text;
  for (std::size_t i = 0; i <= kMaxFlagsPerChange; ++i) {
    projects[0].flags.push_back({"key-" + std::to_string(100 + i), false});
    text += projects[0].flags.back().key + ", ";
  }
  const KnownFlags known(projects);
  const FoundFlags more = FindFlags(Rules(), known, Title(text));
  EXPECT_EQ(more.mentions.size(), kMaxFlagsPerChange);
  EXPECT_EQ(more.mentions.back().flag.key, "key-163");
  EXPECT_TRUE(more.truncated);

  const FoundFlags all =
      FindFlags(Rules(), known, Title(text.substr(0, text.find("key-164")) + text.substr(0, 20)));
  EXPECT_EQ(all.mentions.size(), kMaxFlagsPerChange);
  EXPECT_FALSE(all.truncated);
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
