#include "daemon/deliver/delivery_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>

#include "tests/deliver/delivery_fixture.h"
#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using Duplicate = LaunchDarklyStandIn::Duplicate;
using Fault = FaultServer::Fault;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const FlagKey kFlag{"default", "checkout-v2"};

HttpResponse Status(int status, std::vector<Header> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

std::string InMilliseconds(TimePoint when) {
  return std::to_string(std::chrono::duration_cast<milliseconds>(when.time_since_epoch()).count());
}

// Waits for so many failed attempts.
bool AwaitRetries(DeliveryFixture& delivery, const std::string& reason, int count) {
  const std::string series =
      R"(flaglinkd_attempts_total{outcome="retry",reason=")" + reason + "\"} ";
  return delivery.Await([&] {
    const std::string text = delivery.metrics.Text();
    const std::size_t at = text.find(series);
    return at != std::string::npos && std::stoi(text.substr(at + series.size())) >= count;
  });
}

TEST(DeliveryWorker, ALinkIsMadeOnceAndRecordedAsApplied) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  const auto links = delivery.stand_in.Links();
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].flag, kFlag);
  EXPECT_EQ(links[0].title, "SHOP-42: roll out");
  EXPECT_EQ(links[0].deep_link, "https://acme.example/browse/SHOP-42");
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST"));
  EXPECT_THAT(delivery.metrics.Text(),
              HasSubstr(R"(flaglinkd_attempts_total{outcome="applied",reason="none"} 1)"));
}

TEST(DeliveryWorker, ALinkThatIsNoLongerWantedIsRemoved) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  delivery.Delete("SHOP-42");
  ASSERT_TRUE(delivery.AwaitApplied(0));
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().total_applied == 2; }));
  EXPECT_TRUE(delivery.stand_in.Links().empty());
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "DELETE"));
}

TEST(DeliveryWorker, ManyLinksAreMadeOnceEach) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  for (int i = 0; i < 50; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(50));
  EXPECT_EQ(delivery.stand_in.Links().size(), 50u);
  EXPECT_EQ(delivery.server.Arrivals().size(), 50u);
}

TEST(DeliveryWorker, AfterRefusedConnectionsTheLinkIsMadeWithoutLookingFirst) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  delivery.server.Refuse();
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(AwaitRetries(delivery, "network", 3));
  delivery.server.Accept();
  ASSERT_TRUE(delivery.AwaitApplied(1));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST"));
}

TEST(DeliveryWorker, A503IsTriedAgainAndNothingIsMadeTwice) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  delivery.server.Misbehave({Fault::kAnswer, Status(503)}, 3);
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "GET", "GET", "GET", "POST"));
}

TEST(DeliveryWorker, AfterABadGatewayTheLinkIsLookedForFirst) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  delivery.server.Misbehave({Fault::kAnswer, Status(502)}, 1);
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "GET", "POST"));
}

class LostAnswer : public testing::TestWithParam<Fault> {};

TEST_P(LostAnswer, MakesNoSecondLink) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery(), Duplicate::kTwin);
  delivery.server.Misbehave({GetParam(), {}}, 1);
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  EXPECT_EQ(delivery.stand_in.Links().size(), 1u);
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "GET"));
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, LostAnswer,
                         testing::Values(Fault::kLoseAnswer, Fault::kCutAnswer, Fault::kRubbish));

TEST(DeliveryWorker, ALostAnswerOnAKeptConnectionMakesNoSecondLink) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery(), Duplicate::kTwin);
  delivery.Mention("SHOP-1", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  delivery.server.Misbehave({Fault::kLoseAnswer, {}}, 1);
  delivery.Mention("SHOP-2", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(2));
  EXPECT_EQ(delivery.stand_in.Links().size(), 2u);
}

TEST(DeliveryWorker, AResetBeforeTheWorkIsLookedIntoAndThenMade) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery(), Duplicate::kTwin);
  delivery.server.Misbehave({Fault::kReset, {}}, 1);
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "GET", "POST"));
}

// The first POST is answered as if somebody had made the link just before.
void MakeItBefore(DeliveryFixture& delivery) {
  *delivery.intercept.Lock() = [&](const HttpRequest& request) {
    if (request.method == "POST" && delivery.stand_in.Links().empty()) {
      delivery.stand_in.Answer(request);
    }
    return std::nullopt;
  };
}

TEST(DeliveryWorker, AConflictIsResolvedByFindingTheLink) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery(), Duplicate::kConflict);
  MakeItBefore(delivery);
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "GET"));
}

