// Which links or events a request means: the conditions of a query, or of a JSON body. Pure; what
// it reads is not trusted.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "daemon/base/result.h"
#include "daemon/queue/queue_admin.h"

namespace flaglinkd {

// By name: status, flag, project, source, resource, since, before, limit.
using Conditions = std::map<std::string, std::string, std::less<>>;

// "status=failed&flag=checkout-v2", percent-encoded. kInvalid: a name comes twice, or an encoding
// is broken.
Result<Conditions> ConditionsOfQuery(std::string_view query);

// The same from {"status": "failed", "limit": 10, "remove": true}; nothing at all is {}.
Result<Conditions> ConditionsOfBody(std::string_view body);

// Takes out what is no condition but says how an action is meant, true or false (`remove`,
// `replace`); absent, it is false.
Result<bool> TakeSwitch(std::string_view name, Conditions& conditions);

// kInvalid: a condition that there is not, or a time or limit that is none; the other values are
// the queue's to judge. `source` becomes the filter's name_space as it stands.
Result<LinkFilter> LinkFilterOf(const Conditions& conditions);
// Of these events have status, source, since, before (an event's id) and limit.
Result<EventFilter> EventFilterOf(const Conditions& conditions);

// Whether any condition leaves something out but how many and where to go on: an action on all
// there is must not be a slip.
bool IsSelective(const Conditions& conditions);

// An event's id as it is written, "17".
Result<std::int64_t> ParseEventId(std::string_view text);

}  // namespace flaglinkd
