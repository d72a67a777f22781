// A link's wanted and applied state, and the requests that lead from one to the other.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
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

// What LaunchDarkly shows of a link, as two hashes (SHA-256, cut): of what a PATCH can change, and
// of what only a new link can.
struct LinkFingerprint {
  std::uint64_t text = 0;  // title and description
  std::uint64_t card = 0;  // deep link, integration key, and of the metadata what its card shows
  auto operator<=>(const LinkFingerprint&) const = default;
};

// What is known of the link at LaunchDarkly. Maybe: a request was about to be sent and its outcome
// was never recorded, or its answer was lost, so that only a listing can tell. Foreign: somebody
// else's link shows the same; ours is not needed, and theirs is never touched.
enum class Presence { kNever = 0, kMaybe = 1, kThere = 2, kForeign = 3 };

struct WantedLink {
  FlagKey flag;
  bool wanted = false;
  LinkBody body;
  bool look_first = false;  // others may have linked it: list before the first POST
};

struct AppliedLink {
  Presence presence = Presence::kNever;
  std::string id;  // LaunchDarkly's _id; "" when unknown
  // What it shows; absent: not known, so that only a listing can tell
  std::optional<LinkFingerprint> shown = std::nullopt;
  auto operator<=>(const AppliedLink&) const = default;
};

// kCreate: POST. kUpdate: PATCH of title and description, by id. kRemove: DELETE, by key. kFind:
// list the flag's links and look for ours.
enum class RequestKind { kCreate, kUpdate, kRemove, kFind };

struct LinkRequest {
  RequestKind kind = RequestKind::kCreate;
  FlagKey flag;
  LinkBody body;          // kRemove uses its key alone
  std::string id = {};    // kUpdate: whose title and description change
  bool replaces = false;  // kRemove: what is wanted is posted next
  // kFind: where none is ours, somebody else's that shows the same will do
  bool look_for_others = false;
};

// The one next request that leads from what is known towards what is wanted; absent when they
// agree. Its answer changes what is known, and then this is asked again: whatever is lost or found
// on the way, the requests end with exactly the wanted link, or none. Pure.
std::optional<LinkRequest> NextRequest(const WantedLink& wanted, const AppliedLink& applied);

}  // namespace flaglinkd
