#include "daemon/cli/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "daemon/adapt/adapter.h"
#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kAdapters = FLAGLINKD_BINARY_DIR "/adapters";

// Runs `check` over a configuration whose adapters are those of the build tree; "CONFIG" stands for
// its file's name.
class CheckVerb : public testing::Test {
 protected:
  void Run(const std::string& sources) {
    folder_.Write("secret_jira", "hunter2");
    SetVariable credentials("CREDENTIALS_DIRECTORY", folder_.path());
    const std::string file =
        folder_.Write("flaglinkd.toml", "[delivery]\nenabled = false\n[adapters]\ndirectory = \"" +
                                            adapters_ + "\"\n" + sources);
    std::ostringstream out;
    exit_code_ = Check({file, ""}, out);
    said_ = out.str();
    for (auto at = said_.find(file); at != std::string::npos; at = said_.find(file)) {
      said_.replace(at, file.size(), "CONFIG");
    }
  }

  static std::string WithoutToken(const std::string& source) {
    return "warning: source " + source +
           ": without api_token only what its webhooks hold is linked and shown; the adapter's "
           "README says what they leave out\n";
  }

  ConfigFolder folder_;
  const std::string version_ = LoadAdapter(kAdapters, "jira").value()->version();
  std::string adapters_ = kAdapters;
  int exit_code_ = -1;
  std::string said_;
};

TEST_F(CheckVerb, SaysHowEachSourceWillBeServed) {
  Run("[source.jira]\nsecrets = [{ credential = \"jira\" }]\n"
      "[source.old]\nadapter = \"jira\"\nverify = \"none\"\npath = \"/jira\"\n");
  EXPECT_EQ(said_, "source jira: adapter jira " + version_ + ", POST /hooks/jira, 1 secret\n" +
                       WithoutToken("jira") + "source old: adapter jira " + version_ +
                       ", POST /jira, unverified\n" + WithoutToken("old"));
  EXPECT_EQ(exit_code_, 0);
}

TEST_F(CheckVerb, ShowsNothingOfASecretPathAndNamesWhatIsStillToCome) {
  folder_.Write("secret_path", "path-s3cret");
  Run("[source.tool]\nadapter = \"jira\"\npath_secret = { credential = \"path\" }\n"
      "[source.both]\nadapter = \"jira\"\nsecrets = [{ credential = \"jira\" }]\n"
      "path_secret = { credential = \"path\" }\n"
      "[source.notion]\nsecrets = [{ file = \"notion\" }]\n");
  EXPECT_THAT(said_, HasSubstr("POST /hooks/tool, secret path\n"));
  EXPECT_THAT(said_, HasSubstr("POST /hooks/both, 1 secret, secret path\n"));
  EXPECT_THAT(said_, HasSubstr("POST /hooks/notion, no secret yet: `flaglinkd arm notion`\n"));
  EXPECT_THAT(said_, Not(HasSubstr("s3cret")));
  EXPECT_EQ(exit_code_, 0);
}

TEST_F(CheckVerb, NamesASecretThatIsNoKeyWithoutShowingIt) {
  folder_.Write("secret_key", "whpk_s3cret");
  Run("[source.jira]\nsecrets = [{ credential = \"key\" }]\n");
  EXPECT_EQ(said_, "source jira: secret 1: it is no key: wanted text other than \"whpk_…\"\n");
  EXPECT_EQ(exit_code_, 78);
}

TEST_F(CheckVerb, WritesWarningsAndStillAccepts) {
  Run("[source.jira]\nsecrets = [{ credential = \"jira\" }, \"swordfish\"]\n");
  EXPECT_EQ(
      said_,
      "warning: CONFIG:6:37: `source.jira.secrets` is written out in the file; { credential = "
      "\"name\" } or { file = \"…\" } keeps it out\n"
      "source jira: adapter jira " +
          version_ + ", POST /hooks/jira, 2 secrets\n" + WithoutToken("jira"));
  EXPECT_EQ(exit_code_, 0);
}

TEST_F(CheckVerb, WritesTheDiagnosticsOfAConfigurationThatWillNotDo) {
  Run("[source.jira]\nsecrets = [{ credential = \"jira\" }]\nunlnk = \"never\"\n");
  EXPECT_EQ(said_, "CONFIG:7:1: unknown key `unlnk`; did you mean `unlink`?\n  unlnk = …\n  ^\n");
  EXPECT_EQ(exit_code_, 78);
}

TEST_F(CheckVerb, NamesTheSourceWhoseAdapterIsNotThere) {
  adapters_ = folder_.path();
  Run("[source.jira]\nsecrets = [{ credential = \"jira\" }]\n");
  EXPECT_EQ(said_, "source jira: load " + adapters_ +
                       "/jira.so: there is no such adapter; there are: none\n");
  EXPECT_EQ(exit_code_, 78);
}

TEST_F(CheckVerb, NamesTheSourceWhoseOptionTheAdapterDoesNotKnow) {
  Run("[source.jira]\nsecrets = [{ credential = \"jira\" }]\noptions = { sight = \"x\" }\n");
  EXPECT_EQ(said_, "source jira: adapter jira: unknown option \"sight\"; it has site\n");
  EXPECT_EQ(exit_code_, 78);
}

}  // namespace
}  // namespace flaglinkd
