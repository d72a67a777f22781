#include "daemon/deliver/delivery_report.h"

#include <cstdint>
#include <string>

namespace flaglinkd {
namespace {

constexpr Duration kLongPause = std::chrono::hours(1);

std::string NameOf(const FlagKey& flag) {
  return flag.project + "/" + flag.key;
}

std::int64_t Milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::int64_t Seconds(Duration duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

AttemptLabel LabelOf(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::kApplied: return AttemptLabel::kApplied;
    case Outcome::Kind::kRemoved: return AttemptLabel::kRemoved;
    case Outcome::Kind::kRetry: return AttemptLabel::kRetry;
    case Outcome::Kind::kPutOff: return AttemptLabel::kPaused;
    case Outcome::Kind::kFailed: return AttemptLabel::kFailed;
    case Outcome::Kind::kUnknownFlag: return AttemptLabel::kUnknownFlag;
  }
  return AttemptLabel::kFailed;
}

AttemptReason ReasonOf(Outcome::Kind kind, int status) {
  if (kind == Outcome::Kind::kApplied || kind == Outcome::Kind::kRemoved)
    return AttemptReason::kNone;
  switch (status) {
    case 0: return AttemptReason::kNetwork;
    case 401: return AttemptReason::kToken;
    case 403: return AttemptReason::kPermission;
    case 409: return AttemptReason::kConflict;
    case 429: return AttemptReason::kRateLimit;
  }
  return AttemptReason::kHttpStatus;
}

const char* CauseOf(Pause pause) {
  switch (pause) {
    case Pause::kToken: return "LaunchDarkly refuses the token";
    case Pause::kRateLimit: return "LaunchDarkly's rate limit is reached";
    case Pause::kAway: return "LaunchDarkly is away";
    case Pause::kPermission: return "the token may not do this";
  }
  return "";
}

// A rate limit is everyday life unless it lasts; the others need a look. A probe that fails is news
// only to who follows.
LogLevel LevelOf(const PauseChange& change, TimePoint now) {
  if (change.kind != PauseChange::Kind::kEnds && change.until - now > kLongPause)
    return LogLevel::kError;
  if (change.kind == PauseChange::Kind::kGoesOn) return LogLevel::kDebug;
  return change.pause == Pause::kRateLimit ? LogLevel::kInfo : LogLevel::kWarning;
}

void LogPause(const PauseChange& change, TimePoint now) {
  const char* message = "";
  switch (change.kind) {
    case PauseChange::Kind::kBegins: message = "delivery pauses"; break;
    case PauseChange::Kind::kGoesOn: message = "delivery stays paused"; break;
    case PauseChange::Kind::kEnds: message = "delivery resumes"; break;
  }
  Log(LevelOf(change, now), message,
      {{"scope", change.scope},
       {"reason", CauseOf(change.pause)},
       {"seconds", Seconds(change.until - now)}});
}

// One line per state of a link; `failure` says why where it is one.
void LogLink(LogLevel level, const char* message, const Delivery& delivery,
             const std::string& failure) {
  const Lease& lease = delivery.lease;
  Log(level, message,
      {{"source", lease.source_namespace},
       {"resource", lease.resource},
       {"flag", NameOf(lease.wanted.flag)},
       {"attempt", lease.attempts + 1},
       {"reason", failure}});
}

void LogDone(const char* message, const Delivery& delivery, TimePoint now) {
  const Lease& lease = delivery.lease;
  Log(LogLevel::kInfo, message,
      {{"source", lease.source_namespace},
       {"resource", lease.resource},
       {"flag", NameOf(lease.wanted.flag)},
       {"attempt", lease.attempts + 1},
       {"ms", Milliseconds(now - lease.changed_at)}});
}

}  // namespace

void DeliveryReport::Ended(const Delivery& delivery, const Outcome& outcome,
                           const AttemptOutcome& answer, TimePoint now) {
  metrics_.CountAttempt(LabelOf(outcome.kind), ReasonOf(outcome.kind, answer.status));
  switch (outcome.kind) {
    case Outcome::Kind::kApplied:
      metrics_.ObserveDelivery(now - delivery.lease.changed_at);
      retries_.Cleared();
      return LogDone(outcome.applied.presence == Presence::kForeign
                         ? "link is not needed beside another app's"
                         : "link applied",
                     delivery, now);
    case Outcome::Kind::kRemoved: retries_.Cleared(); return LogDone("link removed", delivery, now);
    case Outcome::Kind::kRetry: return LogRetry(delivery, outcome.reason);
    case Outcome::Kind::kPutOff:
      return LogLink(LogLevel::kDebug, "link is put off", delivery, outcome.reason);
    case Outcome::Kind::kFailed:
      return LogLink(LogLevel::kWarning, "link failed", delivery, outcome.reason);
    case Outcome::Kind::kUnknownFlag:
      return LogLink(LogLevel::kInfo, "link waits for its flag", delivery, outcome.reason);
  }
}

// The same failure of a hundred links in a row is one line.
void DeliveryReport::LogRetry(const Delivery& delivery, const std::string& reason) {
  const RepeatFilter::Decision decision = retries_.Next(reason);
  if (!decision.log) return;
  const Lease& lease = delivery.lease;
  Log(LogLevel::kWarning, "link is tried again",
      {{"source", lease.source_namespace},
       {"resource", lease.resource},
       {"flag", NameOf(lease.wanted.flag)},
       {"attempt", lease.attempts + 1},
       {"reason", reason},
       {"held_back", decision.held_back}});
}

void DeliveryReport::EndedUnsent(const Delivery& delivery, const Outcome& outcome) {
  if (outcome.kind == Outcome::Kind::kFailed) {
    LogLink(LogLevel::kWarning, "link failed", delivery, outcome.reason);
  } else if (outcome.kind == Outcome::Kind::kUnknownFlag) {
    LogLink(LogLevel::kInfo, "link waits for its flag", delivery, outcome.reason);
  }
}

void DeliveryReport::Paused(const Pauses& pauses, const std::vector<PauseChange>& changes,
                            TimePoint now) {
  for (const PauseChange& change : changes) LogPause(change, now);
  metrics_.SetPaused(PauseReason::kToken, pauses.Has(Pause::kToken));
  metrics_.SetPaused(PauseReason::kPermission, pauses.Has(Pause::kPermission));
  metrics_.SetPaused(PauseReason::kRateLimit, pauses.Has(Pause::kRateLimit));
  metrics_.SetPaused(PauseReason::kAway, pauses.Has(Pause::kAway));
}

}  // namespace flaglinkd
