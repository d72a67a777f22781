#include "daemon/deliver/pauses.h"

#include <gtest/gtest.h>

#include <ostream>

#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using Result = AttemptOutcome::Result;
using Change = PauseChange::Kind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint kNow(seconds(1'767'225'600));
constexpr double kNoJitter = 0;

LinkRequest Request(RequestKind kind = RequestKind::kCreate,
                    const std::string& project = "default") {
  LinkRequest request;
  request.kind = kind;
  request.flag = {project, "checkout-v2"};
  return request;
}

AttemptOutcome Answer(Result result, std::optional<TimePoint> not_before = std::nullopt) {
  AttemptOutcome answer;
  answer.result = result;
  answer.not_before = not_before;
  answer.answered = result != Result::kUnauthorized && result != Result::kRateLimited &&
                    result != Result::kRetry && result != Result::kLost;
  return answer;
}

struct PausesTest : testing::Test {
  std::vector<PauseChange> Learn(const AttemptOutcome& answer, TimePoint now,
                                 const LinkRequest& request = Request()) {
    return pauses.Learn(request, answer, now, kNoJitter);
  }
  Pauses pauses{RetryPolicy{}};
};

TEST_F(PausesTest, AtFirstEverybodyMaySend) {
  EXPECT_EQ(pauses.Limit(4, kNow), 4);
  EXPECT_EQ(pauses.Until(), std::nullopt);
  EXPECT_EQ(pauses.HeldUntil(Request(), kNow), std::nullopt);
}

TEST_F(PausesTest, ARefusedTokenStopsEverybodyForTheLongestRetry) {
  const auto changes = Learn(Answer(Result::kUnauthorized), kNow);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, Change::kBegins);
  EXPECT_EQ(changes[0].pause, Pause::kToken);
  EXPECT_EQ(changes[0].until, kNow + minutes(5));
  EXPECT_TRUE(pauses.Has(Pause::kToken));
  EXPECT_EQ(pauses.Limit(4, kNow + seconds(299)), 0);
  EXPECT_EQ(pauses.HeldUntil(Request(RequestKind::kRemove, "other"), kNow), kNow + minutes(5));
}

TEST_F(PausesTest, AfterThePauseOneProbeAtATimeIsSentUntilItWorks) {
  Learn(Answer(Result::kUnauthorized), kNow);
  const TimePoint probe = kNow + minutes(5);
  EXPECT_EQ(pauses.Limit(4, probe), 1);
  const auto again = Learn(Answer(Result::kUnauthorized), probe);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].kind, Change::kGoesOn);
  EXPECT_EQ(pauses.Until(), probe + minutes(5));
  EXPECT_EQ(pauses.Limit(4, probe + minutes(4)), 0);
  const auto works = Learn(Answer(Result::kDone), probe + minutes(5));
  ASSERT_EQ(works.size(), 1u);
  EXPECT_EQ(works[0].kind, Change::kEnds);
  EXPECT_EQ(works[0].pause, Pause::kToken);
  EXPECT_EQ(pauses.Limit(4, probe + minutes(5)), 4);
  EXPECT_FALSE(pauses.Has(Pause::kToken));
}

TEST_F(PausesTest, ASuccessThatWasUnderWayWhenThePauseBeganDoesNotEndIt) {
  Learn(Answer(Result::kRateLimited, kNow + minutes(1)), kNow);
  EXPECT_TRUE(Learn(Answer(Result::kDone), kNow + seconds(1)).empty());
  EXPECT_EQ(pauses.Limit(4, kNow + seconds(2)), 0);
}

TEST_F(PausesTest, ARateLimitHoldsUntilWhatWasToldAndSomeJitter) {
  pauses.Learn(Request(), Answer(Result::kRateLimited, kNow + minutes(2)), kNow, 0.5);
  EXPECT_EQ(pauses.Until(), kNow + minutes(2) + std::chrono::milliseconds(500));
  EXPECT_TRUE(pauses.Has(Pause::kRateLimit));
}

TEST_F(PausesTest, ARateLimitIsNeverShortenedByALaterAnswer) {
  Learn(Answer(Result::kRateLimited, kNow + hours(2)), kNow);
  Learn(Answer(Result::kRateLimited, kNow + seconds(5)), kNow + seconds(1));
  Learn(Answer(Result::kUnauthorized), kNow + seconds(2));
  EXPECT_EQ(pauses.Until(), kNow + hours(2));
}

