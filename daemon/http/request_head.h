// The head of one HTTP/1 request, read strictly (RFC 9112): what two readers could take for two
// different requests is refused. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "daemon/http/http_message.h"

namespace flaglinkd {

// Why a request is not taken. The stream behind it can't be trusted any more.
struct Refusal {
  int status = 400;
  const char* reason = "";  // a literal of ours, safe in JSON and as a label
  bool operator==(const Refusal& other) const {
    return status == other.status && std::string_view(reason) == other.reason;
  }
};

struct RequestHead {
  HttpRequest request;               // without body and peer
  bool chunked = false;              // otherwise the body has exactly content_length bytes
  std::uint64_t content_length = 0;  // saturated
  bool close = false;                // HTTP/1.0, or the client says so
  bool expects_continue = false;
};

inline constexpr std::size_t kMaxHeadBytes = 16u << 10;  // with the empty line at its end
inline constexpr std::size_t kMaxHeaders = 100;

// `head` holds whole lines that end in CRLF, with the empty one at the end left out. Its only
// control characters are those line ends and HT: the parser that collects it sees to that.
//
// A header that is repeated is refused, so that nobody can add a second signature, but for those
// that proxies and browsers repeat (Accept*, Cookie, Via, X-Forwarded-* ...): these are joined in
// order.
std::variant<RequestHead, Refusal> ParseRequestHead(std::string_view head);

}  // namespace flaglinkd
