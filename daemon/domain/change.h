// What an event says of one part of one resource, and the flags that it names. Absent is not empty:
// an absent optional leaves what is known as it is, an empty one clears it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/domain/flag_key.h"

namespace flaglinkd {

// kCreated is an event that can't be an edit: no older state of the part exists that a late event
// could bring back. It also stands for a snapshot that rides along (the issue in a comment event).
// Without a flag, and on an unknown resource, a created change leaves no trace; the other two
// always move a clock.
enum class ChangeKind { kUpdated, kDeleted, kCreated };

struct NamedText {
  std::string name;  // for the reason: "description", a field's JSON Pointer
  std::string text;  // free of the sender's markup
  auto operator<=>(const NamedText&) const = default;
};

struct MetadataField {
  std::string name, value;
  auto operator<=>(const MetadataField&) const = default;
};

struct Change {
  ChangeKind kind = ChangeKind::kUpdated;
  // The sender's immutable id with its site or tenant; empty: `name` resolves it.
  std::string resource;
  std::string name;                    // what people call it ("SHOP-42"); may change
  std::string part;                    // "" is the resource itself, else e.g. a comment's id
  std::optional<TimePoint> part_time;  // of the object that is spoken of; absent: the receipt
  std::optional<TimePoint>
      content_time;                  // of title, url, description and metadata; absent: the receipt
  std::optional<TimePoint> created;  // the resource's creation, the link's timestamp
  std::optional<std::string> title, url, description;
  std::string integration_key;  // "" for a plain URL link
  std::string author;           // who wrote the part; compared with the source's `bots`
  bool author_is_bot = false;
  bool is_private = false;
  // The fields that are present. A name that ends in '?' is a fallback ("creator?"): Apply
  // (life_cycle.h) takes its value only while nothing is known of the field, so that a link is
  // never posted with a field missing.
  std::vector<MetadataField> metadata;
  // The carriers. Present: carried whole, and replaces what was known of it.
  std::optional<std::vector<NamedText>> texts;
  std::optional<std::vector<std::string>> labels;
  // Of [source.X.match] fields; name is the JSON Pointer
  std::optional<std::vector<NamedText>> fields;
};

enum class Carrier { kText, kLabel, kField };

struct Mention {
  FlagKey flag;
  Carrier carrier = Carrier::kText;
  std::string reason;  // "flag URL in description"
  auto operator<=>(const Mention&) const = default;
};

struct ObservedChange {
  Change change;
  std::vector<Mention> mentions;  // at most one per (carrier, flag)
};

// Bounds of design section 6. What lies beyond is not taken, and the event is `failed` with the
// reason.
constexpr std::size_t kMaxChangesPerEvent = 256;
constexpr std::size_t kMaxFlagsPerChange = 64;
constexpr std::size_t kMaxPartsPerResource = 256;
// Ours: who may edit a comment may name new flags in it for ever, and each event reads them all.
constexpr std::size_t kMaxLinksPerResource = 1024;

}  // namespace flaglinkd
