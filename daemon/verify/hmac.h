// HMAC (RFC 2104), over OpenSSL. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/base/secret.h"

namespace flaglinkd {

enum class HmacDigest { kSha1, kSha256, kSha512 };

// The MAC of the pieces put together; they go in one by one, so that a body of megabytes is not
// copied. `key` is not empty.
std::string Hmac(HmacDigest digest, const Secret& key, std::span<const std::string_view> pieces);

}  // namespace flaglinkd
