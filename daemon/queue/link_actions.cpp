#include "daemon/queue/link_actions.h"

namespace flaglinkd {
namespace {

void MakeDueAnew(LinkRow& link, TimePoint now) {
  link.status = LinkStatus::kWaiting;
  link.due = now;
  link.attempts = 0;
  link.failing = Duration(0);
  link.waiting_since = now;  // the patience for its flag, too, begins anew
}

// Nothing is open from now on.
void Drop(LinkRow& link, Books& books) {
  if (link.IsOpen()) ++books.forgotten;
  link.status = LinkStatus::kGone;
  link.due.reset();
  link.attempts = 0;
  link.failing = Duration(0);
  link.error.clear();
}

}  // namespace

bool Retry(LinkRow& link, TimePoint now) {
  if (!link.IsOpen()) return false;
  if (link.status == LinkStatus::kWaiting) {
    // One without a due time waits for room at its flag, which no retry gives it.
    if (!link.due) return false;
    if (*link.due <= now && link.attempts == 0) return false;
  }
  MakeDueAnew(link, now);
  return true;
}

bool Verify(LinkRow& link, TimePoint now, Books& books) {
  if (link.status != LinkStatus::kApplied && link.status != LinkStatus::kForeign) return false;
  link.shown.reset();
  ++books.made;
  MakeDueAnew(link, now);
  return true;
}

bool ForgetAndLeave(LinkRow& link, TimePoint now, Books& books) {
  if (!link.wanted && !link.IsOpen()) return false;
  Drop(link, books);
  link.presence = Presence::kNever;
  link.launchdarkly_id.clear();
  link.shown.reset();
  if (link.wanted) Flip(link, now, now, books);
  return true;
}

bool ForgetAndRemove(LinkRow& link, TimePoint now, Books& books) {
  // One that is not wanted is on its way out already.
  if (!link.wanted) return false;
  Drop(link, books);
  Flip(link, now, now, books);
  return true;
}

}  // namespace flaglinkd
