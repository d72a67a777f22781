// The verbs of the command line, as a person and systemd meet them.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

class Program : public ::testing::Test {
 protected:
  Program() { world_.WriteConfiguration(); }
  std::string Config() const { return " --config " + (world_.folder / "flaglinkd.toml").string(); }
  World world_;
};

TEST_F(Program, CheckLoadsEverythingAndNamesEachSource) {
  const auto [code, output] = world_.RunProgram("check" + Config());
  EXPECT_EQ(code, 0) << output;
  for (const char* source : {"source jira", "source slack", "source github"}) {
    EXPECT_NE(output.find(source), std::string::npos) << output;
  }
}

TEST_F(Program, RunRefusesABrokenConfigurationWith78) {
  world_.WriteConfiguration("concurency = 2");
  const auto [code, output] = world_.RunProgram("run" + Config());
  EXPECT_EQ(code, 78);
  EXPECT_NE(output.find("did you mean `concurrency`?"), std::string::npos) << output;
}

TEST_F(Program, RunRefusesAnUnknownAdapterWith78) {
  world_.WriteConfiguration("", "[source.fax]\nsecrets = [{ file = \"jira.secret\" }]\n");
  const auto [code, output] = world_.RunProgram("run" + Config());
  EXPECT_EQ(code, 78);
  EXPECT_NE(output.find("fax.so"), std::string::npos) << output;
}

TEST_F(Program, RunSaysThatItsPortIsTaken) {
  world_.Start();
  world_.WriteFile("second.toml", R"([log]
format = "logfmt"
[listen]
address = "127.0.0.1:)" + std::to_string(world_.daemon().port()) +
                                      R"("
[admin]
address = "127.0.0.1:0"
[queue]
url = "sqlite:second.db"
[launchdarkly]
token = { file = "token" }
[source.jira]
secrets = [{ file = "jira.secret" }]
)");
  const auto [code, output] =
      world_.RunProgram("run --config " + (world_.folder / "second.toml").string());
  EXPECT_EQ(code, 1);
  EXPECT_NE(output.find("Address already in use"), std::string::npos) << output;
}

TEST_F(Program, RunSaysThatAnotherProcessHasTheDatabase) {
  world_.Start();
  const auto [code, output] = world_.RunProgram("run" + Config());
  EXPECT_EQ(code, 1);
  EXPECT_NE(output.find("another process"), std::string::npos) << output;
}

TEST_F(Program, TryShowsWhatASavedWebhookWouldLeadTo) {
  world_.WriteFile("issue.json", JiraIssueCreated("10042", "flag:checkout-v2"));
  const auto [code, output] = world_.RunProgram(
      "try jira " + (world_.folder / "issue.json").string() + " --output json" + Config());
  EXPECT_EQ(code, 0);
  for (const char* part :
       {R"("verdict": "unsigned")", R"("outcome": "stored")",
        R"("resource": "acme.atlassian.net/10042")", R"("because": "pattern in description")",
        R"("integrationKey": "jira")"}) {
    EXPECT_NE(output.find(part), std::string::npos) << part << "\n" << output;
  }
}

TEST_F(Program, SignMakesALineThatTheServiceAccepts) {
  world_.WriteFile("issue.json", JiraIssueCreated("10042", "flag:checkout-v2"));
  world_.Start();
  const auto [code, output] =
      world_.RunProgram("sign jira " + (world_.folder / "issue.json").string() + " --send " +
                        world_.Url("/hooks/jira") + Config());
  EXPECT_EQ(code, 0);
  EXPECT_EQ(output, "200 {\"event\":\"1\",\"links\":1}\n");
}

TEST_F(Program, TheWrongVerbIsAUsageError) {
  EXPECT_EQ(world_.RunProgram("dance").first, 2);
  EXPECT_EQ(world_.RunProgram("").first, 2);
  EXPECT_EQ(world_.RunProgram("--version"), (std::pair<int, std::string>{0, "flaglinkd 0.1.0\n"}));
}

TEST_F(Program, DemoShowsThreeWebhooksInAndTheirLinksOutAndEnds) {
  const auto [code, output] = world_.RunProgram("demo </dev/null");
  EXPECT_EQ(code, 0) << output;
  EXPECT_NE(output.find("4 links from 3 webhooks."), std::string::npos) << output;
  for (const char* card : {"card of jira", "card of slack-app", "card of github"}) {
    EXPECT_NE(output.find(card), std::string::npos) << output;
  }
}

TEST_F(Program, ASignalToReloadBringsANewSecretIn) {
  world_.Start();
  const std::string body = JiraIssueCreated("1", "flag:checkout-v2");
  world_.WriteFile("jira.secret", "rotated");
  const std::vector<Header> rotated = {
      {"x-hub-signature", "sha256=" + OpenSslHmac(world_.folder, "rotated", body)}};
  EXPECT_EQ(world_.Post("/hooks/jira", rotated, body).status, 401);
  world_.daemon().Signal(SIGHUP);
  EXPECT_NE(world_.daemon().WaitForLine("configuration reloaded"), "");
  EXPECT_EQ(world_.Post("/hooks/jira", rotated, body).status, 200);
}

TEST_F(Program, ABrokenFileOnReloadChangesNothingAndShows) {
  world_.Start();
  world_.WriteConfiguration("concurency = 2");
  world_.daemon().Signal(SIGHUP);
  EXPECT_NE(world_.daemon().WaitForLine("reload refused"), "");
  EXPECT_EQ(world_.Metric("flaglinkd_config_last_reload_successful"), 0);
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2")).status, 200);
}

TEST_F(Program, IsReadyAndAliveAndEndsOnSigtermWithEveryAnswerSent) {
  world_.Start();
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2")).status, 200);
  EXPECT_EQ(world_.daemon().Terminate(), 0);
  EXPECT_NE(world_.daemon().log().find("stopped"), std::string::npos) << world_.daemon().log();
}

}  // namespace
}  // namespace flaglinkd
