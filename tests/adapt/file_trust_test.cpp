#include "daemon/adapt/file_trust.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

constexpr uid_t kUs = 990;

std::string Problem(uid_t owner, mode_t mode) {
  struct stat status {};
  status.st_uid = owner;
  status.st_mode = S_IFREG | mode;
  const Status trust = CheckTrust("the file", status, kUs);
  return trust.ok() ? "" : trust.error().message;
}

TEST(FileTrust, RootsAndOurOwnFilesAreTrusted) {
  EXPECT_EQ(Problem(0, 0755), "");
  EXPECT_EQ(Problem(kUs, 0644), "");
}

TEST(FileTrust, AnotherUsersFileIsNot) {
  EXPECT_EQ(
      Problem(1001, 0644),
      "the file belongs to user 1001, neither to root nor to user 990, who runs this; chown it");
}

TEST(FileTrust, AFileThatOthersCanWriteIsNot) {
  for (const mode_t mode : {0664, 0646, 0777}) {
    EXPECT_EQ(Problem(0, mode), "the file can be written by others than its owner; chmod go-w it")
        << mode;
  }
}

}  // namespace
}  // namespace flaglinkd
