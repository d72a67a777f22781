// Any tool that has no adapter of its own. What its webhooks say is told by the source's table
// [source.NAME.event], which comes as options: "event.title" for a text, a list's element by its
// number ("event.text.0"), a table's member by its name ("event.metadata.creator"), and so
// "event.when./event_type.0" for the first value of a condition.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/form.hpp"
#include "adapters/sdk/reading.hpp"
#include "adapters/sdk/time.hpp"
#include "adapters/template/text_template.h"

namespace flaglink {
namespace {

// One more than the daemon takes, so that it can say that there were more.
constexpr std::size_t kMostChanges = 257;

// Holds where one of the values at the pointer is one of these.
struct Condition {
  std::string pointer;
  std::vector<std::string> values;
};

struct Plan {
  std::string each;  // the pointer of a list, from the body; "": the body itself
  std::vector<Condition> when, deleted;
  std::optional<TextTemplate> resource, part, time, title, url, description;
  std::vector<TextTemplate> texts;
  std::string integration_key;
  std::vector<std::pair<std::string, TextTemplate>> metadata;
};

// The integrations of LaunchDarkly that take flag links, with the metadata that each declares (the
// manifests of launchdarkly/integration-framework, capabilities.flagLink.metadata).
struct Integration {
  std::string_view key;
  std::vector<std::string_view> fields;
  const char* complaint;
};

const std::vector<Integration>& Integrations() {
  static const std::vector<Integration> integrations = {
      {"jira",
       {"creator", "iconUrl", "issueKey", "issueTitle"},
       "event.integration_key \"jira\" needs exactly the metadata creator, iconUrl, issueKey, "
       "issueTitle"},
      {"trello",
       {"cardTitle", "creator", "avatar"},
       "event.integration_key \"trello\" needs exactly the metadata cardTitle, creator, avatar"},
      {"slack-app",
       {"avatarUrl", "displayName", "channelName", "message"},
       "event.integration_key \"slack-app\" needs exactly the metadata avatarUrl, displayName, "
       "channelName, message"},
      {"msteams-app",
       {"avatarUrl", "displayName", "channelName", "message"},
       "event.integration_key \"msteams-app\" needs exactly the metadata avatarUrl, displayName, "
       "channelName, message"},
      {"github",
       {"avatarUrl", "authorDisplayName", "authorLogin", "authorName", "prNumber", "prTitle",
        "prBody", "message", "repoName", "repoUrl", "state"},
       "event.integration_key \"github\" needs exactly the metadata avatarUrl, authorDisplayName, "
       "authorLogin, authorName, prNumber, prTitle, prBody, message, repoName, repoUrl, state"},
  };
  return integrations;
}

// "creator?" gives the field "creator" where nothing else does.
std::string_view FieldOf(std::string_view name) {
  return name.ends_with('?') ? name.substr(0, name.size() - 1) : name;
}

const char* CheckMetadata(const Plan& plan) {
  if (plan.integration_key.empty()) {
    return plan.metadata.empty() ? nullptr : "event.metadata is shown with an integration_key only";
  }
  for (const Integration& integration : Integrations()) {
    if (integration.key != plan.integration_key) continue;
    std::vector<std::string_view> missing = integration.fields;
    for (const auto& [name, text] : plan.metadata) {
      const std::string_view field = FieldOf(name);
      if (std::ranges::count(integration.fields, field) == 0) return integration.complaint;
      std::erase(missing, field);
    }
    return missing.empty() ? nullptr : integration.complaint;
  }
  return "event.integration_key is none of jira, trello, slack-app, msteams-app, github";
}

// `name` is a condition's pointer and, behind the last dot, the number of the value.
const char* AddCondition(std::string_view name, std::string_view value,
                         std::vector<Condition>& conditions) {
  const std::string_view pointer = name.substr(0, name.rfind('.'));
  if (!IsScopedPointer(pointer)) return "a condition of event is no JSON Pointer";
  const auto known = std::ranges::find(conditions, pointer, &Condition::pointer);
  Condition& condition = known != conditions.end()
                             ? *known
                             : conditions.emplace_back(Condition{std::string(pointer), {}});
  condition.values.emplace_back(value);
  return nullptr;
}

// Puts one option into the plan; `key` is what follows "event.", `member` what follows that.
const char* Add(std::string_view key, std::string_view member, std::string_view value, Plan& plan) {
  if (key == "each") return plan.each = value, nullptr;
  if (key == "integration_key") return plan.integration_key = value, nullptr;
  if (key == "when") return AddCondition(member, value, plan.when);
  if (key == "deleted") return AddCondition(member, value, plan.deleted);
  std::optional<TextTemplate> text = TextTemplate::Parse(value);
  if (!text) return "a text of event has a placeholder that is not as {/pointer|/pointer}";
  constexpr std::pair<std::string_view, std::optional<TextTemplate> Plan::*> kTexts[] = {
      {"resource", &Plan::resource}, {"part", &Plan::part}, {"time", &Plan::time},
      {"title", &Plan::title},       {"url", &Plan::url},   {"description", &Plan::description}};
  for (const auto& [name, place] : kTexts) {
    if (key == name) plan.*place = std::move(text);
  }
  if (key == "text") plan.texts.push_back(*std::move(text));
  if (key == "metadata") plan.metadata.emplace_back(member, *std::move(text));
  return nullptr;
}

// Why the options make no plan, or nullptr.
const char* ReadPlan(const Pairs& options, Plan& plan) {
  constexpr std::string_view kTable = "event.";
  for (const flaglink_pair& option : options) {
    std::string_view name = ToView(option.name);
    if (!name.starts_with(kTable)) continue;
    name.remove_prefix(kTable.size());
    const std::string_view key = name.substr(0, name.find('.'));
    const std::string_view member = key == name ? "" : name.substr(key.size() + 1);
    if (const char* problem = Add(key, member, ToView(option.value), plan)) return problem;
  }
  if (!plan.resource || !plan.title || !plan.url) {
    return "event.resource, event.title and event.url are needed";
  }
  return CheckMetadata(plan);
}

const char* CheckOptions(const Pairs& options) {
  Plan plan;
  return ReadPlan(options, plan);
}

void AddQuoted(std::string_view text, std::string& json) {
  constexpr char kHex[] = "0123456789abcdef";
  json += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      json += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      if (c == '"' || c == '\\') json += '\\';
      json += c;
    }
  }
  json += '"';
}

