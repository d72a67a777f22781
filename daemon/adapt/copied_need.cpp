#include "daemon/adapt/copied_need.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

#include "daemon/adapt/extraction.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

namespace limit = extraction_limit;

// The need as ABI 1 began; what comes later is optional.
constexpr std::size_t kLeastNeedSize =
    offsetof(flaglink_need, query) + sizeof(flaglink_need::query);

std::string_view View(flaglink_str text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

Error Broken(std::string_view what, std::string_view shown) {
  return {Error::Code::kInvalid, "it needs " + std::string(what) + " " + EscapeForLine(shown, 100)};
}

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool HoldsOnly(std::string_view text, std::string_view punctuation) {
  return std::ranges::all_of(text, [&](char c) {
    return IsLetterOrDigit(c) || punctuation.find(c) != std::string_view::npos;
  });
}

// RFC 3986, 3.3 and 3.4.
constexpr std::string_view kInPath = "-._~!$&'()*+,;=:@%/";
constexpr std::string_view kInQuery = "-._~!$&'()*+,;=:@%/?";

// Steps out of what the option names: "/../admin", "%2e%2e/".
bool StepsOut(std::string_view path) {
  std::string plain(path);
  std::ranges::transform(plain, plain.begin(), [](char c) { return c == 'E' ? 'e' : c; });
  for (std::size_t at; (at = plain.find("%2e")) != std::string::npos;) plain.replace(at, 3, ".");
  return (plain + '/').find("/../") != std::string::npos;
}

bool IsThisMachine(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// "https://jira.acme.example/jira" without a slash at its end; empty if the token may not be sent
// there.
std::string BaseOf(std::string_view option) {
  while (option.ends_with('/')) option.remove_suffix(1);
  const bool secure = option.starts_with("https://");
  if (!secure && !option.starts_with("http://")) return "";
  const std::string_view rest = option.substr(secure ? 8 : 7);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (authority.empty() || !HoldsOnly(authority, ".-:[]")) return "";
  if (!HoldsOnly(rest.substr(authority.size()), kInPath)) return "";
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return secure || IsThisMachine(authority.substr(0, colon)) ? std::string(option) : "";
}

std::optional<std::string_view> OptionOf(std::string_view name,
                                         const std::vector<AdapterOption>& options) {
  const auto found = std::ranges::find(options, name, &AdapterOption::name);
  return found == options.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

// What goes before path and query.
Result<std::string> Base(std::string_view host, const std::vector<std::string>& hosts,
                         const std::vector<AdapterOption>& options) {
  for (const std::string& declared : hosts) {
    if (!declared.starts_with("option:")) {
      if (declared == host) return "https://" + declared;
      continue;
    }
    if (OptionOf(std::string_view(declared).substr(7), options) != host) continue;
    std::string base = BaseOf(host);
    if (base.empty()) return Broken("a document of an address that is not https:", host);
    return base;
  }
  return Broken("a document of a host that it does not declare:", host);
}

// What the HTTP client sets by itself, or what would lead the request elsewhere.
bool IsTheClients(std::string_view header) {
  constexpr std::array<std::string_view, 8> kClients = {
      "authorization", "proxy-authorization", "cookie", "host",
      "connection",    "content-length",      "expect", "transfer-encoding"};
  return std::ranges::find(kClients, header) != kClients.end();
}

Result<std::vector<Header>> CopyHeaders(const flaglink_need& need) {
  std::vector<Header> headers;
  if (need.header_count > limit::kNeedHeaders ||
      (need.header_count > 0 && need.headers == nullptr)) {
    return Broken("a document with too many headers:", std::to_string(need.header_count));
  }
  for (std::size_t i = 0; i < need.header_count; ++i) {
    const std::string_view name = View(need.headers[i].name), value = View(need.headers[i].value);
    if (name.size() + value.size() > limit::kNeedHeader) {
      return Broken("a document with an overlong header", name);
    }
    std::string lower = HeaderName(name);
    if (lower.empty() || IsTheClients(lower) || !IsHeaderValue(value)) {
      return Broken("a document with the unusable header", name);
    }
    headers.push_back({std::move(lower), std::string(value)});
  }
  return headers;
}

}  // namespace

std::string HeaderName(std::string_view name) {
  std::string lower;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) return {};
    lower += c;
  }
  return lower;
}

bool IsHeaderValue(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; });
}

Result<DocumentNeed> CopyNeed(const flaglink_need& borrowed, const std::vector<std::string>& hosts,
                              const std::vector<AdapterOption>& options) {
  std::uint32_t size = borrowed.struct_size;
  if (size < kLeastNeedSize) return Broken("a document in a struct of", std::to_string(size));
  flaglink_need need{};
  std::memcpy(&need, &borrowed, std::min<std::size_t>(size, sizeof need));
  const std::string_view name = View(need.name), path = View(need.path), query = View(need.query);
  if (name.empty() || name.size() > limit::kNeedName || !HoldsOnly(name, "-_.:/")) {
    return Broken("a document of no usable name:", name);
  }
  if (!path.starts_with('/') || path.size() > limit::kNeedUrl || !HoldsOnly(path, kInPath) ||
      StepsOut(path)) {
    return Broken("a document of no usable path:", path);
  }
  if (query.size() > limit::kNeedUrl || !HoldsOnly(query, kInQuery)) {
    return Broken("a document of no usable query:", query);
  }
  Result<std::string> base = Base(View(need.host), hosts, options);
  if (!base) return base.error();
  Result<std::vector<Header>> headers = CopyHeaders(need);
  if (!headers) return headers.error();
  std::string url = *std::move(base) + std::string(path);
  if (!query.empty()) url += '?' + std::string(query);
  if (url.size() > limit::kNeedUrl) return Broken("a document of an overlong address:", url);
  return DocumentNeed{std::string(name), std::move(url), *std::move(headers), need.is_subject != 0};
}

}  // namespace flaglinkd
