// Clients that go away in the middle of everything. FLAGLINKD_STORM sets how many.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kSilent = 40;

int Connect(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

void Abort(int fd) {
  const linger reset{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(fd);
}

// Clients that ask nothing, so that nothing may ever come to them; they take over the descriptors
// that others left.
class SilentClients {
 public:
  ~SilentClients() {
    while (!fds_.empty()) DropOldest();
  }
  void Add(int fd) {
    fds_.push_back(fd);
    if (fds_.size() > kSilent) DropOldest();
  }
  int stray_bytes() const { return stray_bytes_; }

 private:
  void DropOldest() {
    char buffer[256];
    const ssize_t size = recv(fds_.front(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (size > 0) stray_bytes_ += static_cast<int>(size);
    close(fds_.front());
    fds_.pop_front();
  }
  std::deque<int> fds_;
  int stray_bytes_ = 0;
};

TEST(Storm, OfAbortedConnectionsLeavesNoStrayAnswerAndFlatMemory) {
  const char* setting = std::getenv("FLAGLINKD_STORM");
  const int aborts = setting != nullptr ? std::atoi(setting) : 4000;
  World world;
  world.WriteConfiguration("", "");
  world.Start();
  const std::string body = JiraIssueCreated("1", "flag:checkout-v2");
  const std::string request =
      "POST /hooks/jira HTTP/1.1\r\nHost: a\r\nX-Hub-Signature: sha256=" +
      OpenSslHmac(world.folder, kJiraSecret, body) +
      "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  const auto storm = [&](int count) {
    SilentClients silent;
    for (int i = 0; i < count; ++i) {
      const int fd = Connect(world.daemon().port());
      // A third goes away with the commit pending, a third within the body, a third at once or
      // within the head.
      const std::size_t part = i % 3 == 0 ? request.size()
                               : i % 3 == 1
                                   ? request.size() - 1 - static_cast<std::size_t>(i) % body.size()
                                   : static_cast<std::size_t>(i) % 150;
      send(fd, request.data(), part, MSG_NOSIGNAL);
      Abort(fd);
      if (i % 2 == 0) silent.Add(Connect(world.daemon().port()));
    }
    return silent.stray_bytes();
  };
  EXPECT_EQ(storm(aborts / 4), 0);
  const std::int64_t before = world.daemon().ResidentKilobytes();
  EXPECT_EQ(storm(aborts), 0);
  const std::int64_t after = world.daemon().ResidentKilobytes();
  std::printf("%d aborted connections; resident %lld KiB before, %lld KiB after\n", aborts,
              static_cast<long long>(before), static_cast<long long>(after));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(after, before + 4096);
#endif
  EXPECT_EQ(world.PostJira(JiraIssueCreated("2", "flag:express-lane")).status, 200);
  ASSERT_TRUE(world.WaitUntilDelivered());
  EXPECT_EQ(world.stand_in.Links().size(), 2u);
  world.ExpectBalancedBooks();
  EXPECT_EQ(world.daemon().Terminate(), 0);
}

}  // namespace
}  // namespace flaglinkd