// {"field":"value"}; a field that holds an object or a list of JSON gives that.
std::string FormAsJson(std::string_view body) {
  std::string json = "{";
  for (const auto& [name, value] : Form(body)) {
    if (json.size() > 1) json += ',';
    AddQuoted(name, json);
    json += ':';
    const bool nested = value.starts_with('{') || value.starts_with('[');
    if (nested && JsonDocument(value).error().empty()) {
      json += value;
    } else {
      AddQuoted(value, json);
    }
  }
  return json + '}';
}

// Seconds, milliseconds or ISO 8601. Seconds stay below 100,000,000,000 until the year 5138, and
// milliseconds have been above that since 1973.
std::optional<TimeUs> ParseAnyTime(std::string_view text) {
  constexpr std::int64_t kLeastMilliseconds = 100'000'000'000;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error == std::errc() && (rest.empty() || rest.starts_with('.'))) {
    return whole < kLeastMilliseconds ? ParseSeconds(text) : FromMilliseconds(whole);
  }
  return ParseIso8601(text);
}

bool Holds(const Condition& condition, const Scope& scope) {
  return std::ranges::any_of(ValueTexts(scope.At(condition.pointer)), [&](const std::string& text) {
    return std::ranges::count(condition.values, text) > 0;
  });
}

bool HoldsAll(const std::vector<Condition>& conditions, const Scope& scope) {
  return std::ranges::all_of(conditions, [&](const Condition& each) { return Holds(each, scope); });
}

// A text in which flags are looked for.
struct Searched {
  std::string name;
  const TextTemplate* text;
};

// The title with those of the resource itself, and the description where no others are named.
std::vector<Searched> SearchedOf(const Plan& plan, const std::string& part) {
  std::vector<Searched> searched;
  if (part.empty()) searched.push_back({"title", &*plan.title});
  for (const TextTemplate& each : plan.texts) searched.push_back({each.written(), &each});
  if (plan.texts.empty() && plan.description) {
    searched.push_back({"description", &*plan.description});
  }
  return searched;
}

// Each text is a part of its own, so that an event that leaves one out leaves what it named. The
// first is that of the part which is spoken of: "", "text-1", … or "note-7", "note-7/text-1", …
std::string PartOf(const std::string& part, std::size_t number) {
  if (number == 0) return part;
  return part + (part.empty() ? "" : "/") + "text-" + std::to_string(number);
}

std::vector<Named> MetadataOf(const Plan& plan, const Scope& scope) {
  std::vector<Named> metadata;
  for (const auto& [name, text] : plan.metadata) {
    if (auto value = text.Fill(scope)) metadata.push_back({name, *std::move(value)});
  }
  return metadata;
}

std::string Missing(std::string_view what, const TextTemplate& text) {
  return "no " + std::string(what) + ": " + text.written() + " finds nothing";
}

std::optional<std::string> Fill(const std::optional<TextTemplate>& text, const Scope& scope) {
  return text ? text->Fill(scope) : std::nullopt;
}

// Which resource, part and time; says what is wrong with them, or "".
std::string ReadSubject(const Plan& plan, const Scope& scope, Change& change) {
  change.resource = plan.resource->Fill(scope).value_or("");
  if (change.resource.empty()) return Missing("resource", *plan.resource);
  change.part = Fill(plan.part, scope).value_or("");
  const std::string time = Fill(plan.time, scope).value_or("");
  change.part_time = change.content_time = ParseAnyTime(time);
  if (!time.empty() && !change.part_time) return "\"" + time + "\" is no time";
  return "";
}

