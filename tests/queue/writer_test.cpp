#include "daemon/queue/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <future>
#include <optional>
#include <thread>

#include "daemon/base/guarded.h"
#include "daemon/queue/queue_admin.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A queue that stores nothing, tells what it was asked, and can be held up or made to fail.
class ScriptedQueue final : public LinkQueue {
 public:
  struct State {
    bool held = false, failing = false, full = false;
    std::vector<std::size_t> events, outcomes, claims, updates;  // per batch
    int probes = 0;
    int sweeps = 0, sweeps_left = 0;
    std::int64_t stored = 0;
    std::vector<std::string> installations;  // of the options that it was given
  };

  Result<BatchResult> Execute(const Batch& batch) override {
    {
      auto state = state_.Lock();
      state->events.push_back(batch.events.size());
      state->outcomes.push_back(batch.outcomes.size());
      state->claims.push_back(batch.claim_limit);
      state->updates.push_back(batch.catalog.size());
    }
    state_.Notify();
    auto state = state_.Wait([](const State& now) { return !now.held; });
    if (state->failing)
      return Error{Error::Code::kUnavailable, "write x.db: database or disk is full"};
    BatchResult result;
    for (const IncomingEvent& event : batch.events) {
      if (state->full) {
        result.events.push_back({CommitResult::Kind::kUnavailable, 0, 0, "over max_bytes"});
        continue;
      }
      result.events.push_back({CommitResult::Kind::kStored, ++state->stored, 0, event.delivery_id});
    }
    for (const Outcome& outcome : batch.outcomes) result.outcomes.push_back(outcome.token % 2 == 1);
    result.leases.resize(batch.claim_limit);
    return result;
  }

  Result<std::vector<WaitingFetch>> TakeFetches(TimePoint, std::size_t) override {
    return std::vector<WaitingFetch>();
  }
  Status PutOffFetch(std::int64_t, int, TimePoint) override { return {}; }

  QueueStatistics Statistics(TimePoint) const override {
    QueueStatistics statistics;
    statistics.total_made = state_.Lock()->stored;
    return statistics;
  }

  Status Ready() override {
    Status status;
    {
      auto state = state_.Lock();
      ++state->probes;
      if (state->full) status = Error{Error::Code::kUnavailable, "write x.db: over max_bytes"};
      if (state->failing) status = Error{Error::Code::kUnavailable, "write x.db: still full"};
    }
    state_.Notify();
    return status;
  }

  Result<bool> Sweep(TimePoint) override {
    {
      auto state = state_.Lock();
      ++state->sweeps;
      if (state->sweeps_left > 0) --state->sweeps_left;
    }
    state_.Notify();
    auto state = state_.Lock();
    if (state->failing) return Error{Error::Code::kUnavailable, "write x.db: sweep"};
    return state->sweeps_left > 0;
  }

  Status Configure(const QueueOptions& options, TimePoint) override {
    state_.Lock()->installations.push_back(options.installation);
    state_.Notify();
    return {};
  }
  Status Hasten(TimePoint) override { return {}; }
  Result<std::vector<CatalogUpdate>> Catalog() override { return std::vector<CatalogUpdate>(); }
  QueueAdmin& Admin() override { std::abort(); }

  void Hold() { state_.Lock()->held = true; }
  void Release() {
    state_.Lock()->held = false;
    state_.Notify();
  }
  void Fail(bool failing) { state_.Lock()->failing = failing; }
  void Fill(bool full) { state_.Lock()->full = full; }
  void LeaveToSweep(int sweeps) { state_.Lock()->sweeps_left = sweeps; }
  // Once the state is as asked for.
  template <typename Ready>
  State Await(Ready ready) {
    return *state_.Wait(ready);
  }
  void AwaitBatches(std::size_t batches) {
    Await([&](const State& state) { return state.events.size() >= batches; });
  }

 private:
  mutable Guarded<State> state_;
};

IncomingEvent Event(std::string name) {
  IncomingEvent event;
  event.delivery_id = std::move(name);
  return event;
}

