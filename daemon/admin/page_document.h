// The whole status page as a document. It loads nothing but /style.css and /script.js, and is
// readable without either. Pure.
#pragma once

#include <string>

#include "daemon/admin/page_lists.h"
#include "daemon/admin/status_report.h"

namespace flaglinkd {

std::string RenderPage(const StatusReport& report, const PageLists& lists);

}  // namespace flaglinkd
