// PagerDuty's webhooks: V3 subscriptions (developer.pagerduty.com, "Webhooks Overview": event types
// and event data types), and the "messages" of the V1 and V2 extensions that came before.
#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::pagerduty {
namespace {

constexpr std::size_t kMaxChanges = 257;  // one more than the daemon takes: it says so

// "Incident resolved, urgency high, priority P2.": an incident has no description of its own.
std::string Describe(Json incident) {
  const std::string status = TextOf(incident["status"]);
  if (status.empty()) return "An incident at PagerDuty.";
  const std::string urgency = TextOf(incident["urgency"]);
  const std::string priority = TextOf(incident["priority"]["summary"]);
  return "Incident " + status + (urgency.empty() ? "" : ", urgency " + urgency) +
         (priority.empty() ? "" : ", priority " + priority) + ".";
}

std::string ServiceOf(Json incident) {
  return FirstText(incident, {"/service/summary", "/service/name"});
}

// "[API] Checkout fails (#42)"; of what is there.
std::string ShownTitle(Json incident, const std::string& title, const std::string& number) {
  const std::string service = ServiceOf(incident);
  return (service.empty() ? "" : "[" + service + "] ") + title +
         (number.empty() ? "" : " (#" + number + ")");
}

// An incident of any version, or the reference to it that a note holds: id, page and perhaps a
// title. nullopt: not what PagerDuty sends.
std::optional<Change> ReadIncident(Json incident, std::optional<TimeUs> time) {
  const std::string id = IdOf(incident["id"]);
  const std::string url = TextOf(incident["html_url"]);
  if (!HasOnly(id, "-_") || !IsPage(url)) return std::nullopt;

  Change change;
  change.resource = HostOf(url) + "/" + id;
  change.url = url;
  change.part_time = change.content_time = time;
  change.created = FirstTime(incident, {"/created_at", "/created_on"});
  const Json number = incident["number"] ? incident["number"] : incident["incident_number"];
  if (number) change.name = "#" + IdOf(number);
  const std::string title = FirstText(incident, {"/title", "/trigger_summary_data/subject",
                                                 "/trigger_summary_data/description", "/summary"});
  if (!title.empty()) change.title = ShownTitle(incident, title, IdOf(number));
  // The name is what is shown of an incident that no body gave a title to.
  const std::string service = ServiceOf(incident);
  if (title.empty() && number && !service.empty()) change.name = service + " " + change.name;
  change.description = Describe(incident);
  if (!title.empty()) change.texts = {{{"title", title}}};
  return change;
}

// Makes of the incident that a note or the like refers to the change of that part. The reference
// has no time of the incident: older than anything else, so that what is known of it stays.
void MakePart(Change& change, std::string part, std::vector<Named> texts) {
  change.part = std::move(part);
  change.content_time = 1;
  change.texts = std::move(texts);
}

// Notes by integrations and workflows come without an agent, or with one that is no user.
void SetAuthor(Change& change, Json agent) {
  const std::string name = TextOf(agent["summary"]);
  change.author = name.empty() ? "PagerDuty" : name;
  change.author_is_bot = !TextOf(agent["type"]).starts_with("user");
}

Outcome NotAsDocumented(const Sink& sink, std::string_view member) {
  return Refuse(sink, "\"" + std::string(member) + "\" is not as PagerDuty documents it");
}

// What a text belongs to an incident by, beside its title.
struct Remark {
  std::string_view type;    // of the event's data
  std::string_view prefix;  // of the part's id
  std::string_view member;  // of the data, that holds the text
  std::string_view name;    // of the text
};
constexpr Remark kRemarks[] = {
    {"incident_note", "note-", "content", "note"},
    {"incident_status_update", "status-update-", "message", "status update"},
};

Outcome ReadRemark(const Remark& remark, Json event, const Sink& sink) {
  const Json data = event["data"];
  const std::string id = IdOf(data["id"]);
  auto change = ReadIncident(data["incident"], FirstTime(event, {"/occurred_at"}));
  if (!change || id.empty()) return NotAsDocumented(sink, "event/data");
  change->kind = Change::Kind::kCreated;
  MakePart(*change, std::string(remark.prefix) + id,
           {{std::string(remark.name), TextOf(data[remark.member])}});
  SetAuthor(*change, event["agent"]);
  sink.Emit(*change);
  return Outcome::kExtracted;
}

// All custom fields of an incident, whichever of them changed.
Outcome ReadCustomFields(Json event, const Sink& sink) {
  const Json data = event["data"];
  auto change = ReadIncident(data["incident"], FirstTime(event, {"/occurred_at"}));
  if (!change || !data["custom_fields"].array()) return NotAsDocumented(sink, "event/data");
  std::vector<Named> texts;
  for (const Json field : data["custom_fields"]) {
    const std::string name = "field " + TextOf(field["name"]);
    const Json value = field["value"];
    if (value.String()) texts.push_back({name, TextOf(value)});
    for (const Json one : value) texts.push_back({name, TextOf(one)});
  }
  MakePart(*change, "custom-fields", std::move(texts));
  sink.Emit(*change);
  return Outcome::kExtracted;
}

Outcome ReadWholeIncident(Json event, const Sink& sink) {
  auto change = ReadIncident(event["data"], FirstTime(event, {"/occurred_at"}));
  if (!change) return NotAsDocumented(sink, "event/data");
  if (event["event_type"].String() == "incident.triggered") {
    change->kind = Change::Kind::kCreated;
    change->author = TextOf(event["agent"]["summary"]);
  }
  sink.Emit(*change);
  return Outcome::kExtracted;
}

// V3: one event, whose data says by its type what it is.
Outcome ReadEvent(Json event, const Sink& sink) {
  const std::string name = TextOf(event["event_type"]);
  const std::string type = TextOf(event["data"]["type"]);
  if (name == "pagey.ping") {
    sink.Reply(200, "application/json", "{}");
    return Outcome::kHandshake;
  }
  if (type == "incident") return ReadWholeIncident(event, sink);
  if (type == "incident_field_values") return ReadCustomFields(event, sink);
  for (const Remark& remark : kRemarks) {
    if (type == remark.type) return ReadRemark(remark, event, sink);
  }
  if (name.empty()) return NotAsDocumented(sink, "event/event_type");
  return Ignore(sink, "PagerDuty's event \"" + name + "\" holds no text about an incident");
}

// One of V1 or V2: the incident, and of V2 what was noted; no more than kMaxChanges in all.
bool ReadMessage(Json message, std::vector<Change>& changes) {
  const bool is_v2 = message["incident"].object();
  const auto time = FirstTime(message, {"/created_on"});
  auto incident = ReadIncident(is_v2 ? message["incident"] : message["data"]["incident"], time);
  if (!incident) return false;
  if (FirstText(message, {"/event", "/type"}) == "incident.trigger")
    incident->kind = Change::Kind::kCreated;
  changes.push_back(*incident);
  for (const Json entry : message["log_entries"]) {
    if (changes.size() == kMaxChanges) break;
    if (entry["type"].String() != "annotate_log_entry") continue;
    if (!entry["id"].Text()) return false;
    Change note = *incident;
    note.kind = Change::Kind::kCreated;
    note.part = "note-" + IdOf(entry["id"]);
    note.part_time = FirstTime(entry, {"/created_at"});
    note.texts = {{{"note", FirstText(entry, {"/channel/summary", "/channel/content"})}}};
    SetAuthor(note, entry["agent"]);
    changes.push_back(std::move(note));
  }
  return true;
}

Outcome Read(const Request&, Json root, const Sink& sink) {
  if (root["event"].object()) return ReadEvent(root["event"], sink);
  if (!root["messages"].array()) return Refuse(sink, "neither \"event\" nor \"messages\"");
  std::vector<Change> changes;
  for (const Json message : root["messages"]) {
    if (changes.size() == kMaxChanges) break;
    if (!ReadMessage(message, changes)) return NotAsDocumented(sink, "messages");
  }
  if (changes.empty()) return Ignore(sink, "no messages");
  for (const Change& change : changes) sink.Emit(change);
  return Outcome::kExtracted;
}

// One signature for each secret of the subscription, while it is rotated.
constexpr flaglink_signature kSignatures[] = {
    Signature{.header = "x-pagerduty-signature", .prefix = "v1=", .separator = ","}};
// Of V2: where it was sent to, which may hold a secret, and with which headers.
constexpr Names kBlank{"/messages/0/webhook", "/messages/1/webhook", "/messages/2/webhook"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "pagerduty",
                                      .signatures = kSignatures,
                                      .delivery_id = "body:/event/id",
                                      .blank = kBlank.names,
                                      .read = Read};

}  // namespace flaglink::pagerduty

FLAGLINK_ADAPTER(flaglink::pagerduty::kAdapter)
