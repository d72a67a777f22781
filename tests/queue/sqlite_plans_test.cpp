// SQLite chooses a plan by the very words of a statement: `due_at <= ?` uses the partial index
// links_due, `coalesce(due_at, 0) <= ?` scans. Nothing that runs per event may scan or sort.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "daemon/queue/admin_statements.h"
#include "daemon/queue/schema.h"
#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/statements.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
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

TEST_F(Plans, EventsThatWaitForDocumentsAreFoundSourceBySource) {
  EXPECT_THAT(PlanOf(statements::kNextFetchSource),
              ElementsAre("SEARCH fetches USING COVERING INDEX fetches_due (source>?)"));
  EXPECT_THAT(
      PlanOf(statements::kDueFetches),
      ElementsAre("SEARCH fetches USING COVERING INDEX fetches_due (source=? AND due_at<?)"));
  EXPECT_THAT(PlanOf(statements::kReadFetch), Each(StartsWith("SEARCH ")));
  for (const char* sql : {statements::kRemoveFetch, statements::kPutOffFetch})
    EXPECT_THAT(PlanOf(sql), ElementsAre(StartsWith("SEARCH "))) << sql;
}

TEST_F(Plans, LinksThatWaitForTheirFlagOrForRoomAreFoundByTheirIndexes) {
  EXPECT_THAT(PlanOf(statements::kLinksOfUnknownFlag),
              ElementsAre("SEARCH l USING INDEX links_unknown (flag_id=?)"));
  EXPECT_THAT(PlanOf(statements::kLinksWithoutRoom),
              ElementsAre("SEARCH l USING INDEX links_without_room (flag_id=?)"));
  // Once, at the start, along an index that is small or empty.
  EXPECT_THAT(PlanOf(statements::kFlagsWithoutRoom),
              ElementsAre("SCAN links USING INDEX links_without_room"));
}

TEST_F(Plans, TheCatalogueIsAskedByKey) {
  EXPECT_THAT(PlanOf(statements::kIsMissing),
              ElementsAre("SEARCH f USING INTEGER PRIMARY KEY (rowid=?)",
                          StartsWith("SEARCH c USING PRIMARY KEY (project=?)")));
}

TEST_F(Plans, WhetherALinkOfTheResourceIsOpenIsAskedByKey) {
  EXPECT_THAT(
      PlanOf(statements::kDropAccepted),
      ElementsAre("SEARCH resources USING INTEGER PRIMARY KEY (rowid=?)",
                  StartsWith("SCALAR SUBQUERY"), "SEARCH links USING PRIMARY KEY (resource_id=?)"));
}

TEST_F(Plans, EveryOtherStatementSearchesByKey) {
  for (const char* sql : {statements::kFindName,
                          statements::kNameOf,
                          statements::kFindFlag,
                          statements::kFlagOf,
                          statements::kMissFlag,
                          statements::kConfirmDelivery,
                          statements::kFindResource,
                          statements::kFindResourceByName,
                          statements::kReadResource,
                          statements::kChangeResource,
                          statements::kRenameResource,
                          statements::kKeepAccepted,
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

TEST_F(Plans, ALinkOrAResourceThatAPersonNamesIsSearchedByKey) {
  EXPECT_THAT(PlanOf(statements::kLinksById)[0],
              StartsWith("SEARCH l USING PRIMARY KEY (resource_id=? AND flag_id=?)"));
  const std::vector<std::string> plan = PlanOf(statements::kLinksByResource);
  EXPECT_EQ(plan[0], "SEARCH l USING PRIMARY KEY (resource_id=?)");
  EXPECT_THAT(plan, Contains(HasSubstr("(name_space=? AND key=?)")));
  EXPECT_THAT(plan, Contains(HasSubstr("resources_by_name (name_space=? AND name=?)")));
  EXPECT_THAT(plan, Not(Contains(HasSubstr("SCAN r"))));
  for (const char* sql :
       {statements::kShowResource, statements::kMentionsOfParts, statements::kReadPayload}) {
    EXPECT_THAT(PlanOf(sql), ElementsAre(StartsWith("SEARCH "))) << sql;
  }
}

TEST_F(Plans, EventsAreListedDownFromTheNewestWithoutSorting) {
  EXPECT_EQ(PlanOf(statements::kEvents)[0],
            "SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
  EXPECT_THAT(PlanOf(statements::kEvents), Not(Contains(HasSubstr("ORDER BY"))));
}

TEST_F(Plans, RetentionGoesAlongTheKeysWithoutSorting) {
  for (const char* sql :
       {statements::kOldestEvents, statements::kRemoveEvents, statements::kOldestPayloads,
        statements::kRemovePayloads, statements::kNextParts, statements::kRemovePart,
        statements::kNextResources, statements::kRemoveResource}) {
    EXPECT_THAT(PlanOf(sql), Each(Not(AnyOf(StartsWith("SCAN"), HasSubstr("ORDER BY"))))) << sql;
  }
}

}  // namespace
}  // namespace flaglinkd
