// What the admin API answers, as JSON. Times are ISO-8601 in UTC, ids are strings. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/domain/reading.h"
#include "daemon/http/http_message.h"
#include "daemon/queue/queue_admin.h"

namespace flaglinkd {

// {"error": message}
HttpResponse ErrorResponse(int status, std::string_view message);
// 400, 404, 409, 503 or 500, by its code.
HttpResponse ErrorResponse(const Error& error);

// {"links": […], "limit": n}: as many as the limit says, or fewer.
HttpResponse LinksResponse(const std::vector<LinkReport>& links, std::size_t limit);
// The link's own object, with its mentions.
HttpResponse LinkResponse(const LinkReport& link);

// {"events": […], "limit": n}
HttpResponse EventsResponse(const std::vector<EventReport>& events, std::size_t limit);
// The event's own object with `payload` and `reading`, what the present rules make of it; both are
// null where nothing was kept. Bytes of a body that are no UTF-8 are shown as U+FFFD.
HttpResponse EventResponse(const EventReport& event, const std::optional<Payload>& payload,
                           const std::optional<Reading>& reading);

// {"retried": n}
HttpResponse CountResponse(const char* what, int count);

// {"armed_until": "2026-07-25T10:10:00Z"}
HttpResponse ArmedResponse(TimePoint until);

// Of a replay or an import: {"outcome": "stored", "event": "17", "links": 1}, or with a reason.
HttpResponse CommitResponse(const CommitResult& result);

// Of many: how many came to what, and how many links changed.
struct ReplayTally {
  int stored = 0, ignored = 0, failed = 0;
  int not_kept = 0;  // events without a payload
  int links = 0;
  std::string stopped = {};                      // why the rest was left
  std::optional<std::int64_t> more_before = {};  // older ones than this event may be meant too
};
HttpResponse TallyResponse(const ReplayTally& tally);

}  // namespace flaglinkd
