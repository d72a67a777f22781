#include "daemon/queue/link_row.h"

namespace flaglinkd {
namespace {

void Close(LinkRow& link, LinkStatus status) {
  link.status = status;
  link.due.reset();
  link.attempts = 0;
  link.failing = Duration(0);
}

// A link that nobody wants and that can't be there needs no request.
void SettleIfNeedless(LinkRow& link, Books& books) {
  if (link.wanted || link.presence != Presence::kNever) return;
  if (link.IsOpen()) ++books.superseded;
  Close(link, LinkStatus::kGone);
}

// Due now, and with all its patience again. A back-off that runs is not shortened: it is
// LaunchDarkly's, not the change's.
void MakeDue(LinkRow& link, TimePoint now) {
  if (link.status == LinkStatus::kFailed || !link.due) {
    link.attempts = 0;
    link.waiting_since = link.changed_at;
  }
  if (link.attempts == 0) link.due = now;
  link.failing = Duration(0);
  link.status = LinkStatus::kWaiting;
}

// The change that was applied is the one that is wanted: its books close. Else it is due again at
// once, and what it was changed to meanwhile stays open.
void RecordDone(LinkRow& link, const Outcome& outcome, TimePoint now, Books& books) {
  link.presence = outcome.kind == Outcome::Kind::kApplied ? Presence::kThere : Presence::kNever;
  link.applied_revision = outcome.revision;
  link.attempts = 0;
  link.failing = Duration(0);
  link.error.clear();
  if (link.revision == outcome.revision) {
    ++books.applied;
    Close(link, link.wanted ? LinkStatus::kApplied : LinkStatus::kGone);
  } else {
    link.status = LinkStatus::kWaiting;
    link.due = now;
  }
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
  if (!link.wanted && link.presence == Presence::kNever) return SettleIfNeedless(link, books);
  if (link.IsOpen()) ++books.superseded;
  ++books.made;
  MakeDue(link, now);
}

void Revise(LinkRow& link, TimePoint received, TimePoint now) {
  if (!link.wanted) return;
  ++link.revision;
  link.changed_at = received;
  if (link.status == LinkStatus::kFailed) MakeDue(link, now);
}

void Record(LinkRow& link, const Outcome& outcome, TimePoint now, Books& books) {
  // Nothing is open: an event settled it while the lease ran. Due it can only be in a damaged row.
  if (!link.IsOpen()) return link.due.reset();
  link.presence = outcome.applied.presence;
  link.launchdarkly_id = outcome.applied.id;
  link.error = outcome.reason;
  switch (outcome.kind) {
    case Outcome::Kind::kApplied:
    case Outcome::Kind::kRemoved: RecordDone(link, outcome, now, books); break;
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
      if (link.revision != outcome.revision) MakeDue(link, now);
      break;
  }
  SettleIfNeedless(link, books);
}

}  // namespace flaglinkd
