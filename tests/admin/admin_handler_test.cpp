#include "daemon/admin/admin_handler.h"

#include <gtest/gtest.h>

#include "tests/fakes/blocking_client.h"
#include "tests/fakes/fake_admin.h"

namespace flaglinkd {
namespace {

class AdminTest : public ::testing::Test {
 protected:
  AdminTest() {
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    listener_ = HttpListener::Start(options, handler_).value();
  }

  HttpAnswer Get(const std::string& path, std::vector<Header> headers = {}) {
    HttpCall call;
    call.method = "GET";
    call.url = "http://127.0.0.1:" + std::to_string(listener_->port()) + path;
    call.headers = std::move(headers);
    return client_.Send(std::move(call));
  }

  // As if `address` were listened on.
  void SetToken(const std::string& address) {
    AdminOptions options;
    options.address = address;
    options.token = Secret("0123456789abcdef");
    handler_.SetAccess(options);
  }
  static std::string ChallengeOf(const HttpAnswer& answer) {
    for (const Header& header : answer.headers) {
      if (header.name == "www-authenticate") return header.value;
    }
    return "";
  }

  Metrics metrics_{{"jira"}, "1.2.3"};
  std::vector<std::string> troubles_;
  SystemClock clock_;
  FakeAdmin fake_;
  AdminApi api_{fake_.Services(), clock_};
  StatusPage page_{fake_.Services(), clock_};
  AdminHandler handler_{metrics_, [this] { return troubles_; }, api_, page_};
  std::unique_ptr<HttpListener> listener_;
  BlockingClient client_;
};

TEST_F(AdminTest, ShowsTheMetrics) {
  const HttpAnswer answer = Get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("flaglinkd_build_info{version=\"1.2.3\"} 1"), std::string::npos);
}

TEST_F(AdminTest, IsAliveAndReady) {
  EXPECT_EQ(Get("/healthz").body, "alive\n");
  EXPECT_EQ(Get("/readyz").body, "ready\n");
}

TEST_F(AdminTest, SaysEveryReasonWhyItIsNotReady) {
  troubles_ = {"the store takes nothing: disk full", "another"};
  const HttpAnswer answer = Get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "the store takes nothing: disk full\nanother\n");
}

TEST_F(AdminTest, RefusesAHostThatIsNeitherAnAddressNorLocalhost) {
  EXPECT_EQ(Get("/metrics", {{"host", "evil.example"}}).status, 403);
  EXPECT_EQ(Get("/metrics", {{"host", "localhost:9464"}}).status, 200);
  EXPECT_EQ(Get("/metrics", {{"host", "[::1]:9464"}}).status, 200);
}

TEST_F(AdminTest, ShowsTheStatusPage) {
  EXPECT_EQ(Get("/").status, 200);
  EXPECT_EQ(Get("/?flag=checkout").status, 200);
  EXPECT_EQ(Get("/style.css").status, 200);
  EXPECT_EQ(Get("/script.js").status, 200);
}

TEST_F(AdminTest, OffLoopbackOnlyTheHealthChecksGoWithoutTheToken) {
  SetToken("0.0.0.0:9464");
  for (const char* path : {"/metrics", "/", "/style.css", "/script.js", "/api/v1/status"}) {
    EXPECT_EQ(Get(path).status, 401) << path;
    EXPECT_EQ(Get(path, {{"authorization", "Bearer 0123456789abcdef"}}).status, 200) << path;
  }
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(Get("/readyz").status, 200);
}

TEST_F(AdminTest, ABrowserIsAskedForAPasswordWhereItOpensThePageAndNowhereElse) {
  SetToken("0.0.0.0:9464");
  EXPECT_EQ(ChallengeOf(Get("/")), "Basic realm=\"flaglinkd\", charset=\"UTF-8\"");
  EXPECT_EQ(ChallengeOf(Get("/api/v1/status")), "Bearer");
  EXPECT_EQ(ChallengeOf(Get("/metrics")), "Bearer");
  EXPECT_EQ(Get("/metrics").body, "the token is needed: see [admin] token\n");
  // "ada:0123456789abcdef"
  EXPECT_EQ(Get("/", {{"authorization", "Basic YWRhOjAxMjM0NTY3ODlhYmNkZWY="}}).status, 200);
}

TEST_F(AdminTest, KnowsNoOtherPathAndOnlyGet) {
  EXPECT_EQ(Get("/nothing").status, 404);
  for (const char* path : {"/metrics", "/"}) {
    EXPECT_EQ(client_.Post("http://127.0.0.1:" + std::to_string(listener_->port()) + path, {}, "x")
                  .status,
              405)
        << path;
  }
}

}  // namespace
}  // namespace flaglinkd
