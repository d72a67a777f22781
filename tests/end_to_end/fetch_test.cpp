// Documents that a webhook's body leaves out, fetched from a tool's API on loopback by the real
// program: Jira Data Center's comment events hold no issue.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

class FetchEndToEnd : public testing::Test {
 protected:
  FetchEndToEnd()
      : jira_([this](const HttpRequest& request) {
          HttpResponse response;
          for (const Header& header : request.headers) {
            if (header.name == "authorization" && header.value == "Bearer jira-token")
              authorized_ = true;
          }
          response.body = R"({"id": "10013", "key": "SHOP-42", "fields": {
              "summary": "New checkout", "creator": {"displayName": "Grace"}}})";
          return response;
        }) {
    world_.WriteFile("jira.token", "jira-token");
    world_.WriteConfiguration("", R"([source.dc]
adapter = "jira"
secrets = [{ file = "jira.secret" }]
api_token = { file = "jira.token" }
[source.dc.options]
site = ")" + jira_.origin() + "\"\n");
  }

  HttpAnswer PostComment() {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        world_.clock.Now().time_since_epoch());
    const std::string body = R"({"timestamp": )" + std::to_string(now.count()) +
                             R"(, "webhookEvent": "comment_created", "comment": {"self": ")" +
                             jira_.origin() +
                             R"(/rest/api/2/issue/10013/comment/1", "id": "1",
                             "body": "rolling out flag:checkout-v2"}})";
    return world_.Post(
        "/hooks/dc",
        {{"content-type", "application/json"},
         {"x-hub-signature", "sha256=" + OpenSslHmac(world_.folder, kJiraSecret, body)}},
        body);
  }
  bool IsLinked() {
    return world_.WaitFor([this] { return world_.stand_in.Links().size() == 1; });
  }

  std::atomic<bool> authorized_{false};
  FaultServer jira_;
  World world_;
};

TEST_F(FetchEndToEnd, ACommentIsLinkedOnceItsIssueWasFetched) {
  world_.Start();
  EXPECT_EQ(PostComment().status, 200);
  ASSERT_TRUE(IsLinked()) << world_.daemon().log();
  const LaunchDarklyStandIn::Link link = world_.stand_in.Links().at(0);
  EXPECT_EQ(link.deep_link, jira_.origin() + "/browse/SHOP-42");
  EXPECT_EQ(link.metadata.at("issueTitle"), "New checkout");
  EXPECT_EQ(link.metadata.at("creator"), "Grace");
  EXPECT_TRUE(authorized_);
  EXPECT_EQ(world_.Metric(R"(flaglinkd_fetches_total{result="read",source="dc"})"), 1);
  EXPECT_EQ(world_.Metric(R"(flaglinkd_webhooks_total{outcome="stored",source="dc"})"), 1);
  EXPECT_EQ(world_.daemon().log().find("jira-token"), std::string::npos);
  world_.ExpectBalancedBooks();
  EXPECT_EQ(world_.daemon().Terminate(), 0);
}

TEST_F(FetchEndToEnd, AKillBetweenWebhookAndDocumentLosesNothing) {
  FaultServer::Misbehaviour hang;
  hang.fault = FaultServer::Fault::kHang;
  jira_.Misbehave(hang);
  world_.Start();
  EXPECT_EQ(PostComment().status, 200);
  EXPECT_TRUE(world_.WaitFor([this] { return !jira_.Arrivals().empty(); }));
  world_.daemon().Kill();
  EXPECT_TRUE(world_.stand_in.Links().empty());
  jira_.Behave();
  world_.Start();
  EXPECT_TRUE(IsLinked()) << world_.daemon().log();
}

TEST_F(FetchEndToEnd, AnApiThatHangsHoldsUpNeitherAnswersNorOtherLinksNorTheEnd) {
  FaultServer::Misbehaviour hang;
  hang.fault = FaultServer::Fault::kHang;
  jira_.Misbehave(hang);
  world_.Start();
  EXPECT_EQ(PostComment().status, 200);
  EXPECT_TRUE(world_.WaitFor([this] { return !jira_.Arrivals().empty(); }));
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("10042", "flag:checkout-v2")).status, 200);
  EXPECT_TRUE(IsLinked()) << world_.daemon().log();
  EXPECT_EQ(world_.daemon().Terminate(), 0);
}

}  // namespace
}  // namespace flaglinkd
