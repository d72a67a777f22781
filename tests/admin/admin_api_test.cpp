// The API over a real listener: once at an address and once on a socket.
#include "daemon/admin/admin_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/admin/admin_handler.h"
#include "daemon/admin/utc_time.h"
#include "daemon/http/http_client.h"
#include "tests/fakes/fake_admin.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class AdminApiTest : public ::testing::Test {
 protected:
  AdminApiTest() {
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    address_ = HttpListener::Start(options, handler_).value();
    options.address = "unix:" + path_;
    socket_ = HttpListener::Start(options, handler_).value();
    HttpClient::Options over_socket;
    over_socket.unix_socket = path_;
    client_ = HttpClient::Create(over_socket);
  }

  // "200 {…}", over the socket.
  std::string Ask(const std::string& method, const std::string& path, const std::string& body = "",
                  std::vector<Header> headers = {}) {
    return Exchange(*client_,
                    {method, "http://flaglinkd/api/v1/" + path, std::move(headers), body});
  }
  std::string AskAtAddress(const std::string& method, const std::string& path,
                           std::vector<Header> headers = {}, const std::string& body = "") {
    const std::unique_ptr<HttpClient> client = HttpClient::Create({});
    return Exchange(
        *client,
        {method, "http://127.0.0.1:" + std::to_string(address_->port()) + "/api/v1/" + path,
         std::move(headers), body});
  }
  std::string Exchange(HttpClient& client, HttpCall call) {
    std::optional<HttpAnswer> answer;
    client.Start(std::move(call), Secret(), [&](HttpAnswer got) { answer = std::move(got); });
    while (!answer) client.Poll(std::chrono::seconds(1));
    return answer->kind == HttpAnswer::Kind::kAnswered
               ? std::to_string(answer->status) + " " + answer->body
               : answer->error;
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_ / "admin.sock";
  Metrics metrics_{{"tracker"}, "1.2.3"};
  ManualClock clock_;
  FakeAdmin fake_;
  AdminApi api_{fake_.Services(), clock_};
  StatusPage page_{fake_.Services(), clock_};
  AdminHandler handler_{metrics_, [] { return std::vector<std::string>(); }, api_, page_};
  std::unique_ptr<HttpListener> address_, socket_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(AdminApiTest, ListsTheLinksOfAFilterAtTheAddressAndOverTheSocket) {
  fake_.queue.links = {SampleLink("17.4"), SampleLink("17.5", "applied")};
  const std::string listed =
      R"(200 {"links":[{"id":"17.4","status":"failed","project":"default","flag":"checkout-v2",)"
      R"("namespace":"jira","resource":"acme.atlassian.net/10042","name":"SHOP-42",)"
      R"("title":"Roll out the checkout","url":"https://acme.atlassian.net/browse/SHOP-42",)"
      R"("wanted":true,"attempts":3,"reason":"400: the request was refused","due":null,)"
      R"("changed":"2026-07-25T10:00:00Z","key":"jira-shop-42-checkout-v2-0123456789abcdef0123"}],)"
      R"("limit":5})";
  EXPECT_EQ(AskAtAddress("GET", "links?status=failed&limit=5"), listed);
  EXPECT_EQ(Ask("GET", "links?status=failed&limit=5&source=tracker"), listed);
  EXPECT_EQ(fake_.queue.link_filter.name_space, "jira");
}

TEST_F(AdminApiTest, ASourceThatIsNotConfiguredIsTakenForANamespace) {
  EXPECT_EQ(Ask("GET", "links?source=gone"), R"(200 {"links":[],"limit":100})");
  EXPECT_EQ(fake_.queue.link_filter.name_space, "gone");
}

TEST_F(AdminApiTest, ShowsOneLinkWithItsMentions) {
  LinkReport link = SampleLink();
  link.due = link.changed_at;
  link.mentions = {"comment 10001: flag URL in body"};
  fake_.queue.links = {link};
  const std::string shown = Ask("GET", "links/17.4");
  EXPECT_THAT(shown, HasSubstr(R"("due":"2026-07-25T10:00:00Z")"));
  EXPECT_THAT(shown, HasSubstr(R"("mentions":["comment 10001: flag URL in body"]})"));
  EXPECT_EQ(Ask("GET", "links/9.9"),
            R"(404 {"error":"there is no link 9.9; `flaglinkd links list` shows them"})");
}

TEST_F(AdminApiTest, RetriesOneLinkOrThoseOfAFilter) {
  fake_.queue.links = {SampleLink("17.4"), SampleLink("17.5")};
  EXPECT_EQ(Ask("POST", "links/17.4/retry"), R"(200 {"retried":1})");
  EXPECT_EQ(fake_.queue.link_filter.id, "17.4");
  EXPECT_EQ(Ask("POST", "links/retry", R"({"status":"failed"})"), R"(200 {"retried":2})");
  EXPECT_EQ(fake_.queue.link_filter.id, std::nullopt);
  EXPECT_EQ(fake_.queue.link_filter.limit, kMostReports);
  EXPECT_THAT(Ask("POST", "links/9.9/retry"), HasSubstr("404 "));
}

TEST_F(AdminApiTest, ForgetsAndRemovesOnlyWhereItIsTold) {
  fake_.queue.links = {SampleLink("17.4"), SampleLink("17.5")};
  EXPECT_EQ(Ask("POST", "links/17.4/forget"), R"(200 {"forgotten":1})");
  EXPECT_FALSE(fake_.queue.removed);
  EXPECT_EQ(Ask("POST", "links/forget", R"({"source":"tracker","remove":true})"),
            R"(200 {"forgotten":2})");
  EXPECT_TRUE(fake_.queue.removed);
}

TEST_F(AdminApiTest, AnActionOnEverythingMustNotBeASlip) {
  const std::string refused =
      R"(400 {"error":"an action needs an id, or one of status, flag, project, source, resource )"
      R"(and since"})";
  EXPECT_EQ(Ask("POST", "links/retry"), refused);
  EXPECT_EQ(Ask("POST", "links/forget", R"({"remove":true,"limit":9})"), refused);
  EXPECT_EQ(Ask("POST", "events/replay"),
            R"(400 {"error":"an action needs an id, or one of status, source and since"})");
  EXPECT_THAT(Ask("POST", "events/replay", R"({"before":9})"), HasSubstr("400 "));
  EXPECT_EQ(Ask("POST", "links/17.4/retry", R"({"flag":"a"})"),
            R"(400 {"error":"an action on one link has no conditions"})");
}

