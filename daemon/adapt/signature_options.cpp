#include "daemon/adapt/signature_options.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "daemon/adapt/declarations.h"

namespace flaglinkd {
namespace {

constexpr std::uint32_t kFiveMinutes = 300, kDay = 86'400;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

void Default(std::string& option, std::string_view value) {
  if (option.empty()) option = value;
}

// What an algorithm alone says of the rest.
SignatureOptions WithDefaults(SignatureOptions options) {
  const std::string algorithm = options.algorithm;
  const bool basic = algorithm == "basic", bearer = algorithm == "bearer";
  if (basic || bearer) options.algorithm = "token";
  if (basic || bearer || algorithm == "jwt-hs256") {
    Default(options.header, "authorization");
    Default(options.prefix, basic ? "Basic " : "Bearer ");
    if (basic) Default(options.encoding, "base64");
    return options;
  }
  if (algorithm == "token") {
    Default(options.header, "x-webhook-token");
    return options;
  }
  Default(options.encoding, algorithm == "ed25519" ? "base64" : "hex");
  Default(options.signed_content, "{body}");
  return options;
}

const char* OrNull(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

// Headers are written in any case, pointers in theirs.
std::string LocationOf(const std::string& option) {
  if (option.empty()) return "";
  return option.front() == '/' ? "body:" + option : "header:" + Lower(option);
}

}  // namespace

// By way of what an adapter declares, so that both are held to the same rules.
Result<SignatureScheme> SchemeOf(const SignatureOptions& given) {
  const SignatureOptions options = WithDefaults(given);
  if (options.header.empty()) return Error{Error::Code::kInvalid, "it has no header"};
  const std::string header = Lower(options.header), timestamp = LocationOf(options.timestamp),
                    id = LocationOf(options.id);
  const bool time_in_body = timestamp.starts_with("body:");

  flaglink_signature declared{};
  declared.struct_size = sizeof declared;
  declared.algorithm = options.algorithm.c_str();
  declared.header = header.c_str();
  declared.prefix = OrNull(options.prefix);
  declared.encoding = OrNull(options.encoding);
  declared.signed_content = OrNull(options.signed_content);
  declared.separator = OrNull(options.separator);
  declared.key_encoding = OrNull(options.key_encoding);
  declared.timestamp = OrNull(timestamp);
  declared.timestamp_unit = options.timestamp_unit.empty() ? "s" : options.timestamp_unit.c_str();
  declared.id = OrNull(id);
  declared.past_seconds = time_in_body ? kDay : kFiveMinutes;
  declared.future_seconds = kFiveMinutes;
  Result<SignatureScheme> scheme = ReadSignature(declared);
  if (!scheme) return scheme;
  for (const SignedPiece& piece : scheme->signed_content) {
    if (piece.kind != SignedPiece::Kind::kOption) continue;
    return Error{Error::Code::kInvalid,
                 "signed content with {option:…}: write what it stands for itself"};
  }
  return scheme;
}

}  // namespace flaglinkd
