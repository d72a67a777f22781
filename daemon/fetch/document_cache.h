// Documents that were fetched a while ago: users and channels are asked for again and again.
// Bounded in number, bytes and age; the oldest go first. Pure. Not safe for several threads.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>

#include "daemon/base/clock.h"

namespace flaglinkd {

class DocumentCache {
 public:
  struct Limits {
    std::size_t documents = 1024;
    std::size_t bytes = 16u << 20;  // keys and documents
    Duration lifetime = std::chrono::minutes(10);
  };
  explicit DocumentCache(Limits limits) : limits_(limits) {}

  // Nothing also where it was asked for before `not_before`.
  std::optional<std::string> Find(const std::string& key, TimePoint now, TimePoint not_before = {});
  // Takes the place of what was there; what is larger than all that may be kept is not kept. `asked`:
  // when the request for it began, since when it ages.
  void Put(const std::string& key, std::string document, TimePoint asked);

 private:
  struct Entry {
    std::string key, document;
    TimePoint asked;
    std::size_t Size() const { return key.size() + document.size(); }
  };
  void Remove(std::list<Entry>::iterator entry);

  const Limits limits_;
  std::list<Entry> entries_;  // the oldest first
  std::map<std::string, std::list<Entry>::iterator> by_key_;
  std::size_t bytes_ = 0;
};

}  // namespace flaglinkd
