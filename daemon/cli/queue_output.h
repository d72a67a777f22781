// What the admin API answered, for a person. Pure.
#pragma once

#include <string>

#include "daemon/base/result.h"
#include "daemon/cli/verbs.h"

namespace flaglinkd {

// Whole lines, safe for a terminal. kInternal: `json` is no answer to this verb (another version
// runs).
Result<std::string> QueueAnswerAsText(QueueVerb verb, const std::string& json);

}  // namespace flaglinkd
