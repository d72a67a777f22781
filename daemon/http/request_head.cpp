#include "daemon/http/request_head.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flaglinkd {
namespace {

using MaybeRefusal = std::optional<Refusal>;

constexpr auto kTokenCharacters = [] {  // RFC 9110, 5.6.2
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return kTokenCharacters[static_cast<unsigned char>(c)];
  });
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Cuts the next line off `text`.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 2, text.size()));
  return line;
}

// "/a?b" or, as proxies send it, "http://host/a?b" (RFC 9112, 3.2). The authority is not looked at:
// Host is what counts for us.
MaybeRefusal ReadTarget(std::string_view target, HttpRequest& request) {
  const auto visible = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
  if (!std::all_of(target.begin(), target.end(), visible)) return Refusal{400, "target"};
  if (!target.starts_with('/')) {
    const std::string scheme = Lower(target.substr(0, 8));
    std::size_t authority = 0;
    if (scheme.starts_with("http://")) authority = 7;
    if (scheme.starts_with("https://")) authority = 8;
    if (authority == 0) return Refusal{400, "target"};
    const std::size_t end = target.find_first_of("/?", authority);
    if (end == authority) return Refusal{400, "target"};
    target = end == std::string_view::npos ? std::string_view() : target.substr(end);
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = question == 0 ? "/" : std::string(target.substr(0, question));
  request.query = target.substr(std::min(question + 1, target.size()));
  return std::nullopt;
}

MaybeRefusal ReadRequestLine(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Refusal{400, "request line"};
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!IsToken(method) || target.empty()) return Refusal{400, "request line"};
  if (version.size() != 8 || !version.starts_with("HTTP/") || !IsDigit(version[5]) ||
      version[6] != '.' || !IsDigit(version[7])) {
    return Refusal{400, "request line"};
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return Refusal{505, "http version"};
  head.close = version == "HTTP/1.0";
  head.request.method = method;  // which of them a path takes, the handler knows
  return ReadTarget(target, head.request);
}

// What is put between the values of a header that may come more than once; empty for all others.
std::string_view Joint(std::string_view name) {
  if (name == "cookie") return "; ";  // RFC 9113, 8.2.3
  constexpr std::array<std::string_view, 8> kLists = {"accept",     "baggage",   "cache-control",
                                                      "connection", "forwarded", "pragma",
                                                      "tracestate", "via"};
  const bool joins = std::find(kLists.begin(), kLists.end(), name) != kLists.end() ||
                     name.starts_with("accept-") || name.starts_with("x-forwarded-");
  return joins ? ", " : "";
}

MaybeRefusal ReadHeaderLine(std::string_view line, std::vector<Header>& headers) {
  const std::size_t colon = line.find(':');
  // A blank before the colon or at the start of the line (a folded header) is not a token
  // character.
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
    return Refusal{400, "header name"};
  }
  std::string name = Lower(line.substr(0, colon));
  const std::string_view value = TrimBlanks(line.substr(colon + 1));
  const auto earlier = std::find_if(headers.begin(), headers.end(),
                                    [&](const Header& header) { return header.name == name; });
  if (earlier == headers.end()) {
    if (headers.size() == kMaxHeaders) return Refusal{431, "too many headers"};
    headers.push_back({std::move(name), std::string(value)});
    return std::nullopt;
  }
  const std::string_view joint = Joint(name);
  if (joint.empty()) return Refusal{400, "repeated header"};
  earlier->value.append(joint).append(value);
  return std::nullopt;
}

const std::string* Find(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (header.name == name) return &header.value;
  }
  return nullptr;
}

bool ListHolds(std::string_view list, std::string_view lower_case_token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (Lower(TrimBlanks(list.substr(0, comma))) == lower_case_token) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::optional<std::uint64_t> ReadLength(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsDigit)) return std::nullopt;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t length = 0;
  for (char c : text) {
    if (length > (kMost - 9) / 10) return kMost;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return length;
}

// How the body is framed (RFC 9112, 6.3): the ways in which two readers come to disagree.
MaybeRefusal ReadFraming(RequestHead& head) {
  const std::vector<Header>& headers = head.request.headers;
  const std::string* length = Find(headers, "content-length");
  const std::string* encoding = Find(headers, "transfer-encoding");
  const bool is_http_1_0 = head.close;
  if (encoding != nullptr) {
    if (length != nullptr || is_http_1_0) return Refusal{400, "transfer-encoding"};
    if (Lower(*encoding) != "chunked") return Refusal{501, "transfer-encoding"};
    head.chunked = true;
  } else if (length != nullptr) {
    const std::optional<std::uint64_t> bytes = ReadLength(*length);
    if (!bytes) return Refusal{400, "content-length"};
    head.content_length = *bytes;
  }
  return std::nullopt;
}

MaybeRefusal ReadControls(RequestHead& head) {
  const std::vector<Header>& headers = head.request.headers;
  const bool is_http_1_0 = head.close;
  const std::string* host = Find(headers, "host");
  if (host == nullptr && !is_http_1_0) return Refusal{400, "no host"};
  if (host != nullptr && host->find_first_of(" \t,/@") != std::string::npos) {
    return Refusal{400, "host"};
  }
  if (const std::string* expect = Find(headers, "expect"); expect != nullptr && !is_http_1_0) {
    if (Lower(*expect) != "100-continue") return Refusal{417, "expect"};
    head.expects_continue = true;
  }
  if (const std::string* connection = Find(headers, "connection")) {
    head.close = head.close || ListHolds(*connection, "close");
  }
  return std::nullopt;
}

}  // namespace

std::variant<RequestHead, Refusal> ParseRequestHead(std::string_view text) {
  RequestHead head;
  if (const MaybeRefusal refusal = ReadRequestLine(TakeLine(text), head)) return *refusal;
  while (!text.empty()) {
    if (const MaybeRefusal refusal = ReadHeaderLine(TakeLine(text), head.request.headers)) {
      return *refusal;
    }
  }
  if (const MaybeRefusal refusal = ReadFraming(head)) return *refusal;
  if (const MaybeRefusal refusal = ReadControls(head)) return *refusal;
  return head;
}

}  // namespace flaglinkd
