#include "daemon/cli/status_reading.h"

#include <rapidjson/document.h>

#include <cstdint>
#include <vector>

#include "daemon/admin/utc_time.h"

namespace flaglinkd {
namespace {

using Json = rapidjson::Value;

constexpr std::size_t kMostEntries = 1000;
constexpr double kLongestSeconds = 1e10;  // three centuries

const Json& Member(const Json& object, const char* name) {
  static const Json kNone;
  return object.IsObject() && object.HasMember(name) ? object[name] : kNone;
}

std::string Text(const Json& object, const char* name) {
  const Json& value = Member(object, name);
  return value.IsString() ? std::string(value.GetString(), value.GetStringLength()) : "";
}

std::int64_t Number(const Json& object, const char* name) {
  const Json& value = Member(object, name);
  return value.IsInt64() ? value.GetInt64() : 0;
}

std::optional<TimePoint> Time(const Json& object, const char* name) {
  return ParseUtc(Text(object, name));
}

std::optional<Duration> Seconds(const Json& object, const char* name) {
  const Json& value = Member(object, name);
  if (!value.IsNumber()) return std::nullopt;
  const double seconds = value.GetDouble();
  if (!(seconds >= 0 && seconds <= kLongestSeconds)) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

template <typename Entry, typename Read>
std::vector<Entry> List(const Json& object, const char* name, Read read) {
  std::vector<Entry> entries;
  const Json& list = Member(object, name);
  if (!list.IsArray()) return entries;
  for (const Json& item : list.GetArray()) {
    if (entries.size() == kMostEntries) break;
    entries.push_back(read(item));
  }
  return entries;
}

SourceStatus ReadSource(const Json& json) {
  SourceStatus source;
  source.name = Text(json, "name");
  source.adapter = Text(json, "adapter");
  source.path = Text(json, "path");
  source.stored = Number(json, "stored");
  source.ignored = Number(json, "ignored");
  source.duplicate = Number(json, "duplicate");
  source.failed = Number(json, "failed");
  source.rejected = Number(json, "rejected");
  source.unavailable = Number(json, "unavailable");
  source.last_event = Time(json, "last_event");
  source.last_outcome = Text(json, "last_outcome");
  return source;
}

HistorySlot ReadSlot(const Json& json) {
  HistorySlot slot;
  slot.events = Number(json, "events");
  slot.rejected = Number(json, "rejected");
  slot.requests = Number(json, "requests");
  slot.applied = Number(json, "applied");
  return slot;
}

QueueStatistics ReadQueue(const Json& json, TimePoint now) {
  QueueStatistics queue;
  queue.applied = Number(json, "applied");
  queue.foreign = Number(json, "foreign");
  queue.waiting = Number(json, "waiting");
  queue.unknown_flag = Number(json, "unknown_flag");
  queue.failed = Number(json, "failed");
  queue.total_made = Number(json, "total_made");
  if (const auto age = Seconds(json, "oldest_due_seconds")) queue.oldest_due = now - *age;
  return queue;
}

PauseStatus ReadPause(const Json& json) {
  return {Text(json, "reason"), Text(json, "scope"), Time(json, "until").value_or(TimePoint())};
}

DeliveryStatus ReadDelivery(const Json& json) {
  DeliveryStatus delivery;
  const Json& enabled = Member(json, "enabled");
  delivery.enabled = !enabled.IsBool() || enabled.GetBool();
  delivery.pauses = List<PauseStatus>(json, "pauses", ReadPause);
  const Json& budget = Member(json, "budget");
  if (const auto until = Time(budget, "until")) {
    delivery.budget = BudgetStatus{Number(budget, "remaining"), *until};
  }
  delivery.under_way = static_cast<int>(Number(json, "under_way"));
  return delivery;
}

CatalogStatus ReadCatalog(const Json& json) {
  return {Text(json, "project"), Number(json, "flags"),
          Seconds(json, "age_seconds").value_or(Duration(0))};
}

ConfigStatus ReadConfig(const Json& json) {
  return {Text(json, "hash"), Time(json, "loaded").value_or(TimePoint()), Text(json, "refused"),
          Time(json, "refused_at")};
}

}  // namespace

Result<StatusReport> ReadStatusReport(const std::string& json) {
  rapidjson::Document answer;
  answer.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (answer.HasParseError() || !answer.IsObject() || !Member(answer, "queue").IsObject()) {
    return Error{Error::Code::kInternal, "the service's answer is not understood"};
  }
  StatusReport report;
  report.version = Text(answer, "version");
  report.now = Time(answer, "now").value_or(TimePoint());
  report.started = Time(answer, "started").value_or(TimePoint());
  report.troubles = List<std::string>(answer, "troubles", [](const Json& trouble) {
    return trouble.IsString() ? std::string(trouble.GetString(), trouble.GetStringLength())
                              : std::string();
  });
  report.sources = List<SourceStatus>(answer, "sources", ReadSource);
  report.queue = ReadQueue(Member(answer, "queue"), report.now);
  report.delivery = ReadDelivery(Member(answer, "delivery"));
  report.catalog = List<CatalogStatus>(answer, "catalog", ReadCatalog);
  report.config = ReadConfig(Member(answer, "config"));
  report.history = List<HistorySlot>(answer, "history", ReadSlot);
  return report;
}

}  // namespace flaglinkd
