#include "daemon/config/trusted_file.h"

#include <gtest/gtest.h>

#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

std::string Refusal(const std::filesystem::path& file, Readers readers = Readers::kAnybody) {
  Result<std::string> read = ReadTrustedFile(file, 16, readers);
  return read ? "read: " + *read : read.error().message;
}

TEST(TrustedFile, IsReadWhole) {
  ConfigFolder folder;
  EXPECT_EQ(ReadTrustedFile(folder.Write("a", "sixteen bytes ok"), 16, Readers::kAnybody).value(),
            "sixteen bytes ok");
  EXPECT_EQ(ReadTrustedFile(folder.Write("b", ""), 16, Readers::kAnybody).value(), "");
}

TEST(TrustedFile, MayNotBeWrittenByOthersThanItsOwner) {
  ConfigFolder folder;
  EXPECT_EQ(Refusal(folder.Write("a", "x", 0664)),
            "may be written by others than its owner (mode 0664); chmod go-w it");
  EXPECT_EQ(Refusal(folder.Write("b", "x", 0602)),
            "may be written by others than its owner (mode 0602); chmod go-w it");
  EXPECT_EQ(Refusal(folder.Write("c", "x", 0644)), "read: x");
}

TEST(TrustedFile, MayNotBeReadByEverybodyWhereItHoldsASecret) {
  ConfigFolder folder;
  EXPECT_EQ(Refusal(folder.Write("a", "x", 0644), Readers::kNotOthers),
            "may be read by everybody (mode 0644); chmod o-rwx it");
  EXPECT_EQ(Refusal(folder.Write("b", "x", 0640), Readers::kNotOthers), "read: x");
}

TEST(TrustedFile, BelongsToRootOrToWhoRunsTheProgram) {
  constexpr uid_t kRoot = 0, kDaemon = 990, kSomebody = 1000;
  EXPECT_TRUE(JudgeOwner(kRoot, 0644, kDaemon, Readers::kAnybody).ok());
  EXPECT_TRUE(JudgeOwner(kDaemon, 0600, kDaemon, Readers::kNotOthers).ok());
  EXPECT_EQ(JudgeOwner(kSomebody, 0600, kDaemon, Readers::kNotOthers).error().message,
            "belongs to user 1000; it must belong to root or to the user that runs flaglinkd");
  EXPECT_FALSE(JudgeOwner(kSomebody, 0600, kRoot, Readers::kAnybody).ok());
}

TEST(TrustedFile, IsJudgedByWhatASymbolicLinkLeadsTo) {
  ConfigFolder folder;
  std::filesystem::create_symlink(folder.Write("a", "x", 0666), folder.path() / "link");
  EXPECT_EQ(Refusal(folder.path() / "link"),
            "may be written by others than its owner (mode 0666); chmod go-w it");
}

TEST(TrustedFile, IsARegularFileOfBoundedSize) {
  ConfigFolder folder;
  EXPECT_EQ(Refusal(folder.Write("a", "seventeen bytes!!")), "is larger than 16 bytes");
  EXPECT_EQ(Refusal(folder.path()), "is not a regular file");
  ASSERT_EQ(mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(Refusal(folder.path() / "pipe"), "is not a regular file");
  EXPECT_EQ(Refusal(folder.path() / "none"), "cannot be opened: No such file or directory");
}

TEST(TrustedFolder, FollowsTheSameRules) {
  ConfigFolder folder;
  EXPECT_TRUE(CheckTrustedFolder(folder.path()).ok());
  EXPECT_EQ(CheckTrustedFolder(folder.path() / "none").error().code, Error::Code::kNotFound);
  EXPECT_EQ(CheckTrustedFolder(folder.Write("file", "")).error().message, "is not a folder");
  ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
  EXPECT_EQ(CheckTrustedFolder(folder.path()).error().message,
            "may be written by others than its owner (mode 0777); chmod go-w it");
}

}  // namespace
}  // namespace flaglinkd
