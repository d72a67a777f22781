#include "tests/queue/queue_admin_contract.h"

#include <gmock/gmock.h>

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(QueueAdminContract, ALinkIsReportedAsItIs) {
  Commit(On("acme/42", "checkout-v2"));
  Fail("POST: 400 no such thing");
  const LinkReport link = ReportOf("checkout-v2");
  EXPECT_EQ(link.flag, (FlagKey{"default", "checkout-v2"}));
  EXPECT_THAT(link.key, testing::StartsWith("jira-SHOP-42-checkout-v2-"));
  EXPECT_EQ(link.name_space, "jira");
  EXPECT_EQ(link.resource, "acme/42");
  EXPECT_EQ(link.name, "SHOP-42");
  EXPECT_EQ(link.title, "Roll out the checkout");
  EXPECT_EQ(link.url, "https://acme.example/browse/SHOP-42");
  EXPECT_EQ(link.status, "failed");
  EXPECT_TRUE(link.wanted);
  EXPECT_EQ(link.attempts, 1);
  EXPECT_EQ(link.reason, "POST: 400 no such thing");
  EXPECT_EQ(link.due, std::nullopt);
  EXPECT_EQ(link.changed_at, now_);
  EXPECT_THAT(link.mentions, IsEmpty());
}

TEST_P(QueueAdminContract, ALinkThatIsNamedTellsWhatMentionsIt) {
  Commit(On("acme/42", "checkout-v2"));
  Commit(Naming({"checkout-v2", "other"}, "comment-7"));
  const std::vector<LinkReport> links = Links(ById("checkout-v2"));
  ASSERT_EQ(links.size(), 1u);
  EXPECT_THAT(links[0].mentions, ElementsAre("a test names it", "comment-7: a test names it"));
}

TEST_P(QueueAdminContract, LinksAreListedNewestFirstAndUpToTheLimit) {
  for (const char* flag : {"a", "b", "c"}) Commit(On(flag, flag));
  Commit(Showing(Naming({"a"}, "", "a"), "Changed"));
  EXPECT_THAT(Flags(), ElementsAre("a", "c", "b"));
  EXPECT_THAT(Flags({.limit = 2}), ElementsAre("a", "c"));
}

TEST_P(QueueAdminContract, ConditionsOfAFilterMustAllHold) {
  Commit(On("acme/1", "applied"));
  Deliver();
  Commit(On("acme/2", "failed"));
  Fail("no");
  Commit(On("acme/3", "unknown"));
  PutOff(Outcome::Kind::kUnknownFlag, std::chrono::hours(1));
  const TimePoint before_the_last = now_;
  ObservedChange other = On("acme/4", "waiting");
  other.mentions[0].flag.project = "mobile";
  IncomingEvent from_slack = Event({other});
  from_slack.source = from_slack.name_space = "slack";
  Commit(from_slack);
  const TimePoint after = before_the_last + std::chrono::milliseconds(1);

  const struct {
    const char* what;
    LinkFilter filter;
    std::vector<std::string> flags;
  } kCases[] = {
      {"nothing", {}, {"waiting", "unknown", "failed", "applied"}},
      {"status applied", {.status = "applied"}, {"applied"}},
      {"status failed", {.status = "failed"}, {"failed"}},
      {"status unknown_flag", {.status = "unknown_flag"}, {"unknown"}},
      {"status waiting", {.status = "waiting"}, {"waiting"}},
      {"status gone", {.status = "gone"}, {}},
      {"status foreign", {.status = "foreign"}, {}},
      {"project", {.project = "mobile"}, {"waiting"}},
      {"flag", {.flag = "failed"}, {"failed"}},
      {"flag of another project", {.project = "mobile", .flag = "failed"}, {}},
      {"name space", {.name_space = "slack"}, {"waiting"}},
      {"a name space that nobody has", {.name_space = "trello"}, {}},
      {"resource by id", {.resource = "acme/3"}, {"unknown"}},
      {"resource by name", {.resource = "SHOP-42"}, {"waiting", "unknown", "failed", "applied"}},
      {"resource of another name space", {.name_space = "slack", .resource = "acme/3"}, {}},
      {"since", {.since = after}, {"waiting"}},
      {"since before all", {.status = "applied", .since = At(0)}, {"applied"}},
      {"id", ById("failed"), {"failed"}},
      {"an id that nothing has", {.id = "9.9"}, {}},
  };
  for (const auto& test : kCases) EXPECT_EQ(Flags(test.filter), test.flags) << test.what;
}

