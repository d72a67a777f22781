// The authorization of requests to a tool's API (RFC 6750, 2.1).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/secret.h"

namespace flaglinkd {

// "Bearer " and the token.
inline std::shared_ptr<const Secret> Bearer(const Secret& token) {
  constexpr std::string_view kScheme = "Bearer ";
  std::string value;
  value.reserve(kScheme.size() + token.Bytes().size());  // grown, it would leave copies behind
  value.append(kScheme).append(token.Bytes());
  return std::make_shared<const Secret>(std::move(value));
}

}  // namespace flaglinkd
