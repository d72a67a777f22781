// Gets the documents that bodies of webhooks leave out, and has the webhooks read once more with
// them: one thread with an HTTP client of its own, beside the way of a webhook and never in it.
// What a body says by itself is stored, answered and delivered long before.
//
// What waits stands in the queue (LinkQueue::TakeFetches) and leaves it in the transaction that
// stores what came of it, so that a crash costs nothing but the requests. What can't be had
// (refused, away for hours, or not reached for days) ends with its reason, and what the body said
// stands.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "daemon/http/http_client.h"
#include "daemon/observe/metrics.h"
#include "daemon/queue/writer.h"

namespace flaglinkd {

// What a webhook says, with the documents that are there.
struct FetchReading {
  std::vector<DocumentNeed> needs;  // what is still lacking
  IncomingEvent event;              // without changes where it says nothing
  // Of the source as it was when it was read, for its needs only: another configuration may have
  // another token for another host. Not null where there are needs.
  std::shared_ptr<const Secret> api_token;
};

class FetchWorker {
 public:
  // What is not a value outlives the worker, and so does what the functions refer to. They are
  // called on the worker's thread until Stop.
  struct Surroundings {
    std::unique_ptr<HttpClient> client;  // the worker's own
    Writer& writer;                      // needed until Stop only
    const Clock& clock;
    Metrics& metrics;
    std::function<double()> jitter;  // numbers in [0, 1)
    // Reads on another thread. `done` is called exactly once, from any thread, and may outlive the
    // worker. kUnavailable: not now; any other error: never.
    std::function<void(const WaitingFetch&, std::vector<FetchedDocument>,
                       std::function<void(Result<FetchReading>)> done)>
        read;
  };

  // The thread starts at once.
  explicit FetchWorker(Surroundings surroundings);
  // As Stop.
  ~FetchWorker();
  FetchWorker(const FetchWorker&) = delete;
  FetchWorker& operator=(const FetchWorker&) = delete;

  // Ends and joins the thread; what is under way is given up, and waits in the queue. Afterwards
  // Wake does nothing, so that the writer may end later.
  void Stop();
  // From any thread: the queue may have something that is due.
  void Wake();
  TimePoint LastAlive() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace flaglinkd
