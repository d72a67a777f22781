// A link's wanted and applied state, and the requests that lead from one to the other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/domain/change.h"
#include "daemon/domain/life_cycle.h"

namespace flaglinkd {

// What LaunchDarkly is to show: cut, neutralised and never empty (link_body.h).
struct LinkBody {
  std::string key;              // the link's own key (link_key.h)
  std::string integration_key;  // "" for a plain URL link
  std::int64_t timestamp_ms = 0;
  std::string deep_link, title, description;
  std::vector<MetadataField> metadata;  // sorted by name; only with an integration_key
  auto operator<=>(const LinkBody&) const = default;
};

// What is known of the link at LaunchDarkly. Maybe: a request was about to be sent and its outcome
// was never recorded, or its answer was lost, so that only a listing can tell.
enum class Presence { kNever = 0, kMaybe = 1, kThere = 2 };

struct WantedLink {
  FlagKey flag;
  bool wanted = false;
  LinkBody body;
};

struct AppliedLink {
  Presence presence = Presence::kNever;
  std::string id;  // LaunchDarkly's _id; "" when unknown
};

// kCreate: POST. kRemove: DELETE by key. kFind: list the flag's links and look for ours.
enum class RequestKind { kCreate, kRemove, kFind };

struct LinkRequest {
  RequestKind kind = RequestKind::kCreate;
  FlagKey flag;
  LinkBody body;  // kRemove and kFind use its key alone
};

// The requests, in order, that bring LaunchDarkly from the applied to the wanted state; empty when
// they agree. A kFind that finds the link ends the plan: the rest is not needed. Pure.
std::vector<LinkRequest> Plan(const WantedLink& wanted, const AppliedLink& applied);

}  // namespace flaglinkd
