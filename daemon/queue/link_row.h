// A link as its row holds it, and how events and outcomes move it. Pure, so that every database's
// queue moves links alike. Internal to queue/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/queue/books.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

struct LinkRow {
  LinkId id;
  std::string key;  // at LaunchDarkly
  bool wanted = false;
  int mentions = 0;  // live parts that name the flag
  std::int64_t revision = 0, applied_revision = 0;
  Presence presence = Presence::kNever;
  std::string launchdarkly_id;
  LinkStatus status = LinkStatus::kGone;
  std::optional<TimePoint> due;  // present for a link that waits
  int attempts = 0;
  Duration failing{0};
  std::string error;        // of the last attempt
  TimePoint changed_at;     // receipt of its last change
  TimePoint waiting_since;  // receipt of the change that made it due
  auto operator<=>(const LinkRow&) const = default;

  // There is a change that is neither applied nor superseded.
  bool IsOpen() const {
    return status == LinkStatus::kWaiting || status == LinkStatus::kUnknownFlag ||
           status == LinkStatus::kFailed;
  }
  // Nothing is there, nothing is wanted, and nobody counts on the row.
  bool IsSpent() const { return status == LinkStatus::kGone && mentions == 0; }
};

// It is wanted from now on, or no longer: a change that supersedes what was open. `received` is the
// event's receipt.
void Flip(LinkRow& link, TimePoint received, TimePoint now, Books& books);

// What it shows has changed.
void Revise(LinkRow& link, TimePoint received, TimePoint now);

// Its lease has ended so.
void Record(LinkRow& link, const Outcome& outcome, TimePoint now, Books& books);

}  // namespace flaglinkd
