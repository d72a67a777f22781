// A store in trouble, from a sender's side: it is refused, it is told why, everything works again
// when the trouble is over, and nothing that was acknowledged is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "daemon/queue/writer.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/full_disk.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;

class SqliteTrouble : public testing::Test {
 protected:
  SqliteTrouble() { options_.file = folder_ / "flaglinkd.db"; }

  void Start() {
    writer_.reset();
    queue_.reset();
    queue_ = OpenSqliteQueue(options_, clock_.Now()).value();
    writer_.emplace(*queue_, clock_, Writer::Options{}, Writer::Observer{});
  }

  CommitResult Commit(int number) {
    IncomingEvent event;
    event.source = event.name_space = "jira";
    event.delivery_id = "delivery-" + std::to_string(number);
    event.received = clock_.Now();
    event.changes = {
        Showing(Naming({"flag-" + std::to_string(number)}, "", "acme/" + std::to_string(number)))};
    auto result = std::make_shared<std::promise<CommitResult>>();
    writer_->Commit(event,
                    [result](const CommitResult& committed) { result->set_value(committed); });
    return result->get_future().get();
  }
  // Sends event after event until one is refused, with which it returns.
  CommitResult CommitUntilRefused() {
    while (sent_ < 10'000) {
      const CommitResult result = Commit(++sent_);
      if (result.kind != CommitResult::Kind::kStored) return result;
      ++acknowledged_;
    }
    return {};
  }
  void ExpectNothingAcknowledgedIsMissing() {
    for (int number = 1; number <= acknowledged_; ++number)
      ASSERT_EQ(Commit(number).kind, CommitResult::Kind::kDuplicate) << number;
    EXPECT_EQ(writer_->Statistics().waiting, acknowledged_);
  }
  // The sender that was refused tries again.
  void ExpectAllWorksAgain() {
    EXPECT_EQ(Commit(sent_).kind, CommitResult::Kind::kStored);
    ++acknowledged_;
    EXPECT_EQ(writer_->Trouble(), "");
    ExpectNothingAcknowledgedIsMissing();
    Start();
    ExpectNothingAcknowledgedIsMissing();
  }

  TemporaryFolder folder_;
  QueueOptions options_;
  ManualClock clock_;
  std::unique_ptr<LinkQueue> queue_;
  std::optional<Writer> writer_;
  int sent_ = 0, acknowledged_ = 0;
};

TEST_F(SqliteTrouble, AFullDiskIsTrouble) {
  Start();
  CommitResult refused;
  {
    const FullDisk full(200'000);
    refused = CommitUntilRefused();
    EXPECT_EQ(Commit(sent_).kind, CommitResult::Kind::kUnavailable);
    EXPECT_NE(writer_->Trouble(), "");
  }
  EXPECT_EQ(refused.kind, CommitResult::Kind::kUnavailable);
  EXPECT_THAT(refused.reason, HasSubstr("flaglinkd.db: "));
  EXPECT_GT(acknowledged_, 0);
  ExpectAllWorksAgain();
}

TEST_F(SqliteTrouble, ALockThatSomebodyHoldsIsTrouble) {
  Start();
  ++acknowledged_;
  EXPECT_EQ(Commit(++sent_).kind, CommitResult::Kind::kStored);
  {
    Database somebody = Database::Open(options_.file).value();
    do {  // the writer may be sweeping
      somebody.ClearError();
      somebody.Run("BEGIN IMMEDIATE");
    } while (somebody.error());
    const CommitResult refused = Commit(++sent_);
    EXPECT_EQ(refused.kind, CommitResult::Kind::kUnavailable);
    EXPECT_EQ(refused.reason, "write " + options_.file.string() + ": database is locked");
    EXPECT_EQ(writer_->Trouble(), refused.reason);
  }
  ExpectAllWorksAgain();
}

TEST_F(SqliteTrouble, MaxBytesIsTroubleOnceWhatWaitsFillsIt) {
  options_.max_bytes = 200'000;
  Start();
  const CommitResult refused = CommitUntilRefused();
  EXPECT_EQ(refused.kind, CommitResult::Kind::kUnavailable);
  EXPECT_THAT(refused.reason, HasSubstr("over max_bytes"));
  EXPECT_EQ(writer_->Trouble(), refused.reason);
  EXPECT_EQ(writer_->Statistics().waiting, acknowledged_);
  // Everything but events goes on.
  auto claimed = std::make_shared<std::promise<std::size_t>>();
  writer_->Claim(10, std::chrono::minutes(1),
                 [claimed](std::vector<Lease> leases) { claimed->set_value(leases.size()); });
  EXPECT_EQ(claimed->get_future().get(), 10u);
  EXPECT_EQ(writer_->Trouble(), refused.reason);
  options_.max_bytes = 4'000'000;
  Start();
  EXPECT_EQ(Commit(sent_).kind, CommitResult::Kind::kStored);
  EXPECT_EQ(writer_->Statistics().waiting, acknowledged_ + 1);
}

}  // namespace
}  // namespace flaglinkd
