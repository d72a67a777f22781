// SHA-256 (FIPS 180-4), over OpenSSL. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace flaglinkd {

using Sha256Digest = std::array<std::uint8_t, 32>;

Sha256Digest Sha256(std::string_view bytes);

// The digest's first `size` bytes (at most 32) in lower-case hex.
std::string Hex(const Sha256Digest& digest, std::size_t size);

}  // namespace flaglinkd
