#include "daemon/queue/writer.h"

#include <atomic>
#include <deque>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/base/guarded.h"

namespace flaglinkd {
namespace {

// How long an idle thread sleeps: LastAlive stays that fresh, and trouble is looked at again that
// often.
constexpr Duration kBreath = std::chrono::seconds(1);
// Without pause while there is something to sweep and nothing else to do; else so often.
constexpr Duration kBetweenSweeps = std::chrono::minutes(1);

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

struct WaitingUpdate {
  CatalogUpdate update;
  std::function<void(bool)> done;
};

using Question = std::function<void(LinkQueue&)>;

// What callers have handed over and nobody has looked at yet.
struct Inbox {
  std::deque<WaitingEvent> events;
  std::vector<WaitingOutcomes> outcomes;
  std::deque<WaitingClaim> claims;
  std::vector<WaitingUpdate> updates;
  std::deque<Question> questions;
  std::optional<QueueOptions> options;
  bool stopping = false;

  bool HasBatch() const {
    return !events.empty() || !outcomes.empty() || !claims.empty() || !updates.empty();
  }
  bool IsEmpty() const { return !HasBatch() && questions.empty() && !options; }
};

// One batch, with who waits for it.
struct Round {
  std::vector<IncomingEvent> events;
  std::vector<std::function<void(const CommitResult&)>> done;
  std::vector<WaitingOutcomes> outcomes;
  std::optional<WaitingClaim> claim;
  std::vector<CatalogUpdate> catalog;
  std::vector<std::function<void(bool)>> learned;
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

  void Learn(CatalogUpdate update, std::function<void(bool)> done) {
    {
      auto inbox = inbox_.Lock();
      if (inbox->updates.size() < options_.max_questions) {
        inbox->updates.push_back({std::move(update), std::move(done)});
        done = nullptr;
      }
    }
    if (done) return done(false);
    inbox_.Notify();
  }

  void Configure(const QueueOptions& options) {
    inbox_.Lock()->options = options;
    inbox_.Notify();
  }

  bool Ask(Question question) {
    {
      auto inbox = inbox_.Lock();
      if (inbox->questions.size() >= options_.max_questions) return false;
      inbox->questions.push_back(std::move(question));
    }
    inbox_.Notify();
    return true;
  }

  QueueStatistics Statistics() { return known_.Lock()->statistics; }
  std::string Trouble() { return known_.Lock()->trouble; }
  TimePoint LastAlive() const { return last_alive_; }

 private:
  void Run() {
    while (true) {
      last_alive_ = clock_.Now();
      std::optional<Round> round;
      std::optional<Question> question;
      std::optional<QueueOptions> options;
      {
        auto inbox = inbox_.WaitFor(
            more_to_sweep_ ? Duration(0) : kBreath,
            [](const Inbox& waiting) { return waiting.stopping || !waiting.IsEmpty(); });
        if (inbox->stopping && inbox->IsEmpty()) break;
        options = std::exchange(inbox->options, std::nullopt);
        if (inbox->HasBatch()) round = Take(*inbox);
        if (!inbox->questions.empty()) {
          question = std::move(inbox->questions.front());
          inbox->questions.pop_front();
        }
      }
      if (options) TakeOver(*options);
      const bool idle = !round && !question && !options;
      if (idle && !more_to_sweep_) Note(TroubleLeft());
      if (!round && !kept_.empty() && Trouble().empty()) round.emplace();
      if (round) Execute(*round);
      if (question) Answer(*question);
      if (IsTimeToSweep(idle)) Sweep();
    }
    for (const WaitingOutcomes& lost : kept_) {
      lost.ended(std::vector<bool>(lost.outcomes.size(), false));
    }
  }

  // The oldest events, all outcomes, all that is news of flags, and the oldest claim.
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
    for (WaitingUpdate& waiting : std::exchange(inbox.updates, {})) {
      round.catalog.push_back(std::move(waiting.update));
      round.learned.push_back(std::move(waiting.done));
    }
    return round;
  }

