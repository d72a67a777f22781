#include "daemon/queue/catalog_store.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/domain/flag_key.h"
#include "daemon/queue/statements.h"

namespace flaglinkd {

using State = CatalogUpdate::State;

CatalogStore::CatalogStore(Database& database)
    : database_(database),
      meet_(database, statements::kMeetFlag),
      miss_(database, statements::kMissFlag),
      complete_(database, statements::kCompleteCatalog),
      is_missing_(database, statements::kIsMissing) {}

std::vector<std::int64_t> CatalogStore::Take(const CatalogUpdate& update) {
  std::vector<std::int64_t> met;
  if (!IsValidKey(update.project)) return met;
  for (const CatalogUpdate::Flag& flag : update.flags) {
    if (!IsValidKey(flag.key)) continue;
    if (flag.state == State::kGone) {
      miss_.Run(update.project, flag.key);
      continue;
    }
    std::optional<std::string_view> issues;
    if (!flag.jira_issues.empty()) issues = flag.jira_issues;
    for (Rows rows = meet_.Query(update.project, flag.key, flag.state, issues); rows.Next();)
      met.push_back(rows.Number(0));
  }
  if (update.complete) complete_.Run(update.project, *update.complete);
  return met;
}

bool CatalogStore::IsMissing(std::int64_t flag, TimePoint complete_since) {
  Rows rows = is_missing_.Query(flag, complete_since);
  return rows.Next();
}

std::vector<CatalogUpdate> CatalogStore::Read() {
  std::map<std::string, CatalogUpdate> projects;
  Statement flags(database_,
                  "SELECT project, key, known, jira_issues FROM flags WHERE known IN (1, 2)"
                  " ORDER BY project, key");
  for (Rows rows = flags.Query(); rows.Next();) {
    projects[rows.Text(0)].flags.push_back(
        {rows.Text(1), static_cast<State>(rows.Number(2)), rows.Text(3)});
  }
  Statement catalogs(database_, "SELECT project, complete_at FROM catalogs");
  for (Rows rows = catalogs.Query(); rows.Next();) projects[rows.Text(0)].complete = rows.Time(1);
  std::vector<CatalogUpdate> updates;
  for (auto& [project, update] : projects) {
    update.project = project;
    updates.push_back(std::move(update));
  }
  return updates;
}

}  // namespace flaglinkd
