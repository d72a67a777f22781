// What becomes of links: claims, outcomes, and what events that want or unwant them do meanwhile.
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

TEST_P(LinkQueueContract, AClaimHoldsWhatTakesToDeliver) {
  ObservedChange change = Showing(Naming({"checkout-v2"}));
  change.change.description = "All of it";
  Commit(change);
  const TimePoint received = now_;
  Pass(seconds(5));
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.until, now_ + minutes(1));
  EXPECT_EQ(lease.wanted.flag, (FlagKey{"default", "checkout-v2"}));
  EXPECT_TRUE(lease.wanted.wanted);
  EXPECT_EQ(lease.wanted.body.title, "Roll out the checkout");
  EXPECT_EQ(lease.wanted.body.description, "All of it");
  EXPECT_EQ(lease.wanted.body.deep_link, "https://acme.example/browse/SHOP-42");
  EXPECT_EQ(lease.wanted.body.key.substr(0, 25), "jira-SHOP-42-checkout-v2-");
  EXPECT_EQ(lease.wanted.body.timestamp_ms * 1'000, received.time_since_epoch().count());
  EXPECT_EQ(lease.applied.presence, Presence::kNever);
  EXPECT_EQ(lease.render_error, "");
  EXPECT_EQ(lease.attempts, 0);
  EXPECT_EQ(lease.failing, Duration(0));
  EXPECT_EQ(lease.changed_at, received);
  EXPECT_EQ(lease.source_namespace, "jira");
  EXPECT_EQ(lease.resource, "acme/42");
}

TEST_P(LinkQueueContract, LinksAreClaimedInTheOrderInWhichTheyAreDue) {
  Commit(Showing(Naming({"c"})));
  Commit(Showing(Naming({"b"}, "comment-1")));
  Commit(Showing(Naming({"a"}, "comment-2")));
  std::vector<std::string> flags;
  for (const Lease& lease : Claim()) flags.push_back(lease.wanted.flag.key);
  EXPECT_THAT(flags, testing::ElementsAre("c", "b", "a"));
}

TEST_P(LinkQueueContract, AnAppliedLinkIsNotDue) {
  Commit(Showing(Naming({"checkout-v2"})));
  Deliver();
  Pass(std::chrono::hours(24));
  EXPECT_THAT(Claim(), IsEmpty());
  const QueueStatistics statistics = Statistics();
  EXPECT_EQ(statistics.applied, 1);
  EXPECT_EQ(statistics.waiting, 0);
  EXPECT_EQ(statistics.total_made, 1);
  EXPECT_EQ(statistics.total_applied, 1);
  EXPECT_EQ(statistics.next_due, std::nullopt);
  EXPECT_EQ(statistics.oldest_due, std::nullopt);
}

TEST_P(LinkQueueContract, ARetryIsDueLaterAndCounts) {
  Commit(Showing(Naming({"checkout-v2"})));
  Outcome retry = OutcomeOf(ClaimOne(), Kind::kRetry);
  retry.due = now_ + minutes(5);
  retry.failing = seconds(20);
  retry.applied = {Presence::kNever, ""};
  End(retry);
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().next_due, retry.due);
  Pass(minutes(5));
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.attempts, 1);
  EXPECT_EQ(lease.failing, seconds(20));
  EXPECT_EQ(lease.applied.presence, Presence::kNever);
}

TEST_P(LinkQueueContract, PuttingOffIsNoAttempt) {
  Commit(Showing(Naming({"checkout-v2"})));
  Outcome put_off = OutcomeOf(ClaimOne(), Kind::kPutOff);
  put_off.due = now_ + minutes(5);
  End(put_off);
  EXPECT_THAT(Claim(), IsEmpty());
  Pass(minutes(5));
  EXPECT_EQ(ClaimOne().attempts, 0);
}

TEST_P(LinkQueueContract, ALinkWaitsForItsFlag) {
  Commit(Showing(Naming({"checkout-v2"})));
  Outcome unknown = OutcomeOf(ClaimOne(), Kind::kUnknownFlag);
  unknown.due = now_ + minutes(5);
  unknown.applied = {};
  End(unknown);
  EXPECT_EQ(Statistics().unknown_flag, 1);
  EXPECT_EQ(Statistics().waiting, 0);
  ExpectBooksBalance();
  Pass(minutes(5));
  EXPECT_EQ(ClaimOne().attempts, 1);
}

