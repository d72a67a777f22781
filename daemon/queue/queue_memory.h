// What the SQLite queue knows beside its file. Safe because one process owns the file and one
// thread writes it: a batch works on a copy, which takes the place of this one only after the
// commit. Internal to queue/.
#pragma once

#include <cstdint>
#include <map>

#include "daemon/base/clock.h"
#include "daemon/queue/books.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

struct QueueMemory {
  struct Claim {
    std::uint64_t token = 0;
    TimePoint until;
    bool in_doubt = false;  // something was sent for the link outside of this lease
    bool flag_met = false;  // the catalogue has learned of its flag since
  };

  Books books;
  // A durable lease would buy nothing: after a crash every unfinished link is due anyway, and
  // repeating is harmless.
  std::map<LinkId, Claim> leases;
  std::int64_t next_event = 1, next_resource = 1;
  std::uint64_t next_token = 1;
};

}  // namespace flaglinkd
