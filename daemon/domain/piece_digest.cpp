#include "daemon/domain/piece_digest.h"

#include <cstdint>
#include <string>

namespace flaglinkd {

Sha256Digest DigestOfPieces(std::span<const std::string_view> pieces) {
  std::string bytes;
  for (const std::string_view piece : pieces) {
    const std::uint64_t length = piece.size();
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift & 0xff);
    bytes += piece;
  }
  return Sha256(bytes);
}

}  // namespace flaglinkd
