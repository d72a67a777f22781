// Time as the program sees it. Policy takes a TimePoint as an argument; only the edges hold a
// Clock.
#pragma once

#include <chrono>

namespace flaglinkd {

// Wall-clock time in UTC, microseconds since 1970, as the database and the events hold it.
using Duration = std::chrono::microseconds;
using TimePoint = std::chrono::sys_time<Duration>;

// Safe for several threads.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint Now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

}  // namespace flaglinkd
