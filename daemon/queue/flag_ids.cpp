#include "daemon/queue/flag_ids.h"

#include "daemon/queue/statements.h"

namespace flaglinkd {
namespace {

// Texts from outside decide how many flags there are, so memory is bounded; some 20 MB at the
// bound.
constexpr std::size_t kMostRemembered = 65'536;

}  // namespace

FlagIds::FlagIds(Database& database)
    : find_(database, statements::kFindFlag),
      flag_of_(database, statements::kFlagOf),
      add_(database, statements::kAddFlag) {}

std::int64_t FlagIds::Make(const FlagKey& flag) {
  if (const auto known = ids_.find(flag); known != ids_.end()) return known->second;
  std::int64_t id = 0;
  for (Statement* statement : {&find_, &add_}) {
    if (id != 0) break;
    Rows rows = statement->Query(flag.project, flag.key);
    while (rows.Next()) id = rows.Number(0);
  }
  if (id != 0) Remember(flag, id);
  return id;
}

std::optional<FlagKey> FlagIds::FlagOf(std::int64_t id) {
  if (const auto known = flags_.find(id); known != flags_.end()) return known->second;
  Rows rows = flag_of_.Query(id);
  if (!rows.Next()) return std::nullopt;
  FlagKey flag{rows.Text(0), rows.Text(1)};
  if (!IsValidKey(flag.project) || !IsValidKey(flag.key)) return std::nullopt;
  Remember(flag, id);
  return flag;
}

void FlagIds::Forget() {
  ids_.clear();
  flags_.clear();
}

void FlagIds::Remember(const FlagKey& flag, std::int64_t id) {
  if (ids_.size() >= kMostRemembered) Forget();
  ids_.emplace(flag, id);
  flags_.emplace(id, flag);
}

}  // namespace flaglinkd
