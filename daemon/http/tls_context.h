// The server side of TLS as the listener uses it: TLS 1.2 and newer, a certificate, and a client CA
// where one is asked for.
#pragma once

#include <memory>

#include "daemon/base/result.h"
#include "daemon/http/http_listener.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace flaglinkd {

// Reads the files anew. The result is not changed any more: connections share it, and one that
// began with an older one keeps that. An error names the file.
Result<std::shared_ptr<SSL_CTX>> LoadTlsContext(const ListenerOptions::Tls& files);

}  // namespace flaglinkd
