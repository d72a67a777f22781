// What GitHub could not deliver: it repeats nothing by itself, but keeps a log. At the start and
// every hour one thread reads the logs of the configured hooks, back to three days ago, and has
// those deliveries committed of which no attempt was accepted. Delivery ids keep one that was stored
// in the meantime from being stored twice.
//
// A log that can't be read is logged once, and read again an hour later; nothing else waits for it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/secret.h"
#include "daemon/domain/webhook.h"
#include "daemon/http/http_client.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

// A hook whose log can be read.
struct LoggedHook {
  std::string source;
  std::string log;  // "https://api.github.com/repos/acme/shop/hooks/42/deliveries"
  std::shared_ptr<const Secret> api_token;
};

class CatchUp {
 public:
  // What the functions refer to outlives the catch-up. They are called on its thread until Stop.
  struct Surroundings {
    std::unique_ptr<HttpClient> client;  // the catch-up's own
    const Clock& clock;
    // As of now.
    std::function<std::vector<LoggedHook>()> hooks;
    // Reads and stores the webhook, as received when GitHub first tried, unless its delivery was
    // stored before. `done` is called exactly
    // once, from any thread, and may outlive the catch-up.
    std::function<void(const std::string& source, Webhook,
                       std::function<void(const CommitResult&)>)>
        commit;
    std::function<void(const std::string& source)> caught_up;  // one that was missed is stored
  };

  // The thread starts at once.
  explicit CatchUp(Surroundings surroundings);
  // As Stop.
  ~CatchUp();
  CatchUp(const CatchUp&) = delete;
  CatchUp& operator=(const CatchUp&) = delete;

  // Ends and joins the thread; a request that is under way is given up.
  void Stop();
  TimePoint LastAlive() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace flaglinkd
