// LaunchDarkly away, in every way that it can be: everything arrives afterwards, nothing earlier
// than told, nothing twice.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <set>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

using Fault = FaultServer::Fault;
constexpr char kFastRetries[] =
    "first_retry = \"50ms\"\nlongest_retry = \"400ms\"\ntimeout = \"2s\"\n";

HttpResponse Answer(int status, std::vector<Header> headers, const std::string& code) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = R"({"code":")" + code + R"(","message":"says the test"})";
  return response;
}

class Outage : public ::testing::Test {
 protected:
  explicit Outage(World::Duplicate duplicate = World::Duplicate::kTwin) : world_(duplicate) {
    world_.WriteConfiguration(kFastRetries);
    world_.Start();
  }

  // Posts `count` issues, each naming a flag of its own.
  void PostIssues(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string id = std::to_string(++issues_);
      ASSERT_EQ(world_.PostJira(JiraIssueCreated(id, "flag:key-" + id)).status, 200);
    }
  }

  void ExpectEachLinkedOnce() {
    ASSERT_TRUE(world_.WaitUntilDelivered()) << world_.Metrics();
    std::set<FlagKey> flags;
    for (const auto& link : world_.stand_in.Links()) {
      EXPECT_TRUE(flags.insert(link.flag).second) << "a second link on " << link.flag.key;
      EXPECT_EQ(world_.stand_in.Created(link.flag, link.key), 1);
    }
    EXPECT_EQ(flags.size(), static_cast<std::size_t>(issues_));
    world_.ExpectBalancedBooks();
  }

  // The first request that arrived after `count` had.
  TimePoint ArrivalAfter(std::size_t count) {
    EXPECT_TRUE(world_.WaitFor([&] { return world_.server.Arrivals().size() > count; }));
    return world_.server.Arrivals().at(count).when;
  }

  World world_;
  int issues_ = 0;
};

TEST_F(Outage, ByRefusedConnections) {
  world_.server.Refuse();
  PostIssues(20);
  ASSERT_TRUE(world_.WaitFor([&] {
    return world_.Metric(R"(flaglinkd_launchdarkly_requests_total{method="POST",status="none"})") >
           2;
  })) << world_.Metrics();
  world_.server.Accept();
  ExpectEachLinkedOnce();
}

TEST_F(Outage, By503WithRetryAfter) {
  world_.server.Misbehave(
      {Fault::kAnswer, Answer(503, {{"retry-after", "2"}}, "service_unavailable"), Duration(0)}, 1);
  PostIssues(1);
  const TimePoint refused = ArrivalAfter(0);
  EXPECT_GE(ArrivalAfter(1) - refused, std::chrono::seconds(2));
  PostIssues(10);
  ExpectEachLinkedOnce();
}

TEST_F(Outage, By503WithoutAWord) {
  world_.server.Misbehave({Fault::kAnswer, Answer(503, {}, "service_unavailable"), Duration(0)},
                          12);
  PostIssues(10);
  ExpectEachLinkedOnce();
}

TEST_F(Outage, By429WithRetryAfterInSeconds) {
  world_.server.Misbehave(
      {Fault::kAnswer, Answer(429, {{"retry-after", "2"}}, "rate_limited"), Duration(0)}, 1);
  PostIssues(5);
  const TimePoint limited = ArrivalAfter(0);
  // A second request may have been under way when the first was answered; the pause holds for all
  // that follow.
  const TimePoint next = ArrivalAfter(1) - limited < std::chrono::milliseconds(500)
                             ? ArrivalAfter(2)
                             : ArrivalAfter(1);
  EXPECT_GE(next - limited, std::chrono::seconds(2));
  ExpectEachLinkedOnce();
}

TEST_F(Outage, By429WithAReset) {
  const TimePoint reset = world_.clock.Now() + std::chrono::seconds(3);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(reset.time_since_epoch()).count();
  world_.server.Misbehave(
      {Fault::kAnswer,
       Answer(429, {{"x-ratelimit-reset", std::to_string(milliseconds)}}, "rate_limited"),
       Duration(0)},
      1);
  PostIssues(1);
  ArrivalAfter(0);
  PostIssues(4);
  EXPECT_GE(ArrivalAfter(1), reset);
  ExpectEachLinkedOnce();
}

