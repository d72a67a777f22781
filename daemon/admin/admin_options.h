#pragma once

#include <string>

namespace flaglinkd {

struct AdminOptions {
  std::string address = "127.0.0.1:9464";
};

}  // namespace flaglinkd
