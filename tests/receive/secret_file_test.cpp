#include "daemon/receive/secret_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

class SecretFileTest : public ::testing::Test {
 protected:
  std::string Content() const {
    std::ifstream stream(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void Fill(const std::string& text) const { std::ofstream(file_, std::ios::binary) << text; }
  std::size_t FilesThere() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }

  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "asana";
  const Secret secret_{std::string("hunter2")};
};

TEST_F(SecretFileTest, AMissingOrEmptyFileTakesTheSecretForItsOwnerAlone) {
  EXPECT_TRUE(WriteSecretFile(file_, secret_, Overwrite::kNo).ok());
  EXPECT_EQ(Content(), "hunter2\n");
  struct stat state {};
  ASSERT_EQ(::stat(file_.c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 07777, 0600u);
  Fill("");
  EXPECT_TRUE(WriteSecretFile(file_, secret_, Overwrite::kNo).ok());
  EXPECT_EQ(Content(), "hunter2\n");
  EXPECT_EQ(FilesThere(), 1u);
}

TEST_F(SecretFileTest, WhatIsThereIsOverwrittenOnlyWhereThatIsMeant) {
  Fill("an older one\n");
  const Status refused = WriteSecretFile(file_, secret_, Overwrite::kNo);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Error::Code::kConflict);
  EXPECT_EQ(refused.error().message, file_.string() + " holds something");
  EXPECT_EQ(Content(), "an older one\n");
  EXPECT_TRUE(WriteSecretFile(file_, secret_, Overwrite::kYes).ok());
  EXPECT_EQ(Content(), "hunter2\n");
}

TEST_F(SecretFileTest, AFolderThatIsNotThereIsNamedAndNothingIsLeftBehind) {
  const std::filesystem::path lost = folder_ / "absent" / "asana";
  const Status status = WriteSecretFile(lost, secret_, Overwrite::kYes);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Error::Code::kUnavailable);
  EXPECT_EQ(status.error().message,
            "write in " + lost.parent_path().string() + ": No such file or directory");
  EXPECT_EQ(FilesThere(), 0u);
}

TEST_F(SecretFileTest, AFolderOfThatNameIsNoFile) {
  std::filesystem::create_directory(file_);
  EXPECT_EQ(CheckSecretFile(file_, Overwrite::kYes).error().code, Error::Code::kConflict);
}

}  // namespace
}  // namespace flaglinkd
