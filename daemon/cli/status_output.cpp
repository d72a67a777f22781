#include "daemon/cli/status_output.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/admin/diagnosis.h"
#include "daemon/admin/page_text.h"
#include "daemon/admin/utc_time.h"
#include "daemon/cli/text_table.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kMostSources = 20, kMostFindings = 10;
constexpr std::size_t kLineCharacters = 500;
constexpr std::size_t kNameWidth = 15;

std::string Field(std::string_view name, const std::string& value) {
  return std::string(name) + std::string(kNameWidth - name.size(), ' ') +
         EscapeForLine(value, kLineCharacters) + "\n";
}

const char* ColourOf(Severity severity) {
  switch (severity) {
    case Severity::kBroken: return "\x1b[1;31m";     // red
    case Severity::kAttention: return "\x1b[1;33m";  // yellow
    case Severity::kIdle:
    case Severity::kFine: return "\x1b[1;32m";  // green
  }
  return "";
}

std::string FindingAsText(const Finding& finding, Colours colours) {
  std::string name = NameOf(finding.severity);
  if (colours == Colours::kAnsi) name = ColourOf(finding.severity) + name + "\x1b[0m";
  std::string text = name + ": " + EscapeForLine(finding.sentence, kLineCharacters) + "\n";
  if (!finding.fault.empty()) text += Field("  look at", finding.fault);
  if (!finding.remedy.empty()) text += Field("  what to do", finding.remedy);
  return text;
}

std::string FindingsAsText(const StatusReport& report, Colours colours) {
  std::vector<Finding> findings = Diagnose(report);
  const std::size_t left_out = findings.size() - std::min(findings.size(), kMostFindings);
  findings.resize(findings.size() - left_out);
  std::string text;
  for (const Finding& finding : findings) text += FindingAsText(finding, colours);
  return left_out == 0 ? text : text + "and " + Counted(left_out, "finding") + " more\n";
}

std::string SourcesAsText(const StatusReport& report) {
  std::vector<SourceStatus> sources = report.sources;
  if (sources.empty()) return Field("sources", "none");
  const std::size_t shown = std::min(sources.size(), kMostSources);
  if (shown < sources.size()) {
    std::stable_sort(sources.begin(), sources.end(), [](const auto& one, const auto& other) {
      return one.last_event > other.last_event;
    });
  }
  std::vector<std::vector<std::string>> rows = {{"SOURCE", "LAST EVENT", "OUTCOME", "STORED",
                                                 "IGNORED", "DUPLICATE", "FAILED", "REJECTED",
                                                 "UNAVAILABLE"}};
  for (std::size_t i = 0; i < shown; ++i) {
    const SourceStatus& source = sources[i];
    rows.push_back({source.name,
                    source.last_event ? AgoText(*source.last_event, report.now) : "none yet",
                    source.last_outcome, Grouped(source.stored), Grouped(source.ignored),
                    Grouped(source.duplicate), Grouped(source.failed), Grouped(source.rejected),
                    Grouped(source.unavailable)});
  }
  std::string text = TextTable(rows);
  if (shown < sources.size()) {
    text += "and " + Counted(sources.size() - shown, "source") + " more\n";
  }
  return text;
}

std::string QueueLine(const QueueStatistics& queue, TimePoint now) {
  std::string text = Counted(queue.applied, "link") + " applied, " + Grouped(queue.foreign) +
                     " foreign, " + Grouped(queue.waiting) + " waiting, " +
                     Grouped(queue.unknown_flag) + " of unknown flags, " + Grouped(queue.failed) +
                     " failed";
  if (queue.oldest_due)
    text += "; the oldest has been due for " + SpanText(now - *queue.oldest_due);
  return Field("queue", text);
}

std::string DeliveryAsText(const DeliveryStatus& delivery, TimePoint now) {
  std::string line = delivery.enabled ? "on" : "off";
  if (delivery.under_way > 0) line += ", " + Counted(delivery.under_way, "link") + " under way";
  if (delivery.budget && delivery.budget->until > now) {
    line += ", " + Counted(delivery.budget->remaining, "request") + " left for the next " +
            SpanText(delivery.budget->until - now);
  }
  std::string text = Field("delivery", line);
  for (const PauseStatus& pause : delivery.pauses) {
    text += Field("  paused",
                  pause.scope + " (" + pause.reason + "), next try " + AgoText(pause.until, now));
  }
  return text;
}

std::string CatalogAsText(const std::vector<CatalogStatus>& catalog) {
  if (catalog.empty()) return Field("catalogue", "off");
  std::string text;
  for (const CatalogStatus& project : catalog) {
    text += Field(text.empty() ? "catalogue" : "", project.project + ": " +
                                                       Counted(project.flags, "flag") + ", " +
                                                       SpanText(project.age) + " old");
  }
  return text;
}

std::string ConfigAsText(const ConfigStatus& config, TimePoint now) {
  std::string text =
      Field("configuration", config.hash + ", loaded " + AgoText(config.loaded, now));
  if (!config.refused.empty()) {
    text += Field("  refused", (config.refused_at ? AgoText(*config.refused_at, now) + ": " : "") +
                                   config.refused);
  }
  return text;
}

}  // namespace

std::string StatusAsText(const StatusReport& report, Colours colours) {
  return FindingsAsText(report, colours) + "\n" + SourcesAsText(report) + "\n" +
         QueueLine(report.queue, report.now) + DeliveryAsText(report.delivery, report.now) +
         CatalogAsText(report.catalog) + ConfigAsText(report.config, report.now) +
         Field("version", report.version + ", started " + AgoText(report.started, report.now));
}

std::string StoppedStatusAsText(const QueueStatistics& queue, TimePoint now) {
  return "Not running: what is stored waits until flaglinkd is started\n\n" + QueueLine(queue, now);
}

std::string StoppedStatusAsJson(const QueueStatistics& queue, TimePoint now) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
  json.StartObject();
  json.Key("running");
  json.Bool(false);
  json.Key("now");
  json.String(FormatUtc(now).c_str());
  json.Key("queue");
  json.StartObject();
  const std::pair<const char*, std::int64_t> numbers[] = {{"applied", queue.applied},
                                                          {"foreign", queue.foreign},
                                                          {"waiting", queue.waiting},
                                                          {"unknown_flag", queue.unknown_flag},
                                                          {"failed", queue.failed}};
  for (const auto& [name, number] : numbers) {
    json.Key(name);
    json.Int64(number);
  }
  if (queue.oldest_due) {
    json.Key("oldest_due_seconds");
    json.Double(std::chrono::duration<double>(now - *queue.oldest_due).count());
  }
  json.EndObject();
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

bool IsWrong(const StatusReport& report) {
  const Severity worst = Diagnose(report).front().severity;
  return worst == Severity::kBroken || worst == Severity::kAttention;
}

}  // namespace flaglinkd
