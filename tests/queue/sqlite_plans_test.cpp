// SQLite chooses a plan by the very words of a statement: `due_at <= ?` uses the partial index
// links_due, `coalesce(due_at, 0) <= ?` scans. Nothing that runs per event may scan or sort.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "daemon/queue/schema.h"
#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/statements.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class Plans : public testing::Test {
 protected:
  Plans() {
    std::ofstream(folder_ / "plans.db").close();
    database_.emplace(Database::Open(folder_ / "plans.db").value());
    SetUpSchema(*database_);
  }

  std::vector<std::string> PlanOf(std::string_view sql) {
    Statement explain(*database_, "EXPLAIN QUERY PLAN " + std::string(sql));
    std::vector<std::string> steps;
    for (Rows rows = explain.Query(); rows.Next();) steps.push_back(rows.Text(3));
    EXPECT_FALSE(database_->error()) << database_->error()->message;
    return steps;
  }

  TemporaryFolder folder_;
  std::optional<Database> database_;
};

TEST_F(Plans, AClaimGoesAlongTheIndexOfDueLinks) {
  EXPECT_THAT(PlanOf(statements::kDueLinks),
              ElementsAre("SEARCH l USING INDEX links_due (due_at<?)",
                          StartsWith("SEARCH r USING INTEGER PRIMARY KEY (rowid=?)")));
  EXPECT_THAT(PlanOf(statements::kNextDue),
              ElementsAre(HasSubstr("links USING COVERING INDEX links_due")));
}

TEST_F(Plans, EveryOtherStatementSearchesByKey) {
  for (const char* sql : {statements::kFindName,
                          statements::kNameOf,
                          statements::kFindFlag,
                          statements::kFlagOf,
                          statements::kConfirmDelivery,
                          statements::kFindResource,
                          statements::kFindResourceByName,
                          statements::kReadResource,
                          statements::kChangeResource,
                          statements::kRenameResource,
                          statements::kReadPart,
                          statements::kLastBody,
                          statements::kLastBodyOfPart,
                          statements::kSetLastBody,
                          statements::kSetLastBodyOfPart,
                          statements::kLinksOfResource,
                          statements::kReadLink,
                          statements::kChangeLink,
                          statements::kSetDue,
                          statements::kRemoveLink,
                          statements::kSetTotal}) {
    EXPECT_THAT(PlanOf(sql), ElementsAre(StartsWith("SEARCH "))) << sql;
  }
}

}  // namespace
}  // namespace flaglinkd
