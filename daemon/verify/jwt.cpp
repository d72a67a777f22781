#include "daemon/verify/jwt.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/domain/text_encoding.h"
#include "daemon/verify/hmac.h"

namespace flaglinkd {
namespace {

constexpr double kGrace = 60;  // seconds, for clocks that differ
constexpr std::int64_t kLifetime = 180;

using Json = rapidjson::Document;

bool ParseObject(const std::string& text, Json& json) {
  // Iterative: the depth of what a token holds must not be that of our stack.
  json.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  return !json.HasParseError() && json.IsObject();
}

JwtFault Wrong(std::string reason) {
  return {JwtFault::Kind::kWrong, std::move(reason)};
}

std::string Seconds(double seconds) {
  // A claim may be any number: a century tells enough.
  return std::to_string(static_cast<std::int64_t>(std::min(seconds, 3'153'600'000.0))) + " s";
}

std::optional<JwtFault> FindFaultOfHeader(const std::string& text) {
  Json header;
  if (!ParseObject(text, header)) return Wrong("has a header that is no JSON object");
  const bool hs256 = header.HasMember("alg") && header["alg"].IsString() &&
                     std::string_view(header["alg"].GetString()) == "HS256";
  if (!hs256) return Wrong("has a header whose alg is not HS256");
  // RFC 7515, section 4.1.11: an extension that is not understood makes the token invalid.
  if (header.HasMember("crit")) return Wrong("has a header with crit");
  return std::nullopt;
}

}  // namespace

std::optional<Jwt> SplitJwt(std::string_view token) {
  const std::size_t first = token.find('.'), last = token.rfind('.');
  if (first == token.npos || first == last) return std::nullopt;
  auto header = DecodeBase64Url(token.substr(0, first));
  auto claims = DecodeBase64Url(token.substr(first + 1, last - first - 1));
  auto mac = DecodeBase64Url(token.substr(last + 1));
  if (!header || !claims || !mac) return std::nullopt;
  return Jwt{token.substr(0, last), *std::move(header), *std::move(claims), *std::move(mac)};
}

std::string MacOf(const Jwt& jwt, const Secret& key) {
  return Hmac(HmacDigest::kSha256, key, {&jwt.signed_text, 1});
}

std::optional<JwtFault> FindFault(const Jwt& jwt, TimePoint now) {
  if (auto fault = FindFaultOfHeader(jwt.header)) return fault;
  Json claims;
  if (!ParseObject(jwt.claims, claims)) return Wrong("has claims that are no JSON object");
  if (claims.HasMember("qsh")) return Wrong("has a qsh claim, which can't be checked");
  if (!claims.HasMember("exp")) return Wrong("has no exp claim");

  const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  for (const char* name : {"exp", "nbf", "iat"}) {
    if (!claims.HasMember(name)) continue;
    if (!claims[name].IsNumber()) return Wrong(std::string(name) + " is no number");
    const double ahead = claims[name].GetDouble() - seconds;
    const bool expires = std::string_view(name) == "exp";
    if (expires && ahead < -kGrace) {
      return JwtFault{JwtFault::Kind::kNotNow, "has expired " + Seconds(-ahead) + " ago"};
    }
    if (!expires && ahead > kGrace) {
      return JwtFault{JwtFault::Kind::kNotNow,
                      "has an " + std::string(name) + " " + Seconds(ahead) + " in the future"};
    }
  }
  return std::nullopt;
}

std::string MakeJwt(const Secret& key, TimePoint now) {
  const std::int64_t seconds =
      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string claims = "{\"iat\":" + std::to_string(seconds) +
                             ",\"exp\":" + std::to_string(seconds + kLifetime) + "}";
  const std::string text =
      EncodeBase64Url(R"({"alg":"HS256","typ":"JWT"})") + "." + EncodeBase64Url(claims);
  const std::string_view pieces[] = {text};
  return text + "." + EncodeBase64Url(Hmac(HmacDigest::kSha256, key, pieces));
}

}  // namespace flaglinkd
