// What the SQLite queue lets go, and when.
#include "daemon/queue/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;

constexpr Duration kDay = std::chrono::hours(24);
constexpr std::uint64_t kMegabyte = 1 << 20;

class RetentionTest : public testing::Test {
 protected:
  RetentionTest() {
    options_.file = folder_ / "flaglinkd.db";
    options_.keep_payloads = KeepPayloads::kAll;
    options_.settle = Duration(0);
    Open();
  }
  void Open() {
    queue_.reset();
    queue_ = OpenSqliteQueue(options_, now_).value();
  }
  void Limit(std::uint64_t bytes) {
    options_.max_bytes = bytes;
    Open();
  }

  IncomingEvent Event(ObservedChange change, std::size_t payload = 10) {
    IncomingEvent event;
    event.source = event.name_space = "jira";
    event.delivery_id = "delivery-" + std::to_string(++events_);
    event.received = now_;
    event.changes = {std::move(change)};
    // Not compressible.
    for (std::size_t i = 0; i < payload; ++i)
      event.payload.body += static_cast<char>((i + 7) * (i + 13) * 2654435761u >> 13);
    return event;
  }
  std::vector<CommitResult> Commit(const std::vector<IncomingEvent>& events) {
    const Result<BatchResult> result = queue_->Execute({now_, events, {}, 0, Duration(0)});
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result ? result->events : std::vector<CommitResult>(events.size());
  }
  CommitResult Commit(const IncomingEvent& event) { return Commit(std::vector{event})[0]; }
  CommitResult Commit(ObservedChange change) { return Commit(Event(std::move(change))); }
  // So many resources that are known for their time alone, with this much of a payload each.
  void CommitClocks(int count, std::size_t payload = 10) {
    std::vector<IncomingEvent> events;
    for (int i = 0; i < count; ++i)
      events.push_back(Event(Naming({}, "", "acme/clock-" + std::to_string(events_)), payload));
    Commit(events);
  }

  bool Sweep() {
    const Result<bool> more = queue_->Sweep(now_);
    EXPECT_TRUE(more.ok()) << more.error().message;
    return more && *more;
  }
  void SweepAll() {
    while (Sweep()) continue;
  }

  // A second look at the file, as an operator's sqlite3 would take.
  std::int64_t Number(const std::string& sql) {
    Database database = Database::Open(options_.file).value();
    const std::int64_t number = database.Number(sql.c_str());
    EXPECT_FALSE(database.error()) << database.error()->message;
    return number;
  }
  std::int64_t Count(const std::string& table) { return Number("SELECT count(*) FROM " + table); }

  TemporaryFolder folder_;
  QueueOptions options_;
  TimePoint now_ = At(0);
  std::unique_ptr<LinkQueue> queue_;
  int events_ = 0;
};

TEST_F(RetentionTest, EventsGoWithTheirPayloadsOnceTheyAreOldEnough) {
  Commit(Naming({"a"}));
  now_ += 4 * kDay;
  Commit(Naming({"b"}));
  now_ += 3 * kDay;
  SweepAll();
  EXPECT_EQ(Count("events"), 2);  // as old as keep_events, and no older
  now_ += Duration(1);
  SweepAll();
  EXPECT_EQ(Count("events"), 1);
  EXPECT_EQ(Count("payloads"), 1);
  EXPECT_EQ(Number("SELECT event_id FROM payloads"), 2);
}

TEST_F(RetentionTest, AReplayOfAnOldEventTakesNoYoungOneWithIt) {
  IncomingEvent old = Event(Naming({"a"}));
  Commit(old);
  now_ += 6 * kDay;
  Commit(Naming({"b"}));
  old.trusted = true;
  Commit(old);
  Commit(Naming({"c"}));
  now_ += kDay + Duration(1);
  SweepAll();
  EXPECT_EQ(Count("events"), 3);
}

TEST_F(RetentionTest, TheNewestEventStaysSoThatIdsGoOn) {
  Commit(Naming({"a"}));
  const CommitResult last = Commit(Naming({"b"}));
  now_ += 100 * kDay;
  SweepAll();
  EXPECT_EQ(Count("events"), 1);
  Open();
  EXPECT_EQ(Commit(Naming({"c"})).event, last.event + 1);
}

TEST_F(RetentionTest, WhatAnEventLeftBehindOutlivesIt) {
  Commit(Showing(Naming({"a"})));
  Commit(Naming({"b"}, "comment-1"));
  now_ += 100 * kDay;
  SweepAll();
  EXPECT_EQ(Count("links"), 2);
  EXPECT_EQ(Count("resources"), 1);
  EXPECT_EQ(Count("parts"), 1);
  EXPECT_EQ(queue_->Statistics(now_).waiting, 2);
}

