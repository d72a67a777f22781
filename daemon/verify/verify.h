// Decides whether a request's raw bytes come from who holds the secret. Constant-time comparison;
// every live secret is tried; the body is parsed only after its signature held, and only for a
// signed time inside it. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/base/secret.h"
#include "daemon/domain/webhook.h"
#include "daemon/verify/signature_scheme.h"

namespace flaglinkd {

enum class Verdict { kAuthentic, kUnsigned, kWrongSignature, kStale };

struct Verification {
  Verdict verdict = Verdict::kUnsigned;
  std::string reason;  // for the log and `try`, never for the sender: "x-hub-signature is missing"
  std::size_t secret_index = 0;  // which of the live secrets matched
};

// A source may sign in several ways. The first scheme whose header is there decides, together with
// those that share that header (Standard Webhooks' "v1," and "v1a,"), each with the secrets that
// are keys of its kind; there is no falling back to another header when it fails. Without secrets
// nothing is authentic.
Verification Verify(std::span<const SignatureScheme> schemes, std::span<const Secret> secrets,
                    const Webhook& webhook, TimePoint now);

// The header lines that a sender holding `secret` would set by `scheme`: for `sign` and for tests.
// None if the secret is no key of the scheme, or if it is Ed25519's: the private key is the
// sender's alone. Pure.
std::vector<Header> Sign(const SignatureScheme& scheme, const Secret& secret, std::string_view body,
                         std::string_view id, TimePoint now);

}  // namespace flaglinkd
