#include "daemon/observe/process_metrics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace flaglinkd {
namespace {

std::map<std::string, double> Read(const ProcessMetrics& process) {
  std::map<std::string, double> values;
  for (const prometheus::MetricFamily& family : process.Collect())
    values[family.name] = family.metric.at(0).gauge.value;
  return values;
}

double Now() {
  return std::chrono::duration<double>(SystemClock().Now().time_since_epoch()).count();
}

TEST(ProcessMetrics, TheStartIsWhenItWasMadeAndStays) {
  const double before = Now();
  const ProcessMetrics process;
  const double after = Now();
  const double started = Read(process).at("process_start_time_seconds");
  EXPECT_GE(started, before);
  EXPECT_LE(started, after);
  EXPECT_EQ(Read(process).at("process_start_time_seconds"), started);
}

TEST(ProcessMetrics, MemoryThatIsUsedIsSeen) {
  constexpr double kHeld = 64 << 20;
  const ProcessMetrics process;
  const double before = Read(process).at("process_resident_memory_bytes");
  const std::vector<char> held(static_cast<std::size_t>(kHeld), 'x');
  const double grown = Read(process).at("process_resident_memory_bytes") - before;
  EXPECT_GT(before, 0);
  EXPECT_GT(grown, kHeld / 2);
  EXPECT_EQ(held.back(), 'x');
}

}  // namespace
}  // namespace flaglinkd
