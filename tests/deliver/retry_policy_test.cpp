#include "daemon/deliver/retry_policy.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint kNow(seconds(1'767'225'600));

TEST(RetryPolicy, TheBackoffDoublesUpToTheLongest) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.Backoff(0), seconds(1));
  EXPECT_EQ(policy.Backoff(1), seconds(2));
  EXPECT_EQ(policy.Backoff(8), seconds(256));
  EXPECT_EQ(policy.Backoff(9), minutes(5));
  EXPECT_EQ(policy.Backoff(2'000'000'000), minutes(5));
}

TEST(RetryPolicy, TheJitterIsFull) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.RetryAt(3, kNow, std::nullopt, 0.0), kNow);
  EXPECT_EQ(policy.RetryAt(3, kNow, std::nullopt, 0.5), kNow + seconds(4));
  EXPECT_LT(policy.RetryAt(3, kNow, std::nullopt, 0.999999), kNow + seconds(8));
}

TEST(RetryPolicy, NothingIsTriedBeforeWhatWasTold) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.RetryAt(3, kNow, kNow + hours(2), 0.5), kNow + hours(2));
  EXPECT_EQ(policy.RetryAt(3, kNow, kNow + seconds(1), 0.5), kNow + seconds(4));
}

TEST(RetryPolicy, AnUnknownFlagIsAskedForFromTheLongestRetryToSixHours) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.UnknownFlagWait(0), minutes(5));
  EXPECT_EQ(policy.UnknownFlagWait(1), minutes(10));
  EXPECT_EQ(policy.UnknownFlagWait(6), minutes(320));
  EXPECT_EQ(policy.UnknownFlagWait(7), hours(6));
  EXPECT_EQ(policy.UnknownFlagWait(1'000'000), hours(6));
}

TEST(RetryPolicy, ALongestRetryBeyondSixHoursIsTheWaitForAnUnknownFlag) {
  RetryPolicy policy;
  policy.longest_retry = hours(8);
  EXPECT_EQ(policy.UnknownFlagWait(3), hours(8));
}

}  // namespace
}  // namespace flaglinkd