TEST_F(PausesTest, ARateLimitThatTellsNothingBacksOffByItself) {
  TimePoint now = kNow;
  for (const int expected : {1, 2, 4, 8}) {
    Learn(Answer(Result::kRateLimited), now);
    EXPECT_EQ(pauses.Until(), now + seconds(expected));
    now += seconds(expected);
  }
}

TEST_F(PausesTest, LaunchDarklyIsAwayOnceFiveInARowGotNoAnswer) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(Learn(Answer(Result::kLost), kNow).empty());
  EXPECT_EQ(pauses.Limit(4, kNow), 4);
  const auto changes = Learn(Answer(Result::kRetry), kNow);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].pause, Pause::kAway);
  EXPECT_EQ(pauses.Until(), kNow + seconds(1));
}

TEST_F(PausesTest, OneAnswerBetweenShowsThatLaunchDarklyIsThere) {
  for (int i = 0; i < 20; ++i) {
    Learn(Answer(i % 4 == 0 ? Result::kRefused : Result::kLost), kNow);
  }
  EXPECT_EQ(pauses.Limit(4, kNow), 4);
}

TEST_F(PausesTest, AnOutageIsProbedEverMoreSlowlyUpToTheLongestRetry) {
  TimePoint now = kNow;
  for (int i = 0; i < 5; ++i) Learn(Answer(Result::kRetry), now);
  for (int i = 0; i < 20; ++i) {
    now = *pauses.Until();
    Learn(Answer(Result::kRetry), now);
  }
  EXPECT_EQ(*pauses.Until() - now, minutes(5));
}

TEST_F(PausesTest, AServerErrorWithARetryAfterStopsEverybodyAtOnce) {
  Learn(Answer(Result::kRetry, kNow + seconds(30)), kNow);
  EXPECT_EQ(pauses.Until(), kNow + seconds(30));
}

TEST_F(PausesTest, ARefusedPermissionStopsItsVerbInItsProjectOnly) {
  const auto changes = Learn(Answer(Result::kForbidden), kNow);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].pause, Pause::kPermission);
  EXPECT_EQ(changes[0].scope, "default create");
  EXPECT_EQ(pauses.HeldUntil(Request(), kNow + seconds(1)), kNow + minutes(5));
  EXPECT_EQ(pauses.HeldUntil(Request(RequestKind::kRemove), kNow), std::nullopt);
  EXPECT_EQ(pauses.HeldUntil(Request(RequestKind::kCreate, "other"), kNow), std::nullopt);
  EXPECT_EQ(pauses.Limit(4, kNow), 4);
}

TEST_F(PausesTest, WhileAPermissionIsProbedTheOthersWaitForItsAnswer) {
  Learn(Answer(Result::kForbidden), kNow);
  const TimePoint probe = kNow + minutes(5);
  EXPECT_EQ(pauses.HeldUntil(Request(), probe), std::nullopt);
  pauses.Sent(Request());
  EXPECT_EQ(pauses.HeldUntil(Request(), probe), probe + seconds(20));
  Learn(Answer(Result::kForbidden), probe + seconds(1));
  EXPECT_EQ(pauses.HeldUntil(Request(), probe + seconds(2)), probe + seconds(1) + minutes(5));
}

TEST_F(PausesTest, AProbeOfAPermissionThatGetsNoAnswerMakesRoomForTheNext) {
  Learn(Answer(Result::kForbidden), kNow);
  const TimePoint probe = kNow + minutes(5);
  pauses.Sent(Request());
  Learn(Answer(Result::kLost), probe);
  EXPECT_TRUE(pauses.Has(Pause::kPermission));
  EXPECT_EQ(pauses.HeldUntil(Request(), probe), std::nullopt);
}

TEST_F(PausesTest, APermissionThatIsThereAgainEndsItsPause) {
  Learn(Answer(Result::kForbidden), kNow);
  const auto changes = Learn(Answer(Result::kUnknownFlag), kNow + minutes(5));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, Change::kEnds);
  EXPECT_EQ(changes[0].scope, "default create");
  EXPECT_FALSE(pauses.Has(Pause::kPermission));
  EXPECT_EQ(pauses.HeldUntil(Request(), kNow + minutes(5)), std::nullopt);
}

LinkRequest Replacement(const std::string& project = "default") {
  LinkRequest request = Request(RequestKind::kRemove, project);
  request.replaces = true;
  return request;
}

