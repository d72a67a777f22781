// A clock that moves only when a test says so. Safe for several threads.
#pragma once

#include <atomic>

#include "daemon/base/clock.h"

namespace flaglinkd {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start = TimePoint(std::chrono::seconds(1'767'225'600)))
      : now_(start) {}
  TimePoint Now() const override { return now_.load(); }
  void Advance(Duration by) { now_.store(now_.load() + by); }
  void Set(TimePoint now) { now_.store(now); }

 private:
  std::atomic<TimePoint> now_;
};

}  // namespace flaglinkd
