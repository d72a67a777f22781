#include "daemon/deliver/delivery_worker.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/base/guarded.h"
#include "daemon/deliver/concurrency.h"
#include "daemon/deliver/delivery.h"
#include "daemon/deliver/delivery_report.h"
#include "daemon/deliver/pauses.h"
#include "daemon/deliver/retry_policy.h"

namespace flaglinkd {
namespace {

constexpr Duration kLongestRound = std::chrono::seconds(10);  // a sign of life for the watchdog
constexpr Duration kLongestHold = std::chrono::seconds(10);   // a window of the rate limit

// Why a link that was claimed goes back unsent.
constexpr char kStops[] = "flaglinkd stops", kSetUpAnew[] = "delivery is set up anew";

RetryPolicy PolicyOf(const DeliveryOptions& options) {
  return {options.timeout, options.first_retry, options.longest_retry, options.give_up_after,
          options.unknown_flag_patience};
}

struct Setup {
  DeliveryOptions options;
  std::shared_ptr<Destination> destination;
};

// Where other threads leave what they have for the worker, and wake it. It may outlive the worker,
// since a claim may be answered late.
class Mailbox {
 public:
  explicit Mailbox(std::shared_ptr<Destination> destination)
      : state_(State{{}, {}, std::move(destination)}) {}

  void Put(std::vector<Lease> leases) {
    const auto state = state_.Lock();
    state->leases = std::move(leases);
    state->Wake();
  }
  void Put(Setup setup) {
    const auto state = state_.Lock();
    state->setup = std::move(setup);
    state->Wake();
  }
  void Wake() { state_.Lock()->Wake(); }

  std::optional<std::vector<Lease>> TakeLeases() {
    return std::exchange(state_.Lock()->leases, std::nullopt);
  }
  std::optional<Setup> TakeSetup() { return std::exchange(state_.Lock()->setup, std::nullopt); }
  // The one that the worker polls from now on.
  void SetDestination(std::shared_ptr<Destination> destination) {
    state_.Lock()->destination.swap(destination);
  }
  void Close() {
    TakeSetup();
    SetDestination(nullptr);
  }

 private:
  struct State {
    std::optional<std::vector<Lease>> leases;
    std::optional<Setup> setup;
    std::shared_ptr<Destination> destination;

    // Under the lock, so that after Close nobody touches the destination; it only writes one byte.
    void Wake() const {
      if (destination != nullptr) destination->Wake();
    }
  };
  Guarded<State> state_;
};

}  // namespace

class DeliveryWorker::Loop {
 public:
  Loop(const DeliveryOptions& options, Writer& writer, std::shared_ptr<Destination> destination,
       const Clock& clock, Metrics& metrics, std::function<double()> jitter)
      : options_(options),
        policy_(PolicyOf(options)),
        writer_(writer),
        destination_(std::move(destination)),
        clock_(clock),
        jitter_(std::move(jitter)),
        report_(metrics),
        pauses_(policy_),
        concurrency_(options.concurrency),
        mailbox_(std::make_shared<Mailbox>(destination_)),
        alive_(clock.Now()),
        thread_([this](std::stop_token stop) { Run(stop); }) {}

  ~Loop() { Stop(); }

  void Stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    mailbox_->Wake();
    thread_.join();
    mailbox_->Close();
  }

  void Configure(const DeliveryOptions& options, std::shared_ptr<Destination> destination) {
    mailbox_->Put(Setup{options, std::move(destination)});
  }
  void Wake() { mailbox_->Wake(); }
  DeliveryState State() { return *state_.Lock(); }
  TimePoint LastAlive() const { return alive_.load(); }

 private:
  void Run(std::stop_token stop);
  void Drain();
  void FollowSetup();
  void TakeOver(Setup setup);
  std::optional<TimePoint> NextClaim(TimePoint now) const;
  void Claim(TimePoint now);
  void TakeLeases();
  void AskAgain();
  void GiveBack(std::vector<Lease> leases, const std::string& reason);
  void PutOffHeld(const std::string& reason);
  void Step(std::uint64_t number);
  void Hold(std::uint64_t number, TimePoint due);
  void Answered(std::uint64_t number, const AttemptOutcome& answer);
  void End(std::uint64_t number, Outcome outcome);

  DeliveryOptions options_;
  RetryPolicy policy_;
  Writer& writer_;
  std::shared_ptr<Destination> destination_;
  const Clock& clock_;
  const std::function<double()> jitter_;

  DeliveryReport report_;
  Pauses pauses_;
  Concurrency concurrency_;
  const std::shared_ptr<Mailbox> mailbox_;
  bool claiming_ = false;
  TimePoint claim_not_before_ = TimePoint::min();
  std::optional<Setup> next_;  // takes over once nothing is under way
  bool hastens_ = false;       // the queue is still to be told that what was put off is due
  std::map<std::uint64_t, Delivery> under_way_;
  // Those of them whose next request the destination does not let through yet, and when to ask.
  std::map<std::uint64_t, TimePoint> held_;
  std::uint64_t next_number_ = 1;
  std::optional<TimePoint> last_answered_;
  Guarded<DeliveryState> state_;
  std::atomic<TimePoint> alive_;
  std::jthread thread_;  // last, so that it starts when all else is there
};

