#include "daemon/verify/secret_key.h"

#include <openssl/crypto.h>

#include <optional>
#include <utility>

#include "daemon/base/sha256.h"
#include "daemon/domain/text_encoding.h"
#include "daemon/verify/ed25519.h"

namespace flaglinkd {
namespace {

constexpr std::string_view kPublicKey = "whpk_", kHmacKey = "whsec_";

Secret Decoded(std::string_view base64) {
  std::optional<std::string> bytes = DecodeBase64(base64);
  return bytes ? Secret(std::move(*bytes)) : Secret();
}

Secret HmacKeyOf(KeyEncoding encoding, const Secret& secret) {
  if (encoding == KeyEncoding::kText) return secret.Clone();
  std::string_view text = secret.Bytes();
  if (text.starts_with(kHmacKey)) text.remove_prefix(kHmacKey.size());
  return Decoded(text);
}

Secret Ed25519KeyOf(const Secret& secret) {
  if (!secret.Bytes().starts_with(kPublicKey)) return {};
  Secret key = Decoded(secret.Bytes().substr(kPublicKey.size()));
  return key.Bytes().size() == kEd25519KeySize ? std::move(key) : Secret();
}

// What is a key of the scheme, for the person who sets it up.
const char* FormOf(const SignatureScheme& scheme) {
  switch (scheme.algorithm) {
    case SignatureAlgorithm::kEd25519: return "\"whpk_\" and the base64 of 32 bytes";
    case SignatureAlgorithm::kHmacSha1:
    case SignatureAlgorithm::kHmacSha256:
    case SignatureAlgorithm::kHmacSha512:
      return scheme.key_encoding == KeyEncoding::kBase64 ? "base64, with or without \"whsec_\""
                                                         : "text other than \"whpk_…\"";
    case SignatureAlgorithm::kToken:
    case SignatureAlgorithm::kJwtHs256: break;
  }
  return "text other than \"whpk_…\" and \"whsec_…\"";
}

}  // namespace

Secret KeyOf(const SignatureScheme& scheme, const Secret& secret) {
  const std::string_view text = secret.Bytes();
  switch (scheme.algorithm) {
    case SignatureAlgorithm::kEd25519: return Ed25519KeyOf(secret);
    case SignatureAlgorithm::kHmacSha1:
    case SignatureAlgorithm::kHmacSha256:
    case SignatureAlgorithm::kHmacSha512:
      return text.starts_with(kPublicKey) ? Secret() : HmacKeyOf(scheme.key_encoding, secret);
    case SignatureAlgorithm::kToken:
    case SignatureAlgorithm::kJwtHs256: break;
  }
  const bool other_kind = text.starts_with(kPublicKey) || text.starts_with(kHmacKey);
  return other_kind ? Secret() : secret.Clone();
}

Status CheckSecret(std::span<const SignatureScheme> schemes, const Secret& secret) {
  if (secret.empty()) return Error{Error::Code::kInvalid, "it is empty"};
  std::string forms;
  for (const SignatureScheme& scheme : schemes) {
    if (!KeyOf(scheme, secret).empty()) return {};
    const std::string form = FormOf(scheme);
    if (forms.find(form) == forms.npos) forms += (forms.empty() ? "" : "; or ") + form;
  }
  return Error{Error::Code::kInvalid, "it is no key: wanted " + forms};
}

// Hashes are compared, not the texts, so that the time taken tells nothing of the secret's length.
bool IsSecret(std::string_view text, const Secret& secret) {
  if (secret.empty()) return false;
  const Sha256Digest given = Sha256(text), expected = Sha256(secret.Bytes());
  return CRYPTO_memcmp(given.data(), expected.data(), given.size()) == 0;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace flaglinkd