TEST_F(AdminApiTest, ListsEventsWithoutTheirPayloads) {
  fake_.queue.events = {SampleEvent(9)};
  fake_.queue.payloads[9] = {{}, "application/json", "secret words"};
  const std::string listed =
      R"(200 {"events":[{"id":"9","outcome":"failed","source":"tracker",)"
      R"("received":"2026-07-25T10:00:00Z","links":0,"reason":"not readable by the adapter",)"
      R"("kept":true}],"limit":100})";
  EXPECT_EQ(AskAtAddress("GET", "events"), listed);
  EXPECT_EQ(Ask("GET", "events?status=failed"), listed);
  EXPECT_EQ(fake_.queue.event_filter.outcome, "failed");
}

TEST_F(AdminApiTest, ShowsAnEventWithItsPayloadAndWhatItMeansNow) {
  fake_.queue.events = {SampleEvent(9)};
  fake_.queue.payloads[9] = {{{"x-event", "issue"}}, "text/plain", "flag:checkout-v2 \xff"};
  ObservedChange change;
  change.change.resource = "acme/1";
  change.change.name = "SHOP-1";
  change.mentions = {{{"default", "checkout-v2"}, Carrier::kText, "pattern in description"}};
  fake_.reading = {"stored", "", {change}};
  EXPECT_EQ(Ask("GET", "events/9"),
            R"(200 {"id":"9","outcome":"failed","source":"tracker",)"
            R"("received":"2026-07-25T10:00:00Z","links":0,"reason":"not readable by the adapter",)"
            R"("kept":true,"payload":{"headers":{"x-event":"issue"},"content_type":"text/plain",)"
            "\"body\":\"flag:checkout-v2 \xef\xbf\xbd\"},"
            R"("reading":{"outcome":"stored","reason":"","changes":[{"kind":"updated",)"
            R"("resource":"acme/1","name":"SHOP-1","part":"","title":"","url":"",)"
            R"("flags":[{"project":"default","key":"checkout-v2",)"
            R"("because":"pattern in description"}]}]}})");
  fake_.queue.payloads.clear();
  EXPECT_THAT(Ask("GET", "events/9"), HasSubstr(R"("payload":null,"reading":null})"));
  EXPECT_EQ(Ask("GET", "events/x"), R"(404 {"error":"an event's id is a number"})");
}

TEST_F(AdminApiTest, ReplaysOneEvent) {
  fake_.queue.events = {SampleEvent(9), SampleEvent(10)};
  fake_.queue.payloads[9] = {};
  EXPECT_EQ(Ask("POST", "events/9/replay"), R"(200 {"outcome":"stored","event":"101","links":1})");
  EXPECT_EQ(Ask("POST", "events/10/replay"),
            R"(409 {"error":"nothing was kept of event 10; [queue] keep_payloads says what is"})");
  EXPECT_THAT(Ask("POST", "events/11/replay"), HasSubstr("404 "));
}

TEST_F(AdminApiTest, ReplaysTheEventsOfAFilterInTheOrderOfTheirReceipt) {
  using Kind = CommitResult::Kind;
  fake_.queue.events = {SampleEvent(12), SampleEvent(11), SampleEvent(10), SampleEvent(9),
                        SampleEvent(8)};
  fake_.queue.events[2].has_payload = false;
  for (const int id : {8, 11, 12}) fake_.queue.payloads[id] = {};
  fake_.replays[8] = {Kind::kIgnored, 0, 0, "it changes nothing"};
  fake_.replays[11] = {Kind::kFailed, 0, 0, "still not readable"};
  EXPECT_EQ(Ask("POST", "events/replay", R"({"status":"failed"})"),
            R"(200 {"stored":1,"ignored":1,"failed":1,"not_kept":2,"links":1})");
  EXPECT_THAT(*fake_.replayed.Lock(), ElementsAre(8, 11, 12));
}

TEST_F(AdminApiTest, AReplayThatTookAsManyAsItMaySaysWhereToGoOn) {
  fake_.queue.events = {SampleEvent(12), SampleEvent(11)};
  EXPECT_EQ(Ask("POST", "events/replay", R"({"status":"failed","limit":2})"),
            R"(200 {"stored":0,"ignored":0,"failed":0,"not_kept":2,"links":0,"more_before":"11"})");
  fake_.queue.events = {SampleEvent(10)};
  EXPECT_EQ(Ask("POST", "events/replay", R"({"status":"failed","limit":2,"before":11})"),
            R"(200 {"stored":0,"ignored":0,"failed":0,"not_kept":1,"links":0})");
  EXPECT_EQ(fake_.queue.event_filter.before, 11);
}

TEST_F(AdminApiTest, StopsReplayingWhenTheStoreTakesNothing) {
  fake_.queue.events = {SampleEvent(8), SampleEvent(9)};
  for (const int id : {8, 9}) fake_.queue.payloads[id] = {};
  fake_.replays[8] = {CommitResult::Kind::kUnavailable, 0, 0, "disk full"};
  EXPECT_EQ(Ask("POST", "events/replay", R"({"status":"failed"})"),
            R"(503 {"stored":0,"ignored":0,"failed":0,"not_kept":0,"links":0,)"
            R"("error":"stopped after 0 of 2 events: disk full"})");
  EXPECT_THAT(*fake_.replayed.Lock(), ElementsAre(8));
}

TEST_F(AdminApiTest, AReplayThatMayNotAskAnyMoreSaysWhatWasDone) {
  fake_.queue.events = {SampleEvent(8), SampleEvent(9), SampleEvent(10)};
  for (const int id : {8, 9, 10}) fake_.queue.payloads[id] = {};
  *fake_.questions_left.Lock() = 2;  // which events there are, and what the first one held
  EXPECT_EQ(Ask("POST", "events/replay", R"({"status":"failed"})"),
            R"(503 {"stored":1,"ignored":0,"failed":0,"not_kept":0,"links":1,)"
            R"("error":"stopped after 1 of 3 events: too much is asked of the queue: try again"})");
}

TEST_F(AdminApiTest, ImportsABodyWithItsHeadersAsAWebhookOfTheSource) {
  Guarded<Webhook> got;
  fake_.import = [&](const Webhook& webhook) {
    *got.Lock() = webhook;
    return CommitResult{CommitResult::Kind::kIgnored, 0, 0, "it changes nothing"};
  };
  EXPECT_EQ(Ask("POST", "import/tracker", "{}",
                {{"content-type", "application/json"}, {"x-event", "issue"}}),
            R"(200 {"outcome":"ignored","links":0,"reason":"it changes nothing"})");
  EXPECT_EQ(got.Lock()->method, "POST");
  EXPECT_EQ(got.Lock()->body, "{}");
  EXPECT_EQ(got.Lock()->FindHeader("x-event"), "issue");
  EXPECT_EQ(got.Lock()->received, clock_.Now());
  EXPECT_EQ(Ask("POST", "import/other", "{}"), R"(404 {"error":"no source is named other"})");
}

TEST_F(AdminApiTest, BoundsItsBodies) {
  const std::string long_line(65u << 10, 'x');
  EXPECT_THAT(Ask("POST", "links/retry", long_line), HasSubstr("413 "));
  EXPECT_THAT(Ask("POST", "import/tracker", long_line), HasSubstr("200 "));
  EXPECT_THAT(Ask("POST", "import/tracker", std::string((8u << 20) + 1, 'x')), HasSubstr("413 "));
}

TEST_F(AdminApiTest, PassesTheQueuesErrorsOn) {
  fake_.queue.error = Error{Error::Code::kInvalid, "\"statsu\" is no status of a link"};
  EXPECT_EQ(Ask("GET", "links?status=statsu"),
            R"(400 {"error":"\"statsu\" is no status of a link"})");
}

