#include "daemon/verify/verify.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/domain/text_encoding.h"
#include "daemon/verify/ed25519.h"
#include "daemon/verify/hmac.h"
#include "daemon/verify/jwt.h"
#include "daemon/verify/secret_key.h"
#include "daemon/verify/signed_time.h"

namespace flaglinkd {
namespace {

// What a scheme takes from the request's headers besides the signature.
struct SignedHeaders {
  std::string_view timestamp, id;
};

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

std::vector<std::string_view> SignedTexts(const SignatureScheme& scheme, std::string_view body,
                                          const SignedHeaders& headers) {
  std::vector<std::string_view> texts;
  for (const SignedPiece& piece : scheme.signed_content) {
    texts.push_back(TextOf(piece, body, headers));
  }
  return texts;
}

std::string Joined(const std::vector<std::string_view>& texts) {
  std::string joined;
  for (const std::string_view text : texts) joined += text;
  return joined;
}

HmacDigest DigestOf(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::kHmacSha1: return HmacDigest::kSha1;
    case SignatureAlgorithm::kHmacSha512: return HmacDigest::kSha512;
    case SignatureAlgorithm::kHmacSha256:
    case SignatureAlgorithm::kEd25519:
    case SignatureAlgorithm::kToken:
    case SignatureAlgorithm::kJwtHs256: break;
  }
  return HmacDigest::kSha256;
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// A sender signs with each of its live secrets; more are a forger's, and each costs a computation on
// the thread that serves everybody.
constexpr std::size_t kMostSignatures = 8;

// The header's first signatures that bear the scheme's prefix, without it. Those of another version
// are none of ours.
std::vector<std::string_view> Candidates(const SignatureScheme& scheme, std::string_view value) {
  std::vector<std::string_view> candidates;
  while (true) {
    const std::size_t end = scheme.separator ? value.find(*scheme.separator) : value.npos;
    std::string_view one = value.substr(0, end);
    if (scheme.separator) one = Trimmed(one);
    if (one.starts_with(scheme.prefix)) candidates.push_back(one.substr(scheme.prefix.size()));
    if (end == value.npos || candidates.size() == kMostSignatures) return candidates;
    value.remove_prefix(end + 1);
  }
}

Error Mismatch(std::string reason) {
  return {Error::Code::kInvalid, std::move(reason)};
}

Error WrongPrefix(const SignatureScheme& scheme) {
  return Mismatch(scheme.header + " does not start with \"" + scheme.prefix + "\"");
}

Error FitsNoSecret(const SignatureScheme& scheme) {
  return Mismatch(scheme.header + " fits no secret");
}

// The header's signatures as bytes, or why there is none.
Result<std::vector<std::string>> DecodeSignatures(const SignatureScheme& scheme,
                                                  std::string_view value) {
  const std::vector<std::string_view> candidates = Candidates(scheme, value);
  if (candidates.empty()) return WrongPrefix(scheme);
  const bool hex = scheme.encoding == DigestEncoding::kHex;
  std::vector<std::string> signatures;
  for (const std::string_view candidate : candidates) {
    auto signature = hex ? DecodeHex(candidate) : DecodeBase64(candidate);
    if (signature) signatures.push_back(std::move(*signature));
  }
  if (signatures.empty()) return Mismatch(scheme.header + (hex ? " is no hex" : " is no base64"));
  return signatures;
}

// The index of the secret that signed the content, or why there is none.
Result<std::size_t> MatchSignature(const SignatureScheme& scheme, std::string_view value,
                                   std::span<const Secret> secrets,
                                   const std::vector<std::string_view>& content) {
  const Result<std::vector<std::string>> signatures = DecodeSignatures(scheme, value);
  if (!signatures) return signatures.error();
  const bool ed25519 = scheme.algorithm == SignatureAlgorithm::kEd25519;
  const std::string whole = ed25519 ? Joined(content) : "";
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const Secret key = KeyOf(scheme, secrets[i]);
    if (key.empty()) continue;
    const std::string mac = ed25519 ? "" : Hmac(DigestOf(scheme.algorithm), key, content);
    for (const std::string& signature : *signatures) {
      if (ed25519 ? VerifyEd25519(key.Bytes(), whole, signature)
                  : EqualInConstantTime(signature, mac)) {
        return i;
      }
    }
  }
  return FitsNoSecret(scheme);
}

// The same for a header that holds the secret itself.
Result<std::size_t> MatchToken(const SignatureScheme& scheme, std::string_view value,
                               std::span<const Secret> secrets) {
  if (!value.starts_with(scheme.prefix)) return WrongPrefix(scheme);
  value.remove_prefix(scheme.prefix.size());
  const bool encoded = scheme.encoding == DigestEncoding::kBase64;
  const auto token = encoded ? DecodeBase64(value) : std::string(value);
  if (!token) return Mismatch(scheme.header + " is no base64");
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    if (IsSecret(*token, KeyOf(scheme, secrets[i]))) return i;
  }
  return FitsNoSecret(scheme);
}

