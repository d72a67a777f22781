// What a crash and a full disk can do to the SQLite queue: nothing that was acknowledged is lost,
// and nothing half-done stays.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>

#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/full_disk.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

IncomingEvent EventNumber(int number, std::size_t payload = 500) {
  IncomingEvent event;
  event.source = event.name_space = "jira";
  event.delivery_id = "delivery-" + std::to_string(number);
  event.received = At(number);
  event.changes = {Showing(Naming({"checkout-v2"}, "", "acme/" + std::to_string(number)))};
  // Not compressible.
  for (std::size_t i = 0; i < payload; ++i)
    event.payload.body += static_cast<char>((i + 7) * (i + 13) * 2654435761u >> 13);
  return event;
}

std::unique_ptr<LinkQueue> Open(const std::filesystem::path& file) {
  QueueOptions options;
  options.file = file;
  return OpenSqliteQueue(options, At(0)).value();
}

// Stores events of three to a batch for ever, and tells the number of each batch once it is
// acknowledged.
[[noreturn]] void StoreUntilKilled(const std::filesystem::path& file, int first, int acknowledged) {
  const std::unique_ptr<LinkQueue> queue = Open(file);
  for (int number = first;; number += 3) {
    const std::vector<IncomingEvent> events = {EventNumber(number), EventNumber(number + 1),
                                               EventNumber(number + 2)};
    if (!queue->Execute({At(number), events, {}, 0, Duration(0)})) _exit(1);
    if (write(acknowledged, &number, sizeof number) != sizeof number) _exit(1);
  }
}

TEST(SqliteCrash, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  TemporaryFolder folder;
  const std::filesystem::path file = folder / "flaglinkd.db";
  int next = 0;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      StoreUntilKilled(file, next, ends[1]);
    }
    close(ends[1]);
    int last = -1, number = 0;
    for (int batches = 0;
         batches < 20 + 7 * round && read(ends[0], &number, sizeof number) == sizeof number;
         ++batches) {
      last = number;
    }
    // It is in the midst of a later batch by now.
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    while (read(ends[0], &number, sizeof number) == sizeof number) last = number;
    close(ends[0]);
    ASSERT_GE(last, next);

    const std::unique_ptr<LinkQueue> queue = Open(file);
    std::vector<IncomingEvent> again;
    for (int i = 0; i < last + 3; ++i) again.push_back(EventNumber(i));
    const BatchResult result = queue->Execute({At(0), again, {}, 0, Duration(0)}).value();
    for (const CommitResult& event : result.events)
      ASSERT_EQ(event.kind, CommitResult::Kind::kDuplicate);
    // A batch is there as a whole or not at all, and its links with it.
    const QueueStatistics statistics = queue->Statistics(At(0));
    EXPECT_EQ(statistics.waiting % 3, 0);
    EXPECT_EQ(statistics.waiting, statistics.total_made);
    next = static_cast<int>(statistics.waiting);
  }
}

TEST(SqliteCrash, AFullDiskStoresNothingAndIsOverWhenThereIsRoom) {
  TemporaryFolder folder;
  const std::filesystem::path file = folder / "flaglinkd.db";
  const std::unique_ptr<LinkQueue> queue = Open(file);
  const std::vector<IncomingEvent> first = {EventNumber(1)};
  const std::int64_t first_id =
      queue->Execute({At(1), first, {}, 0, Duration(0)}).value().events[0].event;
  const std::vector<IncomingEvent> big = {EventNumber(2, 500'000), EventNumber(2, 500'000),
                                          EventNumber(3)};
  {
    const FullDisk full(std::filesystem::file_size(file.string() + "-wal") + 10'000);
    const Result<BatchResult> refused =
        queue->Execute({At(2), big, {}, 10, std::chrono::minutes(1)});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Error::Code::kUnavailable);
    EXPECT_EQ(refused.error().message, "write " + file.string() + ": disk I/O error");
    EXPECT_EQ(queue->Statistics(At(2)).total_made, 1);
  }
  {
    const FullDisk full(1);
    EXPECT_FALSE(queue->Ready().ok());
  }
  EXPECT_TRUE(queue->Ready().ok());
  // Nothing was given out or remembered of what failed: neither event ids, nor deliveries, nor
  // leases.
  const BatchResult stored = queue->Execute({At(3), big, {}, 10, std::chrono::minutes(1)}).value();
  EXPECT_EQ(stored.events[0].kind, CommitResult::Kind::kStored);
  EXPECT_EQ(stored.events[0].event, first_id + 1);
  EXPECT_EQ(stored.events[1].kind, CommitResult::Kind::kDuplicate);
  EXPECT_EQ(stored.events[2].kind, CommitResult::Kind::kStored);
  EXPECT_EQ(stored.leases.size(), 3u);
}

}  // namespace
}  // namespace flaglinkd
