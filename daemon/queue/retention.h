// What goes, and when: events and their payloads after keep_events; the clock of a part or resource
// without mentions or links keep_events after it was last seen; and at max_bytes kept payloads,
// then events, then such clocks, oldest first. Links and what they show are never touched: they
// refer to no event.
//
// Everything happens within a transaction that the caller has open, in steps of at most some
// milliseconds. The newest event and the newest resource stay, since ids restart from them. Not
// safe for several threads. Internal to queue/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/queue/queue_memory.h"
#include "daemon/queue/queue_options.h"
#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/stores.h"

namespace flaglinkd {

class Retention {
 public:
  // All outlive the object.
  Retention(Database& database, Stores& stores, const QueueOptions& options);

  // One step. True: there is more to do now.
  bool Sweep(TimePoint now, const QueueMemory& memory);

  // To be asked before events are recorded; makes room by one step where the file is at max_bytes.
  // The error, kUnavailable: what waits fills the file by itself, and no event may be added.
  Status MakeRoom(const QueueMemory& memory);

  // What MakeRoom would find. Changes nothing.
  Status HasRoom(const QueueMemory& memory);

 private:
  // Where a pass over the clocks is: first all parts, then all resources.
  struct Pass {
    bool parts_done = false;
    std::int64_t resource = 0;
    std::string part;
    bool has_removed = false;
  };

  // Whether the file was at max_bytes and is still above the low mark.
  bool MakesRoom();
  bool ReclaimStep(const QueueMemory& memory);
  bool ReclaimClocks(std::int64_t newest_resource);
  bool EventStep(TimePoint limit, std::int64_t newest_event);
  bool ClockStep(TimePoint now, std::int64_t newest_resource);
  // A step of the pass, for clocks last heard of before `limit`. False: it has been over all.
  bool PassStep(Pass& pass, TimePoint limit, std::int64_t newest_resource);
  bool PartStep(Pass& pass, TimePoint limit);
  bool ResourceStep(Pass& pass, TimePoint limit, std::int64_t newest_resource);
  // Each removes the oldest up to this id and says whether that was a whole step, so that there may
  // be more.
  bool RemovePayloads(std::int64_t last, std::uint64_t most_bytes);
  bool RemoveEvents(std::int64_t last);
  std::uint64_t BytesInUse();
  // Down to which room is made.
  std::uint64_t LowMark() const;

  Stores& stores_;
  const QueueOptions& options_;
  const std::uint64_t page_size_;
  bool making_room_ = false;
  Pass reclaiming_;       // at max_bytes, whatever their age
  bool is_full_ = false;  // such a pass has ended, and the file is at max_bytes still
  Pass ageing_;
  std::optional<TimePoint> aged_at_;  // when the last pass for their age ended
  Statement oldest_events_, remove_events_, oldest_payloads_, remove_payloads_;
  Statement next_parts_, remove_part_, next_resources_, remove_resource_;
  Statement has_payload_, pages_, free_pages_;
};

}  // namespace flaglinkd