TEST_F(PausesTest, WhileEverythingIsProbedTheOthersWaitForTheAnswer) {
  Learn(Answer(Result::kUnauthorized), kNow);
  const TimePoint probe = kNow + minutes(5);
  EXPECT_FALSE(pauses.WantsProbe(probe - seconds(1)));
  EXPECT_TRUE(pauses.WantsProbe(probe));
  EXPECT_EQ(pauses.HeldUntil(Request(), probe), std::nullopt);
  pauses.Sent(Request());
  EXPECT_FALSE(pauses.WantsProbe(probe));
  EXPECT_EQ(pauses.HeldUntil(Request(RequestKind::kFind, "other"), probe), probe + seconds(20));
  Learn(Answer(Result::kDone), probe + seconds(1));
  EXPECT_EQ(pauses.HeldUntil(Request(RequestKind::kFind, "other"), probe + seconds(1)),
            std::nullopt);
}

TEST_F(PausesTest, AProbeThatWasNeverSentMakesRoomForTheNext) {
  Learn(Answer(Result::kUnauthorized), kNow);
  const TimePoint probe = kNow + minutes(5);
  pauses.Sent(Request());
  AttemptOutcome unsent;
  unsent.result = Result::kRefused;
  EXPECT_TRUE(Learn(unsent, probe).empty());
  EXPECT_TRUE(pauses.WantsProbe(probe));
}

TEST_F(PausesTest, AReplacementIsNoProbe) {
  Learn(Answer(Result::kRateLimited, kNow + seconds(10)), kNow);
  const TimePoint probe = kNow + seconds(10);
  EXPECT_EQ(pauses.HeldUntil(Replacement(), probe), probe + seconds(20));
  EXPECT_EQ(pauses.HeldUntil(Request(RequestKind::kRemove), probe), std::nullopt);
  Learn(Answer(Result::kAbsent), probe, Request(RequestKind::kFind));
  EXPECT_EQ(pauses.HeldUntil(Replacement(), probe), std::nullopt);
}

TEST_F(PausesTest, AReplacementWaitsUntilItsCreationIsPermittedOrNobodyElseAsks) {
  Learn(Answer(Result::kForbidden), kNow);
  const TimePoint turn = kNow + minutes(5) + seconds(40);
  EXPECT_EQ(pauses.HeldUntil(Replacement(), kNow), turn);
  EXPECT_EQ(pauses.HeldUntil(Replacement(), turn - seconds(1)), turn);
  EXPECT_EQ(pauses.HeldUntil(Replacement(), turn), std::nullopt);
  pauses.Sent(Request());
  EXPECT_EQ(pauses.HeldUntil(Replacement(), turn), turn + seconds(20));
  EXPECT_EQ(pauses.HeldUntil(Replacement("other"), kNow), std::nullopt);
  EXPECT_EQ(pauses.HeldUntil(Request(RequestKind::kRemove), kNow), std::nullopt);
  Learn(Answer(Result::kDone), kNow + minutes(7));
  EXPECT_EQ(pauses.HeldUntil(Replacement(), kNow + minutes(7)), std::nullopt);
}

TEST_F(PausesTest, AnUntoldPauseIsNeverLongerThanTheLongestRetry) {
  TimePoint now = kNow;
  for (int i = 0; i < 40; ++i) {
    pauses.Learn(Request(), Answer(Result::kRateLimited), now, 0.999);
    EXPECT_LE(*pauses.Until() - now, minutes(5));
    now = *pauses.Until();
  }
}

TEST_F(PausesTest, RecoveryIsToldOnce) {
  for (int i = 0; i < 5; ++i) Learn(Answer(Result::kRetry), kNow);
  const TimePoint probe = *pauses.Until();
  const auto changes = Learn(Answer(Result::kDone), probe);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, Change::kEnds);
  EXPECT_EQ(changes[0].pause, Pause::kAway);
  EXPECT_TRUE(Learn(Answer(Result::kDone), probe).empty());
}

struct Step {
  const char* name;
  Duration before, by;  // how long after the answer, and how far the clock is set then
  Duration held;        // from then on
};

void PrintTo(const Step& step, std::ostream* out) {
  *out << step.name;
}

class ClockIsSet : public PausesTest, public testing::WithParamInterface<Step> {};

