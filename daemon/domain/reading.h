// What the present rules make of a webhook, for a person to read.
#pragma once

#include <string>
#include <vector>

#include "daemon/domain/change.h"

namespace flaglinkd {

struct Reading {
  std::string outcome;  // what the service would answer: stored, ignored, handshake or failed
  std::string reason;   // of an outcome other than stored; else why a part was left out
  std::vector<ObservedChange> changes;
};

}  // namespace flaglinkd
