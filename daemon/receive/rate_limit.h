// Token buckets: `rate` a second, a second's worth in one burst. Policy is pure, time comes as an
// argument. Not safe for several threads.
#pragma once

#include <string>
#include <unordered_map>

#include "daemon/base/clock.h"

namespace flaglinkd {

class TokenBucket {
 public:
  bool Take(double rate, TimePoint now);
  // Full again: forgetting it changes nothing.
  bool IsFull(double rate, TimePoint now) const;

 private:
  double spent_ = 0;
  TimePoint last_;
};

// One bucket per key, for at most kMaxKeys keys at a time; beyond, a new key shares one bucket with
// all others that came too late, so that a flood of addresses costs neither memory nor a sender
// that is already known.
class RateLimiter {
 public:
  static constexpr std::size_t kMaxKeys = 4096;
  bool Take(const std::string& key, double rate, TimePoint now);

 private:
  std::unordered_map<std::string, TokenBucket> buckets_;
  TokenBucket rest_;
};

}  // namespace flaglinkd
