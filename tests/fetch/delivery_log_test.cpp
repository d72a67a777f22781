#include "daemon/fetch/delivery_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace flaglinkd {
namespace {

constexpr TimePoint kNoon(std::chrono::hours(24 * 20'000 + 12));  // 2024-10-04T12:00:00Z

HttpAnswer Answered(int status, std::string body, std::vector<Header> headers = {}) {
  return {HttpAnswer::Kind::kAnswered, status, std::move(headers), std::move(body), ""};
}

LoggedDelivery At(std::string id, std::string guid, Duration before_noon, bool accepted) {
  return {std::move(id), std::move(guid), kNoon - before_noon, accepted};
}

std::vector<std::string> Ids(const std::vector<LoggedDelivery>& deliveries) {
  std::vector<std::string> ids;
  for (const LoggedDelivery& delivery : deliveries) ids.push_back(delivery.id);
  return ids;
}

TEST(DeliveryLog, AsksForAHundredAtATimeAndGoesOnFromACursor) {
  const std::string log = "https://api.github.com/repos/acme/shop/hooks/42/deliveries";
  EXPECT_EQ(ListDeliveries(log, "").url, log + "?per_page=100");
  EXPECT_EQ(ListDeliveries(log, "v1_7").url, log + "?per_page=100&cursor=v1_7");
  EXPECT_EQ(GetDelivery(log, "9").url, log + "/9");
  EXPECT_EQ(GetDelivery(log, "9").method, "GET");
}

TEST(DeliveryLog, AnAttemptWasAcceptedByStatusAlone) {
  const auto page = ReadDeliveryPage(Answered(200, R"([
      {"id": 12, "guid": "a-1", "delivered_at": "2024-10-04T11:00:00.5Z", "status_code": 200},
      {"id": 11, "guid": "a-2", "delivered_at": "2024-10-04T10:00:00Z", "status_code": 503},
      {"id": 10, "guid": "a-3", "delivered_at": "2024-10-04T09:00:00Z", "status_code": 0},
      {"id": 9, "guid": "a-4", "delivered_at": "2024-10-04T08:00:00Z"}])"));
  ASSERT_TRUE(page.ok()) << page.error().message;
  std::vector<bool> accepted;
  for (const LoggedDelivery& delivery : page->deliveries) accepted.push_back(delivery.accepted);
  EXPECT_EQ(Ids(page->deliveries), (std::vector<std::string>{"12", "11", "10", "9"}));
  EXPECT_EQ(accepted, (std::vector<bool>{true, false, false, false}));
  EXPECT_EQ(page->deliveries[0].when, kNoon - std::chrono::hours(1));
  EXPECT_EQ(page->cursor, "");
}

TEST(DeliveryLog, TheNextPageIsThatOfTheLinkHeader) {
  const auto cursor_of = [](std::string link) {
    return ReadDeliveryPage(Answered(200, "[]", {{"link", std::move(link)}}))->cursor;
  };
  EXPECT_EQ(cursor_of(R"(<https://a.example/d?per_page=100&cursor=v1_7>; rel="next")"), "v1_7");
  EXPECT_EQ(cursor_of(R"(<https://a.example/d?cursor=v1_1>; rel="prev", )"
                      R"(<https://a.example/d?cursor=v1_7&per_page=100>; rel="next")"),
            "v1_7");
  EXPECT_EQ(cursor_of(R"(<https://a.example/d?cursor=v1_1>; rel="prev")"), "");
  EXPECT_EQ(cursor_of(R"(<https://a.example/d?cursor=a b>; rel="next")"), "");
  EXPECT_EQ(cursor_of("rubbish"), "");
}

TEST(DeliveryLog, WhatIsNoLogIsRefused) {
  for (const char* body :
       {"", "{", "{}", "[1]", R"([{"id": "12"}])",
        R"([{"id": 1, "guid": "../x", "delivered_at": "2024-10-04T11:00:00Z"}])",
        R"([{"id": 1, "guid": "a", "delivered_at": "<now>"}])",
        R"([{"id": -1, "guid": "a", "delivered_at": "2024-10-04T11:00:00Z"}])"}) {
    const auto page = ReadDeliveryPage(Answered(200, body));
    ASSERT_FALSE(page.ok()) << body;
    EXPECT_EQ(page.error().code, Error::Code::kInvalid);
  }
}

TEST(DeliveryLog, ARefusalSaysWhatAPersonCanDo) {
  const auto told = [](int status) { return ReadDeliveryPage(Answered(status, "")).error(); };
  EXPECT_EQ(told(401).message, "answered 401: the api_token is not valid");
  EXPECT_EQ(told(404).message,
            "answered 404: there is no such hook, or the api_token may not see it");
  EXPECT_EQ(told(404).code, Error::Code::kNotFound);
  EXPECT_EQ(told(403).code, Error::Code::kUnavailable);
  EXPECT_EQ(told(503).code, Error::Code::kUnavailable);
  EXPECT_EQ(told(429).code, Error::Code::kUnavailable);
  HttpAnswer lost;
  lost.kind = HttpAnswer::Kind::kLost;
  lost.error = "timed out";
  EXPECT_EQ(ReadDeliveryPage(lost).error().message, "timed out");
}

TEST(DeliveryLog, ADeliveryIsTheWebhookThatWasSent) {
  const auto webhook = ReadDelivery(Answered(200, R"({"id": 11, "guid": "a-2", "event": "issues",
      "request": {"headers": {"X-GitHub-Event": "star"}, "payload": {"action": "opened", "n": 9007199254740993}},
      "response": {"payload": "signature"}})"));
  ASSERT_TRUE(webhook.ok()) << webhook.error().message;
  EXPECT_EQ(webhook->method, "POST");
  EXPECT_EQ(webhook->FindHeader("x-github-event"), "issues");
  EXPECT_EQ(webhook->FindHeader("x-github-delivery"), "a-2");
  EXPECT_EQ(webhook->FindHeader("content-type"), "application/json");
  EXPECT_EQ(webhook->body, R"({"action":"opened","n":9007199254740993})");
}

TEST(DeliveryLog, ADeliveryWithoutAPayloadIsRefused) {
  for (const char* body : {"[]", R"({"guid": "a", "event": "issues"})",
                           R"({"guid": "a", "event": "issues", "request": {"payload": "x"}})",
                           R"({"guid": "a\nb", "event": "issues", "request": {"payload": {}}})",
                           R"({"guid": "a", "event": "", "request": {"payload": {}}})"}) {
    EXPECT_FALSE(ReadDelivery(Answered(200, body)).ok()) << body;
  }
}

TEST(DeliveryLog, MissedIsWhatNoAttemptGotThrough) {
  using std::chrono::hours;
  const std::vector<LoggedDelivery> log = {
      At("7", "redelivered", hours(1), true),  At("6", "tried-twice", hours(2), false),
      At("5", "tried-twice", hours(5), false), At("4", "redelivered", hours(3), false),
      At("3", "early", hours(4), false),       At("2", "accepted", hours(5), true),
      At("1", "too-old", hours(7), false)};
  const std::vector<LoggedDelivery> missed = Missed(log, kNoon - hours(6));
  EXPECT_EQ(Ids(missed), (std::vector<std::string>{"6", "3"}));
  EXPECT_EQ(missed.at(0).when, kNoon - hours(5));  // of the first attempt
  EXPECT_TRUE(ReachesBack({log, ""}, kNoon - hours(6)));
  EXPECT_FALSE(ReachesBack({log, ""}, kNoon - hours(7)));
  EXPECT_FALSE(ReachesBack({}, kNoon));
}

}  // namespace
}  // namespace flaglinkd
