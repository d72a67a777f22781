// Hands due links out under leases and takes their outcomes back, within the transaction that is
// open. Not safe for several threads. Internal to queue/.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/queue/link_queue.h"
#include "daemon/queue/queue_memory.h"
#include "daemon/queue/queue_options.h"
#include "daemon/queue/stores.h"

namespace flaglinkd {

class Lending {
 public:
  // Everything outlives the object.
  Lending(const QueueOptions& options, const Database& database, Stores& stores)
      : options_(options), database_(database), stores_(stores) {}

  // False: the lease was no longer the outcome's, and the link is to be looked at.
  bool End(const Outcome& outcome, TimePoint now, QueueMemory& memory);

  std::vector<Lease> Claim(const Batch& batch, QueueMemory& memory);

 private:
  enum class Turn { kLeased, kSetAside, kSkipped };

  Turn Take(const DueLink& due, const Batch& batch, std::vector<Lease>& leases,
            QueueMemory& memory);
  void PutAside(const LinkRow& row, QueueMemory& memory);
  Lease MakeLease(const DueLink& due, const FlagKey& flag, TimePoint now);

  const QueueOptions& options_;
  const Database& database_;
  Stores& stores_;
};

}  // namespace flaglinkd
