// Takes values out of a JSON text without touching its other bytes, so that what is stored can be
// replayed. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/adapt/json_pointer.h"

namespace flaglinkd {

// `json` with the values at `targets` replaced by "", whatever they were; every one of a repeated
// name, however its characters are escaped. Of a text that is not JSON, or is nested deeper than
// 1000, what stands before the fault is blanked.
std::string BlankJson(std::string_view json, const std::vector<PointerTokens>& targets);

}  // namespace flaglinkd
