#include "daemon/cli/saved_webhook.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

class SavedWebhookTest : public ::testing::Test {
 protected:
  std::filesystem::path Write(const std::string& body) {
    std::ofstream(folder_ / "body", std::ios::binary) << body;
    return folder_ / "body";
  }
  TemporaryFolder folder_;
};

TEST_F(SavedWebhookTest, KeepsTheBytesAndLowersHeaderNames) {
  const Result<Webhook> webhook =
      ReadWebhook(Write(std::string("{\"a\":\0}\r\n", 9)), {"X-GitHub-Event:  push "});
  ASSERT_TRUE(webhook.ok());
  EXPECT_EQ(webhook->body, std::string("{\"a\":\0}\r\n", 9));
  EXPECT_EQ(webhook->FindHeader("x-github-event"), "push ");
  EXPECT_EQ(webhook->FindHeader("content-type"), "application/json");
}

TEST_F(SavedWebhookTest, TellsAFormFromJsonUnlessTold) {
  EXPECT_EQ(ReadWebhook(Write("token=x&text=y"), {})->FindHeader("content-type"),
            "application/x-www-form-urlencoded");
  EXPECT_EQ(ReadWebhook(Write("{}"), {"Content-Type: text/plain"})->FindHeader("content-type"),
            "text/plain");
}

TEST_F(SavedWebhookTest, SaysWhatItCannotRead) {
  EXPECT_EQ(ReadWebhook(folder_ / "absent", {}).error().message,
            "read " + (folder_ / "absent").string() + ": No such file or directory");
  EXPECT_EQ(ReadWebhook(Write("{}"), {"no colon"}).error().message,
            "-H 'no colon': wanted 'Name: value'");
}

}  // namespace
}  // namespace flaglinkd
