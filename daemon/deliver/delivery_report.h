// What delivery says of itself, in the log and in the metrics. Not safe for several threads.
#pragma once

#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/deliver/delivery.h"
#include "daemon/deliver/pauses.h"
#include "daemon/observe/log.h"
#include "daemon/observe/metrics.h"

namespace flaglinkd {

class DeliveryReport {
 public:
  explicit DeliveryReport(Metrics& metrics) : metrics_(metrics) {}

  void Ended(const Delivery& delivery, const Outcome& outcome, const AttemptOutcome& answer,
             TimePoint now);
  void EndedUnsent(const Delivery& delivery, const Outcome& outcome);
  void Paused(const Pauses& pauses, const std::vector<PauseChange>& changes, TimePoint now);

 private:
  void LogRetry(const Delivery& delivery, const std::string& reason);

  Metrics& metrics_;
  RepeatFilter retries_;
};

}  // namespace flaglinkd
