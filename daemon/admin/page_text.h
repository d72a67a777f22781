// Numbers and times as the status page and its findings write them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/admin/html.h"
#include "daemon/base/clock.h"

namespace flaglinkd {

// "12,345".
std::string Grouped(std::int64_t number);

// "1 link", "12,345 links".
std::string Counted(std::int64_t number, std::string_view singular);

// The two largest units at most: "840 ms", "40 s", "3 min", "2 h 5 min", "4 d".
// A negative one is none.
std::string SpanText(Duration span);

// "3 min ago", "in 40 s", "now".
std::string AgoText(TimePoint time, TimePoint now);

// The same with the time itself beside it: "14:20:11 UTC", with the date if that is another day.
Html TimeHtml(TimePoint time, TimePoint now);

}  // namespace flaglinkd
