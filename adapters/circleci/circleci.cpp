// CircleCI's outbound webhooks, and the notification of its 1.x configurations.
// https://circleci.com/docs/reference/outbound-webhooks-reference/
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::circleci {
namespace {

// What people are shown of a commit that was built: "[shop] Add the checkout (#130)".
struct Build {
  std::string project, number, subject, message, branch;
};

std::string TitleOf(const Build& build) {
  std::string what = build.subject;
  if (what.empty()) what = build.branch.empty() ? "A build" : "A build of " + build.branch;
  return "[" + build.project + "] " + what + " (#" + build.number + ")";
}

// The commit as its author wrote it; subject and body come apart.
std::string MessageOf(const std::string& subject, const std::string& body) {
  if (subject.empty() || body.empty() || body.starts_with(subject)) {
    return body.empty() ? subject : body;
  }
  return subject + "\n\n" + body;
}

// A build never changes what it builds, so every event about it says the same.
Change ChangeOf(const Build& build) {
  Change change;
  change.kind = Change::Kind::kCreated;
  change.name = build.project + "#" + build.number;
  change.title = TitleOf(build);
  change.description = build.message.empty() ? "This build has no commit message." : build.message;
  change.texts = {{{"message", build.message}, {"branch", build.branch}}};
  return change;
}

void SetAuthor(Change& change, std::string author) {
  change.author_is_bot = author.ends_with("[bot]");
  change.author = std::move(author);
}

// "https://app.circleci.com/pipelines/github/acme/shop/130" of the page of one of its workflows.
std::string PipelinePage(std::string workflow) {
  workflow.resize(std::min(workflow.find("/workflows/"), workflow.size()));
  return IsPage(workflow) ? workflow : "";
}

// Commits come as `vcs`, or from GitLab and GitHub Apps among the trigger's parameters.
Outcome ReadPipeline(Json body, const Sink& sink) {
  const Json pipeline = body["pipeline"];
  const std::string id = IdOf(pipeline["id"]);
  const std::string url = PipelinePage(TextOf(body.At("/workflow/url")));
  const std::string subject =
      FirstText(pipeline, {"/vcs/commit/subject", "/trigger_parameters/gitlab/commit_title",
                           "/trigger_parameters/github_app/commit_title"});
  const std::string message =
      FirstText(pipeline, {"/vcs/commit/body", "/trigger_parameters/gitlab/commit_message",
                           "/trigger_parameters/github_app/commit_message"});
  const Build build{.project = FirstText(body, {"/project/name", "/project/slug"}),
                    .number = IdOf(pipeline["number"]),
                    .subject = subject,
                    .message = MessageOf(subject, message),
                    .branch = FirstText(pipeline, {"/vcs/branch", "/trigger_parameters/git/branch",
                                                   "/trigger_parameters/gitlab/branch",
                                                   "/trigger_parameters/github_app/branch"})};
  if (!HasOnly(id, "-") || url.empty() || build.project.empty() || build.number.empty()) {
    return Refuse(sink, "no pipeline, project or workflow as CircleCI documents them");
  }
  Change change = ChangeOf(build);
  change.resource = HostOf(url) + "/" + id;
  change.url = url;
  change.created = FirstTime(pipeline, {"/created_at"});
  change.part_time = change.content_time = change.created;
  SetAuthor(change, FirstText(pipeline, {"/vcs/commit/author/name",
                                         "/trigger_parameters/gitlab/commit_author_name",
                                         "/trigger_parameters/github_app/commit_author_name"}));
  sink.Emit(change);
  return Outcome::kExtracted;
}

// All commits of the push that was built, not only its last.
std::string CommitsOf(Json build) {
  std::string commits;
  for (const Json commit : build["all_commit_details"]) {
    commits += MessageOf(TextOf(commit["subject"]), TextOf(commit["body"])) + "\n";
  }
  return commits;
}

// "48056" of "https://circleci.com/gh/acme/shop/48056"
std::string LastOf(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

Outcome ReadOldBuild(Json payload, const Sink& sink) {
  const std::string url = TextOf(payload["build_url"]);
  const std::string page = IsPage(url) ? url.substr(url.find("//") + 2) : "";
  const Build build{.project = TextOf(payload["reponame"]),
                    .number = LastOf(page),
                    .subject = TextOf(payload["subject"]),
                    .message = MessageOf(TextOf(payload["subject"]), TextOf(payload["body"])),
                    .branch = FirstText(payload, {"/branch", "/vcs_tag"})};
  if (!HasOnly(build.number, "") || build.project.empty() || !HasOnly(page, "/.-_~:%")) {
    return Refuse(sink, "no build_url or reponame, as a build of CircleCI has them");
  }
  Change change = ChangeOf(build);
  change.resource = page;
  change.url = url;
  change.created = FirstTime(payload, {"/queued_at", "/start_time", "/stop_time"});
  change.part_time = change.content_time = change.created;
  change.texts->push_back({"commits", CommitsOf(payload)});
  SetAuthor(change, FirstText(payload, {"/author_name", "/committer_name", "/user/login"}));
  sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome Read(const Request&, Json body, const Sink& sink) {
  if (body["payload"].object()) return ReadOldBuild(body["payload"], sink);
  const std::string type = TextOf(body["type"]);
  if (type == "workflow-completed" || type == "job-completed") return ReadPipeline(body, sink);
  if (type == "ping") {
    sink.Reply(200, "application/json", "{}");
    return Outcome::kHandshake;
  }
  return type.empty()
             ? Refuse(sink, "neither \"type\" nor \"payload\", one of which CircleCI sends")
             : Ignore(sink, "CircleCI's event \"" + type + "\" is not linked");
}

constexpr flaglink_signature kSignatures[] = {
    Signature{.header = "circleci-signature", .prefix = "v1=", .separator = ","}};
// What ran and with which parameters may hold secrets; nothing of it is needed.
constexpr Names kBlank{"/payload/steps", "/payload/build_parameters", "/payload/circle_yml",
                       "/pipeline/parameters", "/pipeline/trigger_parameters/webhook"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "circleci",
                                      .signatures = kSignatures,
                                      .delivery_id = "body:/id",
                                      .blank = kBlank.names,
                                      .read = Read};

}  // namespace flaglink::circleci

FLAGLINK_ADAPTER(flaglink::circleci::kAdapter)