  void Execute(Round& round) {
    round.outcomes.insert(round.outcomes.begin(), std::make_move_iterator(kept_.begin()),
                          std::make_move_iterator(kept_.end()));
    kept_.clear();
    std::vector<Outcome> outcomes;
    for (const WaitingOutcomes& waiting : round.outcomes) {
      outcomes.insert(outcomes.end(), waiting.outcomes.begin(), waiting.outcomes.end());
    }
    Batch batch{clock_.Now(), round.events, outcomes, 0, Duration(0), round.catalog};
    if (round.claim) {
      batch.claim_limit = round.claim->limit;
      batch.lease = round.claim->lease;
    }
    const auto began = std::chrono::steady_clock::now();
    Result<BatchResult> result = queue_.Execute(batch);
    const auto took =
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
    Note(result ? TroubleAfter(*result) : result.error().message);
    if (observer_.committed && result && !round.events.empty())
      observer_.committed(round.events.size(), took);
    // Before the answers, so that whoever has one finds it in the numbers.
    if (observer_.changed) observer_.changed(Statistics());
    const bool stored = result.ok();
    if (!stored) kept_ = std::exchange(round.outcomes, {});
    // In the order in which the batch applies them: what an event says of a flag stands.
    for (const auto& learned : round.learned) learned(stored);
    if (stored && observer_.news) TellNews(round, *result);
    Answer(round, stored ? std::move(*result) : Refuse(round, result.error().message));
  }

  void TakeOver(const QueueOptions& options) {
    const Status taken = queue_.Configure(options, clock_.Now());
    Note(taken ? TroubleLeft() : taken.error().message);
    if (observer_.changed) observer_.changed(Statistics());
  }

  void TellNews(const Round& round, const BatchResult& result) const {
    for (std::size_t i = 0; i < round.events.size(); ++i) {
      const bool is_stored = result.events[i].kind == CommitResult::Kind::kStored;
      if (is_stored && !round.events[i].flag_news.empty())
        observer_.news(round.events[i].flag_news);
    }
  }

  void Answer(const Question& question) {
    question(queue_);
    Note(TroubleLeft());
    if (observer_.changed) observer_.changed(Statistics());
  }

  // When idle at once, if there is more to do. A clock that was set back doesn't stop it.
  bool IsTimeToSweep(bool idle) const {
    if (idle && more_to_sweep_) return true;
    const TimePoint now = clock_.Now();
    return !swept_at_ || now >= *swept_at_ + kBetweenSweeps || now < *swept_at_;
  }

  void Sweep() {
    swept_at_ = clock_.Now();
    const Result<bool> more = queue_.Sweep(*swept_at_);
    more_to_sweep_ = more && *more;
    if (!more) Note(more.error().message);
  }

  // What a batch comes to that could not be executed.
  static BatchResult Refuse(const Round& round, const std::string& reason) {
    BatchResult result;
    result.events.assign(round.events.size(), Unavailable(reason));
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

  // Events may be refused, by max_bytes, while the batch as a whole is stored.
  std::string TroubleAfter(const BatchResult& result) {
    for (const CommitResult& event : result.events) {
      if (event.kind == CommitResult::Kind::kUnavailable) return Probe();
    }
    return TroubleLeft();
  }

  // Empty when there was no trouble, or when it is over. What succeeds may have had nothing to
  // write, so that only a probe can tell.
  std::string TroubleLeft() { return Trouble().empty() ? "" : Probe(); }

  std::string Probe() {
    const Status ready = queue_.Ready();
    return ready ? "" : ready.error().message;
  }

  void Note(std::string trouble) {
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
  bool more_to_sweep_ = false;  // the thread's own, as is what follows
  std::optional<TimePoint> swept_at_;
  // Outcomes of a batch that the store did not take. They go with the next one, or alone once it
  // takes something again: else each of their links would wait for its lease to end.
  std::vector<WaitingOutcomes> kept_;
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

void Writer::Learn(CatalogUpdate update, std::function<void(bool)> done) {
  loop_->Learn(std::move(update), std::move(done));
}

void Writer::Configure(const QueueOptions& options) {
  loop_->Configure(options);
}

bool Writer::Ask(std::function<void(LinkQueue&)> question) {
  return loop_->Ask(std::move(question));
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
