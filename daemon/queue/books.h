// The books: how many links are in which state, and the totals of what became of every link change.
// At any time, and for ever,
//
//   made = applied + superseded + forgotten + links that wait (for their turn, or for their flag) +
//   failed links
//
// since a link has at most one open change. The totals are rows, written in the transaction of what
// they count; the links per state are counted once, at start. Internal to queue/.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>

#include "daemon/queue/link_queue.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

// kApplied: as wanted. kForeign: as wanted, by somebody else's link. kWaiting: due now or later, or
// until its flag has room. kUnknownFlag: waits for its flag. kFailed: waits for a person or a new
// revision. kGone: not wanted and not there, kept while something mentions the flag.
enum class LinkStatus {
  kApplied = 0,
  kWaiting = 1,
  kUnknownFlag = 2,
  kFailed = 3,
  kGone = 4,
  kForeign = 5
};
constexpr std::size_t kLinkStatuses = 6;

// What a row's number means; one that means nothing reads as kWaiting, so that the link is tried.
LinkStatus StatusOf(std::int64_t number);

// What a batch does to the places that flags have at LaunchDarkly (flag_room.h), by flag id.
struct RoomChanges {
  std::map<std::int64_t, std::int64_t> taken;  // places taken less places given back
  std::set<std::int64_t> left;                 // a link gave up its place, or its turn to take one
};

struct Books {
  std::array<std::int64_t, kLinkStatuses> links{};  // by status
  std::int64_t made = 0, applied = 0, superseded = 0, forgotten = 0;
  RoomChanges room;  // since the last commit

  std::int64_t& Links(LinkStatus status) { return links[static_cast<std::size_t>(status)]; }
  std::int64_t Links(LinkStatus status) const { return links[static_cast<std::size_t>(status)]; }
};

// What the books alone tell: all but the times.
QueueStatistics StatisticsOf(const Books& books);

class BookStore {
 public:
  explicit BookStore(Database& database);
  // Reads the totals and counts the links: a pass over all of them.
  Books Load();
  // Writes the totals that differ.
  void Save(const Books& before, const Books& after);

 private:
  Database& database_;
  Statement set_total_;
};

}  // namespace flaglinkd
