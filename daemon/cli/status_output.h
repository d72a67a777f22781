// The state of a service on one screen. Pure.
#pragma once

#include <string>

#include "daemon/admin/status_report.h"

namespace flaglinkd {

enum class Colours { kNone, kAnsi };

// Whole lines, safe for a terminal: what is wrong first, each with where to look and what to do,
// then sources, queue, delivery, catalogue and configuration. At most 20 sources, those with the
// latest events, and ten findings.
std::string StatusAsText(const StatusReport& report, Colours colours);

// The part that the database alone can tell, where no service runs.
std::string StoppedStatusAsText(const QueueStatistics& queue, TimePoint now);
std::string StoppedStatusAsJson(const QueueStatistics& queue, TimePoint now);

// Whether a person has to do something.
bool IsWrong(const StatusReport& report);

}  // namespace flaglinkd
