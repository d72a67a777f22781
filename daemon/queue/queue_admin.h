// What people ask of the queue: to list, to show, to try again, to forget. Runs on the thread that
// owns the queue (Writer::Ask), so every answer is bounded. One implementation per database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

// Every condition that is given must hold.
struct LinkFilter {
  std::optional<std::string> id;             // "resource.flag", as LinkReport has it
  std::optional<std::string> status;         // as LinkReport has it
  std::optional<std::string> project, flag;  // keys
  std::optional<std::string> name_space;
  std::optional<std::string> resource;  // its immutable id, or its name
  std::optional<TimePoint> since;       // of the last change
  std::size_t limit = 100;              // at most kMostReports
};
constexpr std::size_t kMostReports = 1000;

struct LinkReport {
  std::string id;   // "17.4": resource and flag; names the link in later calls
  std::string key;  // at LaunchDarkly
  FlagKey flag;
  std::string name_space, resource, name, title, url;
  std::string status;  // applied, foreign, waiting, unknown_flag, failed, gone
  bool wanted = false;
  int attempts = 0;
  std::string reason;  // of the last attempt
  std::optional<TimePoint> due;
  TimePoint changed_at;
  std::vector<std::string>
      mentions;  // LinkReports with an id only: "comment 10001: flag URL in body"
};

struct EventFilter {
  std::optional<std::int64_t> id;
  std::optional<std::string> source, outcome;  // outcome: stored, failed
  std::optional<TimePoint> since;
  std::size_t limit = 100;  // at most kMostReports; the newest
};

struct EventReport {
  std::int64_t id = 0;
  std::string source, outcome, reason;
  TimePoint received;
  int links = 0;
  bool has_payload = false;
};

class QueueAdmin {
 public:
  virtual ~QueueAdmin() = default;

  virtual Result<std::vector<LinkReport>> Links(const LinkFilter& filter) = 0;
  // Due now, with all patience again: those that wait, have failed, or wait for their flag. The
  // number of them.
  virtual Result<int> Retry(const LinkFilter& filter, TimePoint now) = 0;
  // Not wanted from now on, whatever mentions the flag until it is mentioned anew. `remove`: what is
  // at LaunchDarkly goes too; else it stays and is no longer ours. The number of them.
  virtual Result<int> Forget(const LinkFilter& filter, bool remove, TimePoint now) = 0;

  virtual Result<std::vector<EventReport>> Events(const EventFilter& filter) = 0;
  // What was kept of it; absent: nothing, or there is no such event.
  virtual Result<std::optional<Payload>> PayloadOf(std::int64_t event) = 0;
};

}  // namespace flaglinkd
