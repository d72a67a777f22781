#include "daemon/queue/name_ids.h"

#include "daemon/queue/statements.h"

namespace flaglinkd {

NameIds::NameIds(Database& database)
    : find_(database, statements::kFindName),
      name_of_(database, statements::kNameOf),
      add_(database, statements::kAddName) {}

std::optional<std::int64_t> NameIds::Find(std::string_view name) {
  if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
  Rows rows = find_.Query(name);
  if (!rows.Next()) return std::nullopt;
  return ids_.emplace(name, rows.Number(0)).first->second;
}

std::int64_t NameIds::Make(std::string_view name) {
  if (const auto known = Find(name)) return *known;
  std::int64_t id = 0;
  Rows rows = add_.Query(name);
  while (rows.Next()) id = rows.Number(0);
  if (id != 0) ids_.emplace(name, id);
  return id;
}

std::string NameIds::NameOf(std::int64_t id) {
  Rows rows = name_of_.Query(id);
  return rows.Next() ? rows.Text(0) : "";
}

}  // namespace flaglinkd
