// The time that a sender signs: where it stands in a body, and how it is written. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/clock.h"
#include "daemon/verify/signature_scheme.h"

namespace flaglinkd {

// The string or number at a JSON Pointer (RFC 6901), as it is written; a number's digits are exact,
// however many. Nothing if there is none, if it is null, or if the body is no JSON up to there.
// Memory is bounded whatever the body holds.
std::optional<std::string> FindInJson(std::string_view body, const std::string& pointer);

// Nothing if the text is not exactly a time in that unit, between 1970 and 9999. Whole seconds and
// milliseconds are digits; ISO-8601 is "2021-07-25T10:00:00", an optional fraction, and "Z" or an
// offset.
std::optional<TimePoint> ParseSignedTime(std::string_view text, TimeUnit unit);

std::string FormatSignedTime(TimePoint time, TimeUnit unit);

}  // namespace flaglinkd