TEST_P(LinkQueueContract, AFailedLinkWaitsForANewRevision) {
  Commit(Showing(Naming({"checkout-v2"})));
  End(ClaimOne(), Kind::kFailed);
  EXPECT_EQ(Statistics().failed, 1);
  ExpectBooksBalance();
  Pass(std::chrono::hours(1));
  EXPECT_THAT(Claim(), IsEmpty());
  Commit(Showing(Naming({"checkout-v2"})));  // nothing new
  EXPECT_THAT(Claim(), IsEmpty());
  Commit(Showing(Naming({"checkout-v2"}), "another title"));
  EXPECT_EQ(Statistics().failed, 0);
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.wanted.body.title, "another title");
  EXPECT_EQ(lease.attempts, 0);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, ContentIsThatOfTheClaim) {
  Commit(Showing(Naming({"checkout-v2"}), "first"));
  Commit(Showing(Naming({"checkout-v2"}), "second"));
  EXPECT_EQ(ClaimOne().wanted.body.title, "second");
  EXPECT_EQ(Statistics().total_made, 2);
  EXPECT_EQ(Statistics().total_superseded, 1);
}

TEST_P(LinkQueueContract, ARemovalDoesNotShortenABackOffEither) {
  Commit(Showing(Naming({"checkout-v2"})));
  Outcome retry = OutcomeOf(ClaimOne(), Kind::kRetry);
  retry.due = now_ + minutes(5);
  retry.applied = {Presence::kMaybe, ""};
  End(retry);
  EXPECT_EQ(Commit(Deleting()).links, 1);
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().next_due, retry.due);
}

TEST_P(LinkQueueContract, ALinkThatIsNoLongerWantedBeforeItsClaimNeedsNoRequest) {
  Commit(Showing(Naming({"checkout-v2"})));
  EXPECT_EQ(Commit(Deleting()).links, 1);
  EXPECT_THAT(Claim(), IsEmpty());
  const QueueStatistics statistics = Statistics();
  EXPECT_EQ(statistics.waiting, 0);
  EXPECT_EQ(statistics.total_made, 1);
  EXPECT_EQ(statistics.total_superseded, 1);
}

TEST_P(LinkQueueContract, ALinkThatMayBeThereGetsItsRemoval) {
  Commit(Showing(Naming({"checkout-v2"})));
  ClaimOne();
  Reopen();
  EXPECT_EQ(Commit(Deleting()).links, 1);
  const Lease removal = Deliver();
  EXPECT_FALSE(removal.wanted.wanted);
  EXPECT_EQ(removal.applied.presence, Presence::kMaybe);
  EXPECT_EQ(removal.wanted.body.key.substr(0, 25), "jira-SHOP-42-checkout-v2-");
  EXPECT_THAT(Claim(), IsEmpty());
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, ALinkThatIsNoLongerWantedDuringItsLeaseIsRemovedAfterwards) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lease = ClaimOne();
  Commit(Deleting());
  EXPECT_TRUE(End(lease, Kind::kApplied));
  const Lease removal = ClaimOne();
  EXPECT_FALSE(removal.wanted.wanted);
  EXPECT_EQ(removal.applied.presence, Presence::kThere);
  EXPECT_TRUE(End(removal, Kind::kRemoved));
  const QueueStatistics statistics = Statistics();
  EXPECT_EQ(statistics.total_made, 2);
  EXPECT_EQ(statistics.total_superseded, 1);
  EXPECT_EQ(statistics.total_applied, 1);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, ALinkThatIsNoLongerWantedAndTurnedOutAbsentNeedsNoRemoval) {
  Commit(Showing(Naming({"checkout-v2"})));
  Outcome unknown = OutcomeOf(ClaimOne(), Kind::kUnknownFlag);
  unknown.due = now_ + minutes(5);
  unknown.applied = {};
  Commit(Deleting());
  EXPECT_TRUE(End(unknown));
  Pass(minutes(5));
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().unknown_flag, 0);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AnUnmentionedLinkIsRemovedAndComesBackWithItsKey) {
  rule_ = UnlinkRule::kUnmentioned;
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease made = Deliver();
  EXPECT_EQ(Commit(Naming({})).links, 1);
  EXPECT_FALSE(Deliver().wanted.wanted);
  EXPECT_EQ(Commit(Naming({"checkout-v2"})).links, 1);
  const Lease again = ClaimOne();
  EXPECT_EQ(again.wanted.body.key, made.wanted.body.key);
  EXPECT_EQ(again.applied.presence, Presence::kNever);
  EXPECT_EQ(again.applied.id, "");
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, ARemovalThatIsTakenBackNeedsNoSecondLink) {
  rule_ = UnlinkRule::kUnmentioned;
  Commit(Showing(Naming({"checkout-v2"})));
  Deliver();
  Commit(Naming({}));
  Commit(Naming({"checkout-v2"}));
  const Lease lease = ClaimOne();
  EXPECT_TRUE(lease.wanted.wanted);
  EXPECT_EQ(lease.applied.presence, Presence::kThere);
  EXPECT_TRUE(End(lease, Kind::kApplied));
  const QueueStatistics statistics = Statistics();
  EXPECT_EQ(statistics.total_made, 3);
  EXPECT_EQ(statistics.total_superseded, 1);
  EXPECT_EQ(statistics.total_applied, 2);
}

