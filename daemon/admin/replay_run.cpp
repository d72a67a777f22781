#include "daemon/admin/replay_run.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace flaglinkd {

ReplayRun::ReplayRun(std::shared_ptr<const AdminServices> services, std::vector<EventReport> events,
                     Responder responder)
    : services_(std::move(services)),
      events_(std::move(events)),
      total_(events_.size()),
      responder_(std::move(responder)) {}

void ReplayRun::Start(std::shared_ptr<const AdminServices> services,
                      std::vector<EventReport> events, std::size_t limit, Responder responder) {
  std::sort(events.begin(), events.end(),
            [](const EventReport& a, const EventReport& b) { return a.id > b.id; });
  const std::shared_ptr<ReplayRun> run(
      new ReplayRun(std::move(services), std::move(events), std::move(responder)));
  if (run->total_ >= limit) run->tally_.more_before = run->events_.back().id;
  run->Next();
}

void ReplayRun::Next() {
  while (!events_.empty() && !events_.back().has_payload) {
    ++tally_.not_kept;
    events_.pop_back();
  }
  if (events_.empty()) return responder_.Send(TallyResponse(tally_));
  EventReport event = std::move(events_.back());
  events_.pop_back();
  const bool asked = services_->ask([run = shared_from_this(), event = std::move(event)](
                                        QueueAdmin& queue) { run->Replay(event, queue); });
  if (!asked) Stop("too much is asked of the queue: try again");
}

void ReplayRun::Replay(const EventReport& event, QueueAdmin& queue) {
  const Result<std::optional<Payload>> payload = queue.PayloadOf(event.id);
  if (!payload) return Stop(payload.error().message);
  if (!*payload) {  // it went since the events were listed
    ++tally_.not_kept;
    return Next();
  }
  services_->replay(event, **payload, [run = shared_from_this()](const CommitResult& result) {
    run->OnReplayed(result);
  });
}

void ReplayRun::OnReplayed(const CommitResult& result) {
  tally_.links += result.links;
  switch (result.kind) {
    case CommitResult::Kind::kStored: ++tally_.stored; return Next();
    case CommitResult::Kind::kIgnored:
    case CommitResult::Kind::kDuplicate: ++tally_.ignored; return Next();
    case CommitResult::Kind::kFailed: ++tally_.failed; return Next();
    case CommitResult::Kind::kUnavailable: return Stop(result.reason);
  }
}

void ReplayRun::Stop(const std::string& reason) {
  const int done = tally_.stored + tally_.ignored + tally_.failed + tally_.not_kept;
  tally_.stopped = "stopped after " + std::to_string(done) + " of " + std::to_string(total_) +
                   " events: " + reason;
  responder_.Send(TallyResponse(tally_));
}

}  // namespace flaglinkd
