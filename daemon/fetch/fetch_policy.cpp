#include "daemon/fetch/fetch_policy.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace flaglinkd {
namespace {

namespace policy = fetch_policy;

Duration Share(Duration whole, double share) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(whole.count()) * share));
}

// In seconds, as all senders that we ask write it; RFC 9110, 10.2.3 would allow a date, which is
// taken for none.
std::optional<TimePoint> RetryAfter(const HttpAnswer& answer, TimePoint now) {
  for (const Header& header : answer.headers) {
    if (header.name != "retry-after") continue;
    std::int64_t seconds = 0;
    const char* end = header.value.data() + header.value.size();
    const auto [stop, error] = std::from_chars(header.value.data(), end, seconds);
    if (error != std::errc() || stop != end || seconds < 0) return std::nullopt;
    const auto longest = std::chrono::duration_cast<std::chrono::seconds>(policy::kLongestToldWait);
    return now + std::min(std::chrono::seconds(seconds), longest);
  }
  return std::nullopt;
}

FetchVerdict::Kind KindOf(int status) {
  using Kind = FetchVerdict::Kind;
  if (status >= 200 && status < 300) return Kind::kDocument;
  if (status == 429) return Kind::kLimited;
  const bool passes = status == 408 || status == 425 || status >= 500;
  return passes ? Kind::kFailed : Kind::kRefused;
}

}  // namespace

Duration FetchBackoff(int failures, double jitter) {
  Duration wait = policy::kFirstRetry;
  for (int i = 0; i < failures && wait < policy::kLongestRetry; ++i) wait *= 2;
  wait = std::min(wait, policy::kLongestRetry);
  return wait / 2 + Share(wait / 2, jitter);
}

FetchVerdict Judge(const HttpAnswer& answer, const std::string& host, TimePoint now) {
  if (answer.kind != HttpAnswer::Kind::kAnswered) {
    return {FetchVerdict::Kind::kFailed, std::nullopt, host + ": " + answer.error};
  }
  return {KindOf(answer.status), RetryAfter(answer, now),
          host + " answered " + std::to_string(answer.status)};
}

TimePoint SourcePace::NextAt(TimePoint now) const {
  return next_ > now + policy::kLongestToldWait ? now : next_;
}

void SourcePace::Begin(TimePoint now) {
  busy_ = true;
  next_ = now + policy::kBetweenRequests;
}

void SourcePace::Succeed() {
  busy_ = false;
  failures_ = 0;
}

void SourcePace::Fail(TimePoint now, std::optional<TimePoint> told, double jitter) {
  busy_ = false;
  next_ = std::max({next_, now + FetchBackoff(failures_, jitter), told.value_or(now)});
  ++failures_;
}

}  // namespace flaglinkd
