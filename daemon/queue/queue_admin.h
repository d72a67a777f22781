// What people ask of the queue: to list, to show, to try again, to forget. Runs on the thread that
// owns the queue (Writer::Ask), so every answer is bounded. kInvalid: a filter that makes no sense,
// or damage; kUnavailable: the store can't be read or written now. One implementation per database;
// its contract is tests/queue/queue_admin_contract.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

constexpr std::size_t kMostReports = 1000;

// Every condition that is given must hold.
struct LinkFilter {
  std::optional<std::string> id = {};                  // "resource.flag", as LinkReport has it
  std::optional<std::string> status = {};              // as LinkReport has it
  std::optional<std::string> project = {}, flag = {};  // keys
  std::optional<std::string> name_space = {};
  std::optional<std::string> resource = {};  // its immutable id, or its name
  std::optional<TimePoint> since = {};       // of the last change
  std::size_t limit = 100;                   // at most kMostReports; the newest
};

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
  // Where the filter has an id only: "flag URL in description", "10001: flag URL in body" for part
  // 10001
  std::vector<std::string> mentions;
};

struct EventFilter {
  std::optional<std::int64_t> id = {};
  std::optional<std::string> source = {}, outcome = {};  // outcome: stored, failed
  std::optional<TimePoint> since = {};
  std::optional<std::int64_t> before = {};  // an id: only older events, to go on where a list ended
  std::size_t limit = 100;                  // at most kMostReports; the newest
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
  // Due now, with all patience again: those that back off, have failed, or wait for their flag; and
  // one that is named by its id is compared with what LaunchDarkly shows, though all is well as far
  // as we know. One transaction for at most filter.limit of them; their number, so that 0 says that
  // none is left.
  virtual Result<int> Retry(const LinkFilter& filter, TimePoint now) = 0;
  // Not wanted from now on, whatever mentions the flag, until a part mentions it that did not.
  // `remove`: what is at LaunchDarkly goes too; else it stays and is no longer ours. At most
  // filter.limit and their number, as above.
  virtual Result<int> Forget(const LinkFilter& filter, bool remove, TimePoint now) = 0;

  virtual Result<std::vector<EventReport>> Events(const EventFilter& filter) = 0;
  // What was kept of it; absent: nothing, or there is no such event.
  virtual Result<std::optional<Payload>> PayloadOf(std::int64_t event) = 0;
};

}  // namespace flaglinkd
