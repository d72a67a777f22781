// SIGHUP: the real program takes over another configuration while it works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "tests/end_to_end/world.h"
#include "tests/fakes/blocking_client.h"

namespace flaglinkd {
namespace {

using Fault = FaultServer::Fault;
using testing::HasSubstr;

constexpr char kGood[] = "flaglinkd_config_last_reload_successful";
constexpr char kTokenPause[] = R"(flaglinkd_delivery_paused{reason="token"})";

struct SignedIssue {
  std::string body, signature;
};

class Reload : public testing::Test {
 protected:
  // In the configuration; `from` is there.
  void Replace(const std::string& from, const std::string& to) {
    std::ifstream written(world_.folder / "flaglinkd.toml");
    std::string text{std::istreambuf_iterator<char>(written), {}};
    ASSERT_NE(text.find(from), std::string::npos) << text;
    text.replace(text.find(from), from.size(), to);
    world_.WriteFile("flaglinkd.toml", text);
  }

  // The line of the log that says how it went.
  std::string SendSignal(const std::string& expected = "configuration reloaded") {
    world_.daemon().Signal(SIGHUP);
    const std::string line = world_.daemon().WaitForLine(expected);
    EXPECT_NE(line, "") << world_.daemon().log();
    return line;
  }

  SignedIssue Sign(const std::string& id, const std::string& description,
                   const std::string& secret = kJiraSecret) {
    const std::string body = JiraIssueCreated(id, description);
    return {body, "sha256=" + OpenSslHmac(world_.folder, secret, body)};
  }
  int Post(BlockingClient& client, const SignedIssue& issue) {
    return client
        .Post(world_.Url("/hooks/jira"),
              {{"content-type", "application/json"}, {"x-hub-signature", issue.signature}},
              issue.body)
        .status;
  }

  std::string StatusReport() {
    return BlockingClient()
        .Get("http://127.0.0.1:" + std::to_string(world_.daemon().admin_port()) + "/api/v1/status")
        .body;
  }

  std::size_t Requests(const std::string& method) const {
    const auto requests = world_.stand_in.Requests();
    return static_cast<std::size_t>(
        std::count_if(requests.begin(), requests.end(),
                      [&](const auto& request) { return request.method == method; }));
  }

