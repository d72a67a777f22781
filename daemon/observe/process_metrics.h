// The process itself, by the names that every exporter uses:
// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics. Safe for several
// threads.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

#include "daemon/base/clock.h"

namespace flaglinkd {

// Made when the process starts. Without /proc the memory is 0.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  // Kept, not worked out anew each time: a clock that is set must not look like a restart.
  const TimePoint started_ = SystemClock().Now();
};

}  // namespace flaglinkd
