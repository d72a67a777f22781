#include "daemon/receive/rate_limit.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

constexpr TimePoint kStart{std::chrono::seconds(1'767'225'600)};

int Taken(RateLimiter& limiter, const std::string& key, double rate, TimePoint now, int tries) {
  int taken = 0;
  for (int i = 0; i < tries; ++i) taken += limiter.Take(key, rate, now) ? 1 : 0;
  return taken;
}

TEST(RateLimiter, ASecondsWorthPassesAtOnceAndNoMore) {
  RateLimiter limiter;
  EXPECT_EQ(Taken(limiter, "jira", 5, kStart, 20), 5);
}

TEST(RateLimiter, TimeRefillsItAtItsRate) {
  RateLimiter limiter;
  Taken(limiter, "jira", 5, kStart, 20);
  EXPECT_EQ(Taken(limiter, "jira", 5, kStart + std::chrono::milliseconds(400), 20), 2);
  EXPECT_EQ(Taken(limiter, "jira", 5, kStart + std::chrono::hours(1), 20), 5);
}

TEST(RateLimiter, AClockThatGoesBackRefillsNothing) {
  RateLimiter limiter;
  Taken(limiter, "jira", 5, kStart, 20);
  EXPECT_EQ(Taken(limiter, "jira", 5, kStart - std::chrono::hours(1), 20), 0);
}

TEST(RateLimiter, KeysHaveBucketsOfTheirOwn) {
  RateLimiter limiter;
  Taken(limiter, "192.0.2.1", 5, kStart, 20);
  EXPECT_EQ(Taken(limiter, "192.0.2.2", 5, kStart, 20), 5);
}

TEST(RateLimiter, AFloodOfKeysIsBoundedAndLocksOutNobodyKnown) {
  RateLimiter limiter;
  EXPECT_TRUE(limiter.Take("known", 5, kStart));
  int taken = 0;
  for (int i = 0; i < 20'000; ++i)
    taken += limiter.Take("address " + std::to_string(i), 5, kStart) ? 1 : 0;
  // Every key has its first request but for those beyond the bound, which share one bucket of five.
  EXPECT_EQ(taken, static_cast<int>(RateLimiter::kMaxKeys) - 1 + 5);
  EXPECT_EQ(Taken(limiter, "known", 5, kStart, 20), 4);
}

}  // namespace
}  // namespace flaglinkd
