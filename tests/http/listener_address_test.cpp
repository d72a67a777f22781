// Where the listener listens.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "daemon/http/listen_socket.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/http/listener_fixture.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;

class ListenerAddressTest : public ListenerTest {
 protected:
  ListenerAddressTest() {
    handler_.on_request = [](HttpRequest request, Responder responder) {
      HttpResponse response;
      response.body = request.peer;
      responder.Send(response);
    };
  }
  static std::string Ask(TestClient& client) {
    client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    return BodyOf(client.ReadAnswer());
  }
  std::string Failure() {
    auto started = HttpListener::Start(options_, handler_);
    return started.ok() ? "started" : started.error().message;
  }
};

sockaddr_storage Loopback6(std::uint16_t port) {
  sockaddr_storage storage{};
  auto& address = reinterpret_cast<sockaddr_in6&>(storage);
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  return storage;
}

bool HaveIpv6() {
  return BindListenSocket("[::1]:0").ok();
}

TEST_F(ListenerAddressTest, PortZeroPicksOne) {
  Start();
  EXPECT_NE(listener_->port(), 0);
  TestClient client = Connect();
  EXPECT_EQ(Ask(client), "127.0.0.1");
}

TEST_F(ListenerAddressTest, TheUnspecifiedIpv6AddressTakesBothFamilies) {
  options_.address = "[::]:0";
  Start();
  TestClient v4 = Connect();
  EXPECT_EQ(Ask(v4), "127.0.0.1");
  // Where a host has IPv6 switched off, IPv4 is all that this address can take.
  if (!HaveIpv6()) return;
  TestClient v6(Loopback6(listener_->port()), sizeof(sockaddr_in6));
  EXPECT_EQ(Ask(v6), "::1");
}

TEST_F(ListenerAddressTest, SaysWhyAnAddressCannotBeUsed) {
  for (const auto& [address, reason] : std::vector<std::pair<std::string, std::string>>{
           {"8080", "not an address and a port"},
           {"127.0.0.1:", "not an address and a port"},
           {"::1:80", "not an address and a port"},
           {"localhost:80", "listen on localhost:80: "},
           {"127.0.0.1:http", "listen on 127.0.0.1:http: "},
           {"192.0.2.1:0", "listen on 192.0.2.1:0: Cannot assign requested address"}}) {
    options_.address = address;
    EXPECT_THAT(Failure(), HasSubstr(reason));
  }
}

TEST_F(ListenerAddressTest, SaysThatAPortIsTaken) {
  Start();
  options_.address = "127.0.0.1:" + std::to_string(listener_->port());
  EXPECT_EQ(Failure(), "listen on " + options_.address + ": Address already in use");
}

TEST_F(ListenerAddressTest, TakesAnInheritedSocketInsteadOfTheAddress) {
  Result<UniqueFd> socket = BindListenSocket("127.0.0.1:0");
  ASSERT_TRUE(socket.ok());
  const std::uint16_t port = LocalPort(socket->get());
  options_.inherited_socket = socket->Release();
  options_.address = "not used";
  Start();
  EXPECT_EQ(listener_->port(), port);
  TestClient client = Connect();
  EXPECT_EQ(Ask(client), "127.0.0.1");
}

TEST_F(ListenerAddressTest, TakesAnInheritedUnixSocket) {
  std::string directory = std::filesystem::temp_directory_path() / "flaglinkd-http-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  sockaddr_storage storage{};
  auto& address = reinterpret_cast<sockaddr_un&>(storage);
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (directory + "/http.sock").c_str(), sizeof address.sun_path - 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&storage), sizeof address), 0);
  ASSERT_EQ(::listen(socket.get(), 8), 0);
  options_.inherited_socket = socket.Release();
  Start();
  EXPECT_EQ(listener_->port(), 0);
  TestClient client(storage, sizeof address);
  EXPECT_EQ(Ask(client), "unix");
  std::filesystem::remove_all(directory);
}

// What listens on a file.
class UnixListenerTest : public ListenerAddressTest {
 protected:
  UnixListenerTest() { options_.address = "unix:" + path_; }

