// GitLab's webhooks, of gitlab.com and of self-managed servers. Shapes and names are those of
// docs.gitlab.com/user/project/integrations/webhook_events; README.md says what becomes a link and
// why.
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::gitlab {
namespace {

constexpr std::size_t kMaxCommits = 256;  // as many changes as the daemon takes of one event
constexpr std::size_t kShortSha = 8;      // as GitLab shows them

struct Event {
  std::string kind;  // "merge_request"
  Json root;
  bool confidential;  // what the event is about, or a note on it, is not for everybody
  const Sink& sink;
};

Outcome NotAsDocumented(const Event& event, std::string_view member) {
  return Refuse(event.sink, "the " + event.kind + " event's \"" + std::string(member) +
                                "\" is not as GitLab documents it");
}

// What one can comment on and what has a title of its own.
struct ThreadKind {
  std::string_view member;   // of a note's body, and the kind of its own event
  std::string_view prefix;   // of the resource's id
  std::string_view mark;     // of GitLab's short references: "acme/shop#7"
  std::string_view noun;     // of an empty description; "work item" is "work_items" in URLs
  std::string_view carries;  // beside the description, where the texts are carried whole; old
                             // servers' snippets have no description at all
};
// Work items, incidents and issues share one sequence of ids.
constexpr ThreadKind kThreads[] = {
    {"issue", "ISSUE_", "#", "issue", "description"},
    {"work_item", "ISSUE_", "#", "work item", "description"},
    {"incident", "ISSUE_", "#", "incident", "description"},
    {"merge_request", "MR_", "!", "merge request", "source_branch"},
    {"snippet", "SNIPPET_", "$", "snippet", "content"},
};

// The names that GitLab gives to its own accounts and to those of access tokens. Nothing else in a
// body tells a bot.
bool IsBot(std::string_view username) {
  constexpr std::string_view kInternal[] = {"alert-bot", "automation-bot", "GitLab-Security-Bot",
                                            "GitLabDuo", "migration-bot",  "support-bot"};
  if (std::find(std::begin(kInternal), std::end(kInternal), username) != std::end(kInternal)) {
    return true;
  }
  if (username.starts_with("service_account_")) return true;
  for (const std::string_view owner : {"project_", "group_"}) {  // "project_15_bot_4ffca2"
    if (!username.starts_with(owner)) continue;
    const std::string_view rest = username.substr(owner.size());
    const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits > 0 && rest.substr(digits).starts_with("_bot")) return true;
  }
  return false;
}

// A body names only who acts; of who wrote `object` it has the number. Old servers leave out the
// number of who acts: in a note it is the note's author's, and who opens something wrote it. "":
// somebody else wrote it, or nothing tells who.
void SetAuthor(Change& change, const Event& event, Json object) {
  const Json user = event.root["user"];
  const std::string author = IdOf(object["author_id"]);
  std::string actor = IdOf(user["id"]);
  if (actor.empty() && event.kind == "note") {
    actor = IdOf(event.root["object_attributes"]["author_id"]);
  }
  const bool known = !author.empty() && !actor.empty();
  const bool same = known ? author == actor : object["action"].String() == "open";
  change.author = same ? TextOf(user["username"]) : "";
  change.author_is_bot = IsBot(change.author);
}

// "acme/shop"; an epic's group is no project and only in its page's URL, "groups/acme".
std::string PathOf(const Event& event, std::string_view url) {
  std::string path = TextOf(event.root["project"]["path_with_namespace"]);
  if (!path.empty()) return path;
  const std::string_view rest = url.substr(url.find("//") + 2);
  const auto slash = std::min(rest.find('/'), rest.size() - 1);
  return std::string(rest.substr(slash + 1, rest.find("/-/") - slash - 1));
}

// The resource itself, as its own events and those of its notes carry it. `page` is taken where it
// does not name its own. nullopt: not what GitLab sends.
std::optional<Change> ReadThread(const Event& event, const ThreadKind& kind, Json object,
                                 const std::string& page) {
  const std::string id = IdOf(object["id"]);
  const auto title = object["title"].String();
  const std::string own = TextOf(object["url"]);
  const std::string url = IsPage(own) ? own : page;
  if (!HasOnly(id, "") || !title || !IsPage(url)) return std::nullopt;

  Change change;
  const std::string path = PathOf(event, url);
  const std::string number = object["iid"] ? IdOf(object["iid"]) : id;
  const std::string reference = std::string(kind.mark) + number;
  change.resource = HostOf(url) + "/" + std::string(kind.prefix) + id;
  change.name = path + reference;
  change.part_time = change.content_time = FirstTime(object, {"/updated_at", "/created_at"});
  change.created = FirstTime(object, {"/created_at"});
  change.title = "[" + path + "] " + std::string(*title) + " (" + reference + ")";
  change.url = url;
  const std::string text = StripMarkdown(TextOf(object["description"]));
  change.description =
      text.empty() ? "This " + std::string(kind.noun) + " has no description." : text;
  SetAuthor(change, event, object);
  change.is_private = object["confidential"].Bool().value_or(event.confidential);
  change.labels = ReadLabels(object["labels"], "title");
  const bool described = !object["description"].absent() || kind.member == "snippet";
  if (described && !object[kind.carries].absent()) {
    change.texts = {{{"title", std::string(*title)}, {"description", text}}};
    if (const auto branch = object["source_branch"].String()) {
      change.texts->push_back({"branch", std::string(*branch)});
    }
    if (const auto content = object["content"].String()) {
      change.texts->push_back({"content", std::string(*content)});
    }
  }
  return change;
}

// Its page, for GitLab's test of a webhook, which leaves out the URL.
std::string PageIn(Json project, const ThreadKind& kind, Json object) {
  std::string folder(kind.noun);
  std::replace(folder.begin(), folder.end(), ' ', '_');
  const std::string number = IdOf(object["iid"]);
  if (!HasOnly(number, "")) return "";
  return TextOf(project["web_url"]) + "/-/" + folder + "s/" + number;
}

Outcome Thread(const Event& event, const ThreadKind& kind) {
  const Json object = event.root["object_attributes"];
  auto change = ReadThread(event, kind, object, PageIn(event.root["project"], kind, object));
  if (!change) return NotAsDocumented(event, "object_attributes");
  if (object["action"].String() == "open") change->kind = Change::Kind::kCreated;
  if (!change->labels) change->labels = ReadLabels(event.root["labels"], "title");
  event.sink.Emit(*change);
  return Outcome::kExtracted;
}

// A commit of a push or under a note; without texts, since only a push knows its branch.
std::optional<Change> ReadCommit(const Event& event, Json commit) {
  const std::string sha = TextOf(commit["id"]), url = TextOf(commit["url"]);
  const auto message = commit["message"].String();
  const Json own = event.root["project"]["id"];
  const std::string project = IdOf(own ? own : event.root["project_id"]);
  if (!IsSha(sha) || !message || !IsPage(url) || !HasOnly(project, "")) return std::nullopt;
  const std::string short_sha = sha.substr(0, kShortSha), path = PathOf(event, url);
  const std::string subject(message->substr(0, message->find_first_of("\r\n")));

  Change change;
  change.kind = Change::Kind::kCreated;
  change.resource = HostOf(url) + "/" + project + "/COMMIT_" + sha;
  change.name = path + "@" + short_sha;
  change.part_time = change.content_time = change.created = FirstTime(commit, {"/timestamp"});
  change.title = "[" + path + "] " + subject + " (" + short_sha + ")";
  change.url = url;
  change.description = message->empty() ? "This commit has no message." : std::string(*message);
  change.author = TextOf(commit["author"]["name"]);  // a git identity
  return change;
}

Outcome Push(const Event& event) {
  if (TextOf(event.root["after"]).find_first_not_of('0') == std::string::npos) {
    return Ignore(event.sink, "a push that deletes a branch");
  }
  if (!event.root["commits"].array()) return NotAsDocumented(event, "commits");
  std::string branch = TextOf(event.root["ref"]);
  if (branch.starts_with("refs/heads/")) branch.erase(0, std::string_view("refs/heads/").size());

  std::vector<Change> changes;
  for (const Json commit : event.root["commits"]) {
    if (changes.size() > kMaxCommits) break;  // one more than the daemon takes: it says so
    auto change = ReadCommit(event, commit);
    if (!change) return NotAsDocumented(event, "commits");
    change->texts = {{{"message", TextOf(commit["message"])}, {"branch", branch}}};
    changes.push_back(std::move(*change));
  }
  if (changes.empty()) return Ignore(event.sink, "a push without new commits");
  for (const Change& change : changes) event.sink.Emit(change);
  return Outcome::kExtracted;
}

// The page that a note stands on: GitLab's "url" of a note is that page's with a fragment.
std::string PageBelow(Json note) {
  const std::string url = TextOf(note["url"]);
  return url.substr(0, url.find('#'));
}

// A note: what it is on rides along and becomes a change of its own, but for a commit, whose push
// has told more.
Outcome Note(const Event& event) {
  const Json note = event.root["object_attributes"];
  const std::string id = IdOf(note["id"]);
  if (!HasOnly(id, "")) return NotAsDocumented(event, "object_attributes");
  if (note["system"].IsTrue()) return Ignore(event.sink, "a note by GitLab itself");

  std::optional<Change> change;
  const auto kind =
      std::find_if(std::begin(kThreads), std::end(kThreads),
                   [&](const ThreadKind& each) { return event.root[each.member].object(); });
  if (kind != std::end(kThreads)) {
    change = ReadThread(event, *kind, event.root[kind->member], PageBelow(note));
    if (!change) return NotAsDocumented(event, kind->member);
    change->kind = Change::Kind::kCreated;
    event.sink.Emit(*change);
  } else if (event.root["commit"].object()) {
    change = ReadCommit(event, event.root["commit"]);
    if (!change) return NotAsDocumented(event, "commit");
  } else {
    return Ignore(event.sink, "a note on a " + TextOf(note["noteable_type"]) + ", no linked kind");
  }

  // Servers before 16.11 give no action, and no events for edits.
  const bool edited = note["action"].String() == "update";
  change->kind = edited ? Change::Kind::kUpdated : Change::Kind::kCreated;
  change->part = "comment-" + id;
  change->part_time = FirstTime(note, {"/updated_at", "/created_at"});
  SetAuthor(*change, event, note);
  change->is_private = change->is_private || event.confidential || note["internal"].IsTrue() ||
                       note["confidential"].IsTrue();
  change->texts = {{{"comment", StripMarkdown(TextOf(note["note"]))}}};
  change->labels = std::nullopt;
  event.sink.Emit(*change);
  return Outcome::kExtracted;
}

Change::Kind KindOf(std::string_view action) {
  if (action == "create") return Change::Kind::kCreated;
  return action == "delete" ? Change::Kind::kDeleted : Change::Kind::kUpdated;
}

Outcome Release(const Event& event) {
  const Json release = event.root;
  const std::string id = IdOf(release["id"]), tag = TextOf(release["tag"]);
  const std::string url = TextOf(release["url"]);
  if (!HasOnly(id, "") || tag.empty() || !IsPage(url))
    return NotAsDocumented(event, "id, tag or url");
  const std::string path = PathOf(event, url), title = FirstText(release, {"/name", "/tag"});
  const std::string text = StripMarkdown(TextOf(release["description"]));

  Change change;
  change.kind = KindOf(TextOf(release["action"]));
  change.resource = HostOf(url) + "/RELEASE_" + id;
  change.name = path + "@" + tag;
  // No time of the last edit is sent, so the receipt counts.
  change.created = FirstTime(release, {"/created_at"});
  change.title = "[" + path + "] " + title;
  change.url = url;
  change.description = text.empty() ? "This release has no description." : text;
  if (change.kind != Change::Kind::kDeleted) {
    change.texts = {{{"title", title}, {"description", text}}};
  }
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

// A wiki page is a file of a repository: it has no id but its slug, and no times.
Outcome WikiPage(const Event& event) {
  const Json page = event.root["object_attributes"];
  const std::string slug = TextOf(page["slug"]), url = TextOf(page["url"]);
  const auto title = page["title"].String();
  const bool is_slug = !slug.empty() && std::all_of(slug.begin(), slug.end(), [](unsigned char c) {
    return c > ' ' && c != 0x7f;
  });
  if (!is_slug || !title || !IsPage(url)) return NotAsDocumented(event, "object_attributes");
  const std::string path = PathOf(event, url), text = StripMarkdown(TextOf(page["content"]));
  if (!HasOnly(path, "/-_.")) return NotAsDocumented(event, "project");

  Change change;
  change.kind = KindOf(TextOf(page["action"]));
  change.resource = HostOf(url) + "/" + path + "/WIKI_" + slug;
  change.name = path + "/wikis/" + slug;
  change.title = "[" + path + "] " + std::string(*title);
  change.url = url;
  change.description = text.empty() ? "This wiki page is empty." : text;
  change.author = TextOf(event.root["user"]["username"]);  // of this version
  change.author_is_bot = IsBot(change.author);
  if (change.kind != Change::Kind::kDeleted && !page["content"].absent()) {
    change.texts = {
        {{"title", std::string(*title)}, {"content", text}, {"message", TextOf(page["message"])}}};
  }
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome Read(const Request& request, Json root, const Sink& sink) {
  const std::string kind = FirstText(root, {"/object_kind", "/event_name"});
  // Old servers tell it in the header alone.
  const bool confidential =
      TextOf(root["event_type"]).starts_with("confidential_") ||
      request.header("x-gitlab-event").value_or("").starts_with("Confidential ");
  const Event event{kind, root, confidential, sink};
  if (kind == "note") return Note(event);
  if (kind == "push") return Push(event);
  if (kind == "release") return Release(event);
  if (kind == "wiki_page") return WikiPage(event);
  const auto thread = std::find_if(std::begin(kThreads), std::end(kThreads),
                                   [&](const ThreadKind& each) { return each.member == kind; });
  if (thread != std::end(kThreads)) return Thread(event, *thread);
  if (kind.empty()) return Refuse(sink, "neither \"object_kind\" nor \"event_name\"");
  return Ignore(sink, "GitLab's event \"" + kind + "\" is not linked");
}

// The signing token first: where GitLab sends both, `secrets` need not hold the plain one.
constexpr flaglink_signature kSignatures[] = {Signature{.header = "webhook-signature",
                                                        .prefix = "v1,",
                                                        .encoding = "base64",
                                                        .signed_content = "{id}.{timestamp}.{body}",
                                                        .separator = " ",
                                                        .key_encoding = "base64",
                                                        .timestamp = "header:webhook-timestamp",
                                                        .timestamp_unit = "s",
                                                        .id = "header:webhook-id"},
                                              Token("x-gitlab-token")};
constexpr Names kHeaders{"x-gitlab-event"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "gitlab",
                                      .signatures = kSignatures,
                                      .delivery_id = "header:idempotency-key",
                                      .headers = kHeaders.names,
                                      .read = Read};

}  // namespace flaglink::gitlab

FLAGLINK_ADAPTER(flaglink::gitlab::kAdapter)
