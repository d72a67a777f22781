#include "daemon/deliver/delivery.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "tests/deliver/claimed_delivery.h"

namespace flaglinkd {
namespace {

using Answer = AttemptOutcome::Result;
using End = Outcome::Kind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::optional<Outcome> Unsent(const Delivery& delivery, TimePoint now = kNow) {
  return EndUnsent(delivery, RetryPolicy{}, now);
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
  EXPECT_EQ(Unsent(Claimed(Wish::kWanted, Presence::kThere))->kind, End::kApplied);
  EXPECT_EQ(Unsent(Claimed(Wish::kWanted, Presence::kThere))->applied.id, "id");
  EXPECT_EQ(Unsent(Claimed(Wish::kUnwanted, Presence::kNever))->kind, End::kRemoved);
  EXPECT_FALSE(Unsent(Claimed(Wish::kWanted, Presence::kNever)));
}

TEST(Delivery, WhatOthersMadeIsForgottenOnceTheLinkIsNotWanted) {
  const auto outcome = Unsent(Claimed(Wish::kUnwanted, Presence::kForeign));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kRemoved);
  EXPECT_EQ(outcome->applied, AppliedLink());
}

TEST(Delivery, ContentThatMakesNoLinkFailsUnsentButCanStillBeRemoved) {
  for (const Presence presence : {Presence::kNever, Presence::kThere}) {
    Delivery delivery = Claimed(Wish::kWanted, presence);
    delivery.lease.render_error = "no usable deep link";
    const auto outcome = Unsent(delivery);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->kind, End::kFailed);
    EXPECT_EQ(outcome->reason, "no usable deep link");
    EXPECT_EQ(outcome->applied.presence, presence);
  }
  Delivery delivery = Claimed(Wish::kUnwanted, Presence::kThere);
  delivery.lease.render_error = "no usable deep link";
  EXPECT_FALSE(Unsent(delivery));
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
  AttemptOutcome answer = Got(row.answer);
  answer.shown = FingerprintOf(Body());
  const auto outcome = Take(delivery, answer);
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
        Row{"FoundOfOthers", kWanted, kMaybe, Answer::kForeign, End::kApplied, Presence::kForeign},
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
  EXPECT_EQ(delivery.next->kind, RequestKind::kFind);
  EXPECT_FALSE(Take(delivery, Got(Answer::kAbsent)));
  EXPECT_EQ(delivery.next->kind, RequestKind::kCreate);
  const auto outcome = Take(delivery, Got(Answer::kRetry));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->applied.presence, Presence::kNever);
}

TEST(Delivery, WhatExistsIsFoundAndItsIdTaken) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  EXPECT_FALSE(Take(delivery, Got(Answer::kExists)));
  EXPECT_EQ(delivery.next->kind, RequestKind::kFind);
  EXPECT_EQ(delivery.next->body.key, "key");
  const auto outcome = Take(delivery, Found(Body(), "0a"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kApplied);
  EXPECT_EQ(outcome->applied.id, "0a");
}

TEST(Delivery, WhatWasPostedIsWhatIsShown) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  const auto outcome = Take(delivery, Made("0a"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->applied, (AppliedLink{Presence::kThere, "0a", FingerprintOf(Body())}));
}

TEST(Delivery, AnUpdateKeepsTheIdAndShowsWhatWasSent) {
  Delivery delivery = ToChange(Body("Old"), Body());
  EXPECT_EQ(delivery.next->kind, RequestKind::kUpdate);
  const auto outcome = Take(delivery, Got(Answer::kDone));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kApplied);
  EXPECT_EQ(outcome->applied, (AppliedLink{Presence::kThere, "id", FingerprintOf(Body())}));
}

TEST(Delivery, ALinkThatCannotBeUpdatedSinceItIsGoneIsMadeAgain) {
  Delivery delivery = ToChange(Body("Old"), Body());
  EXPECT_FALSE(Take(delivery, Got(Answer::kAbsent)));
  EXPECT_EQ(delivery.next->kind, RequestKind::kCreate);
  EXPECT_EQ(Take(delivery, Made("0a"))->applied.id, "0a");
}

TEST(Delivery, ARefusedUpdateFailsAndTheOldContentIsShown) {
  Delivery delivery = ToChange(Body("Old"), Body());
  const auto outcome = Take(delivery, Got(Answer::kRefused, "PATCH answered 422"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kFailed);
  EXPECT_EQ(outcome->applied.shown, FingerprintOf(Body("Old")));
}

TEST(Delivery, AfterALostUpdateOnlyAListingTellsWhatIsShown) {
  Delivery delivery = ToChange(Body("Old"), Body());
  const auto outcome = Take(delivery, Got(Answer::kLost));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kRetry);
  EXPECT_EQ(outcome->applied, (AppliedLink{Presence::kThere, "id", std::nullopt}));
}

TEST(Delivery, AFoundLinkThatShowsSomethingElseIsRepairedOnce) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kMaybe);
  EXPECT_FALSE(Take(delivery, Found(Body("Old"), "0a")));
  EXPECT_EQ(delivery.next->kind, RequestKind::kUpdate);
  EXPECT_EQ(delivery.next->id, "0a");
  EXPECT_EQ(Take(delivery, Got(Answer::kDone))->kind, End::kApplied);
}

