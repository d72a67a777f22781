#include "daemon/deliver/delivery.h"

#include <algorithm>
#include <utility>

#include "daemon/domain/link_body.h"

namespace flaglinkd {
namespace {

using Answer = AttemptOutcome::Result;
using Kind = Outcome::Kind;

// With the old content at hand, and for a link that may have shown it when the lease began: its
// removal can have been that of an earlier lease, which was cut short.
bool HasSafetyNet(const Delivery& delivery) {
  const Lease& lease = delivery.lease;
  const Presence before = lease.applied.presence;
  const bool may_have_shown =
      before == Presence::kMaybe || before == Presence::kThere || delivery.replacing;
  return may_have_shown && lease.accepted && *lease.accepted != lease.wanted.body;
}

Outcome End(const Delivery& delivery, Kind kind, std::string reason) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.id = delivery.lease.id;
  outcome.token = delivery.lease.token;
  outcome.revision = delivery.lease.revision;
  outcome.applied = delivery.known;
  outcome.failing = delivery.lease.failing;
  outcome.reason = std::move(reason);
  // Cut short between removal and creation: the lease that goes on with it is to know that this is
  // not a link that never was, and so have the safety net as well.
  const bool comes_back = kind == Kind::kRetry || kind == Kind::kPutOff;
  if (comes_back && outcome.applied.presence == Presence::kNever && HasSafetyNet(delivery)) {
    outcome.applied.presence = Presence::kMaybe;
  }
  return outcome;
}

// The wait that a failure costs counts towards give_up_after only if LaunchDarkly is at work: an
// outage gives nothing up.
Outcome Retry(const Delivery& delivery, const AttemptOutcome& answer, const RetryPolicy& policy,
              const Circumstances& circumstances) {
  Outcome outcome = End(delivery, Kind::kRetry, answer.reason);
  outcome.due = policy.RetryAt(delivery.lease.attempts, circumstances.now, answer.not_before,
                               circumstances.jitter);
  if (!circumstances.others_answered) return outcome;
  outcome.failing += outcome.due - circumstances.now;
  if (outcome.failing > policy.give_up_after) {
    outcome.kind = Kind::kFailed;
    outcome.reason = "given up: " + outcome.reason;
  }
  return outcome;
}

// Until patience ends, unless the catalogue learns of the flag before.
Outcome WaitForFlag(const Delivery& delivery, const std::string& reason, const RetryPolicy& policy,
                    TimePoint now) {
  const TimePoint patience_ends = delivery.lease.changed_at + policy.unknown_flag_patience;
  if (now >= patience_ends) return End(delivery, Kind::kFailed, "no such flag: " + reason);
  Outcome outcome = End(delivery, Kind::kUnknownFlag, reason);
  outcome.due = patience_ends;
  return outcome;
}

Outcome AskForFlagAgain(const Delivery& delivery, const AttemptOutcome& answer,
                        const RetryPolicy& policy, TimePoint now) {
  Outcome outcome = WaitForFlag(delivery, answer.reason, policy, now);
  const int misses = delivery.lease.flag_unknown ? delivery.lease.attempts : 0;
  outcome.due = std::min(outcome.due, now + policy.UnknownFlagWait(misses));
  return outcome;
}

// What was asked for is so.
void LearnDone(Delivery& delivery, const AttemptOutcome& answer) {
  const LinkRequest& request = *delivery.next;
  switch (request.kind) {
    case RequestKind::kCreate:
      delivery.known = {Presence::kThere, answer.link_id, FingerprintOf(request.body)};
      return;
    case RequestKind::kUpdate: delivery.known.shown = FingerprintOf(request.body); return;
    case RequestKind::kRemove:
      delivery.known = {};
      delivery.replacing = request.replaces;
      // What was ours a moment ago is not looked for among what is others'.
      if (request.replaces) delivery.lease.wanted.look_first = false;
      return;
    case RequestKind::kFind:
      delivery.known = {Presence::kThere, answer.link_id, answer.shown};
      return;
  }
}

// Something may have come of the request; only a listing tells.
void LearnLost(Delivery& delivery) {
  switch (delivery.next->kind) {
    case RequestKind::kCreate:
    case RequestKind::kRemove: delivery.known = {Presence::kMaybe, ""}; return;
    case RequestKind::kUpdate: delivery.known.shown.reset(); return;
    case RequestKind::kFind: return;
  }
}

// The next request after what has been learned, or the end.
std::optional<Outcome> GoOn(Delivery& delivery, AttemptOutcome answer, const RetryPolicy& policy,
                            const Circumstances& circumstances) {
  const RequestKind last = delivery.next->kind;
  delivery.next = NextRequest(delivery.lease.wanted, delivery.known);
  if (auto end = EndUnsent(delivery, policy, circumstances.now)) return end;
  if (last == RequestKind::kFind && delivery.next->kind == RequestKind::kFind) {
    answer.reason = "LaunchDarkly lists the link, but without a usable id";
    return Retry(delivery, answer, policy, circumstances);
  }
  // The last request is the safety net's.
  if (++delivery.answers < kRequestsPerLease - 1) return std::nullopt;
  answer.reason = "LaunchDarkly's answers contradict each other";
  return Retry(delivery, answer, policy, circumstances);
}

// kFind: none of the links is ours, or stands for ours. kUpdate: it is gone.
std::optional<Outcome> Absent(Delivery& delivery, AttemptOutcome answer, const RetryPolicy& policy,
                              const Circumstances& circumstances) {
  if (delivery.next->kind == RequestKind::kFind && delivery.exists) {
    answer.reason = "LaunchDarkly says that the link exists, but does not list it";
    return Retry(delivery, answer, policy, circumstances);
  }
  if (delivery.next->kind == RequestKind::kFind) delivery.lease.wanted.look_first = false;
  delivery.known = {};
  return GoOn(delivery, std::move(answer), policy, circumstances);
}

std::optional<Outcome> Refused(Delivery& delivery, const AttemptOutcome& answer) {
  if (delivery.next->kind != RequestKind::kCreate || !HasSafetyNet(delivery)) {
    return End(delivery, Kind::kFailed, answer.reason);
  }
  delivery.refusal = answer.reason;
  delivery.next->body = *delivery.lease.accepted;
  return std::nullopt;
}

// The end of putting the old content back, where it has come to one.
std::optional<Outcome> PutBack(Delivery& delivery, const AttemptOutcome& answer,
                               const RetryPolicy& policy, const Circumstances& circumstances) {
  if (answer.result == Answer::kDone) {
    LearnDone(delivery, answer);
    return End(delivery, Kind::kFailed, "the old content is shown: " + delivery.refusal);
  }
  if (answer.result == Answer::kRefused) {
    return End(delivery, Kind::kFailed, "nothing is shown: " + delivery.refusal);
  }
  if (answer.result == Answer::kExists) {
    delivery.known = {Presence::kMaybe, ""};
    return Retry(delivery, answer, policy, circumstances);
  }
  return std::nullopt;
}

}  // namespace

