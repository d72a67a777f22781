#include "daemon/verify/verify.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "daemon/base/check.h"
#include "daemon/base/result.h"
#include "daemon/base/sha256.h"
#include "daemon/verify/signed_time.h"
#include "daemon/verify/text_encoding.h"

namespace flaglinkd {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// What a scheme takes from the request's headers besides the signature.
struct SignedHeaders {
  std::string_view timestamp, id;
};

const char* DigestName(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::kHmacSha1: return "SHA1";
    case SignatureAlgorithm::kHmacSha256: return "SHA256";
    case SignatureAlgorithm::kHmacSha512: return "SHA512";
    case SignatureAlgorithm::kToken: break;
  }
  return nullptr;
}

// Empty if the secret is no key of that encoding; an empty key must never verify anything, since
// anybody can compute with it.
Secret KeyOf(KeyEncoding encoding, const Secret& secret) {
  if (encoding == KeyEncoding::kText) return secret.Clone();
  constexpr std::string_view kStandardWebhooks = "whsec_";
  std::string_view text = secret.Bytes();
  if (text.starts_with(kStandardWebhooks)) text.remove_prefix(kStandardWebhooks.size());
  std::optional<std::string> key = DecodeBase64(text);
  return key ? Secret(std::move(*key)) : Secret();
}

std::string_view TextOf(const SignedPiece& piece, std::string_view body,
                        const SignedHeaders& headers) {
  switch (piece.kind) {
    case SignedPiece::Kind::kLiteral:
    case SignedPiece::Kind::kOption: return piece.text;
    case SignedPiece::Kind::kBody: return body;
    case SignedPiece::Kind::kTimestamp: return headers.timestamp;
    case SignedPiece::Kind::kId: return headers.id;
  }
  return {};
}

// The pieces go in one by one, so that a body of megabytes is not copied. OpenSSL fails here only
// when it has no memory or no provider.
std::string Hmac(const SignatureScheme& scheme, const Secret& key, std::string_view body,
                 const SignedHeaders& headers) {
  static const std::unique_ptr<EVP_MAC, FreeMac> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  FLAGLINKD_CHECK(hmac != nullptr);
  const std::unique_ptr<EVP_MAC_CTX, FreeMac> context(EVP_MAC_CTX_new(hmac.get()));
  FLAGLINKD_CHECK(context != nullptr);

  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                       const_cast<char*>(DigestName(scheme.algorithm)), 0),
      OSSL_PARAM_construct_end()};
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  FLAGLINKD_CHECK(EVP_MAC_init(context.get(), bytes(key.Bytes()), key.Bytes().size(), parameters) ==
                  1);
  for (const SignedPiece& piece : scheme.signed_content) {
    const std::string_view text = TextOf(piece, body, headers);
    FLAGLINKD_CHECK(EVP_MAC_update(context.get(), bytes(text), text.size()) == 1);
  }
  unsigned char mac[EVP_MAX_MD_SIZE];
  std::size_t size = 0;
  FLAGLINKD_CHECK(EVP_MAC_final(context.get(), mac, &size, sizeof mac) == 1);
  return std::string(reinterpret_cast<const char*>(mac), size);
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// The header's signatures that bear the scheme's prefix, without it. Those of another version are
// none of ours.
std::vector<std::string_view> Candidates(const SignatureScheme& scheme, std::string_view value) {
  std::vector<std::string_view> candidates;
  while (true) {
    const std::size_t end = scheme.separator ? value.find(*scheme.separator) : value.npos;
    std::string_view one = value.substr(0, end);
    if (scheme.separator) one = Trimmed(one);
    if (one.starts_with(scheme.prefix)) candidates.push_back(one.substr(scheme.prefix.size()));
    if (end == value.npos) return candidates;
    value.remove_prefix(end + 1);
  }
}

Error Mismatch(std::string reason) {
  return {Error::Code::kInvalid, std::move(reason)};
}

Error WrongPrefix(const SignatureScheme& scheme) {
  return Mismatch(scheme.header + " does not start with \"" + scheme.prefix + "\"");
}

// The index of the secret whose MAC is among the header's signatures, or why there is none.
Result<std::size_t> MatchMac(const SignatureScheme& scheme, std::string_view value,
                             std::span<const Secret> secrets, std::string_view body,
                             const SignedHeaders& headers) {
  const std::vector<std::string_view> candidates = Candidates(scheme, value);
  if (candidates.empty()) return WrongPrefix(scheme);

  const bool hex = scheme.encoding == DigestEncoding::kHex;
  std::vector<std::string> signatures;
  for (const std::string_view candidate : candidates) {
    auto signature = hex ? DecodeHex(candidate) : DecodeBase64(candidate);
    if (signature) signatures.push_back(std::move(*signature));
  }
  if (signatures.empty()) return Mismatch(scheme.header + (hex ? " is no hex" : " is no base64"));

  bool any_key = false;
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const Secret key = KeyOf(scheme.key_encoding, secrets[i]);
    if (key.empty()) continue;
    any_key = true;
    const std::string mac = Hmac(scheme, key, body, headers);
    for (const std::string& signature : signatures) {
      if (EqualInConstantTime(signature, mac)) return i;
    }
  }
  if (!any_key) return Mismatch("no secret is a key in base64");
  return Mismatch(scheme.header + " fits no secret");
}

