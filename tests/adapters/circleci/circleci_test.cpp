// The fixtures have the shape of circleci.com/docs/reference/outbound-webhooks-reference ("v1": of the
// notification of 1.x configurations); what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Circleci() {
  static const LoadedAdapter adapter("circleci");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/circleci/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body) {
  return Circleci().Extract({.body = body});
}

TEST(Circleci, SignsTheBodyInAListOfVersions) {
  const flaglink_adapter& adapter = Circleci().declaration();
  ASSERT_EQ(adapter.signature_count, 1u);
  const flaglink_signature& signature = adapter.signatures[0];
  EXPECT_STREQ(signature.algorithm, "hmac-sha256");
  EXPECT_STREQ(signature.header, "circleci-signature");
  EXPECT_STREQ(signature.prefix, "v1=");
  EXPECT_STREQ(signature.encoding, "hex");
  EXPECT_STREQ(signature.separator, ",");
  EXPECT_STREQ(adapter.delivery_id, "body:/id");
}

TEST(Circleci, WhatRanAndItsParametersAreNotStored) {
  std::string blanked;
  for (auto name = Circleci().declaration().blank; *name != nullptr; ++name) {
    blanked += std::string(*name) + " ";
  }
  EXPECT_EQ(blanked,
            "/payload/steps /payload/build_parameters /payload/circle_yml /pipeline/parameters "
            "/pipeline/trigger_parameters/webhook ");
}

TEST(Circleci, APipelineIsOneResourceWhateverItsWorkflowsAndJobs) {
  const std::string workflow = Read(Fixture("workflow-completed"));
  EXPECT_EQ(workflow, R"(outcome: extracted
change: created
  resource: app.circleci.com/aaaa0130-0000-4000-8000-000000000001
  name: shop#130
  part_time: 1767603601100000
  content_time: 1767603601100000
  created: 1767603601100
  title: [shop] Add the checkout (#130)
  url: https://app.circleci.com/pipelines/github/acme/shop/130
  description: Add the checkout\n\nBehind flag:checkout-v2 for now.
  integration_key: 
  author: Ada Lovelace
  text message: Add the checkout\n\nBehind flag:checkout-v2 for now.
  text branch: feature/checkout-v2
  labels: not carried
)");
  EXPECT_EQ(Read(Fixture("job-completed")), workflow);
}

TEST(Circleci, OfGitlabTheTriggerHoldsTheCommit) {
  EXPECT_EQ(Read(Fixture("workflow-completed.gitlab")), R"(outcome: extracted
change: created
  resource: app.circleci.com/bbbb0004-0000-4000-8000-000000000002
  name: shop#4
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767607200000
  title: [shop] Update README (#4)
  url: https://app.circleci.com/pipelines/circleci/AcmeAcmeAcme/ShopShopShop/4
  description: Update README\n\nAbout checkout-v2.\n
  integration_key: 
  author: Bob
  text message: Update README\n\nAbout checkout-v2.\n
  text branch: main
  labels: not carried
)");
}

TEST(Circleci, AScheduledPipelineGoesByItsBranch) {
  EXPECT_EQ(Read(Fixture("job-completed.scheduled")), R"(outcome: extracted
change: created
  resource: app.circleci.com/cccc0131-0000-4000-8000-000000000003
  name: shop#131
  part_time: 1767610800000000
  content_time: 1767610800000000
  created: 1767610800000
  title: [shop] A build of main (#131)
  url: https://app.circleci.com/pipelines/github/acme/shop/131
  description: This build has no commit message.
  integration_key: 
  text message: 
  text branch: main
  labels: not carried
)");
}

TEST(Circleci, ABuildOfTheOldShapeHoldsAllCommitsOfThePush) {
  EXPECT_EQ(Read(Fixture("build.v1")), R"(outcome: extracted
change: created
  resource: circleci.com/gh/acme/shop/1431
  name: shop#1431
  part_time: 1767603600155000
  content_time: 1767603600155000
  created: 1767603600155
  title: [shop] Polish (#1431)
  url: https://circleci.com/gh/acme/shop/1431
  description: Polish
  integration_key: 
  author: Ada Lovelace
  text message: Polish
  text branch: feature/checkout
  text commits: Turn checkout-v2 on\nPolish\n
  labels: not carried
)");
}

TEST(Circleci, ABotsCommitIsMarked) {
  const std::string body = Replaced(Fixture("build.v1"), R"("author_name": "Ada Lovelace")",
                                    R"("author_name": "renovate[bot]")");
  EXPECT_EQ(Values(Read(body), "  bot"), "yes\n");
}

TEST(Circleci, ATestPingIsAnsweredAndOtherEventsAreIgnored) {
  EXPECT_EQ(Read(Fixture("ping")), "outcome: handshake\nreply 200 application/json: {}\n");
  EXPECT_EQ(Read(Fixture("pipeline-started")),
            "outcome: ignored\nreason: CircleCI's event \"pipeline-started\" is not linked\n");
}

TEST(Circleci, WhatIsNotAsDocumentedIsRefused) {
  const auto refused = [](const std::string& reason) {
    return "outcome: malformed\nreason: " + reason + "\n";
  };
  const std::string pipeline =
      refused("no pipeline, project or workflow as CircleCI documents them");
  const std::string build = refused("no build_url or reponame, as a build of CircleCI has them");
  EXPECT_EQ(Read("{}"), refused("neither \"type\" nor \"payload\", one of which CircleCI sends"));
  EXPECT_EQ(Read(R"({"type":"job-completed"})"), pipeline);
  const std::string good = Fixture("workflow-completed");
  EXPECT_EQ(Read(Replaced(good, "https://app.circleci.com", "javascript://x")), pipeline);
  EXPECT_EQ(Read(Replaced(good, "aaaa0130-", "../")), pipeline);
  EXPECT_EQ(Read(Replaced(good, "130,", "{},")), pipeline);
  EXPECT_EQ(Read(R"({"payload":{}})"), build);
  EXPECT_EQ(Read(R"({"payload":{"reponame":"shop","build_url":"https://circleci.com/gh/a b/1"}})"),
            build);
  EXPECT_EQ(Read(R"({"payload":{"reponame":"shop","build_url":"ftp://circleci.com/gh/a/1"}})"),
            build);
  EXPECT_EQ(Read(R"({"payload":{"reponame":"shop","build_url":"https://circleci.com/gh/a/?q"}})"),
            build);
  EXPECT_EQ(Read(R"({"payload":{"reponame":7,"build_url":"https://circleci.com/gh/a/1"}})"), build);
}

TEST(Circleci, EveryBodyGivesALinkAnAnswerOrAReason) {
  ReadEveryBody(Circleci(), Bodies("circleci", {"circleci"}), {});
}

}  // namespace
}  // namespace flaglink::testing
