// The queue in one SQLite file: WAL, synchronous=FULL, one process at a time (it holds a lock on
// the file).
#pragma once

#include <memory>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/queue/link_queue.h"
#include "daemon/queue/queue_options.h"

namespace flaglinkd {

// Opens or makes the file (0600) and brings its schema up to date. kUnavailable: can't be opened,
// or another process has it; kInvalid: not ours, or from a newer version.
Result<std::unique_ptr<LinkQueue>> OpenSqliteQueue(const QueueOptions& options, TimePoint now);

}  // namespace flaglinkd
