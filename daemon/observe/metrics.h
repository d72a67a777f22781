// Every number that /metrics shows. All series exist at zero from the start; labels come from small
// closed sets. Safe for several threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/observe/history.h"

namespace flaglinkd {

// What became of one request. received = the sum of all.
enum class WebhookOutcome {
  kStored,
  kIgnored,
  kDuplicate,
  kFailed,
  kHandshake,
  kRejectedSignature,  // 401
  kRejectedAddress,    // 403
  kRejectedPath,       // 404, 405; source `none`
  kRejectedSize,       // 413, 431
  kRejectedLimit,      // 429
  kRejectedHttp,       // 400, 408, 501, 505
  kUnavailable,        // 503
};

// Closed sets of labels, so that every series can exist from the start.
enum class AttemptLabel { kApplied, kRemoved, kRetry, kFailed, kUnknownFlag, kPaused };
enum class AttemptReason {
  kNone,
  kHttpStatus,
  kNetwork,
  kRateLimit,
  kToken,
  kPermission,
  kConflict
};
// Of documents that bodies leave out: got, or had from a while ago; refused for good, for too many
// requests, or for now. kGivenUp counts events.
enum class FetchResult { kRead, kCached, kRefused, kRateLimited, kFailed, kGivenUp };
enum class PauseReason { kToken, kPermission, kRateLimit, kAway };

// Of the links that wait, those are shown as paused that a pause of all delivery holds up.
struct LinkGauges {
  std::int64_t applied = 0, foreign = 0, waiting = 0, unknown_flag = 0, failed = 0;
  std::int64_t made = 0, total_applied = 0, superseded = 0, forgotten = 0;
  double oldest_due_seconds = 0;
};

// Since the start of the process.
struct SourceCounts {
  std::int64_t stored = 0, ignored = 0, duplicate = 0, failed = 0;
  std::int64_t rejected = 0;  // for whatever reason
  std::int64_t unavailable = 0;
  // Of authentic webhooks; nothing and "": none yet.
  std::optional<TimePoint> last_event;
  std::string
      last_outcome;  // "stored", "ignored", "duplicate", "failed", "handshake", "unavailable"
  bool operator==(const SourceCounts&) const = default;
};

// What the service says of itself besides /metrics.
struct MetricsReading {
  std::map<std::string, SourceCounts> sources;  // `none` too
  Activity activity;
};

class Metrics {
 public:
  // `sources`: the configured names; "none" is added for requests that reach no source.
  Metrics(std::vector<std::string> sources, std::string version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // For a reload: sources that are new get their series; those of old ones stay.
  void AddSources(const std::vector<std::string>& sources);

  void CountWebhook(std::string_view source, WebhookOutcome outcome);
  void ObserveWebhook(std::string_view source, Duration took);
  void SourceEvent(std::string_view source, TimePoint when);  // ..._last_event_timestamp_seconds
  void CountSecretUsed(std::string_view source,
                       std::size_t index);  // index 0 to 3, more count as 3
  void CountFetch(std::string_view source, FetchResult result);
  void CountCaughtUp(std::string_view source);  // stored from the sender's log of deliveries
  void ObserveCommit(std::size_t events, Duration took);
  void CountAttempt(AttemptLabel outcome, AttemptReason reason);
  void ObserveDelivery(Duration receipt_to_applied);
  void CountLaunchDarklyRequest(
      std::string_view method,
      int status);  // 0: no answer; statuses by class but for 401 403 404 409 429
  void SetPaused(PauseReason reason, bool paused);
  void SetLinks(const LinkGauges& gauges);
  // The catalogue of a project: its flags, and how long ago all of them were read.
  void SetCatalog(const std::string& project, std::size_t flags, Duration age);
  void SetConfig(std::string_view hash, bool last_reload_successful);

  MetricsReading Read() const;

  // The Prometheus text format, version 0.0.4.
  std::string Text() const;

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace flaglinkd
