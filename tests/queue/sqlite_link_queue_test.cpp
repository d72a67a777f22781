#include "daemon/queue/sqlite_link_queue.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "daemon/queue/payload.h"
#include "daemon/queue/sqlite_database.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/queue/fetch_contract.h"
#include "tests/queue/link_queue_contract.h"
#include "tests/queue/queue_admin_contract.h"

namespace flaglinkd {
namespace {

class SqliteBackend final : public QueueBackend {
 public:
  std::unique_ptr<LinkQueue> Open(QueueOptions options, TimePoint now) override {
    options.file = folder_ / "flaglinkd.db";
    Result<std::unique_ptr<LinkQueue>> queue = OpenSqliteQueue(options, now);
    EXPECT_TRUE(queue.ok()) << queue.error().message;
    return queue ? std::move(*queue) : nullptr;
  }

 private:
  TemporaryFolder folder_;
};

std::unique_ptr<QueueBackend> MakeSqliteBackend() {
  return std::make_unique<SqliteBackend>();
}

INSTANTIATE_TEST_SUITE_P(Sqlite, LinkQueueContract, testing::Values(&MakeSqliteBackend),
                         [](const auto&) { return "Sqlite"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, FullFlagContract, testing::Values(&MakeSqliteBackend),
                         [](const auto&) { return "Sqlite"; });

INSTANTIATE_TEST_SUITE_P(Sqlite, FetchContract, testing::Values(&MakeSqliteBackend),
                         [](const auto&) { return "Sqlite"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, QueueAdminContract, testing::Values(&MakeSqliteBackend),
                         [](const auto&) { return "Sqlite"; });

class SqliteQueue : public testing::Test {
 protected:
  SqliteQueue() { options_.file = folder_ / "flaglinkd.db"; }

  void Open() {
    Result<std::unique_ptr<LinkQueue>> queue = OpenSqliteQueue(options_, At(0));
    ASSERT_TRUE(queue.ok()) << queue.error().message;
    queue_ = std::move(*queue);
  }
  void Close() { queue_.reset(); }
  // Why the file can't be opened.
  Error Refusal() {
    const Result<std::unique_ptr<LinkQueue>> queue = OpenSqliteQueue(options_, At(0));
    EXPECT_FALSE(queue.ok());
    return queue ? Error{} : queue.error();
  }

  IncomingEvent Event(ObservedChange change) {
    IncomingEvent event;
    event.source = event.name_space = "jira";
    event.delivery_id = "delivery-" + std::to_string(++events_);
    event.received = At(events_);
    event.changes = {std::move(change)};
    event.payload = {{{"x-event", "issue"}}, "application/json", std::string(2'000, '{')};
    return event;
  }
  Result<BatchResult> Execute(const std::vector<IncomingEvent>& events) {
    return queue_->Execute({At(1'000), events, {}, 0, Duration(0)});
  }

  // A second look at the file, as an operator's sqlite3 would take.
  Database Look() {
    Result<Database> database = Database::Open(options_.file);
    EXPECT_TRUE(database.ok());
    return std::move(*database);
  }
  void Write(const char* sql) {
    Database database = Look();
    database.Run(sql);
    EXPECT_FALSE(database.error()) << database.error()->message;
  }
  std::int64_t Number(const char* sql) {
    Database database = Look();
    const std::int64_t number = database.Number(sql);
    EXPECT_FALSE(database.error()) << database.error()->message;
    return number;
  }
  std::string Path() const { return options_.file.string(); }

  TemporaryFolder folder_;
  QueueOptions options_;
  std::unique_ptr<LinkQueue> queue_;
  int events_ = 0;
};

std::string BytesOf(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_F(SqliteQueue, ItsFilesAreTheOwnersAlone) {
  Open();
  Execute({Event(Naming({"checkout-v2"}))}).value();
  for (const char* suffix : {"", "-wal", "-lock"}) {
    struct stat status {};
    ASSERT_EQ(stat((Path() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteQueue, OneProcessOwnsTheFile) {
  Open();
  const Error refusal = Refusal();
  EXPECT_EQ(refusal.code, Error::Code::kUnavailable);
  EXPECT_EQ(refusal.message,
            "open " + Path() + "-lock: another process has it, perhaps another flaglinkd");
  Close();
  Open();
}

TEST_F(SqliteQueue, AFolderThatIsMissingIsNamed) {
  options_.file = folder_ / "none" / "flaglinkd.db";
  const Error refusal = Refusal();
  EXPECT_EQ(refusal.code, Error::Code::kUnavailable);
  EXPECT_EQ(refusal.message,
            "open " + Path() +
                "-lock: its folder is not there; make it, for the user who runs this alone");
}

TEST_F(SqliteQueue, AFileFromANewerVersionIsRefused) {
  Open();
  Close();
  Write("PRAGMA user_version = 1000");
  const Error refusal = Refusal();
  EXPECT_EQ(refusal.code, Error::Code::kInvalid);
  EXPECT_EQ(refusal.message,
            "open " + Path() +
                ": it is from a newer version of flaglinkd: its schema is 1000, this one knows 1");
  EXPECT_EQ(Number("PRAGMA user_version"), 1000);
}

TEST_F(SqliteQueue, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  std::ofstream(options_.file).close();
  Write("CREATE TABLE theirs (x)");
  const std::string before = BytesOf(Path());
  const Error refusal = Refusal();
  EXPECT_EQ(refusal.code, Error::Code::kInvalid);
  EXPECT_EQ(refusal.message, "open " + Path() + ": it is another program's database");
  EXPECT_EQ(BytesOf(Path()), before);
}

TEST_F(SqliteQueue, AFileThatIsNoDatabaseIsRefused) {
  std::ofstream(options_.file) << std::string(8'192, 'x');
  const Error refusal = Refusal();
  EXPECT_EQ(refusal.code, Error::Code::kInvalid);
  EXPECT_EQ(refusal.message, "open " + Path() + ": file is not a database");
}

TEST_F(SqliteQueue, ADamagedFileIsRefused) {
  Open();
  std::vector<IncomingEvent> events;
  for (int i = 0; i < 200; ++i)
    events.push_back(Event(Naming({"checkout-v2"}, "", "acme/" + std::to_string(i))));
  Execute(events).value();
  Close();
  // All but the header and the schema's page.
  std::fstream file(options_.file, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4'096);
  file << std::string(std::filesystem::file_size(options_.file) - 4'096, '\x5a');
  file.close();
  const Error refusal = Refusal();
  EXPECT_EQ(refusal.code, Error::Code::kInvalid);
  EXPECT_EQ(refusal.message, "open " + Path() + ": database disk image is malformed");
}

TEST_F(SqliteQueue, AnEventThatCannotBeStoredDoesNotTakeTheOthersWithIt) {
  Open();
  Execute({Event(Naming({"checkout-v2"}, "", "acme/1"))}).value();
  Write("UPDATE resources SET mentions = x'ff' WHERE key = 'acme/1'");
  const Result<BatchResult> result =
      Execute({Event(Naming({"a"}, "", "acme/0")), Event(Naming({"b"}, "", "acme/1")),
               Event(Naming({"c"}, "", "acme/2"))});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->events[0].kind, CommitResult::Kind::kStored);
  EXPECT_EQ(result->events[1].kind, CommitResult::Kind::kUnavailable);
  EXPECT_EQ(result->events[1].reason,
            "write " + Path() + ": the mentions of resource 1 are damaged");
  EXPECT_EQ(result->events[2].kind, CommitResult::Kind::kStored);
  EXPECT_EQ(queue_->Statistics(At(1'000)).total_made, 3);
  EXPECT_EQ(Number("SELECT count(*) FROM events"), 3);
  EXPECT_EQ(Number("SELECT count(*) FROM flags WHERE key = 'b'"), 0);
}

TEST_F(SqliteQueue, ADamagedLinkIsStillDelivered) {
  Open();
  Execute({Event(Showing(Naming({"checkout-v2"})))}).value();
  Close();
  Write(
      "UPDATE links SET presence = 77, status = -1, mentions = 1e18, attempts = -5, failing = 'x', "
      "revision = -9");
  Open();
  const Result<BatchResult> result =
      queue_->Execute({At(1'000), {}, {}, 10, std::chrono::minutes(1)});
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->leases.size(), 1u);
  EXPECT_EQ(result->leases[0].applied.presence, Presence::kMaybe);
  EXPECT_EQ(result->leases[0].attempts, 0);
}

TEST_F(SqliteQueue, DamagedContentIsNotSent) {
  Open();
  Execute({Event(Showing(Naming({"checkout-v2"})))}).value();
  Write("UPDATE resources SET content = x'ff'");
  const Result<BatchResult> result =
      queue_->Execute({At(1'000), {}, {}, 10, std::chrono::minutes(1)});
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->leases.size(), 1u);
  EXPECT_EQ(result->leases[0].render_error, "the stored content of the resource is damaged");
}

TEST_F(SqliteQueue, WhatWritesNothingCostsNoFlush) {
  Open();
  const IncomingEvent event = Event(Showing(Naming({"checkout-v2"})));
  Execute({event}).value();
  queue_->Execute({At(1'000), {}, {}, 10, std::chrono::minutes(1)})
      .value();  // marks the link as maybe there
  const std::string log = BytesOf(Path() + "-wal");
  // A claim of a link that is marked already, a duplicate, and an event that is ignored.
  const Result<BatchResult> again =
      queue_->Execute({At(2'000), {}, {}, 10, std::chrono::minutes(1)});
  EXPECT_EQ(again->leases.size(), 1u);
  Execute({event}).value();
  Execute({Event(Created(Naming({}, "", "acme/43")))}).value();
  EXPECT_EQ(BytesOf(Path() + "-wal"), log);
}

struct KeepCase {
  KeepPayloads keep;
  int linked, unlinked, failed;
};

TEST_F(SqliteQueue, PayloadsAreKeptAsConfigured) {
  constexpr KeepCase kCases[] = {{KeepPayloads::kLinked, 1, 0, 1},
                                 {KeepPayloads::kAll, 1, 1, 1},
                                 {KeepPayloads::kFailed, 0, 0, 1},
                                 {KeepPayloads::kNone, 0, 0, 0}};
  for (const KeepCase& test : kCases) {
    options_.keep_payloads = test.keep;
    options_.file = folder_ / std::to_string(static_cast<int>(test.keep));
    Open();
    IncomingEvent failed = Event({});
    failed.changes.clear();
    failed.failure = "body: not an object";
    const std::vector<CommitResult> results =
        Execute({Event(Naming({"checkout-v2"})), Event(Naming({}, "", "acme/43")), failed})
            .value()
            .events;
    Database database = Look();
    Statement kept(database, "SELECT count(*) FROM payloads WHERE event_id = ?1");
    const auto is_kept = [&](std::int64_t event) {
      Rows rows = kept.Query(event);
      return rows.Next() ? rows.Number(0) : -1;
    };
    EXPECT_EQ(is_kept(results[0].event), test.linked);
    EXPECT_EQ(is_kept(results[1].event), test.unlinked);
    EXPECT_EQ(is_kept(results[2].event), test.failed);
    Close();
  }
}

TEST_F(SqliteQueue, AKeptPayloadCanBeReadBack) {
  Open();
  const IncomingEvent event = Event(Naming({"checkout-v2"}));
  Execute({event}).value();
  Database database = Look();
  Statement select(database, "SELECT encoding, body FROM payloads");
  Rows rows = select.Query();
  ASSERT_TRUE(rows.Next());
  EXPECT_LT(rows.Bytes(1).size(), event.payload.body.size());
  const std::optional<Payload> payload =
      UnpackPayload(static_cast<PayloadEncoding>(rows.Number(0)), rows.Bytes(1));
  ASSERT_TRUE(payload.has_value());
  EXPECT_EQ(payload->headers, event.payload.headers);
  EXPECT_EQ(payload->content_type, event.payload.content_type);
  EXPECT_EQ(payload->body, event.payload.body);
}

}  // namespace
}  // namespace flaglinkd
