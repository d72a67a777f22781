// Whose request it is: the connection's address or, behind trusted proxies, the first address of
// X-Forwarded-For, walked from the right, that is not one of theirs. What is not an address there
// ends the walk at the last one that was. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/receive/source_options.h"

namespace flaglinkd {

std::string ClientAddress(const std::string& peer, std::string_view forwarded_for,
                          const std::vector<Network>& trusted_proxies);

}  // namespace flaglinkd
