// How a source signs, as data. Adapters declare it (adapters/sdk/flaglink_adapter.h,
// flaglink_signature); the daemon holds the secret and compares.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"

namespace flaglinkd {

// kEd25519: the secret is the sender's public key, as Standard Webhooks writes it ("whpk_" and
// base64). kToken: the header's value is the secret itself, in base64 if the scheme's encoding says
// so (HTTP Basic, where the secret is "user:password"); nothing is signed. kJwtHs256: the value is
// a JSON Web Token (RFC 7519) with an HMAC-SHA-256 (RFC 7515, HS256); it does not cover the body.
enum class SignatureAlgorithm { kHmacSha1, kHmacSha256, kHmacSha512, kEd25519, kToken, kJwtHs256 };
enum class DigestEncoding { kHex, kBase64 };
// Of an HMAC's key. kBase64: the secret's text decodes to it; Standard Webhooks' "whsec_" before it
// is dropped.
enum class KeyEncoding { kText, kBase64 };
enum class TimeUnit { kSeconds, kMilliseconds, kIso8601 };

// Where a value of the request stands.
struct ValueLocation {
  enum class Kind { kHeader, kBody } kind = Kind::kHeader;
  std::string name;  // a header in lower case, or a JSON Pointer into the body
};

// "v0:{timestamp}:{body}" as pieces: literals, and what is put in for {…}.
struct SignedPiece {
  enum class Kind { kLiteral, kBody, kTimestamp, kId, kOption } kind = Kind::kLiteral;
  std::string text;  // the literal, or the option's value
};

struct SignatureScheme {
  SignatureAlgorithm algorithm = SignatureAlgorithm::kHmacSha256;
  std::string header;  // lower case
  std::string prefix;  // "sha256="; required where not empty
  DigestEncoding encoding = DigestEncoding::kHex;
  std::vector<SignedPiece> signed_content;
  std::optional<char> separator;  // between several signatures in one header; any of them may match
  KeyEncoding key_encoding = KeyEncoding::kText;
  // {timestamp} stands for that of a header; a body may lack its own
  std::optional<ValueLocation> timestamp;
  TimeUnit timestamp_unit = TimeUnit::kSeconds;
  std::optional<std::string> id_header;  // what {id} stands for
  Duration past = std::chrono::minutes(5),
           future = std::chrono::minutes(5);  // the replay window; only with a timestamp
};

}  // namespace flaglinkd