TEST(DeliveryWorker, A400ThatSaysTheKeyExistsIsResolvedByFindingTheLink) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery(), Duplicate::kBadRequest);
  MakeItBefore(delivery);
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "GET"));
}

TEST(DeliveryWorker, AnyOther400FailsTheLink) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  delivery.server.Misbehave({Fault::kAnswer, Status(400)});
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().failed == 1; }));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST"));
}

struct Told {
  const char* name;
  std::function<std::vector<Header>(TimePoint now)> headers;
  Duration at_least;
};

void PrintTo(const Told& told, std::ostream* out) {
  *out << told.name;
}

class RateLimit : public testing::TestWithParam<Told> {};

TEST_P(RateLimit, HoldsEverybodyForAsLongAsWasTold) {
  SystemClock clock;
  DeliveryOptions options = FastDelivery();
  options.concurrency = 1;
  DeliveryFixture delivery(clock, options);
  const TimePoint now = clock.Now();
  delivery.server.Misbehave({Fault::kAnswer, Status(429, GetParam().headers(now))}, 1);
  delivery.Mention("SHOP-1", kFlag);
  delivery.Mention("SHOP-2", {"other", "flag"});
  ASSERT_TRUE(delivery.AwaitApplied(2));
  const auto arrivals = delivery.server.Arrivals();
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_GE(arrivals[1].when - now, GetParam().at_least);
}

INSTANTIATE_TEST_SUITE_P(
    InEveryForm, RateLimit,
    testing::Values(Told{"RetryAfter",
                         [](TimePoint) {
                           return std::vector<Header>{{"Retry-After", "1"}};
                         },
                         seconds(1)},
                    Told{"Reset",
                         [](TimePoint now) {
                           return std::vector<Header>{
                               {"X-Ratelimit-Reset", InMilliseconds(now + milliseconds(300))}};
                         },
                         milliseconds(299)},
                    Told{"ResetLaterThanRetryAfter",
                         [](TimePoint now) {
                           return std::vector<Header>{
                               {"Retry-After", "1"},
                               {"X-Ratelimit-Reset", InMilliseconds(now + milliseconds(1300))}};
                         },
                         milliseconds(1299)},
                    Told{"ResetInThePast",
                         [](TimePoint) {
                           return std::vector<Header>{{"X-Ratelimit-Reset", "1000000000000"}};
                         },
                         milliseconds(2)},
                    Told{"Nothing", [](TimePoint) { return std::vector<Header>{}; },
                         milliseconds(2)}),
    [](const auto& told) { return std::string(told.param.name); });

TEST(DeliveryWorker, ARefusedTokenPausesEverythingUntilItWorksAgain) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  delivery.stand_in.SetToken("another");
  for (int i = 0; i < 20; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  // Of twenty links two were on their way at first; then it is one probe per pause.
  ASSERT_TRUE(delivery.Await([&] { return delivery.server.Arrivals().size() >= 4; }));
  const auto arrivals = delivery.server.Arrivals();
  EXPECT_GE(arrivals[2].when - arrivals[0].when, FastDelivery().longest_retry);
  EXPECT_GE(arrivals[3].when - arrivals[2].when, FastDelivery().longest_retry);
  EXPECT_THAT(delivery.metrics.Text(), HasSubstr(R"(flaglinkd_delivery_paused{reason="token"} 1)"));
  EXPECT_EQ(delivery.writer.Statistics().failed, 0);

  delivery.stand_in.SetToken("api-token");
  ASSERT_TRUE(delivery.AwaitApplied(20));
  EXPECT_THAT(delivery.metrics.Text(), HasSubstr(R"(flaglinkd_delivery_paused{reason="token"} 0)"));
}

TEST(DeliveryWorker, ARefusedPermissionPausesItsVerbInItsProjectOnly) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  *delivery.intercept.Lock() = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.path.find("/locked/") == std::string::npos) return std::nullopt;
    return Status(403);
  };
  for (int i = 0; i < 10; ++i) delivery.Mention("SECRET-" + std::to_string(i), {"locked", "flag"});
  for (int i = 0; i < 10; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(10));
  EXPECT_EQ(delivery.writer.Statistics().waiting, 10);
  EXPECT_THAT(delivery.metrics.Text(),
              HasSubstr(R"(flaglinkd_delivery_paused{reason="permission"} 1)"));

  *delivery.intercept.Lock() = nullptr;
  ASSERT_TRUE(delivery.AwaitApplied(20));
  EXPECT_THAT(delivery.metrics.Text(),
              HasSubstr(R"(flaglinkd_delivery_paused{reason="permission"} 0)"));
}

