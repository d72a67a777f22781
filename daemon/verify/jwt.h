// JSON Web Tokens with an HMAC-SHA-256 (RFC 7519; RFC 7515, "HS256"), compact form. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/clock.h"
#include "daemon/base/secret.h"

namespace flaglinkd {

// A token whose MAC is still to be held against a key; nothing of it is to be believed before.
struct Jwt {
  std::string_view signed_text;  // "header.claims", as they are written
  std::string header, claims;    // JSON, if they are anything
  std::string mac;
};

// Nothing if the text is not three parts in base64url. The parts of `token` are borrowed.
std::optional<Jwt> SplitJwt(std::string_view token);

std::string MacOf(const Jwt& jwt, const Secret& key);

// Why a token whose MAC is right does not let anybody in. kNotNow: its times, with a minute's
// grace; kWrong: the rest.
struct JwtFault {
  enum class Kind { kWrong, kNotNow } kind = Kind::kWrong;
  std::string reason;  // "has expired 61 s ago"
};
// Wanted: "alg" HS256, no "crit", "exp" ahead, and "nbf" and "iat" not ahead. A token with "qsh" is
// refused: that Atlassian Connect claim binds it to a method, path and query, which are not held
// against it here.
std::optional<JwtFault> FindFault(const Jwt& jwt, TimePoint now);

// A token that is good for three minutes.
std::string MakeJwt(const Secret& key, TimePoint now);

}  // namespace flaglinkd
