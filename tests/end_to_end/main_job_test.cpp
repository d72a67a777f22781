// A signed webhook of each tool becomes a flag link with everything that LaunchDarkly draws.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

using Fields = std::map<std::string, std::string>;

TEST(MainJob, AJiraIssueBecomesALinkWithItsCard) {
  World world;
  world.WriteConfiguration();
  world.Start();
  const HttpAnswer answer =
      world.PostJira(JiraIssueCreated("10042",
                                      "Behind "
                                      "https://app.launchdarkly.com/projects/default/flags/"
                                      "checkout-v2/targeting?env=production ."));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"event":"1","links":1})");
  ASSERT_TRUE(world.WaitUntilDelivered());
  ASSERT_EQ(world.stand_in.Links().size(), 1u);
  const LaunchDarklyStandIn::Link link = world.stand_in.Links()[0];
  EXPECT_EQ(link.flag, (FlagKey{"default", "checkout-v2"}));
  EXPECT_TRUE(link.key.starts_with("jira-SHOP-10042-checkout-v2-")) << link.key;
  EXPECT_EQ(link.key.size(), std::string("jira-SHOP-10042-checkout-v2-").size() + 20);
  EXPECT_EQ(link.deep_link, "https://acme.atlassian.net/browse/SHOP-10042");
  EXPECT_EQ(link.title, "SHOP-10042: Roll out the new checkout");
  EXPECT_NE(link.description, "");
  EXPECT_EQ(link.timestamp_ms, 1795168800000);  // 2026-11-20T10:00:00Z, the issue's creation
  EXPECT_EQ(link.integration_key, "jira");
  EXPECT_EQ(link.metadata, (Fields{{"creator", "Ada Example"},
                                   {"iconUrl", "https://acme.atlassian.net/story.svg"},
                                   {"issueKey", "SHOP-10042"},
                                   {"issueTitle", "Roll out the new checkout"}}));
  world.ExpectBalancedBooks();
  EXPECT_EQ(world.daemon().Terminate(), 0);
}

TEST(MainJob, ASlackMessageBecomesALinkWithItsCard) {
  World world;
  world.WriteConfiguration();
  world.Start();
  const HttpAnswer answer =
      world.PostSlack(R"({"type":"event_callback","team_id":"T024BE7LD","api_app_id":"A1",
    "event_id":"Ev1","event_time":1795168800,"event":{"type":"message","channel":"C024BE91L","channel_type":"channel",
    "user":"U023BECGF","text":"Turning <https://app.launchdarkly.com/default/production/features/checkout-v2> on.",
    "ts":"1795168800.000100"}})");
  EXPECT_EQ(answer.body, R"({"event":"1","links":1})");
  ASSERT_TRUE(world.WaitUntilDelivered());
  ASSERT_EQ(world.stand_in.Links().size(), 1u);
  const LaunchDarklyStandIn::Link link = world.stand_in.Links()[0];
  EXPECT_EQ(link.flag, (FlagKey{"default", "checkout-v2"}));
  EXPECT_EQ(link.deep_link, "https://acme.slack.com/archives/C024BE91L/p1795168800000100");
  EXPECT_EQ(link.integration_key, "slack-app");
  EXPECT_EQ(link.timestamp_ms, 1795168800000);
  EXPECT_NE(link.title, "");
  EXPECT_NE(link.description.find("checkout-v2"), std::string::npos);
  ASSERT_EQ(link.metadata.size(), 4u);
  EXPECT_EQ(link.metadata.at("displayName"), "U023BECGF");
  EXPECT_EQ(link.metadata.at("channelName"), "C024BE91L");
  EXPECT_TRUE(link.metadata.at("avatarUrl").starts_with("https://"))
      << link.metadata.at("avatarUrl");
  EXPECT_NE(link.metadata.at("message").find("checkout-v2"), std::string::npos);
}

