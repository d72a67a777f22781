#include "daemon/queue/sqlite_link_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>

#include "daemon/queue/event_recorder.h"
#include "daemon/queue/file_lock.h"
#include "daemon/queue/lending.h"
#include "daemon/queue/queue_memory.h"
#include "daemon/queue/retention.h"
#include "daemon/queue/schema.h"
#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/sqlite_queue_admin.h"
#include "daemon/queue/stores.h"
#include "daemon/queue/wake_links.h"

namespace flaglinkd {
namespace {

class SqliteLinkQueue final : public LinkQueue {
 public:
  SqliteLinkQueue(FileLock lock, Database database, const QueueOptions& options);

  // Reads what is kept in memory. To be called once, first.
  Status Load(TimePoint now);

  Result<BatchResult> Execute(const Batch& batch) override;
  Result<std::vector<CatalogUpdate>> Catalog() override;
  Result<std::vector<WaitingFetch>> TakeFetches(TimePoint now, std::size_t per_source) override;
  Status PutOffFetch(std::int64_t event, int attempts, TimePoint due) override;
  Result<bool> Sweep(TimePoint now) override;
  Status Configure(const QueueOptions& options, TimePoint now) override;
  Status Hasten(TimePoint now) override;
  QueueAdmin& Admin() override { return admin_; }
  QueueStatistics Statistics(TimePoint now) const override;
  Status Ready() override;

 private:
  // How far one event that can't be stored reaches: savepoints cost some microseconds each, so they
  // are only used once something went wrong without them.
  enum class Isolation { kBatch, kEvent };

  // One transaction over the file and over what is kept in memory beside it, of which `work` gets a
  // copy: both take it whole, or, after an error, neither.
  Status Transact(const std::function<void(QueueMemory&)>& work);
  Result<BatchResult> Try(const Batch& batch, Isolation isolation);
  std::vector<CommitResult> RecordEvents(const Batch& batch, Isolation isolation,
                                         QueueMemory& memory);
  CommitResult RecordAlone(const IncomingEvent& event, TimePoint now, QueueMemory& memory);

