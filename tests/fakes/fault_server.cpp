#include "tests/fakes/fault_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <thread>
#include <utility>

#include "daemon/base/check.h"
#include "daemon/base/guarded.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kRequestLimit = 1u << 20;

std::string ToLower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

// The head up to and without its empty line.
HttpRequest ParseHead(std::string_view head) {
  HttpRequest request;
  std::size_t end = head.find("\r\n");
  const std::string_view line = head.substr(0, end);
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first + 1);
  request.method = line.substr(0, first);
  std::string_view target = line.substr(first + 1, second - first - 1);
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  while (end != std::string_view::npos) {
    head.remove_prefix(end + 2);
    end = head.find("\r\n");
    const std::string_view header = head.substr(0, end);
    const std::size_t colon = header.find(": ");
    if (colon == std::string_view::npos) continue;
    request.headers.push_back(
        {ToLower(header.substr(0, colon)), std::string(header.substr(colon + 2))});
  }
  return request;
}

std::size_t BodySize(const HttpRequest& request) {
  for (const Header& header : request.headers) {
    if (header.name != "content-length") continue;
    std::size_t size = 0;
    std::from_chars(header.value.data(), header.value.data() + header.value.size(), size);
    return size;
  }
  return 0;
}

// The next request of the connection; absent when it ends first. `buffer` keeps what came beyond
// it.
std::optional<HttpRequest> ReadRequest(int socket, std::string& buffer) {
  const auto read_more = [&] {
    char bytes[4096];
    const ssize_t count = recv(socket, bytes, sizeof bytes, 0);
    if (count <= 0 || buffer.size() > kRequestLimit) return false;
    buffer.append(bytes, static_cast<std::size_t>(count));
    return true;
  };
  std::size_t head_end = 0;
  while ((head_end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return std::nullopt;
  }
  HttpRequest request = ParseHead(std::string_view(buffer).substr(0, head_end));
  const std::size_t size = head_end + 4 + BodySize(request);
  while (buffer.size() < size) {
    if (!read_more()) return std::nullopt;
  }
  request.body = buffer.substr(head_end + 4, size - head_end - 4);
  buffer.erase(0, size);
  return request;
}

std::string Render(const HttpResponse& response) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " Status\r\n";
  for (const Header& header : response.headers) text += header.name + ": " + header.value + "\r\n";
  text += "Content-Type: " + response.content_type + "\r\n";
  if (response.status != 204 && response.status != 304) {
    text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  return text + "\r\n" + response.body;
}

void SendAll(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

// The other side sees a reset instead of an orderly end.
void Reset(int socket) {
  const linger at_once{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

// Listens on loopback; port 0 picks one, which is returned in its place.
int Listen(std::uint16_t& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  FLAGLINKD_CHECK(bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  FLAGLINKD_CHECK(listen(socket, 64) == 0);
  socklen_t size = sizeof address;
  FLAGLINKD_CHECK(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port = ntohs(address.sin_port);
  return socket;
}

}  // namespace

class FaultServer::Impl {
 public:
  explicit Impl(Handler handler) : handler_(std::move(handler)) { Accept(); }
  ~Impl() { Refuse(); }

  void Accept();
  void Refuse();
  void Serve(int listener);
  void ServeConnection(int socket);
  bool Answer(int socket, const HttpRequest& request);
  std::pair<Misbehaviour, std::uint64_t> NextMisbehaviour();
  bool Wait(const Misbehaviour& misbehaviour, std::uint64_t number);

  struct State {
    bool closing = false;
    Misbehaviour misbehaviour;
    std::optional<int> times;
    std::uint64_t fault_number = 0;  // counts the changes of `misbehaviour`
    std::vector<Arrival> arrivals;
    int accepted = 0;
    std::vector<int> sockets;  // of the connections
  };

  const Handler handler_;
  const SystemClock clock_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  Guarded<State> state_;
  std::thread acceptor_;
};

void FaultServer::Impl::Accept() {
  state_.Lock()->closing = false;
  listener_ = Listen(port_);
  acceptor_ = std::thread([this, listener = listener_] { Serve(listener); });
}

void FaultServer::Impl::Refuse() {
  if (!acceptor_.joinable()) return;
  {
    const auto state = state_.Lock();
    state->closing = true;
    for (int socket : state->sockets) shutdown(socket, SHUT_RDWR);
  }
  state_.Notify();
  shutdown(listener_, SHUT_RDWR);  // ends accept()
  acceptor_.join();
  close(listener_);
}

void FaultServer::Impl::Serve(int listener) {
  std::vector<std::thread> connections;
  for (;;) {
    const int socket = accept(listener, nullptr, nullptr);
    if (socket < 0) break;
    {
      const auto state = state_.Lock();
      ++state->accepted;
      state->sockets.push_back(socket);
      if (state->closing) shutdown(socket, SHUT_RDWR);
    }
    connections.emplace_back([this, socket] { ServeConnection(socket); });
  }
  for (std::thread& connection : connections) connection.join();
}

void FaultServer::Impl::ServeConnection(int socket) {
  std::string buffer;
  while (std::optional<HttpRequest> request = ReadRequest(socket, buffer)) {
    state_.Lock()->arrivals.push_back({clock_.Now(), request->method, request->path});
    if (!Answer(socket, *request)) break;
  }
  // Closed under the lock, so that Refuse never meets a number that is in use again.
  const auto state = state_.Lock();
  std::erase(state->sockets, socket);
  close(socket);
}

// False: the connection ends.
bool FaultServer::Impl::Answer(int socket, const HttpRequest& request) {
  const auto [misbehaviour, number] = NextMisbehaviour();
  if (!Wait(misbehaviour, number)) return false;
  switch (misbehaviour.fault) {
    case Fault::kHang:  // the fault is over
    case Fault::kNone: {
      const HttpResponse response = handler_(request);
      SendAll(socket, Render(response));
      return !response.close;
    }
    case Fault::kAnswer:
      SendAll(socket, Render(misbehaviour.answer));
      return !misbehaviour.answer.close;
    case Fault::kLoseAnswer: handler_(request); return false;
    case Fault::kCutAnswer: {
      const std::string text = Render(handler_(request));
      SendAll(socket, std::string_view(text).substr(0, text.size() / 2));
      return false;
    }
    case Fault::kReset: Reset(socket); return false;
    case Fault::kRubbish:
      handler_(request);
      SendAll(socket, "\x16\x03\x01 no HTTP at all\r\n\r\n");
      return false;
  }
  return false;
}

// What is to happen to this request, and the number of that instruction.
std::pair<FaultServer::Misbehaviour, std::uint64_t> FaultServer::Impl::NextMisbehaviour() {
  const auto state = state_.Lock();
  if (state->times) {
    if (*state->times == 0) return {};
    --*state->times;
  }
  return {state->misbehaviour, state->fault_number};
}

// Whether the server still serves afterwards.
bool FaultServer::Impl::Wait(const Misbehaviour& misbehaviour, std::uint64_t number) {
  const auto closing = [](State& state) { return state.closing; };
  const auto over = [number](State& state) {
    return state.closing || state.fault_number != number;
  };
  if (misbehaviour.delay > Duration(0)) {
    return !state_.WaitFor(misbehaviour.delay, closing)->closing;
  }
  if (misbehaviour.fault == Fault::kHang) return !state_.Wait(over)->closing;
  return true;
}

FaultServer::FaultServer(Handler handler) : impl_(std::make_unique<Impl>(std::move(handler))) {}

FaultServer::~FaultServer() = default;

std::string FaultServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(impl_->port_);
}

void FaultServer::Misbehave(Misbehaviour misbehaviour, std::optional<int> times) {
  {
    const auto state = impl_->state_.Lock();
    state->misbehaviour = std::move(misbehaviour);
    state->times = times;
    ++state->fault_number;
  }
  impl_->state_.Notify();
}

void FaultServer::Behave() {
  Misbehave({});
}
void FaultServer::Refuse() {
  impl_->Refuse();
}
void FaultServer::Accept() {
  impl_->Accept();
}

std::vector<FaultServer::Arrival> FaultServer::Arrivals() const {
  return impl_->state_.Lock()->arrivals;
}

int FaultServer::Connections() const {
  return impl_->state_.Lock()->accepted;
}

}  // namespace flaglinkd
