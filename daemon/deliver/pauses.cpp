#include "daemon/deliver/pauses.h"

#include <algorithm>

namespace flaglinkd {
namespace {

using Result = AttemptOutcome::Result;

// Fewer can be the trouble of a single link.
constexpr int kAwayAfter = 5;
constexpr const char* kEverything = "everything";

const char* VerbOf(RequestKind kind) {
  switch (kind) {
    case RequestKind::kCreate: return "create";
    case RequestKind::kUpdate: return "update";
    case RequestKind::kRemove: return "remove";
    case RequestKind::kFind: return "find";
  }
  return "";
}

bool IsAway(const AttemptOutcome& answer) {
  return !answer.answered && (answer.result == Result::kRetry || answer.result == Result::kLost);
}

}  // namespace

std::string Pauses::NameOf(const Scope& scope) {
  return scope.first + " " + VerbOf(scope.second);
}

void Pauses::Follow(TimePoint now) {
  const Duration by = set_back_.Since(now);
  if (account_) account_->until -= by;
  for (auto& [scope, permission] : permissions_) permission.until -= by;
}

void Pauses::SetUpAnew(const RetryPolicy& policy, TimePoint now) {
  policy_ = policy;
  if (account_ && account_->pause != Pause::kRateLimit) {
    account_ = Account{account_->pause, std::min(account_->until, now)};
  }
  for (auto& [scope, permission] : permissions_) {
    permission = {std::min(permission.until, now), false};
  }
}

int Pauses::Limit(int concurrency, TimePoint now) const {
  if (!account_) return concurrency;
  return now < account_->until ? 0 : 1;
}

std::optional<TimePoint> Pauses::Until() const {
  return account_ ? std::optional(account_->until) : std::nullopt;
}

std::optional<TimePoint> Pauses::HeldUntil(const LinkRequest& request, TimePoint now) const {
  if (account_ && now < account_->until) return account_->until;
  if (account_ && account_->probing) return now + ProbeTakes();
  if (request.replaces) {
    if (const auto held = ReplacementHeldUntil(request.flag.project, now)) return held;
  }
  const auto found = permissions_.find({request.flag.project, request.kind});
  if (found == permissions_.end()) return std::nullopt;
  if (now < found->second.until) return found->second.until;
  if (!found->second.probing) return std::nullopt;
  return now + ProbeTakes();
}

std::optional<TimePoint> Pauses::ReplacementHeldUntil(const std::string& project,
                                                      TimePoint now) const {
  if (account_) return now + ProbeTakes();
  const auto creation = permissions_.find({project, RequestKind::kCreate});
  if (creation == permissions_.end()) return std::nullopt;
  // A creation that was refused comes back a probe's time behind the pause's end.
  const TimePoint turn = creation->second.until + 2 * ProbeTakes();
  if (now < turn) return turn;
  if (!creation->second.probing) return std::nullopt;
  return now + ProbeTakes();
}

void Pauses::Sent(const LinkRequest& request) {
  if (account_) account_->probing = true;
  const auto found = permissions_.find({request.flag.project, request.kind});
  if (found != permissions_.end()) found->second.probing = true;
}

std::vector<PauseChange> Pauses::Learn(const LinkRequest& request, const AttemptOutcome& answer,
                                       TimePoint now, double jitter) {
  away_ = IsAway(answer) ? away_ + 1 : 0;
  std::vector<PauseChange> changes;
  if (auto change = LearnAccount(answer, now, jitter)) changes.push_back(std::move(*change));
  if (auto change = LearnPermission(request, answer, now)) changes.push_back(std::move(*change));
  return changes;
}

// The pause that this answer asks for.
std::optional<Pauses::Account> Pauses::Wanted(const AttemptOutcome& answer, TimePoint now,
                                              double jitter) {
  const int failures = account_ ? account_->failures : 0;
  if (answer.result == Result::kUnauthorized) {
    return Account{Pause::kToken, now + policy_.longest_retry, failures};
  }
  const bool limited = answer.result == Result::kRateLimited;
  const bool away = IsAway(answer) && (answer.not_before || away_ >= kAwayAfter || account_);
  if (!limited && !away) return std::nullopt;
  const Pause pause = limited ? Pause::kRateLimit : Pause::kAway;
  const Duration more = RetryPolicy::Part(policy_.first_retry, jitter);
  if (answer.not_before) return Account{pause, *answer.not_before + more, failures};
  return Account{pause, now + std::min(policy_.Backoff(failures) + more, policy_.longest_retry),
                 failures};
}

std::optional<PauseChange> Pauses::LearnAccount(const AttemptOutcome& answer, TimePoint now,
                                                double jitter) {
  PauseChange change;
  change.scope = kEverything;
  const bool waited = account_ && now >= account_->until;
  if (waited) {
    ++account_->failures;
    account_->probing = false;
  }
  std::optional<Account> wanted = Wanted(answer, now, jitter);
  if (!wanted) {
    // What was sent before the pause and answered in it proves nothing.
    if (!waited || !answer.answered) return std::nullopt;
    change.kind = PauseChange::Kind::kEnds;
    change.pause = account_->pause;
    change.until = now;
    account_.reset();
    return change;
  }
  if (account_) {
    // What was under way when the token was refused does not make it less refused.
    if (account_->pause == Pause::kToken && !waited) wanted->pause = Pause::kToken;
    if (account_->pause == wanted->pause) change.kind = PauseChange::Kind::kGoesOn;
    wanted->until = std::max(wanted->until, account_->until);
  }
  account_ = wanted;
  change.pause = account_->pause;
  change.until = account_->until;
  return change;
}

std::optional<PauseChange> Pauses::LearnPermission(const LinkRequest& request,
                                                   const AttemptOutcome& answer, TimePoint now) {
  const Scope scope{request.flag.project, request.kind};
  const auto found = permissions_.find(scope);
  const bool forbidden = answer.result == Result::kForbidden;
  PauseChange change;
  change.pause = Pause::kPermission;
  change.scope = NameOf(scope);
  if (forbidden) {
    change.kind =
        found == permissions_.end() ? PauseChange::Kind::kBegins : PauseChange::Kind::kGoesOn;
    change.until = now + policy_.longest_retry;
    permissions_[scope] = Permission{change.until, false};
    return change;
  }
  if (found == permissions_.end()) return std::nullopt;
  found->second.probing = false;
  if (!answer.answered) return std::nullopt;
  change.kind = PauseChange::Kind::kEnds;
  change.until = now;
  permissions_.erase(found);
  return change;
}

std::optional<PauseChange> Pauses::LearnSpent(TimePoint until) {
  if (account_ && until <= account_->until) return std::nullopt;
  PauseChange change;
  change.kind = account_ ? PauseChange::Kind::kGoesOn : PauseChange::Kind::kBegins;
  if (!account_) account_.emplace(Account{Pause::kRateLimit, until});
  account_->until = until;
  change.pause = account_->pause;
  change.scope = kEverything;
  change.until = until;
  return change;
}

bool Pauses::WantsProbe(TimePoint now) const {
  return account_ && now >= account_->until && !account_->probing;
}

std::vector<HeldScope> Pauses::All() const {
  std::vector<HeldScope> all;
  if (account_) all.push_back({account_->pause, kEverything, account_->until});
  for (const auto& [scope, permission] : permissions_) {
    all.push_back({Pause::kPermission, NameOf(scope), permission.until});
  }
  return all;
}

bool Pauses::Has(Pause pause) const {
  if (pause == Pause::kPermission) return !permissions_.empty();
  return account_ && account_->pause == pause;
}

}  // namespace flaglinkd
