// What went on in the last hours, for the plots of the status page: the differences of sums that
// only grow, in slots of five minutes that begin with the clock's. Bounded; without a thread of its
// own. Safe for several threads.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/guarded.h"

namespace flaglinkd {

// What happened in one slot of the history.
struct HistorySlot {
  std::int64_t events = 0;    // stored, ignored, duplicate and failed ones
  std::int64_t rejected = 0;  // and unavailable
  std::int64_t requests = 0;  // to LaunchDarkly
  std::int64_t applied = 0;   // links
  double answer_ms = 0;       // a webhook's mean time to its answer; 0: there was none
  double delivery_s = 0;      // mean time from receipt to applied; 0: there was none
  auto operator<=>(const HistorySlot&) const = default;
};

// The last six hours in slots of five minutes, oldest first; the last one is under way.
constexpr std::size_t kHistorySlots = 72;
constexpr Duration kHistorySlot = std::chrono::minutes(5);

// Sums since the start of the process.
struct Activity {
  std::int64_t events = 0, rejected = 0, requests = 0, applied = 0;  // as in a slot
  std::int64_t answers = 0;                                          // to webhooks
  double answer_seconds = 0;                                         // of all answers
  double delivery_seconds = 0;                                       // of all that was applied
  bool operator==(const Activity&) const = default;
};

class History {
 public:
  explicit History(TimePoint start);

  // To be told about once a minute: what was added since the last time counts for the slot of `now`.
  // A clock that is set back neither loses slots nor makes any; the one under way goes on.
  void Note(TimePoint now, const Activity& sums);

  // As of `now`, oldest first, at most kHistorySlots; a young history has fewer.
  std::vector<HistorySlot> Slots(TimePoint now, const Activity& sums);

 private:
  struct State {
    std::int64_t number = 0;         // of the slot under way, counted from 1970
    std::deque<Activity> slots{{}};  // what each adds, oldest first; the last is under way
    Activity sums;                   // as of the last note

    void MoveOnTo(std::int64_t now);
    void Add(const Activity& now);
  };

  Guarded<State> state_;
};

}  // namespace flaglinkd
