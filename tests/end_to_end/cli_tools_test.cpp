// The tools of the person on call, through the real program: with the service running, stopped, and
// beside a LaunchDarkly that refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <utility>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CommandLine : public testing::Test {
 protected:
  void Start(const std::string& more = "") {
    world_.WriteConfiguration("first_retry = \"20ms\"\nlongest_retry = \"200ms\"\n", more);
    world_.Start();
  }
  std::pair<int, std::string> Run(const std::string& arguments) {
    return world_.RunProgram(arguments + " --config " +
                             (world_.folder / "flaglinkd.toml").string());
  }
  void DeliverOneLink() {
    world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2"));
    ASSERT_TRUE(world_.WaitUntilDelivered());
  }
  std::string Copy() const { return (world_.folder / "copy.db").string(); }

  World world_;
};

TEST_F(CommandLine, StatusSaysThatItWorks) {
  Start();
  DeliverOneLink();
  const auto [code, output] = Run("status");
  EXPECT_EQ(code, 0) << output;
  EXPECT_THAT(output, AllOf(StartsWith("Working: "), HasSubstr("\njira "), HasSubstr("\nslack "),
                            HasSubstr("1 link applied"), HasSubstr("delivery       on"),
                            Not(HasSubstr("\x1b"))));
  const auto [json_code, json] = Run("status --output json");
  EXPECT_EQ(json_code, 0);
  rapidjson::Document status;
  status.Parse(json.c_str());
  ASSERT_TRUE(!status.HasParseError() && status.IsObject()) << json;
  EXPECT_EQ(status["queue"]["applied"].GetInt(), 1);
}

TEST_F(CommandLine, StatusNamesARefusedTokenAndSaysSoByItsExitCode) {
  Start();
  world_.stand_in.SetToken("another");
  world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2"));
  std::pair<int, std::string> said;
  EXPECT_TRUE(world_.WaitFor([&] {
    said = Run("status");
    return said.second.find("access token") != std::string::npos;
  })) << said.second;
  EXPECT_EQ(said.first, 1);
  EXPECT_THAT(said.second, StartsWith("Not working: LaunchDarkly refuses the access token"));
}

TEST_F(CommandLine, OfAStoppedServiceItsDatabaseAnswers) {
  Start();
  DeliverOneLink();
  EXPECT_EQ(world_.daemon().Terminate(), 0);

  const auto [code, status] = Run("status");
  EXPECT_EQ(code, 1);
  EXPECT_THAT(status, AllOf(HasSubstr("nothing listens on "), HasSubstr("Not running: "),
                            HasSubstr("1 link applied")));
  const auto [list_code, links] = Run("links list");
  EXPECT_EQ(list_code, 0) << links;
  EXPECT_THAT(links, AllOf(HasSubstr("What follows is from its database.\n"),
                           HasSubstr("default/checkout-v2"), HasSubstr("applied")));
  EXPECT_EQ(Run("events list").first, 0);
  EXPECT_EQ(Run("events show 1").first, 0);
  EXPECT_EQ(Run("links show 99.99").first, 1);
  const auto [replay_code, replay] = Run("events replay 1");
  EXPECT_EQ(replay_code, 1);
  EXPECT_THAT(replay, HasSubstr("to replay takes the service: start it first\n"));
  EXPECT_EQ(Run("arm jira").first, 1);

  const auto [forget_code, forgotten] = Run("links forget --flag checkout-v2 --remove");
  EXPECT_EQ(forget_code, 0) << forgotten;
  world_.Start();
  EXPECT_TRUE(world_.WaitFor([this] { return world_.stand_in.Links().empty(); }));
  world_.ExpectBalancedBooks();
}

TEST_F(CommandLine, ABackupOfARunningServiceIsOneToStartFrom) {
  Start();
  DeliverOneLink();
  const auto [code, output] = Run("backup " + Copy());
  EXPECT_EQ(code, 0) << output;
  EXPECT_THAT(output, AllOf(StartsWith(Copy() + ": "), HasSubstr(" bytes, checked\n")));
  struct stat status;
  ASSERT_EQ(stat(Copy().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(Run("backup " + Copy()),
            (std::pair<int, std::string>{
                1, "write " + Copy() + ": it is there already; --force replaces a file\n"}));
  world_.PostJira(JiraIssueCreated("2", "flag:checkout-v2"));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(world_.daemon().Terminate(), 0);

  for (const char* log : {"-wal", "-shm"}) {
    std::filesystem::remove(world_.folder / ("flaglinkd.db" + std::string(log)));
  }
  std::filesystem::rename(Copy(), world_.folder / "flaglinkd.db");
  world_.Start();
  EXPECT_EQ(world_.Metric("flaglinkd_links{status=\"applied\"}"), 1);
  world_.ExpectBalancedBooks();
  EXPECT_EQ(world_.daemon().Terminate(), 0);
  EXPECT_EQ(Run("backup " + Copy()).first, 0);  // without the service too
}

TEST_F(CommandLine, CheckOnlineNamesTheMissingPermission) {
  world_.WriteConfiguration();
  world_.stand_in.SetFlags({{"default", "checkout-v2"}});
  const auto [code, output] = Run("check --online");
  EXPECT_EQ(code, 0) << output;
  EXPECT_THAT(output, AllOf(HasSubstr("source jira: "), HasSubstr("service token \"flaglinkd\""),
                            HasSubstr("project default: 1 flag; to make"), Not(HasSubstr(kToken))));
  world_.stand_in.Forbid({"deleteFlagLink"});
  const auto [refused_code, refused] = Run("check --online");
  EXPECT_EQ(refused_code, 1);
  EXPECT_THAT(refused, HasSubstr("project default: the token lacks deleteFlagLink; add "));
  EXPECT_EQ(Run("check").first, 0);
}

TEST_F(CommandLine, HelpIsThereForEveryVerbAndASlipIsUnderstood) {
  for (const char* verb : {"run", "check", "try", "test", "sign", "backup", "status", "links",
                           "links list", "links retry", "links forget", "events", "events replay",
                           "arm", "import", "reference", "demo"}) {
    const auto [code, output] = world_.RunProgram(std::string(verb) + " --help");
    EXPECT_EQ(code, 0) << verb;
    EXPECT_THAT(output, HasSubstr("Usage: flaglinkd")) << verb;
  }
  const auto [code, output] = world_.RunProgram("backpu /tmp/x");
  EXPECT_EQ(code, 2);
  EXPECT_THAT(output, HasSubstr("did you mean `backup`?"));
}

}  // namespace
}  // namespace flaglinkd
