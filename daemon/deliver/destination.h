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
    kDone,          // created, removed (or already gone), or found: the link is as asked
    kAbsent,        // kFind: no link bears our key
    kExists,        // kCreate: something with this key is there already; a kFind tells
    kUnknownFlag,   // kCreate: no such project or flag
    kRefused,       // final: the same request can't succeed
    kRetry,         // nothing happened, later again
    kLost,          // something may have happened; find first
    kUnauthorized,  // the token: nobody's request can succeed
    kForbidden,     // this verb in this project
    kRateLimited,   // everybody waits
  } result = Result::kRetry;
  std::optional<TimePoint> not_before;  // what the answer said (Retry-After, X-Ratelimit-Reset)
  std::string link_id;                  // LaunchDarkly's _id, where the answer gave it
  int status = 0;                       // the HTTP status; 0: no answer
  std::string reason;                   // one line, at most 200 characters, no secrets
  // LaunchDarkly is at work: not silent, not 5xx, not turning everybody away (401, 429).
  bool answered = false;
};

// Not safe for several threads, but for Wake.
class Destination {
 public:
  virtual ~Destination() = default;
  virtual void Send(const LinkRequest& request, std::function<void(AttemptOutcome)> done) = 0;
  // Drives what is under way for at most `patience`; `done` is called from here.
  virtual void Poll(Duration patience) = 0;
  virtual void Wake() = 0;
};

}  // namespace flaglinkd
