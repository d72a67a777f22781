// SHA-256 over pieces of text, each preceded by its length as eight bytes, big-endian, so that no
// two lists of pieces read alike. Pure.
#pragma once

#include <span>
#include <string_view>

#include "daemon/base/sha256.h"

namespace flaglinkd {

Sha256Digest DigestOfPieces(std::span<const std::string_view> pieces);

}  // namespace flaglinkd
