// What a person asks of a running service about its links and events, and the request of the admin
// API that this becomes. Pure.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/cli/verbs.h"
#include "daemon/http/http_client.h"

namespace flaglinkd {

// The conditions as the admin API takes them: times in UTC. kInvalid: --since is none.
Result<std::map<std::string, std::string>> ConditionsOf(const QueueArguments& arguments,
                                                        TimePoint now);

// kInvalid: an ID that is none, an action on everything, or a time that is none; for the person who
// typed it.
Result<HttpCall> RequestOf(QueueVerb verb, const QueueArguments& arguments, TimePoint now);

}  // namespace flaglinkd
