#include "daemon/base/clock.h"

#include <gtest/gtest.h>

#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

TEST(Clock, TheSystemsIsTheWallClock) {
  const auto before = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  const TimePoint now = SystemClock().Now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

TEST(Clock, TheManualOneMovesWhenTold) {
  ManualClock clock(TimePoint(std::chrono::seconds(10)));
  EXPECT_EQ(clock.Now(), TimePoint(std::chrono::seconds(10)));
  clock.Advance(std::chrono::milliseconds(5));
  EXPECT_EQ(clock.Now(), TimePoint(std::chrono::milliseconds(10'005)));
  clock.Set(TimePoint());
  EXPECT_EQ(clock.Now(), TimePoint());
}

}  // namespace
}  // namespace flaglinkd
