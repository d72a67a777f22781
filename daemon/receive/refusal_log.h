// Which refusals are worth a line: of each source and verdict one a minute, so that a forger can't
// fill the log and a fault that comes back months later is told again. Not safe for several
// threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "daemon/base/clock.h"
#include "daemon/verify/verify.h"

namespace flaglinkd {

class RefusalLog {
 public:
  // How many were held back since the last line; absent: hold this one back too. The keys are few:
  // configured sources times verdicts.
  std::optional<std::int64_t> Next(const std::string& source, Verdict verdict, TimePoint now) {
    Entry& entry = entries_[{source, verdict}];
    if (entry.logged && now - *entry.logged < std::chrono::minutes(1) && now >= *entry.logged) {
      ++entry.held_back;
      return std::nullopt;
    }
    entry.logged = now;
    return std::exchange(entry.held_back, 0);
  }

 private:
  struct Entry {
    std::optional<TimePoint> logged;
    std::int64_t held_back = 0;
  };
  std::map<std::pair<std::string, Verdict>, Entry> entries_;
};

}  // namespace flaglinkd
