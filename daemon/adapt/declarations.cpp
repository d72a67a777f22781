#include "daemon/adapt/declarations.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "daemon/adapt/json_pointer.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kMaxListed = 256;
constexpr std::size_t kMaxSignatures = 8;
// The signature as ABI 1 began; what comes later is optional.
constexpr std::size_t kLeastSignatureSize =
    offsetof(flaglink_signature, future_seconds) + sizeof(flaglink_signature::future_seconds);

Error Invalid(std::string reason) {
  return {Error::Code::kInvalid, std::move(reason)};
}

std::string_view Text(const char* literal) {
  return literal == nullptr ? "" : literal;
}

std::string Quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool IsHeaderName(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
    return IsLowerOrDigit(c) || c == '-' || c == '_';
  });
}

bool IsOptionCharacter(char c) {
  return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
}

bool IsOptionName(std::string_view name) {
  if (name.ends_with(".*")) name.remove_suffix(2);
  return !name.empty() && name.size() <= 128 && name.front() != '.' && name.back() != '.' &&
         std::ranges::all_of(name, IsOptionCharacter);
}

// "slack.com", or "option:site" for the one that an option names.
bool IsHost(std::string_view host) {
  if (host.starts_with("option:")) return IsOptionName(host.substr(7)) && !host.ends_with(".*");
  return !host.empty() && host.size() <= 253 && IsLowerOrDigit(host.front()) &&
         IsLowerOrDigit(host.back()) && std::ranges::all_of(host, [](char c) {
           return IsLowerOrDigit(c) || c == '-' || c == '.';
         });
}

bool IsPointer(std::string_view pointer) {
  return !pointer.empty() && ParseJsonPointer(pointer).has_value();
}

bool IsPrintable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

template <typename T>
std::optional<T> FindWord(const char* word,
                          std::initializer_list<std::pair<std::string_view, T>> known) {
  for (const auto& [text, value] : known) {
    if (text == Text(word)) return value;
  }
  return std::nullopt;
}

// A list that ends with NULL; each entry must be what `is` accepts, which `what` names.
Result<std::vector<std::string>> ReadList(const char* const* list, std::string_view what,
                                          bool (*is)(std::string_view)) {
  std::vector<std::string> texts;
  for (; list != nullptr && *list != nullptr; ++list) {
    if (texts.size() == kMaxListed)
      return Invalid("a list of " + std::string(what) + "s has no end");
    if (!is(*list)) return Invalid(Quoted(*list) + " is no " + std::string(what));
    texts.emplace_back(*list);
  }
  return texts;
}

Result<std::optional<ValueLocation>> ReadLocation(const char* declared, std::string_view what) {
  if (declared == nullptr) return std::optional<ValueLocation>();
  std::string_view text = declared;
  ValueLocation location;
  if (text.starts_with("header:") && IsHeaderName(text.substr(7))) {
    location = {ValueLocation::Kind::kHeader, std::string(text.substr(7))};
  } else if (text.starts_with("body:") && IsPointer(text.substr(5))) {
    location = {ValueLocation::Kind::kBody, std::string(text.substr(5))};
  } else {
    return Invalid(std::string(what) + " " + Quoted(text) +
                   " is neither header:<lower-case name> nor body:<JSON Pointer>");
  }
  return std::optional(location);
}

Result<std::vector<std::string>> ReadMethods(const char* declared) {
  std::vector<std::string> methods;
  std::string_view rest = Text(declared);
  bool carries_webhooks = false, known = true;
  for (bool more = true; more && known;) {
    const std::size_t comma = rest.find(',');
    const std::string_view method = rest.substr(0, comma);
    const bool body = method == "POST" || method == "PUT";
    known = body || method == "HEAD";
    carries_webhooks = carries_webhooks || body;
    methods.emplace_back(method);
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
  }
  if (known && carries_webhooks) return methods;
  return Invalid("methods " + Quoted(Text(declared)) +
                 " are not a list of POST and PUT, and HEAD beside them");
}

