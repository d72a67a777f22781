#include "adapters/github/runs.h"

#include <string>
#include <utility>

#include "adapters/sdk/reading.hpp"

namespace flaglink::github {
namespace {

// What the three events have in common.
struct Run {
  std::string kind;   // of the resource's id: "WORKFLOW_"
  std::string id;     // of what runs, unique in the repository
  std::string title;  // "CI"
  std::string branch, state, url, description;
  std::optional<TimeUs> time;
  Json actor;
};

Run ReadWorkflowRun(Json root) {
  const Json run = root["workflow_run"];
  return {.kind = "WORKFLOW_",
          .id = IdOf(run["workflow_id"]),
          .title = FirstText(root, {"/workflow_run/name", "/workflow/name", "/workflow/path"}),
          .branch = TextOf(run["head_branch"]),
          .state = FirstText(run, {"/conclusion", "/status"}),
          .url = TextOf(run["html_url"]),
          .description = FirstText(run, {"/display_title", "/head_commit/message"}),
          .time = FirstTime(run, {"/updated_at", "/created_at"}),
          .actor = run["actor"]};
}

Run ReadCheckRun(Json run) {
  return {.kind = "CHECK_",
          .id = TextOf(run["name"]),
          .title = TextOf(run["name"]),
          .branch = FirstText(run, {"/check_suite/head_branch"}),
          .state = FirstText(run, {"/conclusion", "/status"}),
          .url = FirstText(run, {"/html_url", "/details_url"}),
          .description = FirstText(run, {"/output/title", "/output/summary"}),
          .time = FirstTime(run, {"/completed_at", "/started_at"}),
          .actor = run["app"]};
}

Run ReadDeploymentStatus(Json root, const Repository& repository) {
  const Json deployment = root["deployment"], status = root["deployment_status"];
  std::string url;
  for (const std::string_view page : {"target_url", "log_url", "environment_url"}) {
    if (url.empty() && IsPage(TextOf(status[page]))) url = TextOf(status[page]);
  }
  return {
      .kind = "DEPLOYMENT_",
      .id = TextOf(deployment["environment"]),
      .title = "Deployment to " + TextOf(deployment["environment"]),
      .branch = TextOf(deployment["ref"]),
      .state = TextOf(status["state"]),
      .url = url.empty() ? repository.url() + "/deployments" : url,
      .description = FirstText(root, {"/deployment/description", "/deployment_status/description"}),
      .time = FirstTime(status, {"/updated_at", "/created_at"}),
      .actor = deployment["creator"]};
}

}  // namespace

std::optional<Change> ReadRun(std::string_view event, Json root, const Repository& repository) {
  const Run run = event == "workflow_run" ? ReadWorkflowRun(root)
                  : event == "check_run"  ? ReadCheckRun(root["check_run"])
                                          : ReadDeploymentStatus(root, repository);
  if (run.id.empty() || run.title.empty() || run.branch.empty() || !IsPage(run.url)) {
    return std::nullopt;
  }
  Change change;
  // No edit, though it has many states: without a flag it is to leave no trace.
  change.kind = Change::Kind::kCreated;
  change.resource = repository.Id(run.kind, run.id + "@" + run.branch);
  change.name = repository.full_name + " " + run.title + " @ " + run.branch;
  change.part_time = change.content_time = run.time;
  change.title = "[" + repository.full_name + "] " + run.title + " on " + run.branch +
                 (run.state.empty() ? "" : ": " + run.state);
  change.url = run.url;
  change.description = run.description.empty() ? "A run on " + run.branch + "." : run.description;
  change.author = FirstText(run.actor, {"/login", "/slug"});
  change.texts = {{{"branch", run.branch}, {"description", run.description}}};
  return change;
}

}  // namespace flaglink::github
