#include "daemon/domain/edit_distance.h"

#include <gtest/gtest.h>

#include <string>

namespace flaglinkd {
namespace {

TEST(EditDistance, CountsWhatIsPutInTakenOutReplacedOrSwapped) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("timeout", "timeout"), 0u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("abc", ""), 3u);
  EXPECT_EQ(EditDistance("timeut", "timeout"), 1u);
  EXPECT_EQ(EditDistance("timeoutt", "timeout"), 1u);
  EXPECT_EQ(EditDistance("timeaut", "timeout"), 1u);
  EXPECT_EQ(EditDistance("timeuot", "timeout"), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(EditDistance, LooksAt64Characters) {
  EXPECT_EQ(EditDistance(std::string(64, 'a') + "b", std::string(64, 'a')), 0u);
  EXPECT_EQ(EditDistance(std::string(1000, 'a'), ""), 64u);
}

TEST(DidYouMean, NamesTheNearestAndNothingFarAway) {
  const std::vector<std::string> known = {"timeout", "first_retry", "enabled"};
  EXPECT_EQ(DidYouMean("timeuot", known), "did you mean `timeout`?");
  EXPECT_EQ(DidYouMean("firstretry", known), "did you mean `first_retry`?");
  EXPECT_EQ(DidYouMean("colour", known), "");
  EXPECT_EQ(DidYouMean("", known), "");
}

}  // namespace
}  // namespace flaglinkd