Result<SignedPiece> ReadPlaceholder(std::string_view name) {
  if (name == "body") return SignedPiece{SignedPiece::Kind::kBody, ""};
  if (name == "timestamp") return SignedPiece{SignedPiece::Kind::kTimestamp, ""};
  if (name == "id") return SignedPiece{SignedPiece::Kind::kId, ""};
  if (name.starts_with("option:")) {
    return SignedPiece{SignedPiece::Kind::kOption, std::string(name.substr(7))};
  }
  return Invalid("signed content holds the unknown {" + std::string(name) + "}");
}

// "v0:{timestamp}:{body}"
Result<std::vector<SignedPiece>> ReadSignedContent(std::string_view text) {
  std::vector<SignedPiece> pieces;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    if (open != 0) {
      pieces.push_back({SignedPiece::Kind::kLiteral, std::string(text.substr(0, open))});
      text.remove_prefix(std::min(open, text.size()));
      continue;
    }
    const std::size_t close = text.find('}');
    if (close == std::string_view::npos) return Invalid("signed content has a { without }");
    Result<SignedPiece> piece = ReadPlaceholder(text.substr(1, close - 1));
    if (!piece.ok()) return piece.error();
    pieces.push_back(*std::move(piece));
    text.remove_prefix(close + 1);
  }
  return pieces;
}

bool Signs(const SignatureScheme& scheme, SignedPiece::Kind kind) {
  return std::ranges::any_of(scheme.signed_content,
                             [&](const SignedPiece& piece) { return piece.kind == kind; });
}

Status ReadTimestamp(const flaglink_signature& declared, SignatureScheme& scheme) {
  Result<std::optional<ValueLocation>> timestamp = ReadLocation(declared.timestamp, "timestamp");
  if (!timestamp.ok()) return timestamp.error();
  scheme.timestamp = *std::move(timestamp);
  if (!scheme.timestamp) return {};
  const auto unit = FindWord<TimeUnit>(declared.timestamp_unit, {{"s", TimeUnit::kSeconds},
                                                                 {"ms", TimeUnit::kMilliseconds},
                                                                 {"iso8601", TimeUnit::kIso8601}});
  if (!unit) {
    return Invalid("timestamp unit " + Quoted(Text(declared.timestamp_unit)) +
                   " is none of s, ms, iso8601");
  }
  if (declared.past_seconds == 0) return Invalid("a timestamp without past_seconds");
  scheme.timestamp_unit = *unit;
  scheme.past = std::chrono::seconds(declared.past_seconds);
  scheme.future = std::chrono::seconds(declared.future_seconds);
  return {};
}

// Whether the header holds a signature of bytes, which needs an encoding and a content; else it is
// the secret itself or a token that signs itself alone.
bool SignsContent(const SignatureScheme& scheme) {
  return scheme.algorithm != SignatureAlgorithm::kToken &&
         scheme.algorithm != SignatureAlgorithm::kJwtHs256;
}

Status ReadEncoding(const flaglink_signature& declared, SignatureScheme& scheme) {
  if (!SignsContent(scheme) && Text(declared.encoding).empty()) return {};
  if (scheme.algorithm == SignatureAlgorithm::kJwtHs256) {
    return Invalid("a JWT has its own encoding, but another is given");
  }
  const auto encoding = FindWord<DigestEncoding>(
      declared.encoding, {{"hex", DigestEncoding::kHex}, {"base64", DigestEncoding::kBase64}});
  const bool token_in_hex =
      scheme.algorithm == SignatureAlgorithm::kToken && encoding == DigestEncoding::kHex;
  if (!encoding || token_in_hex) {
    return Invalid("encoding " + Quoted(Text(declared.encoding)) + " is none of hex, base64");
  }
  scheme.encoding = *encoding;
  return {};
}

