// The last hours as four small plots: inline SVG with what it shows in words beside it. Pure.
#pragma once

#include "daemon/admin/html.h"
#include "daemon/admin/status_report.h"

namespace flaglinkd {

Html PlotsSection(const StatusReport& report);

}  // namespace flaglinkd
