// Changes and times for tests, so that each shows only what it is about.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "daemon/domain/change.h"

namespace flaglinkd {

// So many seconds after a fixed moment in 2026.
inline TimePoint At(int seconds) {
  return TimePoint(std::chrono::seconds(1'767'225'600 + seconds));
}

inline Mention MentionOf(std::string flag, Carrier carrier = Carrier::kText) {
  return {{"default", std::move(flag)}, carrier, "a test names it"};
}

// A change of one part that carries its texts whole, which name `flags`.
inline ObservedChange Naming(std::vector<std::string> flags, std::string part = "",
                             std::string resource = "acme/42") {
  ObservedChange observed;
  observed.change.resource = std::move(resource);
  observed.change.part = std::move(part);
  observed.change.texts.emplace();
  for (std::string& flag : flags) observed.mentions.push_back(MentionOf(std::move(flag)));
  return observed;
}

// The same with what a link shows: by name, title and URL.
inline ObservedChange Showing(ObservedChange observed,
                              std::string title = "Roll out the checkout") {
  observed.change.name = "SHOP-42";
  observed.change.title = std::move(title);
  observed.change.url = "https://acme.example/browse/SHOP-42";
  return observed;
}

inline ObservedChange Deleting(std::string part = "", std::string resource = "acme/42") {
  ObservedChange observed;
  observed.change.kind = ChangeKind::kDeleted;
  observed.change.resource = std::move(resource);
  observed.change.part = std::move(part);
  return observed;
}

inline ObservedChange Created(ObservedChange observed) {
  observed.change.kind = ChangeKind::kCreated;
  return observed;
}

// With the sender's times, of part and content alike.
inline ObservedChange Dated(ObservedChange observed, TimePoint time) {
  observed.change.part_time = time;
  observed.change.content_time = time;
  return observed;
}

}  // namespace flaglinkd
