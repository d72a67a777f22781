// Asks LaunchDarkly who the token is and what it may do. Changes nothing there.
//
// No route of the API tells what a token may do, so each action is tried on a flag of the project in
// a way that can't have an effect: to make a link from a body that is none (`[]`); to change and to
// remove one by a key that no link has. Whoever may not gets 403, or 401 from some routes (OpenAPI
// file, "Errors"); whoever may gets 400 or 404. Which of the two LaunchDarkly looks at first is not
// documented: a refusal is sure, its absence is no promise.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/http/http_client.h"
#include "daemon/launchdarkly/launchdarkly_destination.h"

namespace flaglinkd {

struct OnlineFinding {
  bool wrong = false;
  std::string line;  // with the remedy; no secret in it, safe for a terminal
  bool operator==(const OnlineFinding&) const = default;
};

constexpr std::size_t kMostProjectsAsked = 10;

// `ask` sends one request with the token and waits for its answer. One request about the token, and
// up to four about each of the first kMostProjectsAsked projects, one after the other; none after an
// answer that asks to wait, or where LaunchDarkly can't be reached.
std::vector<OnlineFinding> CheckLaunchDarkly(const LaunchDarklyOptions& options,
                                             const std::function<HttpAnswer(HttpCall)>& ask,
                                             const Clock& clock);

}  // namespace flaglinkd
