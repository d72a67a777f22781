// What an answer to a request for a document means, and when the next request may go out. Pure.
#pragma once

#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/http/http_client.h"

namespace flaglinkd {

namespace fetch_policy {
constexpr std::size_t kLargestDocument = 256u << 10;
constexpr Duration kTimeout = std::chrono::seconds(10);         // of one request
constexpr Duration kBetweenRequests = std::chrono::seconds(1);  // of one source
constexpr Duration kFirstRetry = std::chrono::seconds(10);
constexpr Duration kLongestRetry = std::chrono::minutes(30);
// How long an event waits for a tool that is away, and at most; then what stands in its body is all
// that is linked. Without the second, more events than requests would pile up for ever.
constexpr Duration kGiveUpAfter = std::chrono::hours(6);
constexpr Duration kGiveUpAnyway = std::chrono::hours(72);
constexpr Duration kLongestToldWait = std::chrono::hours(1);  // of Retry-After
}  // namespace fetch_policy

// kFirstRetry, doubled with each failure before, kLongestRetry at most; between half of it and all
// of it, so that what failed together does not come back together. `jitter` is in [0, 1).
Duration FetchBackoff(int failures, double jitter);

struct FetchVerdict {
  // kRefused: the same request would be refused again (a redirect, 401, 403, 404 and other 4xx).
  // kLimited: too many requests, of whatever kind. kFailed: may work later.
  enum class Kind { kDocument, kRefused, kLimited, kFailed } kind = Kind::kFailed;
  std::optional<TimePoint> not_before;  // as the server asks
  std::string reason;                   // one line: "slack.com answered 503"
};

// `host` is for the reason.
FetchVerdict Judge(const HttpAnswer& answer, const std::string& host, TimePoint now);

// When the next request to one source's tool may go out: one at a time, one a second, and none
// while the tool is away or asks for a pause.
class SourcePace {
 public:
  bool busy() const { return busy_; }
  // While not busy; a clock that was set back puts it off by kLongestToldWait at most.
  TimePoint NextAt(TimePoint now) const;
  void Begin(TimePoint now);
  // The request has ended: with an answer that says nothing against going on.
  void Succeed();
  // Or without; not before `told`.
  void Fail(TimePoint now, std::optional<TimePoint> told, double jitter);

 private:
  bool busy_ = false;
  int failures_ = 0;
  TimePoint next_;
};

}  // namespace flaglinkd
