// The flags that the catalogue knows, frozen: made whole by one thread, then read by many. A
// project that is not in it has no catalogue (it was switched off, or never read), and keys are
// taken as written there. Small, since it is held whole: a key's own bytes and 17 more, and one
// more for each further project.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
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
  enum class Standing : std::uint8_t { kNoCatalog, kMissing, kLive, kArchived };

  KnownFlags() = default;  // knows no project
  // Names no project twice. A key that fails IsValidKey is left out.
  explicit KnownFlags(const std::vector<Project>& projects);

  Standing StandingOf(std::string_view project, std::string_view key) const;

  const std::vector<std::string>& projects() const { return projects_; }
  // How the key stands in each of projects(), in one look-up; empty if none has it.
  std::span<const Standing> Find(std::string_view key) const;

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = kFree;  // of the key
  };

  void Add(std::string_view key, std::size_t project, Standing standing);
  // The place of the key's slot, or of the free one where it would be.
  std::size_t SlotOf(std::string_view key, std::uint32_t hash) const;
  std::string_view KeyOf(std::uint32_t number) const;

  std::vector<std::string> projects_;
  std::vector<Slot> slots_;          // open addressing with linear probing, at most two thirds full
  std::string keys_;                 // end to end, by their numbers
  std::vector<std::uint32_t> ends_;  // where each of them ends
  std::vector<Standing> standings_;  // of each of them, in each project
  std::size_t shortest_ = kMaxKeyLength + 1, longest_ = 0;
};

}  // namespace flaglinkd
