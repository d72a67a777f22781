// The table of events that wait for documents, and which of them are given out. Not safe for
// several threads; errors stick in the database (sqlite_database.h). Internal to queue/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/queue/link_queue.h"
#include "daemon/queue/name_ids.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

struct FetchRow {
  std::int64_t event = 0, source = 0;
  TimePoint received, since;
  bool bare = false;           // nothing of the event could be taken without the documents
  bool keeps_payload = false;  // also once it waits no longer
};

class FetchStore {
 public:
  // Both outlive the store.
  FetchStore(Database& database, NameIds& names);

  void Add(const FetchRow& row);
  // Of the row, `bare` and `keeps_payload`; nothing: the event does not wait.
  std::optional<FetchRow> Remove(std::int64_t event);
  void PutOff(std::int64_t event, int attempts, TimePoint due);
  // The event may be taken again.
  void GiveBack(std::int64_t event) { out_.erase(event); }

  // As LinkQueue::TakeFetches has it.
  std::vector<WaitingFetch> Take(TimePoint now, std::size_t per_source);
  // As QueueStatistics::next_fetch has it.
  std::optional<TimePoint> Next();

 private:
  struct Due {
    std::int64_t event = 0, source = 0;
  };
  std::vector<Due> FindDue(TimePoint now, std::size_t per_source);
  // That have events waiting.
  std::vector<std::int64_t> Sources();
  std::size_t OutOf(std::int64_t source) const;

  NameIds& names_;
  std::map<std::int64_t, std::int64_t> out_;  // event to source
  Statement add_, remove_, put_off_, next_source_, due_, read_;
};

}  // namespace flaglinkd
