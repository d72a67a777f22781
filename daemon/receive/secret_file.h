// Keeps a secret in a file, so that a restart has it. Blocks on the disk.
#pragma once

#include <filesystem>

#include "daemon/base/result.h"
#include "daemon/base/secret.h"

namespace flaglinkd {

enum class Overwrite { kNo, kYes };

// Whether a secret can be kept there. kConflict: there is one, and it is not to be overwritten;
// kUnavailable: its folder takes no file from us.
Status CheckSecretFile(const std::filesystem::path& file, Overwrite overwrite);

// Writes the secret and a newline with mode 0600: to a file beside it, synced, which then takes its
// place, so that there is always the old content or the new. kConflict as above; kUnavailable: it
// could not be written, and nothing has changed. Messages name the file, never the secret.
Status WriteSecretFile(const std::filesystem::path& file, const Secret& secret,
                       Overwrite overwrite);

}  // namespace flaglinkd
