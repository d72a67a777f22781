#include "daemon/config/secret_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/config.h"
#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;

TEST(SecretFile, LosesOneNewlineAtItsEnd) {
  ConfigFolder folder;
  EXPECT_EQ(ReadSecretFile(folder.Write("a", "hunter2")).value().Bytes(), "hunter2");
  EXPECT_EQ(ReadSecretFile(folder.Write("b", "hunter2\n")).value().Bytes(), "hunter2");
  EXPECT_EQ(ReadSecretFile(folder.Write("c", "hunter2\r\n")).value().Bytes(), "hunter2");
  EXPECT_EQ(ReadSecretFile(folder.Write("d", "hunter2\n\n")).value().Bytes(), "hunter2\n");
  EXPECT_EQ(ReadSecretFile(folder.Write("e", " hunter2 ")).value().Bytes(), " hunter2 ");
}

TEST(SecretFile, IsRefusedEmptyOrReadableByEverybody) {
  ConfigFolder folder;
  const std::string name = folder.path().string();
  EXPECT_EQ(ReadSecretFile(folder.Write("a", "\n")).error().message,
            "secret file " + name + "/a is empty");
  EXPECT_EQ(ReadSecretFile(folder.Write("b", "hunter2", 0604)).error().message,
            "secret file " + name + "/b may be read by everybody (mode 0604); chmod o-rwx it");
  EXPECT_EQ(ReadSecretFile(folder.Write("c", std::string(65537, 'x'))).error().message,
            "secret file " + name + "/c is larger than 65536 bytes");
}

TEST(Credential, LiesInSystemdsFolderUnderTheUnitsPrefix) {
  ConfigFolder folder;
  SetVariable credentials("CREDENTIALS_DIRECTORY", folder.path());
  folder.Write("secret_jira", "hunter2\n");
  EXPECT_EQ(ReadCredential("jira").value().Bytes(), "hunter2");
  EXPECT_EQ(ReadCredential("slack").error().message,
            "credential \"slack\": secret file " + folder.path().string() +
                "/secret_slack cannot be opened: No such file or directory");
}

TEST(Credential, LiesInTheFolderOfSecretsInAnOperatorsShell) {
  unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(ReadCredential("flaglinkd-test-none").error().message,
            "credential \"flaglinkd-test-none\": secret file "
            "/etc/flaglinkd/secrets/flaglinkd-test-none cannot be opened: No such file or "
            "directory");
}

TEST(Credential, CannotLeadOutOfItsFolder) {
  for (const char* name : {"../jira", "a/b", "", ".hidden", "/etc/shadow"}) {
    EXPECT_EQ(ReadCredential(name).error().message,
              "\"" + std::string(name) + "\" is no credential's name");
  }
}

TEST(SecretVariable, IsReadFromTheEnvironmentAndNotEmpty) {
  SetVariable set("FLAGLINKD_TEST_SECRET", "hunter2");
  SetVariable empty("FLAGLINKD_TEST_EMPTY", "");
  EXPECT_EQ(ReadSecretVariable("FLAGLINKD_TEST_SECRET").value().Bytes(), "hunter2");
  EXPECT_EQ(ReadSecretVariable("FLAGLINKD_TEST_EMPTY").error().message,
            "environment variable FLAGLINKD_TEST_EMPTY is empty");
  EXPECT_EQ(ReadSecretVariable("FLAGLINKD_TEST_NONE").error().message,
            "environment variable FLAGLINKD_TEST_NONE is not set");
}

TEST(WrittenOutSecret, IsAcceptedWithAWarningThatDoesNotShowIt) {
  ConfigFolder folder;
  const auto file = folder.Write("flaglinkd.toml",
                                 "[launchdarkly]\ntoken = \"swordfish\"\n"
                                 "[source.jira]\nsecrets = [\"hunter2\", \"hunter3\"]\n");
  auto loaded = LoadConfig({file, ""});
  const Config& config = std::get<Config>(loaded);
  EXPECT_EQ(config.launchdarkly.token.Bytes(), "swordfish");
  EXPECT_EQ(config.sources.at(0).secrets.at(1).Bytes(), "hunter3");
  const std::string remedy =
      " is written out in the file; { credential = \"name\" } or { file = \"…\" } keeps it out";
  EXPECT_THAT(config.warnings,
              ElementsAre(file.string() + ":2:9: `launchdarkly.token`" + remedy,
                          file.string() + ":4:12: `source.jira.secrets`" + remedy,
                          file.string() + ":4:23: `source.jira.secrets`" + remedy));
}

}  // namespace
}  // namespace flaglinkd
