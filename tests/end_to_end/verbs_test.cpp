// The verbs that ask a running service about its links and events, through the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <string>
#include <utility>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Verbs : public testing::Test {
 protected:
  void Start(const std::string& more = "") {
    world_.WriteConfiguration("first_retry = \"20ms\"\nlongest_retry = \"200ms\"\n", more);
    world_.Start();
  }

  std::pair<int, std::string> Run(const std::string& arguments) {
    return world_.RunProgram(arguments + " --config " +
                             (world_.folder / "flaglinkd.toml").string());
  }
  // What it writes; the test fails if it does not end well.
  std::string Say(const std::string& arguments) {
    auto [code, output] = Run(arguments);
    EXPECT_EQ(code, 0) << arguments << "\n" << output;
    return output;
  }
  rapidjson::Document Ask(const std::string& arguments) {
    rapidjson::Document answer;
    const std::string output = Say(arguments + " --output json");
    answer.Parse(output.c_str());
    EXPECT_TRUE(!answer.HasParseError() && answer.IsObject()) << output;
    return answer;
  }
  // The id of the only link.
  std::string LinkId() {
    const rapidjson::Document answer = Ask("links list");
    EXPECT_EQ(answer["links"].Size(), 1u);
    return answer["links"][0]["id"].GetString();
  }

  World world_;
};

TEST_F(Verbs, AFailedLinkIsListedWithItsReasonAndAppliedWhenItIsTriedAgain) {
  FaultServer::Misbehaviour refusal;
  refusal.fault = FaultServer::Fault::kAnswer;
  refusal.answer.status = 400;
  refusal.answer.body = R"({"code":"invalid_request","message":"the title is in bad taste"})";
  world_.server.Misbehave(refusal);
  Start();
  world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2"));
  ASSERT_TRUE(
      world_.WaitFor([this] { return world_.Metric("flaglinkd_links{status=\"failed\"}") == 1; }));
  EXPECT_THAT(Say("links list --status failed"),
              AllOf(HasSubstr("failed"), HasSubstr("default/checkout-v2"), HasSubstr("SHOP-1"),
                    HasSubstr("the title is in bad taste")));
  EXPECT_EQ(Say("links list --status applied"), "no links\n");

  const rapidjson::Document answer = Ask("links list");
  ASSERT_EQ(answer["links"].Size(), 1u);
  const rapidjson::Value& link = answer["links"][0];
  EXPECT_STREQ(link["status"].GetString(), "failed");
  EXPECT_STREQ(link["flag"].GetString(), "checkout-v2");
  EXPECT_STREQ(link["name"].GetString(), "SHOP-1");
  EXPECT_TRUE(link["wanted"].GetBool());
  const std::string id = link["id"].GetString();
  EXPECT_THAT(Say("links show " + id),
              AllOf(HasSubstr("the title is in bad taste"), HasSubstr("Roll out the new checkout"),
                    HasSubstr("https://acme.atlassian.net/browse/SHOP-1")));

  world_.server.Behave();
  EXPECT_EQ(Say("links retry " + id), "1 link tried again\n");
  ASSERT_TRUE(
      world_.WaitFor([this] { return world_.Metric("flaglinkd_links{status=\"applied\"}") == 1; }));
  EXPECT_EQ(world_.stand_in.Links().size(), 1u);
  EXPECT_STREQ(Ask("links show " + id)["status"].GetString(), "applied");
  world_.ExpectBalancedBooks();
}

TEST_F(Verbs, AForgottenLinkIsRemovedWhereThatIsAskedFor) {
  Start();
  world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2"));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(Say("links forget " + LinkId() + " --remove"), "1 link forgotten\n");
  ASSERT_TRUE(world_.WaitFor([this] { return world_.stand_in.Links().empty(); }));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  world_.ExpectBalancedBooks();

  world_.PostJira(JiraIssueCreated("2", "flag:checkout-v2"));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(Say("links forget --resource SHOP-2"), "1 link forgotten\n");
  world_.ExpectBalancedBooks();
  EXPECT_EQ(world_.stand_in.Links().size(), 1u);
}

TEST_F(Verbs, AnEventIsReadAgainWithThePatternsOfToday) {
  Start();
  world_.PostJira(JiraIssueCreated("1", "flag:checkout-v2, toggle dark-mode"));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_THAT(Say("events list"), AllOf(HasSubstr("stored"), HasSubstr("jira")));
  EXPECT_THAT(Say("events show 1"),
              AllOf(HasSubstr("default/checkout-v2"), Not(HasSubstr("default/dark-mode"))));
  EXPECT_EQ(world_.daemon().Terminate(), 0);

  Start("[source.jira.match]\npatterns = ['flag:(?P<key>[\\w-]+)', 'toggle (?P<key>[\\w-]+)']\n");
  EXPECT_EQ(world_.stand_in.Links().size(), 1u);
  const rapidjson::Document event = Ask("events show 1");
  EXPECT_EQ(event["reading"]["changes"][0]["flags"].Size(), 2u);
  EXPECT_EQ(Say("events replay 1"), "replayed: stored as event 2, 1 link changed\n");
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(world_.stand_in.Links().size(), 2u);
  EXPECT_THAT(Say("links list --flag dark-mode"), HasSubstr("applied"));
  EXPECT_EQ(Ask("events replay --source jira --since 1h")["failed"].GetInt(), 0);
  EXPECT_EQ(world_.stand_in.Links().size(), 2u);
  world_.ExpectBalancedBooks();
}

TEST_F(Verbs, ExportedIssuesAreImported) {
  Start();
  world_.WriteFile("issues.jsonl", JiraIssueCreated("1", "flag:checkout-v2") + "\n" +
                                       JiraIssueCreated("2", "names nothing") + "\n" +
                                       JiraIssueCreated("3", "flag:dark-mode") + "\n");
  const std::string file = (world_.folder / "issues.jsonl").string();
  const rapidjson::Document tally = Ask("import jira " + file);
  EXPECT_EQ(tally["links"].GetInt(), 2);
  EXPECT_EQ(tally["failed"].GetInt(), 0);
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(world_.stand_in.Links().size(), 2u);
  world_.ExpectBalancedBooks();

  world_.WriteFile("issues.jsonl", "{\"webhookEvent\":\n");
  const auto [code, output] = Run("import jira " + file);
  EXPECT_EQ(code, 1);
  EXPECT_THAT(output, HasSubstr("line 1: "));
}

TEST_F(Verbs, TheExitCodeSaysWhoseFaultItIs) {
  Start();
  for (const auto& [arguments, code] : {std::pair{"links list", 0},
                                        {"events list", 0},
                                        {"links show 99.99", 1},
                                        {"events show 99", 1},
                                        {"events replay 99", 1},
                                        {"links show seventeen", 2},
                                        {"links retry", 2},
                                        {"links forget", 2},
                                        {"events replay", 2},
                                        {"links list --status odd", 2},
                                        {"links list --colour red", 2},
                                        {"links", 2},
                                        {"import jira /nowhere/at-all.jsonl", 2}}) {
    const auto [actual, output] = Run(arguments);
    EXPECT_EQ(actual, code) << arguments << "\n" << output;
    EXPECT_NE(output, "") << arguments;
  }
  EXPECT_EQ(world_.daemon().Terminate(), 0);
  const auto [code, output] = Run("events replay 1");
  EXPECT_EQ(code, 1);
  EXPECT_THAT(output, HasSubstr("admin.sock"));
  world_.WriteFile("flaglinkd.toml", "[nonsense]\n");
  EXPECT_EQ(Run("links list").first, 78);
}

}  // namespace
}  // namespace flaglinkd
