// Replays events one after the other, each committed before the next is read, and answers when all
// are done. It holds itself while it has something under way, and ends with the service.
#pragma once

#include <memory>
#include <vector>

#include "daemon/admin/admin_services.h"
#include "daemon/admin/report_json.h"
#include "daemon/http/http_listener.h"

namespace flaglinkd {

class ReplayRun : public std::enable_shared_from_this<ReplayRun> {
 public:
  // In the order of their ids, which is that of their receipts. Where they are as many as `limit`,
  // older ones may have been left out, and the answer says before which event.
  static void Start(std::shared_ptr<const AdminServices> services, std::vector<EventReport> events,
                    std::size_t limit, Responder responder);

 private:
  ReplayRun(std::shared_ptr<const AdminServices> services, std::vector<EventReport> events,
            Responder responder);

  void Next();
  void Replay(const EventReport& event, QueueAdmin& queue);
  void OnReplayed(const CommitResult& result);
  void Stop(const std::string& reason);

  const std::shared_ptr<const AdminServices> services_;
  std::vector<EventReport> events_;  // that are left, the next one last
  const std::size_t total_;
  const Responder responder_;
  ReplayTally tally_;
};

}  // namespace flaglinkd
