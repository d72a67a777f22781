#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <ctime>
#include <set>

#include "daemon/cli/dry_run.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

using JsonWriter = rapidjson::PrettyWriter<rapidjson::StringBuffer>;
constexpr std::size_t kLineCharacters = 200;

const char* Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAuthentic: return "authentic";
    case Verdict::kUnsigned: return "unsigned";
    case Verdict::kWrongSignature: return "wrong_signature";
    case Verdict::kStale: return "stale";
  }
  return "";
}

const char* Name(ChangeKind kind) {
  return kind == ChangeKind::kDeleted ? "deleted" : "updated";
}

std::string Iso8601(TimePoint time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// The time of what is spoken of: the part's, else the content's; "" if the sender gives none.
std::string OccurredAt(const Change& change) {
  if (change.part_time) return Iso8601(*change.part_time);
  return change.content_time ? Iso8601(*change.content_time) : "";
}

void Field(JsonWriter& json, const char* name, const std::string& value) {
  json.Key(name);
  json.String(value);
}

void WriteEvent(JsonWriter& json, const Change& change) {
  json.StartObject();
  Field(json, "resource", change.resource);
  Field(json, "name", change.name);
  Field(json, "part", change.part);
  Field(json, "kind", Name(change.kind));
  Field(json, "title", change.title.value_or(""));
  Field(json, "url", change.url.value_or(""));
  Field(json, "occurred_at", OccurredAt(change));
  json.EndObject();
}

void WriteRequest(JsonWriter& json, const HttpCall& request) {
  json.StartObject();
  Field(json, "method", request.method);
  Field(json, "path", request.url);
  if (!request.body.empty()) {
    json.Key("body");
    rapidjson::Document body;
    body.Parse(request.body);
    body.Accept(json);
  }
  json.EndObject();
}

}  // namespace

std::vector<Mention> FlagsOf(const DryRun& run) {
  std::vector<Mention> flags;
  std::set<FlagKey> seen;
  for (const ObservedChange& observed : run.changes) {
    for (const Mention& mention : observed.mentions) {
      if (seen.insert(mention.flag).second) flags.push_back(mention);
    }
  }
  return flags;
}

std::string DryRunAsJson(const DryRun& run) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.SetIndent(' ', 2);
  json.StartObject();
  Field(json, "verdict", Name(run.verification.verdict));
  Field(json, "outcome", run.outcome);
  Field(json, "reason", run.reason);
  json.Key("events");
  json.StartArray();
  for (const ObservedChange& observed : run.changes) WriteEvent(json, observed.change);
  json.EndArray();
  json.Key("flags");
  json.StartArray();
  for (const Mention& mention : FlagsOf(run)) {
    json.StartObject();
    Field(json, "project", mention.flag.project);
    Field(json, "key", mention.flag.key);
    Field(json, "because", mention.reason);
    json.EndObject();
  }
  json.EndArray();
  json.Key("requests");
  json.StartArray();
  for (const HttpCall& request : run.requests) WriteRequest(json, request);
  json.EndArray();
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::string DryRunAsText(const DryRun& run) {
  const auto line = [](const std::string& text) { return EscapeForLine(text, kLineCharacters); };
  std::string text = std::string("verdict  ") + Name(run.verification.verdict);
  if (!run.verification.reason.empty()) text += "  (" + line(run.verification.reason) + ")";
  text += "\noutcome  " + run.outcome;
  if (!run.reason.empty()) text += "  (" + line(run.reason) + ")";
  text += "\n";
  for (const ObservedChange& observed : run.changes) {
    const Change& change = observed.change;
    text += std::string("event    ") + Name(change.kind) + "  " + line(change.resource) + "  " +
            line(change.name);
    if (!change.part.empty()) text += "  part " + line(change.part);
    text += "\n         " + line(change.title.value_or("")) + "\n         " +
            line(change.url.value_or("")) + "\n";
  }
  for (const Mention& mention : FlagsOf(run)) {
    text += "flag     " + mention.flag.project + "/" + mention.flag.key + "  (" +
            line(mention.reason) + ")\n";
  }
  for (const HttpCall& request : run.requests) {
    text += "request  " + request.method + " " + request.url + "\n         " + request.body + "\n";
  }
  return text;
}

}  // namespace flaglinkd
