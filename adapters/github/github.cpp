// GitHub's webhooks, of github.com and of GitHub Enterprise Server. Shapes and names are those of
// docs.github.com/webhooks/webhook-events-and-payloads; README.md says what becomes a link and why.
#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/github/repository.hpp"
#include "adapters/github/runs.h"
#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::github {
namespace {

constexpr std::size_t kMaxCommits = 256;  // as many changes as the daemon takes of one event

// The times of objects are ISO 8601; the first that is there.
std::optional<TimeUs> Time(Json object, std::initializer_list<std::string_view> members) {
  for (const std::string_view member : members) {
    if (const auto text = object[member].String()) return ParseIso8601(*text);
  }
  return std::nullopt;
}

std::string Markdown(Json value) {
  return StripMarkdown(value.String().value_or(""));
}

// Who wrote `object`; a deleted account is null, and GitHub shows it as "ghost".
void SetAuthor(Change& change, Json object, Json user) {
  const std::string login = TextOf(user["login"]);
  change.author = login.empty() ? "ghost" : login;
  change.author_is_bot = user["type"].String() == "Bot" || login.ends_with("[bot]") ||
                         object["performed_via_github_app"].object();
}

// Nothing that is gone names a flag.
Outcome Emit(const Sink& sink, Change& change) {
  if (change.kind == Change::Kind::kDeleted) change.texts.reset(), change.labels.reset();
  sink.Emit(change);
  return Outcome::kExtracted;
}

// What GitHub numbers in one sequence per repository.
struct ThreadKind {
  std::string_view member;  // of the event's body
  std::string_view prefix;  // of the resource's id
  std::string_view noun;
};
constexpr ThreadKind kIssue{"issue", "ISSUE_", "issue"};
constexpr ThreadKind kPullRequest{"pull_request", "PR_", "pull request"};
constexpr ThreadKind kDiscussion{"discussion", "DISCUSSION_", "discussion"};

// "open", "closed" or "merged"; absent where the body does not tell a merge from a closing, as old
// GitHub Enterprise Servers in the `pull_request` of an issue.
std::optional<std::string> State(Json pull_request) {
  const Json as_issue = pull_request["pull_request"];
  const Json merged_at = (as_issue.object() ? as_issue : pull_request)["merged_at"];
  const std::string state = TextOf(pull_request["state"]);
  if (merged_at || pull_request["merged"].IsTrue()) return "merged";
  if (state == "open" || (state == "closed" && !merged_at.absent())) return state;
  return std::nullopt;
}

// Every field that LaunchDarkly's GitHub card declares.
std::vector<Named> PullRequestCard(const Repository& repository, Json pull_request,
                                   const Change& change) {
  const Json user = pull_request["user"];
  const std::string name = TextOf(user["name"]).empty() ? change.author : TextOf(user["name"]);
  const auto state = State(pull_request);
  const std::string known = state ? "" : "?";  // a fallback gives way to what is known
  const std::string shown = state.value_or("closed");
  Named avatar{"avatarUrl", TextOf(user["avatar_url"])};
  if (avatar.value.empty()) avatar = {"avatarUrl?", repository.site + "/ghost.png"};
  return {avatar,
          {"authorDisplayName", name},
          {"authorLogin", change.author},
          {"authorName", name},
          {"message" + known, "Pull request " + (shown == "open" ? "opened" : shown)},
          {"prBody", *change.description},
          {"prNumber", *pull_request["number"].Text()},
          {"prTitle", TextOf(pull_request["title"])},
          {"repoName", repository.full_name},
          {"repoUrl", repository.url()},
          {"state" + known, shown}};
}

// The resource itself, as every event about it or its comments carries it; nullopt: not what GitHub
// sends.
std::optional<Change> ReadThread(const Repository& repository, const ThreadKind& as, Json object) {
  const bool is_pull_request = as.prefix == kPullRequest.prefix || object["pull_request"].object();
  const ThreadKind& kind = is_pull_request ? kPullRequest : as;
  const auto number = object["number"].Int64();
  const auto title = object["title"].String();
  const auto url = object["html_url"].String();
  if (!number || !title || !url) return std::nullopt;

  Change change;
  const std::string digits = std::to_string(*number);
  // The number, not the id: an event about a comment on a pull request carries the id that it has
  // as an issue, which is another one, but the number is the same.
  change.resource = repository.Id(kind.prefix, digits);
  change.name = repository.full_name + "#" + digits;
  change.part_time = change.content_time = Time(object, {"updated_at", "created_at"});
  change.created = Time(object, {"created_at"});
  change.title = "[" + repository.full_name + "] " + std::string(*title) + " (#" + digits + ")";
  change.url = *url;
  const std::string body = Markdown(object["body"]);
  change.description =
      body.empty() ? "This " + std::string(kind.noun) + " has no description." : body;
  SetAuthor(change, object, object["user"]);
  change.labels = ReadLabels(object["labels"], "name");

  std::vector<Named> texts = {{"title", std::string(*title)}, {"description", body}};
  const auto branch = object["head"]["ref"].String();
  if (branch) texts.push_back({"branch", std::string(*branch)});
  const bool whole = !object["body"].absent() && (branch || !is_pull_request);
  if (whole) change.texts = std::move(texts);
  if (is_pull_request) {
    change.integration_key = "github";
    change.metadata = PullRequestCard(repository, object, change);
  }
  return change;
}

struct Event;

// How an event of GitHub is read.
struct Route {
  std::string_view event;
  const ThreadKind* thread;   // that it is about or carries along, or nullptr
  std::string_view member;    // of the body, beside the thread: what else it is about, or ""
  std::string_view part;      // prefix of the part's id
  std::string_view creation;  // the action that can't be an edit
  Outcome (*read)(const Event&);
};

struct Event {
  const Route& route;
  Json root;
  Repository repository;
  const Request& request;
  const Sink& sink;
};

Change::Kind KindOf(const Event& event) {
  const std::string action = TextOf(event.root["action"]);
  if (action == event.route.creation) return Change::Kind::kCreated;
  // What is transferred is gone from here; its new repository sends an event of its own.
  const bool gone = action == "deleted" || action == "transferred";
  return gone ? Change::Kind::kDeleted : Change::Kind::kUpdated;
}

Outcome NotAsDocumented(const Event& event, std::string_view member) {
  return Refuse(event.sink, "the " + std::string(event.route.event) + " event's \"" +
                                std::string(member) + "\" is not as GitHub documents it");
}

Outcome Thread(const Event& event) {
  const ThreadKind& kind = *event.route.thread;
  auto change = ReadThread(event.repository, kind, event.root[kind.member]);
  if (!change) return NotAsDocumented(event, kind.member);
  change->kind = KindOf(event);
  return Emit(event.sink, *change);
}

// A comment or review: the thread that it belongs to rides along.
Outcome Remark(const Event& event) {
  const auto& [name, thread, member, part, creation, read] = event.route;
  const Json remark = event.root[member];
  const auto id = remark["id"].Text();
  auto change = ReadThread(event.repository, *thread, event.root[thread->member]);
  if (!change) return NotAsDocumented(event, thread->member);
  if (!id) return NotAsDocumented(event, member);
  change->kind = Change::Kind::kCreated;
  event.sink.Emit(*change);

  change->kind = KindOf(event);
  change->part = std::string(part) + *id;
  change->part_time = Time(remark, {"updated_at", "submitted_at", "created_at"});
  SetAuthor(*change, remark, remark["user"]);
  change->texts = {{{std::string(member), Markdown(remark["body"])}}};
  change->labels = std::nullopt;
  return Emit(event.sink, *change);
}

Outcome Release(const Event& event) {
  const Json release = event.root["release"];
  const auto id = release["id"].Text();
  const std::string tag = TextOf(release["tag_name"]);
  const auto url = release["html_url"].String();
  if (!id || tag.empty() || !url) return NotAsDocumented(event, "release");
  const std::string title = TextOf(release["name"]).empty() ? tag : TextOf(release["name"]);
  const std::string body = Markdown(release["body"]);

  Change change;
  change.kind = KindOf(event);
  change.resource = event.repository.Id("RELEASE_", *id);
  change.name = event.repository.full_name + "@" + tag;
  // Where there is no updated_at, the receipt counts: created_at is the time of the tagged commit.
  change.part_time = change.content_time = Time(release, {"updated_at"});
  change.created = Time(release, {"published_at", "created_at"});
  change.title = "[" + event.repository.full_name + "] " + title;
  change.url = *url;
  change.description = body.empty() ? "This release has no description." : body;
  SetAuthor(change, release, release["author"]);
  change.texts = {{{"title", title}, {"description", body}}};
  return Emit(event.sink, change);
}

std::optional<Change> ReadCommit(const Repository& repository, Json commit) {
  const std::string sha = TextOf(commit["id"]);
  const auto message = commit["message"].String();
  const auto url = commit["url"].String();
  if (!IsSha(sha) || !message || !url) return std::nullopt;
  const std::string_view subject = message->substr(0, message->find_first_of("\r\n"));
  const std::string short_sha = sha.substr(0, kShortSha);

  Change change;
  change.kind = Change::Kind::kCreated;
  change.resource = repository.Id("COMMIT_", sha);
  change.name = repository.full_name + "@" + short_sha;
  change.part_time = change.content_time = change.created = Time(commit, {"timestamp"});
  change.title = "[" + repository.full_name + "] " + std::string(subject) + " (" + short_sha + ")";
  change.url = *url;
  change.description = message->empty() ? "This commit has no message." : std::string(*message);
  const Json author = commit["author"];  // a git identity: "username" only where GitHub knows it
  change.author = TextOf(author[author["username"] ? "username" : "name"]);
  change.author_is_bot =
      change.author.ends_with("[bot]") || TextOf(author["name"]).ends_with("[bot]");
  return change;
}

Outcome Push(const Event& event) {
  if (event.root["deleted"].IsTrue())
    return Ignore(event.sink, "a push that deletes a branch or tag");
  if (!event.root["commits"].array()) return NotAsDocumented(event, "commits");
  std::string branch = TextOf(event.root["ref"]);
  if (branch.starts_with("refs/heads/")) branch.erase(0, std::string_view("refs/heads/").size());

  std::vector<Change> changes;
  for (const Json commit : event.root["commits"]) {
    // Not distinct: pushed before, on another branch, and linked then.
    if (commit["distinct"].Bool() == false) continue;
    if (changes.size() > kMaxCommits) break;  // one more than the daemon takes: it says so
    auto change = ReadCommit(event.repository, commit);
    if (!change) return NotAsDocumented(event, "commits");
    change->texts = {{{"message", *change->description}, {"branch", branch}}};
    changes.push_back(std::move(*change));
  }
  if (changes.empty()) return Ignore(event.sink, "a push without new commits");
  for (const Change& change : changes) event.sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome CommitComment(const Event& event) {
  const Json comment = event.root["comment"];
  const auto id = comment["id"].Text();
  const std::string sha = TextOf(comment["commit_id"]);
  if (!id || !IsSha(sha)) return NotAsDocumented(event, "comment");
  const std::string short_sha = sha.substr(0, kShortSha);

  Change change;
  change.kind = KindOf(event);
  change.resource = event.repository.Id("COMMIT_", sha);
  change.name = event.repository.full_name + "@" + short_sha;
  change.part = std::string(event.route.part) + *id;
  change.part_time = Time(comment, {"updated_at", "created_at"});
  // Nothing of the commit itself is here. Older than any commit, so that what a push tells of it
  // stays.
  change.content_time = 1;
  change.title = "[" + event.repository.full_name + "] Commit " + short_sha;
  change.url = event.repository.url() + "/commit/" + sha;
  change.description = "A commit in " + event.repository.full_name + ".";
  SetAuthor(change, comment, comment["user"]);
  change.texts = {{{"comment", Markdown(comment["body"])}}};
  return Emit(event.sink, change);
}

Outcome Run(const Event& event) {
  if (event.request.option("runs") != "true") {
    return Ignore(event.sink, "GitHub's event \"" + std::string(event.route.event) +
                                  "\" is linked only with options.runs = true");
  }
  const auto change = ReadRun(event.route.event, event.root, event.repository);
  if (!change) return Ignore(event.sink, "a run on no branch of the repository");
  event.sink.Emit(*change);
  return Outcome::kExtracted;
}

constexpr Route kRoutes[] = {
    {"pull_request_review_comment", &kPullRequest, "comment", "review-comment-", "created", Remark},
    {"pull_request_review", &kPullRequest, "review", "review-", "submitted", Remark},
    {"issue_comment", &kIssue, "comment", "comment-", "created", Remark},
    {"discussion_comment", &kDiscussion, "comment", "comment-", "created", Remark},
    {"pull_request", &kPullRequest, "", "", "opened", Thread},
    {"issues", &kIssue, "", "", "opened", Thread},
    {"discussion", &kDiscussion, "", "", "created", Thread},
    {"commit_comment", nullptr, "comment", "comment-", "created", CommitComment},
    {"release", nullptr, "release", "", "created", Release},
    {"push", nullptr, "commits", "", "", Push},
    {"workflow_run", nullptr, "workflow_run", "", "", Run},
    {"check_run", nullptr, "check_run", "", "", Run},
    {"deployment_status", nullptr, "deployment_status", "", "", Run},
};

// By the header; a body without it (`try`, `test`) by its members, of which the more particular
// routes, standing first, want more.
const Route* FindRoute(std::optional<std::string_view> name, Json root) {
  const auto fits = [&](const Route& route) {
    if (name) return route.event == *name;
    const bool thread = route.thread == nullptr || root[route.thread->member];
    return thread && (route.member.empty() || root[route.member]);
  };
  const auto found = std::find_if(std::begin(kRoutes), std::end(kRoutes), fits);
  return found == std::end(kRoutes) ? nullptr : found;
}

// One issue or pull request of GitHub's REST API, as `gh api` exports them for a backfill. Unlike a
// webhook's body it has its URL at the top.
Outcome Exported(Json object, const Sink& sink) {
  const std::string url = TextOf(object["html_url"]);
  const auto repository = ReadRepository(url);
  if (!repository) return Refuse(sink, "an exported object's \"html_url\" is no repository's page");
  const std::string path = url.substr(repository->url().size());
  const bool pull_request = path.starts_with("/pull/");
  if (!pull_request && !path.starts_with("/issues/")) {
    return Ignore(sink, "an exported object that is neither an issue nor a pull request");
  }
  auto change = ReadThread(*repository, pull_request ? kPullRequest : kIssue, object);
  if (!change) return Refuse(sink, "an exported object without number or title");
  change->kind = Change::Kind::kCreated;
  return Emit(sink, *change);
}

Outcome Read(const Request& request, Json root, const Sink& sink) {
  const auto name = request.header("x-github-event");
  if (name == "ping" || (!name && root["hook"].object() && root["zen"])) {
    sink.Reply(200, "application/json", "{}");
    return Outcome::kHandshake;
  }
  if (!name && root["html_url"]) return Exported(root, sink);
  const Route* const route = FindRoute(name, root);
  if (route == nullptr) {
    return Ignore(sink, name ? "GitHub's event \"" + std::string(*name) + "\" is not linked"
                             : "no X-GitHub-Event header, and a body of no kind that is linked");
  }
  const auto repository = ReadRepository(TextOf(root["repository"]["html_url"]));
  const Event event{*route, root, repository.value_or(Repository{}), request, sink};
  return repository ? route->read(event) : NotAsDocumented(event, "repository");
}

Outcome Extract(const Request& request, const Sink& sink) {
  std::string_view body = request.body();
  const Form form(request.IsForm() ? body : "");
  if (request.IsForm()) {
    const auto payload = form["payload"];
    if (!payload) return Refuse(sink, "a form without the field \"payload\"");
    body = *payload;
  }
  return ReadJson(request, body, sink, Read);
}

// X-Hub-Signature, the SHA-1 that GitHub sends beside it, is never looked at: it must not be a way
// around this one.
constexpr flaglink_signature kSignatures[] = {
    Signature{.header = "x-hub-signature-256", .prefix = "sha256="}};
constexpr Names kHeaders{"x-github-event"};
// hook and api are the daemon's: it reads the hook's log of deliveries (README.md, "After an outage").
constexpr Names kOptions{"runs", "hook", "api"};

// "repos/acme/shop/hooks/42" or "orgs/acme/hooks/42", as GitHub's API names a hook.
bool IsHook(std::string_view path) {
  const auto take = [&path] {
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    return segment;
  };
  const auto is_name = [](std::string_view name) {
    return HasOnly(name, "-_.") && name.find_first_not_of('.') != name.npos;
  };
  const std::string_view owner = take();
  const bool named = is_name(take()) && (owner == "orgs" || is_name(take()));
  const bool hooks = take() == "hooks";
  const std::string_view id = take();
  return (owner == "repos" || owner == "orgs") && named && hooks && path.empty() && !id.empty() &&
         id.find_first_not_of("0123456789") == id.npos;
}

// The token goes there: encrypted, or not out of this machine.
bool IsApi(std::string_view url) {
  const std::string host = HostOf(url);
  const bool loopback = host == "127.0.0.1" || host.starts_with("127.0.0.1:");
  return IsPage(url) && !url.ends_with('/') && (url.starts_with("https://") || loopback);
}

const char* CheckOptions(const Pairs& options) {
  const auto runs = options["runs"], hook = options["hook"], api = options["api"];
  if (runs && runs != "true" && runs != "false") return "runs must be true or false";
  if (hook && !IsHook(*hook)) {
    return "hook must be as GitHub's API names it, such as \"repos/acme/shop/hooks/42\"";
  }
  if (api && !IsApi(*api)) {
    return "api must be the https address of GitHub's API, such as "
           "\"https://git.acme.example/api/v3\"";
  }
  return nullptr;
}

}  // namespace

extern constexpr Declaration kAdapter{.name = "github",
                                      .signatures = kSignatures,
                                      .delivery_id = "header:x-github-delivery",
                                      .headers = kHeaders.names,
                                      .options = kOptions.names,
                                      .extract = Extract,
                                      .check_options = CheckOptions};

}  // namespace flaglink::github

FLAGLINK_ADAPTER(flaglink::github::kAdapter)
