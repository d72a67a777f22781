// A listener on a free port, a handler that tests script, and a client that speaks bytes. All waits
// end after ten seconds.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include "daemon/base/guarded.h"
#include "daemon/http/http_listener.h"
#include "daemon/http/unique_fd.h"

namespace flaglinkd {

inline constexpr std::chrono::seconds kTestPatience{10};

// Takes bodies up to body_limit and answers 200 with "METHOD path body". Either half can be
// replaced before the listener starts.
class ScriptedHandler final : public HttpHandler {
 public:
  using Refusals = std::vector<std::pair<int, std::string>>;

  std::size_t body_limit = 1u << 20;
  std::function<std::variant<Accept, HttpResponse>(const HttpRequest&)> on_head =
      [this](const HttpRequest&) { return Accept{body_limit}; };
  std::function<void(HttpRequest, Responder)> on_request = [](HttpRequest request,
                                                              Responder responder) {
    HttpResponse response;
    response.content_type = "text/plain";
    response.body = request.method + ' ' + request.path + ' ' + request.body;
    responder.Send(std::move(response));
  };

  std::variant<Accept, HttpResponse> OnHead(const HttpRequest& head) override {
    return on_head(head);
  }
  void OnRequest(HttpRequest request, Responder responder) override {
    on_request(std::move(request), std::move(responder));
  }
  void OnRefused(int status, const char* reason) override {
    refusals_.Lock()->emplace_back(status, reason);
  }
  Refusals refusals() { return *refusals_.Lock(); }

 private:
  Guarded<Refusals> refusals_;
};

// Keeps the Responders that the handler is given, until a test answers.
class HeldRequests {
 public:
  struct Held {
    HttpRequest request;
    Responder responder;
  };
  std::function<void(HttpRequest, Responder)> Holder() {
    return [this](HttpRequest request, Responder responder) {
      held_.Lock()->push_back({std::move(request), std::move(responder)});
      held_.Notify();
    };
  }
  // Waits until `count` are there.
  std::vector<Held> Take(std::size_t count) {
    auto held = held_.WaitFor(kTestPatience, [&](const auto& now) { return now.size() >= count; });
    if (held->size() != count) throw std::runtime_error("the requests did not come");
    return std::exchange(*held, {});
  }

 private:
  Guarded<std::vector<Held>> held_;
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : TestClient(Loopback(port), sizeof(sockaddr_in)) {}
  TestClient(const sockaddr_storage& address, socklen_t size)
      : fd_(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0;
    const int on = 1;
    (void)::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  static sockaddr_storage Loopback(std::uint16_t port) {
    sockaddr_storage storage{};
    auto& address = reinterpret_cast<sockaddr_in&>(storage);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return storage;
  }

  bool connected() const { return connected_; }
  int fd() const { return fd_.get(); }

  // What can't be sent because the listener has closed is dropped.
  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // One answer with its Content-Length, or what came of it before the end.
  std::string ReadAnswer() {
    while (true) {
      if (const std::size_t size = AnswerSize(); size > 0 && size <= read_.size()) {
        std::string answer = read_.substr(0, size);
        read_.erase(0, size);
        return answer;
      }
      if (!ReadMore()) return std::exchange(read_, {});
    }
  }
  // All that comes until the listener closes.
  std::string ReadToEnd() {
    while (ReadMore()) {
    }
    EXPECT_TRUE(ended_) << "the listener did not close";
    return std::exchange(read_, {});
  }
  // Bytes that are there now, without waiting.
  std::size_t BytesThere() const {
    std::string buffer(4096, '\0');
    const ssize_t there = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
    return there > 0 ? static_cast<std::size_t>(there) : 0;
  }
  void FinishSending() { ::shutdown(fd_.get(), SHUT_WR); }
  // Goes away with a reset.
  void Abort() {
    const linger none{1, 0};
    (void)::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    fd_.Reset();
  }

 private:
  std::size_t AnswerSize() const {
    const std::size_t end = read_.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    const std::size_t length = read_.find("Content-Length: ");
    return end + 4 + (length < end ? std::stoul(read_.substr(length + 16)) : 0);
  }
  bool ReadMore() {
    pollfd waiting{fd_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, std::chrono::milliseconds(kTestPatience).count()) <= 0) {
      ADD_FAILURE() << "nothing came in ten seconds";
      return false;
    }
    char buffer[65536];
    const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (got <= 0) return ended_ = true, false;
    read_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  UniqueFd fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string read_;
};

inline int StatusOf(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}
inline std::string BodyOf(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

class ListenerTest : public testing::Test {
 protected:
  ListenerTest() { options_.address = "127.0.0.1:0"; }

  void Start() {
    auto started = HttpListener::Start(options_, handler_);
    ASSERT_TRUE(started.ok()) << started.error().message;
    listener_ = *std::move(started);
  }
  TestClient Connect() { return TestClient(listener_->port()); }
  // A client whose connection works: its first request is answered.
  static void ExpectServed(TestClient& client) {
    client.Send("GET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(BodyOf(client.ReadAnswer()), "GET /ok ");
  }

  ListenerOptions options_;
  ScriptedHandler handler_;
  HeldRequests held_;
  std::unique_ptr<HttpListener> listener_;
};

}  // namespace flaglinkd
