// What /api/v1/status says, read back. Pure.
#pragma once

#include <string>

#include "daemon/admin/status_report.h"
#include "daemon/base/result.h"

namespace flaglinkd {

// Of the history its numbers are read, not its mean times. What is absent, or of another type than expected, reads as in an empty
// report, so that another version's answer still shows what is known of it; lists are cut at 1,000
// entries. kInternal: `json` is no such answer at all.
Result<StatusReport> ReadStatusReport(const std::string& json);

}  // namespace flaglinkd
