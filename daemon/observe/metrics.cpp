#include "daemon/observe/metrics.h"

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <tuple>
#include <utility>

#include "daemon/base/guarded.h"
#include "daemon/base/sha256.h"
#include "daemon/observe/process_metrics.h"

namespace flaglinkd {
namespace {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;
using Buckets = Histogram::BucketBoundaries;

// The label values, in the order of the enums.
constexpr std::array kWebhookOutcomes = {"stored",           "ignored",       "duplicate",
                                         "failed",           "handshake",     "rejected_signature",
                                         "rejected_address", "rejected_path", "rejected_size",
                                         "rejected_limit",   "rejected_http", "unavailable"};
constexpr std::array kAttemptOutcomes = {"applied", "removed",      "retry",
                                         "failed",  "unknown_flag", "paused"};
constexpr std::array kAttemptReasons = {"none",  "http_status", "network", "rate_limit",
                                        "token", "permission",  "conflict"};
constexpr std::array kPauseReasons = {"token", "permission", "rate_limit", "away"};
constexpr std::array kLinkStatuses = {"applied",      "foreign", "waiting",
                                      "unknown_flag", "paused",  "failed"};
constexpr std::array kLinkResults = {"made", "applied", "superseded", "forgotten"};
constexpr std::array kSecretIndices = {"0", "1", "2", "3"};
constexpr std::array kFetchResults = {"read",         "cached", "refused",
                                      "rate_limited", "failed", "given_up"};
constexpr std::array kMethods = {"GET", "POST", "PATCH", "DELETE", "other"};
constexpr std::array kStatuses = {"none", "2xx", "3xx", "401", "403",  "404",
                                  "409",  "429", "4xx", "5xx", "other"};

constexpr const char* kNoSource = "none";

constexpr std::array kRejections = {
    WebhookOutcome::kRejectedSignature, WebhookOutcome::kRejectedAddress,
    WebhookOutcome::kRejectedPath,      WebhookOutcome::kRejectedSize,
    WebhookOutcome::kRejectedLimit,     WebhookOutcome::kRejectedHttp};

bool IsRejection(WebhookOutcome outcome) {
  return std::find(kRejections.begin(), kRejections.end(), outcome) != kRejections.end();
}

double Seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Buckets RequestBuckets() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};
}
Buckets EventBuckets() {
  return {1, 2, 4, 8, 16, 32, 64, 128, 256};
}
Buckets DeliveryBuckets() {
  return {1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21600, 86400, 259200};
}

// Those that call for different cures stand alone.
const char* StatusLabel(int status) {
  switch (status) {
    case 0: return "none";
    case 401: return "401";
    case 403: return "403";
    case 404: return "404";
    case 409: return "409";
    case 429: return "429";
  }
  constexpr std::array kClasses = {"2xx", "3xx", "4xx", "5xx"};
  return status >= 200 && status < 600 ? kClasses[static_cast<std::size_t>(status / 100 - 2)]
                                       : "other";
}

// The last name stands for all that are not listed.
template <std::size_t size>
std::size_t IndexOf(const std::array<const char*, size>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? size - 1 : static_cast<std::size_t>(found - names.begin());
}

// One series of `family` per name.
template <typename Metric, std::size_t size>
std::array<Metric*, size> AddEach(prometheus::Family<Metric>& family, const char* label,
                                  const std::array<const char*, size>& names,
                                  prometheus::Labels labels = {}) {
  std::array<Metric*, size> series;
  for (std::size_t i = 0; i < size; ++i) {
    labels[label] = names[i];
    series[i] = &family.Add(labels);
  }
  return series;
}

// A series for every pair of the two labels' values.
template <std::size_t rows, std::size_t columns>
std::array<std::array<Counter*, columns>, rows> AddTable(
    prometheus::Family<Counter>& family,
    std::pair<const char*, const std::array<const char*, rows>&> row,
    std::pair<const char*, const std::array<const char*, columns>&> column) {
  std::array<std::array<Counter*, columns>, rows> table;
  for (std::size_t i = 0; i < rows; ++i) {
    table[i] = AddEach(family, column.first, column.second, {{row.first, row.second[i]}});
  }
  return table;
}

