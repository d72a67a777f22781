#include "daemon/deliver/delivery.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

using Answer = AttemptOutcome::Result;
using End = Outcome::Kind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint kNow(seconds(1'767'225'600));

enum class Wish { kWanted, kUnwanted };

Delivery Claimed(Wish wish, Presence presence) {
  Lease lease;
  lease.id = {3, 4};
  lease.token = 5;
  lease.revision = 6;
  lease.wanted.flag = {"default", "checkout-v2"};
  lease.wanted.wanted = wish == Wish::kWanted;
  lease.wanted.body.key = "key";
  lease.applied = {presence, presence == Presence::kThere ? "id" : ""};
  lease.changed_at = kNow;
  return Plan(lease);
}

AttemptOutcome Got(Answer result, const std::string& reason = "") {
  AttemptOutcome answer;
  answer.result = result;
  answer.reason = reason;
  return answer;
}

// What kNow and half jitter make of it.
std::optional<Outcome> Take(Delivery& delivery, const AttemptOutcome& answer) {
  Circumstances circumstances;
  circumstances.now = kNow;
  circumstances.jitter = 0.5;
  circumstances.resumes = kNow + minutes(7);
  return Advance(delivery, answer, RetryPolicy{}, circumstances);
}

TEST(Delivery, AnOutcomeBearsTheLeaseThatItEnds) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  const auto outcome = Take(delivery, Got(Answer::kDone));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->id, (LinkId{3, 4}));
  EXPECT_EQ(outcome->token, 5u);
  EXPECT_EQ(outcome->revision, 6);
}

TEST(Delivery, StatesThatAgreeEndTheLeaseUnsent) {
  EXPECT_EQ(EndUnsent(Claimed(Wish::kWanted, Presence::kThere))->kind, End::kApplied);
  EXPECT_EQ(EndUnsent(Claimed(Wish::kWanted, Presence::kThere))->applied.id, "id");
  EXPECT_EQ(EndUnsent(Claimed(Wish::kUnwanted, Presence::kNever))->kind, End::kRemoved);
  EXPECT_FALSE(EndUnsent(Claimed(Wish::kWanted, Presence::kNever)));
}

TEST(Delivery, ContentThatMakesNoLinkFailsUnsentButCanStillBeRemoved) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  delivery.lease.render_error = "no usable deep link";
  const auto outcome = EndUnsent(delivery);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kFailed);
  EXPECT_EQ(outcome->reason, "no usable deep link");
  delivery = Claimed(Wish::kUnwanted, Presence::kThere);
  delivery.lease.render_error = "no usable deep link";
  EXPECT_FALSE(EndUnsent(delivery));
}

struct Row {
  const char* name;
  Wish wish;
  Presence presence;
  Answer answer;
  End end;
  Presence known;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}
std::string RowName(const testing::TestParamInfo<Row>& row) {
  return row.param.name;
}

class AdvanceTable : public testing::TestWithParam<Row> {};

TEST_P(AdvanceTable, TheFirstAnswerEndsTheLease) {
  const Row& row = GetParam();
  Delivery delivery = Claimed(row.wish, row.presence);
  const auto outcome = Take(delivery, Got(row.answer));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, row.end);
  EXPECT_EQ(outcome->applied.presence, row.known);
}

constexpr Wish kWanted = Wish::kWanted, kUnwanted = Wish::kUnwanted;
constexpr Presence kNever = Presence::kNever, kMaybe = Presence::kMaybe, kThere = Presence::kThere;

INSTANTIATE_TEST_SUITE_P(
    Create, AdvanceTable,
    testing::Values(
        Row{"Done", kWanted, kNever, Answer::kDone, End::kApplied, kThere},
        Row{"UnknownFlag", kWanted, kNever, Answer::kUnknownFlag, End::kUnknownFlag, kNever},
        Row{"Refused", kWanted, kNever, Answer::kRefused, End::kFailed, kNever},
        Row{"Retry", kWanted, kNever, Answer::kRetry, End::kRetry, kNever},
        Row{"Lost", kWanted, kNever, Answer::kLost, End::kRetry, kMaybe},
        Row{"Unauthorized", kWanted, kNever, Answer::kUnauthorized, End::kPutOff, kNever},
        Row{"Forbidden", kWanted, kNever, Answer::kForbidden, End::kPutOff, kNever},
        Row{"RateLimited", kWanted, kNever, Answer::kRateLimited, End::kPutOff, kNever}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    FindFirst, AdvanceTable,
    testing::Values(
        Row{"Found", kWanted, kMaybe, Answer::kDone, End::kApplied, kThere},
        Row{"Refused", kWanted, kMaybe, Answer::kRefused, End::kFailed, kMaybe},
        Row{"Retry", kWanted, kMaybe, Answer::kRetry, End::kRetry, kMaybe},
        Row{"Unauthorized", kWanted, kMaybe, Answer::kUnauthorized, End::kPutOff, kMaybe},
        Row{"Forbidden", kWanted, kMaybe, Answer::kForbidden, End::kPutOff, kMaybe},
        Row{"RateLimited", kWanted, kMaybe, Answer::kRateLimited, End::kPutOff, kMaybe}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    Remove, AdvanceTable,
    testing::Values(
        Row{"Done", kUnwanted, kThere, Answer::kDone, End::kRemoved, kNever},
        Row{"DoneWhatMayHaveBeenThere", kUnwanted, kMaybe, Answer::kDone, End::kRemoved, kNever},
        Row{"Refused", kUnwanted, kThere, Answer::kRefused, End::kFailed, kThere},
        Row{"Retry", kUnwanted, kThere, Answer::kRetry, End::kRetry, kThere},
        Row{"Lost", kUnwanted, kThere, Answer::kLost, End::kRetry, kMaybe},
        Row{"Unauthorized", kUnwanted, kThere, Answer::kUnauthorized, End::kPutOff, kThere},
        Row{"RateLimited", kUnwanted, kThere, Answer::kRateLimited, End::kPutOff, kThere}),
    RowName);

TEST(Delivery, AfterALostAnswerTheLinkIsLookedForAndMadeOnlyIfItIsNotThere) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kMaybe);
  EXPECT_EQ(delivery.plan[delivery.at].kind, RequestKind::kFind);
  EXPECT_FALSE(Take(delivery, Got(Answer::kAbsent)));
  EXPECT_EQ(delivery.plan[delivery.at].kind, RequestKind::kCreate);
  const auto outcome = Take(delivery, Got(Answer::kRetry));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->applied.presence, Presence::kNever);
}

