#include "daemon/queue/writer.h"

#include <atomic>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/base/guarded.h"

namespace flaglinkd {
namespace {

// How long an idle thread sleeps: LastAlive stays that fresh, and trouble is looked at again that
// often.
constexpr Duration kBreath = std::chrono::seconds(1);

struct WaitingEvent {
  IncomingEvent event;
  std::function<void(const CommitResult&)> done;
};

struct WaitingOutcomes {
  std::vector<Outcome> outcomes;
  std::function<void(const std::vector<bool>&)> ended;
};

struct WaitingClaim {
  std::size_t limit = 0;
  Duration lease{0};
  std::function<void(std::vector<Lease>)> claimed;
};

// What callers have handed over and nobody has looked at yet.
struct Inbox {
  std::deque<WaitingEvent> events;
  std::vector<WaitingOutcomes> outcomes;
  std::deque<WaitingClaim> claims;
  bool stopping = false;

  bool IsEmpty() const { return events.empty() && outcomes.empty() && claims.empty(); }
};

// One batch, with who waits for it.
struct Round {
  std::vector<IncomingEvent> events;
  std::vector<std::function<void(const CommitResult&)>> done;
  std::vector<WaitingOutcomes> outcomes;
  std::optional<WaitingClaim> claim;
};

struct Known {
  QueueStatistics statistics;
  std::string trouble;
};

CommitResult Unavailable(std::string reason) {
  return {CommitResult::Kind::kUnavailable, 0, 0, std::move(reason)};
}

}  // namespace

class Writer::Loop {
 public:
  Loop(LinkQueue& queue, const Clock& clock, Options options, Observer observer)
      : queue_(queue),
        clock_(clock),
        options_(options),
        observer_(std::move(observer)),
        known_(Known{queue.Statistics(clock.Now()), ""}),
        last_alive_(clock.Now()),
        thread_([this] { Run(); }) {}

  ~Loop() {
    inbox_.Lock()->stopping = true;
    inbox_.Notify();
    thread_.join();
  }

  void Commit(IncomingEvent event, std::function<void(const CommitResult&)> done) {
    {
      auto inbox = inbox_.Lock();
      if (inbox->events.size() < options_.max_waiting) {
        inbox->events.push_back({std::move(event), std::move(done)});
        done = nullptr;
      }
    }
    if (done)
      return done(Unavailable(std::to_string(options_.max_waiting) + " events wait already"));
    inbox_.Notify();
  }

  void Record(std::vector<Outcome> outcomes, std::function<void(const std::vector<bool>&)> ended) {
    inbox_.Lock()->outcomes.push_back({std::move(outcomes), std::move(ended)});
    inbox_.Notify();
  }

  void Claim(std::size_t limit, Duration lease, std::function<void(std::vector<Lease>)> claimed) {
    inbox_.Lock()->claims.push_back({limit, lease, std::move(claimed)});
    inbox_.Notify();
  }

  QueueStatistics Statistics() { return known_.Lock()->statistics; }
  std::string Trouble() { return known_.Lock()->trouble; }
  TimePoint LastAlive() const { return last_alive_; }

 private:
  void Run() {
    while (true) {
      last_alive_ = clock_.Now();
      Round round;
      bool idle = false;
      {
        auto inbox = inbox_.WaitFor(
            kBreath, [](const Inbox& waiting) { return waiting.stopping || !waiting.IsEmpty(); });
        idle = inbox->IsEmpty();
        if (idle && inbox->stopping) return;
        if (!idle) round = Take(*inbox);
      }
      idle ? Learn(TroubleLeft()) : Execute(round);
    }
  }

