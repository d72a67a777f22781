// CI and deployments: what ran on a branch, and how it went. The resource is not the run but what
// runs again and again (a workflow, a check, an environment) together with the branch; its link opens
// the newest run.
#pragma once

#include <optional>
#include <string_view>

#include "adapters/github/repository.hpp"
#include "adapters/sdk/adapter.hpp"

namespace flaglink::github {

// Of a workflow_run, check_run or deployment_status event. nullopt: not what GitHub documents, or a
// run on no branch of the repository.
std::optional<Change> ReadRun(std::string_view event, Json root, const Repository& repository);

}  // namespace flaglink::github
