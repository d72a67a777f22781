#include "daemon/domain/link_key.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

// The vectors were computed apart from this code. They must never change: the keys are at
// LaunchDarkly.
TEST(LinkKey, IsMadeOfNameSpaceNameFlagAndDigest) {
  const FlagKey flag{"default", "checkout-v2"};
  EXPECT_EQ(LinkKey({"default", "jira", "acme.atlassian.net/10042", "SHOP-42", flag}),
            "jira-SHOP-42-checkout-v2-2b48c8e94be966e5c1ec");
}

TEST(LinkKey, CutsAndReplacesWhatPeopleRead) {
  const FlagKey flag{"mobile", std::string(60, 'a')};
  EXPECT_EQ(
      LinkKey({"staging", "slack", "T0ACME/C024BE91L/1767225600.000100", "#größe & co", flag}),
      "slack--gr--e---co-" + std::string(40, 'a') + "-5d452778cd633df6eb85");
}

TEST(LinkKey, TellsPiecesApartThatReadAlikeWhenJoined) {
  const FlagKey flag{"default", "x"};
  EXPECT_EQ(LinkKey({"a", "bc", "", "", flag}), "bc--x-1359158814b00fced8c8");
  EXPECT_EQ(LinkKey({"ab", "c", "", "", flag}), "c--x-9d2e18c6bd55b0bbecea");
}

TEST(LinkKey, DoesNotDependOnTheName) {
  const FlagKey flag{"default", "x"};
  const std::string before = LinkKey({"default", "jira", "acme/1", "SHOP-1", flag});
  const std::string after = LinkKey({"default", "jira", "acme/1", "STORE-9", flag});
  EXPECT_EQ(before.substr(before.size() - 20), after.substr(after.size() - 20));
}

TEST(LinkKey, IsAlwaysAValidKey) {
  const FlagKey flag{"default", "f"};
  EXPECT_EQ(LinkKey({"default", "_x", "r", "", flag}), "link_x--f-99f34cd486adf2ad5963");
  for (const std::string name : {"", "-", "\xff\xfe", "a b/c\n", "日本語"}) {
    EXPECT_TRUE(IsValidKey(LinkKey({"default", name, name, name, flag}))) << name;
  }
}

}  // namespace
}  // namespace flaglinkd
