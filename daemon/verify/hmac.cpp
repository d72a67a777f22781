#include "daemon/verify/hmac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

#include "daemon/base/check.h"

namespace flaglinkd {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

const char* NameOf(HmacDigest digest) {
  switch (digest) {
    case HmacDigest::kSha1: return "SHA1";
    case HmacDigest::kSha256: return "SHA256";
    case HmacDigest::kSha512: return "SHA512";
  }
  return nullptr;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

// OpenSSL fails here only when it has no memory or no provider.
std::string Hmac(HmacDigest digest, const Secret& key, std::span<const std::string_view> pieces) {
  static const std::unique_ptr<EVP_MAC, FreeMac> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  FLAGLINKD_CHECK(hmac != nullptr);
  const std::unique_ptr<EVP_MAC_CTX, FreeMac> context(EVP_MAC_CTX_new(hmac.get()));
  FLAGLINKD_CHECK(context != nullptr);

  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(NameOf(digest)), 0),
      OSSL_PARAM_construct_end()};
  FLAGLINKD_CHECK(EVP_MAC_init(context.get(), Bytes(key.Bytes()), key.Bytes().size(), parameters) ==
                  1);
  for (const std::string_view piece : pieces) {
    FLAGLINKD_CHECK(EVP_MAC_update(context.get(), Bytes(piece), piece.size()) == 1);
  }
  unsigned char mac[EVP_MAX_MD_SIZE];
  std::size_t size = 0;
  FLAGLINKD_CHECK(EVP_MAC_final(context.get(), mac, &size, sizeof mac) == 1);
  return std::string(reinterpret_cast<const char*>(mac), size);
}

}  // namespace flaglinkd
