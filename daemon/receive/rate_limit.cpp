#include "daemon/receive/rate_limit.h"

#include <algorithm>

namespace flaglinkd {
namespace {

double Refilled(double spent, TimePoint last, double rate, TimePoint now) {
  const double seconds = std::chrono::duration<double>(std::max(now - last, Duration(0))).count();
  return std::max(0.0, spent - seconds * rate);
}

}  // namespace

bool TokenBucket::Take(double rate, TimePoint now) {
  spent_ = Refilled(spent_, last_, rate, now);
  last_ = now;
  if (spent_ + 1 > std::max(rate, 1.0)) return false;
  spent_ += 1;
  return true;
}

bool TokenBucket::IsFull(double rate, TimePoint now) const {
  return Refilled(spent_, last_, rate, now) == 0;
}

bool RateLimiter::Take(const std::string& key, double rate, TimePoint now) {
  auto bucket = buckets_.find(key);
  if (bucket == buckets_.end()) {
    if (buckets_.size() >= kMaxKeys) {
      std::erase_if(buckets_, [&](const auto& entry) { return entry.second.IsFull(rate, now); });
    }
    if (buckets_.size() >= kMaxKeys) return rest_.Take(rate, now);
    bucket = buckets_.try_emplace(key).first;
  }
  return bucket->second.Take(rate, now);
}

}  // namespace flaglinkd