Delivery Plan(Lease lease) {
  Delivery delivery;
  delivery.next = NextRequest(lease.wanted, lease.applied);
  delivery.known = lease.applied;
  delivery.lease = std::move(lease);
  return delivery;
}

std::optional<Outcome> EndUnsent(const Delivery& delivery, const RetryPolicy& policy,
                                 TimePoint now) {
  const Lease& lease = delivery.lease;
  if (lease.wanted.wanted && !lease.render_error.empty()) {
    return End(delivery, Kind::kFailed, lease.render_error);
  }
  if (!delivery.next && lease.wanted.wanted) return End(delivery, Kind::kApplied, "");
  if (!delivery.next) {
    Outcome removed = End(delivery, Kind::kRemoved, "");
    removed.applied = {};  // what others made is looked for anew once the link is wanted again
    return removed;
  }
  const bool never_there = delivery.known.presence == Presence::kNever && !delivery.replacing;
  if (lease.flag_missing && lease.wanted.wanted && never_there) {
    return WaitForFlag(delivery, "the catalogue does not have it", policy, now);
  }
  return std::nullopt;
}

Outcome PutOff(const Delivery& delivery, TimePoint due, std::string reason) {
  Outcome outcome = End(delivery, Kind::kPutOff, std::move(reason));
  outcome.due = due;
  return outcome;
}

std::optional<Outcome> Advance(Delivery& delivery, const AttemptOutcome& answer,
                               const RetryPolicy& policy, const Circumstances& circumstances) {
  if (!delivery.refusal.empty()) {
    if (auto end = PutBack(delivery, answer, policy, circumstances)) return end;
  }
  switch (answer.result) {
    case Answer::kDone:
      LearnDone(delivery, answer);
      return GoOn(delivery, answer, policy, circumstances);
    case Answer::kAbsent: return Absent(delivery, answer, policy, circumstances);
    case Answer::kForeign:
      delivery.known = {Presence::kForeign, "", FingerprintOf(delivery.lease.wanted.body)};
      return GoOn(delivery, answer, policy, circumstances);
    case Answer::kExists:
      delivery.exists = true;
      delivery.known = {Presence::kMaybe, ""};
      return GoOn(delivery, answer, policy, circumstances);
    case Answer::kUnknownFlag: return AskForFlagAgain(delivery, answer, policy, circumstances.now);
    case Answer::kRefused: return Refused(delivery, answer);
    case Answer::kLost: LearnLost(delivery); return Retry(delivery, answer, policy, circumstances);
    case Answer::kRetry: return Retry(delivery, answer, policy, circumstances);
    case Answer::kUnauthorized:
    case Answer::kForbidden:
    case Answer::kRateLimited: return PutOff(delivery, circumstances.resumes, answer.reason);
  }
  return std::nullopt;
}

}  // namespace flaglinkd
