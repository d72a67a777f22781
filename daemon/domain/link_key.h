// The key that a link bears at LaunchDarkly. It is a function of what the link joins, so that a
// repeated request can't make a second link, and it is fixed when the link is made (a renamed
// resource keeps it).
//
//   <namespace>-<name, at most 40>-<flag, at most 40>-<20 hex>
//
// in flag-key characters, others become '-'. The hex is of SHA-256 over (installation, namespace,
// resource, project, flag) as piece_digest.h joins them; the rest is for people. Pure.
#pragma once

#include <string>
#include <string_view>

#include "daemon/domain/flag_key.h"

namespace flaglinkd {

struct LinkKeyParts {
  std::string_view installation, name_space, resource, name;
  const FlagKey& flag;
};

std::string LinkKey(const LinkKeyParts& parts);

}  // namespace flaglinkd
