// New Relic's webhooks: a workflow's, whose payload is a template that the operator may change
// (docs.newrelic.com, "Workflow variables"), and those of the notification channels before it. Both
// are read by the names of the default payloads.
#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::newrelic {
namespace {

// The first of `pointers` that says something: a variable without a value is written "N/A" or "".
std::string Said(Json root, std::initializer_list<std::string_view> pointers) {
  for (const std::string_view pointer : pointers) {
    const std::string text = TextOf(root.At(pointer));
    if (!text.empty() && text != "N/A") return text;
  }
  return "";
}

std::optional<TimeUs> Time(Json milliseconds) {
  const auto number = milliseconds.Int64();
  return number ? FromMilliseconds(*number) : std::nullopt;
}

// "CREATED" and "created": case differs between the two payloads.
std::string State(Json root) {
  std::string state = Said(root, {"/state", "/current_state"});
  std::transform(state.begin(), state.end(), state.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return state;
}

// "newrelic/issue/<uuid>", or "newrelic/incident/1234" of the older payload; "" if there is none.
std::string ResourceId(Json root) {
  const Json issue = root["id"] ? root["id"] : root["issueId"];
  const std::string id = IdOf(issue ? issue : root["incident_id"]);
  if (!HasOnly(id, "-_")) return "";
  return (issue ? "newrelic/issue/" : "newrelic/incident/") + id;
}

void AddText(std::vector<Named>& texts, std::string name, std::string text) {
  if (!text.empty() && text != "N/A") texts.push_back({std::move(name), std::move(text)});
}

std::vector<Named> ReadTexts(Json root, const std::string& title, const std::string& details) {
  std::vector<Named> texts = {{"title", title}};
  AddText(texts, "description", details);
  AddText(texts, "condition", TextOf(root["condition_name"]));
  for (const Json condition : root["alertConditionNames"])
    AddText(texts, "condition", TextOf(condition));
  AddText(texts, "policy", TextOf(root["policy_name"]));
  for (const Json policy : root["alertPolicyNames"]) AddText(texts, "policy", TextOf(policy));
  return texts;
}

// The tags of what an older payload is about, as labels "team:shop".
std::optional<std::vector<std::string>> ReadTags(Json targets) {
  if (!targets.array()) return std::nullopt;
  std::vector<std::string> labels;
  for (const Json target : targets) {
    for (const auto& [name, value] : target["labels"].Members())
      labels.push_back(std::string(name) + ":" + TextOf(value));
  }
  return labels;
}

Outcome Read(const Request&, Json root, const Sink& sink) {
  const std::string state = State(root);
  if (state == "test") {  // of a notification channel
    sink.Reply(200, "application/json", "{}");
    return Outcome::kHandshake;
  }
  const std::string resource = ResourceId(root);
  const std::string details = Said(root, {"/details"});
  const std::string title =
      Said(root, {"/title", "/condition_name", "/alertConditionNames/0", "/details"});
  if (resource.empty() || title.empty()) {
    return Refuse(sink, "no \"id\" or \"incident_id\", or no title, as the default payloads have");
  }
  const std::string url = Said(root, {"/issueUrl", "/issuePageUrl", "/incident_url"});
  if (!IsPage(url)) return Ignore(sink, "an issue without a page in \"issueUrl\"");

  Change change;
  if (state == "created" || state == "open") change.kind = Change::Kind::kCreated;
  change.resource = resource;
  change.part_time = change.content_time =
      Time(root["updatedAt"] ? root["updatedAt"] : root["timestamp"]);
  change.created = Time(root["createdAt"]);
  const std::string policy = Said(root, {"/policy_name", "/alertPolicyNames/0"});
  change.title = (policy.empty() ? "" : "[" + policy + "] ") + title;
  change.url = url;
  change.description = details.empty() ? "This issue has no description." : details;
  change.texts = ReadTexts(root, title, details);
  change.labels = ReadTags(root["targets"]);
  sink.Emit(change);
  return Outcome::kExtracted;
}

// New Relic signs nothing; a destination has a bearer token, or headers that the operator sets.
constexpr flaglink_signature kSignatures[] = {Token("x-webhook-token"), Bearer()};

}  // namespace

extern constexpr Declaration kAdapter{.name = "newrelic", .signatures = kSignatures, .read = Read};

}  // namespace flaglink::newrelic

FLAGLINK_ADAPTER(flaglink::newrelic::kAdapter)
