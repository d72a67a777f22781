// Copies a need out of an adapter's memory and puts its URL together. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/flaglink_adapter.h"
#include "daemon/adapt/adapter.h"
#include "daemon/base/result.h"

namespace flaglinkd {

// kInvalid with the rule that it breaks: a host that is none of `hosts` (a literal, or the value of
// the option that "option:NAME" stands for), one that is neither https nor http to this machine, a
// path or query that is not percent-encoded or steps out of the host's own path, a header that is
// the client's to set, or more of something than extraction_limit allows.
Result<DocumentNeed> CopyNeed(const flaglink_need& borrowed, const std::vector<std::string>& hosts,
                              const std::vector<AdapterOption>& options);

// A header's name in lower case; empty where it is no token of RFC 9110, 5.6.2 as headers are spelt
// in practice.
std::string HeaderName(std::string_view name);
// A header's value as RFC 9110, 5.5 has it, ASCII only: nothing in it can end the line.
bool IsHeaderValue(std::string_view value);

}  // namespace flaglinkd
