// What a change does to what is known of its resource: the clocks, the mentions per carrier, and
// which links are wanted from now on. Pure. The rules are those of the design, "Rules for events"
// and, of "Rules for links", Wanted and Content.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/domain/change.h"

namespace flaglinkd {

// When a link that was wanted stops being wanted: never; once its resource is deleted; once no live
// part mentions its flag.
enum class UnlinkRule { kNever, kDeleted, kUnmentioned };

// What a link shows. It belongs to the resource and is rendered when a link is claimed.
struct Content {
  std::string name, title, url, description, integration_key;
  std::vector<MetadataField> metadata;  // sorted by name
  std::optional<TimePoint> created;     // the resource's creation, else when it was first seen
  auto operator<=>(const Content&) const = default;
};

struct PartState {
  TimePoint time;
  // Receipt of the event that set it: breaks ties of `time`, and retention goes by it
  TimePoint seen;
  bool deleted = false;
  std::vector<Mention> mentions;  // sorted; of a deleted part none
  auto operator<=>(const PartState&) const = default;
};

struct LinkState {
  FlagKey flag;
  int mentions = 0;  // live parts that name the flag
  // Not wanted, though a live part of a living resource names the flag: a person has had it
  // forgotten, and only a part that names it anew makes it wanted again
  bool wanted = false;
  auto operator<=>(const LinkState&) const = default;
};

// What is known of a resource, as far as a change of one part needs it.
struct ResourceState {
  Content content;
  TimePoint content_time, content_seen;  // as time and seen of a part
  bool deleted = false;
  PartState main;                 // the part ""
  std::optional<PartState> part;  // the change's own part where that is another one and known
  std::vector<LinkState> links;   // every link of the resource
  std::size_t parts_with_mentions = 0;
};

struct ResourceUpdate {
  // kIgnored: a creation without a flag on an unknown resource; nothing is to be stored.
  // kStale: older than what is known in part and content; only the event itself is to be stored.
  enum class Effect { kIgnored, kStale, kApplied } effect = Effect::kApplied;
  // Not empty: a bound was passed (kMaxPartsPerResource); the mentions were not taken
  std::string refusal;
  ResourceState
      state;  // what is known afterwards; links in the order of `before`, new ones at the end
  bool content_changed = false;
};

// Metadata named "x?" is a fallback for x: taken only while x is not known, and never in x's way.
//
// `before` is absent for an unknown resource. `received` is the receipt of the event: no time of
// the change counts as later.
ResourceUpdate Apply(const ObservedChange& observed, const std::optional<ResourceState>& before,
                     UnlinkRule rule, TimePoint received);

}  // namespace flaglinkd
