// What the admin API and the status page can have done by the rest of the service. All are called on
// an admin listener's thread or on one of those that answer, and return at once.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "daemon/admin/status_report.h"
#include "daemon/domain/reading.h"
#include "daemon/domain/webhook.h"
#include "daemon/queue/link_queue.h"
#include "daemon/queue/queue_admin.h"

namespace flaglinkd {

struct AdminServices {
  // What the service knows of itself now. Asks neither the queue nor anybody who could keep it.
  std::function<StatusReport()> status;

  // Runs `question` on the thread that owns the queue; destroys it unrun when the service ends.
  // False: so many wait that it is not taken.
  std::function<bool(std::function<void(QueueAdmin&)> question)> ask;

  // The namespace of a configured source; nothing: there is no such source.
  std::function<std::optional<std::string>(const std::string& source)> name_space_of;

  // What the present rules make of a stored event.
  std::function<void(const EventReport&, const Payload&, std::function<void(const Reading&)> done)>
      explain;

  // Does it: kFailed, with nothing stored, if it can't be read now either. kUnavailable: stop.
  std::function<void(const EventReport&, const Payload&,
                     std::function<void(const CommitResult&)> done)>
      replay;

  // Has the source take the secret that the next handshake brings, in place of one that is there if
  // `replace` says so; until when, or why not.
  std::function<void(const std::string& source, bool replace,
                     std::function<void(const Result<TimePoint>&)> done)>
      arm;

  // A webhook of a configured source that nobody has to vouch for. Its results are those of replay.
  std::function<void(const std::string& source, Webhook,
                     std::function<void(const CommitResult&)> done)>
      import;
};

}  // namespace flaglinkd
