// The answers of design section 2, as JSON. Pure.
#pragma once

#include <string_view>

#include "daemon/adapt/adapter.h"
#include "daemon/http/http_message.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

HttpResponse ErrorAnswer(int status, std::string_view error);
// 503 with Retry-After: nothing was stored, the sender should try again.
HttpResponse UnavailableAnswer();
HttpResponse IgnoredAnswer(std::string_view reason);
HttpResponse CommitAnswer(const CommitResult& result);
HttpResponse ReplyAnswer(const AdapterReply& reply);

}  // namespace flaglinkd
