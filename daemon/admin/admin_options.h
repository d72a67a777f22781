#pragma once

#include <filesystem>
#include <string>

namespace flaglinkd {

struct AdminOptions {
  std::string address = "127.0.0.1:9464";
  std::filesystem::path socket;  // of actions and payloads; "": none
};

}  // namespace flaglinkd
