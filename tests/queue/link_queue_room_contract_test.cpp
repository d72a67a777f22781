// A flag gets so many links and no more: the oldest stay, others wait, and one that goes makes
// room.
#include <gmock/gmock.h>

#include <string>

#include "tests/queue/link_queue_contract.h"

namespace flaglinkd {
namespace {

using Kind = Outcome::Kind;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(FullFlagContract, TheOldestGetThePlaces) {
  for (int i = 1; i <= 4; ++i) Mention(i);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/1", "acme/2"));
  Pass(hours(24));
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().applied, 2);
  EXPECT_EQ(Statistics().waiting, 2);
  EXPECT_EQ(Statistics().next_due, std::nullopt);
  EXPECT_EQ(Statistics().oldest_due, std::nullopt);
  ExpectBooksBalance();
}

TEST_P(FullFlagContract, WhatIsBeingMadeHasItsPlace) {
  for (int i = 1; i <= 4; ++i) Mention(i);
  EXPECT_THAT(Claim(1), SizeIs(1));
  EXPECT_THAT(Claim(2), SizeIs(1));
  EXPECT_THAT(Claim(2), IsEmpty());
}

TEST_P(FullFlagContract, OtherFlagsHaveRoom) {
  for (int i = 1; i <= 3; ++i) Mention(i);
  Commit(Showing(Naming({"other"}, "", Resource(4))));
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/1", "acme/2", "acme/4"));
}

TEST_P(FullFlagContract, AClaimLooksPastAllThatHaveNoRoom) {
  for (int i = 1; i <= 50; ++i) Mention(i);
  Commit(Showing(Naming({"other"}, "", Resource(51))));
  DeliverAll();
  EXPECT_EQ(Statistics().applied, 3);
  EXPECT_EQ(Statistics().waiting, 48);
}

TEST_P(FullFlagContract, OneThatGoesMakesRoomForTheOldest) {
  for (int i = 1; i <= 5; ++i) Mention(i);
  DeliverAll();
  Delete(1);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/1"));  // its removal
  Mention(6);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/3"));
  EXPECT_THAT(Claim(), IsEmpty());
  ExpectBooksBalance();
}

TEST_P(FullFlagContract, OneThatHasWaitedComesBeforeOneThatIsNew) {
  for (int i = 1; i <= 3; ++i) Mention(i);
  DeliverAll();
  Delete(1);
  const Lease removal = ClaimOne();
  Mention(4);
  Pass(minutes(1) - std::chrono::seconds(2));
  End(removal, Outcome::Kind::kRemoved);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/3"));
}

TEST_P(FullFlagContract, RoomThatIsMadeIsTakenAfterARestart) {
  for (int i = 1; i <= 3; ++i) Mention(i);
  DeliverAll();
  Delete(2);
  DeliverAll();
  Reopen();
  EXPECT_EQ(Statistics().waiting, 1);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/3"));
  Mention(4);
  EXPECT_THAT(Claim(), IsEmpty());
}

TEST_P(FullFlagContract, APlaceIsHandedOnByOneThatDoesNotTakeIt) {
  for (int i = 1; i <= 4; ++i) Mention(i);
  DeliverAll();
  Delete(1);
  DeliverAll();
  Delete(3);  // whose turn it was
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/4"));
}

TEST_P(FullFlagContract, ALinkThatCannotBeMadeLeavesItsPlace) {
  for (int i = 1; i <= 4; ++i) Mention(i);
  const std::vector<Lease> leases = Claim();
  Outcome failed = OutcomeOf(leases.at(0), Kind::kFailed);
  failed.applied = {};
  End(failed);
  NoSuchFlag(leases.at(1));
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/3", "acme/4"));
  ExpectBooksBalance();
}

TEST_P(FullFlagContract, ALinkThatWaitsForRoomCanGo) {
  for (int i = 1; i <= 3; ++i) Mention(i);
  DeliverAll();
  Delete(3);
  EXPECT_EQ(Statistics().waiting, 0);
  EXPECT_THAT(Claim(), IsEmpty());
  Delete(1);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/1"));
  EXPECT_THAT(Claim(), IsEmpty());
  ExpectBooksBalance();
}

TEST_P(FullFlagContract, AnEditOfALinkThatWaitsForRoomGivesItNone) {
  for (int i = 1; i <= 3; ++i) Mention(i);
  DeliverAll();
  Mention(3, "another title");
  Pass(minutes(1));
  EXPECT_EQ(Statistics().next_due, std::nullopt);
  ExpectBooksBalance();
  Delete(1);
  DeliverAll();
  EXPECT_EQ(ClaimOne().wanted.body.title, "another title");
}

TEST_P(FullFlagContract, WhatIsThereIsUpdatedThoughThereIsNoRoom) {
  for (int i = 1; i <= 3; ++i) Mention(i);
  DeliverAll();
  Mention(2, "another title");
  Pass(options_.settle);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/2"));
}

TEST_P(FullFlagContract, AForeignLinkTakesNoPlace) {
  Mention(1);
  Outcome foreign = OutcomeOf(ClaimOne(), Kind::kApplied);
  foreign.applied = {Presence::kForeign, "theirs", std::nullopt};
  End(foreign);
  for (int i = 2; i <= 4; ++i) Mention(i);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/2", "acme/3"));
}

TEST_P(FullFlagContract, MorePlacesAreFilledAtTheNextStart) {
  for (int i = 1; i <= 5; ++i) Mention(i);
  DeliverAll();
  options_.max_links_per_flag = 4;
  Reopen();
  EXPECT_NE(Statistics().next_due, std::nullopt);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/3", "acme/4"));
  EXPECT_EQ(Statistics().waiting, 1);
}

TEST_P(FullFlagContract, FewerPlacesTakeNothingAway) {
  for (int i = 1; i <= 3; ++i) Mention(i);
  DeliverAll();
  options_.max_links_per_flag = 1;
  Reopen();
  EXPECT_EQ(Statistics().applied, 2);
  Delete(1);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/1"));
  EXPECT_THAT(Claim(), IsEmpty());
  Delete(2);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/2"));
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/3"));
}

TEST_P(FullFlagContract, MorePlacesAreGivenToThoseThatWait) {
  for (int i = 1; i <= 4; ++i) Mention(i);
  DeliverAll();
  options_.max_links_per_flag = 3;
  ASSERT_TRUE(queue_->Configure(options_, now_).ok());
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/3"));
  EXPECT_THAT(Claim(), IsEmpty());
  ExpectBooksBalance();
}

TEST_P(FullFlagContract, WithFewerPlacesThanAreTakenNoLinkGoesAndNoneComes) {
  for (int i = 1; i <= 3; ++i) Mention(i);
  DeliverAll();
  options_.max_links_per_flag = 1;
  ASSERT_TRUE(queue_->Configure(options_, now_).ok());
  Delete(1);
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/1"));  // its removal
  EXPECT_THAT(Claim(), IsEmpty());
  Delete(2);
  DeliverAll();
  EXPECT_THAT(DeliverAll(), ElementsAre("acme/3"));
}

TEST_P(LinkQueueContract, AnotherInstallationIsInTheKeysOfNewLinksAlone) {
  Commit(Showing(Naming({"checkout-v2"}, "", "acme/1")));
  const std::string before = ClaimOne().wanted.body.key;
  Pass(minutes(1));
  options_.installation = "staging";
  ASSERT_TRUE(queue_->Configure(options_, now_).ok());
  const Lease old = ClaimOne();
  EXPECT_EQ(old.wanted.body.key, before);
  End(old, Kind::kApplied);
  Commit(Showing(Naming({"checkout-v2"}, "", "acme/2")));
  const std::string staging = ClaimOne().wanted.body.key;
  Reopen();
  EXPECT_EQ(ClaimOne().wanted.body.key, staging) << "as after a start with these options";
}

}  // namespace
}  // namespace flaglinkd
