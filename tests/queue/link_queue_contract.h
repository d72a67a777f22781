// What every LinkQueue promises, whatever its database. The tests are in
// link_queue_*_contract_test.cpp; a backend joins with
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, LinkQueueContract, testing::Values(&MakeSqliteBackend));
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/queue/link_queue.h"
#include "daemon/queue/queue_options.h"
#include "tests/fakes/changes.h"

namespace flaglinkd {

// One empty store, gone with the object. At most one queue of it is open at a time.
class QueueBackend {
 public:
  virtual ~QueueBackend() = default;
  virtual std::unique_ptr<LinkQueue> Open(TimePoint now) = 0;
};

using MakeBackend = std::unique_ptr<QueueBackend> (*)();

class LinkQueueContract : public testing::TestWithParam<MakeBackend> {
 protected:
  void SetUp() override { Reopen(); }

  // As after a restart.
  void Reopen() {
    queue_.reset();
    queue_ = backend_->Open(now_);
    ASSERT_NE(queue_, nullptr);
  }

  // An event received now, later than all before it, with a delivery id and a body of its own.
  IncomingEvent Event(std::vector<ObservedChange> changes) {
    IncomingEvent event;
    event.source = event.name_space = "jira";
    event.unlink = rule_;
    event.received = now_ += std::chrono::seconds(1);
    event.changes = std::move(changes);
    event.delivery_id = "delivery-" + std::to_string(++events_);
    for (std::size_t i = 0; i < sizeof events_; ++i)
      event.body_hash[i] = static_cast<std::uint8_t>(events_ >> (8 * i));
    event.payload = {{{"x-event", "issue"}}, "application/json", "{\"issue\": 42}"};
    return event;
  }

  IncomingEvent WithoutDeliveryId(IncomingEvent event) {
    event.delivery_id.clear();
    return event;
  }

  std::vector<CommitResult> CommitTogether(const std::vector<IncomingEvent>& events) {
    const Result<BatchResult> result = queue_->Execute({now_, events, {}, 0, Duration(0)});
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result ? result->events : std::vector<CommitResult>(events.size());
  }
  CommitResult Commit(const IncomingEvent& event) { return CommitTogether({event})[0]; }
  CommitResult Commit(ObservedChange change) { return Commit(Event({std::move(change)})); }

  std::vector<Lease> Claim(std::size_t limit = 100, Duration lease = std::chrono::minutes(1)) {
    const Result<BatchResult> result = queue_->Execute({now_, {}, {}, limit, lease});
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result ? result->leases : std::vector<Lease>();
  }
  // The one link that is due.
  Lease ClaimOne() {
    const std::vector<Lease> leases = Claim();
    EXPECT_EQ(leases.size(), 1u);
    return leases.empty() ? Lease{} : leases[0];
  }

  static Outcome OutcomeOf(const Lease& lease, Outcome::Kind kind) {
    Outcome outcome;
    outcome.kind = kind;
    outcome.id = lease.id;
    outcome.token = lease.token;
    outcome.revision = lease.revision;
    outcome.applied = lease.applied;
    if (kind == Outcome::Kind::kApplied) outcome.applied = {Presence::kThere, "5f0e"};
    if (kind == Outcome::Kind::kRemoved) outcome.applied = {};
    return outcome;
  }
  bool End(const Outcome& outcome) {
    const Result<BatchResult> result =
        queue_->Execute({now_, {}, std::span(&outcome, 1), 0, Duration(0)});
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result && result->outcomes.at(0);
  }
  bool End(const Lease& lease, Outcome::Kind kind) { return End(OutcomeOf(lease, kind)); }
  // Claims the one link that is due and reports it as done.
  Lease Deliver() {
    const Lease lease = ClaimOne();
    EXPECT_TRUE(
        End(lease, lease.wanted.wanted ? Outcome::Kind::kApplied : Outcome::Kind::kRemoved));
    return lease;
  }

  void Pass(Duration time) { now_ += time; }
  QueueStatistics Statistics() const { return queue_->Statistics(now_); }

  // made = applied + superseded + forgotten + what waits + what failed.
  void ExpectBooksBalance() const {
    const QueueStatistics books = Statistics();
    EXPECT_EQ(books.total_made, books.total_applied + books.total_superseded +
                                    books.total_forgotten + books.waiting + books.unknown_flag +
                                    books.failed);
  }

  UnlinkRule rule_ = UnlinkRule::kDeleted;
  TimePoint now_ = At(0);
  std::unique_ptr<LinkQueue> queue_;

 private:
  std::unique_ptr<QueueBackend> backend_ = GetParam()();
  std::uint64_t events_ = 0;
};

}  // namespace flaglinkd
