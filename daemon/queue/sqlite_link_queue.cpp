#include "daemon/queue/sqlite_link_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/domain/link_body.h"
#include "daemon/queue/event_recorder.h"
#include "daemon/queue/file_lock.h"
#include "daemon/queue/link_row.h"
#include "daemon/queue/queue_memory.h"
#include "daemon/queue/schema.h"
#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/stores.h"

namespace flaglinkd {
namespace {

class SqliteLinkQueue final : public LinkQueue {
 public:
  SqliteLinkQueue(FileLock lock, Database database, const QueueOptions& options);

  // Reads what is kept in memory. To be called once, first.
  Status Load();

  Result<BatchResult> Execute(const Batch& batch) override;
  QueueStatistics Statistics(TimePoint now) const override;
  Status Ready() override;

 private:
  // How far one event that can't be stored reaches: savepoints cost some microseconds each, so they
  // are only used once something went wrong without them.
  enum class Isolation { kBatch, kEvent };

  Result<BatchResult> Try(const Batch& batch, Isolation isolation);
  CommitResult RecordAlone(const IncomingEvent& event, TimePoint now);
  bool End(const Outcome& outcome, TimePoint now);
  std::vector<Lease> ClaimDue(const Batch& batch);
  void PutAside(const LinkRow& row);
  Lease MakeLease(const DueLink& due, const FlagKey& flag);
  void Begin();
  std::optional<Error> Finish();

