// What it costs LaunchDarkly to keep links true, and that keeping them true comes to an end.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <string>

#include "daemon/verify/verify.h"
#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

constexpr int kResources = 100, kEdits = 10'000;

SignatureScheme SchemeOf(const std::string& header) {
  SignatureScheme scheme;
  scheme.header = header;
  scheme.prefix = "sha256=";
  scheme.signed_content = {{SignedPiece::Kind::kBody, ""}};
  return scheme;
}

// In process, since a program run for each of ten thousand signatures would take minutes.
HttpAnswer PostSigned(World& world, const std::string& path, const std::string& header,
                      const char* secret, std::vector<Header> headers, const std::string& body) {
  for (Header& signature :
       Sign(SchemeOf(header), Secret(std::string(secret)), body, "", world.clock.Now()))
    headers.push_back(std::move(signature));
  headers.push_back({"content-type", "application/json"});
  return world.Post(path, std::move(headers), body);
}

std::string Milliseconds(const Clock& clock) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.Now().time_since_epoch())
          .count());
}

// Edit `edit` of issue `number`; 0 is its creation.
void TellJira(World& world, int number, int edit) {
  const std::string id = std::to_string(number);
  const std::string body =
      R"({"timestamp":)" + Milliseconds(world.clock) + R"(,"webhookEvent":"jira:issue_)" +
      (edit == 0 ? "created" : "updated") + R"(","issue":{"id":")" + id +
      R"(","self":"https://acme.atlassian.net/rest/api/2/issue/)" + id + R"(","key":"SHOP-)" + id +
      R"(","fields":{"summary":"Edit )" + std::to_string(edit) + R"(","description":"flag:key-)" +
      id +
      R"(","labels":[],"created":"2026-11-20T10:00:00.000+0000","updated":"2026-11-20T10:00:)" +
      (edit / 1000 < 10 ? "0" : "") + std::to_string(edit / 1000) + "." +
      std::to_string(1000 + edit % 1000).substr(1) +
      R"(+0000","creator":{"displayName":"Ada Example"},"issuetype":{"name":"Story","iconUrl":"https://acme.atlassian.net/story.svg"}}}})";
  ASSERT_EQ(PostSigned(world, "/hooks/jira", "x-hub-signature", kJiraSecret, {}, body).status, 200);
}

void TellGitHub(World& world, int number, int edit) {
  const std::string id = std::to_string(number);
  char updated[32];
  std::snprintf(updated, sizeof updated, "2026-11-20T10:%02d:%02dZ", edit / 60 % 60, edit % 60);
  const std::string body =
      R"({"action":")" + std::string(edit == 0 ? "opened" : "edited") + R"(","issue":{"id":)" + id +
      R"(,"number":)" + id + R"(,"html_url":"https://github.com/acme/shop/issues/)" + id +
      R"(","title":"Edit )" + std::to_string(edit) + R"(","body":"flag:key-)" + id +
      R"(","state":"open","user":{"login":"ada","type":"User"},"labels":[],"created_at":"2026-11-20T10:00:00Z","updated_at":")" +
      updated +
      R"("},"repository":{"id":5000,"name":"shop","full_name":"acme/shop","html_url":"https://github.com/acme/shop"},"sender":{"login":"ada","type":"User"}})";
  ASSERT_EQ(PostSigned(world, "/hooks/github", "x-hub-signature-256", kGitHubSecret,
                       {{"x-github-event", "issues"}}, body)
                .status,
            200);
}

