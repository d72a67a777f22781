// The queue, delivery's pure parts and LaunchDarkly's API around a stand-in, without threads and
// sockets: every moment is the test's to choose, so a schedule can be played again from its seed.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/launchdarkly_stand_in.h"
#include "daemon/deliver/delivery.h"
#include "daemon/launchdarkly/flag_link_api.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {

// What goes wrong with one request.
enum class Mishap {
  kNone,
  kNotSent,      // refused connection
  kAnswerLost,   // the work is done, the answer is not heard
  kUnavailable,  // 503, and the work is not done
  kConflict,     // 409 optimistic_locking_error
  kRateLimited,  // 429
  kKilled,       // flaglinkd is killed before the request
  kKilledAfter,  // flaglinkd is killed when the work is done, before the answer is recorded
};

class Rig {
 public:
  Rig(LaunchDarklyStandIn::Duplicate duplicate, unsigned seed)
      : random(seed), stand_in({"api-token", std::nullopt, duplicate}, clock) {
    options_.file = folder_ / "flaglinkd.db";
    Open();
  }

  // One transaction. Each event's receipt is taken now, a microsecond apart.
  std::vector<CommitResult> Take(std::vector<IncomingEvent> events) {
    for (IncomingEvent& event : events) {
      clock.Advance(Duration(1));
      event.received = clock.Now();
    }
    Batch batch;
    batch.now = clock.Now();
    batch.events = events;
    return queue_->Execute(batch).value().events;
  }

  // Claims what is due and brings it as far as it goes; `mishaps` in a thousand requests go wrong.
  // False: nothing was due.
  bool Deliver(int mishaps) {
    Batch claim;
    claim.now = clock.Now();
    claim.claim_limit = 1 + random() % 4;
    claim.lease = std::chrono::minutes(10);
    std::vector<Lease> leases = queue_->Execute(claim).value().leases;
    const bool any = !leases.empty();
    std::vector<Outcome> outcomes;
    for (Lease& lease : leases) {
      std::optional<Outcome> outcome = Work(Plan(std::move(lease)), mishaps);
      if (!outcome) return true;  // killed: the other leases and outcomes are gone with it
      outcomes.push_back(std::move(*outcome));
    }
    Batch ends;
    ends.now = clock.Now();
    ends.outcomes = outcomes;
    queue_->Execute(ends).value();
    return any;
  }

  // Until nothing is due any more, however far ahead. False: it does not come to an end.
  bool DeliverAll() {
    for (int round = 0; round < 100'000; ++round) {
      if (Deliver(0)) continue;
      const std::optional<TimePoint> next = Statistics().next_due;
      if (!next) return true;
      clock.Set(std::max(clock.Now(), *next));
    }
    return false;
  }

  QueueStatistics Statistics() const { return queue_->Statistics(clock.Now()); }

  ManualClock clock;
  std::mt19937 random;
  LaunchDarklyStandIn stand_in;
  int requests = 0, kills = 0;

 private:
  void Open() { queue_ = OpenSqliteQueue(options_, clock.Now()).value(); }

  // Absent: it was killed, and runs again.
  std::optional<Outcome> Work(Delivery delivery, int mishaps) {
    if (std::optional<Outcome> unsent = EndUnsent(delivery, policy_, clock.Now())) return unsent;
    for (;;) {
      const LinkRequest request = *delivery.next;
      const Mishap mishap =
          static_cast<int>(random() % 1000) < mishaps ? Mishap(1 + random() % 7) : Mishap::kNone;
      if (mishap == Mishap::kKilled) return Kill();
      const HttpAnswer answer = Send(request, mishap);
      if (mishap == Mishap::kKilledAfter) return Kill();
      Circumstances circumstances;
      circumstances.now = clock.Now();
      circumstances.resumes = clock.Now();
      circumstances.jitter = static_cast<double>(random() % 1000) / 1000;
      if (auto outcome =
              Advance(delivery, Judge(request, answer, clock.Now()), policy_, circumstances))
        return outcome;
    }
  }

  HttpAnswer Send(const LinkRequest& request, Mishap mishap) {
    ++requests;
    HttpAnswer answer;
    answer.kind = HttpAnswer::Kind::kAnswered;
    switch (mishap) {
      case Mishap::kNotSent: answer.kind = HttpAnswer::Kind::kNotSent; return answer;
      case Mishap::kUnavailable: answer.status = 503; return answer;
      case Mishap::kRateLimited: answer.status = 429; return answer;
      case Mishap::kConflict:
        answer.status = 409;
        answer.body = R"({"code":"optimistic_locking_error"})";
        return answer;
      default: break;
    }
    const HttpCall call = ToHttpCall("", request).value();
    HttpRequest wire{call.method, call.url, "", call.headers, call.body, ""};
    wire.headers.push_back({"authorization", "api-token"});
    const HttpResponse response = stand_in.Answer(wire);
    if (mishap == Mishap::kAnswerLost) {
      answer.kind = HttpAnswer::Kind::kLost;
      return answer;
    }
    answer.status = response.status;
    answer.body = response.body;
    return answer;
  }

  std::optional<Outcome> Kill() {
    ++kills;
    queue_.reset();
    Open();
    return std::nullopt;
  }

  // In memory where that is possible: a crash is a closed file here, and no power is cut.
  static std::filesystem::path Where() {
    const bool in_memory = access("/dev/shm", W_OK) == 0;
    return in_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
  }

  TemporaryFolder folder_{Where()};
  QueueOptions options_;
  RetryPolicy policy_;
  std::unique_ptr<LinkQueue> queue_;
};

}  // namespace flaglinkd