// What the link shows; says what is wrong with it, or "".
std::string ReadContent(const Plan& plan, const Scope& scope, Change& change) {
  change.name = change.resource;
  change.title = plan.title->Fill(scope);
  if (change.title.value_or("").empty()) return Missing("title", *plan.title);
  change.url = plan.url->Fill(scope);
  if (change.url.value_or("").empty()) return Missing("url", *plan.url);
  if (!IsPage(*change.url)) return "the url is no http or https URL: " + *change.url;
  change.description = Fill(plan.description, scope);
  change.integration_key = plan.integration_key;
  change.metadata = MetadataOf(plan, scope);
  return "";
}

// Emits as many changes as are of use.
struct Output {
  const Sink& sink;
  std::size_t changes = 0;

  bool full() const { return changes == kMostChanges; }
  void Emit(const Change& change) {
    if (full()) return;
    sink.Emit(change);
    ++changes;
  }
};

void EmitDeletions(const Plan& plan, Change change, Output& output) {
  change.kind = Change::Kind::kDeleted;
  const std::string part = change.part;
  output.Emit(change);
  if (part.empty()) return;  // with the resource its parts are gone
  for (std::size_t number = 1; number < SearchedOf(plan, part).size(); ++number) {
    change.part = PartOf(part, number);
    output.Emit(change);
  }
}

// The part that is spoken of, whether or not its text is there, and each other text that is.
void EmitTexts(const Plan& plan, const Scope& scope, Change change, Output& output) {
  const std::string part = change.part;
  const std::vector<Searched> searched = SearchedOf(plan, part);
  if (searched.empty()) output.Emit(change);
  for (std::size_t number = 0; number < searched.size(); ++number) {
    auto text = searched[number].text->Fill(scope);
    if (!text && number > 0) continue;
    change.part = PartOf(part, number);
    change.texts.reset();
    if (text) change.texts = {{{searched[number].name, *std::move(text)}}};
    output.Emit(change);
  }
}

// Emits what the element says; says what is in the way, or "".
std::string ReadElement(const Plan& plan, const Scope& scope, Output& output) {
  Change change;
  if (std::string problem = ReadSubject(plan, scope, change); !problem.empty()) return problem;
  if (!plan.deleted.empty() && HoldsAll(plan.deleted, scope)) {
    EmitDeletions(plan, std::move(change), output);
    return "";
  }
  if (std::string problem = ReadContent(plan, scope, change); !problem.empty()) return problem;
  EmitTexts(plan, scope, std::move(change), output);
  return "";
}

std::vector<Json> ElementsOf(const Plan& plan, Json body) {
  const Json list = body.At(plan.each);
  std::vector<Json> elements;
  for (const Json each : list) elements.push_back(each);
  if (plan.each.empty() && !list.array()) elements.push_back(body);
  return elements;
}

Outcome ReadElements(const Plan& plan, Json body, const Sink& sink) {
  Output output{sink};
  std::string left_out = "no list of anything at \"" + plan.each + "\", which event.each names";
  std::string problem;
  for (const Json element : ElementsOf(plan, body)) {
    const Scope scope{element, body};
    const auto failing = std::ranges::find_if(
        plan.when, [&](const Condition& condition) { return !Holds(condition, scope); });
    if (failing != plan.when.end()) {
      left_out = "not among event.when of " + failing->pointer;
      continue;
    }
    std::string obstacle = ReadElement(plan, scope, output);
    if (!obstacle.empty()) problem = std::move(obstacle);
    if (output.full()) break;
  }
  if (output.changes == 0) return problem.empty() ? Ignore(sink, left_out) : Refuse(sink, problem);
  if (!problem.empty()) sink.Explain("left out: " + problem);
  return Outcome::kExtracted;
}

Outcome Extract(const Request& request, const Sink& sink) {
  Plan plan;
  if (const char* problem = ReadPlan(request.options(), plan)) return Refuse(sink, problem);
  const std::string form = request.IsForm() ? FormAsJson(request.body()) : "";
  const JsonDocument document(request.IsForm() ? std::string_view(form) : request.body());
  if (!document.error().empty()) return Refuse(sink, document.error());
  const Json body = document.root();
  if (!body.object() && !body.array())
    return Refuse(sink, "JSON, but neither an object nor a list");
  return ReadElements(plan, body, sink);
}

}  // namespace

constexpr Names kOptions{"event.each",
                         "event.when.*",
                         "event.resource",
                         "event.part",
                         "event.time",
                         "event.title",
                         "event.url",
                         "event.description",
                         "event.text.*",
                         "event.deleted.*",
                         "event.integration_key",
                         "event.metadata.*"};
constexpr Declaration kTemplate{.name = "template",
                                .options = kOptions.names,
                                .methods = "POST,PUT",
                                .extract = Extract,
                                .check_options = CheckOptions};

}  // namespace flaglink

FLAGLINK_ADAPTER(flaglink::kTemplate)
