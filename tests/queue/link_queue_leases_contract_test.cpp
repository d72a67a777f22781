// What a lease promises, and what becomes of a link whose lease was lost.
#include <gmock/gmock.h>

#include <optional>

#include "tests/queue/link_queue_contract.h"

namespace flaglinkd {
namespace {

using Kind = Outcome::Kind;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(LinkQueueContract, ALeasedLinkIsNotClaimedTwice) {
  Commit(Showing(Naming({"a", "b", "c"})));
  EXPECT_THAT(Claim(2), SizeIs(2));
  EXPECT_THAT(Claim(2), SizeIs(1));
  EXPECT_THAT(Claim(2), IsEmpty());
}

TEST_P(LinkQueueContract, AnExpiredLeaseIsDueAgain) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease first = ClaimOne();
  Pass(minutes(1));
  const Lease second = ClaimOne();
  EXPECT_NE(second.token, first.token);
  EXPECT_EQ(second.applied.presence, Presence::kMaybe);
  EXPECT_TRUE(End(second, Kind::kApplied));
  EXPECT_EQ(Statistics().applied, 1);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AClaimMarksTheLinkAsMaybeThere) {
  Commit(Showing(Naming({"checkout-v2"})));
  EXPECT_EQ(ClaimOne().applied.presence, Presence::kNever);
  Reopen();  // a crash: nothing is known of the request
  EXPECT_EQ(ClaimOne().applied.presence, Presence::kMaybe);
}

TEST_P(LinkQueueContract, AClaimOfAnUpdateMarksWhatIsShownAsUnknown) {
  Commit(Showing(Naming({"checkout-v2"}), "first"));
  Deliver();
  Commit(Showing(Naming({"checkout-v2"}), "second"));
  Pass(options_.settle);
  EXPECT_EQ(ClaimOne().applied.shown, kShown);
  Reopen();
  // Else a request that was under way would stay unnoticed.
  Commit(Showing(Naming({"checkout-v2"}), "first"));
  Pass(options_.settle);
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.wanted.body.title, "first");
  EXPECT_EQ(lease.applied.presence, Presence::kThere);
  EXPECT_EQ(lease.applied.id, "5f0e");
  EXPECT_EQ(lease.applied.shown, std::nullopt);
}

TEST_P(LinkQueueContract, AClaimOfARemovalMarksWhatIsShownAsUnknown) {
  rule_ = UnlinkRule::kUnmentioned;
  Commit(Showing(Naming({"checkout-v2"})));
  Deliver();
  Commit(Naming({}));
  EXPECT_EQ(ClaimOne().applied.shown, kShown);
  Reopen();
  Commit(Naming({"checkout-v2"}));
  EXPECT_EQ(ClaimOne().applied.shown, std::nullopt);
}

TEST_P(LinkQueueContract, WhatIsShownIsKnownAgainAfterAnOutcomeThatSentNothing) {
  Commit(Showing(Naming({"checkout-v2"}), "first"));
  Deliver();
  Commit(Showing(Naming({"checkout-v2"}), "second"));
  Pass(options_.settle);
  Outcome put_off = OutcomeOf(ClaimOne(), Kind::kPutOff);
  put_off.due = now_;
  End(put_off);
  EXPECT_EQ(ClaimOne().applied.shown, kShown);
}

TEST_P(LinkQueueContract, AnOutcomeEndsItsLeaseOnce) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lease = ClaimOne();
  EXPECT_TRUE(End(lease, Kind::kApplied));
  EXPECT_FALSE(End(lease, Kind::kApplied));
  EXPECT_EQ(Statistics().total_applied, 1);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AnOutcomeAfterTheLeaseSaysThatTheLinkHasToBeLookedAt) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lease = ClaimOne();
  Pass(minutes(1));
  Outcome late = OutcomeOf(lease, Kind::kRetry);
  late.applied = {};  // it may say that nothing is there: that was then
  late.due = now_ + minutes(5);
  EXPECT_FALSE(End(late));
  ExpectBooksBalance();
  const Lease again = ClaimOne();
  EXPECT_EQ(again.applied.presence, Presence::kMaybe);
  EXPECT_EQ(again.attempts, 0);
}

