// What no single option can tell: options that contradict each other, and what is missing.
#pragma once

#include "daemon/config/config.h"
#include "daemon/config/document.h"
#include "daemon/config/problems.h"

namespace flaglinkd {

// `root` tells where things are written. An option that `problems` has refused holds its default
// here.
void CheckCombinations(const Config& config, const Value& root, Problems& problems);

}  // namespace flaglinkd
