#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/base/secret.h"

namespace flaglinkd {

struct AdminOptions {
  std::string address = "127.0.0.1:9464";
  // Of payloads and actions, and off loopback of all but the health checks. Empty: the address
  // serves neither.
  Secret token;
  std::vector<std::string> hosts;  // names that Host may hold, besides addresses and localhost
  std::filesystem::path socket;    // of actions and payloads, without the token; "": none
};

// Whether an address, with or without its port, is of this machine alone: "127.0.0.1:9464",
// "[::1]:9464", "::1". False for what is no address.
bool IsLoopback(const std::string& address);

}  // namespace flaglinkd