void DeliveryWorker::Loop::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pauses_.Follow(clock_.Now());
    TakeLeases();
    AskAgain();
    FollowSetup();
    *state_.Lock() = {options_.enabled, pauses_.All(), static_cast<int>(under_way_.size())};
    const TimePoint now = clock_.Now();
    alive_ = now;
    TimePoint until = now + kLongestRound;
    if (const std::optional<TimePoint> at = NextClaim(now); at && *at <= now) {
      Claim(now);  // its answer wakes us
    } else if (at) {
      until = std::min(until, *at);
    }
    for (const auto& [number, due] : held_) until = std::min(until, due);
    destination_->Poll(std::max(until - now, Duration(0)));
  }
  Drain();
}

// A claim that is still unanswered gives its leases back; what is under way gets the time that a
// request may take.
void DeliveryWorker::Loop::Drain() {
  const auto deadline = std::chrono::steady_clock::now() + options_.timeout;
  while (true) {
    PutOffHeld(kStops);
    if (!claiming_ && under_way_.empty()) return;
    const auto left =
        std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    if (left <= Duration(0)) return;
    if (auto leases = mailbox_->TakeLeases()) {
      GiveBack(*std::move(leases), kStops);
      continue;
    }
    destination_->Poll(left);
  }
}

// A new setup waits until nothing is under way by the old one, which is given nothing more to do.
void DeliveryWorker::Loop::FollowSetup() {
  if (std::optional<Setup> newest = mailbox_->TakeSetup()) next_ = std::move(newest);
  if (next_) {
    PutOffHeld(kSetUpAnew);
    if (!claiming_ && under_way_.empty()) TakeOver(*std::exchange(next_, std::nullopt));
  }
  if (!hastens_) return;
  // Behind the outcomes of what was under way. If too many ask already, it is tried again.
  hastens_ = !writer_.Ask([now = clock_.Now()](LinkQueue& queue) {
    static_cast<void>(queue.Hasten(now));  // else what was put off comes at its own time
  });
}

void DeliveryWorker::Loop::TakeOver(Setup setup) {
  options_ = setup.options;
  policy_ = PolicyOf(options_);
  mailbox_->SetDestination(setup.destination);
  destination_ = std::move(setup.destination);
  pauses_.SetUpAnew(policy_, clock_.Now());
  concurrency_ = Concurrency(options_.concurrency);
  claim_not_before_ = TimePoint::min();
  hastens_ = true;
}

// When to claim next; absent while something else has to happen first, which wakes us.
std::optional<TimePoint> DeliveryWorker::Loop::NextClaim(TimePoint now) const {
  if (!options_.enabled || next_ || claiming_ || !held_.empty()) return std::nullopt;
  const std::optional<TimePoint> due = writer_.Statistics().next_due;
  if (!due) return std::nullopt;
  TimePoint at = std::max({now, claim_not_before_, *due});
  if (const auto resumes = pauses_.Until()) at = std::max(at, *resumes);
  if (static_cast<int>(under_way_.size()) >= pauses_.Limit(concurrency_.limit(), at)) {
    return std::nullopt;
  }
  return at;
}

void DeliveryWorker::Loop::Claim(TimePoint now) {
  const int limit = pauses_.Limit(concurrency_.limit(), now) - static_cast<int>(under_way_.size());
  claiming_ = true;
  // Each request is sent only if its lease outlasts it, hence one time-out more than the delivery
  // may have requests; and a window of the rate limit may have to be waited out.
  const Duration lease = (kRequestsPerLease + 1) * options_.timeout + kLongestHold;
  writer_.Claim(
      static_cast<std::size_t>(limit), lease,
      [mailbox = mailbox_](std::vector<Lease> leases) { mailbox->Put(std::move(leases)); });
}

void DeliveryWorker::Loop::TakeLeases() {
  std::optional<std::vector<Lease>> leases = mailbox_->TakeLeases();
  if (!leases) return;
  if (next_) return GiveBack(*std::move(leases), kSetUpAnew);
  claiming_ = false;
  // Something was due and nothing came: the store has trouble.
  if (leases->empty()) claim_not_before_ = clock_.Now() + options_.first_retry;
  for (Lease& lease : *leases) {
    const std::uint64_t number = next_number_++;
    const Delivery& delivery = under_way_.emplace(number, Plan(std::move(lease))).first->second;
    if (std::optional<Outcome> unsent = EndUnsent(delivery, policy_, clock_.Now())) {
      report_.EndedUnsent(delivery, *unsent);
      End(number, std::move(*unsent));
    } else {
      Step(number);
    }
  }
}

