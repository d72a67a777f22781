// The links table. Not safe for several threads; errors stick in the database (sqlite_database.h).
// Internal to queue/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/domain/life_cycle.h"
#include "daemon/queue/link_row.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

// A due link with what it takes to render it.
struct DueLink {
  LinkRow row;
  std::int64_t name_space = 0;
  std::string resource;             // its key
  std::optional<Content> content;   // absent: the resource's row is damaged or missing
  std::optional<Content> accepted;  // what LaunchDarkly last accepted, while something newer waits
  TimePoint first_seen;
};

class LinkStore {
 public:
  explicit LinkStore(Database& database);

  std::vector<LinkRow> OfResource(std::int64_t resource);
  std::optional<LinkRow> Find(const LinkId& id);
  // Adds, changes or removes the row, as its two states ask for, and counts it in `books`. `before`
  // is absent for a new link.
  void Save(const std::optional<LinkRow>& before, const LinkRow& after, Books& books);

  // The first `limit` links in due order.
  std::vector<DueLink> Due(TimePoint now, std::size_t limit);
  // What is to be tried again is due now.
  void Hasten(TimePoint now);
  // Those that wait for the catalogue to know the flag.
  std::vector<LinkRow> OfUnknownFlag(std::int64_t flag);
  // The oldest of those that wait for a place of the flag.
  std::vector<LinkRow> WithoutRoom(std::int64_t flag, std::int64_t limit);
  // Flags that have such links.
  std::vector<std::int64_t> FlagsWithoutRoom();

  struct Appointment {
    LinkId id;
    TimePoint due;
  };
  // The first `limit` links that are or will be due, in that order.
  std::vector<Appointment> Appointments(std::size_t limit);

 private:
  static LinkRow Read(const Rows& rows);

  Statement of_resource_, find_, due_, of_unknown_flag_, without_room_, flags_without_room_,
      appointments_;
  Statement add_, change_, set_due_, hasten_, remove_;
};

}  // namespace flaglinkd
