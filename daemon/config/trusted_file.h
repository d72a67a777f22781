// Reads files that decide what the daemon does or who may speak to it: only those that nobody but
// root and the user who runs the program can have written. Owner and mode are those of the opened
// file, so that swapping it in between gains nothing.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "daemon/base/result.h"

namespace flaglinkd {

enum class Readers { kAnybody, kNotOthers };

// Whether a file or folder of this owner and mode may be trusted by a program that `runner` runs.
// Pure.
Status JudgeOwner(uid_t owner, mode_t mode, uid_t runner, Readers readers);

// The whole of a regular file of at most `limit` bytes. The message does not name the file: "cannot
// be opened: …".
Result<std::string> ReadTrustedFile(const std::filesystem::path& file, std::size_t limit,
                                    Readers readers);

// The same rule of owner and mode for a folder. kNotFound: there is none.
Status CheckTrustedFolder(const std::filesystem::path& folder);

}  // namespace flaglinkd
