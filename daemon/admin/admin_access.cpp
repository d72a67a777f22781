#include "daemon/admin/admin_access.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <string_view>

#include "daemon/domain/text_encoding.h"

namespace flaglinkd {
namespace {

constexpr std::string_view kUnixPeer = "unix";  // HttpRequest::peer of who came over the socket
constexpr std::string_view kBearer = "bearer ", kBasic = "basic ";
constexpr std::string_view kJson = "application/json";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Of a header that may be there once: nothing if it is absent, "" if it is there twice.
std::optional<std::string> Only(const HttpRequest& head, std::string_view name) {
  std::optional<std::string> value;
  for (const Header& header : head.headers) {
    if (header.name != name) continue;
    if (value) return "";
    value = header.value;
  }
  return value;
}

bool IsAddress(int family, const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(family, host.c_str(), bytes) == 1;
}

// "[::1]:9464"
bool IsBracketedAddress(const std::string& authority) {
  const std::size_t end = authority.find(']');
  return end != std::string::npos && IsAddress(AF_INET6, authority.substr(1, end - 1)) &&
         (end + 1 == authority.size() || authority[end + 1] == ':');
}

// Browsers send Origin with every POST, and Sec-Fetch-Site where they know it (Fetch standard, 3.2;
// Fetch Metadata, 2.3); others send neither. The scheme is not compared: a proxy in front may serve
// https.
bool IsOurOrigin(const HttpRequest& head) {
  const std::optional<std::string> site = Only(head, "sec-fetch-site");
  if (site && *site != "same-origin") return false;
  const std::optional<std::string> origin = Only(head, "origin");
  if (!origin) return true;
  const std::string host = Lower(Only(head, "host").value_or(""));
  const std::string given = Lower(*origin);
  return !host.empty() && (given == "http://" + host || given == "https://" + host);
}

bool IsOfScheme(const std::string& authorization, std::string_view scheme) {
  return Lower(std::string_view(authorization).substr(0, scheme.size())) == scheme;
}

// RFC 7617, 2: base64 of "user:password", where the user holds no colon.
std::string PasswordOf(const std::string& encoded) {
  const std::string pair = DecodeBase64(encoded).value_or("");
  const std::size_t colon = pair.find(':');
  return colon == std::string::npos ? "" : pair.substr(colon + 1);
}

// A form of another page can send anything else without asking first (Fetch standard, 2.2.2).
bool IsJson(const HttpRequest& head) {
  const std::string type = Lower(Only(head, "content-type").value_or(""));
  return type.substr(0, type.find_first_of("; \t")) == kJson;
}

}  // namespace

AdminAccess::AdminAccess(const AdminOptions& options)
    : token_(options.token.Clone()), is_loopback_(IsLoopback(options.address)) {
  for (const std::string& host : options.hosts) hosts_.push_back(Lower(host));
}

std::optional<AdminAccess::Refusal> AdminAccess::RefusalOf(const HttpRequest& head,
                                                           Purpose purpose) const {
  if (head.peer == kUnixPeer) return std::nullopt;
  if (!IsOurs(Lower(Only(head, "host").value_or("")))) {
    return Refusal{403, "Host must be an address, localhost or one of [admin] hosts"};
  }
  if (NeedsToken(head, purpose) && !HasToken(head)) {
    return Refusal{401, "the token is needed: see [admin] token"};
  }
  if (purpose != Purpose::kAct) return std::nullopt;
  if (!IsOurOrigin(head)) return Refusal{403, "an action must come from the same origin"};
  if (!IsJson(head)) return Refusal{415, "an action's content-type is application/json"};
  return std::nullopt;
}

bool AdminAccess::IsOurs(const std::string& authority) const {
  if (authority.starts_with('[')) return IsBracketedAddress(authority);
  const std::string host = authority.substr(0, authority.find(':'));
  return host == "localhost" || IsAddress(AF_INET, host) ||
         std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end();
}

bool AdminAccess::NeedsToken(const HttpRequest& head, Purpose purpose) const {
  switch (purpose) {
    case Purpose::kHealth: return false;
    case Purpose::kRead: return !is_loopback_ || !IsLoopback(head.peer);
    case Purpose::kReadPayload:
    case Purpose::kAct: return true;
  }
  return true;
}

bool AdminAccess::HasToken(const HttpRequest& head) const {
  const std::string given = Only(head, "authorization").value_or("");
  if (IsOfScheme(given, kBearer)) return token_.Equals(given.substr(kBearer.size()));
  return IsOfScheme(given, kBasic) && token_.Equals(PasswordOf(given.substr(kBasic.size())));
}

}  // namespace flaglinkd