  World world_;
};

TEST_F(Reload, UnderLoadNoRequestFailsAndEveryLinkIsMadeOnce) {
  constexpr int kClients = 4, kIssues = 20, kReloads = 100;
  world_.WriteConfiguration("timeout = \"5s\"");
  world_.Start();
  std::vector<std::vector<SignedIssue>> issues(kClients);
  for (int i = 0; i < kClients * kIssues; ++i) {
    const std::string id = std::to_string(i + 1);
    issues[static_cast<std::size_t>(i % kClients)].push_back(Sign(id, "flag:key-" + id));
  }
  // Each posts its issues over and over, until the last reload is done.
  std::atomic<bool> stops{false};
  std::atomic<int> refused{0}, accepted{0};
  std::vector<std::jthread> clients;
  for (const std::vector<SignedIssue>& own : issues) {
    clients.emplace_back([&] {
      BlockingClient client;
      do {
        for (const SignedIssue& issue : own) ++(Post(client, issue) == 200 ? accepted : refused);
      } while (!stops);
    });
  }
  for (int i = 0; i < kReloads; ++i) {
    const bool odd = i % 2 == 1;
    Replace(odd ? "timeout = \"6s\"" : "timeout = \"5s\"",
            odd ? "timeout = \"5s\"" : "timeout = \"6s\"");
    SendSignal();
  }
  stops = true;
  clients.clear();
  std::printf("%d reloads, %d webhooks\n", kReloads, accepted.load());
  EXPECT_EQ(refused, 0);
  ASSERT_TRUE(world_.WaitUntilDelivered()) << world_.Metrics();
  const auto links = world_.stand_in.Links();
  EXPECT_EQ(links.size(), static_cast<std::size_t>(kClients * kIssues));
  for (const auto& link : links) EXPECT_EQ(world_.stand_in.Created(link.flag, link.key), 1);
  EXPECT_EQ(Requests("POST"), links.size());
  EXPECT_EQ(Requests("GET"), 0u) << "no answer was lost, or it would have been looked into";
  world_.ExpectBalancedBooks();
  EXPECT_EQ(world_.daemon().Terminate(), 0);
}

TEST_F(Reload, ARequestToLaunchDarklyThatIsUnderWayIsNeitherCutNorSentAgain) {
  world_.WriteConfiguration();
  world_.Start();
  world_.server.Misbehave({Fault::kHang, {}, Duration(0)}, 1);
  ASSERT_EQ(world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2")).status, 200);
  ASSERT_TRUE(world_.WaitFor([&] { return !world_.server.Arrivals().empty(); }));
  Replace("[delivery]", "[delivery]\nconcurrency = 8");
  SendSignal();
  ASSERT_EQ(world_.PostJira(JiraIssueCreated("2", "flag:express-lane")).status, 200);
  world_.server.Behave();
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(world_.stand_in.Links().size(), 2u);
  EXPECT_EQ(world_.server.Arrivals().size(), 2u);
}

TEST_F(Reload, ANewTokenEndsThePauseOfTheOldOneAtOnce) {
  world_.WriteConfiguration("longest_retry = \"1h\"");
  world_.Start();
  world_.stand_in.SetToken("api-99999999-new");
  ASSERT_EQ(world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2")).status, 200);
  ASSERT_TRUE(world_.WaitFor([&] { return world_.Metric(kTokenPause) == 1; }));
  ASSERT_EQ(world_.PostJira(JiraIssueCreated("2", "flag:express-lane")).status, 200);
  world_.WriteFile("token", "api-99999999-new");
  SendSignal();
  ASSERT_TRUE(world_.WaitUntilDelivered()) << world_.Metrics();
  EXPECT_EQ(world_.stand_in.Links().size(), 2u);
  EXPECT_EQ(world_.Metric(kTokenPause), 0);
  EXPECT_EQ(Requests("POST"), 3u) << "one was refused";
  world_.ExpectBalancedBooks();
}

TEST_F(Reload, WhatLaunchDarklySaidOfItsLimitOutlivesIt) {
  world_.WriteConfiguration();
  world_.Start();
  HttpResponse limited;
  limited.status = 429;
  limited.headers = {{"retry-after", "2"}};
  world_.server.Misbehave({Fault::kAnswer, limited, Duration(0)}, 1);
  ASSERT_EQ(world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2")).status, 200);
  ASSERT_TRUE(world_.WaitFor([&] { return !world_.server.Arrivals().empty(); }));
  ASSERT_TRUE(world_.WaitFor(
      [&] { return world_.Metric(R"(flaglinkd_delivery_paused{reason="rate_limit"})") == 1; }));
  Replace("[delivery]", "[delivery]\nconcurrency = 8");
  SendSignal();
  ASSERT_TRUE(world_.WaitUntilDelivered());
  const auto arrivals = world_.server.Arrivals();
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_GE(arrivals[1].when - arrivals[0].when, std::chrono::seconds(2));
}

TEST_F(Reload, ASourcesSecretIsRotatedByItsFilesWithoutARefusal) {
  world_.WriteConfiguration();
  world_.Start();
  BlockingClient client;
  const SignedIssue by_old = Sign("1", "flag:checkout-v2"),
                    by_new = Sign("2", "flag:express-lane", "the new secret of Jira's");
  EXPECT_EQ(Post(client, by_old), 200);
  EXPECT_EQ(Post(client, by_new), 401);
  // First both count …
  world_.WriteFile("jira.previous", kJiraSecret);
  world_.WriteFile("jira.secret", "the new secret of Jira's");
  SendSignal();
  EXPECT_EQ(Post(client, by_old), 200);
  EXPECT_EQ(Post(client, by_new), 200);
  // … then the new one alone.
  world_.WriteFile("jira.previous", "the new secret of Jira's");
  SendSignal();
  EXPECT_EQ(Post(client, by_old), 401);
  EXPECT_EQ(Post(client, by_new), 200);
}

// `from` and `to`: what breaks the configuration. `reason`: how the log names it.
struct Breakage {
  const char* name;
  const char* from;
  const char* to;
  const char* reason;
};

class BrokenReload : public Reload, public testing::WithParamInterface<Breakage> {};

TEST_P(BrokenReload, ChangesNothingAndIsSeenUntilTheNextGoodOne) {
  const Breakage& breakage = GetParam();
  world_.WriteConfiguration();
  world_.Start();
  EXPECT_EQ(world_.Metric(kGood), 1);
  Replace(breakage.from, breakage.to);
  EXPECT_THAT(SendSignal("reload refused"), HasSubstr(breakage.reason));
  EXPECT_EQ(world_.Metric(kGood), 0);
  EXPECT_THAT(StatusReport(), HasSubstr(breakage.reason));
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2")).status, 200);
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(world_.stand_in.Links().size(), 1u);
  Replace(breakage.to, breakage.from);
  SendSignal();
  EXPECT_EQ(world_.Metric(kGood), 1);
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("2", "flag:express-lane")).status, 200);
}

INSTANTIATE_TEST_SUITE_P(
    Reload, BrokenReload,
    testing::Values(Breakage{"UnknownKey", "[delivery]", "[delivery]\ntimeuot = \"1s\"", "timeuot"},
                    Breakage{"NoToml", "[delivery]", "[delivery", "flaglinkd.toml:"},
                    Breakage{"MissingSecret", "\"jira.secret\"", "\"no.secret\"", "no.secret"},
                    Breakage{"MissingAdapter", "[source.github]",
                             "[source.github]\nadapter = \"nosuch\"", "nosuch"},
                    Breakage{"MissingCertificate", "address = \"127.0.0.1:0\"\n[admin]",
                             "address = \"127.0.0.1:0\"\n[listen.tls]\ncertificate = "
                             "\"token\"\nkey = \"token\"\n[admin]",
                             "read certificate"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(Reload, DeliveryIsSwitchedOnAndOff) {
  world_.WriteConfiguration("enabled = false");
  world_.Start();
  ASSERT_EQ(world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2")).status, 200);
  EXPECT_EQ(world_.Metric(R"(flaglinkd_links{status="waiting"})"), 1);
  Replace("enabled = false", "enabled = true");
  SendSignal();
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(world_.stand_in.Links().size(), 1u);
  Replace("enabled = true", "enabled = false");
  SendSignal();
  ASSERT_TRUE(world_.WaitFor(
      [&] { return StatusReport().find(R"("enabled":false)") != std::string::npos; }));
  ASSERT_EQ(world_.PostJira(JiraIssueDeleted("1")).status, 200);
  EXPECT_EQ(world_.Metric(R"(flaglinkd_links{status="waiting"})"), 1);
  EXPECT_EQ(world_.daemon().Terminate(), 0);
  EXPECT_EQ(Requests("DELETE"), 0u);
}

TEST_F(Reload, TheFlagsOfAProjectThatIsNewAreRead) {
  world_.stand_in.SetFlags({{"default", "checkout-v2"}, {"mobile", "dark-mode"}});
  world_.WriteConfiguration();
  Replace("catalog_refresh = \"off\"", "catalog_refresh = \"off\"\nprojects = [\"default\"]");
  world_.Start();
  const SignedIssue issue = Sign("1", "turn dark-mode on");
  BlockingClient client;
  ASSERT_EQ(Post(client, issue), 200);
  Replace("catalog_refresh = \"off\"\nprojects = [\"default\"]",
          "catalog_refresh = \"1h\"\nprojects = [\"default\", \"mobile\"]");
  SendSignal();
  ASSERT_TRUE(world_.WaitFor([&] {
    return world_.Metric(R"(flaglinkd_catalog_flags{project="mobile"})") == 1 &&
           world_.Metric(R"(flaglinkd_catalog_flags{project="default"})") == 1;
  })) << world_.daemon().log();
  ASSERT_TRUE(world_.WaitFor([&] {
    Post(client, issue);
    return world_.Metric(R"(flaglinkd_links{status="applied"})") == 1;
  }));
  EXPECT_EQ(world_.stand_in.Links().at(0).flag, (FlagKey{"mobile", "dark-mode"}));
}

TEST_F(Reload, WhatNeedsARestartIsNamed) {
  world_.WriteFile("secret_launchdarkly", kToken);
  world_.WriteConfiguration();
  Replace("token = { file = \"token\" }", "token = { credential = \"launchdarkly\" }");
  world_.Start({{"CREDENTIALS_DIRECTORY", world_.folder.path().string()}});
  Replace("[listen]", "[listen]\nthreads = 2");
  Replace("sqlite:flaglinkd.db", "sqlite:other.db");
  SendSignal();
  const std::string& log = world_.daemon().log();
  EXPECT_THAT(log, HasSubstr("reason=listen.threads"));
  EXPECT_THAT(log, HasSubstr("reason=queue.url"));
  EXPECT_THAT(log, testing::Not(HasSubstr("listen.address")));
  EXPECT_THAT(log, HasSubstr("secrets stay as they were at the start: restart for new ones"));
  EXPECT_THAT(log, HasSubstr("reason=\"credential launchdarkly\""));
}

}  // namespace
}  // namespace flaglinkd
