#include "daemon/launchdarkly/launchdarkly_destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "daemon/cli/launchdarkly_stand_in.h"
#include "tests/fakes/fault_server.h"
#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using Meaning = AttemptOutcome::Result;
using testing::HasSubstr;
using testing::Not;

class LaunchDarklyTest : public testing::Test {
 protected:
  LaunchDarklyTest() {
    options_.base_url = server_.origin();
    options_.token = Secret(std::string("api-0123456789"));
    destination_ = MakeLaunchDarkly(options_, *client_, budget_, clock_, metrics_);
  }

  AttemptOutcome Send(RequestKind kind, const std::string& link_key = "key-1") {
    LinkRequest request;
    request.kind = kind;
    request.flag = {"default", "checkout-v2"};
    request.body.key = link_key;
    request.body.deep_link = "https://acme.example/1";
    request.body.title = "Title";
    request.body.description = "Description";
    request.body.integration_key = "jira";
    request.body.metadata = {{"issueKey", "SHOP-42"}};
    std::optional<AttemptOutcome> outcome;
    EXPECT_EQ(destination_->Reserve(request, clock_.Now()), std::nullopt);
    destination_->Send(request, [&](AttemptOutcome got) { outcome = std::move(got); });
    while (!outcome) destination_->Poll(std::chrono::seconds(1));
    return *outcome;
  }

  ManualClock clock_;
  Metrics metrics_{{}, "test"};
  LaunchDarklyStandIn stand_in_{{"api-0123456789", std::nullopt, {}}, clock_};
  FaultServer server_{[this](const HttpRequest& request) { return stand_in_.Answer(request); }};
  std::unique_ptr<HttpClient> client_ = HttpClient::Create({});
  LaunchDarklyOptions options_;
  RateBudget budget_;
  std::unique_ptr<Destination> destination_;
};

TEST_F(LaunchDarklyTest, ALinkIsMadeFoundAndRemoved) {
  EXPECT_EQ(Send(RequestKind::kFind).result, Meaning::kAbsent);
  const AttemptOutcome made = Send(RequestKind::kCreate);
  EXPECT_EQ(made.result, Meaning::kDone);
  ASSERT_EQ(stand_in_.Links().size(), 1u);
  EXPECT_EQ(made.link_id, stand_in_.Links()[0].id);
  EXPECT_EQ(stand_in_.Links()[0].metadata.at("issueKey"), "SHOP-42");
  EXPECT_EQ(Send(RequestKind::kFind).link_id, made.link_id);
  EXPECT_EQ(Send(RequestKind::kCreate).result, Meaning::kExists);
  EXPECT_EQ(Send(RequestKind::kRemove).result, Meaning::kDone);
  EXPECT_EQ(Send(RequestKind::kRemove).result, Meaning::kDone);
  EXPECT_TRUE(stand_in_.Links().empty());
}

TEST_F(LaunchDarklyTest, RequestsAreCountedByMethodAndStatus) {
  Send(RequestKind::kCreate);
  Send(RequestKind::kCreate);
  server_.Refuse();
  Send(RequestKind::kFind);
  const std::string text = metrics_.Text();
  const std::string name = "flaglinkd_launchdarkly_requests_total";
  EXPECT_THAT(text, HasSubstr(name + R"({method="POST",status="2xx"} 1)"));
  EXPECT_THAT(text, HasSubstr(name + R"({method="POST",status="409"} 1)"));
  EXPECT_THAT(text, HasSubstr(name + R"({method="GET",status="none"} 1)"));
}

TEST_F(LaunchDarklyTest, AnAnswerThatEchoesTheTokenDoesNotCarryItOn) {
  HttpResponse echo;
  echo.status = 401;
  echo.body = R"({"code":"unauthorized","message":"Invalid token api-0123456789, see help"})";
  server_.Misbehave({FaultServer::Fault::kAnswer, echo});
  const AttemptOutcome outcome = Send(RequestKind::kCreate);
  EXPECT_EQ(outcome.reason, "POST answered 401 unauthorized: Invalid token [token], see help");
}

TEST_F(LaunchDarklyTest, AKeyThatMayNotBeSentIsRefusedUnsent) {
  const AttemptOutcome outcome = Send(RequestKind::kRemove, "a/../b");
  EXPECT_EQ(outcome.result, Meaning::kRefused);
  EXPECT_EQ(outcome.reason, "no key that may be sent: a/../b");
  EXPECT_TRUE(server_.Arrivals().empty());
}

// So many requests remain to the account for the next ten seconds.
HttpResponse Remaining(int requests) {
  HttpResponse answer;
  answer.body = R"({"items":[]})";
  answer.headers = {{"X-Ratelimit-Global-Remaining", std::to_string(requests)}};
  return answer;
}

LinkRequest Request(RequestKind kind) {
  LinkRequest request;
  request.kind = kind;
  request.flag = {"default", "checkout-v2"};
  return request;
}

TEST_F(LaunchDarklyTest, WhatAnAnswerTellsLimitsTheNextRequests) {
  server_.Misbehave({FaultServer::Fault::kAnswer, Remaining(2)});
  Send(RequestKind::kFind);
  const TimePoint now = clock_.Now();
  EXPECT_EQ(destination_->Reserve(Request(RequestKind::kCreate), now), std::nullopt);
  EXPECT_EQ(destination_->Reserve(Request(RequestKind::kRemove), now),
            now + std::chrono::seconds(10));
  EXPECT_EQ(budget_.Take(RateBudget::User::kCatalog, "GET flags", now),
            now + std::chrono::seconds(11));
}

TEST_F(LaunchDarklyTest, AReplacementNeedsRoomForBothOfItsRequests) {
  server_.Misbehave({FaultServer::Fault::kAnswer, Remaining(2)});
  Send(RequestKind::kFind);
  const TimePoint now = clock_.Now();
  LinkRequest replacement = Request(RequestKind::kRemove);
  replacement.replaces = true;
  EXPECT_EQ(destination_->Reserve(replacement, now), now + std::chrono::seconds(10));
  EXPECT_EQ(destination_->Reserve(Request(RequestKind::kRemove), now), std::nullopt);
}

TEST_F(LaunchDarklyTest, ARequestThatIsRefusedUnsentIsNotUnderWay) {
  server_.Misbehave({FaultServer::Fault::kAnswer, Remaining(1)});
  Send(RequestKind::kFind);
  clock_.Advance(std::chrono::seconds(10));
  Send(RequestKind::kRemove, "a/../b");
  EXPECT_EQ(destination_->Reserve(Request(RequestKind::kRemove), clock_.Now()), std::nullopt);
}

}  // namespace
}  // namespace flaglinkd