// An answer, or the time that has passed, may let them through.
void DeliveryWorker::Loop::AskAgain() {
  for (const auto& [number, due] : std::exchange(held_, {})) Step(number);
}

void DeliveryWorker::Loop::PutOffHeld(const std::string& reason) {
  for (const auto& [number, due] : std::exchange(held_, {})) {
    End(number, PutOff(under_way_.at(number), clock_.Now(), reason));
  }
}

void DeliveryWorker::Loop::GiveBack(std::vector<Lease> leases, const std::string& reason) {
  claiming_ = false;
  std::vector<Outcome> unsent;
  for (Lease& lease : leases) {
    unsent.push_back(PutOff(Plan(std::move(lease)), clock_.Now(), reason));
  }
  if (!unsent.empty()) writer_.Record(std::move(unsent), [](const std::vector<bool>&) {});
}

// Sends what comes next, unless a pause, the destination or the lease's end is in its way.
void DeliveryWorker::Loop::Step(std::uint64_t number) {
  Delivery& delivery = under_way_.at(number);
  const TimePoint now = clock_.Now();
  if (delivery.lease.until - now < options_.timeout) {
    return End(number, PutOff(delivery, now, "the lease was about to end"));
  }
  // A replacement is no probe: its removal could be the last request that works. A look is one, and
  // what is known stays so until it is answered.
  if (delivery.next->replaces && pauses_.WantsProbe(now)) {
    delivery.next = NextRequest(delivery.lease.wanted, {Presence::kMaybe, ""});
  }
  const LinkRequest& request = *delivery.next;
  if (const std::optional<TimePoint> due = pauses_.HeldUntil(request, now)) {
    return End(number, PutOff(delivery, *due, "delivery is paused"));
  }
  if (const std::optional<TimePoint> due = destination_->Reserve(request, now)) {
    return Hold(number, *due);
  }
  pauses_.Sent(request);
  destination_->Send(request, [this, number](AttemptOutcome answer) { Answered(number, answer); });
}

// Under way it stays as long as its lease allows; what takes longer is a pause.
void DeliveryWorker::Loop::Hold(std::uint64_t number, TimePoint due) {
  const Delivery& delivery = under_way_.at(number);
  if (delivery.lease.until - due >= options_.timeout) {
    held_[number] = due;
    return;
  }
  if (const auto change = pauses_.LearnSpent(due)) {
    report_.Paused(pauses_, {*change}, clock_.Now());
  }
  End(number, PutOff(delivery, due, "the account's requests are spent"));
}

void DeliveryWorker::Loop::Answered(std::uint64_t number, const AttemptOutcome& answer) {
  Delivery& delivery = under_way_.at(number);
  const TimePoint now = clock_.Now();
  const LinkRequest& request = *delivery.next;
  if (answer.answered) last_answered_ = now;
  concurrency_.Learn(answer);
  report_.Paused(pauses_, pauses_.Learn(request, answer, now, jitter_()), now);
  Circumstances circumstances;
  circumstances.now = now;
  circumstances.jitter = jitter_();
  circumstances.resumes = pauses_.HeldUntil(request, now).value_or(now);
  // A role may leave out a single flag. The link that met it comes back behind those that it holds
  // up, so that one of them is the next probe.
  if (answer.result == AttemptOutcome::Result::kForbidden) {
    circumstances.resumes += std::min(options_.timeout, options_.longest_retry);
  }
  circumstances.others_answered = last_answered_ && now - *last_answered_ <= options_.longest_retry;
  std::optional<Outcome> outcome = Advance(delivery, answer, policy_, circumstances);
  if (!outcome) return Step(number);
  report_.Ended(delivery, *outcome, answer, now);
  End(number, std::move(*outcome));
}

void DeliveryWorker::Loop::End(std::uint64_t number, Outcome outcome) {
  under_way_.erase(number);
  // Of a lease that was no longer ours the queue takes no outcome; it has the link looked at anew.
  writer_.Record({std::move(outcome)}, [](const std::vector<bool>&) {});
}

DeliveryWorker::DeliveryWorker(const DeliveryOptions& options, Writer& writer,
                               std::shared_ptr<Destination> destination, const Clock& clock,
                               Metrics& metrics, std::function<double()> jitter)
    : loop_(std::make_unique<Loop>(options, writer, std::move(destination), clock, metrics,
                                   std::move(jitter))) {}

DeliveryWorker::~DeliveryWorker() = default;

void DeliveryWorker::Stop() {
  loop_->Stop();
}

void DeliveryWorker::Configure(const DeliveryOptions& options,
                               std::shared_ptr<Destination> destination) {
  loop_->Configure(options, std::move(destination));
}

void DeliveryWorker::Wake() {
  loop_->Wake();
}

DeliveryState DeliveryWorker::State() const {
  return loop_->State();
}

TimePoint DeliveryWorker::LastAlive() const {
  return loop_->LastAlive();
}

}  // namespace flaglinkd
