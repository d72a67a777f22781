#include "daemon/deliver/delivery.h"

#include <algorithm>
#include <utility>

namespace flaglinkd {
namespace {

using Answer = AttemptOutcome::Result;
using Kind = Outcome::Kind;

Outcome End(const Delivery& delivery, Kind kind, std::string reason) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.id = delivery.lease.id;
  outcome.token = delivery.lease.token;
  outcome.revision = delivery.lease.revision;
  outcome.applied = delivery.known;
  outcome.failing = delivery.lease.failing;
  outcome.reason = std::move(reason);
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

Outcome WaitForFlag(const Delivery& delivery, const AttemptOutcome& answer,
                    const RetryPolicy& policy, TimePoint now) {
  const TimePoint patience_ends = delivery.lease.changed_at + policy.unknown_flag_patience;
  if (now >= patience_ends) return End(delivery, Kind::kFailed, "no such flag: " + answer.reason);
  Outcome outcome = End(delivery, Kind::kUnknownFlag, answer.reason);
  const int misses = delivery.lease.flag_unknown ? delivery.lease.attempts : 0;
  outcome.due = std::min(now + policy.UnknownFlagWait(misses), patience_ends);
  return outcome;
}

// After kExists: only a listing tells whether it is ours, and its id.
void LookForIt(Delivery& delivery) {
  LinkRequest find = delivery.plan[delivery.at];
  find.kind = RequestKind::kFind;
  delivery.known = {Presence::kMaybe, ""};
  delivery.plan.resize(delivery.at + 1);
  delivery.plan.push_back(std::move(find));
  ++delivery.at;
}

Outcome Done(Delivery& delivery, const AttemptOutcome& answer) {
  if (delivery.plan[delivery.at].kind == RequestKind::kRemove) {
    delivery.known = {};
    return End(delivery, Kind::kRemoved, "");
  }
  delivery.known = {Presence::kThere, answer.link_id};
  return End(delivery, Kind::kApplied, "");
}

}  // namespace

Delivery Plan(Lease lease) {
  Delivery delivery;
  delivery.plan = Plan(lease.wanted, lease.applied);
  delivery.known = lease.applied;
  delivery.lease = std::move(lease);
  return delivery;
}

std::optional<Outcome> EndUnsent(const Delivery& delivery) {
  const Lease& lease = delivery.lease;
  if (delivery.plan.empty()) {
    return End(delivery, lease.wanted.wanted ? Kind::kApplied : Kind::kRemoved, "");
  }
  if (lease.wanted.wanted && !lease.render_error.empty()) {
    return End(delivery, Kind::kFailed, lease.render_error);
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
  switch (answer.result) {
    case Answer::kDone: return Done(delivery, answer);
    case Answer::kAbsent:
      if (delivery.at + 1 < delivery.plan.size()) {
        delivery.known = {};
        ++delivery.at;
        return std::nullopt;
      } else {
        AttemptOutcome not_listed = answer;
        not_listed.reason = "LaunchDarkly says that the link exists, but does not list it";
        return Retry(delivery, not_listed, policy, circumstances);
      }
    case Answer::kExists: LookForIt(delivery); return std::nullopt;
    case Answer::kUnknownFlag: return WaitForFlag(delivery, answer, policy, circumstances.now);
    case Answer::kRefused: return End(delivery, Kind::kFailed, answer.reason);
    case Answer::kLost:
      delivery.known.presence = Presence::kMaybe;
      return Retry(delivery, answer, policy, circumstances);
    case Answer::kRetry: return Retry(delivery, answer, policy, circumstances);
    case Answer::kUnauthorized:
    case Answer::kForbidden:
    case Answer::kRateLimited: return PutOff(delivery, circumstances.resumes, answer.reason);
  }
  return std::nullopt;
}

}  // namespace flaglinkd
