// HTTP out, many requests at a time on one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "daemon/http/http_message.h"

namespace flaglinkd {

struct HttpCall {
  std::string method, url;
  std::vector<Header> headers;  // no secret among them
  std::string body;
  std::size_t response_limit = 1u << 20;  // a larger answer counts as lost
};

struct HttpAnswer {
  // kAnswered: status, headers and body are whole. kNotSent: the request can't have had an effect
  // (refused, unresolved, TLS failed). kLost: it may have had one (time-out, reset, answer cut off
  // or too large).
  enum class Kind { kAnswered, kNotSent, kLost } kind = Kind::kNotSent;
  int status = 0;
  std::vector<Header> headers;
  std::string body;
  std::string error;  // for a person
};

// Not safe for several threads, but for Wake.
class HttpClient {
 public:
  struct Options {
    Duration timeout = std::chrono::seconds(20);
    std::string proxy, ca_file, user_agent;
    std::string unix_socket;  // a path: every connection goes there, whatever host the URL names
    int max_connections = 2;
  };
  virtual ~HttpClient() = default;

  // `authorization` is the header's whole value, sent with this call only; it outlives the call.
  // Redirects are never followed. `done` is called from Poll.
  virtual void Start(HttpCall call, const Secret& authorization,
                     std::function<void(HttpAnswer)> done) = 0;

  // Drives the transfers for at most `patience`; returns early when one is done or Wake was called.
  virtual void Poll(Duration patience) = 0;
  // From any thread: the current or next Poll returns.
  virtual void Wake() = 0;
  virtual std::size_t in_flight() const = 0;

  // Over libcurl multi: HTTP/2 where the server takes it, keep-alive.
  static std::unique_ptr<HttpClient> Create(const Options& options);
};

}  // namespace flaglinkd
