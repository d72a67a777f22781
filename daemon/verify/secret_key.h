// The key that a secret stands for. Standard Webhooks marks its kinds: what begins with "whpk_" is
// a public key and serves Ed25519 alone, and what begins with "whsec_" serves HMACs alone, so that
// no signature passes under the label of another kind. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "daemon/verify/signature_scheme.h"

namespace flaglinkd {

// Empty if the secret is no key of the scheme: an empty key must never verify anything, since
// anybody can compute with it.
Secret KeyOf(const SignatureScheme& scheme, const Secret& secret);

// kInvalid: the secret is a key of none of the schemes; the message says what would be one ("it is
// no key: wanted base64, …") and nothing of the secret.
Status CheckSecret(std::span<const SignatureScheme> schemes, const Secret& secret);

// Whether the text is the secret, in a time that tells nothing of it. An empty secret is nothing.
bool IsSecret(std::string_view text, const Secret& secret);

// The same of two MACs.
bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace flaglinkd
