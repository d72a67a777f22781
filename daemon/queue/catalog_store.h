// What the catalogue knows of flags, in the tables of flags and of catalogues. Not safe for several
// threads; errors stick in the database (sqlite_database.h). Internal to queue/.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/queue/link_queue.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

class CatalogStore {
 public:
  explicit CatalogStore(Database& database);

  // Takes the news over. The ids of the flags that are live or archived by it. What is no project's
  // or flag's key is left out.
  std::vector<std::int64_t> Take(const CatalogUpdate& update);

  // The flag's project has a catalogue that was complete since then, and the flag is not in it.
  bool IsMissing(std::int64_t flag, TimePoint complete_since);

  // Everything, by project and key: a pass over all flags.
  std::vector<CatalogUpdate> Read();

 private:
  Database& database_;
  Statement meet_, miss_, complete_, is_missing_;
};

}  // namespace flaglinkd