// Counters whose values are totals kept in the database, so that they survive a restart and are
// set, not counted.
class LinkChanges final : public prometheus::Collectable {
 public:
  void Set(const LinkGauges& gauges) {
    *values_.Lock() = {gauges.made, gauges.total_applied, gauges.superseded, gauges.forgotten};
  }
  std::vector<prometheus::MetricFamily> Collect() const override {
    prometheus::MetricFamily family;
    family.name = "flaglinkd_link_changes_total";
    family.help = "Link changes by what became of them, since the database was made";
    family.type = prometheus::MetricType::Counter;
    const auto values = *values_.Lock();
    for (std::size_t i = 0; i < kLinkResults.size(); ++i) {
      prometheus::ClientMetric metric;
      metric.label = {{"result", kLinkResults[i]}};
      metric.counter.value = static_cast<double>(values[i]);
      family.metric.push_back(std::move(metric));
    }
    return {family};
  }

 private:
  mutable Guarded<std::array<std::int64_t, kLinkResults.size()>> values_;
};

struct SourceSeries {
  SourceCounts Counts() const;
  std::int64_t Count(WebhookOutcome outcome) const {
    return static_cast<std::int64_t>(webhooks[static_cast<std::size_t>(outcome)]->Value());
  }

  std::array<Counter*, kWebhookOutcomes.size()> webhooks;
  Histogram* seconds;
  // Of one that was no rejection; a pointer, since the series move into their map.
  std::unique_ptr<std::atomic<const char*>> last_outcome =
      std::make_unique<std::atomic<const char*>>("");
  // Not of the source `none`: nothing of its is ever accepted.
  Gauge* last_event = nullptr;
  std::array<Counter*, kSecretIndices.size()> secret_used = {};
  std::array<Counter*, kFetchResults.size()> fetches = {};
  Counter* caught_up = nullptr;
};

SourceCounts SourceSeries::Counts() const {
  SourceCounts counts;
  counts.stored = Count(WebhookOutcome::kStored);
  counts.ignored = Count(WebhookOutcome::kIgnored);
  counts.duplicate = Count(WebhookOutcome::kDuplicate);
  counts.failed = Count(WebhookOutcome::kFailed);
  counts.unavailable = Count(WebhookOutcome::kUnavailable);
  for (const WebhookOutcome outcome : kRejections) counts.rejected += Count(outcome);
  if (last_event == nullptr || last_event->Value() == 0) return counts;
  counts.last_event =
      TimePoint(std::chrono::round<Duration>(std::chrono::duration<double>(last_event->Value())));
  counts.last_outcome = last_outcome->load();
  return counts;
}

// Sum and number of what a histogram has seen.
std::pair<double, std::int64_t> SumOf(const Histogram& histogram) {
  const prometheus::ClientMetric metric = histogram.Collect();
  return {metric.histogram.sample_sum, static_cast<std::int64_t>(metric.histogram.sample_count)};
}

}  // namespace

// The series themselves are atomic; a lock is only around the look-up of a source's, which never
// move.
struct Metrics::Series {
  explicit Series(const std::string& version);
  void AddSource(const std::string& name);
  const SourceSeries& Of(std::string_view source) {
    const auto known = sources.Lock();
    const auto found = known->find(source);
    return found == known->end() ? known->find(kNoSource)->second : found->second;
  }

