// What every LinkQueue promises, whatever its database. The tests are in
// link_queue_*_contract_test.cpp; a backend joins with
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, LinkQueueContract, testing::Values(&MakeSqliteBackend));
//   INSTANTIATE_TEST_SUITE_P(Sqlite, FullFlagContract, testing::Values(&MakeSqliteBackend));
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
  // The backend puts the store's own place into `options`.
  virtual std::unique_ptr<LinkQueue> Open(QueueOptions options, TimePoint now) = 0;
};

using MakeBackend = std::unique_ptr<QueueBackend> (*)();

class LinkQueueContract : public testing::TestWithParam<MakeBackend> {
 protected:
  void SetUp() override { Reopen(); }

  // As after a restart.
  void Reopen() {
    queue_.reset();
    queue_ = backend_->Open(options_, now_);
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

  void Learn(const CatalogUpdate& update) {
    const Result<BatchResult> result =
        queue_->Execute({now_, {}, {}, 0, Duration(0), std::span(&update, 1)});
    EXPECT_TRUE(result.ok()) << result.error().message;
  }

  std::vector<CatalogUpdate> Catalog() {
    Result<std::vector<CatalogUpdate>> catalog = queue_->Catalog();
    EXPECT_TRUE(catalog.ok()) << catalog.error().message;
    return catalog ? *std::move(catalog) : std::vector<CatalogUpdate>();
  }

  // What a link shows once it is applied.
  static constexpr LinkFingerprint kShown{17, 42};

  static Outcome OutcomeOf(const Lease& lease, Outcome::Kind kind) {
    Outcome outcome;
    outcome.kind = kind;
    outcome.id = lease.id;
    outcome.token = lease.token;
    outcome.revision = lease.revision;
    outcome.applied = lease.applied;
    if (kind == Outcome::Kind::kApplied) outcome.applied = {Presence::kThere, "5f0e", kShown};
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
  // LaunchDarkly has said that there is no such flag.
  void NoSuchFlag(const Lease& lease) {
    Outcome unknown = OutcomeOf(lease, Outcome::Kind::kUnknownFlag);
    unknown.due = now_ + std::chrono::hours(6);
    unknown.applied = {};
    EXPECT_TRUE(End(unknown));
  }
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

  QueueOptions options_;
  UnlinkRule rule_ = UnlinkRule::kDeleted;
  TimePoint now_ = At(0);
  std::unique_ptr<LinkQueue> queue_;

 private:
  std::unique_ptr<QueueBackend> backend_ = GetParam()();
  std::uint64_t events_ = 0;
};

// Of a queue with two places per flag.
class FullFlagContract : public LinkQueueContract {
 protected:
  void SetUp() override {
    options_.max_links_per_flag = 2;
    LinkQueueContract::SetUp();
  }

  static std::string Resource(int number) { return "acme/" + std::to_string(number); }
  void Mention(int resource, const std::string& title = "Roll out the checkout") {
    Commit(Showing(Naming({"checkout-v2"}, "", Resource(resource)), title));
  }
  void Delete(int resource) { Commit(Deleting("", Resource(resource))); }
  // The resources of what is due; their links are there from now on, or gone.
  std::vector<std::string> DeliverAll() {
    std::vector<std::string> resources;
    for (const Lease& lease : Claim()) {
      End(lease, lease.wanted.wanted ? Outcome::Kind::kApplied : Outcome::Kind::kRemoved);
      resources.push_back(lease.resource);
    }
    return resources;
  }
};

}  // namespace flaglinkd
