// When what did not work is tried again. Pure.
#pragma once

#include <algorithm>
#include <optional>

#include "daemon/base/clock.h"

namespace flaglinkd {

struct RetryPolicy {
  Duration timeout = std::chrono::seconds(20);  // of one request
  Duration first_retry = std::chrono::seconds(1);
  Duration longest_retry = std::chrono::minutes(5);
  Duration give_up_after = std::chrono::hours(72);
  Duration unknown_flag_patience = std::chrono::hours(24 * 7);

  // first_retry, doubled with each failure before, longest_retry at most.
  Duration Backoff(int failures) const { return Doubled(first_retry, failures, longest_retry); }

  // Full jitter: anywhere up to the backoff, so that many links that failed together do not come
  // back together. Never before `told`. `jitter` is in [0, 1).
  TimePoint RetryAt(int failures, TimePoint now, std::optional<TimePoint> told,
                    double jitter) const {
    const TimePoint own = now + Part(Backoff(failures), jitter);
    return told ? std::max(own, *told) : own;
  }

  // A flag may be created after the ticket that names it, but nobody waits for that: from
  // longest_retry, doubled, to six hours.
  Duration UnknownFlagWait(int failures) const {
    return Doubled(longest_retry, failures,
                   std::max<Duration>(longest_retry, std::chrono::hours(6)));
  }

  static Duration Part(Duration whole, double share) {
    return Duration(static_cast<Duration::rep>(static_cast<double>(whole.count()) * share));
  }

 private:
  static Duration Doubled(Duration start, int times, Duration limit) {
    Duration wait = start;
    for (int i = 0; i < times && wait < limit; ++i) wait *= 2;
    return std::min(wait, limit);
  }
};

}  // namespace flaglinkd