class WriterTest : public testing::Test {
 protected:
  void Start(Writer::Options options = {}, Writer::Observer observer = {}) {
    writer_.emplace(queue_, clock_, options, std::move(observer));
  }
  std::future<CommitResult> Commit(std::string name) {
    auto promise = std::make_shared<std::promise<CommitResult>>();
    writer_->Commit(Event(std::move(name)),
                    [promise](const CommitResult& result) { promise->set_value(result); });
    return promise->get_future();
  }
  std::future<std::vector<bool>> Record(std::vector<std::uint64_t> tokens) {
    std::vector<Outcome> outcomes(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) outcomes[i].token = tokens[i];
    auto promise = std::make_shared<std::promise<std::vector<bool>>>();
    writer_->Record(outcomes,
                    [promise](const std::vector<bool>& ours) { promise->set_value(ours); });
    return promise->get_future();
  }
  std::future<std::vector<Lease>> Claim(std::size_t limit) {
    auto promise = std::make_shared<std::promise<std::vector<Lease>>>();
    writer_->Claim(limit, std::chrono::minutes(1),
                   [promise](std::vector<Lease> leases) { promise->set_value(std::move(leases)); });
    return promise->get_future();
  }
  std::future<bool> Learn(std::string project) {
    auto promise = std::make_shared<std::promise<bool>>();
    writer_->Learn({std::move(project), {}, {}},
                   [promise](bool stored) { promise->set_value(stored); });
    return promise->get_future();
  }
  // The writer is in the midst of a batch, so that what comes now waits.
  void HoldUp() {
    queue_.Hold();
    held_ = Commit("held");
    queue_.AwaitBatches(1);
  }

  ScriptedQueue queue_;
  ManualClock clock_;
  std::optional<Writer> writer_;
  std::future<CommitResult> held_;
};

TEST_F(WriterTest, AnEventIsAnsweredAfterItsBatch) {
  Start();
  const CommitResult result = Commit("a").get();
  EXPECT_EQ(result.kind, CommitResult::Kind::kStored);
  EXPECT_EQ(result.reason, "a");
}

TEST_F(WriterTest, WhatWaitsIsOneBatchInTheOrderInWhichItCame) {
  Start();
  HoldUp();
  std::vector<std::future<CommitResult>> results;
  for (const char* name : {"a", "b", "c"}) results.push_back(Commit(name));
  auto claimed = Claim(2);
  auto recorded = Record({1, 2});
  queue_.Release();
  for (std::size_t i = 0; i < results.size(); ++i)
    EXPECT_EQ(results[i].get().event, static_cast<std::int64_t>(i) + 2);
  EXPECT_THAT(claimed.get(), SizeIs(2));
  EXPECT_THAT(recorded.get(), ElementsAre(true, false));
  const auto state = queue_.Await([](const auto&) { return true; });
  EXPECT_THAT(state.events, ElementsAre(1, 3));
  EXPECT_THAT(state.outcomes, ElementsAre(0, 2));
  EXPECT_THAT(state.claims, ElementsAre(0, 2));
}

TEST_F(WriterTest, ABatchHasItsBound) {
  Start({.max_batch = 2, .max_waiting = 100});
  HoldUp();
  std::vector<std::future<CommitResult>> results;
  for (const char* name : {"a", "b", "c"}) results.push_back(Commit(name));
  queue_.Release();
  for (auto& result : results) result.wait();
  EXPECT_THAT(queue_.Await([](const auto&) { return true; }).events, ElementsAre(1, 2, 1));
}

TEST_F(WriterTest, WhatIsTooMuchIsRefusedAtOnceOnTheCallersThread) {
  Start({.max_batch = 2, .max_waiting = 2});
  HoldUp();
  auto first = Commit("a"), second = Commit("b");
  std::thread::id called_on;
  CommitResult refused;
  writer_->Commit(Event("c"), [&](const CommitResult& result) {
    called_on = std::this_thread::get_id();
    refused = result;
  });
  EXPECT_EQ(called_on, std::this_thread::get_id());
  EXPECT_EQ(refused.kind, CommitResult::Kind::kUnavailable);
  EXPECT_EQ(refused.reason, "2 events wait already");
  queue_.Release();
  EXPECT_EQ(first.get().kind, CommitResult::Kind::kStored);
  EXPECT_EQ(second.get().kind, CommitResult::Kind::kStored);
}

TEST_F(WriterTest, EachCallerHearsOfItsOwnOutcomes) {
  Start();
  HoldUp();
  auto first = Record({1, 2}), second = Record({}), third = Record({4, 3});
  queue_.Release();
  EXPECT_THAT(first.get(), ElementsAre(true, false));
  EXPECT_THAT(second.get(), IsEmpty());
  EXPECT_THAT(third.get(), ElementsAre(false, true));
}

TEST_F(WriterTest, ClaimsAreServedOneBatchEach) {
  Start();
  HoldUp();
  auto first = Claim(1), second = Claim(2);
  queue_.Release();
  EXPECT_THAT(first.get(), SizeIs(1));
  EXPECT_THAT(second.get(), SizeIs(2));
}

