// Webhooks of Bitbucket Cloud (support.atlassian.com/bitbucket-cloud/docs/event-payloads) and of
// Bitbucket Data Center (confluence.atlassian.com/bitbucketserver/event-payload), told apart by the
// body: only Data Center names the event in it. README.md says what becomes a link and why.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::bitbucket {
namespace {

constexpr std::size_t kMaxCommits = 256;  // as many changes as the daemon takes of one event
constexpr std::size_t kMaxBranches = 16;
struct Repository {
  std::string id;    // "bitbucket.org/673a6070-…", "git.acme.example/4": it outlives a renaming
  std::string name;  // "acme/shop", "SHOP/shop"
  std::string page;  // "https://bitbucket.org/acme/shop"
};

// Where the two products keep what both have, as JSON Pointers.
struct Product {
  std::string_view pull_request;  // below the body
  std::string_view repository;    // below the pull request
  std::string_view branch, pull_request_author;
  std::string_view text, comment_author;  // below a comment
  std::string_view updated, created;      // below all of them
  // Whether a pull request without a description is sent without the member.
  bool leaves_out_empty;
};
constexpr Product kCloud{"/pullrequest",
                         "/destination/repository",
                         "/source/branch/name",
                         "/author",
                         "/content/raw",
                         "/user",
                         "/updated_on",
                         "/created_on",
                         false};
constexpr Product kDataCenter{"/pullRequest",
                              "/toRef/repository",
                              "/fromRef/displayId",
                              "/author/user",
                              "/text",
                              "/author",
                              "/updatedDate",
                              "/createdDate",
                              true};

struct Event {
  const Product& product;
  std::string key;  // "pullrequest:comment_created", "pr:comment:added"; "" if nothing says
  Json root;
  Repository repository;
  const Sink& sink;
};

Outcome NotAsDocumented(const Event& event, std::string_view member) {
  const std::string name = event.key.empty() ? "body" : event.key + " event";
  return Refuse(event.sink, "the " + name + "'s \"" + std::string(member) +
                                "\" is not as Bitbucket documents it");
}

// Of Cloud ISO 8601, of Data Center milliseconds.
std::optional<TimeUs> TimeOf(Json value) {
  if (const auto milliseconds = value.Int64()) return FromMilliseconds(*milliseconds);
  return ParseIso8601(TextOf(value));
}

Change::Kind KindOf(std::string_view key) {
  for (const std::string_view creation :
       {":created", ":opened", "comment_created", "comment:added"}) {
    if (key.ends_with(creation)) return Change::Kind::kCreated;
  }
  return key.ends_with("deleted") ? Change::Kind::kDeleted : Change::Kind::kUpdated;
}

// Data Center's login, Cloud's name as it is shown: Cloud has no logins.
void SetAuthor(Change& change, Json user) {
  change.author = FirstText(user, {"/name", "/display_name", "/nickname"});
  change.author_is_bot = user["type"].String() == "app_user" || user["type"].String() == "SERVICE";
}

Outcome Emit(const Event& event, Change& change) {
  if (change.kind == Change::Kind::kDeleted) change.texts.reset();
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

// What pull requests and issues have in common; nullopt: not what Bitbucket sends.
std::optional<Change> ReadThread(const Event& event, Json thread, std::string_view prefix,
                                 std::string_view noun, std::string_view description) {
  const std::string number = IdOf(thread["id"]);
  const auto title = thread["title"].String();
  if (!HasOnly(number, "") || !title) return std::nullopt;

  Change change;
  change.resource = event.repository.id + "/" + std::string(prefix) + number;
  change.name = event.repository.name + "#" + number;
  change.part_time = change.content_time = TimeOf(thread.At(event.product.updated));
  change.created = TimeOf(thread.At(event.product.created));
  change.title = "[" + event.repository.name + "] " + std::string(*title) + " (#" + number + ")";
  const std::string text = StripMarkdown(TextOf(thread.At(description)));
  change.description = text.empty() ? "This " + std::string(noun) + " has no description." : text;
  change.texts = {{{"title", std::string(*title)}, {"description", text}}};
  if (thread.At(description).absent() && !event.product.leaves_out_empty) change.texts.reset();
  return change;
}

std::optional<Change> ReadPullRequest(const Event& event, Json pull_request) {
  auto change = ReadThread(event, pull_request, "PR_", "pull request", "/description");
  if (!change) return std::nullopt;
  const auto branch = pull_request.At(event.product.branch).String();
  if (!branch) change->texts.reset();
  if (change->texts) change->texts->push_back({"branch", std::string(*branch)});
  change->url = event.repository.page + "/pull-requests/" + IdOf(pull_request["id"]);
  SetAuthor(*change, pull_request.At(event.product.pull_request_author));
  return change;
}

std::optional<Change> ReadIssue(const Event& event, Json issue) {
  auto change = ReadThread(event, issue, "ISSUE_", "issue", "/content/raw");
  if (!change) return std::nullopt;
  change->url = event.repository.page + "/issues/" + IdOf(issue["id"]);
  SetAuthor(*change, issue["reporter"]);
  return change;
}

// Turns a change of what is commented on into one of the comment; false: it is no comment.
bool MakeComment(const Event& event, Change& change) {
  const Json comment = event.root["comment"];
  const std::string id = IdOf(comment["id"]);
  if (!HasOnly(id, "")) return false;
  change.kind = comment["deleted"].IsTrue() ? Change::Kind::kDeleted : KindOf(event.key);
  change.part = "comment-" + id;
  change.part_time = TimeOf(comment.At(event.product.updated));
  if (!change.part_time) change.part_time = TimeOf(comment.At(event.product.created));
  SetAuthor(change, comment.At(event.product.comment_author));
  change.texts = {{{"comment", StripMarkdown(TextOf(comment.At(event.product.text)))}}};
  return true;
}

// A pull request or issue, and the comment that the event is about or that came with an update.
Outcome Thread(const Event& event, std::string_view member, std::optional<Change> change) {
  if (!change) return NotAsDocumented(event, member);
  const bool about_comment = event.key.find("comment") != std::string::npos;
  change->kind = about_comment ? Change::Kind::kCreated : KindOf(event.key);
  if (!event.root["comment"].object()) return Emit(event, *change);
  Change comment = *change;
  if (!MakeComment(event, comment)) return NotAsDocumented(event, "comment");
  Emit(event, *change);
  return Emit(event, comment);
}

// A commit as far as the body tells of it: `commit` may be absent or without a message. Without
// texts.
std::optional<Change> ReadCommit(const Event& event, std::string_view sha, Json commit) {
  if (!IsSha(sha)) return std::nullopt;
  const Repository& repository = event.repository;
  const std::string short_sha(sha.substr(0, kShortSha)), message = TextOf(commit["message"]);

  Change change;
  change.kind = Change::Kind::kCreated;
  change.resource = repository.id + "/COMMIT_" + std::string(sha);
  change.name = repository.name + "@" + short_sha;
  change.url = repository.page + "/commits/" + std::string(sha);
  if (message.empty()) {
    // Older than any commit, so that what another event tells of it stays.
    change.content_time = 1;
    change.title = "[" + repository.name + "] Commit " + short_sha;
    change.description = "A commit in " + repository.name + ".";
    return change;
  }
  const Json date = commit["date"];
  change.part_time = change.content_time = change.created =
      TimeOf(date ? date : commit["committerTimestamp"]);
  change.title = "[" + repository.name + "] " + message.substr(0, message.find_first_of("\r\n")) +
                 " (" + short_sha + ")";
  change.description = message;
  const std::string author = FirstText(
      commit, {"/author/user/display_name", "/author/display_name", "/author/name", "/author/raw"});
  change.author = author.substr(0, author.find(" <"));  // "Ada <ada@acme.example>"
  return change;
}

Outcome CommitComment(const Event& event) {
  const Json commit = event.root["commit"];
  auto change = ReadCommit(event, TextOf(commit.object() ? commit["hash"] : commit), commit);
  if (!change) return NotAsDocumented(event, "commit");
  if (!MakeComment(event, *change)) return NotAsDocumented(event, "comment");
  return Emit(event, *change);
}

// Collects a push's commits. Each is given the texts of its message and of the branches.
class Push {
 public:
  explicit Push(const Event& event) : event_(event) {}

  // False: it is none.
  bool Add(std::string_view sha, Json commit, const std::vector<Named>& branches) {
    if (changes_.size() > kMaxCommits) return true;  // one more than the daemon takes: it says so
    auto change = ReadCommit(event_, sha, commit);
    if (!change) return false;
    change->texts = branches;
    const std::string message = TextOf(commit["message"]);
    if (!message.empty()) change->texts->insert(change->texts->begin(), {"message", message});
    changes_.push_back(std::move(*change));
    return true;
  }

  Outcome Finish() const {
    if (changes_.empty()) return Ignore(event_.sink, "a push without new commits on a branch");
    for (const Change& change : changes_) event_.sink.Emit(change);
    return Outcome::kExtracted;
  }

 private:
  const Event& event_;
  std::vector<Change> changes_;
};

Outcome CloudPush(const Event& event) {
  const Json changes = event.root["push"]["changes"];
  if (!changes.array()) return NotAsDocumented(event, "push");
  Push push(event);
  for (const Json change : changes) {
    if (change["new"]["type"].String() != "branch") continue;  // deleted, or a tag
    const std::vector<Named> branch = {{"branch", TextOf(change["new"]["name"])}};
    for (const Json commit : change["commits"]) {
      if (!push.Add(TextOf(commit["hash"]), commit, branch)) return NotAsDocumented(event, "push");
    }
  }
  return push.Finish();
}

// Newer servers add the commits, without saying which of several branches they are on; of an older
// one the newest commit of each branch is all there is.
Outcome DataCenterPush(const Event& event) {
  if (!event.root["changes"].array()) return NotAsDocumented(event, "changes");
  Push push(event);
  std::vector<Named> branches;
  for (const Json change : event.root["changes"]) {
    const bool branch = change["ref"]["type"].String() == "BRANCH";
    if (!branch || change["type"].String() == "DELETE") continue;
    const Named name = {"branch", TextOf(change["ref"]["displayId"])};
    if (branches.size() < kMaxBranches) branches.push_back(name);
    if (event.root["commits"].array()) continue;
    if (!push.Add(TextOf(change["toHash"]), Json(), {name})) {
      return NotAsDocumented(event, "changes");
    }
  }
  if (branches.empty()) return push.Finish();
  for (const Json commit : event.root["commits"]) {
    if (!push.Add(TextOf(commit["id"]), commit, branches)) return NotAsDocumented(event, "commits");
  }
  return push.Finish();
}

std::optional<Repository> CloudRepository(Json repository) {
  std::string uuid = TextOf(repository["uuid"]);  // "{673a6070-…}"
  std::erase_if(uuid, [](char c) { return c == '{' || c == '}'; });
  const std::string page = TextOf(repository.At("/links/html/href"));
  if (!HasOnly(uuid, "-") || !IsPage(page)) return std::nullopt;
  return Repository{"bitbucket.org/" + uuid, TextOf(repository["full_name"]), page};
}

// `site` is what the option says, or "".
std::optional<Repository> DataCenterRepository(Json repository, std::string_view site) {
  const std::string id = IdOf(repository["id"]), slug = TextOf(repository["slug"]);
  const std::string key = TextOf(repository.At("/project/key"));
  std::string page =
      TextOf(repository.At("/links/self/0/href"));  // "…/projects/SHOP/repos/shop/browse"
  if (page.ends_with("/browse")) page.erase(page.size() - std::string_view("/browse").size());
  if (!HasOnly(id, "") || !HasOnly(slug, "-_.") || !HasOnly(key, "-_.~")) return std::nullopt;
  if (!site.empty()) page = std::string(site) + "/projects/" + key + "/repos/" + slug;
  if (!IsPage(page)) return std::nullopt;
  return Repository{HostOf(page) + "/" + id, key + "/" + slug, page};
}

Outcome Dispatch(const Event& event) {
  const Json pull_request = event.root.At(event.product.pull_request);
  if (pull_request.object()) {
    return Thread(event, "pull request", ReadPullRequest(event, pull_request));
  }
  const Json issue = event.root["issue"];
  if (issue.object()) return Thread(event, "issue", ReadIssue(event, issue));
  if (event.root["comment"].object()) return CommitComment(event);
  return event.key == "repo:refs_changed" ? DataCenterPush(event) : CloudPush(event);
}

Outcome Read(const Request& request, Json root, const Sink& sink) {
  const bool data_center = root["eventKey"].String().has_value();
  const std::string key = data_center ? TextOf(root["eventKey"])
                                      : std::string(request.header("x-event-key").value_or(""));
  if (key == "diagnostics:ping" || (root["test"].IsTrue() && key.empty())) {
    sink.Reply(200, "application/json", "{}");
    return Outcome::kHandshake;
  }
  const Product& product = data_center ? kDataCenter : kCloud;
  const Json pull_request = root.At(product.pull_request);
  const bool linked = pull_request || root["issue"] || root["comment"] || root["push"] ||
                      key == "repo:refs_changed";
  if (!linked) {
    return Ignore(sink, key.empty() ? "no X-Event-Key header, and a body of no kind that is linked"
                                    : "Bitbucket's event \"" + key + "\" is not linked");
  }
  const Json own = root["repository"];
  const Json repository = own ? own : pull_request.At(product.repository);
  auto where = data_center ? DataCenterRepository(repository, request.option("site").value_or(""))
                           : CloudRepository(repository);
  const Event event{product, key, root, where.value_or(Repository{}), sink};
  return where ? Dispatch(event) : NotAsDocumented(event, "repository");
}

const char* CheckOptions(const Pairs& options) {
  const auto site = options["site"];
  if (!site || (IsPage(*site) && !site->ends_with("/"))) return nullptr;
  return "site must be like \"https://git.acme.example\", without a slash at its end";
}

constexpr flaglink_signature kSignatures[] = {
    Signature{.header = "x-hub-signature", .prefix = "sha256="}};
constexpr Names kHeaders{"x-event-key"};
constexpr Names kOptions{"site"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "bitbucket",
                                      .signatures = kSignatures,
                                      .headers = kHeaders.names,
                                      .options = kOptions.names,
                                      .read = Read,
                                      .check_options = CheckOptions};

}  // namespace flaglink::bitbucket

FLAGLINK_ADAPTER(flaglink::bitbucket::kAdapter)
