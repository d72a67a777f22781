// The flags that the catalogue knows, frozen: made whole by one thread, then read by many. A project
// that is not in it has no catalogue (it was switched off, or never read), and keys are taken as
// written there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/domain/flag_key.h"

namespace flaglinkd {

class KnownFlags {
 public:
  struct Flag {
    std::string key;
    bool archived = false;
  };
  struct Project {
    std::string name;
    std::vector<Flag> flags;  // in any order, no key twice
  };
  // kNoCatalog: nothing is known of the project. kMissing: it has no such flag.
  enum class Standing { kNoCatalog, kMissing, kLive, kArchived };

  KnownFlags() = default;  // knows no project
  explicit KnownFlags(std::vector<Project> projects);

  Standing StandingOf(std::string_view project, std::string_view key) const;

 private:
  std::vector<Project> projects_;
};

}  // namespace flaglinkd