TEST(DeliveryWorker, ASingleFlagThatTheTokenMayNotTouchHoldsOthersUpOnce) {
  ManualClock clock;
  DeliveryOptions options;
  options.concurrency = 1;  // else one that is claimed beside the probe comes back later
  DeliveryFixture delivery(clock, options);
  *delivery.intercept.Lock() = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (!request.path.ends_with("/restricted")) return std::nullopt;
    return Status(403);
  };
  const auto all_are_put_off = [&](int links) {
    return delivery.Await([&] {
      const QueueStatistics now = delivery.writer.Statistics();
      return now.waiting == links && now.next_due > clock.Now();
    });
  };
  // The oldest link, so that it is the first of those that are due together.
  delivery.Mention("SHOP-1", {"default", "restricted"});
  ASSERT_TRUE(all_are_put_off(1));
  for (int i = 0; i < 10; ++i) delivery.Mention("SHOP-" + std::to_string(10 + i), kFlag);
  ASSERT_TRUE(all_are_put_off(11));
  clock.Advance(minutes(5));
  delivery.GoRound();
  ASSERT_TRUE(delivery.AwaitApplied(10));
  EXPECT_EQ(delivery.writer.Statistics().waiting, 1);
}

TEST(DeliveryWorker, AnUnknownFlagIsAskedForSlowlyAndLinkedOnceItExists) {
  ManualClock clock;
  DeliveryFixture delivery(clock, DeliveryOptions());
  *delivery.intercept.Lock() = [](const HttpRequest&) { return Status(404); };
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().unknown_flag == 1; }));
  *delivery.intercept.Lock() = nullptr;
  clock.Advance(minutes(5) - milliseconds(1));
  delivery.GoRound();
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST"));
  clock.Advance(milliseconds(1));
  delivery.GoRound();
  ASSERT_TRUE(delivery.AwaitApplied(1));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "POST"));
}

TEST(DeliveryWorker, AnOutageIsProbedByOneLinkAtATime) {
  ManualClock clock;
  DeliveryOptions options;
  options.concurrency = 1;
  DeliveryFixture delivery(clock, options);
  delivery.server.Misbehave({Fault::kAnswer, Status(503)});
  for (int i = 0; i < 20; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  ASSERT_TRUE(AwaitRetries(delivery, "http_status", 5));
  clock.Advance(Duration(1));
  delivery.GoRound();
  EXPECT_EQ(delivery.server.Arrivals().size(), 5u);

  clock.Advance(seconds(2));
  delivery.GoRound();
  ASSERT_TRUE(AwaitRetries(delivery, "http_status", 6));
  EXPECT_EQ(delivery.server.Arrivals().size(), 6u);

  delivery.server.Behave();
  clock.Advance(minutes(5));
  delivery.GoRound();
  ASSERT_TRUE(delivery.AwaitApplied(20));
  EXPECT_EQ(delivery.stand_in.Links().size(), 20u);
}

bool IsLimited(DeliveryFixture& delivery) {
  return delivery.metrics.Text().find(R"(flaglinkd_delivery_paused{reason="rate_limit"} 1)") !=
         std::string::npos;
}

// Answers as always, and says that one request remains until the reset, a hundred after it.
DeliveryFixture::Intercept OneLeftUntil(DeliveryFixture& delivery, TimePoint reset) {
  return [&delivery, reset](const HttpRequest& request) {
    HttpResponse answer = delivery.stand_in.Answer(request);
    const bool before = delivery.clock_.Now() < reset;
    answer.headers.push_back({"X-Ratelimit-Global-Remaining", before ? "1" : "100"});
    answer.headers.push_back(
        {"X-Ratelimit-Reset", InMilliseconds(before ? reset : reset + seconds(10))});
    return answer;
  };
}

TEST(DeliveryWorker, WhatTheBudgetHoldsStaysUnderWayUntilTheReset) {
  ManualClock clock;
  DeliveryFixture delivery(clock, DeliveryOptions());
  const TimePoint reset = clock.Now() + seconds(10);
  *delivery.intercept.Lock() = OneLeftUntil(delivery, reset);
  for (int i = 0; i < 4; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  clock.Set(reset - milliseconds(1));
  delivery.GoRound();
  EXPECT_EQ(delivery.server.Arrivals().size(), 1u);
  EXPECT_THAT(delivery.metrics.Text(),
              HasSubstr(R"(flaglinkd_delivery_paused{reason="rate_limit"} 0)"));
  clock.Set(reset);
  delivery.GoRound();
  ASSERT_TRUE(delivery.AwaitApplied(4));
  EXPECT_EQ(delivery.server.Arrivals().size(), 4u);
}

TEST(DeliveryWorker, WhatTheBudgetHoldsBeyondItsLeaseIsARateLimit) {
  ManualClock clock;
  DeliveryFixture delivery(clock, DeliveryOptions());
  const TimePoint reset = clock.Now() + minutes(10);
  *delivery.intercept.Lock() = OneLeftUntil(delivery, reset);
  for (int i = 0; i < 4; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  ASSERT_TRUE(delivery.Await([&] { return IsLimited(delivery); }));
  clock.Set(reset - milliseconds(1));
  delivery.GoRound();
  EXPECT_EQ(delivery.server.Arrivals().size(), 1u);
  clock.Set(reset);
  delivery.GoRound();
  ASSERT_TRUE(delivery.AwaitApplied(4));
  EXPECT_EQ(delivery.stand_in.Links().size(), 4u);
  EXPECT_THAT(delivery.metrics.Text(),
              HasSubstr(R"(flaglinkd_delivery_paused{reason="rate_limit"} 0)"));
}

TEST(DeliveryWorker, AtTheEndWhatTheBudgetHoldsIsPutOff) {
  ManualClock clock;
  DeliveryFixture delivery(clock, DeliveryOptions());
  *delivery.intercept.Lock() = OneLeftUntil(delivery, clock.Now() + seconds(10));
  for (int i = 0; i < 4; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  delivery.Stop();
  // All of them are due at once, none is leased.
  ASSERT_TRUE(delivery.Await([&] {
    const QueueStatistics now = delivery.writer.Statistics();
    return now.waiting == 3 && now.next_due && *now.next_due <= clock.Now();
  }));
  EXPECT_EQ(delivery.server.Arrivals().size(), 1u);
}

TEST(DeliveryWorker, AReplacementLooksBeforeItRemovesAsTheProbeOfAPause) {
  ManualClock clock;
  DeliveryFixture delivery(clock, DeliveryOptions());
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  delivery.server.Misbehave({Fault::kAnswer, Status(429, {{"Retry-After", "60"}})}, 1);
  delivery.Move("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().waiting == 1; }));
  clock.Advance(minutes(1));  // an update waits for more to come
  delivery.GoRound();
  ASSERT_TRUE(delivery.Await([&] { return IsLimited(delivery); }));
  clock.Advance(minutes(2));
  delivery.GoRound();
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().waiting == 0; }));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "DELETE", "GET", "DELETE", "POST"));
  ASSERT_EQ(delivery.stand_in.Links().size(), 1u);
  EXPECT_EQ(delivery.stand_in.Links()[0].deep_link, "https://acme.example/moved/SHOP-42");
}

