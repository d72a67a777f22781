#include "daemon/fetch/document_cache.h"

#include <utility>

namespace flaglinkd {

std::optional<std::string> DocumentCache::Find(const std::string& key, TimePoint now,
                                               TimePoint not_before) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  const Entry& entry = *found->second;
  // Or the clock was set back, and nobody knows how old it is.
  const bool is_old = now - entry.asked >= limits_.lifetime || now < entry.asked;
  if (is_old) {
    Remove(found->second);
    return std::nullopt;
  }
  if (entry.asked < not_before) return std::nullopt;
  return entry.document;
}

void DocumentCache::Put(const std::string& key, std::string document, TimePoint asked) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) Remove(found->second);
  Entry entry{key, std::move(document), asked};
  if (entry.Size() > limits_.bytes) return;
  bytes_ += entry.Size();
  by_key_[key] = entries_.insert(entries_.end(), std::move(entry));
  while (bytes_ > limits_.bytes || entries_.size() > limits_.documents) Remove(entries_.begin());
}

void DocumentCache::Remove(std::list<Entry>::iterator entry) {
  bytes_ -= entry->Size();
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace flaglinkd
