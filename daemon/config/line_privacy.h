// Which lines of a file that is not TOML may be shown. Pure.
#pragma once

#include <string>
#include <vector>

namespace flaglinkd {

// True for the header of a known table, and for a line that sets a known option that is no secret:
// everything else may hold one (under a misspelt key, or in a list that goes over several lines).
// `line` counts from 1.
bool MayShowUnparsed(const std::vector<std::string>& lines, int line);

}  // namespace flaglinkd
