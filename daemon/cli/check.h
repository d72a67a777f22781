// The verb `check`: is this configuration one that the service would start with?
#pragma once

#include <iosfwd>

#include "daemon/config/config.h"

namespace flaglinkd {

// Loads the configuration and the adapter of every source, and writes every diagnostic and warning;
// when all is well, a line per source. Returns the exit code: 0, or 78 for a configuration that
// will not do.
int Check(const LoadSettings& settings, std::ostream& out);

}  // namespace flaglinkd