TEST_P(LinkQueueContract, ALinkKeepsItsKeyWhenItsResourceIsRenamed) {
  Commit(Showing(Naming({"checkout-v2"})));
  ObservedChange renamed = Showing(Naming({"checkout-v2"}));
  renamed.change.name = "STORE-1";
  Commit(renamed);
  EXPECT_EQ(ClaimOne().wanted.body.key.substr(0, 13), "jira-SHOP-42-");
}

TEST_P(LinkQueueContract, ADeletedResourceKeepsCountingWhatItsCommentsMention) {
  Commit(Showing(Naming({"checkout-v2"}, "comment-1")));
  Deliver();
  EXPECT_EQ(Commit(Deleting()).links, 1);
  Deliver();
  EXPECT_EQ(Commit(Showing(Naming({"other"}, "comment-2"))).links, 0);
  Reopen();
  EXPECT_EQ(Commit(Showing(Naming({}))).links, 2);
  EXPECT_THAT(Claim(), SizeIs(2));
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, NeverMeansThatALinkStays) {
  rule_ = UnlinkRule::kNever;
  Commit(Showing(Naming({"checkout-v2"})));
  Deliver();
  EXPECT_EQ(Commit(Deleting()).links, 0);
  EXPECT_THAT(Claim(), IsEmpty());
}

TEST_P(LinkQueueContract, ContentThatMakesNoLinkSaysWhy) {
  Commit(Naming({"checkout-v2"}));
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.render_error, "make a deep link: no URL is known");
  EXPECT_TRUE(End(lease, Kind::kFailed));
  // Nothing was sent, so that nothing has to be looked for.
  Commit(Showing(Naming({"checkout-v2"})));
  EXPECT_EQ(ClaimOne().applied.presence, Presence::kNever);
}

TEST_P(LinkQueueContract, ALinkCanBeSettledWhileALeaseSaysThatItMakesNone) {
  Commit(Naming({"checkout-v2"}));
  const Lease lease = ClaimOne();
  Commit(Deleting());
  EXPECT_TRUE(End(lease, Kind::kFailed));
  EXPECT_EQ(Statistics().failed, 0);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, StatisticsTellWhatIsDue) {
  Commit(Showing(Naming({"a"})));
  const TimePoint first = now_;
  Commit(Showing(Naming({"b"}, "comment-1")));
  const TimePoint second = now_;
  EXPECT_EQ(Statistics().next_due, first);
  EXPECT_EQ(Statistics().oldest_due, first);
  Claim(1);
  EXPECT_EQ(Statistics().next_due, second);
  EXPECT_EQ(Statistics().oldest_due, first);
  Pass(minutes(2));  // the lease is over
  EXPECT_EQ(Statistics().next_due, first);
}

TEST_P(LinkQueueContract, EverythingSurvivesARestart) {
  Commit(Showing(Naming({"applied", "waiting", "failed", "unknown"})));
  for (const Lease& lease : Claim()) {
    Outcome outcome = OutcomeOf(lease, Kind::kApplied);
    if (lease.wanted.flag.key == "waiting") outcome.kind = Kind::kRetry;
    if (lease.wanted.flag.key == "failed") outcome.kind = Kind::kFailed;
    if (lease.wanted.flag.key == "unknown") outcome.kind = Kind::kUnknownFlag;
    outcome.due = now_ + minutes(3);
    End(outcome);
  }
  Reopen();
  const QueueStatistics statistics = Statistics();
  EXPECT_EQ(statistics.applied, 1);
  EXPECT_EQ(statistics.waiting, 1);
  EXPECT_EQ(statistics.failed, 1);
  EXPECT_EQ(statistics.unknown_flag, 1);
  EXPECT_EQ(statistics.total_made, 4);
  EXPECT_EQ(statistics.total_applied, 1);
  EXPECT_EQ(statistics.next_due, now_ + minutes(3));
  ExpectBooksBalance();
}

}  // namespace
}  // namespace flaglinkd
