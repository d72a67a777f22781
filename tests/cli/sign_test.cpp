#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/cli/verbs.h"
#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::internal::CaptureStderr;
using testing::internal::CaptureStdout;
using testing::internal::GetCapturedStderr;
using testing::internal::GetCapturedStdout;

// Runs `sign` for a source of the adapter jira that is set up as the test says.
class SignVerb : public testing::Test {
 protected:
  int Run(const std::string& source, std::vector<std::string> headers = {}) {
    const auto file = folder_.Write(
        "flaglinkd.toml",
        "[listen]\naddress = \"127.0.0.1:8080\"\n[delivery]\nenabled = false\n[adapters]\n"
        "directory = \"" FLAGLINKD_BINARY_DIR "/adapters\"\n[source.tool]\nadapter = \"jira\"\n" +
            source);
    SignArguments arguments;
    arguments.source = "tool";
    arguments.file = folder_.Write("body.json", "{}");
    arguments.headers = std::move(headers);
    CaptureStdout();
    CaptureStderr();
    const int code = Sign({file, ""}, arguments);
    out_ = GetCapturedStdout();
    err_ = GetCapturedStderr();
    return code;
  }
  int RunWith(const std::string& secret, const std::string& signature,
              std::vector<std::string> headers = {}) {
    folder_.Write("secret", secret);
    return Run("secrets = [{ file = \"secret\" }]\n[source.tool.signature]\n" + signature,
               std::move(headers));
  }

  ConfigFolder folder_;
  std::string out_, err_;
};

TEST_F(SignVerb, WritesACurlLineForEveryScheme) {
  EXPECT_EQ(RunWith("hunter2", "algorithm = \"hmac-sha256\"\nheader = \"X-Sig\"\n"), kFine);
  EXPECT_THAT(out_, HasSubstr("-H 'x-sig: "));
  EXPECT_EQ(RunWith("hook:pass", "algorithm = \"basic\"\n"), kFine);
  EXPECT_THAT(out_, HasSubstr("-H 'authorization: Basic aG9vazpwYXNz'"));
  EXPECT_EQ(RunWith("hunter2", "algorithm = \"bearer\"\n"), kFine);
  EXPECT_THAT(out_, HasSubstr("-H 'authorization: Bearer hunter2'"));
  EXPECT_EQ(RunWith("hunter2", "algorithm = \"jwt-hs256\"\n"), kFine);
  EXPECT_THAT(out_, HasSubstr("-H 'authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."));
}

TEST_F(SignVerb, MakesAnIdUpUnlessOneIsGiven) {
  const std::string signature =
      "algorithm = \"hmac-sha256\"\nheader = \"X-Sig\"\nid = \"X-Id\"\n"
      "signed_content = \"{id}.{body}\"\n";
  EXPECT_EQ(RunWith("hunter2", signature), kFine);
  EXPECT_THAT(out_, HasSubstr("-H 'x-id: sign_"));
  EXPECT_EQ(RunWith("hunter2", signature, {"X-Id: 17", "X-Sig: of another day"}), kFine);
  EXPECT_THAT(out_, AllOf(HasSubstr("-H 'x-id: 17'"), Not(HasSubstr("sign_")),
                          Not(HasSubstr("of another day"))));
}

TEST_F(SignVerb, AimsAtThePathWithItsSecret) {
  folder_.Write("path", "path-s3cret");
  EXPECT_EQ(Run("path_secret = { file = \"path\" }\n"), kFine);
  EXPECT_THAT(out_, HasSubstr("'http://127.0.0.1:8080/hooks/tool/path-s3cret'\n"));
}

TEST_F(SignVerb, SaysThatAPrivateKeyIsNotOurs) {
  EXPECT_EQ(RunWith("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
                    "algorithm = \"ed25519\"\nheader = \"X-Sig\"\n"),
            kFailed);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_,
            "source tool: its sender signs with a private key (ed25519), which is not ours to sign "
            "with\n");
}

}  // namespace
}  // namespace flaglinkd