  // The oldest events, all outcomes and the oldest claim.
  Round Take(Inbox& inbox) const {
    Round round;
    while (!inbox.events.empty() && round.events.size() < options_.max_batch) {
      round.events.push_back(std::move(inbox.events.front().event));
      round.done.push_back(std::move(inbox.events.front().done));
      inbox.events.pop_front();
    }
    round.outcomes = std::exchange(inbox.outcomes, {});
    if (!inbox.claims.empty()) {
      round.claim = std::move(inbox.claims.front());
      inbox.claims.pop_front();
    }
    return round;
  }

  void Execute(Round& round) {
    std::vector<Outcome> outcomes;
    for (const WaitingOutcomes& waiting : round.outcomes) {
      outcomes.insert(outcomes.end(), waiting.outcomes.begin(), waiting.outcomes.end());
    }
    Batch batch{clock_.Now(), round.events, outcomes, 0, Duration(0)};
    if (round.claim) {
      batch.claim_limit = round.claim->limit;
      batch.lease = round.claim->lease;
    }
    const auto began = std::chrono::steady_clock::now();
    Result<BatchResult> result = queue_.Execute(batch);
    const auto took =
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
    // A batch may succeed because it had nothing to write, so only a probe says that trouble is
    // over.
    Learn(result ? TroubleLeft() : result.error().message);
    if (observer_.committed && result && !round.events.empty())
      observer_.committed(round.events.size(), took);
    // Before the answers, so that whoever has one finds it in the numbers.
    if (observer_.changed) observer_.changed(Statistics());
    Answer(round,
           result ? std::move(*result) : Refuse(round, outcomes.size(), result.error().message));
  }

  // What a batch comes to that could not be executed.
  static BatchResult Refuse(const Round& round, std::size_t outcomes, const std::string& reason) {
    BatchResult result;
    result.events.assign(round.events.size(), Unavailable(reason));
    result.outcomes.assign(outcomes, false);
    return result;
  }

  static void Answer(Round& round, BatchResult result) {
    for (std::size_t i = 0; i < round.done.size(); ++i) round.done[i](result.events[i]);
    auto next = result.outcomes.begin();
    for (const WaitingOutcomes& waiting : round.outcomes) {
      const auto end = next + static_cast<std::ptrdiff_t>(waiting.outcomes.size());
      waiting.ended({next, end});
      next = end;
    }
    if (round.claim) round.claim->claimed(std::move(result.leases));
  }

  // Empty when there was no trouble, or when it is over.
  std::string TroubleLeft() {
    if (Trouble().empty()) return "";
    const Status ready = queue_.Ready();
    return ready ? "" : ready.error().message;
  }

  void Learn(std::string trouble) {
    QueueStatistics statistics = queue_.Statistics(clock_.Now());
    *known_.Lock() = {statistics, std::move(trouble)};
  }

  LinkQueue& queue_;
  const Clock& clock_;
  const Options options_;
  const Observer observer_;
  Guarded<Inbox> inbox_;
  Guarded<Known> known_;
  std::atomic<TimePoint> last_alive_;
  std::thread thread_;  // last, so that it starts when all else is there
};

Writer::Writer(LinkQueue& queue, const Clock& clock, Options options, Observer observer)
    : loop_(std::make_unique<Loop>(queue, clock, options, std::move(observer))) {}

Writer::~Writer() = default;

void Writer::Commit(IncomingEvent event, std::function<void(const CommitResult&)> done) {
  loop_->Commit(std::move(event), std::move(done));
}

void Writer::Record(std::vector<Outcome> outcomes,
                    std::function<void(const std::vector<bool>&)> ended) {
  loop_->Record(std::move(outcomes), std::move(ended));
}

void Writer::Claim(std::size_t limit, Duration lease,
                   std::function<void(std::vector<Lease>)> claimed) {
  loop_->Claim(limit, lease, std::move(claimed));
}

QueueStatistics Writer::Statistics() const {
  return loop_->Statistics();
}
std::string Writer::Trouble() const {
  return loop_->Trouble();
}
TimePoint Writer::LastAlive() const {
  return loop_->LastAlive();
}

}  // namespace flaglinkd
