// Any tool that has no adapter of its own. What its webhooks say is told by the source's table
// [source.NAME.event], which comes as options: "event.title" for a text, a list's element by its
// number ("event.text.0"), a table's member by its name ("event.metadata.creator"), and so
// "event.when./event_type.0" for the first value of a condition.
#include <algorithm>
#include <charconv>
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

// The texts of the part that is spoken of: the description where none are named, and the title with
// those of the resource itself. Absent where the body holds none of those that are named.
std::optional<std::vector<Named>> TextsOf(const Plan& plan, const Scope& scope,
                                          const Change& change) {
  std::vector<Named> texts;
  for (const TextTemplate& each : plan.texts) {
    if (auto text = each.Fill(scope)) texts.push_back({each.written(), *std::move(text)});
  }
  if (plan.texts.empty() && change.description) {
    texts.push_back({"description", *change.description});
  }
  const bool named = !plan.texts.empty() || plan.description;
  if (texts.empty() && (named || !change.part.empty())) return std::nullopt;
  if (change.part.empty()) texts.insert(texts.begin(), {"title", change.title.value_or("")});
  return texts;
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

// What the link shows, and its texts; says what is wrong with them, or "".
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
  change.texts = TextsOf(plan, scope, change);
  return "";
}

// Emits the change that the element makes; says what is in the way, or "".
std::string EmitChange(const Plan& plan, const Scope& scope, const Sink& sink) {
  Change change;
  if (std::string problem = ReadSubject(plan, scope, change); !problem.empty()) return problem;
  if (!plan.deleted.empty() && HoldsAll(plan.deleted, scope)) {
    change.kind = Change::Kind::kDeleted;
  } else if (std::string problem = ReadContent(plan, scope, change); !problem.empty()) {
    return problem;
  }
  sink.Emit(change);
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
  std::size_t emitted = 0;
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
    std::string obstacle = EmitChange(plan, scope, sink);
    if (obstacle.empty() && ++emitted == kMostChanges) break;
    if (!obstacle.empty()) problem = std::move(obstacle);
  }
  if (emitted == 0) return problem.empty() ? Ignore(sink, left_out) : Refuse(sink, problem);
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
