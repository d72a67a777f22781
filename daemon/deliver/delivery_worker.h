// The one thread that brings LaunchDarkly from what is applied to what is wanted: claims due links,
// plans the requests, sends them, records what came of it. Policy is in retry_policy.h, pauses.h and
// concurrency.h (pure); requests and answers are in the destination, and so is what may be spent.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/deliver/destination.h"
#include "daemon/deliver/pauses.h"
#include "daemon/observe/metrics.h"
#include "daemon/queue/writer.h"

namespace flaglinkd {

struct DeliveryOptions {
  bool enabled = true;  // false: nothing is claimed and nothing is sent
  int concurrency = 2;  // links at a time, at most (concurrency.h)
  Duration timeout = std::chrono::seconds(20);
  Duration first_retry = std::chrono::seconds(1);
  Duration longest_retry = std::chrono::minutes(5);
  Duration give_up_after = std::chrono::hours(72);
  Duration unknown_flag_patience = std::chrono::hours(24 * 7);
  bool operator==(const DeliveryOptions&) const = default;
};

struct DeliveryState {
  bool enabled = true;
  std::vector<HeldScope> pauses;  // none: delivery works
  int under_way = 0;              // links
};

class DeliveryWorker {
 public:
  // All references outlive the worker. The thread starts at once. `jitter` gives numbers in [0, 1).
  DeliveryWorker(const DeliveryOptions& options, Writer& writer,
                 std::shared_ptr<Destination> destination, const Clock& clock, Metrics& metrics,
                 std::function<double()> jitter);
  // As Stop.
  ~DeliveryWorker();
  DeliveryWorker(const DeliveryWorker&) = delete;
  DeliveryWorker& operator=(const DeliveryWorker&) = delete;

  // Waits for what is under way, at most the timeout, and joins. What was not recorded is found
  // again after the next start. Afterwards Wake does nothing, so that the writer may end later.
  void Stop();
  // From any thread; does not wait. What is under way ends as it began; then delivery goes on by
  // these options, and what was put off or is to be tried again is due at once. The newest call
  // counts. The old destination dies on the worker's thread, with no request under way.
  void Configure(const DeliveryOptions& options, std::shared_ptr<Destination> destination);
  // From any thread: links may be due.
  void Wake();
  // From any thread: as of the last round.
  DeliveryState State() const;
  TimePoint LastAlive() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace flaglinkd
