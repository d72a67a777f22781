#include "daemon/observe/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

HistorySlot Events(std::int64_t events) {
  HistorySlot slot;
  slot.events = events;
  return slot;
}

class HistoryTest : public testing::Test {
 protected:
  // A minute passes in which so many events come.
  void Minute(std::int64_t events) {
    clock_.Advance(minutes(1));
    sums_.events += events;
    history_.Note(clock_.Now(), sums_);
  }
  std::vector<HistorySlot> Slots() { return history_.Slots(clock_.Now(), sums_); }

  ManualClock clock_;  // starts with a slot
  Activity sums_;
  History history_{clock_.Now()};
};

TEST_F(HistoryTest, AYoungOneHasTheSlotThatIsUnderWay) {
  EXPECT_THAT(Slots(), ElementsAre(Events(0)));
  sums_.events = 3;
  EXPECT_THAT(Slots(), ElementsAre(Events(3)));
  EXPECT_THAT(Slots(), ElementsAre(Events(3)));
}

TEST_F(HistoryTest, CountsWhatIsAddedInSlotsOfFiveMinutesOfTheClock) {
  for (int i = 1; i <= 4; ++i) Minute(i);
  EXPECT_THAT(Slots(), ElementsAre(Events(10)));
  Minute(100);
  EXPECT_THAT(Slots(), ElementsAre(Events(10), Events(100)));
  clock_.Advance(minutes(11));
  EXPECT_THAT(Slots(), ElementsAre(Events(10), Events(100), Events(0), Events(0)));
}

TEST_F(HistoryTest, ASlotHoldsTheDifferencesOfTheSumsAndTheMeans) {
  history_.Note(clock_.Now(), {10, 20, 30, 40, 100, 1000, 2000});
  clock_.Advance(minutes(5));
  EXPECT_THAT(
      history_.Slots(clock_.Now(), {11, 22, 33, 44, 110, 1000.25, 2006}),
      ElementsAre(HistorySlot{10, 20, 30, 40, 10'000, 50}, HistorySlot{1, 2, 3, 4, 25, 1.5}));
}

TEST_F(HistoryTest, KeepsSixHours) {
  for (int i = 0; i < 1000; ++i) {
    clock_.Advance(minutes(5));
    ++sums_.events;
    history_.Note(clock_.Now(), sums_);
  }
  EXPECT_EQ(Slots(), std::vector<HistorySlot>(kHistorySlots, Events(1)));
}

TEST_F(HistoryTest, AClockThatJumpsAheadLeavesEmptySlotsOnly) {
  Minute(7);
  clock_.Advance(std::chrono::hours(24 * 365 * 100));
  EXPECT_EQ(Slots(), std::vector<HistorySlot>(kHistorySlots, Events(0)));
}

TEST_F(HistoryTest, AClockThatIsSetBackGoesOnWithTheSlotUnderWay) {
  for (int i = 0; i < 6; ++i) Minute(1);
  clock_.Advance(-std::chrono::hours(3));
  Minute(1);
  EXPECT_THAT(Slots(), ElementsAre(Events(4), Events(3)));
  clock_.Advance(minutes(5));
  EXPECT_THAT(Slots(), ElementsAre(Events(4), Events(3), Events(0)));
}

TEST_F(HistoryTest, MayBeToldAndAskedByAnyThread) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([this] {
      for (int note = 0; note < 1000; ++note) history_.Note(clock_.Now(), sums_);
    });
  }
  for (int i = 0; i < 100; ++i) {
    clock_.Advance(minutes(5));
    EXPECT_LE(Slots().size(), kHistorySlots);
  }
}

}  // namespace
}  // namespace flaglinkd
