#include "daemon/queue/wake_links.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "daemon/queue/link_row.h"

namespace flaglinkd {
namespace {

void HandOn(std::int64_t flag, TimePoint now, Stores& stores, QueueMemory& memory) {
  const std::int64_t free = stores.room.Free(flag, memory.books.room);
  if (free == 0) return;
  for (const LinkRow& before : stores.links.WithoutRoom(flag, free)) {
    LinkRow after = before;
    TakeTurn(after, now);
    stores.links.Save(before, after, memory.books);
  }
}

}  // namespace

int TakeNews(const CatalogUpdate& update, TimePoint now, Stores& stores, QueueMemory& memory) {
  int woken = 0;
  for (const std::int64_t flag : stores.catalog.Take(update)) {
    for (const LinkRow& before : stores.links.OfUnknownFlag(flag)) {
      LinkRow after = before;
      MeetFlag(after, now);
      stores.links.Save(before, after, memory.books);
      ++woken;
    }
    // LaunchDarkly's "no such flag" may be on its way.
    for (auto& [link, claim] : memory.leases) claim.flag_met |= link.flag == flag;
  }
  return woken;
}

void HandPlacesOn(TimePoint now, Stores& stores, QueueMemory& memory) {
  for (const std::int64_t flag : std::exchange(memory.books.room.left, {}))
    HandOn(flag, now, stores, memory);
}

void HandAllPlacesOn(TimePoint now, Stores& stores, QueueMemory& memory) {
  for (const std::int64_t flag : stores.links.FlagsWithoutRoom()) HandOn(flag, now, stores, memory);
}

}  // namespace flaglinkd