  std::string AskAtPath() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    sockaddr_storage storage{};
    std::memcpy(&storage, &address, sizeof address);
    TestClient client(storage, sizeof address);
    return client.connected() ? Ask(client) : "nobody";
  }
  // A socket that was bound here and that nobody listens on any more.
  void LeaveSocketBehind() {
    Start();
    ASSERT_EQ(::link(path_.c_str(), (path_ + ".kept").c_str()), 0);
    listener_.reset();
    ASSERT_EQ(::rename((path_ + ".kept").c_str(), path_.c_str()), 0);
    ASSERT_EQ(AskAtPath(), "nobody");
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "http.sock";
};

TEST_F(UnixListenerTest, ServesOnAFileThatGoesWithIt) {
  Start();
  EXPECT_EQ(listener_->port(), 0);
  EXPECT_EQ(AskAtPath(), "unix");
  listener_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixListenerTest, TheFileIsForItsOwnerAndTheGroupOfTheDirectory) {
  const mode_t umask_before = ::umask(0077);
  Start();
  ::umask(umask_before);
  struct stat file {
  }, directory{};
  ASSERT_EQ(::stat(path_.c_str(), &file), 0);
  ASSERT_EQ(::stat(folder_.path().c_str(), &directory), 0);
  EXPECT_EQ(file.st_mode & 07777, mode_t{0660});
  EXPECT_EQ(file.st_gid, directory.st_gid);
}

TEST_F(UnixListenerTest, TakesThePlaceOfWhatADeadProcessLeft) {
  LeaveSocketBehind();
  Start();
  EXPECT_EQ(AskAtPath(), "unix");
}

TEST_F(UnixListenerTest, LeavesALiveListenerAlone) {
  Start();
  EXPECT_EQ(Failure(), "listen on unix:" + path_ + ": another process listens on it");
  EXPECT_EQ(AskAtPath(), "unix");
}

TEST_F(UnixListenerTest, LeavesAFileAloneThatIsNoSocket) {
  std::ofstream(path_) << "kept";
  EXPECT_EQ(Failure(), "listen on unix:" + path_ + ": a file that is no socket is there");
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixListenerTest, LeavesTheFileOfASuccessorAlone) {
  Start();
  const std::unique_ptr<HttpListener> first = std::move(listener_);
  std::filesystem::remove(path_);
  Start();
  first->Drain(kTestPatience);
  EXPECT_EQ(AskAtPath(), "unix");
}

TEST_F(UnixListenerTest, TakesOnlyTheSocketOfItsOwnFileOver) {
  const auto bound = [&](const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd.get(), 8), 0);
    return fd;
  };
  const UniqueFd other = bound(path_ + ".other");
  const Result<UniqueFd> internet = BindListenSocket("127.0.0.1:0");
  for (const int fd : {other.get(), internet->get()}) {
    options_.inherited_socket = fd;
    EXPECT_EQ(Failure(), "listen on unix:" + path_ + ": the inherited socket is another one");
  }
  UniqueFd own = bound(path_);
  options_.inherited_socket = own.Release();
  Start();
  EXPECT_EQ(AskAtPath(), "unix");
}

TEST_F(UnixListenerTest, SaysHowLongAPathMayBe) {
  options_.address = "unix:/" + std::string(107, 'x');
  EXPECT_THAT(Failure(), HasSubstr(": the path of a socket has 1 to 107 bytes, this one 108"));
  options_.address = "unix:" + (folder_ / "absent/http.sock").string();
  EXPECT_EQ(Failure(), "listen on " + options_.address + ": No such file or directory");
}

TEST_F(ListenerAddressTest, LeavesAnInheritedDescriptorAloneThatIsNoListeningSocket) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  options_.inherited_socket = socket.get();
  EXPECT_EQ(Failure(), "listen on the inherited socket " + std::to_string(socket.get()) +
                           ": not a listening stream socket");
  EXPECT_EQ(::close(socket.Release()), 0);
}

TEST_F(ListenerAddressTest, IsAliveWhileItGoesRound) {
  Start();
  const TimePoint started = SystemClock().Now();
  TestClient client = Connect();
  while (listener_->LastAlive() <= started) Ask(client);
  EXPECT_LE(listener_->LastAlive(), SystemClock().Now());
}

}  // namespace
}  // namespace flaglinkd
