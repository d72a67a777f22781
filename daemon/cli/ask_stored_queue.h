// The links and events of a service that does not run, from its database.
#pragma once

#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/cli/verbs.h"

namespace flaglinkd {

// What the service would answer over its socket, but for what the present rules make of an event:
// to read one anew takes the service. Listing and showing read the file and write nothing; retry and
// forget take the queue as the service does, so that there are never two writers: they are refused
// where a process has it, and to whoever is not the file's owner. `arguments` are such as RequestOf
// accepts. kInvalid: as the service's 400.
Result<std::string> AskStoredQueue(QueueVerb verb, const QueueArguments& arguments,
                                   const Config& config, TimePoint now);

}  // namespace flaglinkd
