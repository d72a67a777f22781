// How many links each flag has at LaunchDarkly, or may have, so that it gets no more than
// max_links_per_flag. In memory, as of the last commit; what a batch changes is in its
// RoomChanges (books.h). Not safe for several threads. Internal to queue/.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "daemon/queue/books.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

class FlagRoom {
 public:
  FlagRoom(Database& database, int places) : database_(database), places_(places) {}

  // Counts the links: a pass over all of them.
  void Load();

  // Places that nothing has; 0 when there are none, or when more are taken than there are.
  std::int64_t Free(std::int64_t flag, const RoomChanges& changes) const;
  // Per flag. With fewer than are taken no link goes, but none comes either.
  int places() const { return places_; }
  void SetPlaces(int places) { places_ = places; }

  // After a commit.
  void Keep(const RoomChanges& changes);

 private:
  Database& database_;
  int places_;
  std::unordered_map<std::int64_t, std::int64_t> taken_;
};

}  // namespace flaglinkd