TEST(Delivery, WhatExistsIsFoundAndItsIdTaken) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  EXPECT_FALSE(Take(delivery, Got(Answer::kExists)));
  EXPECT_EQ(delivery.plan[delivery.at].kind, RequestKind::kFind);
  EXPECT_EQ(delivery.plan[delivery.at].body.key, "key");
  AttemptOutcome found = Got(Answer::kDone);
  found.link_id = "0a";
  const auto outcome = Take(delivery, found);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kApplied);
  EXPECT_EQ(outcome->applied.id, "0a");
}

TEST(Delivery, WhatExistsButIsNotListedIsTriedAgain) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  Take(delivery, Got(Answer::kExists));
  const auto outcome = Take(delivery, Got(Answer::kAbsent));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kRetry);
  EXPECT_EQ(outcome->applied.presence, Presence::kMaybe);
  EXPECT_EQ(outcome->reason, "LaunchDarkly says that the link exists, but does not list it");
}

TEST(Delivery, ARetryWaitsForTheLaterOfBackoffAndWhatWasTold) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  delivery.lease.attempts = 3;
  EXPECT_EQ(Take(delivery, Got(Answer::kRetry))->due, kNow + seconds(4));
  AttemptOutcome told = Got(Answer::kRetry, "busy");
  told.not_before = kNow + minutes(1);
  EXPECT_EQ(Take(delivery, told)->due, kNow + minutes(1));
  EXPECT_EQ(Take(delivery, told)->reason, "busy");
}

TEST(Delivery, APauseHoldsTheLinkUntilItEnds) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  EXPECT_EQ(Take(delivery, Got(Answer::kUnauthorized))->due, kNow + minutes(7));
}

Outcome RetryAfterFailing(Duration failing, bool others_answered) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  delivery.lease.attempts = 10;
  delivery.lease.failing = failing;
  Circumstances circumstances;
  circumstances.now = kNow;
  circumstances.jitter = 0.5;
  circumstances.others_answered = others_answered;
  return *Advance(delivery, Got(Answer::kRetry, "busy"), RetryPolicy{}, circumstances);
}

TEST(Delivery, ALinkThatFailsWhileOthersSucceedIsGivenUpInTheEnd) {
  const Outcome before = RetryAfterFailing(hours(72) - seconds(150), true);
  EXPECT_EQ(before.kind, End::kRetry);
  EXPECT_EQ(before.failing, hours(72));
  const Outcome after = RetryAfterFailing(hours(72) - seconds(149), true);
  EXPECT_EQ(after.kind, End::kFailed);
  EXPECT_EQ(after.reason, "given up: busy");
}

TEST(Delivery, AnOutageGivesNothingUp) {
  const Outcome outcome = RetryAfterFailing(hours(72), false);
  EXPECT_EQ(outcome.kind, End::kRetry);
  EXPECT_EQ(outcome.failing, hours(72));
}

Outcome UnknownFlagAt(TimePoint now, int attempts, bool flag_unknown = true) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  delivery.lease.attempts = attempts;
  delivery.lease.flag_unknown = flag_unknown;
  Circumstances circumstances;
  circumstances.now = now;
  return *Advance(delivery, Got(Answer::kUnknownFlag, "POST answered 404"), RetryPolicy{},
                  circumstances);
}

TEST(Delivery, AnUnknownFlagIsAskedForAgainUntilPatienceEnds) {
  EXPECT_EQ(UnknownFlagAt(kNow, 0).due, kNow + minutes(5));
  EXPECT_EQ(UnknownFlagAt(kNow, 2).due, kNow + minutes(20));
  // Failures of another kind before it do not count.
  EXPECT_EQ(UnknownFlagAt(kNow, 7, false).due, kNow + minutes(5));
  EXPECT_EQ(UnknownFlagAt(kNow + hours(167), 50).due, kNow + hours(168));
  const Outcome last = UnknownFlagAt(kNow + hours(168), 51);
  EXPECT_EQ(last.kind, End::kFailed);
  EXPECT_EQ(last.reason, "no such flag: POST answered 404");
}

TEST(Delivery, ALeaseThatIsPutOffKeepsWhatIsKnown) {
  const Outcome outcome =
      PutOff(Claimed(Wish::kUnwanted, Presence::kThere), kNow + minutes(1), "paused");
  EXPECT_EQ(outcome.kind, End::kPutOff);
  EXPECT_EQ(outcome.due, kNow + minutes(1));
  EXPECT_EQ(outcome.applied.presence, Presence::kThere);
  EXPECT_EQ(outcome.applied.id, "id");
  EXPECT_EQ(outcome.reason, "paused");
}

}  // namespace
}  // namespace flaglinkd