TEST_F(Outage, By429WithAResetInThePastOrNoHeaderAtAll) {
  world_.server.Misbehave(
      {Fault::kAnswer, Answer(429, {{"x-ratelimit-reset", "1000000000000"}}, "rate_limited"),
       Duration(0)},
      2);
  PostIssues(3);
  ExpectEachLinkedOnce();
  world_.server.Misbehave({Fault::kAnswer, Answer(429, {}, "rate_limited"), Duration(0)}, 2);
  PostIssues(3);
  ExpectEachLinkedOnce();
}

TEST_F(Outage, ByLostAnswersAfterTheWorkWasDone) {
  world_.server.Misbehave({Fault::kLoseAnswer, {}, Duration(0)}, 5);
  PostIssues(10);
  ExpectEachLinkedOnce();
}

TEST_F(Outage, ByCutAndGarbledAnswers) {
  world_.server.Misbehave({Fault::kCutAnswer, {}, Duration(0)}, 3);
  PostIssues(4);
  ExpectEachLinkedOnce();
  world_.server.Misbehave({Fault::kRubbish, {}, Duration(0)}, 3);
  PostIssues(4);
  ExpectEachLinkedOnce();
}

TEST_F(Outage, ByARefusedTokenUntilItIsAcceptedAgain) {
  world_.stand_in.SetToken("another");
  PostIssues(10);
  ASSERT_TRUE(world_.WaitFor(
      [&] { return world_.Metric(R"(flaglinkd_delivery_paused{reason="token"})") == 1; }));
  // One probe per longest_retry, not one request per link.
  const std::size_t before = world_.server.Arrivals().size();
  const TimePoint start = world_.clock.Now();
  ASSERT_TRUE(world_.WaitFor([&] { return world_.server.Arrivals().size() >= before + 3; }));
  EXPECT_GE(world_.clock.Now() - start, std::chrono::milliseconds(2 * 400));
  world_.stand_in.SetToken(kToken);
  ExpectEachLinkedOnce();
  EXPECT_EQ(world_.Metric(R"(flaglinkd_delivery_paused{reason="token"})"), 0);
}

class ConflictOutage : public Outage {
 protected:
  ConflictOutage() : Outage(World::Duplicate::kConflict) {}
};

TEST_F(ConflictOutage, ByALostAnswerWhereADuplicateIsRefused) {
  world_.server.Misbehave({Fault::kLoseAnswer, {}, Duration(0)}, 5);
  PostIssues(10);
  ExpectEachLinkedOnce();
}

// The whole of it, one after the other, each for a quarter of the time of FLAGLINKD_OUTAGE_SECONDS.
TEST_F(Outage, OfAMinuteInAllItsForms) {
  const char* setting = std::getenv("FLAGLINKD_OUTAGE_SECONDS");
  const Duration quarter =
      std::chrono::milliseconds(250 * (setting != nullptr ? std::atoi(setting) : 8));
  const auto pass = [&](const char* form) {
    const TimePoint end = world_.clock.Now() + quarter;
    while (world_.clock.Now() < end) PostIssues(2);
    std::printf("%s: %d issues posted, %zu linked so far\n", form, issues_,
                world_.stand_in.Links().size());
  };
  world_.server.Refuse();
  pass("connections refused");
  world_.server.Misbehave(
      {Fault::kAnswer, Answer(503, {{"retry-after", "1"}}, "service_unavailable"), Duration(0)});
  world_.server.Accept();
  pass("503");
  world_.server.Misbehave(
      {Fault::kAnswer, Answer(429, {{"retry-after", "1"}}, "rate_limited"), Duration(0)});
  pass("429");
  world_.server.Misbehave({Fault::kLoseAnswer, {}, Duration(0)});
  pass("answers lost");
  world_.server.Behave();
  ExpectEachLinkedOnce();
}

}  // namespace
}  // namespace flaglinkd