Status ReadContent(const flaglink_signature& declared, SignatureScheme& scheme) {
  Result<std::vector<SignedPiece>> content = ReadSignedContent(Text(declared.signed_content));
  if (!content.ok()) return content.error();
  scheme.signed_content = *std::move(content);
  if (!SignsContent(scheme)) {
    if (!scheme.signed_content.empty()) {
      return Invalid("a token signs nothing, but signed content is given");
    }
    if (scheme.timestamp && scheme.algorithm == SignatureAlgorithm::kJwtHs256) {
      return Invalid("a JWT has its own times, but a timestamp is given");
    }
    return {};
  }
  if (!Signs(scheme, SignedPiece::Kind::kBody)) return Invalid("signed content without {body}");
  const bool time_in_header =
      scheme.timestamp && scheme.timestamp->kind == ValueLocation::Kind::kHeader;
  if (Signs(scheme, SignedPiece::Kind::kTimestamp) && !time_in_header) {
    return Invalid("signed content with {timestamp}, but no timestamp in a header");
  }
  if (Signs(scheme, SignedPiece::Kind::kId) && !scheme.id_header) {
    return Invalid("signed content with {id}, but no id");
  }
  return {};
}

Status ReadIdHeader(const flaglink_signature& declared, SignatureScheme& scheme) {
  Result<std::optional<ValueLocation>> id = ReadLocation(declared.id, "id");
  if (!id.ok()) return id.error();
  if (!*id) return {};
  if ((*id)->kind != ValueLocation::Kind::kHeader) return Invalid("id is not in a header");
  scheme.id_header = (*id)->name;
  return {};
}

Status ReadSecretUse(const flaglink_signature& declared, SignatureScheme& scheme) {
  const auto algorithm = FindWord<SignatureAlgorithm>(
      declared.algorithm, {{"hmac-sha1", SignatureAlgorithm::kHmacSha1},
                           {"hmac-sha256", SignatureAlgorithm::kHmacSha256},
                           {"hmac-sha512", SignatureAlgorithm::kHmacSha512},
                           {"ed25519", SignatureAlgorithm::kEd25519},
                           {"token", SignatureAlgorithm::kToken},
                           {"jwt-hs256", SignatureAlgorithm::kJwtHs256}});
  if (!algorithm) return Invalid("algorithm " + Quoted(Text(declared.algorithm)) + " is unknown");
  scheme.algorithm = *algorithm;
  const auto key_encoding = FindWord<KeyEncoding>(
      declared.key_encoding,
      {{"", KeyEncoding::kText}, {"text", KeyEncoding::kText}, {"base64", KeyEncoding::kBase64}});
  if (!key_encoding) {
    return Invalid("key encoding " + Quoted(Text(declared.key_encoding)) +
                   " is none of text, base64");
  }
  scheme.key_encoding = *key_encoding;
  return {};
}

Status ReadHeader(const flaglink_signature& declared, SignatureScheme& scheme) {
  scheme.header = Text(declared.header);
  if (!IsHeaderName(scheme.header)) {
    return Invalid(Quoted(scheme.header) + " is no lower-case header name");
  }
  scheme.prefix = Text(declared.prefix);
  if (!IsPrintable(scheme.prefix)) return Invalid("the prefix is not printable");
  if (declared.separator == nullptr) return {};
  const std::string_view separator = declared.separator;
  if (separator.size() != 1 || !IsPrintable(separator)) {
    return Invalid("separator " + Quoted(separator) + " is not one character");
  }
  scheme.separator = separator.front();
  return {};
}

Result<std::vector<SignatureScheme>> ReadSignatures(const flaglink_adapter& adapter) {
  std::vector<SignatureScheme> schemes;
  if (adapter.signature_count > kMaxSignatures ||
      (adapter.signature_count > 0 && adapter.signatures == nullptr)) {
    return Invalid("it declares " + std::to_string(adapter.signature_count) + " signatures");
  }
  const char* at = reinterpret_cast<const char*>(adapter.signatures);
  for (std::size_t i = 0; i < adapter.signature_count; ++i) {
    const std::string which = "signature " + std::to_string(i + 1) + ": ";
    std::uint32_t size = 0;
    std::memcpy(&size, at, sizeof size);
    if (size < kLeastSignatureSize || size % alignof(flaglink_signature) != 0) {
      return Invalid(which + "a struct_size of " + std::to_string(size) + ", at least " +
                     std::to_string(kLeastSignatureSize) + " are needed");
    }
    flaglink_signature declared{};
    std::memcpy(&declared, at, std::min<std::size_t>(size, sizeof declared));
    Result<SignatureScheme> scheme = ReadSignature(declared);
    if (!scheme.ok()) return Invalid(which + scheme.error().message);
    schemes.push_back(*std::move(scheme));
    at += size;
  }
  return schemes;
}

