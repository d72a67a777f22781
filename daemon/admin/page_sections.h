// The parts of the status page that show the StatusReport. Pure.
#pragma once

#include <string_view>

#include "daemon/admin/html.h"
#include "daemon/admin/status_report.h"

namespace flaglinkd {

// Plain text whose `code` stands between backticks.
Html ProseHtml(std::string_view text);

// The verdict, which is the page's heading, and what else was found.
Html VerdictSection(const StatusReport& report);
Html SourcesSection(const StatusReport& report);
Html QueueSection(const StatusReport& report);
Html DeliverySection(const StatusReport& report);
Html ConfigurationSection(const StatusReport& report);

}  // namespace flaglinkd
