#include "daemon/queue/link_row.h"

#include <algorithm>

namespace flaglinkd {
namespace {

constexpr Duration kLongestSettle = std::chrono::minutes(1);

void Close(LinkRow& link, LinkStatus status) {
  link.status = status;
  link.due.reset();
  link.attempts = 0;
  link.failing = Duration(0);
}

void SetAbsent(LinkRow& link) {
  link.presence = Presence::kNever;
  link.launchdarkly_id.clear();
  link.shown.reset();
}

// A link that nobody wants and that can't be there, or only as somebody else's, needs no request.
void SettleIfNeedless(LinkRow& link, Books& books) {
  if (link.wanted || link.MayBeThere()) return;
  if (link.IsOpen()) ++books.superseded;
  SetAbsent(link);
  Close(link, LinkStatus::kGone);
}

// Something is there that shows what was wanted before. It may be edited again in a moment, while
// new links and removals go at once.
bool IsUpdate(const LinkRow& link) {
  return link.wanted && (link.presence == Presence::kThere || link.presence == Presence::kForeign);
}

TimePoint DueTime(const LinkRow& link, const Pace& pace) {
  if (!IsUpdate(link)) return pace.now;
  return std::min(link.waiting_since + kLongestSettle, link.changed_at + pace.settle);
}

// It waits for its turn, with all its patience again. A back-off that runs is not shortened: it is
// LaunchDarkly's, not the change's.
void MakeDue(LinkRow& link, TimePoint due) {
  if (link.status == LinkStatus::kFailed || !link.due) link.attempts = 0;
  if (link.attempts == 0) link.due = due;
  link.failing = Duration(0);
  link.status = LinkStatus::kWaiting;
}

// Its last change is the first one that is open.
void Open(LinkRow& link, const Pace& pace) {
  link.waiting_since = link.changed_at;
  MakeDue(link, DueTime(link, pace));
}

void TakeApplied(LinkRow& link, const AppliedLink& applied) {
  link.presence = applied.presence;
  link.launchdarkly_id = applied.id;
  link.shown = applied.shown;
  if (link.presence == Presence::kNever) SetAbsent(link);
}

// The change that was applied is the one that is wanted: its books close. Else what it was changed
// to meanwhile stays open and waits as any change does.
void RecordDone(LinkRow& link, const Outcome& outcome, const Pace& pace, Books& books) {
  if (outcome.kind == Outcome::Kind::kRemoved) {
    SetAbsent(link);
  } else if (link.presence != Presence::kForeign) {
    link.presence = Presence::kThere;
  }
  link.applied_revision = outcome.revision;
  link.attempts = 0;
  link.failing = Duration(0);
  link.error.clear();
  if (link.revision != outcome.revision) return Open(link, pace);
  ++books.applied;
  const LinkStatus satisfied =
      link.presence == Presence::kForeign ? LinkStatus::kForeign : LinkStatus::kApplied;
  Close(link, link.wanted ? satisfied : LinkStatus::kGone);
}

void RecordLater(LinkRow& link, const Outcome& outcome, LinkStatus status, int attempts) {
  link.attempts += attempts;
  // What it was changed to meanwhile has its patience still.
  link.failing = link.revision == outcome.revision ? outcome.failing : Duration(0);
  link.status = status;
  link.due = outcome.due;
}

}  // namespace

void Flip(LinkRow& link, TimePoint received, TimePoint now, Books& books) {
  link.wanted = !link.wanted;
  ++link.revision;
  link.changed_at = received;
  link.waiting_since = received;
  if (!link.wanted && !link.MayBeThere()) return SettleIfNeedless(link, books);
  if (link.IsOpen()) ++books.superseded;
  ++books.made;
  MakeDue(link, now);
}

void Revise(LinkRow& link, TimePoint received, const Pace& pace, Books& books) {
  if (!link.wanted) return;
  ++link.revision;
  link.changed_at = received;
  link.failing = Duration(0);
  if (link.IsOpen()) ++books.superseded;
  ++books.made;
  switch (link.status) {
    case LinkStatus::kApplied:
    case LinkStatus::kForeign:
    case LinkStatus::kFailed:
    case LinkStatus::kGone: return Open(link, pace);
    case LinkStatus::kWaiting:
      // Never earlier: it may be put off. Absent: it waits for room.
      if (link.due && IsUpdate(link)) link.due = std::max(*link.due, DueTime(link, pace));
      return;
    case LinkStatus::kUnknownFlag: return;
  }
}

void MarkClaimed(LinkRow& link) {
  link.shown.reset();
  if (link.wanted && !link.MayBeThere()) {
    link.presence = Presence::kMaybe;
    link.launchdarkly_id.clear();
  }
}

void Record(LinkRow& link, const Outcome& outcome, const Pace& pace, Books& books) {
  // Nothing is open: an event settled it while the lease ran. Due it can only be in a damaged row.
  if (!link.IsOpen()) return link.due.reset();
  TakeApplied(link, outcome.applied);
  link.error = outcome.reason;
  switch (outcome.kind) {
    case Outcome::Kind::kApplied:
    case Outcome::Kind::kRemoved: RecordDone(link, outcome, pace, books); break;
    case Outcome::Kind::kRetry: RecordLater(link, outcome, LinkStatus::kWaiting, 1); break;
    case Outcome::Kind::kPutOff: RecordLater(link, outcome, LinkStatus::kWaiting, 0); break;
    case Outcome::Kind::kUnknownFlag:
      if (link.status != LinkStatus::kUnknownFlag) link.attempts = 0;
      RecordLater(link, outcome, LinkStatus::kUnknownFlag, 1);
      break;
    case Outcome::Kind::kFailed:
      ++link.attempts;
      link.failing = outcome.failing;
      link.status = LinkStatus::kFailed;
      link.due.reset();
      if (link.revision != outcome.revision) Open(link, pace);
      break;
  }
  SettleIfNeedless(link, books);
}

void Doubt(LinkRow& link, TimePoint now, Books& books) {
  link.shown.reset();
  if (link.presence != Presence::kThere) {
    link.presence = Presence::kMaybe;
    link.launchdarkly_id.clear();
  }
  if (link.due) return;
  if (!link.IsOpen()) ++books.made;
  link.status = LinkStatus::kWaiting;
  link.waiting_since = now;
  link.due = now;
  link.attempts = 0;
  link.failing = Duration(0);
}

void MeetFlag(LinkRow& link, TimePoint now) {
  link.status = LinkStatus::kWaiting;
  link.due = now;
  link.attempts = 0;
  link.failing = Duration(0);
  link.error.clear();
}

void WaitForRoom(LinkRow& link, int places) {
  link.status = LinkStatus::kWaiting;
  link.due.reset();
  link.attempts = 0;
  link.error = "the flag has " + std::to_string(places) + " links already";
}

void TakeTurn(LinkRow& link, TimePoint now) {
  link.due = std::min(link.waiting_since, now);
  link.error.clear();
}

}  // namespace flaglinkd