TEST_F(WriterTest, ABatchThatFailsIsRefusedWithTheReasonButItsOutcomesAreKept) {
  Start();
  HoldUp();
  queue_.Fail(true);
  auto event = Commit("a");
  auto claimed = Claim(2);
  auto recorded = Record({1});
  queue_.Release();
  const CommitResult result = event.get();
  EXPECT_EQ(result.kind, CommitResult::Kind::kUnavailable);
  EXPECT_EQ(result.reason, "write x.db: database or disk is full");
  EXPECT_THAT(claimed.get(), IsEmpty());
  EXPECT_NE(writer_->Trouble(), "");
  queue_.Fail(false);
  EXPECT_THAT(recorded.get(), ElementsAre(true));
}

TEST_F(WriterTest, TroubleEndsByItself) {
  Start();
  queue_.Fail(true);
  Commit("a").wait();
  const int probes = queue_.Await([](const auto& state) { return state.probes >= 1; }).probes;
  EXPECT_NE(writer_->Trouble(), "");
  queue_.Fail(false);
  queue_.Await([&](const auto& state) { return state.probes > probes; });
  while (!writer_->Trouble().empty())
    std::this_thread::yield();  // the probe was answered, and is about to be told
}

TEST_F(WriterTest, ABatchThatHadNothingToWriteDoesNotEndTrouble) {
  Start();
  queue_.Fail(true);
  Commit("a").wait();
  queue_.Fail(false);
  const auto before = queue_.Await([](const auto&) { return true; });
  Claim(0).wait();
  EXPECT_GT(queue_.Await([](const auto&) { return true; }).probes, before.probes);
  EXPECT_EQ(writer_->Trouble(), "");
}

TEST_F(WriterTest, EventsThatFindNoRoomAreTroubleThoughTheirBatchIsStored) {
  Start();
  queue_.Fill(true);
  EXPECT_EQ(Commit("a").get().reason, "over max_bytes");
  EXPECT_EQ(writer_->Trouble(), "write x.db: over max_bytes");
  queue_.Fill(false);
  EXPECT_EQ(Commit("b").get().kind, CommitResult::Kind::kStored);
  EXPECT_EQ(writer_->Trouble(), "");
}

TEST_F(WriterTest, NewsOfFlagsJoinTheNextBatch) {
  Start();
  HoldUp();
  auto first = Learn("default"), second = Learn("mobile");
  auto event = Commit("a");
  queue_.Release();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  event.wait();
  EXPECT_THAT(queue_.Await([](const auto&) { return true; }).updates, ElementsAre(0, 2));
}

TEST_F(WriterTest, NewsOfFlagsThatAreNotStoredAreToldSo) {
  Start({.max_questions = 1});
  HoldUp();
  queue_.Fail(true);
  auto failed = Learn("default"), refused = Learn("mobile");
  EXPECT_FALSE(refused.get());  // at once: one waits already
  queue_.Release();
  EXPECT_FALSE(failed.get());
}

TEST_F(WriterTest, QuestionsAreAnsweredInOrderOnTheWritersThread) {
  Start();
  HoldUp();
  Guarded<std::vector<int>> answered;
  std::thread::id asked_on;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(writer_->Ask([&, i](LinkQueue& queue) {
      EXPECT_EQ(&queue, &queue_);
      asked_on = std::this_thread::get_id();
      answered.Lock()->push_back(i);
      answered.Notify();
    }));
  }
  EXPECT_THAT(*answered.Lock(), IsEmpty());
  queue_.Release();
  answered.Wait([](const auto& all) { return all.size() == 3; });
  EXPECT_THAT(*answered.Lock(), ElementsAre(0, 1, 2));
  EXPECT_NE(asked_on, std::this_thread::get_id());
  writer_.reset();  // before what it refers to
}

TEST_F(WriterTest, BatchesGoOnBetweenQuestions) {
  Start();
  HoldUp();
  std::promise<std::size_t> batches;
  writer_->Ask([](LinkQueue&) {});
  writer_->Ask([&](LinkQueue&) {
    batches.set_value(queue_.Await([](const auto&) { return true; }).events.size());
  });
  auto event = Commit("a");
  queue_.Release();
  EXPECT_EQ(batches.get_future().get(), 2u);
  event.wait();
  writer_.reset();  // before what it refers to
}

TEST_F(WriterTest, QuestionsBeyondTheBoundAreNotTaken) {
  Start({.max_questions = 1});
  HoldUp();
  std::promise<void> answered;
  EXPECT_TRUE(writer_->Ask([&](LinkQueue&) { answered.set_value(); }));
  EXPECT_FALSE(writer_->Ask([](LinkQueue&) { FAIL(); }));
  queue_.Release();
  answered.get_future().wait();
  writer_.reset();  // before what it refers to
}

