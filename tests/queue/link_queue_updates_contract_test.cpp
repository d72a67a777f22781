// What becomes of links whose content changes: when they are due, and what is known of what
// LaunchDarkly shows meanwhile.
#include <gmock/gmock.h>

#include <optional>

#include "daemon/queue/queue_admin.h"
#include "tests/queue/link_queue_contract.h"

namespace flaglinkd {
namespace {

using Kind = Outcome::Kind;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

ObservedChange Titled(std::string title) {
  return Showing(Naming({"checkout-v2"}), std::move(title));
}

AppliedLink Foreign() {
  return {Presence::kForeign, "theirs", std::nullopt};
}

TEST_P(LinkQueueContract, WhatIsShownComesBackWithTheNextLease) {
  Commit(Titled("first"));
  EXPECT_EQ(Deliver().applied.shown, std::nullopt);
  Reopen();
  Commit(Titled("second"));
  Pass(options_.settle);
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.applied.presence, Presence::kThere);
  EXPECT_EQ(lease.applied.id, "5f0e");
  EXPECT_EQ(lease.applied.shown, kShown);
}

TEST_P(LinkQueueContract, WhatIsRemovedShowsNothing) {
  rule_ = UnlinkRule::kUnmentioned;
  Commit(Titled("first"));
  Deliver();
  Commit(Naming({}));
  EXPECT_EQ(Deliver().applied.shown, kShown);
  Commit(Titled("first"));
  EXPECT_EQ(ClaimOne().applied.shown, std::nullopt);
}

TEST_P(LinkQueueContract, AnUpdateWaitsUntilItsResourceSettles) {
  Commit(Titled("first"));
  Deliver();
  const CommitResult edit = Commit(Titled("second"));
  EXPECT_EQ(edit.links, 1);
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().next_due, now_ + options_.settle);
  Pass(options_.settle);
  EXPECT_EQ(Deliver().wanted.body.title, "second");
  EXPECT_EQ(Statistics().total_made, 2);
  EXPECT_EQ(Statistics().total_applied, 2);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, EveryEditPutsAnUpdateOffForAMinuteAtMost) {
  Commit(Titled("first"));
  Deliver();
  Commit(Titled("edit"));
  const TimePoint first_edit = now_;
  for (int i = 0; i < 13; ++i) {
    Pass(seconds(3));
    Commit(Titled("edit " + std::to_string(i)));
    EXPECT_EQ(Statistics().next_due, now_ + options_.settle);
  }
  Pass(seconds(3));
  Commit(Titled("last edit"));
  EXPECT_EQ(Statistics().next_due, first_edit + minutes(1));
  ExpectBooksBalance();
  EXPECT_EQ(Statistics().total_made, 16);
  EXPECT_EQ(Statistics().total_superseded, 14);
  Pass(minutes(1));
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.wanted.body.title, "last edit");
  EXPECT_EQ(lease.changed_at, first_edit);
}

TEST_P(LinkQueueContract, AnEditOfWhatWasNeverSentIsNoReasonToWait) {
  Commit(Titled("first"));
  Commit(Titled("second"));
  EXPECT_EQ(ClaimOne().wanted.body.title, "second");
  Reopen();  // nothing is known of the request
  Commit(Titled("third"));
  EXPECT_EQ(ClaimOne().wanted.body.title, "third");
}

TEST_P(LinkQueueContract, ARemovalDoesNotWaitForTheResourceToSettle) {
  Commit(Titled("first"));
  Deliver();
  Commit(Titled("second"));
  Commit(Deleting());
  EXPECT_FALSE(Deliver().wanted.wanted);
  EXPECT_EQ(Statistics().total_made, 3);
  EXPECT_EQ(Statistics().total_superseded, 1);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AnEventThatChangesNoContentIsNoUpdate) {
  Commit(Titled("first"));
  Deliver();
  EXPECT_EQ(Commit(Titled("first")).links, 0);
  EXPECT_EQ(Statistics().next_due, std::nullopt);
  EXPECT_EQ(Statistics().total_made, 1);
}

TEST_P(LinkQueueContract, AnEditDoesNotShortenABackOff) {
  Commit(Titled("first"));
  Deliver();
  Commit(Titled("second"));
  Pass(options_.settle);
  Outcome retry = OutcomeOf(ClaimOne(), Kind::kRetry);
  retry.due = now_ + minutes(5);
  End(retry);
  Commit(Titled("third"));
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().next_due, retry.due);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AnEditDoesNotBringForwardWhatIsPutOff) {
  Commit(Titled("first"));
  Deliver();
  Commit(Titled("second"));
  Pass(options_.settle);
  Outcome put_off = OutcomeOf(ClaimOne(), Kind::kPutOff);
  put_off.due = now_ + minutes(5);
  End(put_off);
  Commit(Titled("third"));
  EXPECT_EQ(Statistics().next_due, put_off.due);
}

