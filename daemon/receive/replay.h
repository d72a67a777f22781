// Webhooks that need not be verified, read with the present rules and catalogue and committed:
// stored ones again, and those that a person brings (an export). They go the way of Intake's, on
// its workers and under their budget, and are never taken for repetitions. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/adapt/worker_pool.h"
#include "daemon/base/guarded.h"
#include "daemon/base/result.h"
#include "daemon/domain/reading.h"
#include "daemon/domain/webhook.h"
#include "daemon/queue/queue_admin.h"
#include "daemon/queue/writer.h"
#include "daemon/receive/intake.h"
#include "daemon/receive/interpret.h"

namespace flaglinkd {

class Replay {
 public:
  // kFailed: it can't be read, and nothing was stored for it; or it passed a bound, and is stored
  // as failed like any other. Called once, on any thread.
  using Done = std::function<void(const CommitResult&)>;

  // All outlive the replay; intake and workers need to do so only until Stop.
  Replay(Intake& intake, WorkerPool& workers, Writer& writer)
      : intake_(intake), workers_(workers), writer_(writer) {}

  // From now on everything is refused as kUnavailable: whoever waits for a commit may come back
  // with the next event while the service ends.
  void Stop() { *open_.Lock() = false; }

  // The namespace of a configured source; nothing: there is no such source.
  std::optional<std::string> NameSpaceOf(const std::string& source);

  // What would come of the stored event; stores nothing.
  void Explain(const EventReport& event, const Payload& payload,
               std::function<void(const Reading&)> done);
  // Takes effect as of the event's own receipt: what newer ones said stays. The payload is not kept
  // once more.
  void Again(const EventReport& event, const Payload& payload, Done done);

  // Called with the api_token of the source as it was read; after an error it is null.
  using Then = std::function<void(Result<Interpretation>, std::shared_ptr<const Secret> api_token)>;

  // Reads a stored event that waits for documents once more, with those that are there, and commits
  // nothing. kUnavailable: not now; any other error: never.
  void Reread(const WaitingFetch& waiting, std::vector<FetchedDocument> fetched, Then done);

  // Received now. A body over the source's limit is kFailed.
  void Import(const std::string& source, Webhook webhook, Done done);
  // What its sender could not deliver, from the sender's own log. As if it had come by itself at the
  // webhook's time of receipt: its delivery is stored once, newer events stay, and what can't be read
  // is stored as failed.
  void CatchUp(const std::string& source, Webhook webhook, Done done);

 private:
  void Read(const std::string& source, Webhook webhook, std::vector<FetchedDocument> fetched,
            const Then& then);
  std::optional<Error> Post(const std::string& source, Webhook webhook,
                            std::vector<FetchedDocument> fetched, const Then& then);
  enum class Origin { kStore, kFile, kSender };
  void Receive(const std::string& source, Webhook webhook, Origin origin, Done done);
  void Commit(const std::string& source, Webhook webhook, Origin origin, Done done);

  Intake& intake_;
  WorkerPool& workers_;
  Writer& writer_;
  Guarded<bool> open_{true};
};

}  // namespace flaglinkd