TEST_P(ClockIsSet, NoPauseIsLongerThanWhatWasTold) {
  ManualClock clock(kNow);
  Learn(Answer(Result::kForbidden), clock.Now());  // five minutes
  Learn(Answer(Result::kRateLimited, kNow + minutes(5)), clock.Now());
  pauses.Follow(clock.Now());
  clock.Advance(GetParam().before);
  pauses.Follow(clock.Now());
  clock.Advance(GetParam().by);
  pauses.Follow(clock.Now());
  EXPECT_EQ(pauses.Until(), clock.Now() + GetParam().held);
  clock.Advance(GetParam().held);
  Learn(Answer(Result::kDone), clock.Now(), Request(RequestKind::kFind));
  EXPECT_EQ(pauses.HeldUntil(Request(), clock.Now()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ClockIsSet,
    testing::Values(Step{"NotAtAll", minutes(1), minutes(0), minutes(4)},
                    Step{"BackAtOnce", minutes(0), -hours(1), minutes(5)},
                    Step{"BackBehindTheAnswer", minutes(1), -hours(1), minutes(4)},
                    Step{"BackBehindNothing", minutes(3), -minutes(2), minutes(2)},
                    Step{"BackByAYear", minutes(4), -hours(24 * 365), minutes(1)}),
    [](const auto& step) { return std::string(step.param.name); });

TEST_F(PausesTest, WhatIsSpentForLongIsARateLimit) {
  const auto begins = pauses.LearnSpent(kNow + minutes(2));
  ASSERT_TRUE(begins.has_value());
  EXPECT_EQ(begins->kind, Change::kBegins);
  EXPECT_EQ(begins->pause, Pause::kRateLimit);
  EXPECT_EQ(begins->scope, "everything");
  EXPECT_EQ(begins->until, kNow + minutes(2));
  EXPECT_EQ(pauses.HeldUntil(Request(), kNow), kNow + minutes(2));
  EXPECT_FALSE(pauses.LearnSpent(kNow + minutes(1)).has_value());
  const auto goes_on = pauses.LearnSpent(kNow + minutes(3));
  ASSERT_TRUE(goes_on.has_value());
  EXPECT_EQ(goes_on->kind, Change::kGoesOn);
  EXPECT_EQ(pauses.Until(), kNow + minutes(3));
}

TEST_F(PausesTest, SetUpAnewARefusedTokenIsProbedAtOnceByOneRequest) {
  Learn(Answer(Result::kUnauthorized), kNow);
  const TimePoint later = kNow + seconds(10);
  pauses.SetUpAnew(RetryPolicy{}, later);
  EXPECT_EQ(pauses.Limit(4, later), 1);
  EXPECT_TRUE(pauses.WantsProbe(later));
  EXPECT_TRUE(pauses.Has(Pause::kToken)) << "until the probe shows that it is gone";
  pauses.Sent(Request());
  const auto changes = Learn(Answer(Result::kDone), later);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, Change::kEnds);
  EXPECT_EQ(pauses.All(), std::vector<HeldScope>());
}

TEST_F(PausesTest, SetUpAnewATokenThatIsStillRefusedPausesByTheNewPolicy) {
  Learn(Answer(Result::kUnauthorized), kNow);
  RetryPolicy quick;
  quick.longest_retry = seconds(7);
  pauses.SetUpAnew(quick, kNow);
  pauses.Sent(Request());
  Learn(Answer(Result::kUnauthorized), kNow);
  EXPECT_EQ(pauses.Until(), kNow + seconds(7));
}

TEST_F(PausesTest, SetUpAnewARateLimitGoesOn) {
  const TimePoint told = kNow + hours(2);
  Learn(Answer(Result::kRateLimited, told), kNow);
  pauses.SetUpAnew(RetryPolicy{}, kNow + seconds(1));
  EXPECT_EQ(pauses.Until(), told);
  EXPECT_EQ(pauses.Limit(4, kNow + seconds(1)), 0);
}

TEST_F(PausesTest, SetUpAnewARefusedPermissionIsProbedAtOnceAndNoReplacementIsTheProbe) {
  Learn(Answer(Result::kForbidden), kNow);
  const TimePoint later = kNow + seconds(10);
  pauses.SetUpAnew(RetryPolicy{}, later);
  EXPECT_EQ(pauses.HeldUntil(Request(), later), std::nullopt);
  LinkRequest replacement = Request(RequestKind::kRemove);
  replacement.replaces = true;
  EXPECT_GT(pauses.HeldUntil(replacement, later), later);
}

TEST_F(PausesTest, AllThatIsPausedIsTold) {
  Learn(Answer(Result::kForbidden), kNow, Request(RequestKind::kRemove, "mobile"));
  Learn(Answer(Result::kUnauthorized), kNow + seconds(1));
  EXPECT_EQ(pauses.All(),
            (std::vector<HeldScope>{{Pause::kToken, "everything", kNow + seconds(1) + minutes(5)},
                                    {Pause::kPermission, "mobile remove", kNow + minutes(5)}}));
}

}  // namespace
}  // namespace flaglinkd