// Links are made, LaunchDarkly goes, everything is edited a hundred times, and it comes back.
void ExpectCost(void (*tell)(World&, int, int), int requests) {
  World world;
  world.WriteConfiguration(
      "first_retry = \"20ms\"\nlongest_retry = \"200ms\"\nsettle = \"100ms\"\n");
  world.Start();
  for (int number = 1; number <= kResources; ++number) tell(world, number, 0);
  ASSERT_TRUE(world.WaitUntilDelivered());
  ASSERT_EQ(world.stand_in.Links().size(), std::size_t{kResources});
  const std::size_t before = world.stand_in.Requests().size();

  world.server.Refuse();
  for (int edit = 1; edit <= kEdits / kResources; ++edit) {
    for (int number = 1; number <= kResources; ++number) tell(world, number, edit);
  }
  world.server.Accept();
  ASSERT_TRUE(world.WaitUntilDelivered());
  const auto sent = world.stand_in.Requests();
  int changing = 0, listing = 0;
  for (std::size_t i = before; i < sent.size(); ++i)
    ++(sent[i].method == "GET" ? listing : changing);
  std::printf("%d edits of %d links while LaunchDarkly was away cost %d requests and %d listings\n",
              kEdits, kResources, changing, listing);
  EXPECT_EQ(changing, requests);
  // What was under way when it went is looked for, and so is what a probe finds next: five requests
  // until the pause begins, one more beside them, and the probes that find it back.
  EXPECT_LE(listing, 5 + 1 + 2);
  const auto links = world.stand_in.Links();
  EXPECT_EQ(links.size(), std::size_t{kResources});
  for (const auto& link : links)
    EXPECT_NE(link.title.find("Edit " + std::to_string(kEdits / kResources)), std::string::npos)
        << link.title;
  world.ExpectBalancedBooks();
}

TEST(Updates, OfUrlLinksCostOneRequestEachAfterAnOutage) {
  ExpectCost(&TellGitHub, kResources);
}

TEST(Updates, OfIntegrationLinksCostTwoRequestsEachAfterAnOutage) {
  ExpectCost(&TellJira, 2 * kResources);
}

// LaunchDarkly's Slack app tells a channel of every link, and its message holds the flag's URL.
TEST(Updates, ALinkThatIsToldOfInSlackSettlesAtOneLink) {
  World world;
  world.WriteConfiguration();
  std::atomic<int> told{0};
  world.Start();
  world.PostJira(JiraIssueCreated("1", "flag:checkout-v2"));
  ASSERT_TRUE(world.WaitUntilDelivered());
  // For every link that is there a notification; more than once, should there ever be more.
  for (std::size_t links = 0; links < world.stand_in.Links().size() && links < 5;) {
    links = world.stand_in.Links().size();
    const HttpAnswer answer = world.PostSlack(
        R"({"type":"event_callback","team_id":"T024BE7LD","event_id":"Ev)" +
        std::to_string(++told) +
        R"(","event_time":1795168800,"event":{"type":"message","subtype":"bot_message","bot_id":"B0LD","username":"LaunchDarkly",
        "channel":"C024BE91L","channel_type":"channel","ts":"1795168800.00010)" +
        std::to_string(told) +
        R"(","text":"A link was added to <https://app.launchdarkly.com/projects/default/flags/checkout-v2>"}})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.body.starts_with(R"({"ignored":)")) << answer.body;
    ASSERT_TRUE(world.WaitUntilDelivered());
  }
  EXPECT_EQ(world.stand_in.Links().size(), 1u);
  EXPECT_EQ(told, 1);
  world.ExpectBalancedBooks();
}

TEST(Updates, AForeignProjectsUrlStopsNothing) {
  World world;
  world.WriteConfiguration();
  world.Start();
  const HttpAnswer answer = world.PostJira(
      JiraIssueCreated("1",
                       "https://app.launchdarkly.com/projects/other/flags/theirs and "
                       "https://app.launchdarkly.com/projects/default/flags/ours, "
                       "https://app.launchdarkly.com/projects/elsewhere/flags/theirs-too"));
  EXPECT_EQ(answer.body, R"({"event":"1","links":1})");
  ASSERT_TRUE(world.WaitUntilDelivered());
  ASSERT_EQ(world.stand_in.Links().size(), 1u);
  EXPECT_EQ(world.stand_in.Links()[0].flag, (FlagKey{"default", "ours"}));
  world.ExpectBalancedBooks();
}

}  // namespace
}  // namespace flaglinkd
