// Whether code may be loaded from a file: who can write to it, or to its folder, can run code as
// us. Pure.
#pragma once

#include <sys/stat.h>

#include <string>

#include "daemon/base/result.h"

namespace flaglinkd {

// Ok: it belongs to root or to the user `us`, and nobody but its owner can write to it. The error's
// message begins with `what` ("the file").
Status CheckTrust(const std::string& what, const struct stat& status, uid_t us);

}  // namespace flaglinkd
