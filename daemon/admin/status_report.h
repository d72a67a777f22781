// What the service knows of itself at one moment: /api/v1/status, the status page and `flaglinkd
// status` all show this and nothing else. Plain values, cheap to make: nothing in it asks the
// database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/observe/history.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

struct SourceStatus {
  std::string name, adapter, path;
  // Since the start of the process: requests that the sender was to be told of as such.
  std::int64_t stored = 0, ignored = 0, duplicate = 0, failed = 0, rejected = 0, unavailable = 0;
  // Of authentic webhooks; absent: none since the start.
  std::optional<TimePoint> last_event;
  std::string last_outcome;  // "stored", "ignored", …; "": none yet
};

struct PauseStatus {
  std::string reason;  // token, permission, rate_limit, away
  std::string scope;   // "everything", or the project and the verb
  TimePoint until;     // of the next probe
};

// Of the account's window, as LaunchDarkly last told it.
struct BudgetStatus {
  std::int64_t remaining = 0;  // less the fifth that is left to others
  TimePoint until;
};

struct DeliveryStatus {
  bool enabled = true;
  std::vector<PauseStatus> pauses;  // none: delivery works
  std::optional<BudgetStatus> budget;
  int under_way = 0;  // links
};

struct CatalogStatus {
  std::string project;
  std::int64_t flags = 0;
  Duration age{0};  // since all its flags were known
};

struct ConfigStatus {
  std::string hash;
  TimePoint loaded;
  // Of the last reload, where it was refused: why, in one line, and when.
  std::string refused;
  std::optional<TimePoint> refused_at;
};

struct StatusReport {
  std::string version;
  TimePoint now, started;
  std::vector<std::string>
      troubles;  // why webhooks can't be stored, as /readyz says; none: they can
  std::vector<SourceStatus> sources;
  QueueStatistics queue;
  DeliveryStatus delivery;
  std::vector<CatalogStatus> catalog;  // none: catalog_refresh = "off"
  ConfigStatus config;
  std::vector<HistorySlot> history;  // at most kHistorySlots; younger processes have fewer
};

}  // namespace flaglinkd