  prometheus::Family<Counter>& CounterFamily(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  prometheus::Family<Gauge>& GaugeFamily(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }
  prometheus::Family<Histogram>& HistogramFamily(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }

  prometheus::Registry registry;
  LinkChanges link_changes;
  ProcessMetrics process;

  prometheus::Family<Counter>& webhooks =
      CounterFamily("flaglinkd_webhooks_total", "Requests to hooks by what became of them");
  prometheus::Family<Histogram>& webhook_seconds = HistogramFamily(
      "flaglinkd_webhook_seconds", "From a request's first byte to the answer's last");
  prometheus::Family<Gauge>& last_event =
      GaugeFamily("flaglinkd_source_last_event_timestamp_seconds",
                  "When the source's last authentic event came, since 1970; 0: none yet");
  prometheus::Family<Counter>& secret_used = CounterFamily(
      "flaglinkd_verify_secret_used_total", "Requests verified by each of the source's secrets");

  prometheus::Family<Counter>& fetches = CounterFamily(
      "flaglinkd_fetches_total",
      "Documents that the source's webhooks leave out, by what became of the request; "
      "given_up: events");
  prometheus::Family<Counter>& caught_up = CounterFamily(
      "flaglinkd_caught_up_total", "Events that the sender could not deliver, from its own log");

  Histogram& commit_seconds =
      HistogramFamily("flaglinkd_commit_seconds", "How long a commit to the queue took")
          .Add({}, RequestBuckets());
  Histogram& commit_events =
      HistogramFamily("flaglinkd_commit_events", "Events that shared one commit")
          .Add({}, EventBuckets());
  Histogram& delivery_seconds =
      HistogramFamily("flaglinkd_delivery_seconds", "From a webhook's receipt to its link applied")
          .Add({}, DeliveryBuckets());

  std::array<Gauge*, kLinkStatuses.size()> links =
      AddEach(GaugeFamily("flaglinkd_links", "Links by their state now"), "status", kLinkStatuses);
  Gauge& oldest_due =
      GaugeFamily("flaglinkd_oldest_due_seconds", "How long the oldest due link has been due")
          .Add({});
  std::array<Gauge*, kPauseReasons.size()> paused =
      AddEach(GaugeFamily("flaglinkd_delivery_paused", "1 while delivery is paused for the reason"),
              "reason", kPauseReasons);

  std::array<std::array<Counter*, kAttemptReasons.size()>, kAttemptOutcomes.size()> attempts =
      AddTable<kAttemptOutcomes.size(), kAttemptReasons.size()>(
          CounterFamily("flaglinkd_attempts_total", "Tries to apply a link"),
          {"outcome", kAttemptOutcomes}, {"reason", kAttemptReasons});
  std::array<std::array<Counter*, kStatuses.size()>, kMethods.size()> requests =
      AddTable<kMethods.size(), kStatuses.size()>(
          CounterFamily("flaglinkd_launchdarkly_requests_total",
                        "Requests to LaunchDarkly by the status of the answer; none: no answer"),
          {"method", kMethods}, {"status", kStatuses});

  prometheus::Family<Gauge>& catalog_flags =
      GaugeFamily("flaglinkd_catalog_flags", "Flags that the project's catalogue knows");
  prometheus::Family<Gauge>& catalog_age = GaugeFamily(
      "flaglinkd_catalog_age_seconds", "How long ago all flags of the project were read");

  Gauge& reload_successful = GaugeFamily("flaglinkd_config_last_reload_successful",
                                         "1 if the last reading of the configuration was")
                                 .Add({});
  Gauge& config_hash =
      GaugeFamily("flaglinkd_config_hash", "Changes with the configuration in force").Add({});

  Guarded<std::map<std::string, SourceSeries, std::less<>>> sources;
};

Metrics::Series::Series(const std::string& version) {
  GaugeFamily("flaglinkd_build_info", "1, by the version that runs")
      .Add({{"version", version}})
      .Set(1);
}

void Metrics::Series::AddSource(const std::string& name) {
  const auto known = sources.Lock();
  if (known->contains(name)) return;
  const prometheus::Labels labels = {{"source", name}};
  SourceSeries series{AddEach(webhooks, "outcome", kWebhookOutcomes, labels),
                      &webhook_seconds.Add(labels, RequestBuckets())};
  if (name != kNoSource) {
    series.last_event = &last_event.Add(labels);
    series.secret_used = AddEach(secret_used, "index", kSecretIndices, labels);
    series.fetches = AddEach(fetches, "result", kFetchResults, labels);
    series.caught_up = &caught_up.Add(labels);
  }
  known->emplace(name, std::move(series));
}

Metrics::Metrics(std::vector<std::string> sources, std::string version)
    : series_(std::make_unique<Series>(version)) {
  AddSources(sources);
  series_->AddSource(kNoSource);
}

void Metrics::AddSources(const std::vector<std::string>& sources) {
  for (const std::string& source : sources) series_->AddSource(source);
}

Metrics::~Metrics() = default;

void Metrics::CountWebhook(std::string_view source, WebhookOutcome outcome) {
  const SourceSeries& series = series_->Of(source);
  series.webhooks[static_cast<std::size_t>(outcome)]->Increment();
  if (IsRejection(outcome)) return;
  series.last_outcome->store(kWebhookOutcomes[static_cast<std::size_t>(outcome)]);
}

void Metrics::ObserveWebhook(std::string_view source, Duration took) {
  series_->Of(source).seconds->Observe(Seconds(took));
}

void Metrics::SourceEvent(std::string_view source, TimePoint when) {
  Gauge* last_event = series_->Of(source).last_event;
  if (last_event != nullptr) last_event->Set(Seconds(when.time_since_epoch()));
}

void Metrics::CountSecretUsed(std::string_view source, std::size_t index) {
  Counter* used = series_->Of(source).secret_used[std::min(index, kSecretIndices.size() - 1)];
  if (used != nullptr) used->Increment();
}

void Metrics::CountFetch(std::string_view source, FetchResult result) {
  Counter* fetches = series_->Of(source).fetches[static_cast<std::size_t>(result)];
  if (fetches != nullptr) fetches->Increment();
}

void Metrics::CountCaughtUp(std::string_view source) {
  Counter* caught_up = series_->Of(source).caught_up;
  if (caught_up != nullptr) caught_up->Increment();
}

void Metrics::ObserveCommit(std::size_t events, Duration took) {
  series_->commit_events.Observe(static_cast<double>(events));
  series_->commit_seconds.Observe(Seconds(took));
}

void Metrics::CountAttempt(AttemptLabel outcome, AttemptReason reason) {
  series_->attempts[static_cast<std::size_t>(outcome)][static_cast<std::size_t>(reason)]
      ->Increment();
}

void Metrics::ObserveDelivery(Duration receipt_to_applied) {
  series_->delivery_seconds.Observe(Seconds(receipt_to_applied));
}

void Metrics::CountLaunchDarklyRequest(std::string_view method, int status) {
  series_->requests[IndexOf(kMethods, method)][IndexOf(kStatuses, StatusLabel(status))]
      ->Increment();
}

void Metrics::SetPaused(PauseReason reason, bool paused) {
  series_->paused[static_cast<std::size_t>(reason)]->Set(paused ? 1 : 0);
}

void Metrics::SetLinks(const LinkGauges& gauges) {
  const auto paused = [this](PauseReason reason) {
    return series_->paused[static_cast<std::size_t>(reason)]->Value() != 0;
  };
  // A permission holds up one verb of one project; the others everything.
  const bool held =
      paused(PauseReason::kToken) || paused(PauseReason::kRateLimit) || paused(PauseReason::kAway);
  const std::array<std::int64_t, kLinkStatuses.size()> counts = {gauges.applied,
                                                                 gauges.foreign,
                                                                 held ? 0 : gauges.waiting,
                                                                 gauges.unknown_flag,
                                                                 held ? gauges.waiting : 0,
                                                                 gauges.failed};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    series_->links[i]->Set(static_cast<double>(counts[i]));
  }
  series_->oldest_due.Set(gauges.oldest_due_seconds);
  series_->link_changes.Set(gauges);
}