// The MAC first: nothing of a token is read, not even its "alg", before it holds.
Verification VerifyJwt(const SignatureScheme& scheme, std::string_view value,
                       std::span<const Secret> secrets, TimePoint now) {
  const auto wrong = [](const Error& error) {
    return Verification{Verdict::kWrongSignature, error.message, 0};
  };
  if (!value.starts_with(scheme.prefix)) return wrong(WrongPrefix(scheme));
  const std::optional<Jwt> jwt = SplitJwt(value.substr(scheme.prefix.size()));
  if (!jwt) return wrong(Mismatch(scheme.header + " is no JWT"));
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const Secret key = KeyOf(scheme, secrets[i]);
    if (key.empty() || !EqualInConstantTime(jwt->mac, MacOf(*jwt, key))) continue;
    const std::optional<JwtFault> fault = FindFault(*jwt, now);
    if (!fault) return {Verdict::kAuthentic, "", i};
    const bool stale = fault->kind == JwtFault::Kind::kNotNow;
    return {stale ? Verdict::kStale : Verdict::kWrongSignature, scheme.header + " " + fault->reason,
            i};
  }
  return wrong(FitsNoSecret(scheme));
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
  if (scheme.algorithm == SignatureAlgorithm::kJwtHs256) {
    return VerifyJwt(scheme, value, secrets, now);
  }
  const Result<SignedHeaders> headers = FindSignedHeaders(scheme, webhook);
  if (!headers) return {Verdict::kUnsigned, headers.error().message, 0};

  const Result<std::size_t> secret =
      scheme.algorithm == SignatureAlgorithm::kToken
          ? MatchToken(scheme, value, secrets)
          : MatchSignature(scheme, value, secrets, SignedTexts(scheme, webhook.body, *headers));
  if (!secret) return {Verdict::kWrongSignature, secret.error().message, 0};

  if (const auto time = FindSignedTime(scheme, webhook, *headers)) {
    const Status in_window = CheckWindow(scheme, *time, now);
    if (!in_window) return {Verdict::kStale, in_window.error().message, *secret};
  }
  return {Verdict::kAuthentic, "", *secret};
}

bool HasKey(const SignatureScheme& scheme, std::span<const Secret> secrets) {
  return std::any_of(secrets.begin(), secrets.end(),
                     [&](const Secret& secret) { return !KeyOf(scheme, secret).empty(); });
}

// Of the schemes that share a header and have a key: the one that accepts, else the one that came
// nearest to it.
Verification VerifyByHeader(std::span<const SignatureScheme> schemes, const std::string& header,
                            std::string_view value, std::span<const Secret> secrets,
                            const Webhook& webhook, TimePoint now) {
  std::optional<Verification> nearest;
  for (const SignatureScheme& scheme : schemes) {
    if (scheme.header != header || !HasKey(scheme, secrets)) continue;
    Verification one = VerifyBy(scheme, value, secrets, webhook, now);
    if (one.verdict == Verdict::kAuthentic) return one;
    // Stale: its signature was right.
    if (!nearest || one.verdict == Verdict::kStale) nearest = std::move(one);
  }
  if (nearest) return *std::move(nearest);
  return {Verdict::kWrongSignature, "no secret is a key for " + header, 0};
}

}  // namespace

Verification Verify(std::span<const SignatureScheme> schemes, std::span<const Secret> secrets,
                    const Webhook& webhook, TimePoint now) {
  std::string names;
  for (const SignatureScheme& scheme : schemes) {
    const auto value = webhook.FindHeader(scheme.header);
    if (value) return VerifyByHeader(schemes, scheme.header, *value, secrets, webhook, now);
    names += (names.empty() ? "" : ", ") + scheme.header;
  }
  return {Verdict::kUnsigned, names + " is missing", 0};
}

std::vector<Header> Sign(const SignatureScheme& scheme, const Secret& secret, std::string_view body,
                         std::string_view id, TimePoint now) {
  const Secret key = KeyOf(scheme, secret);
  if (key.empty() || scheme.algorithm == SignatureAlgorithm::kEd25519) return {};
  std::vector<Header> headers;
  const std::string time = FormatSignedTime(now, scheme.timestamp_unit);
  if (scheme.timestamp && scheme.timestamp->kind == ValueLocation::Kind::kHeader) {
    headers.push_back({scheme.timestamp->name, time});
  }
  if (scheme.id_header) headers.push_back({*scheme.id_header, std::string(id)});

  const bool hex = scheme.encoding == DigestEncoding::kHex;
  std::string value;
  if (scheme.algorithm == SignatureAlgorithm::kJwtHs256) {
    value = MakeJwt(key, now);
  } else if (scheme.algorithm == SignatureAlgorithm::kToken) {
    value = hex ? std::string(secret.Bytes()) : EncodeBase64(secret.Bytes());
  } else {
    const std::string mac =
        Hmac(DigestOf(scheme.algorithm), key, SignedTexts(scheme, body, {time, id}));
    value = hex ? EncodeHex(mac) : EncodeBase64(mac);
  }
  headers.push_back({scheme.header, scheme.prefix + value});
  return headers;
}

}  // namespace flaglinkd
