// Events that wait for documents which their bodies leave out.
#include <gmock/gmock.h>

#include "tests/queue/fetch_contract.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = CommitResult::Kind;

ObservedChange WithoutTexts(ObservedChange observed) {
  observed.change.texts.reset();
  return observed;
}

TEST_P(FetchContract, AnEventIsLinkedAtOnceAndWaitsWithItsPayload) {
  const IncomingEvent event = Waiting({Showing(Naming({"a"}))});
  EXPECT_EQ(Commit(event).links, 1);
  EXPECT_EQ(Claim().size(), 1u);
  const std::vector<WaitingFetch> taken = Take();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].source, "jira");
  EXPECT_EQ(taken[0].received, event.received);
  EXPECT_EQ(taken[0].attempts, 0);
  ASSERT_TRUE(taken[0].payload);
  EXPECT_EQ(taken[0].payload->body, event.payload.body);
}

TEST_P(FetchContract, OnlyWhatDocumentsCanHelpWaits) {
  Commit(Waiting({Showing(Naming({}))}));                         // its texts name nothing
  Commit(Waiting({Created(Showing(Naming({}, "", "acme/7")))}));  // and it is not even stored
  EXPECT_THAT(Take(), IsEmpty());
  const CommitResult bare = Commit(Waiting({}));
  const CommitResult without_texts =
      Commit(Waiting({Created(WithoutTexts(Showing(Naming({}, "", "acme/8"))))}));
  EXPECT_EQ(bare.kind, Kind::kStored);
  EXPECT_EQ(without_texts.kind, Kind::kStored);
  EXPECT_THAT(TakeIds(), ElementsAre(bare.event, without_texts.event));
}

TEST_P(FetchContract, WhatCameOfItIsOneMoreChangeOfTheSameEventAtTheSameTime) {
  const IncomingEvent event = Waiting({Showing(Naming({"a"}), "A message")});
  const std::int64_t id = Commit(event).event;
  Deliver();
  TakeIds();
  const CommitResult done =
      Commit(Completion(event, id, {Showing(Naming({"a"}), "Message in #general")}));
  EXPECT_EQ(done.kind, Kind::kStored);
  EXPECT_EQ(done.event, id);
  Pass(std::chrono::minutes(5));
  EXPECT_EQ(ClaimOne().wanted.body.title, "Message in #general");
  EXPECT_EQ(queue_->Admin().Events({}).value().size(), 1u);
  EXPECT_EQ(Report(id).links, 2);
  EXPECT_THAT(Take(), IsEmpty());
  EXPECT_FALSE(Statistics().next_fetch);
  ExpectBooksBalance();
}

TEST_P(FetchContract, WhatWasSaidSinceStands) {
  const IncomingEvent event = Waiting({Showing(Naming({"a"}), "Old")});
  const std::int64_t id = Commit(event).event;
  Commit(Showing(Naming({"a"}), "New"));
  Commit(Completion(event, id, {Showing(Naming({"a"}), "Old, with its name")}));
  EXPECT_EQ(ClaimOne().wanted.body.title, "New");
}

TEST_P(FetchContract, TheyWaitAgainAfterARestart) {
  const std::int64_t id = Commit(Waiting({})).event;
  EXPECT_THAT(TakeIds(), ElementsAre(id));
  EXPECT_THAT(TakeIds(), IsEmpty());
  Reopen();
  EXPECT_EQ(Statistics().next_fetch, now_);
  EXPECT_THAT(TakeIds(), ElementsAre(id));
}

TEST_P(FetchContract, OneThatIsPutOffComesBackWhenItIsDue) {
  const std::int64_t id = Commit(Waiting({})).event;
  TakeIds();
  EXPECT_TRUE(queue_->PutOffFetch(id, 3, now_ + std::chrono::minutes(1)).ok());
  EXPECT_EQ(Statistics().next_fetch, now_ + std::chrono::minutes(1));
  EXPECT_THAT(Take(), IsEmpty());
  Pass(std::chrono::minutes(1));
  const std::vector<WaitingFetch> taken = Take();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].attempts, 3);
  EXPECT_EQ(taken[0].since, At(1));
}