TEST_P(QueueAdminContract, AFilterThatMakesNoSenseIsRefused) {
  const auto refusal = [&](const LinkFilter& filter) {
    const auto links = Admin().Links(filter);
    EXPECT_FALSE(links.ok());
    return links ? "" : links.error().message;
  };
  EXPECT_EQ(refusal({.status = "paused\n"}),
            "\"paused\\x0a\" is no status of a link: applied, foreign, waiting, unknown_flag, "
            "failed or gone");
  for (const char* id :
       {"", "7", "7.", ".7", "7.x", "7.4.1", " 7.4", "07.4", "7.99999999999999999999"})
    EXPECT_THAT(refusal({.id = id}), testing::EndsWith("is no id of a link, such as 17.4")) << id;
  EXPECT_EQ(Admin().Retry({.status = "x"}, now_).error().code, Error::Code::kInvalid);
  EXPECT_EQ(Admin().Forget({.status = "x"}, false, now_).error().code, Error::Code::kInvalid);
  EXPECT_EQ(Admin().Events({.outcome = "lost"}).error().message,
            "\"lost\" is no outcome of an event: stored or failed");
}

TEST_P(QueueAdminContract, AFailedLinkIsTriedAgain) {
  Commit(On("acme/42", "checkout-v2"));
  Fail("no");
  EXPECT_THAT(Claim(), IsEmpty());
  now_ += std::chrono::hours(24 * 8);
  EXPECT_EQ(Retry({.status = "failed"}), 1);
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.attempts, 0);
  EXPECT_EQ(lease.failing, Duration(0));
  EXPECT_EQ(lease.changed_at, now_) << "its patience begins anew";
  EXPECT_TRUE(End(lease, Outcome::Kind::kApplied));
  EXPECT_EQ(ReportOf("checkout-v2").status, "applied");
  ExpectBooksBalance();
}

TEST_P(QueueAdminContract, ABackOffEndsAndAnUnknownFlagIsAskedForAgain) {
  Commit(On("acme/1", "backs-off"));
  PutOff(Outcome::Kind::kRetry, std::chrono::hours(1));
  Commit(On("acme/2", "unknown"));
  PutOff(Outcome::Kind::kUnknownFlag, std::chrono::hours(1));
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Retry(), 2);
  EXPECT_EQ(Retry(), 0);  // they are due already
  const std::vector<Lease> leases = Claim();
  ASSERT_EQ(leases.size(), 2u);
  for (const Lease& lease : leases) {
    EXPECT_EQ(lease.attempts, 0);
    EXPECT_FALSE(lease.flag_unknown);
  }
}

TEST_P(QueueAdminContract, ARetryTakesNoMoreThanTheLimit) {
  for (const char* flag : {"a", "b", "c"}) {
    Commit(On(flag, flag));
    Fail("no");
  }
  EXPECT_EQ(Retry({.limit = 2}), 2);
  EXPECT_EQ(Retry({.limit = 2}), 1);
  EXPECT_EQ(Retry({.limit = 2}), 0);
}

TEST_P(QueueAdminContract, AnAppliedLinkIsLookedAtAnewOnlyWhenItIsNamed) {
  Commit(On("acme/42", "checkout-v2"));
  Deliver();
  EXPECT_EQ(Retry(), 0);
  EXPECT_EQ(Retry(ById("checkout-v2")), 1);
  const Lease lease = ClaimOne();
  EXPECT_EQ(lease.applied.presence, Presence::kThere);
  EXPECT_EQ(lease.applied.shown, std::nullopt);
  EXPECT_TRUE(End(lease, Outcome::Kind::kApplied));
  ExpectBooksBalance();
  EXPECT_EQ(Statistics().applied, 1);
}

