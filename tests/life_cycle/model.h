// What must be linked in the end, computed from the rules for events and links alone (design,
// section 6) and from nothing of the code: the second opinion that the shuffles are held against.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace flaglinkd::model {

// What one webhook says of one part of one resource. Times are seconds; no two are the same.
struct Said {
  std::string resource, part;  // "" is the resource itself
  enum Kind { kCreated, kUpdated, kDeleted } kind = kUpdated;
  int part_time = 0, content_time = 0;
  struct Shown {
    std::string name, title, url, state;
    bool operator==(const Shown&) const = default;
  };
  std::optional<Shown> shown;  // what a link shows, carried whole or not at all
  std::optional<std::set<std::string>> text, labels;  // the flags that each carrier names
};

enum class Unlink { kNever, kDeleted, kUnmentioned };

class Model {
 public:
  explicit Model(Unlink unlink) : unlink_(unlink) {}

  // In the order of receipts. True: it left a trace; then the same delivery is not given again.
  bool Take(const Said& said) {
    const auto known = resources_.find(said.resource);
    const bool names_a_flag =
        !said.text.value_or(Flags{}).empty() || !said.labels.value_or(Flags{}).empty();
    // Only a creation without a flag on an unknown resource leaves no trace.
    if (known == resources_.end() && said.kind == Said::kCreated && !names_a_flag) return false;
    Resource& resource = resources_[said.resource];
    TakeContent(said, resource);
    TakePart(said, resource);
    Judge(resource);
    return true;
  }

  // (resource, flag) of every link that is wanted, and what it shows.
  std::map<std::pair<std::string, std::string>, Said::Shown> Links() const {
    std::map<std::pair<std::string, std::string>, Said::Shown> links;
    for (const auto& [id, resource] : resources_) {
      // Without a URL there is nothing to link to.
      if (!resource.shown) continue;
      for (const std::string& flag : resource.wanted) links[{id, flag}] = *resource.shown;
    }
    return links;
  }

 private:
  using Flags = std::set<std::string>;

  struct Part {
    int time = -1;
    bool deleted = false;
    Flags text, labels;
  };

  struct Resource {
    int content_time = -1;
    std::optional<Said::Shown> shown;
    std::map<std::string, Part> parts;
    Flags wanted;
  };

  // The content's time is separate from the parts'; newer wins.
  static void TakeContent(const Said& said, Resource& resource) {
    if (!said.shown || said.content_time < resource.content_time) return;
    resource.content_time = said.content_time;
    resource.shown = said.shown;
  }

  static void TakePart(const Said& said, Resource& resource) {
    Part& part = resource.parts[said.part];
    const bool is_resource = said.part.empty();
    // A deleted part never comes back; a deleted resource only by a newer change of itself.
    if (part.deleted && (!is_resource || said.part_time < part.time)) return;
    if (said.kind == Said::kDeleted) {
      // A comment's deletion counts whenever it comes; a resource's gives way to what is newer.
      if (is_resource && said.part_time < part.time) return;
      part = {std::max(said.part_time, part.time), true, {}, {}};
      return;
    }
    if (said.part_time < part.time) return;
    part.time = said.part_time;
    part.deleted = false;
    // Each carrier is replaced only where the change carries it whole.
    if (said.text) part.text = *said.text;
    if (said.labels) part.labels = *said.labels;
  }

  // never: once wanted, always. deleted: until the resource is. unmentioned: while a live part names
  // the flag. What is not there yet becomes wanted where a live part of a live resource names it.
  void Judge(Resource& resource) const {
    const bool deleted = resource.parts[""].deleted;
    Flags mentioned;
    if (!deleted) {
      for (const auto& [name, part] : resource.parts) {
        mentioned.insert(part.text.begin(), part.text.end());
        mentioned.insert(part.labels.begin(), part.labels.end());
      }
    }
    if (unlink_ == Unlink::kUnmentioned || (unlink_ == Unlink::kDeleted && deleted)) {
      resource.wanted.clear();
    }
    resource.wanted.insert(mentioned.begin(), mentioned.end());
  }

  const Unlink unlink_;
  std::map<std::string, Resource> resources_;
};

}  // namespace flaglinkd::model