TEST_F(AdminApiTest, ShowsTheStatusAtTheAddressAndOverTheSocket) {
  fake_.status.version = "1.2.3";
  const std::string shown = Ask("GET", "status");
  EXPECT_THAT(shown, HasSubstr(R"(200 {"version":"1.2.3",)"));
  EXPECT_EQ(AskAtAddress("GET", "status"), shown);
}

TEST_F(AdminApiTest, AtTheAddressNothingActsAndNothingShowsAPayloadWithoutTheToken) {
  const std::string refused = R"(401 {"error":"the token is needed: see [admin] token"})";
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"POST", "links/17.4/retry"},
                                                        {"POST", "links/retry"},
                                                        {"POST", "links/17.4/forget"},
                                                        {"POST", "links/forget"},
                                                        {"GET", "events/9"},
                                                        {"POST", "events/9/replay"},
                                                        {"POST", "events/replay"},
                                                        {"POST", "sources/asana/arm"},
                                                        {"POST", "import/tracker"}}) {
    EXPECT_EQ(AskAtAddress(method, path), refused) << method << " " << path;
  }
}

TEST_F(AdminApiTest, AtTheAddressTheTokenActsAndShowsPayloads) {
  AdminOptions options;
  options.token = Secret("0123456789abcdef");
  handler_.SetAccess(options);
  const Header token{"authorization", "Bearer 0123456789abcdef"};
  const Header json{"content-type", "application/json"};
  fake_.queue.links = {SampleLink("17.4")};
  fake_.queue.events = {SampleEvent(9)};
  EXPECT_EQ(AskAtAddress("POST", "links/17.4/retry", {token, json}), R"(200 {"retried":1})");
  EXPECT_EQ(AskAtAddress("POST", "links/retry", {token, json}, R"({"status":"failed"})"),
            R"(200 {"retried":1})");
  EXPECT_THAT(AskAtAddress("GET", "events/9", {token}), HasSubstr(R"(200 {"id":"9")"));
  EXPECT_EQ(AskAtAddress("POST", "links/17.4/retry", {token, {"content-type", "text/plain"}}),
            R"(415 {"error":"an action's content-type is application/json"})");
  EXPECT_EQ(
      AskAtAddress("POST", "links/17.4/retry", {token, json, {"origin", "http://evil.example"}}),
      R"(403 {"error":"an action must come from the same origin"})");
}

TEST_F(AdminApiTest, ANewTokenIsInForceAtOnceAndTheOldOneIsNot) {
  fake_.queue.events = {SampleEvent(9)};
  const auto status_with = [&](const std::string& token) {
    return AskAtAddress("GET", "events/9", {{"authorization", "Bearer " + token}}).substr(0, 3);
  };
  for (const std::string token : {"first", "second"}) {
    AdminOptions options;
    options.token = Secret(std::string(token));
    handler_.SetAccess(options);
    EXPECT_EQ(status_with("first"), token == "first" ? "200" : "401");
    EXPECT_EQ(status_with("second"), token == "second" ? "200" : "401");
  }
}

TEST_F(AdminApiTest, OnlyTheAddressAsksWhatTheHostIs) {
  EXPECT_EQ(AskAtAddress("GET", "links", {{"host", "evil.example"}}),
            R"(403 {"error":"Host must be an address, localhost or one of [admin] hosts"})");
  EXPECT_THAT(Ask("GET", "links", "", {{"host", "whatever.example"}}), HasSubstr("200 "));
}

TEST_F(AdminApiTest, ArmsASourceAndSaysUntilWhen) {
  Guarded<std::vector<std::string>> armed;
  fake_.arm = [&](const std::string& source, bool replace) -> Result<TimePoint> {
    armed.Lock()->push_back(source + (replace ? " again" : ""));
    if (source == "other") return Error{Error::Code::kNotFound, "no source is named other"};
    return TimePoint(std::chrono::seconds(1'784'973'600));
  };
  const std::string until = R"(200 {"armed_until":"2026-07-25T10:00:00Z"})";
  EXPECT_EQ(Ask("POST", "sources/asana/arm", "{}"), until);
  EXPECT_EQ(Ask("POST", "sources/asana/arm", R"({"replace":true})"), until);
  EXPECT_EQ(Ask("POST", "sources/other/arm"), R"(404 {"error":"no source is named other"})");
  EXPECT_THAT(*armed.Lock(), ElementsAre("asana", "asana again", "other"));
  EXPECT_EQ(Ask("POST", "sources/asana/arm", R"({"replace":"maybe"})"),
            R"(400 {"error":"replace is true or false"})");
  EXPECT_EQ(Ask("POST", "sources/asana/arm", R"({"status":"failed"})"),
            R"(400 {"error":"arming has no conditions but replace"})");
  EXPECT_EQ(armed.Lock()->size(), 3u);
}

}  // namespace
}  // namespace flaglinkd