// The same for a header that holds the secret itself. Hashes are compared, not the texts, so that
// the time taken tells nothing of the secret's length.
Result<std::size_t> MatchToken(const SignatureScheme& scheme, std::string_view value,
                               std::span<const Secret> secrets) {
  if (!value.starts_with(scheme.prefix)) return WrongPrefix(scheme);
  value.remove_prefix(scheme.prefix.size());
  const bool encoded = scheme.encoding == DigestEncoding::kBase64;
  const auto token = encoded ? DecodeBase64(value) : std::string(value);
  if (!token) return Mismatch(scheme.header + " is no base64");

  const Sha256Digest given = Sha256(*token);
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    if (secrets[i].empty()) continue;
    const Sha256Digest expected = Sha256(secrets[i].Bytes());
    if (CRYPTO_memcmp(given.data(), expected.data(), given.size()) == 0) return i;
  }
  return Mismatch(scheme.header + " fits no secret");
}

bool Signs(const SignatureScheme& scheme, SignedPiece::Kind kind) {
  for (const SignedPiece& piece : scheme.signed_content) {
    if (piece.kind == kind) return true;
  }
  return false;
}

// kNotFound: a header that the scheme needs is missing.
Result<SignedHeaders> FindSignedHeaders(const SignatureScheme& scheme, const Webhook& webhook) {
  SignedHeaders headers;
  if (scheme.timestamp && scheme.timestamp->kind == ValueLocation::Kind::kHeader) {
    const auto timestamp = webhook.FindHeader(scheme.timestamp->name);
    if (!timestamp) return Error{Error::Code::kNotFound, scheme.timestamp->name + " is missing"};
    headers.timestamp = *timestamp;
  }
  if (scheme.id_header && Signs(scheme, SignedPiece::Kind::kId)) {
    const auto id = webhook.FindHeader(*scheme.id_header);
    if (!id) return Error{Error::Code::kNotFound, *scheme.id_header + " is missing"};
    headers.id = *id;
  }
  return headers;
}

// The signed time as it is written; nothing if the scheme has none, or if this body lacks it: then
// nothing says when it was signed.
std::optional<std::string> FindSignedTime(const SignatureScheme& scheme, const Webhook& webhook,
                                          const SignedHeaders& headers) {
  if (!scheme.timestamp) return std::nullopt;
  if (scheme.timestamp->kind == ValueLocation::Kind::kHeader) return std::string(headers.timestamp);
  return FindInJson(webhook.body, scheme.timestamp->name);
}

// kInvalid: `text` is no time, or one outside the window. Its limits are inside.
Status CheckWindow(const SignatureScheme& scheme, std::string_view text, TimePoint now) {
  const std::string& name = scheme.timestamp->name;
  const auto time = ParseSignedTime(text, scheme.timestamp_unit);
  if (!time) return Mismatch(name + " is not written as the scheme's times are");

  const auto seconds = [](Duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
  };
  if (now - *time > scheme.past) return Mismatch(name + " is " + seconds(now - *time) + " s old");
  if (*time - now > scheme.future) {
    return Mismatch(name + " is " + seconds(*time - now) + " s in the future");
  }
  return {};
}

Verification VerifyBy(const SignatureScheme& scheme, std::string_view value,
                      std::span<const Secret> secrets, const Webhook& webhook, TimePoint now) {
  const Result<SignedHeaders> headers = FindSignedHeaders(scheme, webhook);
  if (!headers) return {Verdict::kUnsigned, headers.error().message, 0};

  const Result<std::size_t> secret = scheme.algorithm == SignatureAlgorithm::kToken
                                         ? MatchToken(scheme, value, secrets)
                                         : MatchMac(scheme, value, secrets, webhook.body, *headers);
  if (!secret) return {Verdict::kWrongSignature, secret.error().message, 0};

  if (const auto time = FindSignedTime(scheme, webhook, *headers)) {
    const Status in_window = CheckWindow(scheme, *time, now);
    if (!in_window) return {Verdict::kStale, in_window.error().message, *secret};
  }
  return {Verdict::kAuthentic, "", *secret};
}

}  // namespace

Verification Verify(std::span<const SignatureScheme> schemes, std::span<const Secret> secrets,
                    const Webhook& webhook, TimePoint now) {
  std::string names;
  for (const SignatureScheme& scheme : schemes) {
    const auto value = webhook.FindHeader(scheme.header);
    if (value) return VerifyBy(scheme, *value, secrets, webhook, now);
    names += (names.empty() ? "" : ", ") + scheme.header;
  }
  return {Verdict::kUnsigned, names + " is missing", 0};
}

std::vector<Header> Sign(const SignatureScheme& scheme, const Secret& secret, std::string_view body,
                         std::string_view id, TimePoint now) {
  const Secret key = KeyOf(scheme.key_encoding, secret);
  if (key.empty()) return {};
  std::vector<Header> headers;
  const std::string time = FormatSignedTime(now, scheme.timestamp_unit);
  if (scheme.timestamp && scheme.timestamp->kind == ValueLocation::Kind::kHeader) {
    headers.push_back({scheme.timestamp->name, time});
  }
  if (scheme.id_header) headers.push_back({*scheme.id_header, std::string(id)});

  const bool hex = scheme.encoding == DigestEncoding::kHex;
  std::string value;
  if (scheme.algorithm == SignatureAlgorithm::kToken) {
    value = hex ? std::string(secret.Bytes()) : EncodeBase64(secret.Bytes());
  } else {
    const std::string mac = Hmac(scheme, key, body, {time, id});
    value = hex ? EncodeHex(mac) : EncodeBase64(mac);
  }
  headers.push_back({scheme.header, scheme.prefix + value});
  return headers;
}

}  // namespace flaglinkd