TEST_P(FetchContract, NoSourceIsInAnothersWay) {
  const std::int64_t first = Commit(Waiting({})).event;
  const std::int64_t second = Commit(Waiting({})).event;
  const std::int64_t third = Commit(Waiting({})).event;
  IncomingEvent other = Waiting({});
  other.source = "slack";
  const std::int64_t others = Commit(other).event;
  EXPECT_THAT(TakeIds(2), ElementsAre(first, second, others));
  Commit(Completion(Waiting({}), first, {}));
  EXPECT_THAT(TakeIds(2), ElementsAre(third));
}

TEST_P(FetchContract, NoBacklogOfOneSourceHidesWhatAnotherHas) {
  const std::vector<IncomingEvent> backlog(5'000, WithoutDeliveryId(Waiting({})));
  CommitTogether(backlog);
  IncomingEvent other = Waiting({});
  other.source = "slack";
  const std::int64_t others = Commit(other).event;
  EXPECT_EQ(TakeIds(2).size(), 3u);
  EXPECT_TRUE(queue_->PutOffFetch(others, 1, now_).ok());
  EXPECT_THAT(TakeIds(2), ElementsAre(others));
}

TEST_P(FetchContract, TheNextOneIsTheEarliestOfAnySource) {
  const std::int64_t late = Commit(Waiting({})).event;
  IncomingEvent other = Waiting({});
  other.source = "slack";
  const std::int64_t early = Commit(other).event;
  TakeIds();
  EXPECT_TRUE(queue_->PutOffFetch(late, 1, now_ + std::chrono::minutes(2)).ok());
  EXPECT_TRUE(queue_->PutOffFetch(early, 1, now_ + std::chrono::minutes(1)).ok());
  EXPECT_EQ(Statistics().next_fetch, now_ + std::chrono::minutes(1));
  Pass(std::chrono::minutes(1));
  EXPECT_THAT(TakeIds(), ElementsAre(early));
  EXPECT_EQ(Statistics().next_fetch, now_ + std::chrono::minutes(1));
}

TEST_P(FetchContract, NothingThatCameOfABareEventIsAFailureAndMayBeRepeated) {
  const IncomingEvent event = Waiting({});
  const std::int64_t id = Commit(event).event;
  IncomingEvent failed = Completion(event, id, {});
  failed.failure = "slack.com answered 403";
  EXPECT_EQ(Commit(failed).kind, Kind::kFailed);
  EXPECT_EQ(Report(id).outcome, "failed");
  EXPECT_EQ(Report(id).reason, "slack.com answered 403");
  EXPECT_EQ(Commit(event).kind, Kind::kStored);
}

TEST_P(FetchContract, AFailureLeavesWhatTheBodySaid) {
  const IncomingEvent event = Waiting({Showing(Naming({"a"}))});
  const std::int64_t id = Commit(event).event;
  IncomingEvent failed = Completion(event, id, {});
  failed.failure = "slack.com answered 403";
  EXPECT_EQ(Commit(failed).kind, Kind::kStored);
  EXPECT_EQ(Report(id).outcome, "stored");
  EXPECT_EQ(Report(id).reason, "slack.com answered 403");
  EXPECT_EQ(Commit(event).kind, Kind::kDuplicate);
  EXPECT_TRUE(ClaimOne().wanted.wanted);
}

TEST_P(FetchContract, ThePayloadStaysNoLongerThanItWouldHave) {
  options_.keep_payloads = KeepPayloads::kNone;
  Reopen();
  const IncomingEvent event = Waiting({Showing(Naming({"a"}))});
  const std::int64_t id = Commit(event).event;
  EXPECT_TRUE(Report(id).has_payload);
  Commit(Completion(event, id, {}));
  EXPECT_FALSE(Report(id).has_payload);

  options_.keep_payloads = KeepPayloads::kLinked;
  Reopen();
  const IncomingEvent linked = Waiting({});
  const std::int64_t linked_id = Commit(linked).event;
  Commit(Completion(linked, linked_id, {Showing(Naming({"b"}))}));
  EXPECT_TRUE(Report(linked_id).has_payload);
}

}  // namespace
}  // namespace flaglinkd