  const FileLock lock_;
  const QueueOptions options_;
  mutable Database database_;
  mutable Stores stores_;
  EventRecorder recorder_;
  Statement begin_, commit_, probe_;
  QueueMemory memory_;   // as of the last commit
  QueueMemory working_;  // within a transaction
};

SqliteLinkQueue::SqliteLinkQueue(FileLock lock, Database database, const QueueOptions& options)
    : lock_(std::move(lock)),
      options_(options),
      database_(std::move(database)),
      stores_(database_),
      recorder_(options_, stores_),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      // A full or lost disk shows only when something is written, and SQLite writes no page that
      // stays as it was.
      probe_(database_, "UPDATE totals SET value = value + 1 WHERE name = 'probes'") {}

Status SqliteLinkQueue::Load() {
  memory_.books = stores_.books.Load();
  memory_.next_event = stores_.events.HighestId() + 1;
  memory_.next_resource = database_.Number("SELECT max(id) FROM resources") + 1;
  stores_.events.LoadDeliveries();
  if (database_.error()) return *database_.error();
  return {};
}

Result<BatchResult> SqliteLinkQueue::Execute(const Batch& batch) {
  Result<BatchResult> together = Try(batch, Isolation::kBatch);
  // Unavailable is the disk or the lock: it would stop each event alike.
  if (together || together.error().code == Error::Code::kUnavailable || batch.events.empty())
    return together;
  return Try(batch, Isolation::kEvent);
}

Result<BatchResult> SqliteLinkQueue::Try(const Batch& batch, Isolation isolation) {
  Begin();
  std::erase_if(working_.leases,
                [&](const auto& lease) { return lease.second.until <= batch.now; });
  BatchResult result;
  for (const Outcome& outcome : batch.outcomes) result.outcomes.push_back(End(outcome, batch.now));
  for (const IncomingEvent& event : batch.events) {
    result.events.push_back(isolation == Isolation::kEvent
                                ? RecordAlone(event, batch.now)
                                : recorder_.Record(event, batch.now, working_));
  }
  result.leases = ClaimDue(batch);
  stores_.books.Save(memory_.books, working_.books);
  if (std::optional<Error> error = Finish()) return *error;
  return result;
}

void SqliteLinkQueue::Begin() {
  working_ = memory_;
  begin_.Run();
}

// Commits and takes the memory over, or undoes both.
std::optional<Error> SqliteLinkQueue::Finish() {
  commit_.Run();
  if (!database_.error()) {
    std::swap(memory_, working_);
    stores_.events.KeepDeliveries();
    return std::nullopt;
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

CommitResult SqliteLinkQueue::RecordAlone(const IncomingEvent& event, TimePoint now) {
  const QueueMemory before = working_;
  database_.Run("SAVEPOINT event");
  const CommitResult result = recorder_.Record(event, now, working_);
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
  working_ = before;
  stores_.names.Forget();
  stores_.flags.Forget();
  return {CommitResult::Kind::kUnavailable, 0, 0, "write " + error.message};
}

bool SqliteLinkQueue::End(const Outcome& outcome, TimePoint now) {
  const auto lease = working_.leases.find(outcome.id);
  if (lease == working_.leases.end() || lease->second.token != outcome.token) return false;
  working_.leases.erase(lease);
  const std::optional<LinkRow> before = stores_.links.Find(outcome.id);
  // Only a damaged database loses a row that is leased.
  if (!before) return true;
  LinkRow after = *before;
  Record(after, outcome, now, working_.books);
  stores_.links.Save(before, after, working_.books);
  return true;
}

std::vector<Lease> SqliteLinkQueue::ClaimDue(const Batch& batch) {
  std::vector<Lease> leases;
  if (batch.claim_limit == 0) return leases;
  // Leased links keep their place in due order, so look past them.
  for (const DueLink& due :
       stores_.links.Due(batch.now, batch.claim_limit + working_.leases.size())) {
    if (leases.size() == batch.claim_limit) break;
    const std::optional<FlagKey> flag = stores_.flags.FlagOf(due.row.id.flag);
    if (working_.leases.contains(due.row.id)) continue;
    if (!flag) {
      if (database_.error()) break;
      PutAside(due.row);
      continue;
    }
    Lease lease = MakeLease(due, *flag);
    lease.token = working_.next_token++;
    lease.until = batch.now + batch.lease;
    working_.leases[lease.id] = {lease.token, lease.until};
    if (due.row.wanted && due.row.presence == Presence::kNever) {
      // Whatever happens to the request, a link that is no longer wanted gets its removal from now
      // on; and no event can remove a row that a lease still speaks of.
      LinkRow marked = due.row;
      marked.presence = Presence::kMaybe;
      stores_.links.Save(due.row, marked, working_.books);
    }
    leases.push_back(std::move(lease));
  }
  return leases;
}

// Else a damaged row would stand in front of all others for ever.
void SqliteLinkQueue::PutAside(const LinkRow& row) {
  LinkRow damaged = row;
  if (damaged.IsOpen()) damaged.status = LinkStatus::kFailed;
  damaged.due.reset();
  damaged.error = "the stored flag is damaged";
  stores_.links.Save(row, damaged, working_.books);
}

Lease SqliteLinkQueue::MakeLease(const DueLink& due, const FlagKey& flag) {
  Lease lease;
  lease.id = due.row.id;
  lease.revision = due.row.revision;
  lease.wanted = {flag, due.row.wanted, {}};
  lease.wanted.body.key = due.row.key;
  lease.applied = {due.row.presence, due.row.launchdarkly_id};
  lease.attempts = due.row.attempts;
  lease.flag_unknown = due.row.status == LinkStatus::kUnknownFlag;
  lease.failing = due.row.failing;
  lease.changed_at = due.row.waiting_since;
  lease.source_namespace = stores_.names.NameOf(due.name_space);
  lease.resource = due.resource;
  if (!due.row.wanted) return lease;
  if (!due.content) {
    lease.render_error = "the stored content of the resource is damaged";
  } else if (Result<LinkBody> body = RenderLink(*due.content, due.row.key, due.first_seen)) {
    lease.wanted.body = std::move(*body);
  } else {
    lease.render_error = body.error().message;
  }
  return lease;
}

QueueStatistics SqliteLinkQueue::Statistics(TimePoint now) const {
  const Books& books = memory_.books;
  QueueStatistics statistics;
  statistics.applied = books.Links(LinkStatus::kApplied);
  statistics.waiting = books.Links(LinkStatus::kWaiting);
  statistics.unknown_flag = books.Links(LinkStatus::kUnknownFlag);
  statistics.failed = books.Links(LinkStatus::kFailed);
  statistics.total_made = books.made;
  statistics.total_applied = books.applied;
  statistics.total_superseded = books.superseded;
  statistics.total_forgotten = books.forgotten;
  for (const LinkStore::Appointment& next : stores_.links.Appointments(memory_.leases.size() + 1)) {
    if (!statistics.oldest_due && next.due <= now) statistics.oldest_due = next.due;
    const auto lease = memory_.leases.find(next.id);
    if (lease != memory_.leases.end() && lease->second.until > now) continue;
    statistics.next_due = next.due;
    break;
  }
  database_.ClearError();  // the next batch meets what was in the way, and says so
  return statistics;
}

Status SqliteLinkQueue::Ready() {
  Begin();
  probe_.Run();
  if (std::optional<Error> error = Finish()) return *error;
  return {};
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

Result<std::unique_ptr<LinkQueue>> OpenSqliteQueue(const QueueOptions& options, TimePoint) {
  Result<FileLock> lock = FileLock::Take(options.file.string() + "-lock");
  if (!lock) return lock.error();
  if (Status made = MakeFile(options.file); !made) return made.error();
  Result<Database> database = Database::Open(options.file);
  if (!database) return database.error();
  SetUpSchema(*database);
  auto queue = std::make_unique<SqliteLinkQueue>(std::move(*lock), std::move(*database), options);
  if (Status loaded = queue->Load(); !loaded)
    return Error{loaded.error().code, "open " + loaded.error().message};
  return std::unique_ptr<LinkQueue>(std::move(queue));
}

}  // namespace flaglinkd
