// What is not authentic gets 401 and leaves no trace.
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

class Refusals : public ::testing::Test {
 protected:
  Refusals() {
    world_.WriteConfiguration();
    world_.Start();
  }

  // The next event of the source is the first that was ever stored.
  void ExpectNoTrace() {
    EXPECT_EQ(world_.Metric(R"(flaglinkd_link_changes_total{result="made"})"), 0);
    EXPECT_EQ(world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2")).body,
              R"({"event":"1","links":1})");
  }

  std::string SecondsFromNow(int seconds) {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::seconds>(world_.clock.Now().time_since_epoch())
            .count() +
        seconds);
  }

  int PostSlackAt(const std::string& seconds) {
    const std::string body = R"({"type":"event_callback"})";
    return world_
        .Post("/hooks/slack",
              {{"x-slack-request-timestamp", seconds},
               {"x-slack-signature",
                "v0=" + OpenSslHmac(world_.folder, kSlackSecret, "v0:" + seconds + ":" + body)}},
              body)
        .status;
  }

  int PostJiraSignedBy(const std::string& key, const std::string& body) {
    return world_
        .Post("/hooks/jira",
              {{"x-hub-signature", "sha256=" + OpenSslHmac(world_.folder, key, body)}}, body)
        .status;
  }

  std::string JiraAt(std::int64_t milliseconds) {
    return R"({"timestamp":)" + std::to_string(milliseconds) +
           R"(,"webhookEvent":"jira:issue_created"})";
  }

  std::int64_t NowMilliseconds() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               world_.clock.Now().time_since_epoch())
        .count();
  }

  World world_;
};

TEST_F(Refusals, TheUnsigned) {
  const std::string body = JiraIssueCreated("1", "flag:checkout-v2");
  EXPECT_EQ(world_.Post("/hooks/jira", {}, body).status, 401);
  EXPECT_EQ(world_.Post("/hooks/jira", {{"x-hub-signature", ""}}, body).status, 401);
  EXPECT_EQ(
      world_.Post("/hooks/slack", {{"x-slack-request-timestamp", SecondsFromNow(0)}}, body).status,
      401);
  ExpectNoTrace();
}

TEST_F(Refusals, TheForged) {
  const std::string body = JiraIssueCreated("1", "flag:checkout-v2");
  EXPECT_EQ(PostJiraSignedBy("a guess", body), 401);
  EXPECT_EQ(PostJiraSignedBy(kGitHubSecret, body),
            401);  // another source's secret is no secret of this one
  const std::string signature = "sha256=" + OpenSslHmac(world_.folder, kJiraSecret, body);
  EXPECT_EQ(world_.Post("/hooks/jira", {{"x-hub-signature", signature}}, body + " ").status, 401);
  EXPECT_EQ(world_.Post("/hooks/jira", {{"x-hub-signature", signature.substr(0, 40)}}, body).status,
            401);
  ExpectNoTrace();
}

TEST_F(Refusals, TheDowngraded) {
  const std::string body = R"({"zen":"x"})";
  const std::string digest = OpenSslHmac(world_.folder, kGitHubSecret, body);
  EXPECT_EQ(
      world_.Post("/hooks/github", {{"x-hub-signature", "sha1=" + digest.substr(0, 40)}}, body)
          .status,
      401);
  EXPECT_EQ(
      world_.Post("/hooks/github", {{"x-hub-signature-256", "sha1=" + digest.substr(0, 40)}}, body)
          .status,
      401);
  EXPECT_EQ(world_.Post("/hooks/github", {{"x-hub-signature-256", digest}}, body).status, 401);
  EXPECT_EQ(world_.Post("/hooks/jira", {{"authorization", "Bearer " + digest}}, body).status, 401);
  ExpectNoTrace();
}

TEST_F(Refusals, TheStaleAndTheFutureDated) {
  EXPECT_EQ(PostSlackAt(SecondsFromNow(-310)), 401);
  EXPECT_EQ(PostSlackAt(SecondsFromNow(310)), 401);
  EXPECT_EQ(PostSlackAt("yesterday"), 401);
  const std::int64_t hour = 3'600'000;
  EXPECT_EQ(PostJiraSignedBy(kJiraSecret, JiraAt(NowMilliseconds() - 25 * hour)), 401);
  EXPECT_EQ(PostJiraSignedBy(kJiraSecret, JiraAt(NowMilliseconds() + hour)), 401);
  ExpectNoTrace();
}

TEST_F(Refusals, TheDuplicatedSignatureHeader) {
  const std::string body = JiraIssueCreated("1", "flag:checkout-v2");
  const std::string signature = "sha256=" + OpenSslHmac(world_.folder, kJiraSecret, body);
  EXPECT_EQ(world_
                .Post("/hooks/jira",
                      {{"x-hub-signature", "sha256=00"}, {"x-hub-signature", signature}}, body)
                .status,
            400);
  ExpectNoTrace();
}

TEST_F(Refusals, ButNotASecondLiveSecretsWebhook) {
  EXPECT_EQ(
      PostJiraSignedBy("an older secret of Jira's", JiraIssueCreated("1", "flag:checkout-v2")),
      200);
  EXPECT_EQ(world_.Metric(R"(flaglinkd_verify_secret_used_total{index="1",source="jira"})") +
                world_.Metric(R"(flaglinkd_verify_secret_used_total{source="jira",index="1"})"),
            0);  // one of the two spellings is there and says 1, the other is absent and says -1
}

}  // namespace
}  // namespace flaglinkd
