#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace flaglinkd::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Client {
  int fd = -1;
  std::string out;
  std::size_t sent = 0;
  std::string in;
  SteadyClock::time_point started;
};

int Connect(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(fd);
    throw std::runtime_error("connect to the server under test");
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// The size of the first whole answer in `in`; 0: there is none yet.
std::size_t AnswerSize(const std::string& in) {
  const std::size_t head = in.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  std::size_t length = 0;
  for (const char* name : {"Content-Length: ", "content-length: "}) {
    const std::size_t at = in.find(name);
    if (at < head) length = std::stoul(in.substr(at + std::strlen(name)));
  }
  return in.size() >= head + 4 + length ? head + 4 + length : 0;
}

class Loop {
 public:
  explicit Loop(const LoadOptions& options)
      : options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
  ~Loop() { close(epoll_); }

  LoadResult Run() {
    clients_.resize(static_cast<std::size_t>(options_.connections));
    for (std::size_t i = 0; i < clients_.size(); ++i) Open(i);
    const auto start = SteadyClock::now();
    const auto end = start + std::chrono::duration<double>(options_.seconds);
    while (SteadyClock::now() < end) {
      epoll_event events[64];
      const int count = epoll_wait(epoll_, events, 64, 100);
      for (int i = 0; i < count; ++i) Serve(events[i].data.u64);
    }
    result_.seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
    for (Client& client : clients_) close(client.fd);
    std::sort(result_.latencies_us.begin(), result_.latencies_us.end());
    return std::move(result_);
  }

 private:
  void Open(std::size_t index) {
    Client& client = clients_[index];
    client.fd = Connect(options_.port);
    client.in.clear();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
    Next(client);
  }

  void Next(Client& client) {
    client.out = options_.request(number_++);
    client.started = SteadyClock::now();
    std::size_t sent = 0;
    while (sent < client.out.size()) {
      const ssize_t size =
          send(client.fd, client.out.data() + sent, client.out.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) return;
      sent += static_cast<std::size_t>(size);
    }
  }

  void Serve(std::size_t index) {
    Client& client = clients_[index];
    char buffer[16384];
    const ssize_t size = recv(client.fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size <= 0) {
      if (size < 0 && errno == EAGAIN) return;
      ++result_.broken_connections;
      close(client.fd);
      Open(index);
      return;
    }
    client.in.append(buffer, static_cast<std::size_t>(size));
    const std::size_t answer = AnswerSize(client.in);
    if (answer == 0) return;
    const bool fine = client.in.compare(9, 1, "2") == 0;
    ++(fine ? result_.answers_2xx : result_.other_answers);
    result_.latencies_us.push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - client.started)
            .count()));
    client.in.erase(0, answer);
    Next(client);
  }

  const LoadOptions& options_;
  int epoll_;
  std::vector<Client> clients_;
  std::uint64_t number_ = 0;
  LoadResult result_;
};

}  // namespace

double LoadResult::PercentileMs(double percent) const {
  if (latencies_us.empty()) return 0;
  const auto index =
      static_cast<std::size_t>(percent / 100 * static_cast<double>(latencies_us.size() - 1));
  return latencies_us[index] / 1000.0;
}

LoadResult RunLoad(const LoadOptions& options) {
  return Loop(options).Run();
}

}  // namespace flaglinkd::bench
