// One lease on its way through its plan: what is to be sent next, and how it ends. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/deliver/destination.h"
#include "daemon/deliver/retry_policy.h"
#include "daemon/domain/link.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

struct Delivery {
  Lease lease;
  std::vector<LinkRequest> plan;
  std::size_t at = 0;  // the request of the plan that is next, or under way
  AppliedLink known;   // what is known of the link by now
};

struct Circumstances {
  TimePoint now;
  double jitter = 0;  // in [0, 1)
  TimePoint resumes;  // where a pause holds the link up: when it may go on
  bool others_answered =
      false;  // LaunchDarkly is at work, so that this failure counts towards give_up_after
};

Delivery Plan(Lease lease);

// How the lease ends where nothing is to be sent: the states agree, or the content makes no link.
std::optional<Outcome> EndUnsent(const Delivery& delivery);

// The lease ends unsent, without counting an attempt, and the link comes back at `due`.
Outcome PutOff(const Delivery& delivery, TimePoint due, std::string reason);

// Takes the answer to plan[at]. Absent: the plan goes on with plan[at]. Else the lease ends so.
std::optional<Outcome> Advance(Delivery& delivery, const AttemptOutcome& answer,
                               const RetryPolicy& policy, const Circumstances& circumstances);

}  // namespace flaglinkd
