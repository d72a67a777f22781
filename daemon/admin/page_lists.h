// The parts of the status page that show what the queue was asked. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/admin/html.h"
#include "daemon/admin/status_report.h"
#include "daemon/base/result.h"
#include "daemon/queue/queue_admin.h"

namespace flaglinkd {

constexpr std::size_t kShownEvents = 30, kShownFailed = 50, kShownOfFlag = 100;

// Each the newest, at most as many as above; an error where the queue did not say.
struct PageLists {
  Result<std::vector<EventReport>> events;
  Result<std::vector<LinkReport>> failed;
  std::string search;  // what was searched for, as it was typed; "": nothing
  Result<std::vector<LinkReport>> found;
};

Html FailedSection(const StatusReport& report, const PageLists& lists);
Html SearchSection(const StatusReport& report, const PageLists& lists);
Html EventsSection(const StatusReport& report, const PageLists& lists);

}  // namespace flaglinkd
