// What the two HTTP ends speak in. Header names are in lower case.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/domain/webhook.h"

namespace flaglinkd {

struct HttpRequest {
  std::string method;  // as sent: "POST"
  std::string path;    // without the query, not percent-decoded
  std::string query;   // without the '?'
  std::vector<Header> headers;
  std::string body;  // chunks put together
  std::string peer;  // the address of the connection, "192.0.2.1", "2001:db8::1" or "unix"
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  // Besides Content-Type, Content-Length, Date and Connection, which the listener sets.
  std::vector<Header> headers;
  bool close = false;  // close the connection after it
};

}  // namespace flaglinkd
