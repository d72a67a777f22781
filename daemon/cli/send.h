// One HTTP request, waited for: for verbs that send something themselves.
#pragma once

#include "daemon/http/http_client.h"

namespace flaglinkd {

HttpAnswer SendAndWait(HttpCall call);

}  // namespace flaglinkd
