// A store that takes nothing costs senders a repetition, and nobody a link.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

class StoreTrouble : public testing::Test {
 protected:
  // Sends issues until one is refused, `most` at most. True: one was.
  bool SendUntilRefused(int most) {
    for (int i = 0; i < most; ++i) {
      const HttpAnswer answer = Tell(next_);
      if (answer.status == 503) {
        EXPECT_EQ(answer.body, R"({"error":"unavailable"})");
        return true;
      }
      EXPECT_EQ(answer.status, 200) << answer.body;
      ++next_;
    }
    return false;
  }

  HttpAnswer Tell(int issue) {
    return world_.PostJira(
        JiraIssueCreated(std::to_string(issue), "flag:key-" + std::to_string(issue)));
  }

  HttpAnswer Ready() {
    BlockingClient client;
    return client.Get("http://127.0.0.1:" + std::to_string(world_.daemon().admin_port()) +
                      "/readyz");
  }

  // What was refused is sent again until it is taken; then everything that was answered is linked.
  void ExpectRecovery() {
    ASSERT_TRUE(world_.WaitFor([&] { return Tell(next_).status == 200; }));
    EXPECT_EQ(Ready().status, 200);
    ASSERT_TRUE(world_.WaitUntilDelivered());
    EXPECT_EQ(world_.stand_in.Links().size(), static_cast<std::size_t>(next_));
    for (int issue = 1; issue <= next_; ++issue)
      EXPECT_TRUE(IsLinked("key-" + std::to_string(issue))) << issue;
    world_.ExpectBalancedBooks();
    std::printf("%d issues answered, %zu linked\n", next_, world_.stand_in.Links().size());
  }

  bool IsLinked(const std::string& key) {
    for (const auto& link : world_.stand_in.Links()) {
      if (link.flag.key == key) return true;
    }
    return false;
  }

  World world_;
  int next_ = 1;  // the issue that is told of next
};

TEST_F(StoreTrouble, OfAFullDiskEndsWithIt) {
  world_.StartOnSmallDisk("4m");
  ASSERT_FALSE(SendUntilRefused(5));
  const std::string filler = world_.DiskFolder() + "/filler";
  std::ofstream file(filler, std::ios::binary);
  while (file << std::string(4096, 'x') && file.flush()) {
  }
  file.close();
  ASSERT_TRUE(SendUntilRefused(2'000));
  const HttpAnswer ready = Ready();
  EXPECT_EQ(ready.status, 503);
  EXPECT_NE(ready.body.find("full"), std::string::npos) << ready.body;

  ASSERT_TRUE(std::filesystem::remove(filler));
  ExpectRecovery();
}

// As another process holds it that writes: SQLite's lock for writers in WAL mode is byte 120 of the
// -shm file (sqlite.org/walformat.html, "WAL Locks").
TEST_F(StoreTrouble, OfALockThatSomebodyHoldsEndsWithIt) {
  world_.WriteConfiguration();
  world_.Start();
  ASSERT_FALSE(SendUntilRefused(5));
  ASSERT_TRUE(world_.WaitUntilDelivered());
  const int file = open((world_.folder / "flaglinkd.db-shm").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(file, 0);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = 120;
  lock.l_len = 1;
  ASSERT_TRUE(world_.WaitFor([&] { return fcntl(file, F_SETLK, &lock) == 0; }));
  ASSERT_TRUE(SendUntilRefused(1));
  const HttpAnswer ready = Ready();
  EXPECT_EQ(ready.status, 503);
  EXPECT_NE(ready.body.find("locked"), std::string::npos) << ready.body;

  close(file);
  ExpectRecovery();
}

}  // namespace
}  // namespace flaglinkd
