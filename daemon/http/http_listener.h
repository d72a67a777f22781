// HTTP in: an address, and a handler that answers when it can. Built on Pistache's reactor and
// transport with our own strict front (reactor_thread.h says why). No answer can reach a client
// other than the one that asked.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/http/http_message.h"

namespace flaglinkd {

struct ListenerOptions {
  // "[::]:8080" takes both families; port 0 picks one; "unix:/path" listens on a file of mode 0660
  // and its directory's group, and takes the place of one that a process left behind.
  std::string address = "0.0.0.0:8080";
  // A listening socket (systemd's, or a Unix one), taken over and used instead of address. Where
  // that is a "unix:/path", only the socket of that very file will do.
  std::optional<int> inherited_socket;
  int threads = 1;
  // At this many, a newcomer takes the place of whoever has been idle longest, or waits for one.
  std::size_t max_connections = 1024;
  // From a request's first byte; for the first request, from the connect.
  Duration head_timeout = std::chrono::seconds(10);
  // Of receiving a body, and of sending an answer.
  Duration body_timeout = std::chrono::seconds(30);
  // Between two requests.
  Duration idle_timeout = std::chrono::seconds(75);
  // Of all bodies that are being received or wait for an answer; beyond: 503.
  std::size_t max_body_memory = 64u << 20;
  struct Tls {
    // PEM files; client_ca "" asks for no client certificate.
    std::string certificate, key, client_ca;
    bool operator==(const Tls&) const = default;
  };
  std::optional<Tls> tls;
};

// Answers one request: from any thread, at most once (later calls do nothing). A connection that is
// gone swallows the answer. When the last copy dies unused, the client gets 503.
class Responder {
 public:
  class Slot;
  explicit Responder(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) {}
  void Send(HttpResponse response) const;

 private:
  std::shared_ptr<Slot> slot_;
};

// Called on a reactor thread, which must not block. Thread-safe where ListenerOptions::threads > 1.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // After the head was read and found well-formed: how large the body may be, or the answer without
  // it (the connection closes after that answer if a body is under way).
  struct Accept {
    std::size_t body_limit = 0;
  };
  virtual std::variant<Accept, HttpResponse> OnHead(const HttpRequest& head) = 0;

  virtual void OnRequest(HttpRequest request, Responder responder) = 0;

  // An answer that the listener gave by itself (400, 408, 413, 431, 501, 503, 505 …) and why, so
  // that it can be counted.
  virtual void OnRefused(int status, const char* reason) = 0;
};

class HttpListener {
 public:
  // Binds, and serves at once. SIGPIPE is ignored from then on, in the whole process. `handler`
  // outlives the listener. kUnavailable: the address can't be bound, or a file of `tls` can't be
  // used; the message names which.
  static Result<std::unique_ptr<HttpListener>> Start(const ListenerOptions& options,
                                                     HttpHandler& handler);
  virtual ~HttpListener() = default;

  // 0 for a Unix socket.
  virtual std::uint16_t port() const = 0;

  // Stops accepting, answers what is under way with Connection: close, and closes the idle. Returns
  // when no request is left or `patience` is over. Call it before the handler's parts are torn
  // down.
  virtual void Drain(Duration patience) = 0;

  // Takes over the time-outs and TLS of `options`, whose files are read anew; new connections go by
  // them, and the time-outs hold for the old ones too. An error leaves all as it was.
  virtual Status Reload(const ListenerOptions& options) = 0;

  // When the slowest reactor thread last went round: for the watchdog.
  virtual TimePoint LastAlive() const = 0;
};

}  // namespace flaglinkd