TEST_F(RetentionTest, ADeliveryIsARepetitionForAsLongAsItsEventIsKept) {
  const IncomingEvent first = Event(Naming({"a"}));
  Commit(first);
  now_ += 4 * kDay;
  const IncomingEvent second = Event(Naming({"b"}));
  const CommitResult kept = Commit(second);
  Commit(Naming({"c"}));
  now_ += 4 * kDay;
  SweepAll();
  for (const bool reopened : {false, true}) {
    if (reopened) Open();
    const CommitResult again = Commit(second);
    EXPECT_EQ(again.kind, CommitResult::Kind::kDuplicate);
    EXPECT_EQ(again.event, kept.event);
  }
  EXPECT_EQ(Commit(first).kind, CommitResult::Kind::kStored);
  EXPECT_EQ(Commit(first).kind, CommitResult::Kind::kDuplicate);
}

TEST_F(RetentionTest, ASweepThatFailsForgetsNothing) {
  const IncomingEvent first = Event(Naming({"a"}));
  Commit(first);
  Commit(Naming({"b"}));
  now_ += 8 * kDay;
  {
    Database somebody = Database::Open(options_.file).value();
    somebody.Run("BEGIN IMMEDIATE");
    const Result<bool> refused = queue_->Sweep(now_);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Error::Code::kUnavailable);
    EXPECT_EQ(refused.error().message, "write " + options_.file.string() + ": database is locked");
  }
  EXPECT_EQ(Commit(first).kind, CommitResult::Kind::kDuplicate);
}

TEST_F(RetentionTest, AClockWithoutMentionsOrLinksGoesOnceItIsOldEnough) {
  Commit(Naming({}, "", "acme/1"));              // a clock
  Commit(Naming({"a"}, "", "acme/2"));           // mentions, and a link
  Commit(Naming({}, "comment-1", "acme/2"));     // a clock of a part
  Commit(Naming({"b"}, "comment-2", "acme/2"));  // a part that mentions
  Commit(Naming({}, "comment-1", "acme/3"));     // nothing but clocks
  Commit(Naming({}, "", "acme/4"));              // the newest resource
  now_ += 7 * kDay;
  SweepAll();
  EXPECT_EQ(Count("resources"), 4);
  now_ += kDay;
  SweepAll();
  EXPECT_EQ(Number("SELECT group_concat(key) = 'acme/2,acme/4' FROM resources"), 1);
  EXPECT_EQ(Number("SELECT group_concat(part) = 'comment-2' FROM parts"), 1);
}

TEST_F(RetentionTest, AClockIsKeptForAsLongAsItIsHeardOf) {
  Commit(Dated(Naming({}, "", "acme/1"), At(0)));
  Commit(Naming({}, "", "acme/2"));
  now_ += 6 * kDay;
  Commit(Dated(Naming({}, "", "acme/1"), At(1)));  // its own time is old, its receipt is not
  now_ += 6 * kDay;
  SweepAll();
  EXPECT_EQ(Number("SELECT count(*) FROM resources WHERE key = 'acme/1'"), 1);
  EXPECT_EQ(Commit(Dated(Naming({"a"}, "", "acme/1"), At(0))).links, 0);
}

