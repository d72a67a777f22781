// What the catalogue of flags does to links: the real program reads a stand-in's flags.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kLaunchDarklySecret[] = "launchdarkly signs with this";

class Catalog : public testing::Test {
 protected:
  Catalog() {
    world_.stand_in.SetFlags(
        {{"default", "checkout-v2"}, {"default", "dark-mode"}, {"default", "old-banner"}});
    world_.stand_in.ArchiveFlag({"default", "old-banner"});
    world_.WriteFile("launchdarkly.secret", kLaunchDarklySecret);
    world_.WriteConfiguration(
        "first_retry = \"20ms\"\nlongest_retry = \"200ms\"\n",
        "[source.launchdarkly]\nsecrets = [{ file = \"launchdarkly.secret\" }]\n");
    std::ifstream written(world_.folder / "flaglinkd.toml");
    std::string text{std::istreambuf_iterator<char>(written), {}};
    const std::string off = "catalog_refresh = \"off\"";
    // So long that no test sees a second round.
    text.replace(text.find(off), off.size(), "catalog_refresh = \"1h\"");
    world_.WriteFile("flaglinkd.toml", text);
  }

  // Waits until all flags are known. The archived one comes last, with the end of the round.
  void Start() {
    world_.Start();
    ASSERT_TRUE(world_.WaitFor([this] {
      return world_.Metric("flaglinkd_catalog_flags{project=\"default\"}") == 3;
    })) << world_.daemon().log();
  }

  // LaunchDarkly's own webhook, in the shape of its audit log's entries.
  HttpAnswer TellOfFlag(const std::string& id, const std::string& action, const std::string& key) {
    const std::string body = R"({"_id":")" + id + R"(","kind":"flag","accesses":[{"action":")" +
                             action + R"(","resource":"proj/default:env/production:flag/)" + key +
                             R"("}],"titleVerb":"changed the flag"})";
    return world_.Post("/hooks/launchdarkly",
                       {{"content-type", "application/json"},
                        {"x-ld-signature", OpenSslHmac(world_.folder, kLaunchDarklySecret, body)}},
                       body);
  }

  std::size_t Requests(const std::string& method, const std::string& path_start) const {
    const auto requests = world_.stand_in.Requests();
    return static_cast<std::size_t>(
        std::count_if(requests.begin(), requests.end(), [&](const auto& request) {
          return request.method == method && request.path.starts_with(path_start);
        }));
  }
  std::size_t Listings() const { return Requests("GET", "/api/v2/flags/"); }

  std::string Try(const std::string& description) {
    world_.WriteFile("issue.json", JiraIssueCreated("7", description));
    return world_
        .RunProgram("try jira " + (world_.folder / "issue.json").string() + " --config " +
                    (world_.folder / "flaglinkd.toml").string())
        .second;
  }

  World world_;
};

TEST_F(Catalog, AKnownKeyInProseIsLinkedAndAnUnknownWordIsNot) {
  Start();
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("1", "turn checkout-v2 on, leave search-v9")).body,
            R"({"event":"1","links":1})");
  EXPECT_THAT(world_.PostJira(JiraIssueCreated("2", "leave search-v9")).body,
              StartsWith(R"({"ignored":)"));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  ASSERT_EQ(world_.stand_in.Links().size(), 1u);
  EXPECT_EQ(world_.stand_in.Links()[0].flag, (FlagKey{"default", "checkout-v2"}));
  EXPECT_EQ(Listings(), 2u) << "of live flags, and of archived ones";
  world_.ExpectBalancedBooks();
}

TEST_F(Catalog, AnArchivedFlagIsLinkedWhereItIsNamedButNotInProse) {
  Start();
  EXPECT_THAT(world_.PostJira(JiraIssueCreated("1", "the old-banner is ugly")).body,
              StartsWith(R"({"ignored":)"));
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("2", "flag:old-banner")).body,
            R"({"event":"1","links":1})");
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(world_.stand_in.Links().size(), 1u);
  world_.ExpectBalancedBooks();
}

TEST_F(Catalog, ALinkWaitsForItsFlagAndIsMadeWhenLaunchDarklyTellsOfIt) {
  Start();
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("1", "flag:not-there-yet")).body,
            R"({"event":"1","links":1})");
  ASSERT_TRUE(world_.WaitFor(
      [this] { return world_.Metric("flaglinkd_links{status=\"unknown_flag\"}") == 1; }));
  EXPECT_EQ(Requests("POST", ""), 0u);
  world_.ExpectBalancedBooks();

  world_.stand_in.AddFlag({"default", "not-there-yet"});
  EXPECT_EQ(TellOfFlag("a1", "createFlag", "not-there-yet").body, R"({"event":"2","links":1})");
  ASSERT_TRUE(world_.WaitFor([this] { return world_.stand_in.Links().size() == 1; }));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(Requests("POST", ""), 1u);
  EXPECT_EQ(Listings(), 2u);
  EXPECT_EQ(world_.Metric("flaglinkd_links{status=\"applied\"}"), 1);
  // Prose knows it too now.
  ASSERT_TRUE(world_.WaitFor(
      [this] { return world_.Metric("flaglinkd_catalog_flags{project=\"default\"}") == 4; }));
  EXPECT_THAT(world_.PostJira(JiraIssueCreated("2", "turn not-there-yet on")).body,
              HasSubstr(R"("links":1)"));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  world_.ExpectBalancedBooks();
}

TEST_F(Catalog, WhatLaunchDarklyDidNotSignIsNoNews) {
  Start();
  const std::string body =
      R"({"_id":"a1","kind":"flag","accesses":[{"action":"deleteFlag","resource":"proj/default:env/production:flag/checkout-v2"}]})";
  EXPECT_EQ(
      world_
          .Post("/hooks/launchdarkly",
                {{"content-type", "application/json"},
                 {"x-ld-signature", OpenSslHmac(world_.folder, "somebody else's secret", body)}},
                body)
          .status,
      401);
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("1", "turn checkout-v2 on")).body,
            R"({"event":"1","links":1})");
}

TEST_F(Catalog, AfterARestartWithoutLaunchDarklyTheStoredFlagsAreKnown) {
  Start();
  world_.server.Refuse();
  EXPECT_EQ(world_.daemon().Terminate(), 0);
  world_.Start();
  EXPECT_EQ(world_.PostJira(JiraIssueCreated("1", "turn checkout-v2 on")).body,
            R"({"event":"1","links":1})");
  EXPECT_THAT(world_.PostJira(JiraIssueCreated("2", "leave search-v9")).body,
              StartsWith(R"({"ignored":)"));
  world_.ExpectBalancedBooks();
  world_.server.Accept();
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(world_.stand_in.Links().size(), 1u);
  world_.ExpectBalancedBooks();
}

TEST_F(Catalog, ADryRunKnowsTheStoredFlagsBesideTheServiceAndAfterACrash) {
  const std::string request = "/api/v2/flag-links/projects/default/flags/checkout-v2";
  EXPECT_THAT(Try("turn checkout-v2 on"), HasSubstr("outcome  ignored"));
  Start();
  EXPECT_THAT(Try("turn checkout-v2 on"), HasSubstr("request  POST " + request));
  EXPECT_THAT(Try("flag:not-there-yet"),
              HasSubstr("a link waits until there is a flag default/not-there-yet"));
  world_.daemon().Kill();  // which leaves the database's log behind
  EXPECT_THAT(Try("turn checkout-v2 on"), HasSubstr("request  POST " + request));
  EXPECT_EQ(Requests("POST", ""), 0u);
}

}  // namespace
}  // namespace flaglinkd
