// The ids that rows use for the names of sources and name spaces. There are as many as the
// configuration ever named, so all that were asked for stay in memory. Not safe for several
// threads. Internal to queue/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

class NameIds {
 public:
  explicit NameIds(Database& database);

  std::optional<std::int64_t> Find(std::string_view name);
  // The id, given out if need be.
  std::int64_t Make(std::string_view name);
  std::string NameOf(std::int64_t id);
  // After a rollback: what was given out may be no more.
  void Forget() { ids_.clear(); }

 private:
  std::map<std::string, std::int64_t, std::less<>> ids_;
  Statement find_, name_of_, add_;
};

}  // namespace flaglinkd