TEST_P(QueueAdminContract, AForgottenLinkThatWasNeverSentIsNotSent) {
  Commit(On("acme/42", "checkout-v2"));
  EXPECT_EQ(Leave(), 1);
  EXPECT_EQ(Leave(), 0);
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().total_forgotten, 1);
  const LinkReport link = ReportOf("checkout-v2");
  EXPECT_EQ(link.status, "gone");
  EXPECT_FALSE(link.wanted);
}

TEST_P(QueueAdminContract, AForgottenLinkThatIsThereStaysAndIsNoLongerOurs) {
  Commit(On("acme/42", "checkout-v2"));
  Deliver();
  EXPECT_EQ(Leave({.flag = "checkout-v2"}), 1);
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Statistics().applied, 0);
  // Neither an edit nor the end of its resource moves it.
  Commit(Showing(Naming({"checkout-v2"}), "Another title"));
  Commit(Deleting());
  Pass(std::chrono::hours(1));
  EXPECT_THAT(Claim(), IsEmpty());
  ExpectBooksBalance();
}

TEST_P(QueueAdminContract, AForgottenLinkIsWantedOnceItIsMentionedAnew) {
  Commit(On("acme/42", "checkout-v2"));
  Deliver();
  Leave();
  Reopen();
  Commit(Naming({"checkout-v2"}));  // as before
  EXPECT_THAT(Claim(), IsEmpty());
  Commit(Naming({"checkout-v2"}, "comment-7"));
  const Lease lease = ClaimOne();
  EXPECT_TRUE(lease.wanted.wanted);
  EXPECT_EQ(lease.applied.presence, Presence::kNever);
  EXPECT_TRUE(End(lease, Outcome::Kind::kApplied));
  ExpectBooksBalance();
}

TEST_P(QueueAdminContract, AForgottenLinkWhoseLastMentionWentComesBackWithTheNext) {
  Commit(On("acme/42", "checkout-v2"));
  Deliver();
  Leave();
  Commit(Naming({}));
  EXPECT_THAT(Flags(), IsEmpty());
  Commit(Naming({"checkout-v2"}));
  EXPECT_TRUE(ClaimOne().wanted.wanted);
}

TEST_P(QueueAdminContract, AForgottenLinkIsRemovedWhenThatIsAskedFor) {
  Commit(On("acme/42", "checkout-v2"));
  Deliver();
  EXPECT_EQ(Remove(), 1);
  EXPECT_EQ(Remove(), 0);  // it is on its way out
  Commit(Showing(Naming({"checkout-v2"}), "Another title"));
  const Lease lease = ClaimOne();
  EXPECT_FALSE(lease.wanted.wanted);
  EXPECT_TRUE(End(lease, Outcome::Kind::kRemoved));
  Commit(Showing(Naming({"checkout-v2"}), "A third title"));
  EXPECT_THAT(Claim(), IsEmpty());
  ExpectBooksBalance();
  EXPECT_EQ(Statistics().total_forgotten, 0);
}

TEST_P(QueueAdminContract, WhatIsOpenAndForgottenCountsAsForgottenAlsoWithARemoval) {
  Commit(On("acme/1", "never-sent"));
  EXPECT_EQ(Remove(), 1);
  EXPECT_THAT(Claim(), IsEmpty());
  Commit(On("acme/2", "perhaps-there"));
  Outcome unanswered = OutcomeOf(ClaimOne(), Outcome::Kind::kRetry);
  unanswered.applied.presence = Presence::kMaybe;
  unanswered.due = now_ + std::chrono::hours(1);
  EXPECT_TRUE(End(unanswered));
  EXPECT_EQ(Remove(), 1);
  EXPECT_FALSE(ClaimOne().wanted.wanted);
  EXPECT_EQ(Statistics().total_forgotten, 2);
  EXPECT_EQ(Statistics().total_superseded, 0);
}

