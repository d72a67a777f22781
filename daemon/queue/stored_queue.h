// What is stored of links and events, for whoever has no queue open: the command line, where no
// service runs. Read-only; it takes no lock, so that nobody is in the way who comes meanwhile.
#pragma once

#include <filesystem>
#include <memory>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/queue/link_queue.h"
#include "daemon/queue/queue_admin.h"

namespace flaglinkd {

class StoredQueue {
 public:
  virtual ~StoredQueue() = default;

  // What would change something is refused (kUnavailable).
  virtual QueueAdmin& Admin() = 0;
  virtual Result<QueueStatistics> Statistics(TimePoint now) = 0;
};

// Writes nothing into the file; SQLite may make the log's files beside it. kNotFound: there is no
// such file; kUnavailable: it can't be read; kInvalid: not ours, damaged, or of another version of
// flaglinkd: a service that starts brings an older one up to date.
Result<std::unique_ptr<StoredQueue>> OpenStoredQueue(const std::filesystem::path& file);

}  // namespace flaglinkd
