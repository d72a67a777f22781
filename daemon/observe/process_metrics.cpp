#include "daemon/observe/process_metrics.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <fstream>

namespace flaglinkd {
namespace {

// The second number of /proc/self/statm, in pages: proc(5).
double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  statm >> size >> resident;
  return statm ? static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) : 0;
}

prometheus::MetricFamily Gauge(const char* name, const char* help, double value) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = prometheus::MetricType::Gauge;
  family.metric.emplace_back().gauge.value = value;
  return family;
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessMetrics::Collect() const {
  const std::chrono::duration<double> started = started_.time_since_epoch();
  return {
      Gauge("process_start_time_seconds", "When the process started, since 1970", started.count()),
      Gauge("process_resident_memory_bytes", "Memory that the process holds", ResidentBytes())};
}

}  // namespace flaglinkd
