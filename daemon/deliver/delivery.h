// One lease on its way from what is known of its link to what is wanted: what is to be sent next,
// and how it ends. Pure.
//
// A replacement (a removal, then a creation) has a safety net: if the creation is refused for good,
// what was shown before is posted again, and the link is failed. It holds also where the two are
// sent by different leases.
#pragma once

#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/deliver/destination.h"
#include "daemon/deliver/retry_policy.h"
#include "daemon/domain/link.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

// The longest way is to find the link, replace it, hear that it exists, find and replace it again,
// and put the old content back. Answers that lead further contradict each other.
inline constexpr int kRequestsPerLease = 7;

struct Delivery {
  Lease lease;
  AppliedLink known;                // what is known of the link by now
  std::optional<LinkRequest> next;  // to be sent, or under way; absent: there is nothing to do
  int answers = 0;
  bool replacing = false;  // the old link was removed, so that the new one can be posted
  bool exists = false;     // a creation was told that the link is there already
  std::string refusal;     // of the new content, while the old one is put back
};

struct Circumstances {
  TimePoint now;
  double jitter = 0;  // in [0, 1)
  TimePoint resumes;  // where a pause holds the link up: when it may go on
  bool others_answered =
      false;  // LaunchDarkly is at work, so that this failure counts towards give_up_after
};

Delivery Plan(Lease lease);

// How the lease ends where nothing is to be sent: the states agree, the content makes no link, or
// the flag is known not to exist.
std::optional<Outcome> EndUnsent(const Delivery& delivery, const RetryPolicy& policy,
                                 TimePoint now);

// The lease ends unsent, without counting an attempt, and the link comes back at `due`.
Outcome PutOff(const Delivery& delivery, TimePoint due, std::string reason);

// Takes the answer to `next`. Absent: `next` is what is to be sent now. Else the lease ends so.
std::optional<Outcome> Advance(Delivery& delivery, const AttemptOutcome& answer,
                               const RetryPolicy& policy, const Circumstances& circumstances);

}  // namespace flaglinkd
