#include "daemon/queue/delivery_ids.h"

#include <algorithm>
#include <cstring>

#include "daemon/base/sha256.h"

namespace flaglinkd {

DeliveryDigest DigestDelivery(std::string_view delivery_id) {
  const Sha256Digest whole = Sha256(delivery_id);
  DeliveryDigest digest;
  std::copy_n(whole.begin(), digest.size(), digest.begin());
  return digest;
}

std::optional<std::int64_t> DeliveryIds::Candidate(std::int64_t source,
                                                   const DeliveryDigest& digest) const {
  const std::uint64_t hash = Hash(source, digest);
  for (const auto* events : {&added_, &kept_}) {
    if (const auto found = events->find(hash); found != events->end()) return found->second;
  }
  return std::nullopt;
}

void DeliveryIds::Add(std::int64_t source, const DeliveryDigest& digest, std::int64_t event) {
  added_[Hash(source, digest)] = event;
}

void DeliveryIds::Remove(std::int64_t source, const DeliveryDigest& digest, std::int64_t event) {
  removed_.emplace_back(Hash(source, digest), event);
}

void DeliveryIds::Keep() {
  for (const auto& [hash, event] : removed_) {
    const auto kept = kept_.find(hash);
    if (kept != kept_.end() && kept->second == event) kept_.erase(kept);
  }
  removed_.clear();
  for (const auto& [hash, event] : added_) kept_[hash] = event;
  added_.clear();
}

void DeliveryIds::Drop() {
  added_.clear();
  removed_.clear();
}

std::uint64_t DeliveryIds::Hash(std::int64_t source, const DeliveryDigest& digest) {
  std::uint64_t hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash + static_cast<std::uint64_t>(source) *
                    0x9e3779b97f4a7c15;  // apart, though two sources give the same id
}

}  // namespace flaglinkd
