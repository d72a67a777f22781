// Times as the admin API writes them: ISO-8601, UTC, whole seconds. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/clock.h"

namespace flaglinkd {

// "2026-07-25T10:00:00Z"; a fraction of a second is dropped.
std::string FormatUtc(TimePoint time);

// The same form, or a date alone for its first second. Nothing for any other.
std::optional<TimePoint> ParseUtc(std::string_view text);

}  // namespace flaglinkd
