#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "daemon/adapt/adapter.h"

namespace flaglinkd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A folder of adapters of the test's own, with modes that do not hang on the umask.
class AdapterLoader : public ::testing::Test {
 protected:
  AdapterLoader() {
    std::string name = std::filesystem::temp_directory_path() / "flaglinkd-adapters-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~AdapterLoader() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path FileOf(const std::string& name) const { return folder_ / (name + ".so"); }

  void Install(const std::string& name) const {
    const std::filesystem::path built = FLAGLINKD_TEST_ADAPTERS;
    std::filesystem::copy_file(built / (name + ".so"), FileOf(name));
    ::chmod(FileOf(name).c_str(), 0644);
  }

  std::shared_ptr<const Adapter> Load(const std::string& name) const {
    Install(name);
    Result<std::shared_ptr<const Adapter>> adapter = LoadAdapter(folder_, name);
    EXPECT_TRUE(adapter.ok()) << adapter.error().message;
    return *adapter;
  }

  // The whole message of the refusal, without the file that it begins with.
  std::string Refusal(const std::string& name) const {
    const Result<std::shared_ptr<const Adapter>> adapter = LoadAdapter(folder_, name);
    if (adapter.ok()) return "loaded";
    const std::string prefix =
        "load " + (std::filesystem::canonical(folder_) / (name + ".so")).string() + ": ";
    EXPECT_THAT(adapter.error().message, StartsWith(prefix));
    return adapter.error().message.substr(prefix.size());
  }

  std::filesystem::path folder_;
};

TEST_F(AdapterLoader, AnOlderAdapterLacksWhatCameLater) {
  const auto adapter = Load("older");
  EXPECT_THAT(adapter->hosts(), IsEmpty());
  EXPECT_FALSE(adapter->armed_secret().has_value());
}

TEST_F(AdapterLoader, DeclarationsComeOverAsValues) {
  const auto adapter = Load("good");
  EXPECT_EQ(adapter->name(), "good");
  EXPECT_EQ(adapter->version(), "1.2");
  EXPECT_THAT(adapter->headers(), ElementsAre("x-title"));
  EXPECT_THAT(adapter->hosts(), ElementsAre("good.example", "option:site"));
  ASSERT_TRUE(adapter->armed_secret().has_value());
  EXPECT_EQ(adapter->armed_secret()->name, "x-hook-secret");
  EXPECT_THAT(adapter->blank(), ElementsAre("/token"));
  EXPECT_THAT(adapter->options(), ElementsAre("site", "callback_url", "workspaces.*"));
  EXPECT_THAT(adapter->methods(), ElementsAre("POST", "PUT"));
  ASSERT_TRUE(adapter->delivery_id().has_value());
  EXPECT_EQ(adapter->delivery_id()->kind, ValueLocation::Kind::kBody);
  EXPECT_EQ(adapter->delivery_id()->name, "/id");
}

TEST_F(AdapterLoader, AChangeComesOverTheBoundary) {
  const auto adapter = Load("good");
  const Extraction extraction = adapter->Extract({{{"x-title", "Title"}}, "text/plain", "the text"},
                                                 {{"site", "https://a.example"}});
  EXPECT_EQ(extraction.outcome, Extraction::Outcome::kExtracted);
  ASSERT_EQ(extraction.changes.size(), 1u);
  const Change& change = extraction.changes[0];
  EXPECT_EQ(change.kind, ChangeKind::kCreated);
  EXPECT_EQ(change.resource, "good/1");
  EXPECT_EQ(change.title, "Title");
  EXPECT_EQ(change.url, "https://a.example");
  EXPECT_EQ(change.description, "text/plain");
  EXPECT_EQ(change.texts, (std::vector<NamedText>{{"body", "the text"}}));
  EXPECT_EQ(change.labels, std::nullopt);
}

TEST_F(AdapterLoader, AnOutcomeOfNoMeaningBreaksARule) {
  EXPECT_EQ(Load("good")->Extract({{}, "", "?"}, {}).reason,
            "the adapter broke a rule: it gave the unknown outcome 7");
}

TEST_F(AdapterLoader, AnIgnoredEventHasItsReason) {
  const Extraction extraction = Load("good")->Extract({}, {});
  EXPECT_EQ(extraction.outcome, Extraction::Outcome::kIgnored);
  EXPECT_EQ(extraction.reason, "an empty body");
}

TEST_F(AdapterLoader, AnOptionGoesIntoTheSignedContent) {
  const auto adapter = Load("good");
  const auto schemes = adapter->Schemes({{"callback_url", "https://hooks.example/"}});
  ASSERT_TRUE(schemes.ok());
  ASSERT_EQ(schemes->size(), 1u);
  const std::vector<SignedPiece>& content = schemes->front().signed_content;
  ASSERT_EQ(content.size(), 5u);
  EXPECT_EQ(content[4].kind, SignedPiece::Kind::kOption);
  EXPECT_EQ(content[4].text, "https://hooks.example/");
}

TEST_F(AdapterLoader, ASchemeWithoutItsOptionIsRefused) {
  EXPECT_EQ(Load("good")->Schemes({}).error().message,
            "adapter good: the option \"callback_url\" is missing, and signatures can't be checked "
            "without it");
}

TEST_F(AdapterLoader, OptionsAreCheckedByNameAndByTheAdapter) {
  const auto adapter = Load("good");
  EXPECT_TRUE(adapter->CheckOptions({{"site", "x"}, {"workspaces.T1", "acme"}}).ok());
  EXPECT_EQ(adapter->CheckOptions({{"sight", "x"}}).error().message,
            "adapter good: unknown option \"sight\"; it has site, callback_url, workspaces.*");
  EXPECT_EQ(
      adapter->CheckOptions({{"workspaces.", "x"}}).error().message,
      "adapter good: unknown option \"workspaces.\"; it has site, callback_url, workspaces.*");
  EXPECT_EQ(adapter->CheckOptions({}).error().message, "adapter good: site is needed");
}

TEST_F(AdapterLoader, AnAdapterSeesOnlyTheHeadersThatItDeclares) {
  const auto adapter = Load("good");
  Webhook webhook;
  webhook.headers = {
      {"authorization", "Bearer s3cret"}, {"content-type", "text/plain"}, {"x-title", "T"}};
  webhook.body = "b";
  const AdapterInput input = InputOf(*adapter, webhook);
  EXPECT_EQ(input.headers, (std::vector<Header>{{"x-title", "T"}}));
  EXPECT_EQ(input.content_type, "text/plain");
  EXPECT_EQ(input.body, "b");
}

TEST_F(AdapterLoader, ALargerStructOfALaterAdapterIsRead) {
  const auto adapter = Load("newer");
  EXPECT_EQ(adapter->version(), "9");
  const auto schemes = adapter->Schemes({});
  ASSERT_TRUE(schemes.ok());
  ASSERT_EQ(schemes->size(), 2u);
  EXPECT_EQ((*schemes)[0].header, "x-token");
  EXPECT_EQ((*schemes)[1].header, "x-signature");
  const Extraction extraction = adapter->Extract({}, {});
  ASSERT_EQ(extraction.changes.size(), 1u);
  EXPECT_EQ(extraction.changes[0].resource, "newer/1");
  EXPECT_EQ(extraction.changes[0].texts, std::nullopt);
}

TEST_F(AdapterLoader, AnExceptionCostsOneEvent) {
  const auto adapter = Load("throwing");
  const Extraction extraction = adapter->Extract({{}, "", "no\nluck"}, {});
  EXPECT_EQ(extraction.outcome, Extraction::Outcome::kMalformed);
  EXPECT_EQ(extraction.reason, "the adapter broke a rule: it threw no\\x0aluck");
  EXPECT_EQ(adapter->Extract({}, {}).reason,
            "the adapter broke a rule: it threw something that is no std::exception");
  EXPECT_EQ(adapter->CheckOptions({{"any", "x"}}).error().message,
            "adapter throwing: its options can't be checked: it threw options, too");
}

TEST_F(AdapterLoader, AHundredMegabytesAreNotTaken) {
  const auto adapter = Load("huge");
  const Extraction one = adapter->Extract({}, {});
  ASSERT_EQ(one.changes.size(), 1u);
  ASSERT_TRUE(one.changes[0].texts.has_value());
  EXPECT_EQ(one.changes[0].texts->at(0).text.size(), 256u << 10);
  EXPECT_EQ(one.reason, "text too long, cut");
  const Extraction many = adapter->Extract({{}, "", "many"}, {});
  EXPECT_EQ(many.outcome, Extraction::Outcome::kMalformed);
  EXPECT_THAT(many.changes, IsEmpty());
  EXPECT_EQ(many.reason, "the adapter broke a rule: its changes hold more than 16777216 bytes");
}

TEST_F(AdapterLoader, WhatIsNotThereIsRefused) {
  const auto adapter = LoadAdapter(folder_, "jira");
  EXPECT_EQ(adapter.error().code, Error::Code::kNotFound);
  EXPECT_EQ(Refusal("jira"), "there is no such adapter; there are: none");
  const auto nowhere = LoadAdapter("/nowhere/at/all", "jira");
  EXPECT_EQ(nowhere.error().code, Error::Code::kNotFound);
  EXPECT_EQ(nowhere.error().message,
            "load /nowhere/at/all/jira.so: the folder: No such file or directory");
}

TEST_F(AdapterLoader, AMisspeltNameIsToldWhichOneWasMeant) {
  Install("good");
  Install("huge");
  EXPECT_EQ(Refusal("goood"), "there is no such adapter; did you mean `good`?");
  EXPECT_EQ(Refusal("zendesk"), "there is no such adapter; there are: good, huge");
}

TEST_F(AdapterLoader, ANameThatLeadsElsewhereIsRefused) {
  for (const std::string name : {"../good", "", "a/b", "Good", "good.so"}) {
    EXPECT_EQ(
        LoadAdapter(folder_, name).error().message,
        "load adapter \"" + name + "\": a name has lower-case letters, digits, - and _ alone");
  }
}

TEST_F(AdapterLoader, AFileThatOthersCanWriteIsRefused) {
  Install("good");
  ::chmod(FileOf("good").c_str(), 0666);
  EXPECT_EQ(Refusal("good"), "the file can be written by others than its owner; chmod go-w it");
}

TEST_F(AdapterLoader, AFolderThatOthersCanWriteIsRefused) {
  Install("good");
  ::chmod(folder_.c_str(), 0777);
  EXPECT_EQ(Refusal("good"), "the folder can be written by others than its owner; chmod go-w it");
}

TEST_F(AdapterLoader, ASymbolicLinkIsRefusedForAFile) {
  Install("good");
  std::filesystem::rename(FileOf("good"), folder_ / "elsewhere");
  std::filesystem::create_symlink(folder_ / "elsewhere", FileOf("good"));
  EXPECT_EQ(Refusal("good"), "the file is no regular file (symbolic links are not followed)");
}

TEST_F(AdapterLoader, ASymbolicLinkToTheFolderLeadsToTheFolder) {
  Install("good");
  std::filesystem::create_symlink(folder_, folder_ / "link");
  EXPECT_TRUE(LoadAdapter(folder_ / "link", "good").ok());
}

TEST_F(AdapterLoader, AFileThatIsNoSharedObjectIsRefused) {
  std::ofstream(FileOf("text")) << "not ELF";
  ::chmod(FileOf("text").c_str(), 0644);
  EXPECT_EQ(Refusal("text"), "file too short");
}

TEST_F(AdapterLoader, AMisfitIsRefusedWithTheReason) {
  const std::pair<const char*, const char*> misfits[] = {
      {"no_symbol", "it exports no flaglink_adapter_v1"},
      {"no_description", "flaglink_adapter_v1() gave NULL"},
      {"wrong_abi", "it is made for ABI 2, this program for 1"},
      {"too_small", "its description has 16 bytes, at least 96 are needed"},
      {"wrong_name", "it calls itself \"misfit\""},
      {"wrong_declaration", "methods \"GET\" are not a list of POST and PUT, and HEAD beside them"},
  };
  for (const auto& [name, reason] : misfits) {
    Install(name);
    EXPECT_EQ(Refusal(name), reason) << name;
  }
}

}  // namespace
}  // namespace flaglinkd