TEST_F(WriterTest, WhatAQuestionChangedIsTold) {
  Guarded<int> told(0);
  Start({}, {{}, [&](const QueueStatistics&) {
               ++*told.Lock();
               told.Notify();
             }});
  writer_->Ask([](LinkQueue&) {});
  EXPECT_EQ(*told.Wait([](int times) { return times > 0; }), 1);
  writer_.reset();  // before what it refers to
}

TEST_F(WriterTest, ItSweepsUntilThereIsNothingLeftAndAgainAfterAMinute) {
  queue_.LeaveToSweep(5);
  Start();
  Commit("a").wait();
  EXPECT_EQ(queue_.Await([](const auto& state) { return state.sweeps_left == 0; }).sweeps, 5);
  Commit("b").wait();
  Commit("c").wait();
  EXPECT_EQ(queue_.Await([](const auto&) { return true; }).sweeps, 5);
  clock_.Advance(std::chrono::minutes(1));
  Commit("d").wait();
  EXPECT_EQ(queue_.Await([](const auto& state) { return state.sweeps > 5; }).sweeps, 6);
}

TEST_F(WriterTest, ASweepThatFailsIsTrouble) {
  Start();
  Commit("a").wait();
  queue_.Await([](const auto& state) { return state.sweeps == 1; });
  clock_.Advance(std::chrono::minutes(1));
  queue_.Fail(true);
  std::promise<void> asked;
  writer_->Ask([&](LinkQueue&) { asked.set_value(); });
  asked.get_future().wait();
  queue_.Await([](const auto& state) { return state.sweeps == 2; });
  while (writer_->Trouble().empty()) std::this_thread::yield();  // it is about to be told
  EXPECT_THAT(writer_->Trouble(), testing::AnyOf("write x.db: sweep", "write x.db: still full"));
  writer_.reset();  // before what it refers to
}

TEST_F(WriterTest, TheObserverHearsOfBatchesAndNumbers) {
  std::promise<std::size_t> committed;
  std::promise<QueueStatistics> changed;
  Start({}, {[&](std::size_t events, Duration) { committed.set_value(events); },
             [&](const QueueStatistics& statistics) { changed.set_value(statistics); }});
  Commit("a").wait();
  EXPECT_EQ(committed.get_future().get(), 1u);
  EXPECT_EQ(changed.get_future().get().total_made, 1);
  EXPECT_EQ(writer_->Statistics().total_made, 1);
}

TEST_F(WriterTest, StatisticsAreThereFromTheStart) {
  Start();
  EXPECT_EQ(writer_->Statistics().total_made, 0);
  EXPECT_EQ(writer_->Trouble(), "");
  EXPECT_EQ(writer_->LastAlive(), clock_.Now());
}

TEST_F(WriterTest, ItShowsThatItIsAlive) {
  Start();
  Commit("a").wait();
  clock_.Advance(std::chrono::minutes(1));
  Commit("b").wait();
  Commit("c").wait();  // so that it went round since
  EXPECT_EQ(writer_->LastAlive(), clock_.Now());
}

TEST_F(WriterTest, WhatWaitsIsCommittedAndAnsweredBeforeTheEnd) {
  Start({.max_batch = 2, .max_waiting = 100});
  HoldUp();
  std::vector<std::future<CommitResult>> results;
  for (const char* name : {"a", "b", "c"}) results.push_back(Commit(name));
  auto recorded = Record({1});
  auto learned = Learn("default");
  int answered = 0;
  for (int i = 0; i < 3; ++i) writer_->Ask([&](LinkQueue&) { ++answered; });
  std::thread release([&] { queue_.Release(); });
  writer_.reset();
  release.join();
  for (auto& result : results) EXPECT_EQ(result.get().kind, CommitResult::Kind::kStored);
  EXPECT_THAT(recorded.get(), ElementsAre(true));
  EXPECT_TRUE(learned.get());
  EXPECT_EQ(answered, 3);
}

TEST_F(WriterTest, NewOptionsHoldFromTheNextBatchAndTheNewestCount) {
  Start();
  queue_.Hold();
  const auto first = Commit("first");
  queue_.AwaitBatches(1);
  for (const char* installation : {"one", "two"}) {
    QueueOptions options;
    options.installation = installation;
    writer_->Configure(options);
  }
  queue_.Release();
  const auto state =
      queue_.Await([](const ScriptedQueue::State& now) { return !now.installations.empty(); });
  EXPECT_THAT(state.installations, ElementsAre("two"));
}

}  // namespace
}  // namespace flaglinkd
