// Adapters that throw, never return, or return a hundred megabytes cost the events that they were
// given, and nothing of anybody else's.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

namespace fs = std::filesystem;

constexpr char kText[] =
    "Behind https://app.launchdarkly.com/projects/default/flags/checkout-v2/targeting";

class BadAdapters : public ::testing::Test {
 protected:
  // The program finds those that the tests are built with beside the ones that it ships.
  void SetUp() override {
    const fs::path built = FLAGLINKD_BINARY_DIR;
    const fs::path folder = world_.folder / "adapters";
    fs::create_directory(folder);
    std::string sources = "[adapters]\ndirectory = \"adapters\"\n";
    for (const std::string name : {"jira", "slack", "github"}) {
      fs::copy_file(built / "adapters" / (name + ".so"), folder / (name + ".so"));
    }
    for (const std::string name : {"throwing", "looping", "huge"}) {
      fs::copy_file(built / "test_adapters" / (name + ".so"), folder / (name + ".so"));
      sources += "[source." + name + "]\nverify = \"none\"\n";
    }
    for (const auto& file : fs::directory_iterator(folder)) {
      fs::permissions(file, fs::perms::owner_all | fs::perms::group_read);
    }
    world_.WriteConfiguration("", sources);
    world_.Start();
  }

  std::string Post(const std::string& source, const std::string& body) {
    const HttpAnswer answer = world_.Post("/hooks/" + source, {}, body);
    return std::to_string(answer.status) + ' ' + answer.body;
  }
  void ExpectJiraIsLinked(const std::string& id) {
    EXPECT_EQ(world_.PostJira(JiraIssueCreated(id, kText)).status, 200);
    EXPECT_TRUE(world_.WaitUntilDelivered());
  }

  World world_;
};

TEST_F(BadAdapters, OneThatThrowsCostsTheEvent) {
  EXPECT_EQ(Post("throwing", "went wrong"),
            R"(200 {"event":"1","failed":"the adapter broke a rule: it threw went wrong"})");
  ExpectJiraIsLinked("10042");
  EXPECT_EQ(Post("throwing", "again"),
            R"(200 {"event":"3","failed":"the adapter broke a rule: it threw again"})");
  EXPECT_EQ(world_.stand_in.Links().size(), 1u);
  world_.ExpectBalancedBooks();
}

TEST_F(BadAdapters, OneThatReturnsAHundredMegabytesCostsTheEvent) {
  // Cut where that is done within its time, else given up: of the one text something may be left, of
  // many changes nothing is taken.
  const std::string one = Post("huge", "one"), many = Post("huge", "many");
  EXPECT_TRUE(one.starts_with(R"(200 {"event":"1",)")) << one;
  EXPECT_TRUE(many.starts_with(R"(200 {"event":"2","failed":")")) << many;
  ExpectJiraIsLinked("10042");
  EXPECT_EQ(world_.stand_in.Links().size(), 1u);
  world_.ExpectBalancedBooks();
}

TEST_F(BadAdapters, OneThatNeverReturnsCostsTwoEventsAndIsOffWhileOthersGoOn) {
  const std::string first = Post("looping", "x");
  EXPECT_TRUE(first.starts_with(R"(200 {"event":"1","failed":")")) << first;
  ExpectJiraIsLinked("10042");
  EXPECT_TRUE(Post("looping", "y").starts_with("200 {\"event\":\"3\",\"failed\":\""));
  const std::string off = Post("looping", "z");
  EXPECT_TRUE(off.starts_with("200 {\"event\":\"4\",\"failed\":\"")) << off;
  EXPECT_NE(off.find("off until a restart"), std::string::npos) << off;
  ExpectJiraIsLinked("10043");
  EXPECT_EQ(world_.stand_in.Links().size(), 2u);
  world_.ExpectBalancedBooks();
}

}  // namespace
}  // namespace flaglinkd
