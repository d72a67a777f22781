#include "daemon/base/sha256.h"

#include <openssl/evp.h>

#include "daemon/base/check.h"

namespace flaglinkd {

Sha256Digest Sha256(std::string_view bytes) {
  Sha256Digest digest;
  unsigned size = 0;
  // Fails only when the provider is missing, which is a broken installation.
  FLAGLINKD_CHECK(
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  return digest;
}

std::string Hex(const Sha256Digest& digest, std::size_t size) {
  FLAGLINKD_CHECK(size <= digest.size());
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 0x0f];
  }
  return hex;
}

}  // namespace flaglinkd
