#include <map>
#include <utility>

#include "daemon/service_parts.h"

namespace flaglinkd {
namespace {

constexpr Duration kBetweenNotes = std::chrono::minutes(1);  // of the history

const char* ReasonOf(Pause pause) {
  switch (pause) {
    case Pause::kToken: return "token";
    case Pause::kRateLimit: return "rate_limit";
    case Pause::kAway: return "away";
    case Pause::kPermission: return "permission";
  }
  return "";
}

std::vector<SourceStatus> StatusOf(const SourceSet& sources,
                                   std::map<std::string, SourceCounts> counts) {
  std::vector<SourceStatus> all;
  for (const Source& source : sources.all()) {
    const SourceCounts& count = counts[source.options.name];
    SourceStatus status;
    status.name = source.options.name;
    status.adapter = source.options.adapter;
    status.path = source.options.path;
    status.stored = count.stored;
    status.ignored = count.ignored;
    status.duplicate = count.duplicate;
    status.failed = count.failed;
    status.rejected = count.rejected;
    status.unavailable = count.unavailable;
    status.last_event = count.last_event;
    status.last_outcome = count.last_outcome;
    all.push_back(std::move(status));
  }
  return all;
}

DeliveryStatus StatusOf(const DeliveryState& state,
                        const std::optional<RateBudget::Window>& window) {
  DeliveryStatus status;
  status.enabled = state.enabled;
  status.under_way = state.under_way;
  for (const HeldScope& held : state.pauses) {
    status.pauses.push_back({ReasonOf(held.pause), held.scope, held.until});
  }
  if (window) status.budget = BudgetStatus{window->left, window->until};
  return status;
}

std::vector<CatalogStatus> StatusOf(const std::vector<FlagCatalog::ProjectStatus>& projects) {
  std::vector<CatalogStatus> all;
  for (const FlagCatalog::ProjectStatus& project : projects) {
    all.push_back({project.project, static_cast<std::int64_t>(project.flags), project.age});
  }
  return all;
}

}  // namespace

std::vector<std::string> Service::Parts::Troubles() const {
  std::string trouble = writer->Trouble();
  if (trouble.empty()) return {};
  return {"the store takes nothing: " + trouble};
}

StatusReport Service::Parts::Report() {
  MetricsReading reading = metrics->Read();
  StatusReport report;
  report.version = kVersion;
  report.now = clock.Now();
  report.started = start;
  report.troubles = Troubles();
  report.sources = StatusOf(*intake->Sources(), std::move(reading.sources));
  report.queue = writer->Statistics();
  report.delivery = StatusOf(delivery->State(), budget.Left(report.now));
  report.catalog = StatusOf(catalog->Projects());
  report.config = *config_status.Lock();
  report.history = history.Slots(report.now, reading.activity);
  return report;
}

void Service::Tick() {
  // What is due grows older also while nothing is committed.
  parts_->ShowLinks(parts_->writer->Statistics());
  const TimePoint now = parts_->clock.Now();
  // A clock that was set back doesn't stop it.
  if (now >= parts_->history_noted && now < parts_->history_noted + kBetweenNotes) return;
  parts_->history_noted = now;
  parts_->history.Note(now, parts_->metrics->Read().activity);
}

}  // namespace flaglinkd