TEST(MainJob, AGitHubPullRequestBecomesALinkWithItsCard) {
  World world;
  world.WriteConfiguration();
  world.Start();
  const HttpAnswer answer =
      world.PostGitHub("pull_request", R"({"action":"opened","number":7,"pull_request":{
    "id":1290001,"number":7,"state":"open","merged":false,"html_url":"https://github.com/acme/shop/pull/7",
    "title":"Show delivery dates","body":"Guarded by flag:checkout-v2.",
    "user":{"login":"ada","type":"User","avatar_url":"https://avatars.githubusercontent.com/u/1?v=4"},
    "head":{"ref":"feature/delivery-dates"},"labels":[],
    "created_at":"2026-11-20T10:00:00Z","updated_at":"2026-11-20T10:00:00Z"},
    "repository":{"id":5000,"name":"shop","full_name":"acme/shop","html_url":"https://github.com/acme/shop"},
    "sender":{"login":"ada","type":"User"}})");
  EXPECT_EQ(answer.body, R"({"event":"1","links":1})");
  ASSERT_TRUE(world.WaitUntilDelivered());
  ASSERT_EQ(world.stand_in.Links().size(), 1u);
  const LaunchDarklyStandIn::Link link = world.stand_in.Links()[0];
  EXPECT_EQ(link.flag, (FlagKey{"default", "checkout-v2"}));
  EXPECT_EQ(link.deep_link, "https://github.com/acme/shop/pull/7");
  EXPECT_EQ(link.title, "[acme/shop] Show delivery dates (#7)");
  EXPECT_EQ(link.description, "Guarded by flag:checkout-v2.");
  EXPECT_EQ(link.timestamp_ms, 1795168800000);
  EXPECT_EQ(link.integration_key, "github");
  Fields metadata = link.metadata;
  EXPECT_NE(metadata.at("message"), "");
  metadata.erase("message");
  EXPECT_EQ(metadata, (Fields{{"authorDisplayName", "ada"},
                              {"authorLogin", "ada"},
                              {"authorName", "ada"},
                              {"avatarUrl", "https://avatars.githubusercontent.com/u/1?v=4"},
                              {"prBody", "Guarded by flag:checkout-v2."},
                              {"prNumber", "7"},
                              {"prTitle", "Show delivery dates"},
                              {"repoName", "acme/shop"},
                              {"repoUrl", "https://github.com/acme/shop"},
                              {"state", "open"}}));
}

TEST(MainJob, ADeletedIssueTakesItsLinkAway) {
  World world;
  world.WriteConfiguration();
  world.Start();
  world.PostJira(JiraIssueCreated("1", "flag:checkout-v2 flag:express-lane"));
  ASSERT_TRUE(world.WaitFor([&] { return world.stand_in.Links().size() == 2; }));
  EXPECT_EQ(world.PostJira(JiraIssueDeleted("1")).body, R"({"event":"2","links":2})");
  ASSERT_TRUE(world.WaitFor([&] { return world.stand_in.Links().empty(); }));
  ASSERT_TRUE(world.WaitUntilDelivered());
  world.ExpectBalancedBooks();
}

TEST(MainJob, WithDeliveryOffEverythingIsStoredAndNothingSent) {
  World world;
  world.WriteConfiguration("enabled = false");
  world.Start();
  EXPECT_EQ(world.PostJira(JiraIssueCreated("1", "flag:checkout-v2")).body,
            R"({"event":"1","links":1})");
  EXPECT_EQ(world.Metric(R"(flaglinkd_links{status="waiting"})"), 1);
  world.daemon().Terminate();
  EXPECT_TRUE(world.stand_in.Requests().empty());

  world.WriteConfiguration("enabled = true");
  world.Start();
  EXPECT_TRUE(world.WaitUntilDelivered());
  EXPECT_EQ(world.stand_in.Links().size(), 1u);
}

TEST(MainJob, NoSecretIsInTheLogOrTheDatabase) {
  World world;
  world.WriteConfiguration();
  world.Start();
  world.PostJira(JiraIssueCreated("1", "flag:checkout-v2"));
  world.Post("/hooks/jira",
             {{"x-hub-signature", "sha256=00"}, {"authorization", "Bearer a-senders-own-token"}},
             "{}");
  ASSERT_TRUE(world.WaitUntilDelivered());
  const std::string metrics = world.Metrics();
  world.daemon().Terminate();
  std::string written = world.daemon().log() + metrics;
  for (const char* name : {"flaglinkd.db", "flaglinkd.db-wal"}) {
    std::ifstream file(world.folder / name, std::ios::binary);
    written.append(std::istreambuf_iterator<char>(file), {});
  }
  for (const char* secret : {kToken, kJiraSecret, kSlackSecret, kGitHubSecret, "an older secret",
                             "a-senders-own-token"}) {
    EXPECT_EQ(written.find(secret), std::string::npos) << secret;
  }
}

}  // namespace
}  // namespace flaglinkd