TEST_F(RetentionTest, ASweepTakesAStepOfBoundedSize) {
  CommitClocks(1'200);
  now_ += 100 * kDay;
  int steps = 0;
  for (bool more = true; more; ++steps) {
    const std::int64_t before = Count("events") + Count("resources");
    more = Sweep();
    EXPECT_LE(before - Count("events") - Count("resources"), 512);
  }
  EXPECT_EQ(Count("events"), 1);
  EXPECT_EQ(Count("payloads"), 1);
  EXPECT_EQ(Count("resources"), 1);
  EXPECT_LT(steps, 20);
  EXPECT_FALSE(Sweep());  // and there is no second pass at once
}

TEST_F(RetentionTest, AnEventFromTheFutureDoesNotHoldUpWhatIsOld) {
  now_ += 1'000 * kDay;
  Commit(Naming({"a"}));
  now_ = At(0);
  Commit(Naming({"b"}));
  Commit(Naming({"c"}));
  now_ += 8 * kDay;
  SweepAll();
  EXPECT_EQ(Count("events"), 1);
}

TEST_F(RetentionTest, AtMaxBytesPayloadsGoFirstOldestFirst) {
  Limit(4 * kMegabyte);
  std::int64_t newest = 0;
  for (int i = 0; i < 40; ++i)
    newest = Commit(Event(Naming({"a"}, "", "acme/" + std::to_string(i)), 200'000)).event;
  EXPECT_EQ(Count("events"), 40);
  EXPECT_LT(Count("payloads"), 25);
  EXPECT_GT(Count("payloads"), 0);
  EXPECT_EQ(Number("SELECT max(event_id) FROM payloads"), newest);
  EXPECT_EQ(Number("SELECT max(event_id) - min(event_id) + 1 = count(*) FROM payloads"), 1);
  EXPECT_LE(Number("PRAGMA page_count") - Number("PRAGMA freelist_count"), 4 * 256 + 60);
}

TEST_F(RetentionTest, RoomIsMadeForSeveralBatchesAtOnce) {
  Limit(kMegabyte);
  int made = 0;
  std::int64_t before = 0;
  for (int i = 0; i < 120; ++i) {
    Commit(Event(Naming({}, "", "acme/1"), 20'000));
    const std::int64_t payloads = Count("payloads");
    made += payloads <= before;
    before = payloads;
  }
  // Some 50 payloads fill it, and a twentieth of it takes nearly 3 of them.
  EXPECT_GT(made, 15);
  EXPECT_LT(made, 40);
}

TEST_F(RetentionTest, AfterThePayloadsEventsGo) {
  options_.keep_payloads = KeepPayloads::kNone;
  Limit(1 * kMegabyte);
  for (int i = 0; i < 40; ++i) {
    std::vector<IncomingEvent> events;
    for (int j = 0; j < 250; ++j) {
      events.push_back(Event(Naming({}, "", "acme/1")));
      events.back().failure = std::string(200, 'x');
    }
    for (const CommitResult& result : Commit(events))
      ASSERT_EQ(result.kind, CommitResult::Kind::kFailed);
  }
  EXPECT_LT(Count("events"), 5'000);
  EXPECT_EQ(Number("SELECT max(id) - min(id) + 1 = count(*) FROM events"), 1);
  EXPECT_EQ(Number("SELECT max(id) FROM events"), 10'000);
}

TEST_F(RetentionTest, AfterTheEventsClocksGoAndNothingIsRefused) {
  Limit(kMegabyte / 2);
  Commit(Naming({"a"}, "", "acme/linked"));
  for (int i = 0; i < 100; ++i) {
    std::vector<IncomingEvent> events;
    for (int j = 0; j < 100; ++j) {
      const std::string resource = "acme/" + std::to_string(i) + "-" + std::to_string(j);
      events.push_back(Event(Naming({}, j % 2 == 0 ? "" : "comment-1", resource)));
    }
    for (const CommitResult& result : Commit(events))
      ASSERT_EQ(result.kind, CommitResult::Kind::kStored) << result.reason;
  }
  EXPECT_LT(Count("resources"), 5'000);
  EXPECT_LT(Count("parts"), 2'500);
  EXPECT_EQ(Number("SELECT count(*) FROM resources WHERE key = 'acme/linked'"), 1);
  EXPECT_EQ(Count("links"), 1);
  EXPECT_TRUE(queue_->Ready().ok());
}

TEST_F(RetentionTest, AnIdleQueueAtMaxBytesSweepsTheClocksDownToTheLowMark) {
  CommitClocks(5'000, 0);
  Limit(kMegabyte / 2);
  ASSERT_GT(Number("PRAGMA page_count"), 128);
  SweepAll();
  EXPECT_LE(Number("PRAGMA page_count") - Number("PRAGMA freelist_count"), 128 - 6);
  EXPECT_GT(Count("resources"), 512);
}

TEST_F(RetentionTest, WhenWaitingLinksFillItEventsAreRefusedAndAllElseGoesOn) {
  Limit(kMegabyte / 2);
  CommitResult last;
  last.kind = CommitResult::Kind::kStored;
  for (int i = 0; i < 100 && last.kind == CommitResult::Kind::kStored; ++i) {
    std::vector<IncomingEvent> events;
    for (int j = 0; j < 50; ++j) {
      const std::string resource = "acme/" + std::to_string(i) + "-" + std::to_string(j);
      events.push_back(Event(Showing(Naming({"a"}, "", resource))));
      events.push_back(Event(Naming({}, "", "acme/clock-" + std::to_string(events_))));
    }
    last = Commit(events)[0];
  }
  ASSERT_EQ(last.kind, CommitResult::Kind::kUnavailable);
  EXPECT_THAT(last.reason, HasSubstr("over max_bytes"));
  EXPECT_EQ(queue_->Ready().error().message, last.reason);
  EXPECT_EQ(Count("payloads"), 0);
  EXPECT_EQ(Count("events"), 1);
  SweepAll();  // and it ends, though there is no room still
  EXPECT_LE(Number("SELECT count(*) FROM resources WHERE key LIKE 'acme/clock-%'"), 1);
  EXPECT_FALSE(queue_->Ready().ok());

  const std::vector<Lease> leases =
      queue_->Execute({now_, {}, {}, 1, std::chrono::minutes(1)}).value().leases;
  ASSERT_EQ(leases.size(), 1u);
  Outcome outcome;
  outcome.kind = Outcome::Kind::kApplied;
  outcome.id = leases[0].id;
  outcome.token = leases[0].token;
  outcome.revision = leases[0].revision;
  outcome.applied = {Presence::kThere, "5f0e"};
  EXPECT_TRUE(queue_->Execute({now_, {}, {&outcome, 1}, 0, Duration(0)}).value().outcomes[0]);
  EXPECT_EQ(queue_->Statistics(now_).applied, 1);

  Limit(kMegabyte);
  EXPECT_TRUE(queue_->Ready().ok());
  EXPECT_EQ(Commit(Naming({"a"})).kind, CommitResult::Kind::kStored);
}

}  // namespace
}  // namespace flaglinkd
