// When an answer says that we may come back. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/domain/webhook.h"

namespace flaglinkd {

// The three forms of RFC 9110, section 5.6.7.
std::optional<TimePoint> ParseHttpDate(std::string_view text);

// Retry-After, in seconds or as a date. Absent when there is none, it is not readable, lies in the
// past, or more than 31 days ahead (a mistake, not a wish: delivery would stop for good).
std::optional<TimePoint> RetryAfter(const std::vector<Header>& headers, TimePoint now);

// X-Ratelimit-Reset, milliseconds since 1970, under the same conditions: LaunchDarkly has been seen
// to send times in the past (launchdarkly/terraform-provider-launchdarkly, config.go).
std::optional<TimePoint> RateLimitReset(const std::vector<Header>& headers, TimePoint now);

}  // namespace flaglinkd