TEST_P(LinkQueueContract, AnEditOfAFailedLinkIsTriedWithAllPatience) {
  Commit(Titled("first"));
  Deliver();
  Commit(Titled("second"));
  Pass(options_.settle);
  Outcome failure = OutcomeOf(ClaimOne(), Kind::kFailed);
  failure.failing = minutes(3);
  End(failure);
  Commit(Titled("third"));
  EXPECT_EQ(Statistics().next_due, now_ + options_.settle);
  Pass(options_.settle);
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.attempts, 0);
  EXPECT_EQ(lease.failing, Duration(0));
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AnEditOfALinkThatWaitsForItsFlagLeavesItWaiting) {
  Commit(Titled("first"));
  Outcome unknown = OutcomeOf(ClaimOne(), Kind::kUnknownFlag);
  unknown.due = now_ + minutes(30);
  End(unknown);
  Commit(Titled("second"));
  EXPECT_EQ(Statistics().unknown_flag, 1);
  EXPECT_EQ(Statistics().next_due, unknown.due);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AChangeDuringTheLeaseIsDueOnceItHasSettled) {
  Commit(Titled("first"));
  const Lease lease = ClaimOne();
  Commit(Titled("second"));
  const TimePoint edited = now_;
  Pass(seconds(1));
  EXPECT_TRUE(End(lease, Kind::kApplied));
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().next_due, edited + options_.settle);
  ExpectBooksBalance();
  Pass(options_.settle);
  const Lease again = ClaimOne();
  EXPECT_EQ(again.applied.presence, Presence::kThere);
  EXPECT_EQ(again.wanted.body.title, "second");
  EXPECT_EQ(again.changed_at, edited);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AFailureOfAnOutdatedRevisionIsTriedAgain) {
  Commit(Titled("first"));
  const Lease lease = ClaimOne();
  Commit(Titled("second"));
  End(lease, Kind::kFailed);
  EXPECT_EQ(ClaimOne().wanted.body.title, "second");
}

TEST_P(LinkQueueContract, AForeignLinkCountsApart) {
  Commit(Titled("first"));
  Outcome outcome = OutcomeOf(ClaimOne(), Kind::kApplied);
  outcome.applied = Foreign();
  EXPECT_TRUE(End(outcome));
  EXPECT_EQ(Statistics().foreign, 1);
  EXPECT_EQ(Statistics().applied, 0);
  EXPECT_EQ(Statistics().total_applied, 1);
  Reopen();
  EXPECT_EQ(Statistics().foreign, 1);
  ExpectBooksBalance();
  Commit(Titled("second"));
  EXPECT_EQ(Statistics().foreign, 0);
  Pass(options_.settle);
  EXPECT_EQ(ClaimOne().applied.presence, Presence::kForeign);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AForeignLinkIsMarkedAsMaybeOursWhileItIsClaimed) {
  Commit(Titled("first"));
  Outcome outcome = OutcomeOf(ClaimOne(), Kind::kApplied);
  outcome.applied = Foreign();
  End(outcome);
  Commit(Titled("second"));
  Pass(options_.settle);
  ClaimOne();
  Commit(Deleting());
  Reopen();
  EXPECT_EQ(Deliver().applied.presence, Presence::kMaybe);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AForeignLinkThatIsNoLongerWantedNeedsNoRequest) {
  Commit(Titled("first"));
  Outcome outcome = OutcomeOf(ClaimOne(), Kind::kApplied);
  outcome.applied = Foreign();
  End(outcome);
  EXPECT_EQ(Commit(Deleting()).links, 1);
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().foreign, 0);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AnUpdateOfAForeignLinkThatIsNoLongerWantedIsSuperseded) {
  Commit(Titled("first"));
  Outcome outcome = OutcomeOf(ClaimOne(), Kind::kApplied);
  outcome.applied = Foreign();
  End(outcome);
  Commit(Titled("second"));
  Commit(Deleting());
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().waiting, 0);
  EXPECT_EQ(Statistics().total_superseded, 1);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, WhatWasAcceptedLastIsKeptWhileSomethingNewerWaits) {
  Commit(Titled("first"));
  EXPECT_EQ(Deliver().accepted, std::nullopt);
  Commit(Titled("second"));
  Commit(Titled("third"));
  Reopen();
  Pass(options_.settle);
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.wanted.body.title, "third");
  ASSERT_TRUE(lease.accepted.has_value());
  EXPECT_EQ(lease.accepted->title, "first");
  EXPECT_EQ(lease.accepted->key, lease.wanted.body.key);
  EXPECT_EQ(lease.accepted->deep_link, lease.wanted.body.deep_link);
  EXPECT_EQ(lease.accepted->timestamp_ms, lease.wanted.body.timestamp_ms);
  EXPECT_TRUE(End(lease, Kind::kApplied));
  Commit(Titled("fourth"));
  Pass(options_.settle);
  EXPECT_EQ(ClaimOne().accepted->title, "third");
}

