// What the queue knows of flags, and what news of them does to links that wait for their flag.
#include <gmock/gmock.h>

#include <string>

#include "tests/queue/link_queue_contract.h"

namespace flaglinkd {
namespace {

using Flag = CatalogUpdate::Flag;
using Kind = Outcome::Kind;
using State = CatalogUpdate::State;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;

CatalogUpdate News(std::vector<Flag> flags) {
  return {"default", std::move(flags), std::nullopt};
}

CatalogUpdate Complete(std::vector<Flag> flags) {
  return {"default", std::move(flags), At(7)};
}

TEST_P(LinkQueueContract, NothingIsKnownOfFlagsAtFirst) {
  Commit(Showing(Naming({"checkout-v2"})));
  EXPECT_THAT(Catalog(), IsEmpty());
  EXPECT_FALSE(ClaimOne().flag_missing);
}

TEST_P(LinkQueueContract, WhatIsKnownComesBackAfterARestart) {
  Learn({"other", {{"z", State::kLive, ""}}, std::nullopt});
  Learn(Complete({{"b", State::kArchived, ""}, {"a", State::kLive, "SHOP-1,SHOP-2"}}));
  Learn({"empty", {}, At(9)});
  Reopen();
  const std::vector<CatalogUpdate> catalog = Catalog();
  ASSERT_EQ(catalog.size(), 3u);
  EXPECT_EQ(catalog[0].project, "default");
  EXPECT_EQ(catalog[0].complete, At(7));
  EXPECT_THAT(catalog[0].flags, ElementsAre(Flag{"a", State::kLive, "SHOP-1,SHOP-2"},
                                            Flag{"b", State::kArchived, ""}));
  EXPECT_EQ(catalog[1].project, "empty");
  EXPECT_EQ(catalog[1].complete, At(9));
  EXPECT_THAT(catalog[1].flags, IsEmpty());
  EXPECT_EQ(catalog[2].project, "other");
  EXPECT_EQ(catalog[2].complete, std::nullopt);
  EXPECT_THAT(catalog[2].flags, ElementsAre(Flag{"z", State::kLive, ""}));
}

TEST_P(LinkQueueContract, NewsReplaceWhatWasKnown) {
  Learn(Complete({{"a", State::kLive, "SHOP-1"}, {"b", State::kLive, ""}}));
  Learn({"default",
         {{"a", State::kArchived, ""}, {"b", State::kGone, ""}, {"never-known", State::kGone, ""}},
         At(8)});
  const std::vector<CatalogUpdate> catalog = Catalog();
  ASSERT_EQ(catalog.size(), 1u);
  EXPECT_EQ(catalog[0].complete, At(8));
  EXPECT_THAT(catalog[0].flags, ElementsAre(Flag{"a", State::kArchived, ""}));
}

TEST_P(LinkQueueContract, WhatIsNoKeyIsLeftOut) {
  Learn({"default", {{"../x", State::kLive, ""}, {"", State::kLive, ""}}, std::nullopt});
  Learn({"no project", {{"a", State::kLive, ""}}, At(7)});
  EXPECT_THAT(Catalog(), IsEmpty());
}

TEST_P(LinkQueueContract, AFlagOfALinkThatIsThereAlreadyKeepsItsLink) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lease = Deliver();
  Learn(Complete({{"checkout-v2", State::kLive, ""}}));
  EXPECT_EQ(Statistics().applied, 1);
  Commit(Showing(Naming({"checkout-v2"}), "another title"));
  Pass(options_.settle);
  EXPECT_EQ(ClaimOne().id, lease.id);
}

TEST_P(LinkQueueContract, AFlagIsMissingOnlyWhereAllFlagsAreKnown) {
  Learn(News({{"other", State::kLive, ""}}));
  Commit(Showing(Naming({"checkout-v2", "live", "archived"})));
  for (const Lease& lease : Claim()) EXPECT_FALSE(lease.flag_missing);
  Reopen();
  Learn(Complete({{"live", State::kLive, ""}, {"archived", State::kArchived, ""}}));
  for (const Lease& lease : Claim())
    EXPECT_EQ(lease.flag_missing, lease.wanted.flag.key == "checkout-v2");
}

TEST_P(LinkQueueContract, AFlagThatIsGoneIsMissingAndDisturbsNoLink) {
  Learn(Complete({{"checkout-v2", State::kLive, ""}}));
  Commit(Showing(Naming({"checkout-v2"})));
  Deliver();
  Learn(News({{"checkout-v2", State::kGone, ""}}));
  EXPECT_EQ(Statistics().applied, 1);
  EXPECT_THAT(Claim(), IsEmpty());
  Commit(Deleting());
  EXPECT_TRUE(ClaimOne().flag_missing);
}

TEST_P(LinkQueueContract, ALinkIsDueOnceTheCatalogueKnowsItsFlag) {
  for (const State state : {State::kLive, State::kArchived}) {
    const std::string flag = "flag-" + std::to_string(static_cast<int>(state));
    Commit(Showing(Naming({flag}, "", "acme/" + flag)));
    NoSuchFlag(ClaimOne());
    Learn(Complete({{"another", State::kLive, ""}}));
    EXPECT_EQ(Statistics().unknown_flag, 1);
    Learn(News({{flag, state, ""}}));
    EXPECT_EQ(Statistics().unknown_flag, 0);
    ExpectBooksBalance();
    const Lease lease = Deliver();
    EXPECT_EQ(lease.attempts, 0);
    EXPECT_FALSE(lease.flag_unknown);
    EXPECT_FALSE(lease.flag_missing);
  }
}

TEST_P(LinkQueueContract, AFlagThatGoesLeavesALinkWaitingForIt) {
  Commit(Showing(Naming({"checkout-v2"})));
  NoSuchFlag(ClaimOne());
  const auto due = Statistics().next_due;
  Learn(Complete({{"checkout-v2", State::kGone, ""}}));
  EXPECT_EQ(Statistics().unknown_flag, 1);
  EXPECT_EQ(Statistics().next_due, due);
}

TEST_P(LinkQueueContract, AFlagThatIsMadeWhileItsLinkIsTriedIsTriedAtOnce) {
  Commit(Showing(Naming({"checkout-v2"})));
  const Lease lease = ClaimOne();
  Learn(News({{"checkout-v2", State::kLive, ""}}));
  NoSuchFlag(lease);  // said before the flag was made
  EXPECT_EQ(Statistics().unknown_flag, 0);
  const Lease again = ClaimOne();
  NoSuchFlag(again);  // said after
  EXPECT_EQ(Statistics().unknown_flag, 1);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, AnEventThatIsNewsOfFlagsIsStoredAndWakesTheirLinks) {
  Commit(Showing(Naming({"checkout-v2"})));
  Commit(Showing(Naming({"checkout-v2"}, "", "acme/43")));
  for (const Lease& lease : Claim()) NoSuchFlag(lease);
  IncomingEvent event = Event({});
  event.flag_news = {News({{"checkout-v2", State::kLive, ""}})};
  const CommitResult result = Commit(event);
  EXPECT_EQ(result.kind, CommitResult::Kind::kStored);
  EXPECT_EQ(result.links, 2);
  EXPECT_EQ(result.reason, "");
  EXPECT_EQ(Statistics().waiting, 2);
  EXPECT_EQ(Commit(event).kind, CommitResult::Kind::kDuplicate);
  ExpectBooksBalance();
}

TEST_P(LinkQueueContract, NewsThatWakeNoLinkAreStoredAllTheSame) {
  IncomingEvent event = WithoutDeliveryId(Event({}));
  event.flag_news = {News({{"checkout-v2", State::kArchived, ""}})};
  EXPECT_EQ(Commit(event).kind, CommitResult::Kind::kStored);
  EXPECT_EQ(Commit(event).kind, CommitResult::Kind::kStored);
  ASSERT_EQ(Catalog().size(), 1u);
  EXPECT_THAT(Catalog()[0].flags, ElementsAre(Flag{"checkout-v2", State::kArchived, ""}));
}

}  // namespace
}  // namespace flaglinkd
