// Who may send now. A refused token (401), a rate limit (429) and a LaunchDarkly that is away stop
// everybody; a refused permission (403) stops one verb in one project. A pause ends when a request
// that was let through after it, the probe, shows that the cause is gone. Pure: time is passed in. A
// clock that is set back lengthens no pause by more than the time between two calls of Follow.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/deliver/destination.h"
#include "daemon/deliver/retry_policy.h"
#include "daemon/domain/set_back.h"

namespace flaglinkd {

enum class Pause { kToken, kRateLimit, kAway, kPermission };

struct PauseChange {
  enum class Kind { kBegins, kGoesOn, kEnds } kind = Kind::kBegins;
  Pause pause = Pause::kToken;
  std::string scope;  // "everything", or the project and the verb
  TimePoint until;    // of one that ends: now
};

struct HeldScope {
  Pause pause = Pause::kToken;
  std::string scope;  // as in PauseChange
  TimePoint until;    // of the next probe
  auto operator<=>(const HeldScope&) const = default;
};

class Pauses {
 public:
  explicit Pauses(const RetryPolicy& policy) : policy_(policy) {}

  // Delivery is set up anew, and nothing is under way: by this policy from now on. What may hang on
  // the token or on the way to LaunchDarkly is probed at once; a rate limit goes on.
  void SetUpAnew(const RetryPolicy& policy, TimePoint now);

  // To be told the time every few seconds, whatever else is asked.
  void Follow(TimePoint now);

  // How many links may be under way: all of `concurrency`, none while everything is paused, one as
  // the probe after that.
  int Limit(int concurrency, TimePoint now) const;
  // The end of the pause of everything, which may lie in the past while its probe is awaited.
  std::optional<TimePoint> Until() const;

  // The pause of everything is over, and whatever is sent next shows whether its cause is gone.
  bool WantsProbe(TimePoint now) const;

  // Absent: the request may be sent now. Else when to come back with it. A replacement, which takes
  // a link away before it makes the new one, is held while anything shows that it may not get to
  // its end: it is no probe of a pause of everything, and of the permission to create it is the
  // last one, once every creation that waits has had its turn. Its own comes first from then on, so
  // that no more links than those under way lose what they show.
  std::optional<TimePoint> HeldUntil(const LinkRequest& request, TimePoint now) const;
  // It is being sent, perhaps as the probe of a pause: whatever waits for that is held until its
  // answer must be known.
  void Sent(const LinkRequest& request);

  // What an answer says about the pauses; `jitter` is in [0, 1).
  std::vector<PauseChange> Learn(const LinkRequest& request, const AttemptOutcome& answer,
                                 TimePoint now, double jitter);

  // Nothing may be sent before `until`, since what the account may spend is spent.
  std::optional<PauseChange> LearnSpent(TimePoint until);

  bool Has(Pause pause) const;
  // Whatever is paused: that of everything first.
  std::vector<HeldScope> All() const;

 private:
  struct Account {
    Pause pause = Pause::kToken;
    TimePoint until;
    int failures = 0;  // probes that failed
    bool probing = false;
  };
  struct Permission {
    TimePoint until;
    bool probing = false;
  };
  using Scope = std::pair<std::string, RequestKind>;

  static std::string NameOf(const Scope& scope);
  Duration ProbeTakes() const { return std::min(policy_.timeout, policy_.longest_retry); }
  std::optional<TimePoint> ReplacementHeldUntil(const std::string& project, TimePoint now) const;
  std::optional<Account> Wanted(const AttemptOutcome& answer, TimePoint now, double jitter);
  std::optional<PauseChange> LearnAccount(const AttemptOutcome& answer, TimePoint now,
                                          double jitter);
  std::optional<PauseChange> LearnPermission(const LinkRequest& request,
                                             const AttemptOutcome& answer, TimePoint now);

  RetryPolicy policy_;
  std::optional<Account> account_;
  std::map<Scope, Permission> permissions_;
  SetBack set_back_;
  int away_ = 0;  // requests in a row without a usable answer
};

}  // namespace flaglinkd