  const FileLock lock_;
  QueueOptions options_;  // the parts below hold a reference
  mutable Database database_;
  mutable Stores stores_;
  EventRecorder recorder_;
  Lending lending_;
  Retention retention_;
  Statement begin_, commit_, probe_;
  QueueMemory memory_;  // as of the last commit
  SqliteQueueAdmin admin_;
};

SqliteLinkQueue::SqliteLinkQueue(FileLock lock, Database database, const QueueOptions& options)
    : lock_(std::move(lock)),
      options_(options),
      database_(std::move(database)),
      stores_(database_, options_.max_links_per_flag),
      recorder_(options_, stores_),
      lending_(options_, database_, stores_),
      retention_(database_, stores_, options_),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      // A full or lost disk shows only when something is written, and SQLite writes no page that
      // stays as it was.
      probe_(database_, "UPDATE totals SET value = value + 1 WHERE name = 'probes'"),
      admin_(database_, stores_, [this](TimePoint now, const SqliteQueueAdmin::Work& work) {
        return Transact([&](QueueMemory& memory) {
          work(memory);
          HandPlacesOn(now, stores_, memory);
        });
      }) {}

Status SqliteLinkQueue::Load(TimePoint now) {
  memory_.books = stores_.books.Load();
  memory_.next_event = stores_.events.HighestId() + 1;
  memory_.next_resource = database_.Number("SELECT max(id) FROM resources") + 1;
  stores_.events.LoadDeliveries();
  stores_.room.Load();
  if (database_.error()) return *database_.error();
  return Transact([&](QueueMemory& memory) { HandAllPlacesOn(now, stores_, memory); });
}

Result<BatchResult> SqliteLinkQueue::Execute(const Batch& batch) {
  Result<BatchResult> together = Try(batch, Isolation::kBatch);
  // Unavailable is the disk or the lock: it would stop each event alike.
  if (together || together.error().code == Error::Code::kUnavailable || batch.events.empty())
    return together;
  return Try(batch, Isolation::kEvent);
}

Result<BatchResult> SqliteLinkQueue::Try(const Batch& batch, Isolation isolation) {
  BatchResult result;
  const Status stored = Transact([&](QueueMemory& memory) {
    std::erase_if(memory.leases,
                  [&](const auto& lease) { return lease.second.until <= batch.now; });
    for (const Outcome& outcome : batch.outcomes)
      result.outcomes.push_back(lending_.End(outcome, batch.now, memory));
    for (const CatalogUpdate& update : batch.catalog) TakeNews(update, batch.now, stores_, memory);
    result.events = RecordEvents(batch, isolation, memory);
    // The oldest ones first, before a claim gives the places to others.
    HandPlacesOn(batch.now, stores_, memory);
    result.leases = lending_.Claim(batch, memory);
  });
  if (!stored) return stored.error();
  return result;
}

Status SqliteLinkQueue::Transact(const std::function<void(QueueMemory&)>& work) {
  QueueMemory working = memory_;
  begin_.Run();
  work(working);
  stores_.books.Save(memory_.books, working.books);
  commit_.Run();
  if (!database_.error()) {
    stores_.room.Keep(std::exchange(working.books.room, {}));
    stores_.events.KeepDeliveries();
    memory_ = std::move(working);
    return {};
  }
  Error error = *database_.error();
  error.message.insert(0, "write ");
  database_.Rollback();
  database_.ClearError();
  stores_.events.DropDeliveries();
  stores_.names.Forget();
  stores_.flags.Forget();
  return error;
}

std::vector<CommitResult> SqliteLinkQueue::RecordEvents(const Batch& batch, Isolation isolation,
                                                        QueueMemory& memory) {
  std::vector<CommitResult> results;
  if (batch.events.empty()) return results;
  const Status room = retention_.MakeRoom(memory);
  for (const IncomingEvent& event : batch.events) {
    // What was waited for takes little, and frees a payload.
    if (!room && event.completes == 0) {
      results.push_back({CommitResult::Kind::kUnavailable, 0, 0, room.error().message});
      continue;
    }
    results.push_back(isolation == Isolation::kEvent ? RecordAlone(event, batch.now, memory)
                                                     : recorder_.Record(event, batch.now, memory));
  }
  return results;
}

CommitResult SqliteLinkQueue::RecordAlone(const IncomingEvent& event, TimePoint now,
                                          QueueMemory& memory) {
  const QueueMemory before = memory;
  database_.Run("SAVEPOINT event");
  const CommitResult result = recorder_.Record(event, now, memory);
  if (!database_.error()) {
    database_.Run("RELEASE event");
    return result;
  }
  const Error error = *database_.error();
  if (error.code == Error::Code::kUnavailable) return {};
  database_.ClearError();
  database_.Run(
      "ROLLBACK TO event");  // fails, and with it the batch, if SQLite has rolled everything back
  database_.Run("RELEASE event");
  memory = before;
  stores_.names.Forget();
  stores_.flags.Forget();
  return {CommitResult::Kind::kUnavailable, 0, 0, "write " + error.message};
}

Result<std::vector<CatalogUpdate>> SqliteLinkQueue::Catalog() {
  std::vector<CatalogUpdate> updates = stores_.catalog.Read();
  if (!database_.error()) return updates;
  Error error = *database_.error();
  error.message.insert(0, "read ");
  database_.ClearError();
  return error;
}

QueueStatistics SqliteLinkQueue::Statistics(TimePoint now) const {
  QueueStatistics statistics = StatisticsOf(memory_.books);
  for (const LinkStore::Appointment& next : stores_.links.Appointments(memory_.leases.size() + 1)) {
    if (!statistics.oldest_due && next.due <= now) statistics.oldest_due = next.due;
    const auto lease = memory_.leases.find(next.id);
    if (lease != memory_.leases.end() && lease->second.until > now) continue;
    statistics.next_due = next.due;
    break;
  }
  statistics.next_fetch = stores_.fetches.Next();
  database_.ClearError();  // the next batch meets what was in the way, and says so
  return statistics;
}

Result<std::vector<WaitingFetch>> SqliteLinkQueue::TakeFetches(TimePoint now,
                                                               std::size_t per_source) {
  std::vector<WaitingFetch> taken = stores_.fetches.Take(now, per_source);
  if (!database_.error()) return taken;
  Error error = *database_.error();
  error.message.insert(0, "read ");
  database_.ClearError();
  for (const WaitingFetch& fetch : taken) stores_.fetches.GiveBack(fetch.event);
  return error;
}

Status SqliteLinkQueue::PutOffFetch(std::int64_t event, int attempts, TimePoint due) {
  stores_.fetches.GiveBack(event);
  return Transact([&](QueueMemory&) { stores_.fetches.PutOff(event, attempts, due); });
}

Result<bool> SqliteLinkQueue::Sweep(TimePoint now) {
  bool more = false;
  const Status swept = Transact([&](QueueMemory& memory) { more = retention_.Sweep(now, memory); });
  if (!swept) return swept.error();
  return more;
}

Status SqliteLinkQueue::Configure(const QueueOptions& options, TimePoint now) {
  options_ = options;
  stores_.room.SetPlaces(options.max_links_per_flag);
  return Transact([&](QueueMemory& memory) { HandAllPlacesOn(now, stores_, memory); });
}

Status SqliteLinkQueue::Hasten(TimePoint now) {
  return Transact([&](QueueMemory&) { stores_.links.Hasten(now); });
}

Status SqliteLinkQueue::Ready() {
  Status room;
  const Status probed = Transact([&](QueueMemory& memory) {
    probe_.Run();
    room = retention_.HasRoom(memory);
  });
  return probed ? room : probed;
}

// Made with the mode before SQLite opens it, which gives its log the same one.
Status MakeFile(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Error{Error::Code::kUnavailable, "open " + file.string() + ": " + std::strerror(errno)};
  }
  close(descriptor);
  return {};
}

}  // namespace

Result<std::unique_ptr<LinkQueue>> OpenSqliteQueue(const QueueOptions& options, TimePoint now) {
  Result<FileLock> lock = FileLock::Take(options.file.string() + "-lock");
  if (!lock) return lock.error();
  if (Status made = MakeFile(options.file); !made) return made.error();
  Result<Database> database = Database::Open(options.file);
  if (!database) return database.error();
  SetUpSchema(*database);
  auto queue = std::make_unique<SqliteLinkQueue>(std::move(*lock), std::move(*database), options);
  if (Status loaded = queue->Load(now); !loaded)
    return Error{loaded.error().code, "open " + loaded.error().message};
  return std::unique_ptr<LinkQueue>(std::move(queue));
}

}  // namespace flaglinkd
