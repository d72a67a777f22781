// Reading a queue's file beside its owner, or after it.
#include "daemon/queue/stored_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;

class StoredQueueTest : public testing::Test {
 protected:
  StoredQueueTest() {
    options_.file = folder_ / "flaglinkd.db";
    queue_ = OpenSqliteQueue(options_, At(0)).value();
  }

  void Store(const std::string& flag, int at) {
    IncomingEvent event;
    event.source = event.name_space = "jira";
    event.received = At(at);
    event.changes = {Showing(Naming({flag}, "", "acme/" + flag))};
    event.payload = {{}, "application/json", "{}"};
    ASSERT_TRUE(queue_->Execute({At(at), {&event, 1}, {}, 0, Duration(0)}).ok());
  }
  std::unique_ptr<StoredQueue> Open() const { return OpenStoredQueue(options_.file).value(); }
  Error Refusal() const {
    const auto opened = OpenStoredQueue(options_.file);
    EXPECT_FALSE(opened.ok());
    return opened ? Error{} : opened.error();
  }

  TemporaryFolder folder_;
  QueueOptions options_;
  std::unique_ptr<LinkQueue> queue_;
};

TEST_F(StoredQueueTest, ShowsWhatTheQueueShowsBesideItAndAfterIt) {
  Store("a", 1);
  Store("b", 2);
  for (const bool runs : {true, false}) {
    if (!runs) queue_.reset();
    const std::unique_ptr<StoredQueue> stored = Open();
    const auto links = stored->Admin().Links({}).value();
    ASSERT_EQ(links.size(), 2u) << runs;
    EXPECT_EQ(links[0].flag.key, "b");
    EXPECT_EQ(links[0].status, "waiting");
    EXPECT_EQ(stored->Admin().Events({}).value().size(), 2u);
    EXPECT_EQ(stored->Admin().PayloadOf(1).value()->body, "{}");
    const QueueStatistics statistics = stored->Statistics(At(10)).value();
    EXPECT_EQ(statistics.waiting, 2);
    EXPECT_EQ(statistics.total_made, 2);
    EXPECT_EQ(statistics.oldest_due, At(1));
    EXPECT_FALSE(stored->Statistics(At(0)).value().oldest_due);
  }
}

TEST_F(StoredQueueTest, ChangesNothing) {
  Store("a", 1);
  EXPECT_EQ(Open()->Admin().Retry({}, At(2)).error().message,
            "the database is open for reading only");
  EXPECT_EQ(Open()->Admin().Forget({}, true, At(2)).error().code, Error::Code::kUnavailable);
  EXPECT_EQ(queue_->Statistics(At(2)).waiting, 1);
}

TEST_F(StoredQueueTest, IsInNobodysWay) {
  const std::unique_ptr<StoredQueue> stored = Open();
  Store("a", 1);
  EXPECT_EQ(stored->Admin().Links({}).value().size(), 1u);
  queue_.reset();
  queue_ = OpenSqliteQueue(options_, At(2)).value();
  Store("b", 3);
  EXPECT_EQ(stored->Admin().Links({}).value().size(), 2u);
}

TEST_F(StoredQueueTest, WhatItCanNotReadIsSaid) {
  queue_.reset();
  {
    Database database = Database::Open(options_.file).value();
    database.Run("PRAGMA user_version = 999");
  }
  EXPECT_THAT(Refusal().message, HasSubstr("it is from a newer version of flaglinkd"));
  std::filesystem::remove(options_.file);
  EXPECT_EQ(Refusal().code, Error::Code::kNotFound);
  EXPECT_EQ(Refusal().message, "open " + options_.file.string() + ": No such file or directory");
  std::ofstream(options_.file).close();
  EXPECT_EQ(Refusal().message, "read " + options_.file.string() +
                                   ": it is of an older version of flaglinkd; `flaglinkd run` "
                                   "brings it up to date");
}

}  // namespace
}  // namespace flaglinkd
