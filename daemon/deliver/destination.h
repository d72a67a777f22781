// Where links go, and what an answer means for the link and for everybody.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/domain/link.h"

namespace flaglinkd {

struct AttemptOutcome {
  enum class Result {
    kDone,          // created, updated, removed (or already gone), or found
    kAbsent,        // kFind: no link bears our key. kUpdate: no link has this id
    kForeign,       // kFind: no link bears our key, but somebody else's shows the same
    kExists,        // kCreate: something with this key is there already; a kFind tells
    kUnknownFlag,   // kCreate: no such project or flag
    kRefused,       // final: the same request can't succeed
    kRetry,         // nothing happened, later again
    kLost,          // something may have happened; find first
    kUnauthorized,  // the token: nobody's request can succeed
    kForbidden,     // this verb in this project
    kRateLimited,   // everybody waits
  } result = Result::kRetry;
  std::optional<TimePoint> not_before;   // what the answer said (Retry-After, X-Ratelimit-Reset)
  std::string link_id;                   // LaunchDarkly's _id, where the answer gave it
  std::optional<LinkFingerprint> shown;  // of a link that was found: what it shows
  int status = 0;                        // the HTTP status; 0: no answer
  std::string reason;                    // one line, at most 200 characters, no secrets
  // LaunchDarkly is at work: not silent, not 5xx, not turning everybody away (401, 429).
  bool answered = false;
};

// Not safe for several threads, but for Wake.
class Destination {
 public:
  virtual ~Destination() = default;
  // Absent: the request may be sent now, and is counted as sent: Send follows. Else when to ask
  // again; an answer that comes earlier may change that. A destination without limits says yes.
  virtual std::optional<TimePoint> Reserve(const LinkRequest&, TimePoint /*now*/) {
    return std::nullopt;
  }
  virtual void Send(const LinkRequest& request, std::function<void(AttemptOutcome)> done) = 0;
  // Drives what is under way for at most `patience`; `done` is called from here.
  virtual void Poll(Duration patience) = 0;
  virtual void Wake() = 0;
};

}  // namespace flaglinkd
