// Asana's webhooks (developers.asana.com/docs/webhooks-guide): batches of events that say what
// happened to which task, project or comment, but hold no text. The texts are fetched from Asana's
// API; README.md says what becomes a link and why.
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::asana {
namespace {

using Kind = Change::Kind;

constexpr const char* kHost = "app.asana.com";
constexpr std::size_t kMaxNeeds = 8;  // as many documents as the daemon fetches at a time

// What Asana tells of and its API gives.
struct Thing {
  std::string_view type;    // of an event's resource
  std::string_view path;    // in the API, before the gid
  std::string_view fields;  // to be fetched
};
constexpr Thing kThings[] = {
    {"task", "/api/1.0/tasks/",
     "name,notes,permalink_url,created_at,modified_at,created_by.name,"
     "tags.name"},
    {"project", "/api/1.0/projects/", "name,notes,permalink_url,created_at,modified_at,owner.name"},
    {"story", "/api/1.0/stories/",
     "text,resource_subtype,created_by.name,target.resource_type,"
     "target.name,target.permalink_url"},
};
constexpr std::string_view kComment = "story";

// The last that a batch says of one thing.
struct Subject {
  const Thing* thing = nullptr;
  std::string gid;
  std::string parent_type, parent_gid;
  Kind kind = Kind::kUpdated;
  std::optional<TimeUs> time;
};

std::string ResourceOf(std::string_view type, const std::string& gid) {
  return std::string(kHost) + '/' + std::string(type) + '/' + gid;
}

// Nothing: of no kind that is linked.
std::optional<Subject> ReadEvent(Json event) {
  const Json resource = event["resource"], parent = event["parent"];
  const std::string type = TextOf(resource["resource_type"]);
  const auto* const thing = std::find_if(std::begin(kThings), std::end(kThings),
                                         [&](const Thing& known) { return known.type == type; });
  if (thing == std::end(kThings)) return std::nullopt;
  Subject subject{thing,
                  IdOf(resource["gid"]),
                  TextOf(parent["resource_type"]),
                  IdOf(parent["gid"]),
                  Kind::kUpdated,
                  FirstTime(event, {"/created_at"})};
  if (!HasOnly(subject.gid, "")) return std::nullopt;
  const bool is_comment = type == kComment;
  // Most stories say that a field was changed; only comments are written by people.
  const std::string subtype = TextOf(resource["resource_subtype"]);
  if (is_comment && !subtype.empty() && subtype != "comment_added") return std::nullopt;
  const std::string action = TextOf(event["action"]);
  if (action == "added") subject.kind = Kind::kCreated;
  if (action == "deleted") subject.kind = Kind::kDeleted;
  // A task that leaves a project is still there; a comment that leaves its task is not.
  if (action == "removed" && !is_comment) return std::nullopt;
  if (action == "removed") subject.kind = Kind::kDeleted;
  return subject;
}

// A document is at least as new as the event that it was fetched for.
std::optional<TimeUs> TimeOf(const Subject& subject, Json data) {
  return std::max(subject.time, FirstTime(data, {"/modified_at"}));
}

// The page of a task or project, whose own document or mention in another is `data`.
void SetPage(Change& change, Json data, const std::string& gid) {
  const std::string page = TextOf(data["permalink_url"]);
  change.url = IsPage(page) ? page : "https://app.asana.com/0/0/" + gid;
  const std::string name = TextOf(data["name"]);
  if (name.empty()) return;
  change.name = name;
  change.title = name;
}

Change ReadTaskOrProject(const Subject& subject, Json data) {
  Change change;
  change.kind = subject.kind;
  change.resource = ResourceOf(subject.thing->type, subject.gid);
  change.part_time = change.content_time = TimeOf(subject, data);
  change.created = FirstTime(data, {"/created_at"});
  SetPage(change, data, subject.gid);
  change.author = FirstText(data, {"/created_by/name", "/owner/name"});
  const std::string notes = TextOf(data["notes"]);
  change.description =
      notes.empty() ? "This " + std::string(subject.thing->type) + " has no description." : notes;
  change.texts = {{{"title", TextOf(data["name"])}, {"description", notes}}};
  change.labels = ReadLabels(data["tags"], "name");
  return change;
}

// Nothing: no comment, or on nothing that is linked.
std::optional<Change> ReadComment(const Subject& subject, Json data) {
  const Json target = data["target"];
  if (data["resource_subtype"].String().value_or("comment_added") != "comment_added") {
    return std::nullopt;
  }
  const std::string told = IdOf(target["gid"]);
  const std::string type = told.empty() ? subject.parent_type : TextOf(target["resource_type"]);
  const std::string gid = told.empty() ? subject.parent_gid : told;
  if ((type != "task" && type != "project") || !HasOnly(gid, "")) return std::nullopt;
  Change change;
  change.kind = subject.kind;
  change.resource = ResourceOf(type, gid);
  change.part = "comment-" + subject.gid;
  change.part_time = subject.time;
  // The comment holds no time of its task: older than what the task's own events tell.
  change.content_time = 1;
  SetPage(change, target, gid);
  change.author = TextOf(data["created_by"]["name"]);
  if (const auto text = data["text"].String()) change.texts = {{{"comment", std::string(*text)}}};
  return change;
}

// Nothing: a comment that does not say what it stood on.
std::optional<Change> ReadDeletion(const Subject& subject) {
  Change change;
  change.kind = Kind::kDeleted;
  change.part_time = subject.time;
  if (subject.thing->type != kComment) {
    change.resource = ResourceOf(subject.thing->type, subject.gid);
    return change;
  }
  if (subject.parent_type != "task" && subject.parent_type != "project") return std::nullopt;
  if (!HasOnly(subject.parent_gid, "")) return std::nullopt;
  change.resource = ResourceOf(subject.parent_type, subject.parent_gid);
  change.part = "comment-" + subject.gid;
  return change;
}

std::string NeedName(const Subject& subject) {
  return std::string(subject.thing->type) + '/' + subject.gid;
}

void Ask(const Sink& sink, const Subject& subject) {
  sink.Ask({.name = NeedName(subject),
            .host = kHost,
            .path = std::string(subject.thing->path) + subject.gid,
            .query = "opt_fields=" + std::string(subject.thing->fields),
            .is_subject = true});
}

// What the batch says of one thing, from its document where one is needed.
std::optional<Change> ReadSubject(const Subject& subject, std::string_view document) {
  if (subject.kind == Kind::kDeleted) return ReadDeletion(subject);
  const JsonDocument json(document);
  const Json data = json.root()["data"];
  if (!data.object()) return std::nullopt;
  return subject.thing->type == kComment ? ReadComment(subject, data)
                                         : ReadTaskOrProject(subject, data);
}

Outcome Read(const Request& request, Json body, const Sink& sink) {
  if (body["events"].size() == 0) {
    if (body["events"] && !body["events"].array()) return Refuse(sink, "\"events\" is no list");
    return Ignore(sink, "a heartbeat of Asana, without events");
  }
  std::map<std::string, Subject> subjects;  // in a batch the later event comes later
  for (const Json event : body["events"]) {
    auto subject = ReadEvent(event);
    if (!subject) continue;
    Subject& known = subjects[NeedName(*subject)];
    // A deletion no longer tells what the comment was on.
    if (subject->parent_gid.empty()) {
      subject->parent_type = known.parent_type;
      subject->parent_gid = known.parent_gid;
    }
    known = *std::move(subject);
  }
  std::size_t changes = 0, needs = 0, unread = 0;
  for (const auto& [name, subject] : subjects) {
    const auto document = request.fetched(name);
    if (subject.kind != Kind::kDeleted && !document) {
      if (++needs <= kMaxNeeds) Ask(sink, subject);
      continue;
    }
    const auto change = ReadSubject(subject, document.value_or(""));
    if (!change) {
      ++unread;
    } else if (++changes <= 257) {
      sink.Emit(*change);
    }
  }
  if (needs > kMaxNeeds) sink.Explain("it speaks of more than can be asked for at a time");
  if (changes > 0 || needs > 0) return Outcome::kExtracted;
  return Ignore(sink, unread > 0 ? "a comment on nothing that is linked, or without what it was on"
                                 : "no task, project or comment that came, changed or went");
}

constexpr flaglink_signature kSignatures[] = {Signature{.header = "x-hook-signature"}};
constexpr Names kHosts{kHost};

}  // namespace

extern constexpr Declaration kAdapter{.name = "asana",
                                      .signatures = kSignatures,
                                      .read = Read,
                                      .hosts = kHosts.names,
                                      .armed_secret = "header:x-hook-secret"};

}  // namespace flaglink::asana

FLAGLINK_ADAPTER(flaglink::asana::kAdapter)
