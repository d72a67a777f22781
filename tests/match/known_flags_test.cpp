#include "daemon/match/known_flags.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flaglinkd {
namespace {

using Standing = KnownFlags::Standing;
using Projects = std::vector<KnownFlags::Project>;

std::vector<Standing> Find(const KnownFlags& known, std::string_view key) {
  const auto standings = known.Find(key);
  return {standings.begin(), standings.end()};
}

TEST(KnownFlags, KnowsNothingByDefault) {
  const KnownFlags known;
  EXPECT_TRUE(known.projects().empty());
  EXPECT_EQ(known.StandingOf("shop", "a"), Standing::kNoCatalog);
  EXPECT_TRUE(known.Find("a").empty());
  EXPECT_TRUE(known.Find("").empty());
}

TEST(KnownFlags, AProjectThatWasReadMayHaveNoFlags) {
  const KnownFlags known(Projects{{"shop", {}}});
  EXPECT_EQ(known.StandingOf("shop", "a"), Standing::kMissing);
  EXPECT_EQ(known.StandingOf("shop", ""), Standing::kMissing);
  EXPECT_EQ(known.StandingOf("Shop", "a"), Standing::kNoCatalog);
  EXPECT_TRUE(known.Find("a").empty());
}

TEST(KnownFlags, SaysHowAKeyStandsInEachProject) {
  const KnownFlags known(Projects{{"shop", {{"a", false}, {"both", true}}},
                                  {"web", {{"both", false}, {"z", true}}},
                                  {"empty", {}}});
  EXPECT_EQ(known.projects(), (std::vector<std::string>{"shop", "web", "empty"}));
  const Standing live = Standing::kLive, archived = Standing::kArchived, no = Standing::kMissing;
  EXPECT_EQ(Find(known, "a"), (std::vector<Standing>{live, no, no}));
  EXPECT_EQ(Find(known, "both"), (std::vector<Standing>{archived, live, no}));
  EXPECT_EQ(Find(known, "z"), (std::vector<Standing>{no, archived, no}));
  EXPECT_EQ(Find(known, "A"), (std::vector<Standing>{}));
  EXPECT_EQ(Find(known, "bot"), (std::vector<Standing>{}));
  EXPECT_EQ(known.StandingOf("shop", "both"), archived);
  EXPECT_EQ(known.StandingOf("web", "both"), live);
  EXPECT_EQ(known.StandingOf("empty", "both"), no);
  EXPECT_EQ(known.StandingOf("other", "both"), Standing::kNoCatalog);
}

TEST(KnownFlags, LeavesOutWhatIsNoKey) {
  const std::string longest(kMaxKeyLength, 'a');
  const KnownFlags known(Projects{{"shop",
                                   {{"", false},
                                    {"-a", false},
                                    {"a b", false},
                                    {"é", false},
                                    {longest, false},
                                    {longest + "a", false}}}});
  EXPECT_EQ(known.StandingOf("shop", longest), Standing::kLive);
  for (const std::string& key :
       {std::string(), std::string("-a"), std::string("a b"), std::string("é"), longest + "a"}) {
    EXPECT_EQ(known.StandingOf("shop", key), Standing::kMissing) << key;
  }
}

// So many that some share all 32 bits of their hash, whatever the hash.
TEST(KnownFlags, FindsEveryOneOfManyAndNoOther) {
  constexpr int kCount = 400'000;
  const auto key = [](int i) { return "checkout-v" + std::to_string(i); };
  Projects projects = {{"shop", {}}, {"web", {}}};
  for (int i = 0; i < kCount; ++i) {
    projects[0].flags.push_back({key(i), i % 2 == 1});
    if (i % 3 == 0) projects[1].flags.push_back({key(i), false});
  }
  const KnownFlags known(projects);
  int wrong = 0;
  for (int i = 0; i < kCount; ++i) {
    const auto standings = known.Find(key(i));
    const bool right = standings.size() == 2 &&
                       standings[0] == (i % 2 == 1 ? Standing::kArchived : Standing::kLive) &&
                       standings[1] == (i % 3 == 0 ? Standing::kLive : Standing::kMissing);
    if (!right || !known.Find("checkout-w" + std::to_string(i)).empty()) ++wrong;
  }
  EXPECT_EQ(wrong, 0);
}

TEST(KnownFlags, HoldsAnyNumberOfKeys) {
  for (std::size_t count = 1; count < 300; ++count) {
    Projects projects = {{"shop", {}}};
    for (std::size_t i = 0; i < count; ++i) {
      projects[0].flags.push_back({"key-" + std::to_string(count * i), false});
    }
    const KnownFlags known(projects);
    for (const KnownFlags::Flag& flag : projects[0].flags) {
      ASSERT_EQ(known.StandingOf("shop", flag.key), Standing::kLive) << flag.key;
    }
    ASSERT_EQ(known.StandingOf("shop", "key-none"), Standing::kMissing);
  }
}

TEST(KnownFlags, ACopyKnowsTheSame) {
  KnownFlags known(Projects{{"shop", {{"a", false}}}});
  const KnownFlags copy = known;
  known = KnownFlags();
  EXPECT_EQ(copy.StandingOf("shop", "a"), Standing::kLive);
  EXPECT_EQ(known.StandingOf("shop", "a"), Standing::kNoCatalog);
}

}  // namespace
}  // namespace flaglinkd
