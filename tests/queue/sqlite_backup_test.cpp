// A backup is what the queue was at one moment, whoever else has the file open.
#include "daemon/queue/sqlite_backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "daemon/queue/queue_admin.h"
#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/full_disk.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;

class SqliteBackup : public testing::Test {
 protected:
  SqliteBackup() { options_.file = folder_ / "flaglinkd.db"; }

  static std::unique_ptr<LinkQueue> Open(const std::filesystem::path& file) {
    QueueOptions options;
    options.file = file;
    return OpenSqliteQueue(options, At(0)).value();
  }
  static bool Store(LinkQueue& queue, int number, const std::string& body = "{}") {
    IncomingEvent event;
    event.source = event.name_space = "jira";
    event.delivery_id = "delivery-" + std::to_string(number);
    event.received = At(number);
    event.changes = {Showing(Naming({"checkout-v2"}, "", "acme/" + std::to_string(number)))};
    event.payload = {{}, "application/json", body};
    return queue.Execute({At(number), {&event, 1}, {}, 0, Duration(0)}).ok();
  }

  Result<std::uint64_t> BackUp(IfThere if_there = IfThere::kRefuse) const {
    return BackUpSqlite(options_.file, copy_, if_there);
  }
  Error Refusal(IfThere if_there = IfThere::kRefuse) const {
    const Result<std::uint64_t> size = BackUp(if_there);
    EXPECT_FALSE(size.ok());
    return size ? Error{} : size.error();
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  static std::string Read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  TemporaryFolder folder_;
  QueueOptions options_;
  const std::filesystem::path copy_ = folder_ / "copy.db";
};

TEST_F(SqliteBackup, HoldsWhatIsCommittedWhileTheQueueIsOpen) {
  const std::unique_ptr<LinkQueue> queue = Open(options_.file);
  for (int number = 1; number <= 20; ++number) ASSERT_TRUE(Store(*queue, number));
  const Result<std::uint64_t> size = BackUp();
  ASSERT_TRUE(size.ok()) << size.error().message;
  EXPECT_EQ(*size, std::filesystem::file_size(copy_));
  ASSERT_TRUE(Store(*queue, 21));  // the queue goes on
  EXPECT_EQ(Open(copy_)->Statistics(At(0)).waiting, 20);
  EXPECT_EQ(queue->Statistics(At(0)).waiting, 21);
}

TEST_F(SqliteBackup, StandsByItselfAndIsForItsOwnerAlone) {
  Store(*Open(options_.file), 1);
  ASSERT_TRUE(BackUp().ok());
  struct stat status;
  ASSERT_EQ(stat(copy_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  // Bytes 18 and 19 of a file without a write-ahead log are 1 (SQLite's file format, 1.3.3).
  EXPECT_EQ(Read(copy_).substr(18, 2), std::string(2, '\1'));
  for (const std::string& name : Files()) {
    EXPECT_TRUE(name == "copy.db" || name.starts_with("flaglinkd.db")) << name;
  }
  EXPECT_EQ(Open(copy_)->Statistics(At(0)).waiting, 1);
}

TEST_F(SqliteBackup, IsWholeWhileAWriterGoesOn) {
  const std::unique_ptr<LinkQueue> queue = Open(options_.file);
  std::atomic<bool> stop = false;
  std::atomic<int> stored = 0;
  std::thread writer([&] {
    for (int number = 1; !stop; ++number) {
      if (Store(*queue, number, std::string(2000, 'x'))) ++stored;
      stored.notify_all();
    }
  });
  for (int round = 1; round <= 5; ++round) {
    for (int seen = stored; seen < 50 * round; seen = stored) stored.wait(seen);
    const int before = stored;
    const Result<std::uint64_t> size = BackUp(IfThere::kReplace);
    EXPECT_TRUE(size.ok()) << size.error().message;
    if (!size) break;
    const QueueStatistics copied = Open(copy_)->Statistics(At(0));
    EXPECT_GE(copied.waiting, before);
    EXPECT_EQ(copied.waiting, copied.total_made);
  }
  stop = true;
  writer.join();
  EXPECT_EQ(queue->Statistics(At(0)).waiting, stored);
}

TEST_F(SqliteBackup, AnotherFileIsReplacedOnlyWhereThatIsAskedFor) {
  Store(*Open(options_.file), 1);
  std::ofstream(copy_) << "precious";
  EXPECT_EQ(Refusal().code, Error::Code::kConflict);
  EXPECT_EQ(Refusal().message, "write " + copy_.string() + ": it is there already");
  EXPECT_EQ(Read(copy_), "precious");
  ASSERT_TRUE(BackUp(IfThere::kReplace).ok());
  EXPECT_EQ(Open(copy_)->Statistics(At(0)).waiting, 1);
}

TEST_F(SqliteBackup, NeverReplacesTheDatabase) {
  Store(*Open(options_.file), 1);
  std::filesystem::create_symlink(options_.file, copy_);
  for (const IfThere if_there : {IfThere::kRefuse, IfThere::kReplace}) {
    EXPECT_EQ(Refusal(if_there).message, "write " + copy_.string() + ": that is the database");
  }
}

TEST_F(SqliteBackup, AFullDiskLeavesNothingBehind) {
  const std::unique_ptr<LinkQueue> queue = Open(options_.file);
  for (int number = 1; number <= 20; ++number) Store(*queue, number, std::string(2000, 'x'));
  std::ofstream(copy_) << "older";
  const std::vector<std::string> before = Files();
  {
    const FullDisk full(8192);
    const Error error = Refusal(IfThere::kReplace);
    EXPECT_EQ(error.code, Error::Code::kUnavailable);
    EXPECT_THAT(error.message, HasSubstr("write " + copy_.string() + ": "));
  }
  EXPECT_EQ(Files(), before);
  EXPECT_EQ(Read(copy_), "older");
}

TEST_F(SqliteBackup, DamageIsSaidAndNotKept) {
  {
    const std::unique_ptr<LinkQueue> queue = Open(options_.file);
    for (int number = 1; number <= 50; ++number) Store(*queue, number, std::string(3000, 'x'));
  }
  std::fstream file(options_.file, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(20 * 4096);
  file << std::string(40 * 4096, '\x5a');
  file.close();
  const Error error = Refusal();
  EXPECT_EQ(error.code, Error::Code::kInvalid) << error.message;
  EXPECT_FALSE(std::filesystem::exists(copy_));
}

TEST_F(SqliteBackup, WhatIsNoDatabaseOfOursIsRefused) {
  EXPECT_EQ(Refusal().message, "open " + options_.file.string() + ": No such file or directory");
  std::ofstream(options_.file).close();
  Database database = Database::Open(options_.file).value();
  database.Run("CREATE TABLE somebody_elses(id INTEGER)");
  EXPECT_EQ(Refusal().message,
            "read " + options_.file.string() + ": it is another program's database");
  EXPECT_EQ(
      BackUpSqlite(options_.file, folder_ / "no/such/folder.db", IfThere::kRefuse).error().code,
      Error::Code::kInvalid);
}

TEST_F(SqliteBackup, AFolderThatIsNotThereIsSaid) {
  Store(*Open(options_.file), 1);
  const std::filesystem::path nowhere = folder_ / "no/copy.db";
  EXPECT_EQ(BackUpSqlite(options_.file, nowhere, IfThere::kRefuse).error().message,
            "write " + nowhere.string() + ": No such file or directory");
}

}  // namespace
}  // namespace flaglinkd