TEST_P(QueueAdminContract, ARemovalThatFailsForGoodCanBeForgotten) {
  Commit(On("acme/42", "checkout-v2"));
  Deliver();
  Commit(Deleting());
  Fail("403");
  EXPECT_EQ(Leave({.status = "failed"}), 1);
  EXPECT_THAT(Flags(), IsEmpty());
  EXPECT_THAT(Claim(), IsEmpty());
}

TEST_P(QueueAdminContract, AnAnswerThatComesAfterALinkWasForgottenChangesNothing) {
  Commit(On("acme/42", "checkout-v2"));
  const Lease lease = ClaimOne();
  EXPECT_EQ(Leave(), 1);
  EXPECT_TRUE(End(lease, Outcome::Kind::kApplied));
  Pass(std::chrono::hours(1));
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(ReportOf("checkout-v2").status, "gone");
  ExpectBooksBalance();
}

TEST_P(QueueAdminContract, ALinkForgottenWhileItIsSentIsRemovedAfterwards) {
  Commit(On("acme/42", "checkout-v2"));
  const Lease lease = ClaimOne();
  EXPECT_EQ(Remove(), 1);
  EXPECT_TRUE(End(lease, Outcome::Kind::kApplied));
  EXPECT_FALSE(ClaimOne().wanted.wanted);
  ExpectBooksBalance();
}

TEST_P(QueueAdminContract, EventsAreListedNewestFirst) {
  const CommitResult first = Commit(On("acme/1", "a"));
  const TimePoint since = now_ + std::chrono::milliseconds(1);
  IncomingEvent unreadable = Event({});
  unreadable.source = "slack";
  unreadable.failure = "body: not an object";
  const CommitResult second = Commit(unreadable);
  const CommitResult third = Commit(Naming({}, "", "acme/2"));

  const std::vector<EventReport> events = Events();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].id, third.event);
  EXPECT_FALSE(events[0].has_payload);
  EXPECT_EQ(events[1].id, second.event);
  EXPECT_EQ(events[1].source, "slack");
  EXPECT_EQ(events[1].outcome, "failed");
  EXPECT_EQ(events[1].reason, "body: not an object");
  EXPECT_TRUE(events[1].has_payload);
  EXPECT_EQ(events[2].id, first.event);
  EXPECT_EQ(events[2].source, "jira");
  EXPECT_EQ(events[2].outcome, "stored");
  EXPECT_EQ(events[2].links, 1);
  EXPECT_EQ(events[2].received, At(1));

  EXPECT_THAT(EventIds({.id = second.event}), ElementsAre(second.event));
  EXPECT_THAT(EventIds({.id = 77}), IsEmpty());
  EXPECT_THAT(EventIds({.source = "jira"}), ElementsAre(third.event, first.event));
  EXPECT_THAT(EventIds({.source = "trello"}), IsEmpty());
  EXPECT_THAT(EventIds({.outcome = "failed"}), ElementsAre(second.event));
  EXPECT_THAT(EventIds({.since = since}), ElementsAre(third.event, second.event));
  EXPECT_THAT(EventIds({.before = third.event}), ElementsAre(second.event, first.event));
  EXPECT_THAT(EventIds({.before = first.event}), IsEmpty());
  EXPECT_THAT(EventIds({.limit = 1}), ElementsAre(third.event));
}

TEST_P(QueueAdminContract, AKeptPayloadIsHandedOut) {
  const IncomingEvent event = Event({On("acme/42", "checkout-v2")});
  const Result<std::optional<Payload>> payload = Admin().PayloadOf(Commit(event).event);
  ASSERT_TRUE(payload.ok() && payload->has_value());
  EXPECT_EQ((*payload)->headers, event.payload.headers);
  EXPECT_EQ((*payload)->content_type, event.payload.content_type);
  EXPECT_EQ((*payload)->body, event.payload.body);
  EXPECT_FALSE(Admin().PayloadOf(77)->has_value());
}

}  // namespace
}  // namespace flaglinkd
