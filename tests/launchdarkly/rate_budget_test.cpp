#include "daemon/launchdarkly/rate_budget.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iostream>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "tests/fakes/manual_clock.h"
#include "tests/fakes/told_limits.h"

namespace flaglinkd {
namespace {

using User = RateBudget::User;
using std::chrono::days;
using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kNow(seconds(1'767'225'600));
const std::string kPost = "POST /flag-links";
const std::string kDelete = "DELETE /flag-links/{id}";
const std::string kFlags = "GET /flags";

std::string Milliseconds(TimePoint when) {
  return std::to_string(duration_cast<milliseconds>(when.time_since_epoch()).count());
}

Header Account(const std::string& remaining) {
  return {"x-ratelimit-global-remaining", remaining};
}

Header OfRoute(const std::string& remaining) {
  return {"x-ratelimit-route-remaining", remaining};
}

Header Reset(TimePoint when) {
  return {"x-ratelimit-reset", Milliseconds(when)};
}

class RateBudgetTest : public testing::Test {
 protected:
  // One request and its answer, at the same moment.
  void Hear(const std::vector<Header>& headers, TimePoint now, int status = 200,
            const std::string& route = kPost) {
    ASSERT_EQ(budget_.Take(User::kDelivery, route, now), std::nullopt);
    budget_.Learn(route, headers, now, status);
  }

  std::optional<TimePoint> Deliver(TimePoint now, const std::string& route = kPost) {
    return budget_.Take(User::kDelivery, route, now);
  }
  std::optional<TimePoint> Refresh(TimePoint now) {
    return budget_.Take(User::kCatalog, kFlags, now);
  }

  // How many are let through at once, at most a hundred.
  int Burst(User user, TimePoint now, const std::string& route) {
    int sent = 0;
    while (sent < 100 && !budget_.Take(user, route, now)) ++sent;
    return sent;
  }

  RateBudget budget_;
};

TEST_F(RateBudgetTest, WithoutAnyHeaderThereIsNoLimit) {
  EXPECT_EQ(Burst(User::kDelivery, kNow, kPost), 100);
  for (int i = 0; i < 100; ++i) budget_.Learn(kPost, {{"content-type", "text/html"}}, kNow, 200);
  EXPECT_EQ(Burst(User::kDelivery, kNow, kPost), 100);
  EXPECT_EQ(Burst(User::kCatalog, kNow, kFlags), 100);
}

struct Spent {
  const char* name;
  std::vector<Header> headers;
  int delivery;  // how many requests are let through at once after an answer that says so
  Duration held;
};

void PrintTo(const Spent& spent, std::ostream* out) {
  *out << spent.name;
}

class Share : public RateBudgetTest, public testing::WithParamInterface<Spent> {};

TEST_P(Share, OfWhatWasToldIsSpentUntilTheReset) {
  Hear(GetParam().headers, kNow);
  EXPECT_EQ(Burst(User::kDelivery, kNow, kPost), GetParam().delivery);
  if (GetParam().delivery == 100) return;
  EXPECT_EQ(Deliver(kNow), kNow + GetParam().held);
}

const TimePoint kReset = kNow + seconds(7);

INSTANTIATE_TEST_SUITE_P(
    Table, Share,
    testing::Values(
        Spent{"FourFifths", {Account("50"), Reset(kReset)}, 40, seconds(7)},
        Spent{"RoundedDown", {Account("9"), Reset(kReset)}, 7, seconds(7)},
        Spent{"TheLastOneIsLeft", {Account("1"), Reset(kReset)}, 0, seconds(7)},
        Spent{"NoneIsLeft", {Account("0"), Reset(kReset)}, 0, seconds(7)},
        Spent{"TheRouteHasLess", {Account("50"), OfRoute("5"), Reset(kReset)}, 4, seconds(7)},
        Spent{"TheRouteAlone", {OfRoute("10"), Reset(kReset)}, 8, seconds(7)},
        Spent{"NoReset", {Account("10")}, 8, seconds(10)},
        Spent{"AResetInThePast", {Account("10"), Reset(kNow - seconds(3))}, 8, seconds(10)},
        Spent{"AResetNow", {Account("10"), Reset(kNow)}, 8, seconds(10)},
        Spent{"AResetInAnHour", {Account("10"), Reset(kNow + hours(1))}, 8, hours(1)},
        Spent{"AResetInAYear", {Account("10"), Reset(kNow + days(365))}, 8, seconds(10)},
        Spent{"AResetBeyondAllTime",
              {Account("10"), {"x-ratelimit-reset", "9223372036854775807"}},
              8,
              seconds(10)},
        Spent{
            "AResetThatIsNoNumber", {Account("10"), {"x-ratelimit-reset", "soon"}}, 8, seconds(10)},
        Spent{"LessThanNothing", {Account("-9223372036854775808"), Reset(kReset)}, 0, seconds(7)},
        Spent{"MoreThanEverything", {Account("9223372036854775807"), Reset(kReset)}, 100, {}},
        Spent{"TooLongANumber", {Account("99999999999999999999"), Reset(kReset)}, 100, {}},
        Spent{"NoNumber", {Account("many"), Reset(kReset)}, 100, {}},
        Spent{"ANumberAndMore", {Account("10, 20"), Reset(kReset)}, 100, {}},
        Spent{"Empty", {Account(""), OfRoute(""), {"x-ratelimit-reset", ""}}, 100, {}},
        Spent{"AResetAlone", {Reset(kReset)}, 100, {}}),
    [](const auto& spent) { return std::string(spent.param.name); });

TEST_F(RateBudgetTest, WhatIsUnderWayCountsAsSpent) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Deliver(kNow), std::nullopt);
  budget_.Learn(kPost, {Account("10"), Reset(kReset)}, kNow);
  EXPECT_EQ(Burst(User::kDelivery, kNow, kPost), 5);
}

TEST_F(RateBudgetTest, WhatOthersSpendIsTakenIntoAccount) {
  Hear({Account("50"), Reset(kReset)}, kNow);
  Hear({Account("11"), Reset(kReset)}, kNow + seconds(1));
  EXPECT_EQ(Burst(User::kDelivery, kNow + seconds(1), kPost), 8);
}

TEST_F(RateBudgetTest, ALaterAnswerDoesNotGiveBackTheFifthThatIsLeft) {
  Hear({Account("10"), Reset(kReset)}, kNow);
  for (int remaining = 9; remaining > 1; --remaining) {
    Hear({Account(std::to_string(remaining)), Reset(kReset)}, kNow);
  }
  EXPECT_EQ(Deliver(kNow), kReset);
}

TEST_F(RateBudgetTest, AfterTheResetRequestsGoOneAtATimeUntilAnAnswerTells) {
  Hear({Account("1"), Reset(kReset)}, kNow);
  EXPECT_EQ(Deliver(kReset - milliseconds(1)), kReset);
  EXPECT_EQ(Deliver(kReset), std::nullopt);
  EXPECT_EQ(Deliver(kReset), kReset + milliseconds(200));
  budget_.Learn(kPost, {}, kReset + seconds(1));
  EXPECT_EQ(Burst(User::kDelivery, kReset + seconds(1), kPost), 1);
  budget_.Learn(kPost, {Account("20"), Reset(kReset + seconds(10))}, kReset + seconds(2));
  EXPECT_EQ(Burst(User::kDelivery, kReset + seconds(2), kPost), 16);
}

TEST_F(RateBudgetTest, AnAnswerFromTheNextWindowLeavesThisOneAsItIs) {
  Hear({Account("1"), Reset(kReset)}, kNow);
  budget_.Learn(kPost, {Account("100"), Reset(kReset + seconds(10))}, kReset - milliseconds(5));
  EXPECT_EQ(Deliver(kReset - milliseconds(5)), kReset);
  EXPECT_EQ(Burst(User::kDelivery, kReset, kPost), 80);
}

TEST_F(RateBudgetTest, ResetsThatMoveOnWithEachAnswerDoNotGrowTheBudget) {
  int sent = 0;
  for (int remaining = 40; !Deliver(kNow + milliseconds(sent)); --remaining, ++sent) {
    const TimePoint now = kNow + milliseconds(sent);
    budget_.Learn(kPost, {Account(std::to_string(remaining)), Reset(now + seconds(10))}, now);
  }
  EXPECT_EQ(sent, 33);  // the first was sent before anything was told
}

TEST_F(RateBudgetTest, RoutesHaveTheirOwnLimits) {
  Hear({OfRoute("1"), Reset(kReset)}, kNow);
  EXPECT_EQ(Deliver(kNow), kReset);
  EXPECT_EQ(Burst(User::kDelivery, kNow, kDelete), 100);
}

TEST_F(RateBudgetTest, RequestsThatBelongTogetherNeedRoomForAll) {
  Hear({Account("2"), OfRoute("100"), Reset(kReset)}, kNow);
  EXPECT_EQ(budget_.HeldUntil(kDelete, 1, kNow), std::nullopt);
  EXPECT_EQ(budget_.HeldUntil(kDelete, 2, kNow), kReset);
  EXPECT_EQ(budget_.HeldUntil(kPost, 2, kReset), std::nullopt);
}

TEST_F(RateBudgetTest, TheCatalogTakesAFifth) {
  Hear({Account("50"), Reset(kReset)}, kNow);
  EXPECT_EQ(Burst(User::kCatalog, kNow + seconds(1), kFlags), 10);
  EXPECT_EQ(Burst(User::kDelivery, kNow + seconds(1), kPost), 30);
}

TEST_F(RateBudgetTest, TheCatalogTakesAFifthOfItsRoute) {
  EXPECT_EQ(Refresh(kNow), std::nullopt);
  budget_.Learn(kFlags, {Account("50"), OfRoute("9"), Reset(kReset)}, kNow);
  EXPECT_EQ(Burst(User::kCatalog, kNow, kFlags), 1);
  EXPECT_EQ(Burst(User::kDelivery, kNow, kPost), 39);
}

TEST_F(RateBudgetTest, TheCatalogWaitsWhileDeliveryHasLatelyAsked) {
  Hear({Account("50"), Reset(kReset)}, kNow);
  EXPECT_EQ(Refresh(kNow), kNow + seconds(1));
  EXPECT_EQ(Refresh(kNow + seconds(1)), std::nullopt);
}

TEST_F(RateBudgetTest, TheCatalogWaitsWhileDeliveryIsHeld) {
  Hear({Account("5"), OfRoute("1"), Reset(kReset)}, kNow);
  EXPECT_EQ(Deliver(kNow), kReset);
  EXPECT_EQ(Refresh(kNow + seconds(5)), kReset + seconds(1));
  EXPECT_EQ(Deliver(kReset), std::nullopt);
  EXPECT_EQ(Refresh(kReset + seconds(1)), kReset + seconds(1) + milliseconds(200));
}

struct Closed {
  const char* name;
  int status;
  std::vector<Header> headers;
  std::optional<TimePoint> until;
};

void PrintTo(const Closed& closed, std::ostream* out) {
  *out << closed.name;
}

class Closing : public RateBudgetTest, public testing::WithParamInterface<Closed> {};

TEST_P(Closing, HoldsEverybody) {
  Hear(GetParam().headers, kNow, GetParam().status);
  EXPECT_EQ(Refresh(kNow), GetParam().until);
  EXPECT_EQ(Deliver(kNow, kDelete), GetParam().until);
  EXPECT_EQ(Deliver(GetParam().until.value_or(kNow)), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Closing,
    testing::Values(Closed{"ARetryAfter", 429, {{"retry-after", "60"}}, kNow + seconds(60)},
                    Closed{"ARetryAfterOfA503", 503, {{"retry-after", "60"}}, kNow + seconds(60)},
                    Closed{"ADate",
                           429,
                           {{"retry-after", "Thu, 01 Jan 2026 00:00:30 GMT"}},
                           kNow + seconds(30)},
                    Closed{"AResetOfA429", 429, {Reset(kReset)}, kReset},
                    Closed{"TheLaterOfBoth", 429, {{"retry-after", "3"}, Reset(kReset)}, kReset},
                    Closed{"AResetOfA200", 200, {Reset(kReset)}, std::nullopt},
                    Closed{"ARetryAfterOfZero", 503, {{"retry-after", "0"}}, std::nullopt}),
    [](const auto& closed) { return std::string(closed.param.name); });

TEST_F(RateBudgetTest, AfterA429ThatTellsNothingTheCatalogWaitsForAWindow) {
  Hear({Reset(kNow - seconds(3))}, kNow, 429);
  EXPECT_EQ(Refresh(kNow + seconds(5)), kNow + seconds(10));
  EXPECT_EQ(Refresh(kNow + seconds(10)), std::nullopt);
  EXPECT_EQ(Deliver(kNow + seconds(5)), std::nullopt);
}

struct Step {
  const char* name;
  Duration before, by;  // how long after the answer, and how far the clock is set then
  Duration held;        // from then on
};

void PrintTo(const Step& step, std::ostream* out) {
  *out << step.name;
}

class ClockIsSet : public RateBudgetTest, public testing::WithParamInterface<Step> {
 protected:
  // After an answer that holds for a minute.
  TimePoint Set(const std::vector<Header>& headers, int status) {
    ManualClock clock(kNow);
    Hear(headers, clock.Now(), status);
    budget_.Follow(clock.Now());
    clock.Advance(GetParam().before);
    budget_.Follow(clock.Now());
    clock.Advance(GetParam().by);
    budget_.Follow(clock.Now());
    return clock.Now();
  }
};

TEST_P(ClockIsSet, NoRetryAfterHoldsLongerThanWhatWasTold) {
  const TimePoint now = Set({{"retry-after", "60"}}, 503);
  EXPECT_EQ(Deliver(now), now + GetParam().held);
  EXPECT_EQ(Refresh(now), now + GetParam().held + seconds(1));
  EXPECT_EQ(Deliver(now + GetParam().held), std::nullopt);
}

TEST_P(ClockIsSet, NoSpentWindowHoldsLongerThanWhatWasTold) {
  const TimePoint now = Set({Account("0"), Reset(kNow + seconds(60))}, 200);
  EXPECT_EQ(Deliver(now), now + GetParam().held);
  EXPECT_EQ(Deliver(now + GetParam().held), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ClockIsSet,
    testing::Values(Step{"NotAtAll", seconds(20), seconds(0), seconds(40)},
                    Step{"BackAtOnce", seconds(0), -hours(1), seconds(60)},
                    Step{"BackBehindTheAnswer", seconds(20), -hours(1), seconds(40)},
                    Step{"BackBehindNothing", seconds(30), -seconds(20), seconds(30)},
                    Step{"BackByAYear", seconds(50), -days(365), seconds(10)}),
    [](const auto& step) { return std::string(step.param.name); });

TEST_F(RateBudgetTest, AnAnswerToWhatWasNeverTakenIsHarmless) {
  budget_.Learn(kPost, {Account("10"), Reset(kReset)}, kNow);
  EXPECT_EQ(Burst(User::kDelivery, kNow, kPost), 100);
}

// An account with windows of ten seconds and random limits that others use too. Its answers take
// their time, and leave out or spoil headers.
class PlayedAccount {
 public:
  explicit PlayedAccount(std::uint64_t seed) : random_(seed) {}

  // Asks for a while, and answers.
  void Play(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      now_ += milliseconds(Draw(1, 120));
      BeginWindow();
      if (Happens(10)) account_ = std::max(0, account_ - Draw(0, 3));
      while (!under_way_.empty() && under_way_.front().due <= now_) Answer();
      if (Happens(60)) Ask(User::kDelivery, Happens(50) ? kPost : kDelete);
      if (Happens(40)) Ask(User::kCatalog, kFlags);
    }
  }

  int sent() const { return sent_; }
  double largest_share() const { return all_.largest_share(); }

 private:
  struct UnderWay {
    TimePoint due;
    User user;
    std::string route;
    std::vector<Header> headers;
    int window, account, of_route;  // the numbers: -1 where none is told
  };
  int Draw(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool Happens(int percent) { return Draw(1, 100) <= percent; }
  int Window() const { return static_cast<int>((now_ - kNow) / seconds(10)); }

  void BeginWindow() {
    if (Window() == window_) return;
    window_ = Window();
    account_ = Draw(0, 60);
    for (const std::string& route : {kPost, kDelete, kFlags}) routes_[route] = Draw(0, 60);
  }

  void Ask(User user, const std::string& route) {
    if (budget_.Take(user, route, now_)) return;
    ++sent_;
    account_ = std::max(0, account_ - 1);
    routes_[route] = std::max(0, routes_[route] - 1);
    all_.Sent(window_, route);
    if (user == User::kCatalog) by_catalog_.Sent(window_, route);
    UnderWay request{now_ + milliseconds(Draw(1, 900)), user, route, {}, window_, -1, -1};
    if (Happens(90)) request.headers.push_back(Account(std::to_string(request.account = account_)));
    if (Happens(80)) {
      request.headers.push_back(OfRoute(std::to_string(request.of_route = routes_[route])));
    }
    const TimePoint reset = kNow + seconds(10) * (window_ + 1);
    if (Happens(80)) request.headers.push_back(Reset(Happens(90) ? reset : reset - seconds(20)));
    under_way_.insert(std::upper_bound(under_way_.begin(), under_way_.end(), request,
                                       [](const auto& a, const auto& b) { return a.due < b.due; }),
                      request);
  }

  void Answer() {
    const UnderWay answered = under_way_.front();
    under_way_.pop_front();
    Note(answered.window, answered.account, "");
    Note(answered.window, answered.of_route, answered.route);
    budget_.Learn(answered.route, answered.headers, now_, 200);
  }

  void Note(int window, int remaining, const std::string& route) {
    if (remaining < 0) return;
    int under_way = 0, of_catalog = 0;
    for (const UnderWay& other : under_way_) {
      if (!route.empty() && other.route != route) continue;
      ++under_way;
      if (other.user == User::kCatalog) ++of_catalog;
    }
    all_.Told(window, route, remaining, under_way);
    by_catalog_.Told(window, route, remaining, of_catalog);
  }

  std::mt19937_64 random_;
  RateBudget budget_;
  TimePoint now_ = kNow;
  int window_ = -1, account_ = 0;
  std::map<std::string, int> routes_;
  std::deque<UnderWay> under_way_;
  ToldLimits all_{4}, by_catalog_{1};
  int sent_ = 0;
};

TEST(RateBudgetProperty, NoMoreThanFourFifthsOfWhatWasToldIsEverSpent) {
  int sent = 0;
  double largest = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    PlayedAccount account(seed);
    account.Play(2000);
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
    sent += account.sent();
    largest = std::max(largest, account.largest_share());
  }
  std::cout << sent << " requests, largest share " << largest << "\n";
  EXPECT_GT(sent, 10'000);
  EXPECT_GT(largest, 0.75);
}

TEST(RateBudget, SaysWhatIsLeftOfTheAccountsWindow) {
  RateBudget budget;
  EXPECT_EQ(budget.Left(kNow), std::nullopt);
  const TimePoint reset = kNow + seconds(8);
  ASSERT_EQ(budget.Take(User::kDelivery, kPost, kNow), std::nullopt);
  budget.Learn(kPost, {Account("100"), {"x-ratelimit-reset", Milliseconds(reset)}}, kNow);
  EXPECT_EQ(budget.Left(kNow), (RateBudget::Window{80, reset}));
  ASSERT_EQ(budget.Take(User::kDelivery, kPost, kNow), std::nullopt);
  EXPECT_EQ(budget.Left(kNow), (RateBudget::Window{79, reset}));
  EXPECT_EQ(budget.Left(reset), std::nullopt);
}

TEST(RateBudget, NothingIsLeftUntilARetryAfter) {
  RateBudget budget;
  ASSERT_EQ(budget.Take(User::kDelivery, kPost, kNow), std::nullopt);
  budget.Learn(kPost, {{"retry-after", "60"}}, kNow, 429);
  EXPECT_EQ(budget.Left(kNow), (RateBudget::Window{0, kNow + seconds(60)}));
}

}  // namespace
}  // namespace flaglinkd
