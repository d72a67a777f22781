// What is stored of flags, for whoever has no queue open: `flaglinkd try`, beside a running service.
#pragma once

#include <filesystem>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

// As LinkQueue::Catalog, of one moment. Takes no lock that the service could wait for and writes
// nothing into the file; SQLite may make the log's files beside it. A file that is absent, empty or
// of an older version knows nothing. kUnavailable: it can't be read; kInvalid: not ours, damaged,
// or from a newer version.
Result<std::vector<CatalogUpdate>> ReadStoredCatalog(const std::filesystem::path& file);

}  // namespace flaglinkd