// Neither an adapter nor the store sees what lets its holder in.
Status CheckNothingSecret(const Declarations& declarations) {
  const std::optional<ValueLocation>& armed = declarations.armed_secret;
  for (const std::string& header : declarations.headers) {
    const bool signs =
        std::ranges::any_of(declarations.schemes,
                            [&](const SignatureScheme& scheme) { return scheme.header == header; });
    const bool brings_secret =
        armed && armed->kind == ValueLocation::Kind::kHeader && armed->name == header;
    if (signs || brings_secret || header == "authorization" || header == "proxy-authorization" ||
        header == "cookie") {
      return Invalid("header " + Quoted(header) +
                     " holds a secret or a signature; adapters don't see it");
    }
  }
  return {};
}

// Options are named only where the adapter lets people set them.
Status CheckNamedOptions(const Declarations& declarations) {
  const auto is_declared = [&](const std::string& name) {
    return std::ranges::find(declarations.options, name) != declarations.options.end();
  };
  for (const SignatureScheme& scheme : declarations.schemes) {
    for (const SignedPiece& piece : scheme.signed_content) {
      if (piece.kind != SignedPiece::Kind::kOption || is_declared(piece.text)) continue;
      return Invalid("signed content names the option " + Quoted(piece.text) +
                     ", which is not declared");
    }
  }
  for (const std::string& host : declarations.hosts) {
    if (!host.starts_with("option:") || is_declared(host.substr(7))) continue;
    return Invalid("a host is that of the option " + Quoted(host.substr(7)) +
                   ", which is not declared");
  }
  return {};
}

template <typename T>
Status Take(Result<T> result, T& into) {
  if (!result.ok()) return result.error();
  into = *std::move(result);
  return {};
}

}  // namespace

Result<SignatureScheme> ReadSignature(const flaglink_signature& declared) {
  SignatureScheme scheme;
  // In this order: a later one looks at what an earlier one put in.
  for (const auto read :
       {ReadHeader, ReadSecretUse, ReadEncoding, ReadIdHeader, ReadTimestamp, ReadContent}) {
    if (Status status = read(declared, scheme); !status.ok()) return status.error();
  }
  return scheme;
}

Result<Declarations> ReadDeclarations(const flaglink_adapter& adapter) {
  Declarations declarations;
  declarations.name = Text(adapter.name);
  declarations.version = Text(adapter.version);
  if (declarations.version.empty() || !IsPrintable(declarations.version)) {
    return Invalid("it has no printable version");
  }
  if (adapter.extract == nullptr) return Invalid("it has no extract function");
  Status status =
      Take(ReadList(adapter.headers, "lower-case header name", IsHeaderName), declarations.headers);
  if (status.ok())
    status = Take(ReadList(adapter.blank, "JSON Pointer", IsPointer), declarations.blank);
  if (status.ok())
    status = Take(ReadList(adapter.options, "option name", IsOptionName), declarations.options);
  if (status.ok()) status = Take(ReadMethods(adapter.methods), declarations.methods);
  if (status.ok())
    status = Take(ReadLocation(adapter.delivery_id, "delivery id"), declarations.delivery_id);
  if (status.ok()) status = Take(ReadList(adapter.hosts, "host", IsHost), declarations.hosts);
  if (status.ok())
    status = Take(ReadLocation(adapter.armed_secret, "armed secret"), declarations.armed_secret);
  if (status.ok()) status = Take(ReadSignatures(adapter), declarations.schemes);
  if (status.ok()) status = CheckNothingSecret(declarations);
  if (status.ok()) status = CheckNamedOptions(declarations);
  if (!status.ok()) return status.error();
  return declarations;
}

bool OptionMatches(std::string_view declared, std::string_view name) {
  if (!declared.ends_with(".*")) return declared == name;
  declared.remove_suffix(1);
  return name.size() > declared.size() && name.starts_with(declared);
}

}  // namespace flaglinkd
