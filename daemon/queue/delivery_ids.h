// Which deliveries were stored, for finding a sender's repetition without an index: random keys in
// one would dirty a page per event. A candidate has to be confirmed by its row, since different
// deliveries may share a hash. Not safe for several threads. Internal to queue/.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flaglinkd {

// What a row keeps of a delivery id, whatever its length.
using DeliveryDigest = std::array<std::uint8_t, 16>;
DeliveryDigest DigestDelivery(std::string_view delivery_id);

class DeliveryIds {
 public:
  // The latest event that may be this delivery of this source, those added since the last Keep
  // included.
  std::optional<std::int64_t> Candidate(std::int64_t source, const DeliveryDigest& digest) const;
  void Add(std::int64_t source, const DeliveryDigest& digest, std::int64_t event);
  // The event's row is gone.
  void Remove(std::int64_t source, const DeliveryDigest& digest, std::int64_t event);
  // After a commit, and after a rollback.
  void Keep();
  void Drop();

 private:
  static std::uint64_t Hash(std::int64_t source, const DeliveryDigest& digest);

  std::unordered_map<std::uint64_t, std::int64_t> kept_;
  std::unordered_map<std::uint64_t, std::int64_t> added_;
  std::vector<std::pair<std::uint64_t, std::int64_t>> removed_;
};

}  // namespace flaglinkd
