#include "daemon/http/http_listener.h"

#include <pistache/reactor.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/http/listen_socket.h"
#include "daemon/http/reactor_thread.h"
#include "daemon/http/tls_context.h"
#include "daemon/http/unix_socket.h"

namespace flaglinkd {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

// What options say to listen on; only a Unix socket that we bind has a file.
Result<UnixSocket> Listen(const ListenerOptions& options) {
  if (options.address.starts_with(kUnixPrefix)) {
    const std::string path = options.address.substr(kUnixPrefix.size());
    if (!options.inherited_socket) return BindUnixSocket(path);
    if (UnixPath(*options.inherited_socket) != path) {
      return Error{Error::Code::kUnavailable,
                   "listen on " + options.address + ": the inherited socket is another one"};
    }
  }
  Result<UniqueFd> fd = options.inherited_socket ? AdoptListenSocket(*options.inherited_socket)
                                                 : BindListenSocket(options.address);
  if (!fd) return fd.error();
  return UnixSocket{*std::move(fd), {}};
}

// Null: without TLS.
Result<std::shared_ptr<SSL_CTX>> ContextOf(const ListenerOptions& options) {
  if (!options.tls) return std::shared_ptr<SSL_CTX>();
  return LoadTlsContext(*options.tls);
}

class ReactorListener final : public HttpListener {
 public:
  ReactorListener(std::shared_ptr<ListenerState> state, UnixSocketFile file)
      : state_(std::move(state)),
        file_(std::move(file)),
        port_(LocalPort(state_->listen_socket.get())),
        reactor_(Pistache::Aio::Reactor::create()) {
    reactor_->init(Pistache::Aio::AsyncContext(
        static_cast<std::size_t>(std::max(1, state_->options.threads)), "http"));
    const auto key = reactor_->addHandler(std::make_shared<ReactorThread>(state_));
    for (const auto& handler : reactor_->handlers(key)) {
      threads_.push_back(std::static_pointer_cast<ReactorThread>(handler));
    }
    try {
      reactor_->run();
    } catch (...) {
      reactor_->shutdown();  // or joining those that did start would never end
      throw;
    }
  }

  // The reactor joins its threads when it dies; what they held open is closed then.
  ~ReactorListener() override { reactor_->shutdown(); }

  std::uint16_t port() const override { return port_; }

  void Drain(Duration patience) override {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    state_->draining = true;
    for (const auto& thread : threads_) thread->Wake();
    {
      auto occupancy = state_->occupancy.WaitFor(
          patience, [](const ListenerState::Occupancy& now) { return now.accepting == 0; });
      if (occupancy->accepting > 0) return;
    }
    file_.Remove();
    // Nobody uses it any more. Whoever connects from now on is refused at once, or (systemd holds
    // the socket too) waits for our successor.
    state_->listen_socket.Reset();
    const Duration left =
        std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    state_->occupancy.WaitFor(
        left, [](const ListenerState::Occupancy& now) { return now.connections == 0; });
  }

  Status Reload(const ListenerOptions& options) override {
    Result<std::shared_ptr<SSL_CTX>> context = ContextOf(options);
    if (!context.ok()) return context.error();
    *state_->tls.Lock() = *std::move(context);
    state_->timeouts.Set(options);
    return {};
  }

  // Measured on the steady clock, so that a step of the wall clock looks neither dead nor alive.
  TimePoint LastAlive() const override {
    SteadyTime last = SteadyTime::max();
    for (const auto& thread : threads_) last = std::min(last, thread->last_alive());
    const auto ago = std::chrono::steady_clock::now() - last;
    return SystemClock().Now() - std::chrono::duration_cast<Duration>(ago);
  }

 private:
  const std::shared_ptr<ListenerState> state_;
  UnixSocketFile file_;
  const std::uint16_t port_;
  const std::shared_ptr<Pistache::Aio::Reactor> reactor_;
  std::vector<std::shared_ptr<ReactorThread>> threads_;  // the reactor's, which holds them too
};

}  // namespace

Result<std::unique_ptr<HttpListener>> HttpListener::Start(const ListenerOptions& options,
                                                          HttpHandler& handler) {
  // OpenSSL writes without MSG_NOSIGNAL: a client that closes early must not end the process.
  std::signal(SIGPIPE, SIG_IGN);
  Result<std::shared_ptr<SSL_CTX>> context = ContextOf(options);
  if (!context.ok()) return context.error();
  Result<UnixSocket> socket = Listen(options);
  if (!socket.ok()) return socket.error();
  try {
    auto state = std::make_shared<ListenerState>(options, handler, std::move(socket->fd));
    *state->tls.Lock() = *std::move(context);
    return std::unique_ptr<HttpListener>(
        std::make_unique<ReactorListener>(std::move(state), std::move(socket->file)));
  } catch (const std::exception& error) {
    return Error{Error::Code::kUnavailable,
                 std::string("start the HTTP listener: ") + error.what()};
  }
}

}  // namespace flaglinkd
