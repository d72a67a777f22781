// What people ask of the SQLite queue. Reading takes no transaction, so that it works on a full
// disk; what changes links is one transaction. Internal to queue/.
//
// By id or resource an answer takes about a millisecond. Any other filter of links passes over all
// of them (some 0.3 s for a million), one of events over the newest million at most: the writer
// stands still meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/queue/queue_admin.h"
#include "daemon/queue/queue_memory.h"
#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/stores.h"

namespace flaglinkd {

class SqliteQueueAdmin final : public QueueAdmin {
 public:
  // Runs `work` as one transaction, on a copy of what the queue keeps in memory. After an error
  // nothing has changed.
  using Work = std::function<void(QueueMemory&)>;
  using Transact = std::function<Status(TimePoint now, const Work& work)>;

  // `database` and `stores` outlive the object.
  SqliteQueueAdmin(Database& database, Stores& stores, Transact transact);

  Result<std::vector<LinkReport>> Links(const LinkFilter& filter) override;
  Result<int> Retry(const LinkFilter& filter, TimePoint now) override;
  Result<int> Forget(const LinkFilter& filter, bool remove, TimePoint now) override;
  Result<std::vector<EventReport>> Events(const EventFilter& filter) override;
  Result<std::optional<Payload>> PayloadOf(std::int64_t event) override;

 private:
  // What links are looked for; the numbers are those of the statements.
  enum class LinkUse { kShow = 0, kRetry = 1, kForgetAndLeave = 2, kForgetAndRemove = 3 };

  Result<std::vector<LinkId>> Find(const LinkFilter& filter, LinkUse use, TimePoint now);
  // Changes each link that is found as `change` says, in one transaction.
  template <typename Change>
  Result<int> ChangeEach(const LinkFilter& filter, LinkUse use, TimePoint now, Change change);
  LinkReport Report(const LinkRow& link);
  std::vector<std::string> MentionsOf(const LinkId& id);
  // The error that reading met, if any; the next one starts without it.
  std::optional<Error> TakeError();

  Database& database_;
  Stores& stores_;
  const Transact transact_;
  Statement links_by_id_, links_by_resource_, all_links_, show_resource_, mentions_of_parts_;
  Statement events_, read_payload_;
};

}  // namespace flaglinkd
