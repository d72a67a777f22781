// LaunchDarkly's Flag Links API (beta) over HTTP. flag_link_api.h holds the pure halves: a link
// request as an HTTP call, and what an answer means.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "daemon/deliver/destination.h"
#include "daemon/http/http_client.h"
#include "daemon/launchdarkly/rate_budget.h"
#include "daemon/observe/metrics.h"

namespace flaglinkd {

struct LaunchDarklyOptions {
  std::string base_url = "https://app.launchdarkly.com";  // https unless loopback
  Secret token;
  std::vector<std::string> projects = {"default"};     // the first is the default project
  Duration catalog_refresh = std::chrono::minutes(5);  // 0: no catalogue, keys are taken as written
  std::string installation = "default";
  std::string proxy, ca;
};

// kInvalid: a base_url that is not an origin, or not https off loopback.
Status CheckBaseUrl(const std::string& base_url);
// "app.launchdarkly.com", with ":port" where it is not the scheme's own; "" if it is not an origin.
std::string HostOf(const std::string& base_url);

// All but the return value outlive the destination. Of its requests it learns what the account may
// still spend, and asks before each.
std::unique_ptr<Destination> MakeLaunchDarkly(const LaunchDarklyOptions& options,
                                              HttpClient& client, RateBudget& budget,
                                              const Clock& clock, Metrics& metrics);

}  // namespace flaglinkd
