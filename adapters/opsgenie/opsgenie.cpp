// Opsgenie's outgoing webhook integration (support.atlassian.com/opsgenie/docs,
// "Integrate Opsgenie with webhook"): one action on one alert.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::opsgenie {
namespace {

// Milliseconds (createdAt) or nanoseconds (updatedAt), told apart by size: the bound is the year 5138
// in the one, the second day of 1970 in the other.
std::optional<TimeUs> TimeOf(Json value) {
  constexpr std::int64_t kFirstNanoseconds = 100'000'000'000'000;
  const auto number = value.Int64();
  if (!number) return std::nullopt;
  return *number < kFirstNanoseconds ? FromMilliseconds(*number) : TimeUs{*number / 1000};
}

// "[api] Checkout fails (#23)"; of what is there.
std::string ShownTitle(Json alert, const std::string& message) {
  const std::string entity = TextOf(alert["entity"]), number = IdOf(alert["tinyId"]);
  return (entity.empty() ? "" : "[" + entity + "] ") + message +
         (number.empty() ? "" : " (#" + number + ")");
}

std::string Page(const Request& request, const std::string& id) {
  std::string_view site = request.option("site").value_or("https://app.opsgenie.com");
  while (site.ends_with('/')) site.remove_suffix(1);
  return std::string(site) + "/alert/detail/" + id + "/details";
}

Change ReadAlert(const Request& request, Json alert, const std::string& id) {
  const std::string message = TextOf(alert["message"]);
  Change change;
  change.resource = "opsgenie/" + id;
  if (const std::string number = IdOf(alert["tinyId"]); !number.empty()) change.name = "#" + number;
  change.part_time = change.content_time = TimeOf(alert["updatedAt"]);
  change.created = TimeOf(alert["createdAt"]);
  change.title = ShownTitle(alert, message);
  change.url = Page(request, id);
  change.texts = {{{"title", message}}};
  change.labels = ReadLabels(alert["tags"]);
  return change;
}

// What only some actions carry is a part of its own, so that the others leave it.
void EmitPart(const Sink& sink, Change alert, std::string part, std::vector<Named> texts) {
  alert.part = std::move(part);
  alert.texts = std::move(texts);
  alert.labels.reset();
  sink.Emit(alert);
}

void EmitNote(const Sink& sink, Change alert, Json root, const std::string& note) {
  alert.kind = Change::Kind::kCreated;
  // A note has no id, but there is one at a time.
  const std::string time = IdOf(root["alert"]["updatedAt"]);
  alert.author = TextOf(root["alert"]["username"]);
  alert.author_is_bot = alert.author == "System" || root["source"]["type"].String() == "system";
  EmitPart(sink, std::move(alert), time.empty() ? "note" : "note-" + time, {{"note", note}});
}

Outcome Read(const Request& request, Json root, const Sink& sink) {
  const std::string action = TextOf(root["action"]);
  const Json alert = root["alert"];
  const std::string id = IdOf(alert["alertId"]);
  if (action.empty() || !alert.object() || !HasOnly(id, "-")) {
    return Refuse(sink, "no \"action\" on an \"alert\", as Opsgenie documents it");
  }
  if (!alert["message"].String()) {
    return Ignore(sink, "Opsgenie's \"" + action + "\" carries nothing of the alert");
  }
  Change change = ReadAlert(request, alert, id);
  if (action == "Delete") {
    change.kind = Change::Kind::kDeleted;
    change.texts.reset();
    change.labels.reset();
    sink.Emit(change);
    return Outcome::kExtracted;
  }
  if (action == "Create") {
    change.kind = Change::Kind::kCreated;
    change.description = "This alert has no description.";
  }
  const auto description = alert["description"].String();
  if (description && !description->empty()) change.description = *description;
  sink.Emit(change);
  if (description)
    EmitPart(sink, change, "description", {{"description", TextOf(alert["description"])}});
  if (alert["details"].object()) {
    std::vector<Named> texts;
    for (const auto& [name, value] : alert["details"].Members()) {
      if (value.String()) texts.push_back({"detail " + std::string(name), TextOf(value)});
    }
    EmitPart(sink, change, "details", std::move(texts));
  }
  if (const std::string note = TextOf(alert["note"]); !note.empty())
    EmitNote(sink, change, root, note);
  return Outcome::kExtracted;
}

const char* CheckOptions(const Pairs& options) {
  const auto site = options["site"];
  if (!site || IsPage(*site)) return nullptr;
  return "site must be the account's address, such as \"https://acme.app.opsgenie.com\"";
}

// Opsgenie signs nothing; its integration sends headers that the operator sets.
constexpr flaglink_signature kSignatures[] = {Token("x-webhook-token")};
constexpr Names kBlank{"/headers"};  // that very header, in the body of an escalation
constexpr Names kOptions{"site"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "opsgenie",
                                      .signatures = kSignatures,
                                      .blank = kBlank.names,
                                      .options = kOptions.names,
                                      .read = Read,
                                      .check_options = CheckOptions};

}  // namespace flaglink::opsgenie

FLAGLINK_ADAPTER(flaglink::opsgenie::kAdapter)
