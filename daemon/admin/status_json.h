// What the service knows of itself, as JSON: the names of StatusReport. Pure.
#pragma once

#include "daemon/admin/status_report.h"
#include "daemon/http/http_message.h"

namespace flaglinkd {

// Times are ISO-8601 in UTC, durations are seconds. What is optional is left out where it is not
// there; so is `oldest_due_seconds` while no link is due.
HttpResponse StatusResponse(const StatusReport& report);

}  // namespace flaglinkd
