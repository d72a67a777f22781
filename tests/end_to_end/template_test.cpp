// Tools that are added by configuration alone, and the samples of config/samples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "tests/end_to_end/world.h"
#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr char kMonitor[] = R"(
[source.monitor]
adapter = "template"
secrets = [{ file = "monitor.secret" }]
signature = { algorithm = "token", header = "X-Webhook-Token" }
[source.monitor.event]
id = "{/id}"
each = "/alerts"
resource = "{/rule}"
title = "{/name}"
url = "{^/page}/{/rule}"
)";

constexpr char kDesk[] = R"(
[source.desk]
adapter = "template"
secrets = [{ file = "desk.secret" }]
signature = { algorithm = "bearer" }
[source.desk.event]
resource = "{/ticket}"
title = "{/subject}"
url = "https://desk.acme.example/{/ticket}"
description = "{/text}"
deleted = { "/event" = ["removed"] }
)";

const Header kJson = {"Content-Type", "application/json"};
const Header kMonitorToken = {"X-Webhook-Token", "the monitor's token"};
const Header kBearer = {"Authorization", "Bearer the desk's token"};

class TemplateTools : public testing::Test {
 protected:
  TemplateTools() {
    world_.WriteFile("monitor.secret", kMonitorToken.value);
    world_.WriteFile("desk.secret", "the desk's token");
    world_.WriteConfiguration("", std::string(kMonitor) + kDesk);
  }

  // What the flags show at LaunchDarkly.
  std::vector<std::string> Shown() {
    std::vector<std::string> shown;
    for (const auto& link : world_.stand_in.Links()) {
      shown.push_back(link.flag.key + ": " + link.title + " " + link.deep_link);
    }
    return shown;
  }

  World world_;
};

constexpr char kAlerts[] =
    R"({"id":"delivery-1","page":"https://monitor.acme.example","alerts":[)"
    R"({"rule":"r1","name":"Errors since flag:checkout-v2"},{"rule":"r2","name":"Slow flag:new-cart"}]})";
constexpr char kTicket[] =
    "event=opened&ticket=SHOP-42&subject=Checkout&text=Please+switch+flag%3Acheckout-v2+off";

TEST_F(TemplateTools, OfTenLinesEachGetTheirLinks) {
  world_.Start();
  EXPECT_THAT(world_.Post("/hooks/monitor", {kJson, kMonitorToken}, kAlerts).body,
              HasSubstr(R"("links":2)"));
  const Header form = {"Content-Type", "application/x-www-form-urlencoded"};
  EXPECT_THAT(world_.Post("/hooks/desk", {form, kBearer}, kTicket).body, HasSubstr(R"("links":1)"));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_THAT(Shown(),
              UnorderedElementsAre(
                  "checkout-v2: Errors since flag:checkout-v2 https://monitor.acme.example/r1",
                  "new-cart: Slow flag:new-cart https://monitor.acme.example/r2",
                  "checkout-v2: Checkout https://desk.acme.example/SHOP-42"));

  EXPECT_THAT(
      world_.Post("/hooks/desk", {kJson, kBearer}, R"({"event":"removed","ticket":"SHOP-42"})")
          .body,
      HasSubstr(R"("links":1)"));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  EXPECT_EQ(world_.stand_in.Links().size(), 2u);
  world_.ExpectBalancedBooks();
}

TEST_F(TemplateTools, AreVerifiedAndKnowARepeatedDelivery) {
  world_.Start();
  EXPECT_EQ(world_.Post("/hooks/monitor", {kJson}, kAlerts).status, 401);
  EXPECT_EQ(world_.Post("/hooks/monitor", {kJson, {"X-Webhook-Token", "no"}}, kAlerts).status, 401);
  EXPECT_EQ(world_.Post("/hooks/monitor", {kJson, kMonitorToken}, kAlerts).status, 200);
  std::string again = kAlerts;
  again.insert(1, " ");
  EXPECT_THAT(world_.Post("/hooks/monitor", {kJson, kMonitorToken}, again).body,
              HasSubstr(R"({"duplicate":)"));
}

TEST_F(TemplateTools, SayWhatABodyLacks) {
  world_.Start();
  EXPECT_THAT(world_.Post("/hooks/desk", {kJson, kBearer}, R"({"ticket":"SHOP-1"})").body,
              HasSubstr("no title: {/subject} finds nothing"));
}

TEST_F(TemplateTools, AreHeldAgainstTheirTests) {
  world_.WriteFile("tests.toml", R"(
[[test]]
source = "monitor"
payload = "alerts.json"
expect = { flags = ["default/checkout-v2", "default/new-cart"], resource = "r2" }
[[test]]
source = "desk"
payload = "alerts.json"
expect = { outcome = "failed" }
)");
  world_.WriteFile("alerts.json", kAlerts);
  const std::string folder = world_.folder.path().string();
  const std::string run = "test --config " + folder + "/flaglinkd.toml";
  EXPECT_EQ(
      world_.RunProgram(run),
      std::pair(0, std::string("there are no tests: [[test]] tables in the configuration\n")));
  EXPECT_EQ(world_.RunProgram(run + " " + folder + "/tests.toml"),
            std::pair(0, "ok      " + folder + "/tests.toml:2: monitor " + folder +
                             "/alerts.json\nok      " + folder + "/tests.toml:6: desk " + folder +
                             "/alerts.json\n2 of 2 as expected\n"));
  world_.WriteFile("alerts.json", R"({"alerts":[]})");
  const auto [code, output] = world_.RunProgram(run + " " + folder + "/tests.toml --output json");
  EXPECT_EQ(code, 1);
  EXPECT_THAT(output, AllOf(HasSubstr(R"("failed": 1)"), HasSubstr("flags: expected default/")));
}

std::string Read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Samples, LoadAndDoWhatTheirTestsExpect) {
  World world;
  world.WriteFile("token", kToken);
  world.WriteFile("flaglinkd.toml", "[launchdarkly]\ntoken = { file = \"token\" }\n");
  int samples = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(FLAGLINKD_SOURCE_DIR "/config/samples")) {
    const std::string name = entry.path().filename().string();
    world.WriteFile(name, Read(entry.path()));
    samples += entry.path().extension() == ".toml" ? 1 : 0;
  }
  EXPECT_GE(samples, 3);
  for (const char* source : {"datadog", "tickets", "deployments"}) {
    world.WriteFile("secret_" + std::string(source), "a secret of its own");
  }
  const std::string folder = world.folder.path().string();
  const SetVariable credentials("CREDENTIALS_DIRECTORY", folder);
  for (const char* sample : {"datadog", "jira-automation", "script"}) {
    const auto [code, output] = world.RunProgram("test --config " + folder + "/flaglinkd.toml " +
                                                 folder + "/" + sample + ".toml");
    EXPECT_EQ(code, 0) << output;
    EXPECT_THAT(output, HasSubstr("1 of 1 as expected"));
  }
}

}  // namespace
}  // namespace flaglinkd
