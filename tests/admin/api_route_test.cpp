#include "daemon/admin/api_route.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

std::string Outcome(const std::string& method, const std::string& path) {
  const auto found = FindRoute(method, path);
  if (const auto* refusal = std::get_if<HttpResponse>(&found)) {
    return std::to_string(refusal->status) + " " + refusal->body;
  }
  return "found";
}

TEST(ApiRoute, FindsEveryCallAndWhatItIsFor) {
  constexpr std::size_t kSmall = 64u << 10, kLarge = 8u << 20;
  struct Case {
    const char *method, *path;
    ApiRoute route;
  };
  for (const auto& [method, path, route] : {
           Case{"GET", "status", {ApiCall::kShowStatus, "", Purpose::kRead, kSmall}},
           Case{"GET", "links", {ApiCall::kListLinks, "", Purpose::kRead, kSmall}},
           Case{"GET", "links/17.4", {ApiCall::kShowLink, "17.4", Purpose::kRead, kSmall}},
           Case{"POST", "links/17.4/retry", {ApiCall::kRetryLinks, "17.4", Purpose::kAct, kSmall}},
           Case{"POST", "links/retry", {ApiCall::kRetryLinks, "", Purpose::kAct, kSmall}},
           Case{"POST", "links/1.4/forget", {ApiCall::kForgetLinks, "1.4", Purpose::kAct, kSmall}},
           Case{"POST", "links/forget", {ApiCall::kForgetLinks, "", Purpose::kAct, kSmall}},
           Case{"GET", "events", {ApiCall::kListEvents, "", Purpose::kRead, kSmall}},
           Case{"GET", "events/9", {ApiCall::kShowEvent, "9", Purpose::kReadPayload, kSmall}},
           Case{"POST", "events/9/replay", {ApiCall::kReplayEvents, "9", Purpose::kAct, kSmall}},
           Case{"POST", "events/replay", {ApiCall::kReplayEvents, "", Purpose::kAct, kSmall}},
           Case{"POST", "sources/asana/arm", {ApiCall::kArm, "asana", Purpose::kAct, kSmall}},
           Case{"POST", "import/jira", {ApiCall::kImport, "jira", Purpose::kAct, kLarge}},
       }) {
    const auto found = FindRoute(method, std::string("/api/v1/") + path);
    ASSERT_TRUE(std::holds_alternative<ApiRoute>(found)) << path;
    EXPECT_EQ(std::get<ApiRoute>(found), route) << method << " " << path;
  }
}

TEST(ApiRoute, RefusesOtherPathsAndMethods) {
  const std::string absent =
      R"(404 {"error":"below /api/v1 there are status, links, events, sources and import"})";
  for (const char* path : {"/api/v1/", "/api/v1/link", "/api/v1/links/", "/api/v1/links//retry",
                           "/api/v1/links/1.2/retry/x", "/api/v2/links", "/api/v1/import"}) {
    EXPECT_EQ(Outcome("GET", path), absent) << path;
  }
  EXPECT_EQ(Outcome("DELETE", "/api/v1/links/1.2"), R"(405 {"error":"GET only"})");
  EXPECT_EQ(Outcome("GET", "/api/v1/links/1.2/retry"), R"(405 {"error":"POST only"})");
}

}  // namespace
}  // namespace flaglinkd
