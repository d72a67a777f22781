#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "daemon/domain/flag_key.h"
#include "daemon/domain/text.h"
#include "daemon/launchdarkly/launchdarkly_destination.h"

namespace flaglinkd {
namespace {

struct Origin {
  bool https = false;
  std::string host;  // lower case; an IPv6 address in its brackets
  int port = 0;
  int default_port() const { return https ? 443 : 80; }
};

std::string ToLower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::optional<int> ParsePort(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) {
    return std::nullopt;
  }
  return port;
}

std::optional<in6_addr> ParseIpv6(std::string_view host) {
  if (host.size() < 2 || host.front() != '[' || host.back() != ']') return std::nullopt;
  in6_addr address;
  const std::string text(host.substr(1, host.size() - 2));
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  return address;
}

bool IsHost(std::string_view host) {
  return ParseIpv6(host).has_value() ||
         (IsValidKey(host) && host.find('_') == std::string_view::npos);
}

// "https://host", "http://host:port", "https://[address]:port" and nothing behind it.
std::optional<Origin> ParseOrigin(std::string_view url) {
  Origin origin;
  origin.https = url.starts_with("https://");
  if (!origin.https && !url.starts_with("http://")) return std::nullopt;
  url.remove_prefix(origin.https ? 8 : 7);
  // An address holds colons of its own, inside the brackets.
  const std::size_t colon = url.find(':', url.starts_with('[') ? url.find(']') : 0);
  origin.host = ToLower(url.substr(0, colon));
  if (!IsHost(origin.host)) return std::nullopt;
  origin.port = origin.default_port();
  if (colon == std::string_view::npos) return origin;
  const std::optional<int> port = ParsePort(url.substr(colon + 1));
  if (!port) return std::nullopt;
  origin.port = *port;
  return origin;
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  if (const auto address = ParseIpv6(host)) return IN6_IS_ADDR_LOOPBACK(&*address);
  in_addr address;  // strict, so that the name 127.example.com is none
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

}  // namespace

Status CheckBaseUrl(const std::string& base_url) {
  const std::optional<Origin> origin = ParseOrigin(base_url);
  const std::string shown = "base_url \"" + EscapeForLine(base_url, 120) + "\" ";
  if (!origin) {
    return Error{Error::Code::kInvalid,
                 shown + "is not of the form https://host or https://host:port"};
  }
  if (!origin->https && !IsLoopback(origin->host)) {
    return Error{Error::Code::kInvalid,
                 shown + "must be https, since the token travels with each request"};
  }
  return {};
}

std::string HostOf(const std::string& base_url) {
  const std::optional<Origin> origin = ParseOrigin(base_url);
  if (!origin) return "";
  if (origin->port == origin->default_port()) return origin->host;
  return origin->host + ":" + std::to_string(origin->port);
}

}  // namespace flaglinkd
