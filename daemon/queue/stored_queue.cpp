#include "daemon/queue/stored_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/queue/schema.h"
#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/sqlite_queue_admin.h"
#include "daemon/queue/stores.h"

namespace flaglinkd {
namespace {

class StoredSqliteQueue final : public StoredQueue {
 public:
  explicit StoredSqliteQueue(Database database)
      : database_(std::move(database)),
        stores_(database_),
        admin_(database_, stores_, [](TimePoint, const SqliteQueueAdmin::Work&) {
          return Status(Error{Error::Code::kUnavailable, "the database is open for reading only"});
        }) {}

  QueueAdmin& Admin() override { return admin_; }

  Result<QueueStatistics> Statistics(TimePoint now) override {
    const Books books = stores_.books.Load();
    const std::vector<LinkStore::Appointment> next = stores_.links.Appointments(1);
    if (database_.error()) {
      Error error = *database_.error();
      database_.ClearError();
      return Error{error.code, "read " + error.message};
    }
    QueueStatistics statistics = StatisticsOf(books);
    if (!next.empty()) statistics.next_due = next.front().due;
    if (!next.empty() && next.front().due <= now) statistics.oldest_due = next.front().due;
    return statistics;
  }

 private:
  Database database_;
  Stores stores_;
  SqliteQueueAdmin admin_;
};

// SQLite only says that it can't open a file.
Status CheckReadable(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return Error{errno == ENOENT ? Error::Code::kNotFound : Error::Code::kUnavailable,
                 "open " + file.string() + ": " + std::strerror(errno)};
  }
  close(descriptor);
  return {};
}

}  // namespace

Result<std::unique_ptr<StoredQueue>> OpenStoredQueue(const std::filesystem::path& file) {
  if (Status readable = CheckReadable(file); !readable) return readable.error();
  Result<Database> database = Database::Open(file, Database::Access::kRead);
  if (!database) return database.error();
  database->Run("PRAGMA busy_timeout = 250");  // ms: another may be making the log's index
  const bool has_schema = HasSchema(*database);
  if (database->error()) {
    return Error{database->error()->code, "read " + database->error()->message};
  }
  if (!has_schema) {
    return Error{Error::Code::kInvalid,
                 "read " + file.string() +
                     ": it is of an older version of flaglinkd; `flaglinkd run` brings it up to "
                     "date"};
  }
  return std::unique_ptr<StoredQueue>(std::make_unique<StoredSqliteQueue>(*std::move(database)));
}

}  // namespace flaglinkd
