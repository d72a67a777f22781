// Linear's webhooks (linear.app/developers/webhooks; the members are those of its SDK's
// …WebhookPayload types). What it tells of is either a thing with a page of its own, or a remark on
// one. README.md says what becomes a link and why.
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::linear {
namespace {

using Kind = Change::Kind;

struct Thing {
  std::string_view type;   // of the event
  std::string_view noun;   // in the resource's id
  std::string_view title;  // member
  std::string_view texts[2];
};
constexpr Thing kIssue{"Issue", "issue", "title", {"description", ""}};
constexpr Thing kProject{"Project", "project", "name", {"description", "content"}};
constexpr Thing kDocument{"Document", "document", "title", {"content", ""}};
constexpr Thing kInitiative{"Initiative", "initiative", "name", {"description", "content"}};
constexpr const Thing* kThings[] = {&kIssue, &kProject, &kDocument, &kInitiative};

struct Remark {
  std::string_view type;
  std::string_view noun;  // before the part's id, and the text's name
  std::string_view texts[3];
};
constexpr Remark kRemarks[] = {
    {"Comment", "comment", {"body", "", ""}},
    {"ProjectUpdate", "update", {"body", "", ""}},
    {"InitiativeUpdate", "update", {"body", "", ""}},
    {"CustomerNeed", "request", {"body", "", ""}},
    {"Attachment", "attachment", {"title", "subtitle", "url"}},
};

// Where a remark says what it stands on, the nearest first: JSON Pointers from its `data`.
struct Parent {
  const Thing& thing;
  std::string_view id, object;
};
constexpr Parent kParents[] = {
    {kIssue, "/issueId", "/issue"},
    {kProject, "/projectUpdate/projectId", "/projectUpdate/project"},
    {kInitiative, "/initiativeUpdate/initiativeId", "/initiativeUpdate/initiative"},
    {kDocument, "/documentContent/documentId", "/documentContent/document"},
    {kProject, "/projectId", "/project"},
    {kInitiative, "/initiativeId", "/initiative"},
};

Kind KindOf(Json event) {
  const auto action = event["action"].String();
  if (action == "create") return Kind::kCreated;
  if (action != "remove") return Kind::kUpdated;
  // Linear archives finished issues by itself, which it tells as a removal too.
  const Json data = event["data"];
  const bool archived = data["autoArchivedAt"] && !data["trashed"].IsTrue();
  return archived ? Kind::kUpdated : Kind::kDeleted;
}

// Of what is gone its object tells only when it was last edited.
std::optional<TimeUs> TimeOf(Json event, Kind kind) {
  return kind == Kind::kDeleted ? FirstTime(event, {"/createdAt", "/data/updatedAt"})
                                : FirstTime(event, {"/data/updatedAt", "/createdAt"});
}

// An issue's page without the words of its title and without the comment's anchor, so that the link
// stays the same: "https://linear.app/acme/issue/ENG-1". "" if `url` is no page.
std::string PageOf(std::string_view url) {
  if (!IsPage(url)) return "";
  url = url.substr(0, url.find('#'));
  constexpr std::string_view kIssuePath = "/issue/", kUpdatesTab = "/updates";
  const std::size_t path = url.find(kIssuePath);
  if (path != std::string_view::npos) url = url.substr(0, url.find('/', path + kIssuePath.size()));
  if (url.ends_with(kUpdatesTab)) url.remove_suffix(kUpdatesTab.size());
  return std::string(url);
}

// "ENG-1": older bodies tell it by team and number, or by the page alone.
std::string IdentifierOf(Json issue, const std::string& page) {
  const std::string identifier = TextOf(issue["identifier"]);
  if (!identifier.empty()) return identifier;
  const std::string team = TextOf(issue["team"]["key"]);
  const std::string number = IdOf(issue["number"]);
  if (!team.empty() && !number.empty()) return team + '-' + number;
  const std::size_t path = page.find("/issue/");
  return path == std::string::npos ? "" : page.substr(path + 7);
}

// "ENG-1: Slow checkout" of an issue.
void SetName(Change& change, const Thing& thing, Json object) {
  const std::string title = TextOf(object[thing.title]);
  const bool is_issue = thing.type == kIssue.type;
  change.name = is_issue ? IdentifierOf(object, change.url.value_or("")) : title;
  if (title.empty()) return;
  change.title = is_issue && !change.name.empty() ? change.name + ": " + title : title;
}

// A bot stands as an object, or as the text of one.
std::string BotName(Json bot) {
  if (bot.object()) return TextOf(bot["name"]);
  const JsonDocument text(bot.String().value_or(""));
  return TextOf(text.root()["name"]);
}

// Who wrote the object, not who set the event off; but these may be one.
void SetAuthor(Change& change, Json event, std::string_view role) {
  const Json data = event["data"], actor = event["actor"];
  const std::string id = TextOf(data[std::string(role) + "Id"]);
  const bool by_actor =
      id.empty() ? event["action"].String() == "create" : id == TextOf(actor["id"]);
  change.author = TextOf(data[role]["name"]);
  if (change.author.empty()) change.author = TextOf(data["externalUser"]["name"]);
  if (change.author.empty() && by_actor) change.author = TextOf(actor["name"]);
  const bool no_person = actor["type"].String().value_or("user") != "user";
  change.author_is_bot = static_cast<bool>(data["botActor"]) || (by_actor && no_person);
  const std::string bot = BotName(data["botActor"]);
  if (!bot.empty()) change.author = bot;
}

// Whole only where Linear says so: `labels` is left out where there are none, and so is told from
// the ids.
std::optional<std::vector<std::string>> LabelsOf(Json data) {
  if (auto names = ReadLabels(data["labels"], "name")) return names;
  const Json ids = data["labelIds"];
  if (ids.array() && ids.size() == 0) return std::vector<std::string>();
  return std::nullopt;
}

// Linear leaves out what is null, so a thing that comes with its title is whole.
void SetTexts(Change& change, const Thing& thing, Json data) {
  const auto title = data[thing.title].String();
  if (!title) return;
  change.texts = {{{"title", std::string(*title)}}};
  change.description.emplace();
  for (const std::string_view member : thing.texts) {
    if (member.empty()) continue;
    std::string text = StripMarkdown(TextOf(data[member]));
    if (change.description->empty()) change.description = text;
    change.texts->push_back({std::string(member), std::move(text)});
  }
  if (change.description->empty()) {
    change.description = "This " + std::string(thing.noun) + " has no description.";
  }
}

std::string ResourceOf(const Thing& thing, const std::string& id) {
  return "linear.app/" + std::string(thing.noun) + '/' + id;
}

Outcome ReadThing(const Thing& thing, Json event, const Sink& sink) {
  const Json data = event["data"];
  const std::string id = TextOf(data["id"]);
  if (!HasOnly(id, "-")) return Refuse(sink, "a \"data\" without a usable \"id\"");
  Change change;
  change.kind = KindOf(event);
  change.resource = ResourceOf(thing, id);
  change.part_time = change.content_time = TimeOf(event, change.kind);
  change.created = FirstTime(data, {"/createdAt"});
  const std::string page = PageOf(FirstText(event, {"/url", "/data/url"}));
  if (!page.empty()) change.url = page;
  SetName(change, thing, data);
  SetAuthor(change, event, "creator");
  if (change.kind != Kind::kDeleted) {
    if (page.empty()) return Refuse(sink, "a \"url\" that is no page");
    SetTexts(change, thing, data);
    change.labels = LabelsOf(data);
  }
  sink.Emit(change);
  return Outcome::kExtracted;
}

// The thing that a remark stands on, as far as the remark tells; nullopt: on none that is linked.
std::optional<Change> ReadParent(Json event) {
  for (const Parent& parent : kParents) {
    const Json data = event["data"], object = data.At(parent.object);
    const std::string id =
        object["id"].String() ? TextOf(object["id"]) : TextOf(data.At(parent.id));
    if (!HasOnly(id, "-")) continue;
    Change change;
    change.resource = ResourceOf(parent.thing, id);
    // No time of it is here: older than whatever its own events tell.
    change.content_time = 1;
    const bool has_page = IsPage(TextOf(object["url"]));
    const std::string page = PageOf(TextOf(has_page ? object["url"] : event["url"]));
    if (!page.empty()) change.url = page;
    SetName(change, parent.thing, object);
    if (!change.title && !change.name.empty()) change.title = change.name;
    return change;
  }
  return std::nullopt;
}

Outcome ReadRemark(const Remark& remark, Json event, const Sink& sink) {
  const Json data = event["data"];
  const std::string id = TextOf(data["id"]);
  if (!HasOnly(id, "-")) return Refuse(sink, "a \"data\" without a usable \"id\"");
  auto change = ReadParent(event);
  if (!change) return Ignore(sink, "a remark that does not say what it stands on");
  change->kind = KindOf(event);
  change->part = std::string(remark.noun) + '-' + id;
  change->part_time = TimeOf(event, change->kind);
  SetAuthor(*change, event, remark.type == "Attachment" ? "creator" : "user");
  std::string text;
  bool is_there = false;
  for (const std::string_view member : remark.texts) {
    const auto markdown = data[member].String();
    if (!markdown) continue;
    is_there = true;
    text += (text.empty() ? "" : "\n") + StripMarkdown(*markdown);
  }
  if (is_there && change->kind != Kind::kDeleted) {
    change->texts = {{{std::string(remark.noun), std::move(text)}}};
  }
  sink.Emit(*change);
  return Outcome::kExtracted;
}

Outcome Read(const Request&, Json event, const Sink& sink) {
  const std::string type = TextOf(event["type"]);
  if (type.empty()) return Refuse(sink, "no \"type\", as Linear's events have one");
  const auto* const thing = std::find_if(std::begin(kThings), std::end(kThings),
                                         [&](const Thing* known) { return known->type == type; });
  if (thing != std::end(kThings)) return ReadThing(**thing, event, sink);
  const auto* const remark = std::find_if(std::begin(kRemarks), std::end(kRemarks),
                                          [&](const Remark& known) { return known.type == type; });
  if (remark != std::end(kRemarks)) return ReadRemark(*remark, event, sink);
  return Ignore(sink, "Linear's \"" + type + "\" is neither a thing that is linked nor a remark");
}

// The time is that of the event, and its retries come up to six hours later.
constexpr flaglink_signature kSignatures[] = {Signature{.header = "linear-signature",
                                                        .timestamp = "body:/webhookTimestamp",
                                                        .timestamp_unit = "ms",
                                                        .past_seconds = 24 * 3600,
                                                        .future_seconds = 300}};

}  // namespace

extern constexpr Declaration kAdapter{.name = "linear",
                                      .signatures = kSignatures,
                                      .delivery_id = "header:linear-delivery",
                                      .read = Read};

}  // namespace flaglink::linear

FLAGLINK_ADAPTER(flaglink::linear::kAdapter)
