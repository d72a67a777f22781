// A closed loop of HTTP posts over keep-alive connections, on one thread: each connection sends its
// next request when its answer is in.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace flaglinkd::bench {

struct LoadOptions {
  std::uint16_t port = 0;
  int connections = 64;
  double seconds = 5;
  std::function<std::string(std::uint64_t number)>
      request;  // the whole message; the number is never the same twice
};

struct LoadResult {
  std::uint64_t answers_2xx = 0, other_answers = 0, broken_connections = 0;
  double seconds = 0;
  std::vector<std::uint32_t> latencies_us;  // sorted

  double PerSecond() const { return seconds > 0 ? static_cast<double>(answers_2xx) / seconds : 0; }
  double PercentileMs(double percent) const;
};

LoadResult RunLoad(const LoadOptions& options);

}  // namespace flaglinkd::bench
