// What a webhook would lead to on a store without links: the same verifier, adapter, matcher, life
// cycle and planner as the service, and nothing stored or sent. Pure but for the adapter.
#pragma once

#include <string>
#include <vector>

#include "daemon/domain/change.h"
#include "daemon/http/http_client.h"
#include "daemon/match/known_flags.h"
#include "daemon/receive/source_set.h"
#include "daemon/verify/verify.h"

namespace flaglinkd {

struct DryRun {
  Verification verification;
  std::string outcome;  // "stored", "ignored", "handshake", "failed": as the service would answer
  std::string reason;
  std::vector<ObservedChange> changes;
  std::vector<HttpCall> requests;  // their url is the path alone
};

// Goes on whatever the verdict is. `known`: what the catalogue knows; a link whose flag it misses
// would wait, and asks for nothing.
DryRun RunDry(const Source& source, const Webhook& webhook, const KnownFlags& known,
              const std::string& installation);

// Each flag that is named, once, with its first reason.
std::vector<Mention> FlagsOf(const DryRun& run);

// One JSON object, as design section 4 shows it.
std::string DryRunAsJson(const DryRun& run);
// The same for a person.
std::string DryRunAsText(const DryRun& run);

}  // namespace flaglinkd
