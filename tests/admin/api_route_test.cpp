#include "daemon/admin/api_route.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

std::string Outcome(const std::string& method, const std::string& path, Door door) {
  const auto found = FindRoute(method, path, door);
  if (const auto* refusal = std::get_if<HttpResponse>(&found)) {
    return std::to_string(refusal->status) + " " + refusal->body;
  }
  const auto& route = std::get<ApiRoute>(found);
  return "call " + std::to_string(static_cast<int>(route.call)) + " '" + route.object + "'";
}

std::string Called(ApiCall call, const std::string& object = "") {
  return "call " + std::to_string(static_cast<int>(call)) + " '" + object + "'";
}

TEST(ApiRoute, FindsEveryCallOverTheSocket) {
  struct Case {
    const char *method, *path;
    ApiCall call;
    const char* object;
  };
  for (const auto& [method, path, call, object] :
       {Case{"GET", "links", ApiCall::kListLinks, ""},
        Case{"GET", "links/17.4", ApiCall::kShowLink, "17.4"},
        Case{"POST", "links/17.4/retry", ApiCall::kRetryLinks, "17.4"},
        Case{"POST", "links/retry", ApiCall::kRetryLinks, ""},
        Case{"POST", "links/17.4/forget", ApiCall::kForgetLinks, "17.4"},
        Case{"POST", "links/forget", ApiCall::kForgetLinks, ""},
        Case{"GET", "events", ApiCall::kListEvents, ""},
        Case{"GET", "events/9", ApiCall::kShowEvent, "9"},
        Case{"POST", "events/9/replay", ApiCall::kReplayEvents, "9"},
        Case{"POST", "events/replay", ApiCall::kReplayEvents, ""},
        Case{"POST", "sources/asana/arm", ApiCall::kArm, "asana"},
        Case{"POST", "import/jira", ApiCall::kImport, "jira"}}) {
    EXPECT_EQ(Outcome(method, std::string("/api/v1/") + path, Door::kSocket), Called(call, object))
        << method << " " << path;
  }
}

TEST(ApiRoute, TheAddressListsAndShowsLinksAndListsEventsAndNoMore) {
  EXPECT_EQ(Outcome("GET", "/api/v1/links", Door::kAddress), Called(ApiCall::kListLinks));
  EXPECT_EQ(Outcome("GET", "/api/v1/links/1.2", Door::kAddress), Called(ApiCall::kShowLink, "1.2"));
  EXPECT_EQ(Outcome("GET", "/api/v1/events", Door::kAddress), Called(ApiCall::kListEvents));
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"POST", "links/1.2/retry"},
                                                        {"POST", "links/retry"},
                                                        {"POST", "links/1.2/forget"},
                                                        {"POST", "links/forget"},
                                                        {"GET", "events/9"},
                                                        {"POST", "events/9/replay"},
                                                        {"POST", "events/replay"},
                                                        {"POST", "sources/asana/arm"},
                                                        {"POST", "import/jira"}}) {
    const std::string refused = R"(403 {"error":"over the socket only: see [admin] socket"})";
    EXPECT_EQ(Outcome(method, "/api/v1/" + path, Door::kAddress), refused) << method << " " << path;
  }
}

TEST(ApiRoute, RefusesOtherPathsAndMethods) {
  const std::string absent =
      R"(404 {"error":"below /api/v1 there are links, events, sources and import"})";
  for (const char* path : {"/api/v1/", "/api/v1/link", "/api/v1/links/", "/api/v1/links//retry",
                           "/api/v1/links/1.2/retry/x", "/api/v2/links", "/api/v1/import"}) {
    EXPECT_EQ(Outcome("GET", path, Door::kSocket), absent) << path;
  }
  EXPECT_EQ(Outcome("DELETE", "/api/v1/links/1.2", Door::kSocket), R"(405 {"error":"GET only"})");
  EXPECT_EQ(Outcome("GET", "/api/v1/links/1.2/retry", Door::kSocket),
            R"(405 {"error":"POST only"})");
}

}  // namespace
}  // namespace flaglinkd
