#include "daemon/domain/link.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

std::vector<RequestKind> Kinds(bool wanted, Presence presence) {
  WantedLink link{{"default", "checkout-v2"}, wanted, {}};
  link.body.key = "jira-1";
  std::vector<RequestKind> kinds;
  for (const LinkRequest& request : Plan(link, {presence, ""})) {
    EXPECT_EQ(request.flag, link.flag);
    EXPECT_EQ(request.body, link.body);
    kinds.push_back(request.kind);
  }
  return kinds;
}

TEST(Plan, LeadsFromWhatIsThereToWhatIsWanted) {
  using Requests = std::vector<RequestKind>;
  EXPECT_EQ(Kinds(true, Presence::kNever), Requests{RequestKind::kCreate});
  EXPECT_EQ(Kinds(true, Presence::kMaybe), (Requests{RequestKind::kFind, RequestKind::kCreate}));
  EXPECT_EQ(Kinds(true, Presence::kThere), Requests{});
  EXPECT_EQ(Kinds(false, Presence::kNever), Requests{});
  EXPECT_EQ(Kinds(false, Presence::kMaybe), Requests{RequestKind::kRemove});
  EXPECT_EQ(Kinds(false, Presence::kThere), Requests{RequestKind::kRemove});
}

}  // namespace
}  // namespace flaglinkd
