// Ed25519 signatures (RFC 8032), over OpenSSL. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace flaglinkd {

inline constexpr std::size_t kEd25519KeySize = 32;
inline constexpr std::size_t kEd25519SignatureSize = 64;

// Whether whoever holds the private key to `public_key` signed `content`. A key or signature of
// another size, or one that is no point of the curve, verifies nothing.
bool VerifyEd25519(std::string_view public_key, std::string_view content,
                   std::string_view signature);

}  // namespace flaglinkd
