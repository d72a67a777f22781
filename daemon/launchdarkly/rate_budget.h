// The account's one budget of requests, as LaunchDarkly's headers tell it: the catalogue and
// delivery both ask before they send. Safe for several threads.
//
// X-Ratelimit-Global-Remaining and X-Ratelimit-Route-Remaining say how many requests are left in a
// window of ten seconds, X-Ratelimit-Reset when it ends (milliseconds since 1970); any of them may
// be missing (OpenAPI file, "Rate limiting"). Of what was said to remain, a fifth is left to others;
// the catalogue takes no more than another fifth, and nothing while delivery waits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/guarded.h"
#include "daemon/domain/webhook.h"

namespace flaglinkd {

class RateBudget {
 public:
  enum class User { kDelivery, kCatalog };

  // Absent: one request may be sent now, and is counted. Else when to ask again. `route` is the
  // verb and the URL's pattern, whatever tells LaunchDarkly's routes apart.
  std::optional<TimePoint> Take(User user, const std::string& route, TimePoint now);

  // What an answer to `route` says; whatever it holds.
  void Learn(const std::string& route, const std::vector<Header>& headers, TimePoint now);
};

}  // namespace flaglinkd
