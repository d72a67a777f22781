#include "daemon/adapt/file_trust.h"

namespace flaglinkd {

Status CheckTrust(const std::string& what, const struct stat& status, uid_t us) {
  if (status.st_uid != 0 && status.st_uid != us) {
    return Error{Error::Code::kInvalid, what + " belongs to user " + std::to_string(status.st_uid) +
                                            ", neither to root nor to user " + std::to_string(us) +
                                            ", who runs this; chown it"};
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Error{Error::Code::kInvalid,
                 what + " can be written by others than its owner; chmod go-w it"};
  }
  return {};
}

}  // namespace flaglinkd
