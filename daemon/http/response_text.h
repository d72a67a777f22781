// Answers as bytes. Pure.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/clock.h"
#include "daemon/http/http_message.h"
#include "daemon/http/request_head.h"

namespace flaglinkd {

enum class AnswerBody { kSent, kLeftOut };  // left out in answers to HEAD
enum class AfterAnswer { kKeepOpen, kClose };

// Sets Date, Content-Type, Content-Length and Connection; response.headers can't set them, nor
// Transfer-Encoding. A control character in a value becomes a blank, and a header whose name is no
// name is left out: nothing that an adapter took from a webhook can start a line of its own.
std::string FormatResponse(const HttpResponse& response, AnswerBody body, AfterAnswer after,
                           TimePoint now);

// What the client is told when the listener refuses by itself: {"error":"<reason>"}, with
// Retry-After where it is 503.
HttpResponse RefusalResponse(const Refusal& refusal);

}  // namespace flaglinkd