TEST(DeliveryWorker, ReplacementsThatProbedAnOutageInVainAreNotLookedForAfterwards) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  constexpr int kLinks = 10;
  for (int i = 0; i < kLinks; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(kLinks));
  delivery.server.Refuse();
  for (int i = 0; i < kLinks; ++i) delivery.Move("SHOP-" + std::to_string(i), kFlag);
  ASSERT_TRUE(AwaitRetries(delivery, "network", 3 * kLinks));
  delivery.server.Accept();
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().waiting == 0; }));
  // The one look is that of the probe that found LaunchDarkly back.
  EXPECT_EQ(std::ranges::count(delivery.Methods(), "GET"), 1);
  EXPECT_EQ(delivery.stand_in.Links().size(), std::size_t{kLinks});
}

TEST(DeliveryWorker, AReplacementProbesTheRefusedCreationWhereNobodyElseDoes) {
  ManualClock clock;
  DeliveryFixture delivery(clock, DeliveryOptions());
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(1));
  *delivery.intercept.Lock() = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.body.find("SHOP-1") == std::string::npos) return std::nullopt;
    return Status(403);
  };
  delivery.Mention("SHOP-1", kFlag);
  ASSERT_TRUE(delivery.Await([&] {
    const QueueStatistics now = delivery.writer.Statistics();
    return now.waiting == 1 && now.next_due > clock.Now();
  }));
  delivery.Delete("SHOP-1");
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().waiting == 0; }));
  delivery.Move("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().waiting == 1; }));
  clock.Advance(minutes(6));
  delivery.GoRound();
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().waiting == 0; }));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "POST", "DELETE", "POST"));
  ASSERT_EQ(delivery.stand_in.Links().size(), 1u);
  EXPECT_EQ(delivery.stand_in.Links()[0].deep_link, "https://acme.example/moved/SHOP-42");
}

