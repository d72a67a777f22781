// A copy of the SQLite queue's file, made beside whatever uses it.
//
// The copy is what the database was at one moment. It is read in one transaction of a read-only
// connection: a writer is never held up, and the copy need not begin anew because something was
// written, as it must where the source is let go of between two steps. The price is that the
// write-ahead log is not reused meanwhile: it grows by what is written while the copy is made (a
// second or two for 200 MB), and stays that large until the service ends.
//
// SQLite needs to read the file and to read and write its log's index (-shm), so the copy is made
// by the file's owner or by root; whatever root makes beside the file, SQLite gives to its owner.
#pragma once

#include <cstdint>
#include <filesystem>

#include "daemon/base/result.h"

namespace flaglinkd {

enum class IfThere { kRefuse, kReplace };

// Writes `copy` (0600) under another name beside it, checks it (quick_check), makes it durable, and
// gives it its name, so that a file of that name is whole whatever happens; after a kill one named
// like it with six more characters may stay. The copy has no log of its own and can be put in the
// place of the database. Returns its size in bytes. kConflict: `copy` is there already, or is the
// database itself; kInvalid: `database` is not ours or damaged; kUnavailable: can't be read or
// written, and nothing stays of the copy.
Result<std::uint64_t> BackUpSqlite(const std::filesystem::path& database,
                                   const std::filesystem::path& copy, IfThere if_there);

}  // namespace flaglinkd
