#include "daemon/cli/import_tally.h"

#include <gtest/gtest.h>

#include "daemon/admin/report_json.h"

namespace flaglinkd {
namespace {

TEST(ImportTally, CountsByOutcome) {
  using Kind = CommitResult::Kind;
  ImportTally tally;
  EXPECT_EQ(tally.Count(CommitResponse({Kind::kStored, 12, 2, ""}).body).value(), "");
  EXPECT_EQ(tally.Count(CommitResponse({Kind::kIgnored, 0, 0, "a worklog"}).body).value(), "");
  EXPECT_FALSE(tally.any_failed());
  EXPECT_EQ(tally.Count(CommitResponse({Kind::kFailed, 0, 0, "no\tissue"}).body).value(),
            "no\\x09issue");
  EXPECT_TRUE(tally.any_failed());
  EXPECT_FALSE(tally.Count("{}").ok());
  EXPECT_EQ(tally.AsText(), "imported: 1 stored (2 links changed), 1 ignored, 1 failed");
  EXPECT_EQ(tally.AsJson(), R"({"stored":1,"ignored":1,"failed":1,"links":2})");
}

}  // namespace
}  // namespace flaglinkd
