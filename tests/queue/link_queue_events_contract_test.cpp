// What becomes of events: duplicates, late ones, failed ones, several in one batch.
#include <gmock/gmock.h>

#include <cstdint>

#include "tests/queue/link_queue_contract.h"

namespace flaglinkd {
namespace {

using Kind = CommitResult::Kind;
using testing::HasSubstr;
using testing::SizeIs;

ObservedChange ByName(std::string name, ObservedChange change) {
  change.change.resource.clear();
  change.change.name = std::move(name);
  return change;
}

TEST_P(LinkQueueContract, AnEventThatNamesFlagsIsStoredWithItsLinks) {
  const CommitResult result = Commit(Showing(Naming({"checkout-v2", "search-v3"})));
  EXPECT_EQ(result.kind, Kind::kStored);
  EXPECT_EQ(result.links, 2);
  EXPECT_EQ(result.reason, "");
  EXPECT_EQ(Statistics().waiting, 2);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, ACreationThatNamesNoFlagLeavesNoTrace) {
  const CommitResult result = Commit(Created(Showing(Naming({}))));
  EXPECT_EQ(result.kind, Kind::kIgnored);
  EXPECT_EQ(result.event, 0);
  EXPECT_EQ(result.reason, "it names no flag, and the resource is unknown");
  EXPECT_EQ(Commit(ByName("SHOP-42", Naming({"checkout-v2"}))).kind, Kind::kIgnored);
}

TEST_P(LinkQueueContract, AnEventWithoutChangesIsIgnored) {
  EXPECT_EQ(Commit(Event({})).kind, Kind::kIgnored);
}

TEST_P(LinkQueueContract, AnEditThatNamesNoFlagIsStoredForItsTime) {
  const CommitResult result = Commit(Dated(Naming({}), At(-10)));
  EXPECT_EQ(result.kind, Kind::kStored);
  EXPECT_EQ(result.links, 0);
  EXPECT_EQ(Commit(Dated(Naming({"checkout-v2"}), At(-20))).links, 0);
}

TEST_P(LinkQueueContract, ALateEventIsStoredAndChangesNothing) {
  Commit(Dated(Showing(Naming({"checkout-v2"}), "new"), At(-10)));
  const CommitResult late = Commit(Dated(Showing(Naming({"other"}), "old"), At(-20)));
  EXPECT_EQ(late.kind, Kind::kStored);
  EXPECT_EQ(late.links, 0);
  EXPECT_EQ(late.reason, "older than what is known");
  EXPECT_EQ(ClaimOne().wanted.body.title, "new");
}

TEST_P(LinkQueueContract, ArrivalOrderIsThatOfReceipts) {
  rule_ = UnlinkRule::kUnmentioned;
  const IncomingEvent first = Event({Dated(Showing(Naming({"first"})), At(-5))});
  const IncomingEvent second = Event({Dated(Showing(Naming({"second"})), At(-5))});
  Commit(second);
  EXPECT_EQ(Commit(first).links, 0);
  EXPECT_EQ(ClaimOne().wanted.flag.key, "second");
}

TEST_P(LinkQueueContract, EventIdsRiseInArrivalOrderAcrossRestarts) {
  const std::int64_t first = Commit(Naming({"checkout-v2"})).event;
  const std::int64_t second = Commit(Naming({})).event;
  Reopen();
  const std::int64_t third = Commit(Naming({})).event;
  EXPECT_LT(0, first);
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST_P(LinkQueueContract, ARepeatedDeliveryIsADuplicate) {
  const IncomingEvent event = Event({Naming({"checkout-v2"})});
  const CommitResult stored = Commit(event);
  const CommitResult again = Commit(event);
  EXPECT_EQ(again.kind, Kind::kDuplicate);
  EXPECT_EQ(again.event, stored.event);
  EXPECT_EQ(again.links, 0);
}

TEST_P(LinkQueueContract, ARepetitionWithinABatchIsADuplicate) {
  const IncomingEvent event = Event({Naming({"checkout-v2"})});
  const std::vector<CommitResult> results = CommitTogether({event, event});
  EXPECT_EQ(results[0].kind, Kind::kStored);
  EXPECT_EQ(results[1].kind, Kind::kDuplicate);
  EXPECT_EQ(results[1].event, results[0].event);
}

TEST_P(LinkQueueContract, ADeliveryIsKnownAfterARestart) {
  const IncomingEvent event = Event({Naming({"checkout-v2"})});
  const CommitResult stored = Commit(event);
  Reopen();
  const CommitResult again = Commit(event);
  EXPECT_EQ(again.kind, Kind::kDuplicate);
  EXPECT_EQ(again.event, stored.event);
}

TEST_P(LinkQueueContract, ADeliveryIdCountsPerSource) {
  IncomingEvent event = Event({Naming({"checkout-v2"})});
  Commit(event);
  event.source = "jira-two";
  event.changes = {Naming({"other"}, "", "acme/43")};
  EXPECT_EQ(Commit(event).kind, Kind::kStored);
}

TEST_P(LinkQueueContract, AnIgnoredDeliveryIsLookedAtAgain) {
  IncomingEvent event = Event({Created(Naming({}))});
  Commit(event);
  EXPECT_EQ(Commit(event).kind, Kind::kIgnored);
}

TEST_P(LinkQueueContract, ARedeliveryOfAFailedEventIsProcessed) {
  IncomingEvent event = Event({});
  event.failure = "body: no issue in it";
  const CommitResult failed = Commit(event);
  EXPECT_EQ(failed.kind, Kind::kFailed);
  EXPECT_EQ(failed.reason, "body: no issue in it");
  EXPECT_GT(failed.event, 0);
  Reopen();
  event.failure.clear();
  event.changes = {Naming({"checkout-v2"})};
  EXPECT_EQ(Commit(event).kind, Kind::kStored);
  EXPECT_EQ(Commit(event).kind, Kind::kDuplicate);
}

TEST_P(LinkQueueContract, AFailedEventsChangesAreApplied) {
  IncomingEvent event = Event({Showing(Naming({"checkout-v2"}))});
  event.failure = "more than 256 changes";
  const CommitResult result = Commit(event);
  EXPECT_EQ(result.kind, Kind::kFailed);
  EXPECT_EQ(result.links, 1);
  EXPECT_EQ(ClaimOne().wanted.flag.key, "checkout-v2");
}

TEST_P(LinkQueueContract, WithoutADeliveryIdTheSameBodyIsADuplicate) {
  const IncomingEvent event = WithoutDeliveryId(Event({Naming({"a"}), Naming({"b"}, "comment-1")}));
  const CommitResult stored = Commit(event);
  EXPECT_EQ(stored.kind, Kind::kStored);
  Reopen();
  const CommitResult again = Commit(event);
  EXPECT_EQ(again.kind, Kind::kDuplicate);
  EXPECT_EQ(again.event, stored.event);
}

TEST_P(LinkQueueContract, ABodyThatCameBeforeTheLastIsNoDuplicate) {
  rule_ = UnlinkRule::kUnmentioned;
  IncomingEvent on = WithoutDeliveryId(Event({Naming({"checkout-v2"})}));
  const IncomingEvent off = WithoutDeliveryId(Event({Naming({})}));
  EXPECT_EQ(Commit(on).links, 1);
  EXPECT_EQ(Commit(off).links, 1);
  on.received = now_ += std::chrono::seconds(1);
  EXPECT_EQ(Commit(on).links, 1);
}

TEST_P(LinkQueueContract, AnEventWithADeliveryIdComesBetweenTwoBodiesToo) {
  rule_ = UnlinkRule::kUnmentioned;
  IncomingEvent on = WithoutDeliveryId(Event({Naming({"checkout-v2"})}));
  Commit(on);
  Commit(Event({Naming({})}));
  on.received = now_ += std::chrono::seconds(1);
  EXPECT_EQ(Commit(on).kind, Kind::kStored);
}

TEST_P(LinkQueueContract, TheSameBodyAboutAnotherPartIsNoDuplicate) {
  IncomingEvent event = WithoutDeliveryId(Event({Naming({"checkout-v2"})}));
  Commit(event);
  event.changes = {Naming({"checkout-v2"}, "comment-1")};
  EXPECT_EQ(Commit(event).kind, Kind::kStored);
}

TEST_P(LinkQueueContract, AFailedBodyIsLookedAtAgain) {
  IncomingEvent event = WithoutDeliveryId(Event({Naming({"checkout-v2"})}));
  event.failure = "more than 256 changes";
  EXPECT_EQ(Commit(event).kind, Kind::kFailed);
  event.failure.clear();
  EXPECT_EQ(Commit(event).kind, Kind::kStored);
}

TEST_P(LinkQueueContract, ANameStandsInForTheResource) {
  Commit(Showing(Naming({"checkout-v2"})));
  EXPECT_EQ(Commit(ByName("SHOP-42", Naming({"other"}, "comment-1"))).links, 1);
  const std::vector<Lease> leases = Claim();
  ASSERT_THAT(leases, SizeIs(2));
  EXPECT_EQ(leases[0].resource, "acme/42");
  EXPECT_EQ(leases[1].resource, "acme/42");
}

TEST_P(LinkQueueContract, ANameThatNobodyBearsIsIgnored) {
  const CommitResult result = Commit(ByName("SHOP-\n43", Naming({"checkout-v2"})));
  EXPECT_EQ(result.kind, Kind::kIgnored);
  EXPECT_EQ(result.reason, "no resource is known by the name SHOP-\\x0a43");
  EXPECT_EQ(Commit(ByName("", Naming({"checkout-v2"}))).reason, "it names no resource");
}

TEST_P(LinkQueueContract, ANameMeansTheResourceThatBearsItNow) {
  Commit(Showing(Naming({"checkout-v2"})));
  ObservedChange renamed = Showing(Naming({"checkout-v2"}));
  renamed.change.name = "STORE-1";
  Commit(renamed);
  EXPECT_EQ(Commit(ByName("SHOP-42", Naming({"other"}))).kind, Kind::kIgnored);
  EXPECT_EQ(Commit(ByName("STORE-1", Naming({"other"}))).kind, Kind::kStored);
}

TEST_P(LinkQueueContract, ResourcesOfOneNameSpaceAreShared) {
  Commit(Showing(Naming({"checkout-v2"})));
  IncomingEvent other = Event({Naming({"checkout-v2", "other"}, "comment-1")});
  other.source = "jira-automation";
  EXPECT_EQ(Commit(other).links, 1);
  other = Event({Naming({"checkout-v2"})});
  other.name_space = "linear";
  EXPECT_EQ(Commit(other).links, 1);
}

TEST_P(LinkQueueContract, ChangesOfOneEventApplyInOrder) {
  rule_ = UnlinkRule::kUnmentioned;
  const CommitResult result = Commit(Event({Showing(Naming({"first"})), Showing(Naming({"second"})),
                                            ByName("SHOP-42", Naming({"third"}, "comment-1"))}));
  EXPECT_EQ(result.kind, Kind::kStored);
  EXPECT_EQ(result.links, 4);
  std::vector<std::string> flags;
  for (const Lease& lease : Claim()) flags.push_back(lease.wanted.flag.key);
  EXPECT_THAT(flags, testing::UnorderedElementsAre("second", "third"));
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AnEventIsStoredForTheChangesThatAreNotIgnored) {
  const CommitResult result =
      Commit(Event({Created(Naming({}, "", "acme/1")), Naming({"checkout-v2"}, "", "acme/2")}));
  EXPECT_EQ(result.kind, Kind::kStored);
  EXPECT_EQ(result.links, 1);
}

TEST_P(LinkQueueContract, APartBeyondTheBoundFailsItsEvent) {
  std::vector<ObservedChange> changes;
  for (std::size_t i = 0; i < kMaxPartsPerResource; ++i) {
    changes.push_back(Naming({"checkout-v2"}, "comment-" + std::to_string(i)));
  }
  EXPECT_EQ(Commit(Event(changes)).kind, Kind::kStored);
  const IncomingEvent beyond = Event({Naming({"other"}, "comment-x")});
  const CommitResult result = Commit(beyond);
  EXPECT_EQ(result.kind, Kind::kFailed);
  EXPECT_EQ(result.links, 0);
  EXPECT_THAT(result.reason, HasSubstr("more than 256 parts"));
  // The bound is per resource, and a part that is gone makes room, so that the redelivery succeeds.
  EXPECT_EQ(Commit(Naming({"other"}, "", "acme/43")).links, 1);
  Commit(Deleting("comment-0"));
  EXPECT_EQ(Commit(beyond).kind, Kind::kStored);
}

TEST_P(LinkQueueContract, TextsOfAnyFormSurvive) {
  ObservedChange change =
      Showing(Naming({"checkout-v2"}), "größe 日本 'quoted\" ; DROP TABLE links;--");
  change.change.resource = "acme/'; --\n\"x";
  change.change.integration_key = "jira";
  change.change.metadata = {{"creator", "Ada"}, {"issueKey", std::string(900, 'k')}};
  Commit(change);
  Reopen();
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.resource, change.change.resource);
  EXPECT_EQ(lease.wanted.body.title, *change.change.title);
  EXPECT_EQ(lease.wanted.body.metadata, change.change.metadata);
}

}  // namespace

}  // namespace flaglinkd
