#include "daemon/admin/status_json.h"

#include <chrono>
#include <cmath>

#include "daemon/admin/json_writing.h"
#include "daemon/admin/utc_time.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

// To three decimals, which are microseconds of milliseconds.
void Number(JsonWriter& json, const char* name, double value) {
  json.Key(name);
  json.Double(std::round(value * 1000) / 1000);
}

void Seconds(JsonWriter& json, const char* name, Duration duration) {
  Number(json, name, std::chrono::duration<double>(duration).count());
}

void Time(JsonWriter& json, const char* name, const std::optional<TimePoint>& time) {
  if (time) Field(json, name, FormatUtc(*time));
}

// An array of objects; `write` fills one of them.
template <typename Item, typename Write>
void List(JsonWriter& json, const char* name, const std::vector<Item>& items, Write write) {
  json.Key(name);
  json.StartArray();
  for (const Item& item : items) {
    json.StartObject();
    write(json, item);
    json.EndObject();
  }
  json.EndArray();
}

void WriteTroubles(JsonWriter& json, const std::vector<std::string>& troubles) {
  json.Key("troubles");
  json.StartArray();
  for (const std::string& trouble : troubles) WriteText(json, ToValidUtf8(trouble));
  json.EndArray();
}

void WriteSource(JsonWriter& json, const SourceStatus& source) {
  Field(json, "name", source.name);
  Field(json, "adapter", source.adapter);
  Field(json, "path", source.path);
  Field(json, "stored", source.stored);
  Field(json, "ignored", source.ignored);
  Field(json, "duplicate", source.duplicate);
  Field(json, "failed", source.failed);
  Field(json, "rejected", source.rejected);
  Field(json, "unavailable", source.unavailable);
  Time(json, "last_event", source.last_event);
  Field(json, "last_outcome", source.last_outcome);
}

void WriteQueue(JsonWriter& json, const QueueStatistics& queue, TimePoint now) {
  json.Key("queue");
  json.StartObject();
  Field(json, "applied", queue.applied);
  Field(json, "foreign", queue.foreign);
  Field(json, "waiting", queue.waiting);
  Field(json, "unknown_flag", queue.unknown_flag);
  Field(json, "failed", queue.failed);
  Field(json, "total_made", queue.total_made);
  const bool is_due = queue.oldest_due && *queue.oldest_due <= now;
  if (is_due) Seconds(json, "oldest_due_seconds", now - *queue.oldest_due);
  json.EndObject();
}

void WritePause(JsonWriter& json, const PauseStatus& pause) {
  Field(json, "reason", pause.reason);
  Field(json, "scope", pause.scope);
  Time(json, "until", pause.until);
}

void WriteDelivery(JsonWriter& json, const DeliveryStatus& delivery) {
  json.Key("delivery");
  json.StartObject();
  json.Key("enabled");
  json.Bool(delivery.enabled);
  List(json, "pauses", delivery.pauses, WritePause);
  if (delivery.budget) {
    json.Key("budget");
    json.StartObject();
    Field(json, "remaining", delivery.budget->remaining);
    Time(json, "until", delivery.budget->until);
    json.EndObject();
  }
  Field(json, "under_way", delivery.under_way);
  json.EndObject();
}

void WriteCatalog(JsonWriter& json, const CatalogStatus& catalog) {
  Field(json, "project", catalog.project);
  Field(json, "flags", catalog.flags);
  Seconds(json, "age_seconds", catalog.age);
}

void WriteConfig(JsonWriter& json, const ConfigStatus& config) {
  json.Key("config");
  json.StartObject();
  Field(json, "hash", config.hash);
  Time(json, "loaded", config.loaded);
  Field(json, "refused", ToValidUtf8(config.refused));
  Time(json, "refused_at", config.refused_at);
  json.EndObject();
}

void WriteSlot(JsonWriter& json, const HistorySlot& slot) {
  Field(json, "events", slot.events);
  Field(json, "rejected", slot.rejected);
  Field(json, "requests", slot.requests);
  Field(json, "applied", slot.applied);
  Number(json, "answer_ms", slot.answer_ms);
  Number(json, "delivery_s", slot.delivery_s);
}

}  // namespace

HttpResponse StatusResponse(const StatusReport& report) {
  return JsonResponse(200, [&](JsonWriter& json) {
    Field(json, "version", report.version);
    Time(json, "now", report.now);
    Time(json, "started", report.started);
    WriteTroubles(json, report.troubles);
    List(json, "sources", report.sources, WriteSource);
    WriteQueue(json, report.queue, report.now);
    WriteDelivery(json, report.delivery);
    List(json, "catalog", report.catalog, WriteCatalog);
    WriteConfig(json, report.config);
    List(json, "history", report.history, WriteSlot);
  });
}

}  // namespace flaglinkd
