// The tables of the SQLite queue and how an older file becomes a newer one. Internal to queue/.
#pragma once

#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

// Sets the connection up and brings the file's schema up to date, in one transaction. An empty file
// becomes one of ours. The error is the database's; kInvalid: not ours, damaged, or from a newer
// version, and nothing was changed then.
void SetUpSchema(Database& database);

// Whether the file has today's tables; an older one and an empty one have not. The error is as
// above. Changes nothing.
bool HasSchema(Database& database);

}  // namespace flaglinkd
