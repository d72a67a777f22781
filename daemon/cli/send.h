// One HTTP request, waited for: for verbs that send something themselves.
#pragma once

#include "daemon/base/secret.h"
#include "daemon/http/http_client.h"

namespace flaglinkd {

HttpAnswer SendAndWait(HttpClient& client, HttpCall call, const Secret& authorization);
// With a client of its own, without Authorization.
HttpAnswer SendAndWait(HttpCall call);

}  // namespace flaglinkd
