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
  bool look_first = false;  // others may have linked it: list before the first POST
  int mentions = 0;         // live parts that name the flag
  std::int64_t revision = 0, applied_revision = 0;
  Presence presence = Presence::kNever;
  std::string launchdarkly_id;
  std::optional<LinkFingerprint> shown;  // absent: not known
  LinkStatus status = LinkStatus::kGone;
  // Present for a link that waits, unless what it waits for is room
  std::optional<TimePoint> due;
  int attempts = 0;
  Duration failing{0};
  std::string error;        // of the last attempt
  TimePoint changed_at;     // receipt of its last change
  TimePoint waiting_since;  // receipt of the first change that is open
  auto operator<=>(const LinkRow&) const = default;

  // There is a change that is neither applied nor superseded.
  bool IsOpen() const {
    return status == LinkStatus::kWaiting || status == LinkStatus::kUnknownFlag ||
           status == LinkStatus::kFailed;
  }
  // Ours is or may be at LaunchDarkly, where it takes one of the flag's places; unwanted it has to
  // be removed.
  bool MayBeThere() const { return presence == Presence::kMaybe || presence == Presence::kThere; }
  // It has one of the flag's places or is about to ask for one.
  bool IsInLine() const {
    return MayBeThere() || (wanted && status == LinkStatus::kWaiting && due.has_value());
  }
  // Nothing is there, nothing is wanted, and nobody counts on the row.
  bool IsSpent() const { return status == LinkStatus::kGone && mentions == 0; }
};

// Now, and how long an update waits after the last change, a minute at most.
struct Pace {
  TimePoint now;
  Duration settle{0};
};

// It is wanted from now on, or no longer: a change that supersedes what was open. `received` is the
// event's receipt.
void Flip(LinkRow& link, TimePoint received, TimePoint now, Books& books);

// What it shows has changed. Nothing happens to a link that is not wanted.
void Revise(LinkRow& link, TimePoint received, const Pace& pace, Books& books);

// It is about to be leased. Until the lease has ended nobody knows what is there, whatever happens
// to the requests: a link that is no longer wanted gets its removal, and one whose content comes
// back to what was shown is looked at all the same. And no event can remove a row that a lease
// speaks of.
void MarkClaimed(LinkRow& link);

// Its lease has ended so.
void Record(LinkRow& link, const Outcome& outcome, const Pace& pace, Books& books);

// Something was sent for it outside of its lease: what is there is not known any more, and has to
// be looked at.
void Doubt(LinkRow& link, TimePoint now, Books& books);

// Its flag is known now.
void MeetFlag(LinkRow& link, TimePoint now);

// All places of its flag are taken, `places` of them: it waits until one is given back, without a
// due time.
void WaitForRoom(LinkRow& link, int places);

// One was. It is due before those that have not waited yet.
void TakeTurn(LinkRow& link, TimePoint now);

}  // namespace flaglinkd
