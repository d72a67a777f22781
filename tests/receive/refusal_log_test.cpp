#include "daemon/receive/refusal_log.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

constexpr TimePoint kStart{std::chrono::seconds(1'767'225'600)};

TEST(RefusalLog, TellsOneAMinuteOfEachSourceAndVerdict) {
  RefusalLog log;
  EXPECT_EQ(log.Next("jira", Verdict::kUnsigned, kStart), 0);
  EXPECT_EQ(log.Next("jira", Verdict::kUnsigned, kStart), std::nullopt);
  EXPECT_EQ(log.Next("jira", Verdict::kStale, kStart), 0);
  EXPECT_EQ(log.Next("slack", Verdict::kUnsigned, kStart), 0);
  EXPECT_EQ(log.Next("jira", Verdict::kUnsigned, kStart + std::chrono::seconds(59)), std::nullopt);
}

TEST(RefusalLog, SaysHowManyItHeldBackAndTellsAgain) {
  RefusalLog log;
  for (int i = 0; i < 10; ++i) log.Next("jira", Verdict::kUnsigned, kStart);
  EXPECT_EQ(log.Next("jira", Verdict::kUnsigned, kStart + std::chrono::minutes(1)), 9);
  EXPECT_EQ(log.Next("jira", Verdict::kUnsigned, kStart + std::chrono::hours(1000)), 0);
}

TEST(RefusalLog, AClockThatGoesBackSilencesNothing) {
  RefusalLog log;
  log.Next("jira", Verdict::kUnsigned, kStart);
  EXPECT_EQ(log.Next("jira", Verdict::kUnsigned, kStart - std::chrono::hours(1)), 0);
}

}  // namespace
}  // namespace flaglinkd
