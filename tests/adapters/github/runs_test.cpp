// The shapes are those of workflow_run, check_run and deployment_status in
// docs.github.com/webhooks/webhook-events-and-payloads; what the fixtures hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

std::string Read(const std::string& event, const std::string& body, const std::string& runs) {
  static const LoadedAdapter adapter("github");
  return adapter.Extract(
      {.body = body, .headers = {{"x-github-event", event}}, .options = {{"runs", runs}}});
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/github/fixtures" /
                  (name + ".json"));
}

TEST(GithubRuns, AreLinkedOnlyWhereTheSourceAsksForThem) {
  const std::string ignored =
      "outcome: ignored\nreason: GitHub's event \"check_run\" is linked only "
      "with options.runs = true\n";
  EXPECT_EQ(Read("check_run", Fixture("check_run.completed"), "false"), ignored);
}

TEST(GithubRuns, AWorkflowOnABranchIsOneResourceHoweverOftenItRuns) {
  const std::string first = Fixture("workflow_run.completed");
  EXPECT_EQ(Read("workflow_run", first, "true"), R"(outcome: extracted
change: created
  resource: github.com/acme/shop/WORKFLOW_501@feature/checkout-v2
  name: acme/shop CI @ feature/checkout-v2
  part_time: 1767686700000000
  content_time: 1767686700000000
  title: [acme/shop] CI on feature/checkout-v2: success
  url: https://github.com/acme/shop/actions/runs/90001
  description: Add the new checkout
  integration_key: 
  author: ada
  text branch: feature/checkout-v2
  text description: Add the new checkout
  labels: not carried
)");
  const std::string next =
      Read("workflow_run", Replaced(first, "/runs/90001", "/runs/90002"), "true");
  EXPECT_EQ(Values(next, "  resource"), "github.com/acme/shop/WORKFLOW_501@feature/checkout-v2\n");
  EXPECT_EQ(Values(next, "  url"), "https://github.com/acme/shop/actions/runs/90002\n");
}

TEST(GithubRuns, ACheckIsKnownByItsNameAndBranch) {
  const std::string text = Read("check_run", Fixture("check_run.completed"), "true");
  EXPECT_EQ(Values(text, "  resource"), "github.com/acme/shop/CHECK_lint@feature/checkout-v2\n");
  EXPECT_EQ(Values(text, "  title"), "[acme/shop] lint on feature/checkout-v2: failure\n");
  EXPECT_EQ(Values(text, "  description"), "2 warnings\n");
}

TEST(GithubRuns, ADeploymentOpensTheFirstPageThatItNames) {
  const std::string body = Fixture("deployment_status.created");
  const std::string text = Read("deployment_status", body, "true");
  EXPECT_EQ(Values(text, "  resource"),
            "github.com/acme/shop/DEPLOYMENT_staging@feature/checkout-v2\n");
  EXPECT_EQ(Values(text, "  title"),
            "[acme/shop] Deployment to staging on feature/checkout-v2: success\n");
  EXPECT_EQ(Values(text, "  url"), "https://staging.acme.example\n");
  const std::string no_page = Replaced(body, "https://staging.acme.example", "javascript:x");
  EXPECT_EQ(Values(Read("deployment_status", no_page, "true"), "  url"),
            "https://github.com/acme/shop/deployments\n");
}

TEST(GithubRuns, ARunOnNoBranchIsIgnored) {
  const std::string body =
      Replaced(Fixture("workflow_run.completed"), "\"feature/checkout-v2\"", "null");
  EXPECT_EQ(Read("workflow_run", body, "true"),
            "outcome: ignored\nreason: a run on no branch of the repository\n");
}

}  // namespace
}  // namespace flaglink::testing