TEST_P(LinkQueueContract, AnAppliedLinkIsLookedAtAgainWhenALateOutcomeComes) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lost = ClaimOne();
  Pass(minutes(1));
  Deliver();
  EXPECT_EQ(Statistics().applied, 1);
  EXPECT_FALSE(End(lost, Kind::kApplied));
  EXPECT_EQ(Statistics().applied, 0);
  EXPECT_EQ(Statistics().total_made, 2);
  ExpectBooksBalance();
  Reopen();
  const Lease again = Deliver();
  EXPECT_EQ(again.applied.presence, Presence::kThere);
  EXPECT_EQ(again.applied.id, "5f0e");
  EXPECT_EQ(again.applied.shown, std::nullopt);
  EXPECT_EQ(Statistics().applied, 1);
  EXPECT_THAT(Claim(), IsEmpty());
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, ALateOutcomeDuringAnotherLeaseHasTheLinkLookedAtAfterwards) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lost = ClaimOne();
  Pass(minutes(1));
  const Lease current = ClaimOne();
  EXPECT_FALSE(End(lost, Kind::kApplied));
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_TRUE(End(current, Kind::kApplied));
  EXPECT_EQ(ClaimOne().applied.shown, std::nullopt);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AFailedLinkIsLookedAtAgainWhenALateOutcomeComes) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lost = ClaimOne();
  Pass(minutes(1));
  End(ClaimOne(), Kind::kFailed);
  EXPECT_FALSE(End(lost, Kind::kApplied));
  EXPECT_EQ(Statistics().failed, 0);
  ExpectBooksBalance();
  EXPECT_EQ(ClaimOne().applied.presence, Presence::kMaybe);
}

TEST_P(LinkQueueContract, ARemovedLinkIsRemovedAgainWhenALateOutcomeComes) {
  rule_ = UnlinkRule::kDeleted;
  Commit(Showing(Naming({"checkout-v2"}, "comment-1")));
  const Lease lost = ClaimOne();
  Pass(minutes(1));
  Commit(Deleting());
  EXPECT_FALSE(Deliver().wanted.wanted);
  EXPECT_FALSE(End(lost, Kind::kApplied));
  const Lease again = Deliver();
  EXPECT_FALSE(again.wanted.wanted);
  EXPECT_EQ(again.applied.presence, Presence::kMaybe);
  EXPECT_THAT(Claim(), IsEmpty());
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, ALateOutcomeDoesNotShortenABackOff) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lost = ClaimOne();
  Pass(minutes(1));
  Outcome retry = OutcomeOf(ClaimOne(), Kind::kRetry);
  retry.due = now_ + minutes(5);
  End(retry);
  EXPECT_FALSE(End(lost, Kind::kApplied));
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().next_due, retry.due);
}

TEST_P(LinkQueueContract, AnOutcomeOfALinkThatIsNoMoreChangesNothing) {
  rule_ = UnlinkRule::kUnmentioned;
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lease = Deliver();
  Commit(Naming({}));
  Deliver();
  EXPECT_FALSE(End(lease, Kind::kApplied));
  EXPECT_THAT(Claim(), IsEmpty());
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, WhatWasPutOffOrIsToBeTriedAgainCanBeHastened) {
  Commit(Showing(Naming({"a", "b", "c"})));
  const std::vector<Lease> leases = Claim();
  ASSERT_THAT(leases, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    Outcome outcome = OutcomeOf(leases[i], i == 0   ? Kind::kRetry
                                           : i == 1 ? Kind::kPutOff
                                                    : Kind::kUnknownFlag);
    outcome.due = now_ + std::chrono::hours(6);
    outcome.reason = "LaunchDarkly said so";
    End(outcome);
  }
  EXPECT_THAT(Claim(), IsEmpty());
  ASSERT_TRUE(queue_->Hasten(now_).ok());
  const std::vector<Lease> again = Claim();
  ASSERT_THAT(again, SizeIs(3));
  EXPECT_EQ(again[0].attempts + again[1].attempts + again[2].attempts, 2) << "they stay counted";
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AnUpdateThatHasYetToSettleIsNotHastened) {
  Commit(Showing(Naming({"checkout-v2"})));
  Deliver();
  Commit(Showing(Naming({"checkout-v2"}), "Another title"));
  ASSERT_TRUE(queue_->Hasten(now_).ok());
  EXPECT_THAT(Claim(), IsEmpty());
}

}  // namespace
}  // namespace flaglinkd
