// What GitHub could not deliver while flaglinkd was down is taken from GitHub's own log, here on
// loopback, by the real program.
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <string>

#include "daemon/base/guarded.h"
#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

constexpr char kHook[] = "/repos/acme/shop/hooks/42/deliveries";

std::string IssueOpened(const std::string& number) {
  return R"({"action": "opened", "issue": {"number": )" + number +
         R"(, "title": "Behind flag:checkout-v2", "body": null, "state": "open",
         "html_url": "https://github.com/acme/shop/issues/)" +
         number + R"(", "user": {"login": "ada", "type": "User"}, "labels": [],
         "created_at": "2026-11-20T10:00:00Z", "updated_at": "2026-11-20T10:00:00Z"},
         "repository": {"html_url": "https://github.com/acme/shop"}})";
}

class CatchUpEndToEnd : public testing::Test {
 protected:
  CatchUpEndToEnd() : github_([this](const HttpRequest& request) { return Answer(request); }) {
    world_.WriteFile("github.token", "github-token");
    world_.WriteConfiguration("", R"(api_token = { file = "github.token" }
[source.github.options]
hook = "repos/acme/shop/hooks/42"
api = ")" + github_.origin() + "\"\n");
  }

  HttpResponse Answer(const HttpRequest& request) {
    HttpResponse response;
    for (const Header& header : request.headers) {
      if (header.name == "authorization" && header.value != "Bearer github-token") {
        response.status = 401;
      }
    }
    if (request.path == kHook) {
      const std::time_t now = std::time(nullptr);
      char time[32];
      std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
      const std::string rest =
          std::string(R"(", "delivered_at": ")") + time + R"(", "status_code": )";
      response.body =
          R"([{"id": 2, "guid": "d-2)" + rest + R"(200}, {"id": 1, "guid": "d-1)" + rest + "502}]";
    } else if (request.path == std::string(kHook) + "/1") {
      response.body = R"({"id": 1, "guid": "d-1", "event": "issues", "request": {"payload": )" +
                      IssueOpened("7") + "}}";
    } else {
      response.status = 404;
    }
    return response;
  }

  FaultServer github_;
  World world_;
};

TEST_F(CatchUpEndToEnd, AMissedDeliveryIsLinkedAndCountedOnce) {
  world_.Start();
  ASSERT_TRUE(world_.WaitFor([this] { return world_.stand_in.Links().size() == 1; }))
      << world_.daemon().log();
  EXPECT_EQ(world_.stand_in.Links()[0].deep_link, "https://github.com/acme/shop/issues/7");
  EXPECT_EQ(world_.Metric(R"(flaglinkd_caught_up_total{source="github"})"), 1);
  EXPECT_EQ(world_.Metric(R"(flaglinkd_webhooks_total{outcome="stored",source="github"})"), 0);
  // Redelivered by hand, and read from the log once more after a restart: still the same event.
  const std::string body = IssueOpened("7");
  const HttpAnswer again = world_.Post(
      "/hooks/github",
      {{"content-type", "application/json"},
       {"x-github-event", "issues"},
       {"x-github-delivery", "d-1"},
       {"x-hub-signature-256", "sha256=" + OpenSslHmac(world_.folder, kGitHubSecret, body)}},
      body);
  EXPECT_EQ(again.body, R"({"duplicate":"1"})");
  EXPECT_EQ(world_.daemon().log().find("github-token"), std::string::npos);
  EXPECT_EQ(world_.daemon().Terminate(), 0);
}

}  // namespace
}  // namespace flaglinkd