TEST_P(LinkQueueContract, WhatWasNeverAcceptedIsNotKept) {
  Commit(Titled("first"));
  End(ClaimOne(), Kind::kFailed);
  Commit(Titled("second"));
  EXPECT_EQ(ClaimOne().accepted, std::nullopt);
}

TEST_P(LinkQueueContract, WhatWasAcceptedIsKeptUntilNoLinkOfItsResourceWaits) {
  Commit(Showing(Naming({"a", "b"}), "first"));
  for (const Lease& lease : Claim()) End(lease, Kind::kApplied);
  Commit(Showing(Naming({"a", "b"}), "second"));
  Pass(options_.settle);
  const std::vector<Lease> leases = Claim();
  ASSERT_THAT(leases, SizeIs(2));
  End(leases[0], Kind::kApplied);
  Outcome retry = OutcomeOf(leases[1], Kind::kRetry);
  retry.due = now_ + minutes(1);
  End(retry);
  Pass(minutes(1));
  const Lease again = ClaimOne();
  EXPECT_EQ(again.accepted->title, "first");
  End(again, Kind::kApplied);
  Commit(Showing(Naming({"c"}, "comment-1"), "second"));
  EXPECT_EQ(ClaimOne().accepted, std::nullopt);
}

TEST_P(LinkQueueContract, WhatALinkWasRefusedIsNotKeptForItSinceAnotherShowsIt) {
  Commit(Showing(Naming({"a", "b"}), "first"));
  for (const Lease& lease : Claim()) End(lease, Kind::kApplied);
  Commit(Showing(Naming({"a", "b"}), "second"));
  Pass(options_.settle);
  for (const Lease& lease : Claim()) {
    Outcome outcome = OutcomeOf(lease, Kind::kApplied);
    if (lease.wanted.flag.key == "b") {
      outcome.kind = Kind::kFailed;
      outcome.reason = "the old content is shown: POST answered 400";
      outcome.applied = {Presence::kThere, "id"};
    }
    End(outcome);
  }
  Commit(Showing(Naming({"a", "b"}), "third"));
  Pass(options_.settle);
  const std::vector<Lease> leases = Claim();
  ASSERT_THAT(leases, SizeIs(2));
  for (const Lease& lease : leases) EXPECT_EQ(lease.accepted->title, "first");
}

TEST_P(LinkQueueContract, WhatIsShownIsKeptThoughALookAtItWaits) {
  Commit(Titled("first"));
  const Lease lease = ClaimOne();
  End(lease, Kind::kApplied);
  LinkFilter named;
  named.id = std::to_string(lease.id.resource) + "." + std::to_string(lease.id.flag);
  ASSERT_EQ(queue_->Admin().Retry(named, now_).value(), 1);
  Commit(Titled("second"));
  Pass(options_.settle);
  const Lease next = ClaimOne();
  ASSERT_TRUE(next.accepted.has_value());
  EXPECT_EQ(next.accepted->title, "first");
}

TEST_P(LinkQueueContract, WhatWasAcceptedGoesWithTheLastLinkThatWaitsForIt) {
  rule_ = UnlinkRule::kUnmentioned;
  Commit(Showing(Naming({"a"}), "first"));
  Deliver();
  // The one that waits is settled by an event, not by an outcome.
  Commit(Showing(Naming({"a", "b"}), "second"));
  Pass(options_.settle);
  for (const Lease& lease : Claim()) {
    Outcome outcome = OutcomeOf(lease, Kind::kApplied);
    if (lease.wanted.flag.key == "b") {
      outcome.kind = Kind::kUnknownFlag;
      outcome.applied = {};
      outcome.due = now_ + minutes(1);
    }
    End(outcome);
  }
  Commit(Naming({"a"}));
  Commit(Naming({"a", "c"}));
  EXPECT_EQ(ClaimOne().accepted, std::nullopt);
}

TEST_P(LinkQueueContract, ALinkThatOthersMayHaveMadeIsLookedForFirst) {
  IncomingEvent event = Event({Titled("first")});
  event.look_first = true;
  Commit(event);
  Commit(Showing(Naming({"other"}, "comment-1"), "first"));
  Reopen();
  for (const Lease& lease : Claim())
    EXPECT_EQ(lease.wanted.look_first, lease.wanted.flag.key == "checkout-v2");
}

}  // namespace
}  // namespace flaglinkd
