#include "daemon/queue/sqlite_queue_admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <vector>

#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;

// One link and its event, whose rows a test damages.
class SqliteQueueAdminTest : public testing::Test {
 protected:
  SqliteQueueAdminTest() {
    options_.file = folder_ / "flaglinkd.db";
    queue_ = OpenSqliteQueue(options_, At(0)).value();
    IncomingEvent event;
    event.source = event.name_space = "jira";
    event.received = At(1);
    event.changes = {Showing(Naming({"checkout-v2"})), Naming({"checkout-v2"}, "comment-1")};
    event.payload = {{}, "application/json", "{}"};
    event_ = queue_->Execute({At(1), {&event, 1}, {}, 0, Duration(0)}).value().events[0].event;
  }

  void Write(const char* sql) {
    Database database = Database::Open(options_.file).value();
    database.Run(sql);
    ASSERT_FALSE(database.error()) << database.error()->message;
  }
  std::vector<LinkReport> Links(const LinkFilter& filter = {}) {
    return queue_->Admin().Links(filter).value();
  }
  // What there is works after what there was not.
  void ExpectNoErrorSticks() { EXPECT_TRUE(queue_->Ready().ok()); }

  TemporaryFolder folder_;
  QueueOptions options_;
  std::unique_ptr<LinkQueue> queue_;
  std::int64_t event_ = 0;
};

TEST_F(SqliteQueueAdminTest, ADamagedLinkIsListedAsItReads) {
  Write(
      "UPDATE links SET status = 'x', presence = 99, attempts = -1, due_at = 1e300, changed_at = "
      "9e18, key = x'00ff', error = x'ff'");
  const std::vector<LinkReport> links = Links();
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].attempts, 0);
  EXPECT_TRUE(queue_->Admin().Retry({.id = links[0].id}, At(2)).ok());
  EXPECT_TRUE(queue_->Admin().Forget({.id = links[0].id}, true, At(2)).ok());
  ExpectNoErrorSticks();
}

TEST_F(SqliteQueueAdminTest, ALinkWithoutItsResourceOrFlagIsStillListed) {
  Write("DELETE FROM resources; DELETE FROM flags");
  const std::string id = Links().at(0).id;
  EXPECT_EQ(Links({.id = id}).at(0).status, "waiting");
  EXPECT_EQ(Links({.id = id}).at(0).resource, "");
  EXPECT_EQ(queue_->Admin().Forget({.id = id}, false, At(2)).value(), 1);
}

TEST_F(SqliteQueueAdminTest, DamagedMentionsAreToldAsSuch) {
  Write("UPDATE parts SET mentions = x'ff'");
  EXPECT_THAT(Links({.id = Links().at(0).id}).at(0).mentions,
              ElementsAre("a test names it", "comment-1: what it mentions is damaged"));
}

TEST_F(SqliteQueueAdminTest, ADamagedEventIsListedAsItReads) {
  Write(
      "UPDATE events SET source = 77, outcome = 'x' || 5, links = 9e18, received_at = -9e18, "
      "reason = x'ff00'");
  const EventReport event = queue_->Admin().Events({}).value().at(0);
  EXPECT_EQ(event.id, event_);
  EXPECT_EQ(event.source, "");
  EXPECT_EQ(event.links, std::numeric_limits<int>::max());
}

TEST_F(SqliteQueueAdminTest, ADamagedPayloadIsAnError) {
  for (const char* damage : {"UPDATE payloads SET body = x'ffffffffff', encoding = 1",
                             "UPDATE payloads SET encoding = 1e18"}) {
    Write(damage);
    const Result<std::optional<Payload>> payload = queue_->Admin().PayloadOf(event_);
    ASSERT_FALSE(payload.ok());
    EXPECT_EQ(payload.error().code, Error::Code::kInvalid);
    EXPECT_EQ(payload.error().message,
              "read " + options_.file.string() + ": the payload of event 1 is damaged");
    ExpectNoErrorSticks();
  }
}

TEST_F(SqliteQueueAdminTest, ReadingNeedsNoLock) {
  Database somebody = Database::Open(options_.file).value();
  somebody.Run("BEGIN IMMEDIATE");
  EXPECT_EQ(Links().size(), 1u);
  EXPECT_EQ(queue_->Admin().Events({}).value().size(), 1u);
  EXPECT_TRUE(queue_->Admin().PayloadOf(event_).value().has_value());
  const Result<int> refused = queue_->Admin().Retry({}, At(2));
  ASSERT_TRUE(refused.ok() || refused.error().code == Error::Code::kUnavailable);
  EXPECT_EQ(queue_->Admin().Forget({}, false, At(2)).error().message,
            "write " + options_.file.string() + ": database is locked");
}

}  // namespace
}  // namespace flaglinkd
