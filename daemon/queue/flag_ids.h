// The ids that rows use for flags. Keeps those in memory that were lately asked for. Not safe for
// several threads. Internal to queue/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "daemon/domain/flag_key.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

class FlagIds {
 public:
  explicit FlagIds(Database& database);

  // The id, given out if need be.
  std::int64_t Make(const FlagKey& flag);
  // Absent: a damaged row named an id that no flag has, or a flag whose key no flag may have.
  std::optional<FlagKey> FlagOf(std::int64_t id);
  // After a rollback: what was given out may be no more.
  void Forget();

 private:
  void Remember(const FlagKey& flag, std::int64_t id);

  std::map<FlagKey, std::int64_t> ids_;
  std::unordered_map<std::int64_t, FlagKey> flags_;
  Statement find_, flag_of_, add_;
};

}  // namespace flaglinkd
