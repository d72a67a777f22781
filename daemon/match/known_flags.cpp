#include "daemon/match/known_flags.h"

#include <algorithm>
#include <functional>

#include "daemon/base/check.h"

namespace flaglinkd {
namespace {

std::uint32_t Hash(std::string_view key) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>()(key));
}

}  // namespace

KnownFlags::KnownFlags(const std::vector<Project>& projects) {
  std::size_t flags = 0, bytes = 0;
  for (const Project& project : projects) {
    projects_.push_back(project.name);
    flags += project.flags.size();
    for (const Flag& flag : project.flags) bytes += flag.key.size();
  }
  // The catalogue's reader has bounds far below.
  FLAGLINKD_CHECK(flags < kFree && bytes < UINT32_MAX);
  slots_.resize(flags + flags / 2 + 1);
  keys_.reserve(bytes);
  ends_.reserve(flags);
  standings_.reserve(flags * projects.size());
  for (std::size_t i = 0; i < projects.size(); ++i) {
    for (const auto& [key, archived] : projects[i].flags) {
      if (IsValidKey(key)) Add(key, i, archived ? Standing::kArchived : Standing::kLive);
    }
  }
  // Keys that several projects share were counted several times.
  keys_.shrink_to_fit();
  ends_.shrink_to_fit();
  standings_.shrink_to_fit();
}

void KnownFlags::Add(std::string_view key, std::size_t project, Standing standing) {
  const std::uint32_t hash = Hash(key);
  Slot& slot = slots_[SlotOf(key, hash)];
  if (slot.number == kFree) {
    slot = {hash, static_cast<std::uint32_t>(ends_.size())};
    keys_ += key;
    ends_.push_back(static_cast<std::uint32_t>(keys_.size()));
    standings_.resize(standings_.size() + projects_.size(), Standing::kMissing);
    shortest_ = std::min(shortest_, key.size());
    longest_ = std::max(longest_, key.size());
  }
  standings_[slot.number * projects_.size() + project] = standing;
}

std::size_t KnownFlags::SlotOf(std::string_view key, std::uint32_t hash) const {
  // The hash as a fraction of 2^32: any number of slots will do, and no division is needed.
  std::size_t place = (std::uint64_t{hash} * slots_.size()) >> 32;
  while (slots_[place].number != kFree &&
         (slots_[place].hash != hash || KeyOf(slots_[place].number) != key)) {
    if (++place == slots_.size()) place = 0;
  }
  return place;
}

std::string_view KnownFlags::KeyOf(std::uint32_t number) const {
  const std::size_t start = number == 0 ? 0 : ends_[number - 1];
  return std::string_view(keys_).substr(start, ends_[number] - start);
}

std::span<const KnownFlags::Standing> KnownFlags::Find(std::string_view key) const {
  if (key.size() < shortest_ || key.size() > longest_) return {};
  const Slot& slot = slots_[SlotOf(key, Hash(key))];
  if (slot.number == kFree) return {};
  return {standings_.data() + slot.number * projects_.size(), projects_.size()};
}

KnownFlags::Standing KnownFlags::StandingOf(std::string_view project, std::string_view key) const {
  const auto found = std::find(projects_.begin(), projects_.end(), project);
  if (found == projects_.end()) return Standing::kNoCatalog;
  const std::span<const Standing> standings = Find(key);
  if (standings.empty()) return Standing::kMissing;
  return standings[static_cast<std::size_t>(found - projects_.begin())];
}

}  // namespace flaglinkd