TEST(DeliveryWorker, ALinkThatKeepsFailingHoldsNobodyUpAndIsGivenUp) {
  SystemClock clock;
  DeliveryOptions options = FastDelivery();
  options.give_up_after = milliseconds(100);
  DeliveryFixture delivery(clock, options);
  *delivery.intercept.Lock() = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.path.find("/poison") == std::string::npos) return std::nullopt;
    return Status(409, {});
  };
  delivery.Mention("BAD-1", {"default", "poison"});
  for (int i = 0; i < 10; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  ASSERT_TRUE(delivery.AwaitApplied(10));
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().failed == 1; }));
}

TEST(DeliveryWorker, SwitchedOffItClaimsNothing) {
  ManualClock clock;
  DeliveryOptions options;
  options.enabled = false;
  DeliveryFixture delivery(clock, options);
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().waiting == 1; }));
  clock.Advance(minutes(1));
  delivery.GoRound();
  clock.Advance(minutes(1));
  delivery.GoRound();
  EXPECT_TRUE(delivery.server.Arrivals().empty());
  EXPECT_TRUE(delivery.writer.Statistics().next_due.has_value());
}

TEST(DeliveryWorker, AtTheEndItWaitsForWhatIsUnderWay) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  FaultServer::Misbehaviour slow;
  slow.delay = milliseconds(100);
  delivery.server.Misbehave(slow);
  delivery.Mention("SHOP-42", kFlag);
  while (delivery.server.Arrivals().empty()) std::this_thread::yield();
  delivery.Stop();
  EXPECT_TRUE(delivery.AwaitApplied(1));
}

TEST(DeliveryWorker, AtTheEndItWaitsNoLongerThanTheTimeout) {
  SystemClock clock;
  DeliveryOptions options = FastDelivery();
  options.timeout = milliseconds(100);
  DeliveryFixture delivery(clock, options);
  delivery.server.Misbehave({Fault::kHang, {}});
  delivery.Mention("SHOP-42", kFlag);
  while (delivery.server.Arrivals().empty()) std::this_thread::yield();
  const TimePoint start = clock.Now();
  delivery.Stop();
  EXPECT_LT(clock.Now() - start, seconds(10));
}

TEST(DeliveryWorker, SetUpWithANewTokenItGoesOnAtOnce) {
  SystemClock clock;
  DeliveryOptions options = FastDelivery();
  options.longest_retry = std::chrono::hours(1);
  DeliveryFixture delivery(clock, options);
  delivery.stand_in.SetToken("another");
  for (int i = 0; i < 5; ++i) delivery.Mention("SHOP-" + std::to_string(i), kFlag);
  while (delivery.State().pauses.empty()) std::this_thread::yield();
  const auto pauses = delivery.State().pauses;
  EXPECT_EQ(pauses[0].pause, Pause::kToken);
  EXPECT_EQ(pauses[0].scope, "everything");
  delivery.Configure(options, "another");
  ASSERT_TRUE(delivery.AwaitApplied(5));
  while (!delivery.State().pauses.empty()) std::this_thread::yield();
}

TEST(DeliveryWorker, WhatIsUnderWayEndsAsItBeganBeforeItIsSetUpAnew) {
  SystemClock clock;
  DeliveryFixture delivery(clock, FastDelivery());
  delivery.server.Misbehave({Fault::kHang, {}}, 1);
  delivery.Mention("SHOP-1", kFlag);
  while (delivery.server.Arrivals().empty()) std::this_thread::yield();
  // The request that hangs bears the old token, and is answered while that is good.
  delivery.Configure(FastDelivery(), "another");
  delivery.Mention("SHOP-2", kFlag);
  EXPECT_EQ(delivery.State().under_way, 1);
  *delivery.intercept.Lock() = [&](const HttpRequest&) {
    delivery.stand_in.SetToken(delivery.stand_in.Links().empty() ? "api-token" : "another");
    return std::nullopt;
  };
  delivery.server.Behave();
  ASSERT_TRUE(delivery.AwaitApplied(2));
  EXPECT_THAT(delivery.Methods(), ElementsAre("POST", "POST"));
}

TEST(DeliveryWorker, SwitchedOnItDeliversWhatWaits) {
  SystemClock clock;
  DeliveryOptions options = FastDelivery();
  options.enabled = false;
  DeliveryFixture delivery(clock, options);
  delivery.Mention("SHOP-42", kFlag);
  ASSERT_TRUE(delivery.Await([&] { return delivery.writer.Statistics().waiting == 1; }));
  while (delivery.State().enabled) std::this_thread::yield();
  delivery.Configure(FastDelivery(), "api-token");
  EXPECT_TRUE(delivery.AwaitApplied(1));
}

}  // namespace
}  // namespace flaglinkd
