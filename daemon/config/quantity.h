// Durations and sizes as they are written in the configuration: a whole number and a unit. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"

namespace flaglinkd {

// "250ms" "20s" "5m" "2h" "3d". kInvalid: anything else, or more than 100 years.
Result<Duration> ParseDuration(std::string_view text);

// In bytes: "512B" "64KiB" "8MiB" "1GiB". kInvalid: anything else, or a TiB and more.
Result<std::size_t> ParseSize(std::string_view text);

}  // namespace flaglinkd
