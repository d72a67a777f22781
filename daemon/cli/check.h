// The verb `check`: is this configuration one that the service would start with?
#pragma once

#include <iosfwd>

#include "daemon/config/config.h"

namespace flaglinkd {

// kOnline: asks LaunchDarkly too (online_check.h).
enum class CheckReach { kHere, kOnline };

// Loads the configuration and the adapter of every source, and writes every diagnostic and warning;
// when all is well, a line per source. Online, what LaunchDarkly says of the token and the projects
// follows. Returns the exit code: 0; 78 for a configuration that will not do, of which LaunchDarkly
// is not asked; kFailed for one that LaunchDarkly would not do as told.
int Check(const LoadSettings& settings, std::ostream& out, CheckReach reach = CheckReach::kHere);

}  // namespace flaglinkd
