// The flags of a project, a page at a time, pure: a page as an HTTP call, and what an answer says.
// Facts are from LaunchDarkly's OpenAPI file (launchdarkly/ldcli, ld-openapi.json, "List feature
// flags"); that 100 is the most that a page holds is from launchdarkly/ld-find-code-refs. Archived
// flags are in a listing of their own.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/http/http_client.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

constexpr std::size_t kFlagsPerPage = 100;
constexpr std::size_t kMostFlagPages = 1000;          // of one listing
constexpr std::size_t kMostFlagPageBytes = 4u << 20;  // a larger answer counts as lost
constexpr char kFlagListRoute[] = "GET /api/v2/flags/{projectKey}";  // for the budget of requests

struct FlagPagePlace {
  std::string project;
  bool archived = false;   // which of the two listings
  std::size_t offset = 0;  // of the first flag
};

struct FlagPage {
  std::vector<CatalogUpdate::Flag> flags;  // live and archived ones; all keys are valid
  std::size_t items = 0;                   // as many as it held, also what is no flag to us
  bool last = false;
};

// The call, without its Authorization (the bare token, no "Bearer"). kInvalid: a project that may
// not travel in a path.
Result<HttpCall> ToHttpCall(const std::string& base_url, const FlagPagePlace& place);

// kUnavailable: worth another try soon. kInvalid: an answer that stays the same until a person does
// something. Of an answer without a page nothing but its status gets into the error's message.
Result<FlagPage> ReadFlagPage(const FlagPagePlace& place, const HttpAnswer& answer);

}  // namespace flaglinkd
