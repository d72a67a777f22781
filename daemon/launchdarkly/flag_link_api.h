// The Flag Links API (beta), pure: a link request as an HTTP call, and what an answer means. Facts
// are from LaunchDarkly's OpenAPI file (launchdarkly/ldcli, ld-openapi.json) and from what its own
// posters do; where it leaves something open, the reading here is the one that can't make a second
// link.
#pragma once

#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/deliver/destination.h"
#include "daemon/domain/link.h"
#include "daemon/http/http_client.h"

namespace flaglinkd {

// The call, without its Authorization (the bare token, no "Bearer"). With an empty `base_url` its
// url is the path alone. kInvalid: a project, flag, link key or id that may not travel in a path.
Result<HttpCall> ToHttpCall(const std::string& base_url, const LinkRequest& request);

// The body of a create request, a `flagLinkPost`.
std::string ToFlagLinkPost(const LinkBody& body);

// A listing is searched for the link that bears our key, and, where others are looked for, for one
// that links to the same: an equal _deepLink, or with integration key jira an equal issueKey.
// Whatever the answer holds, the outcome is one of AttemptOutcome's and its reason one short line.
AttemptOutcome Judge(const LinkRequest& request, const HttpAnswer& answer, TimePoint now);

}  // namespace flaglinkd
