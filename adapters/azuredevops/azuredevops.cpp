// Service hooks of Azure DevOps Services and of Azure DevOps Server, with the shapes of
// learn.microsoft.com/azure/devops/service-hooks/events; README.md says what becomes a link and
// why.
//
// Azure DevOps leaves out whatever is empty, so what a whole object lacks is empty and not unknown.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::azuredevops {
namespace {

constexpr std::size_t kMaxCommits = 256;  // as many changes as the daemon takes of one event
constexpr std::size_t kMaxBranches = 16;
constexpr std::size_t kShortSha = 8;  // as Azure DevOps shows them

struct Event {
  std::string type;  // "git.pullrequest.created"
  Json root, resource;
  const Sink& sink;
};

Outcome NotAsDocumented(const Event& event, std::string_view member) {
  return Refuse(event.sink, "the " + event.type + " event's \"" + std::string(member) +
                                "\" is not as documented: does the subscription send all "
                                "\"Resource details\"?");
}

// When the event happened: pull requests carry no time of their last change.
std::optional<TimeUs> TimeOf(const Event& event) {
  return FirstTime(event.root, {"/createdDate"});
}

// An identity, or its text alone: "Ada" or "Ada <ada@acme.example>". Build services and service
// principals are told by the kind of their descriptor.
void SetAuthor(Change& change, Json identity) {
  const std::string name = identity.object() ? TextOf(identity["displayName"]) : TextOf(identity);
  change.author = name.substr(0, name.find(" <"));
  const std::string descriptor = TextOf(identity["descriptor"]);
  change.author_is_bot = descriptor.starts_with("svc.") || descriptor.starts_with("aadsp.");
}

Outcome Emit(const Event& event, Change& change) {
  if (change.kind == Change::Kind::kDeleted) change.texts.reset(), change.labels.reset();
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

// "https://dev.azure.com/acme" of a URL of the API below it, a project's GUID cut off; "".
std::string CollectionOf(std::string_view api_url) {
  const auto api = api_url.find("/_apis/");
  if (!IsPage(api_url) || api == std::string_view::npos) return "";
  std::string_view url = api_url.substr(0, api);
  const std::string_view last = url.substr(url.rfind('/') + 1);
  if (last.size() == 36 && HasOnly(last, "-")) url.remove_suffix(last.size() + 1);
  return std::string(url);
}

// The fields that hold prose, in HTML unless the item says Markdown.
struct Prose {
  std::string_view field, name;
};
constexpr Prose kProse[] = {{"System.Description", "description"},
                            {"Microsoft.VSTS.TCM.ReproSteps", "repro steps"},
                            {"Microsoft.VSTS.Common.AcceptanceCriteria", "acceptance criteria"}};

std::string PlainText(Json item, std::string_view field) {
  const std::string text = TextOf(item["fields"][field]);
  const bool markdown = item["multilineFieldsFormat"][field].String() == "markdown";
  return markdown ? StripMarkdown(text) : StripHtml(text);
}

// "checkout; flag-checkout-v2"
std::vector<std::string> Tags(std::string_view text) {
  std::vector<std::string> tags;
  while (!text.empty()) {
    const std::string_view tag = text.substr(0, text.find(';'));
    text.remove_prefix(tag.size() == text.size() ? tag.size() : tag.size() + 1);
    const auto begin = tag.find_first_not_of(' ');
    if (begin == std::string_view::npos) continue;
    tags.emplace_back(tag.substr(begin, tag.find_last_not_of(' ') - begin + 1));
  }
  return tags;
}

// The work item as it is after the event; nullopt: not what Azure DevOps sends.
std::optional<Change> ReadWorkItem(const Event& event, Json item) {
  const Json fields = item["fields"];
  const std::string id = IdOf(item["id"]), title = TextOf(fields["System.Title"]);
  const std::string collection = TextOf(event.root.At("/resourceContainers/collection/id"));
  const std::string page = CollectionOf(TextOf(item["url"]));
  if (!HasOnly(id, "") || title.empty() || !HasOnly(collection, "-") || page.empty()) {
    return std::nullopt;
  }
  const std::string project = TextOf(fields["System.TeamProject"]);

  Change change;
  change.resource = collection + "/WORKITEM_" + id;
  change.name = project + "#" + id;
  change.part_time = change.content_time = FirstTime(fields, {"/System.ChangedDate"});
  change.created = FirstTime(fields, {"/System.CreatedDate"});
  change.title = "[" + project + "] " + title + " (#" + id + ")";
  change.url = page + "/_workitems/edit/" + id;
  change.description = "This work item has no description.";
  SetAuthor(change, fields["System.CreatedBy"]);
  change.texts = {{{"title", title}}};
  for (const Prose& prose : kProse) {
    const std::string text = PlainText(item, prose.field);
    if (text.empty()) continue;
    if (change.texts->size() == 1) change.description = text;
    change.texts->push_back({std::string(prose.name), text});
  }
  change.labels = Tags(TextOf(fields["System.Tags"]));
  return change;
}

// What was said with the revision that the event is about; "": nothing.
std::string CommentText(const Event& event) {
  const Json history = event.resource["fields"]["System.History"];
  return StripHtml(TextOf(history.object() ? history["newValue"] : history));
}

// Turns a change of the work item into one of the comment that came with it. A server that gives
// comments no number has it known by the revision's. False: neither is there.
bool MakeComment(const Event& event, Json item, std::string text, Change& change) {
  const std::string id = IdOf(event.resource.At("/commentVersionRef/commentId"));
  const std::string revision = IdOf(item["rev"]);
  if (!HasOnly(id.empty() ? revision : id, "")) return false;
  change.kind = id.empty() ? Change::Kind::kCreated : Change::Kind::kUpdated;
  change.part = id.empty() ? "comment-of-revision-" + revision : "comment-" + id;
  SetAuthor(change, item["fields"]["System.ChangedBy"]);
  change.texts = {{{"comment", std::move(text)}}};
  change.labels.reset();
  return true;
}

Change::Kind KindOf(std::string_view type) {
  if (type == "workitem.deleted") return Change::Kind::kDeleted;
  // In the event of a comment the work item only rides along.
  const bool snapshot = type == "workitem.created" || type == "workitem.commented";
  return snapshot ? Change::Kind::kCreated : Change::Kind::kUpdated;
}

Outcome WorkItem(const Event& event) {
  const Json revision = event.resource["revision"];
  const Json item = revision.object() ? revision : event.resource;
  auto change = ReadWorkItem(event, item);
  if (!change) return NotAsDocumented(event, "resource");
  change->kind = KindOf(event.type);
  // Nothing in the item has changed, so its own time would not be newer than the deletion.
  if (event.type == "workitem.restored") change->part_time = change->content_time = TimeOf(event);

  std::string text = CommentText(event);
  if (text.empty() || change->kind == Change::Kind::kDeleted) return Emit(event, *change);
  Change comment = *change;
  if (!MakeComment(event, item, std::move(text), comment)) return NotAsDocumented(event, "rev");
  Emit(event, *change);
  return Emit(event, comment);
}

struct Repository {
  std::string id;    // a GUID
  std::string name;  // "Shop/shop-web"; "Shop" of a project's first, which bears its name
  std::string page;  // "https://dev.azure.com/acme/Shop/_git/shop-web"
};

std::optional<Repository> ReadRepository(Json repository) {
  const std::string id = TextOf(repository["id"]);
  std::string page = FirstText(repository, {"/webUrl", "/remoteUrl"});
  // remoteUrl may name a user, for git: "https://acme@dev.azure.com/…".
  if (const auto user = page.find('@'); user < page.find('/', 8) && page.starts_with("https://")) {
    page.erase(8, user - 7);
  }
  if (!HasOnly(id, "-") || !IsPage(page)) return std::nullopt;
  const std::string project = TextOf(repository["project"]["name"]);
  const std::string name = TextOf(repository["name"]);
  return Repository{id, project == name ? name : project + "/" + name, page};
}

std::optional<Change> ReadPullRequest(const Event& event, Json pull_request) {
  const auto repository = ReadRepository(pull_request["repository"]);
  const std::string id = IdOf(pull_request["pullRequestId"]);
  const auto title = pull_request["title"].String();
  if (!repository || !HasOnly(id, "") || !title) return std::nullopt;

  Change change;
  change.resource = repository->id + "/PR_" + id;
  change.name = repository->name + "!" + id;
  change.part_time = change.content_time = TimeOf(event);
  change.created = FirstTime(pull_request, {"/creationDate"});
  change.title = "[" + repository->name + "] " + std::string(*title) + " (!" + id + ")";
  change.url = repository->page + "/pullrequest/" + id;
  const std::string text = StripMarkdown(TextOf(pull_request["description"]));
  change.description = text.empty() ? "This pull request has no description." : text;
  SetAuthor(change, pull_request["createdBy"]);
  change.labels = ReadLabels(pull_request["labels"], "name");
  std::string branch = TextOf(pull_request["sourceRefName"]);
  if (branch.starts_with("refs/heads/")) branch.erase(0, std::string_view("refs/heads/").size());
  if (!branch.empty()) {
    change.texts = {{{"title", std::string(*title)}, {"description", text}, {"branch", branch}}};
  }
  return change;
}

Outcome PullRequest(const Event& event) {
  auto change = ReadPullRequest(event, event.resource);
  if (!change) return NotAsDocumented(event, "resource");
  if (event.type == "git.pullrequest.created") change->kind = Change::Kind::kCreated;
  return Emit(event, *change);
}

// Comments are numbered within their thread, which only the comment's links name.
std::string CommentPart(Json comment) {
  const std::string link = FirstText(comment, {"/_links/self/href", "/_links/threads/href"});
  const std::string_view mark = "/threads/";
  const auto at = link.find(mark);
  const std::string rest = at == std::string::npos ? "" : link.substr(at + mark.size());
  const std::string thread = rest.substr(0, rest.find('/'));
  return "comment-" + (HasOnly(thread, "") ? thread + "-" : "") + IdOf(comment["id"]);
}

Outcome PullRequestComment(const Event& event) {
  const Json comment = event.resource["comment"];
  auto change = ReadPullRequest(event, event.resource["pullRequest"]);
  if (!change) return NotAsDocumented(event, "pullRequest");
  if (!HasOnly(IdOf(comment["id"]), "")) return NotAsDocumented(event, "comment");
  if (comment["commentType"].String() == "system") {
    return Ignore(event.sink, "a comment by Azure DevOps itself");
  }
  change->kind = Change::Kind::kCreated;
  event.sink.Emit(*change);

  const auto published = FirstTime(comment, {"/publishedDate"});
  const auto edited = FirstTime(comment, {"/lastContentUpdatedDate"});
  if (!published || published != edited) change->kind = Change::Kind::kUpdated;
  if (comment["isDeleted"].IsTrue()) change->kind = Change::Kind::kDeleted;
  change->part = CommentPart(comment);
  change->part_time =
      FirstTime(comment, {"/lastUpdatedDate", "/lastContentUpdatedDate", "/publishedDate"});
  SetAuthor(*change, comment["author"]);
  change->texts = {{{"comment", StripMarkdown(TextOf(comment["content"]))}}};
  change->labels.reset();
  return Emit(event, *change);
}

std::optional<Change> ReadCommit(const Repository& repository, Json commit) {
  const std::string sha = TextOf(commit["commitId"]);
  const auto message = commit["comment"].String();
  if (!IsSha(sha) || !message) return std::nullopt;
  const std::string short_sha = sha.substr(0, kShortSha);
  const std::string subject(message->substr(0, message->find_first_of("\r\n")));

  Change change;
  change.kind = Change::Kind::kCreated;
  change.resource = repository.id + "/COMMIT_" + sha;
  change.name = repository.name + "@" + short_sha;
  change.part_time = change.content_time = change.created =
      FirstTime(commit, {"/committer/date", "/author/date"});
  change.title = "[" + repository.name + "] " + subject + " (" + short_sha + ")";
  change.url = repository.page + "/commit/" + sha;
  change.description = message->empty() ? "This commit has no message." : std::string(*message);
  change.author = TextOf(commit["author"]["name"]);  // a git identity
  return change;
}

Outcome Push(const Event& event) {
  const auto repository = ReadRepository(event.resource["repository"]);
  if (!repository) return NotAsDocumented(event, "repository");
  std::vector<Named> branches;
  for (const Json update : event.resource["refUpdates"]) {
    const std::string ref = TextOf(update["name"]);
    const std::string_view heads = "refs/heads/";
    if (ref.starts_with(heads)) branches.push_back({"branch", ref.substr(heads.size())});
    if (branches.size() == kMaxBranches) break;
  }
  std::vector<Change> changes;
  for (const Json commit : event.resource["commits"]) {
    if (changes.size() > kMaxCommits) break;  // one more than the daemon takes: it says so
    auto change = ReadCommit(*repository, commit);
    if (!change) return NotAsDocumented(event, "commits");
    change->texts = {{{"message", TextOf(commit["comment"])}}};
    change->texts->insert(change->texts->end(), branches.begin(), branches.end());
    changes.push_back(std::move(*change));
  }
  if (changes.empty()) return Ignore(event.sink, "a push without new commits");
  for (const Change& change : changes) event.sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome Read(const Request&, Json root, const Sink& sink) {
  const Event event{TextOf(root["eventType"]), root, root["resource"], sink};
  if (event.type.empty()) return Refuse(sink, "no \"eventType\", as Azure DevOps's events have");
  for (const std::string_view type : {"created", "updated", "commented", "deleted", "restored"}) {
    if (event.type == "workitem." + std::string(type)) return WorkItem(event);
  }
  for (const std::string_view type : {"created", "updated", "merged"}) {
    if (event.type == "git.pullrequest." + std::string(type)) return PullRequest(event);
  }
  if (event.type == "ms.vss-code.git-pullrequest-comment-event") return PullRequestComment(event);
  if (event.type == "git.push") return Push(event);
  return Ignore(sink, "Azure DevOps's event \"" + event.type + "\" is not linked");
}

// HTTP Basic, the secret being "user:password".
constexpr flaglink_signature kSignatures[] = {Basic()};

}  // namespace

extern constexpr Declaration kAdapter{
    .name = "azuredevops", .signatures = kSignatures, .delivery_id = "body:/id", .read = Read};

}  // namespace flaglink::azuredevops

FLAGLINK_ADAPTER(flaglink::azuredevops::kAdapter)
