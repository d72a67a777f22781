#include "daemon/queue/stored_catalog.h"

#include <system_error>
#include <utility>

#include "daemon/queue/catalog_store.h"
#include "daemon/queue/schema.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

Result<std::vector<CatalogUpdate>> ReadStoredCatalog(const std::filesystem::path& file) {
  std::error_code error;
  const bool exists = std::filesystem::exists(file, error);
  if (error) {
    return Error{Error::Code::kUnavailable, "open " + file.string() + ": " + error.message()};
  }
  if (!exists) return std::vector<CatalogUpdate>();
  Result<Database> database = Database::Open(file, Database::Access::kRead);
  if (!database) return database.error();
  database->Run("PRAGMA busy_timeout = 250");  // ms: another may be making the log's index
  database->Run("BEGIN");                      // one moment's view of all tables
  std::vector<CatalogUpdate> catalog;
  if (HasSchema(*database)) catalog = CatalogStore(*database).Read();
  if (database->error()) {
    return Error{database->error()->code, "read " + database->error()->message};
  }
  return catalog;
}

}  // namespace flaglinkd