TEST(Delivery, AnIntegrationsLinkIsReplaced) {
  Delivery delivery = ToChange(JiraBody("Old"), JiraBody());
  EXPECT_EQ(delivery.next->kind, RequestKind::kRemove);
  EXPECT_TRUE(delivery.next->replaces);
  EXPECT_FALSE(Take(delivery, Got(Answer::kDone)));
  EXPECT_EQ(delivery.next->kind, RequestKind::kCreate);
  const auto outcome = Take(delivery, Made("0b"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kApplied);
  EXPECT_EQ(outcome->applied, (AppliedLink{Presence::kThere, "0b", FingerprintOf(JiraBody())}));
}

TEST(Delivery, AReplacementLooksForNobodyElsesLink) {
  Delivery delivery = ToChange(JiraBody("Old"), JiraBody());
  delivery.lease.wanted.look_first = true;
  EXPECT_FALSE(Take(delivery, Got(Answer::kDone)));
  EXPECT_EQ(delivery.next->kind, RequestKind::kCreate);
}

TEST(Delivery, WhatOthersMayHaveLinkedIsLookedForOnceAndThenMade) {
  Lease lease = LeaseOf(Wish::kWanted, {Presence::kNever, ""});
  lease.wanted.look_first = true;
  Delivery delivery = Plan(lease);
  EXPECT_EQ(delivery.next->kind, RequestKind::kFind);
  EXPECT_FALSE(Take(delivery, Got(Answer::kAbsent)));
  EXPECT_EQ(delivery.next->kind, RequestKind::kCreate);
}

TEST(Delivery, SomebodyElsesLinkStandsForOursWhileItFits) {
  Lease lease = LeaseOf(Wish::kWanted, {Presence::kNever, ""});
  lease.wanted.look_first = true;
  Delivery delivery = Plan(lease);
  const auto outcome = Take(delivery, Got(Answer::kForeign));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kApplied);
  EXPECT_EQ(outcome->applied, (AppliedLink{Presence::kForeign, "", FingerprintOf(Body())}));
}

TEST(Delivery, AFirstCreationHasNoSafetyNet) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kNever);
  delivery.lease.accepted = Body("Old");
  EXPECT_EQ(Take(delivery, Got(Answer::kRefused))->kind, End::kFailed);
}

TEST(Delivery, AListingWithoutAUsableIdIsAskedForAgainLater) {
  Delivery delivery = Claimed(Wish::kWanted, Presence::kMaybe);
  const auto outcome = Take(delivery, Found(Body("Old"), ""));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kRetry);
  EXPECT_EQ(outcome->reason, "LaunchDarkly lists the link, but without a usable id");
}

TEST(Delivery, AnswersThatContradictEachOtherEndTheLease) {
  Delivery delivery = ToChange(JiraBody("Old"), JiraBody());
  int requests = 0;
  std::optional<Outcome> outcome;
  while (!outcome) {
    ASSERT_LT(++requests, kRequestsPerLease);
    switch (delivery.next->kind) {
      case RequestKind::kCreate: outcome = Take(delivery, Got(Answer::kExists)); break;
      case RequestKind::kUpdate:
      case RequestKind::kRemove: outcome = Take(delivery, Got(Answer::kDone)); break;
      case RequestKind::kFind: outcome = Take(delivery, Found(JiraBody("Old"))); break;
    }
  }
  EXPECT_EQ(outcome->kind, End::kRetry);
  EXPECT_EQ(outcome->reason, "LaunchDarkly's answers contradict each other");
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

Delivery ClaimedWithoutFlag(AppliedLink applied, LinkBody body = Body()) {
  Lease lease = LeaseOf(Wish::kWanted, std::move(applied), std::move(body));
  lease.flag_missing = true;
  return Plan(lease);
}

TEST(Delivery, NothingIsSentForAFlagThatTheCatalogueDoesNotHave) {
  const Delivery delivery = ClaimedWithoutFlag({Presence::kNever, ""});
  const auto outcome = Unsent(delivery);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kUnknownFlag);
  EXPECT_EQ(outcome->due, kNow + hours(168));
  EXPECT_EQ(outcome->reason, "the catalogue does not have it");
  const auto last = Unsent(delivery, kNow + hours(168));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->kind, End::kFailed);
  EXPECT_EQ(last->reason, "no such flag: the catalogue does not have it");
}

TEST(Delivery, WhatMayBeThereIsLookedForEvenIfTheCatalogueDoesNotHaveTheFlag) {
  Delivery delivery = ClaimedWithoutFlag({Presence::kMaybe, ""});
  EXPECT_FALSE(Unsent(delivery));
  const auto outcome = Take(delivery, Got(Answer::kAbsent));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kUnknownFlag);
  EXPECT_EQ(outcome->applied, AppliedLink());
}

TEST(Delivery, AReplacementIsCarriedThroughEvenIfTheCatalogueDoesNotHaveTheFlag) {
  Delivery delivery =
      ClaimedWithoutFlag({Presence::kThere, "id", FingerprintOf(JiraBody("Old"))}, JiraBody());
  EXPECT_FALSE(Unsent(delivery));
  EXPECT_FALSE(Take(delivery, Got(Answer::kDone)));
  EXPECT_EQ(delivery.next->kind, RequestKind::kCreate);
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
