#include "daemon/launchdarkly/project_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/changes.h"

namespace flaglinkd {
namespace {

using State = CatalogUpdate::State;
using Flag = CatalogUpdate::Flag;
using testing::ElementsAre;
using testing::IsEmpty;

Flag Live(std::string key, std::string issues = "") {
  return {std::move(key), State::kLive, std::move(issues)};
}
Flag Archived(std::string key) {
  return {std::move(key), State::kArchived, ""};
}
Flag Gone(std::string key) {
  return {std::move(key), State::kGone, ""};
}

FlagPage Page(std::vector<Flag> flags, bool last = true) {
  const std::size_t items = flags.size();
  return {std::move(flags), items, last};
}

// Takes a page and stores what it told, as the catalogue does; what it told.
std::vector<Flag> Take(ProjectFlags& project, const FlagPage& page, int seconds = 0) {
  EXPECT_TRUE(project.Take(page, At(seconds)).ok());
  if (!project.unstored()) return {};
  std::vector<Flag> told = project.unstored()->flags;
  project.Stored();
  return told;
}

// "checkout-v2 old(archived)", sorted.
std::string Shown(const ProjectFlags& project) {
  std::string text;
  for (const KnownFlags::Flag& flag : project.Frozen().flags) {
    text += (text.empty() ? "" : " ") + flag.key + (flag.archived ? "(archived)" : "");
  }
  return text;
}

ProjectFlags Knowing(std::vector<Flag> flags) {
  return ProjectFlags("default", {{"default", std::move(flags), At(-100)}});
}

TEST(ProjectFlags, ARoundReadsLiveAndThenArchivedFlagsPageByPage) {
  ProjectFlags project("default", {});
  EXPECT_EQ(project.complete(), std::nullopt);
  EXPECT_THAT(Take(project, Page({Live("a"), Live("b")}, false), 1),
              ElementsAre(Live("a"), Live("b")));
  EXPECT_FALSE(project.place().archived);
  EXPECT_EQ(project.place().offset, 2u);
  EXPECT_THAT(Take(project, Page({Live("c")}), 2), ElementsAre(Live("c")));
  EXPECT_TRUE(project.place().archived);
  EXPECT_EQ(project.place().offset, 0u);
  EXPECT_EQ(project.complete(), std::nullopt);

  ASSERT_TRUE(project.Take(Page({Archived("d")}), At(3)).ok());
  ASSERT_TRUE(project.unstored().has_value());
  EXPECT_EQ(project.unstored()->project, "default");
  EXPECT_EQ(project.unstored()->complete, At(1)) << "when the round began";
  EXPECT_TRUE(project.Stored());
  EXPECT_EQ(project.complete(), At(1));
  EXPECT_EQ(Shown(project), "a b c d(archived)");
  EXPECT_EQ(project.size(), 4u);
  EXPECT_FALSE(project.place().archived);
}

TEST(ProjectFlags, OnlyDifferencesAreTold) {
  ProjectFlags project = Knowing({Live("a"), Live("b", "SHOP-1"), Archived("c")});
  EXPECT_THAT(Take(project, Page({Live("a"), Live("b", "SHOP-2"), Live("c"), Live("d")})),
              ElementsAre(Live("b", "SHOP-2"), Live("c"), Live("d")));
  EXPECT_EQ(Shown(project), "a b c d");
}

TEST(ProjectFlags, AnotherJiraIssueChangesNothingThatTheMatcherSees) {
  ProjectFlags project = Knowing({Live("a")});
  ASSERT_TRUE(project.Take(Page({Live("a", "SHOP-1")}), At(0)).ok());
  EXPECT_FALSE(project.Stored());
}

TEST(ProjectFlags, ARoundWithoutDifferencesIsStoredAsComplete) {
  ProjectFlags project = Knowing({Live("a")});
  ASSERT_TRUE(project.Take(Page({Live("a")}), At(5)).ok());
  EXPECT_FALSE(project.unstored().has_value());
  ASSERT_TRUE(project.Take(Page({}), At(6)).ok());
  ASSERT_TRUE(project.unstored().has_value());
  EXPECT_THAT(project.unstored()->flags, IsEmpty());
  EXPECT_FALSE(project.Stored());
  EXPECT_EQ(project.complete(), At(5));
}

TEST(ProjectFlags, AFlagThatTwoPassesDoNotShowIsGone) {
  ProjectFlags project = Knowing({Live("a"), Live("b")});
  Take(project, Page({Live("a")}), 1);
  EXPECT_THAT(Take(project, Page({}), 2), IsEmpty());
  EXPECT_EQ(project.complete(), At(-100)) << "it is looked for once more";
  Take(project, Page({Live("a")}), 3);
  EXPECT_THAT(Take(project, Page({}), 4), ElementsAre(Gone("b")));
  EXPECT_EQ(project.complete(), At(3));
  EXPECT_EQ(Shown(project), "a");
}

TEST(ProjectFlags, AFlagThatSlippedThroughOncePassIsKept) {
  ProjectFlags project = Knowing({Live("a"), Live("b"), Live("c")});
  Take(project, Page({Live("a"), Live("c")}), 1);
  Take(project, Page({}), 2);
  Take(project, Page({Live("a"), Live("b")}), 3);  // now another one slips through
  EXPECT_THAT(Take(project, Page({}), 4), IsEmpty());
  EXPECT_EQ(project.complete(), At(3));
  EXPECT_EQ(Shown(project), "a b c");
}

TEST(ProjectFlags, AFlagThatIsArchivedBetweenTheListingsIsSeenInOneOfThem) {
  ProjectFlags project = Knowing({Live("a")});
  Take(project, Page({}), 1);
  EXPECT_THAT(Take(project, Page({Archived("a")}), 2), ElementsAre(Archived("a")));
  EXPECT_EQ(Shown(project), "a(archived)");
}

TEST(ProjectFlags, NewsDuringARoundAreNewerThanItsPages) {
  ProjectFlags project = Knowing({Live("a"), Live("b")});
  Take(project, Page({Live("a")}, false), 1);
  EXPECT_TRUE(project.Learn({Archived("b"), Gone("c"), Live("A-new-one")}));
  // These pages were made before.
  EXPECT_THAT(Take(project, Page({Live("b"), Live("c")}), 2), IsEmpty());
  EXPECT_THAT(Take(project, Page({}), 3), IsEmpty());
  EXPECT_EQ(project.complete(), At(1)) << "no second pass is needed for the new one";
  EXPECT_EQ(Shown(project), "A-new-one a b(archived)");
}

TEST(ProjectFlags, NewsThatWereWrongAreRightedByTheNextRound) {
  ProjectFlags project = Knowing({Live("a")});
  project.Learn({Gone("a"), Archived("b")});
  for (int round = 0; round < 2; ++round) {
    Take(project, Page({Live("a"), Live("b")}));
    Take(project, Page({}));
  }
  EXPECT_EQ(Shown(project), "a b");
}

TEST(ProjectFlags, WithoutACompleteRoundNothingIsShownToChange) {
  ProjectFlags project("default", {});
  EXPECT_FALSE(project.Learn({Live("a")}));
  ASSERT_TRUE(project.Take(Page({Live("b")}), At(1)).ok());
  EXPECT_FALSE(project.Stored());
  ASSERT_TRUE(project.Take(Page({}), At(2)).ok());
  EXPECT_TRUE(project.Stored());
  EXPECT_EQ(Shown(project), "a b");
}

TEST(ProjectFlags, WhatIsStoredOfOtherProjectsIsNotItsOwn) {
  const ProjectFlags project("mobile", {{"default", {Live("a")}, At(1)},
                                        {"mobile", {Live("b"), Gone("c")}, std::nullopt},
                                        {"mobile", {Archived("d")}, At(2)}});
  EXPECT_EQ(Shown(project), "b d(archived)");
  EXPECT_EQ(project.complete(), At(2));
  EXPECT_EQ(project.size(), 2u);
}

TEST(ProjectFlags, AnEndlessListingIsGivenUpAndBegunAnew) {
  ProjectFlags project("default", {});
  for (std::size_t page = 1; page < kMostFlagPages; ++page) {
    ASSERT_TRUE(project.Take(Page({}, false), At(0)).ok()) << page;
  }
  const Status taken = project.Take(Page({}, false), At(0));
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().message, "read the flags of project default: more than 1000 pages");
  EXPECT_EQ(project.place().offset, 0u);
  EXPECT_FALSE(project.place().archived);
  Take(project, Page({Live("a")}), 1);
  Take(project, Page({}), 2);
  EXPECT_EQ(Shown(project), "a");
}

TEST(ProjectFlags, TheMatcherKnowsOfTheseProjectsWhatIsStored) {
  const KnownFlags known =
      ToKnownFlags({"default", "unread", "absent"},
                   {{"default", {{"a", State::kLive, ""}, {"b", State::kArchived, ""}}, At(0)},
                    {"unread", {{"c", State::kLive, ""}}, std::nullopt},
                    {"dropped", {{"d", State::kLive, ""}}, At(0)}});
  using Standing = KnownFlags::Standing;
  EXPECT_EQ(known.StandingOf("default", "a"), Standing::kLive);
  EXPECT_EQ(known.StandingOf("default", "b"), Standing::kArchived);
  EXPECT_EQ(known.StandingOf("default", "c"), Standing::kMissing);
  EXPECT_EQ(known.StandingOf("unread", "c"), Standing::kNoCatalog);
  EXPECT_EQ(known.StandingOf("absent", "a"), Standing::kNoCatalog);
  EXPECT_EQ(known.StandingOf("dropped", "d"), Standing::kNoCatalog);
}

}  // namespace
}  // namespace flaglinkd