void Metrics::SetCatalog(const std::string& project, std::size_t flags, Duration age) {
  const prometheus::Labels labels = {{"project", project}};
  series_->catalog_flags.Add(labels).Set(static_cast<double>(flags));
  series_->catalog_age.Add(labels).Set(Seconds(age));
}

void Metrics::SetConfig(std::string_view hash, bool last_reload_successful) {
  // A number that a double holds exactly: the first 48 bits of the hash's hash.
  const Sha256Digest digest = Sha256(hash);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 6; ++i) number = number << 8 | digest[i];
  series_->config_hash.Set(static_cast<double>(number));
  series_->reload_successful.Set(last_reload_successful ? 1 : 0);
}

MetricsReading Metrics::Read() const {
  MetricsReading reading;
  Activity& sums = reading.activity;
  {
    const auto known = series_->sources.Lock();
    for (const auto& [name, series] : *known) {
      const SourceCounts counts = series.Counts();
      const auto [seconds, answers] = SumOf(*series.seconds);
      sums.events += counts.stored + counts.ignored + counts.duplicate + counts.failed;
      sums.rejected += counts.rejected + counts.unavailable;
      sums.answers += answers;
      sums.answer_seconds += seconds;
      reading.sources.emplace(name, counts);
    }
  }
  for (const auto& row : series_->requests) {
    for (const Counter* requests : row)
      sums.requests += static_cast<std::int64_t>(requests->Value());
  }
  std::tie(sums.delivery_seconds, sums.applied) = SumOf(series_->delivery_seconds);
  return reading;
}

std::string Metrics::Text() const {
  std::vector<prometheus::MetricFamily> families = series_->registry.Collect();
  for (auto& more : {series_->link_changes.Collect(), series_->process.Collect()}) {
    families.insert(families.end(), more.begin(), more.end());
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace flaglinkd
