#include "daemon/queue/flag_room.h"

#include <algorithm>

namespace flaglinkd {

void FlagRoom::Load() {
  // Presences as LinkRow::MayBeThere has them.
  Statement count(database_,
                  "SELECT flag_id, count(*) FROM links WHERE presence IN (1, 2) GROUP BY flag_id");
  for (Rows rows = count.Query(); rows.Next();) taken_[rows.Number(0)] = rows.Number(1);
}

std::int64_t FlagRoom::Free(std::int64_t flag, const RoomChanges& changes) const {
  std::int64_t free = places_;
  if (const auto taken = taken_.find(flag); taken != taken_.end()) free -= taken->second;
  if (const auto taken = changes.taken.find(flag); taken != changes.taken.end())
    free -= taken->second;
  return std::max<std::int64_t>(free, 0);
}

void FlagRoom::Keep(const RoomChanges& changes) {
  for (const auto& [flag, change] : changes.taken) {
    const auto taken = taken_.try_emplace(flag, 0).first;
    taken->second += change;
    if (taken->second == 0) taken_.erase(taken);
  }
}

}  // namespace flaglinkd
