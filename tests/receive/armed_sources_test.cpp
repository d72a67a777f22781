#include "daemon/receive/armed_sources.h"

#include <gtest/gtest.h>

#include <fstream>
#include <utility>
#include <vector>

#include "tests/fakes/lambda_adapter.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

const TimePoint kNow(std::chrono::seconds(1767225600));

class ArmedSourcesTest : public ::testing::Test {
 protected:
  // A source whose file, the second of its secrets, is still missing.
  Source Asana(LambdaAdapter::Declared declared = InHeader()) const {
    SourceOptions options;
    options.name = "asana";
    options.secrets.push_back(Secret("older"));
    options.secret_file = SecretFile{folder_ / "asana", 1, "it is missing"};
    return Made(std::move(options), std::move(declared));
  }
  // The same once its file was read.
  Source Read() const {
    Source source = Asana();
    source.options.secrets.push_back(Secret("brought"));
    source.options.secret_file->missing.clear();
    return source;
  }
  static SourceSet SetOf(Source source) {
    std::vector<Source> sources;
    sources.push_back(std::move(source));
    return SourceSet(std::move(sources));
  }
  static Source Made(SourceOptions options, LambdaAdapter::Declared declared) {
    auto adapter = std::make_shared<const LambdaAdapter>(nullptr, std::move(declared));
    MatchRules rules = MatchRules::Compile(options.match, {"default"}, {}).value();
    return Source{std::move(options), adapter, adapter->Schemes({}).value(), std::move(rules)};
  }
  static LambdaAdapter::Declared InHeader() {
    LambdaAdapter::Declared declared;
    declared.armed_secret = ValueLocation{ValueLocation::Kind::kHeader, "x-hook-secret"};
    return declared;
  }
  static LambdaAdapter::Declared InBody() {
    LambdaAdapter::Declared declared;
    declared.armed_secret = ValueLocation{ValueLocation::Kind::kBody, "/token"};
    return declared;
  }
  std::string Refusal(const Source& source, Overwrite overwrite = Overwrite::kNo) {
    const auto until = armed_.Arm(source, overwrite, kNow);
    return until ? "" : until.error().message;
  }

  TemporaryFolder folder_;
  ArmedSources armed_;
};

TEST_F(ArmedSourcesTest, AnArmingIsGoodForTenMinutesAndOnce) {
  const Source source = Asana();
  EXPECT_FALSE(armed_.IsArmed(source, kNow));
  EXPECT_EQ(armed_.Arm(source, Overwrite::kNo, kNow).value(), kNow + std::chrono::minutes(10));
  EXPECT_TRUE(armed_.IsArmed(source, kNow + std::chrono::minutes(10)));
  EXPECT_FALSE(armed_.IsArmed(source, kNow + std::chrono::minutes(10) + Duration(1)));
  const auto taken = armed_.Take(source, kNow);
  ASSERT_TRUE(taken.has_value());
  EXPECT_FALSE(armed_.Take(source, kNow).has_value());
  EXPECT_FALSE(armed_.IsArmed(source, kNow));
  armed_.PutBack(source, *taken);
  EXPECT_TRUE(armed_.IsArmed(source, kNow));
  EXPECT_FALSE(armed_.Take(source, kNow + std::chrono::minutes(11)).has_value());
}

TEST_F(ArmedSourcesTest, WhatCannotBeArmedIsToldWhy) {
  EXPECT_EQ(Refusal(Asana(LambdaAdapter::Declared())),
            "source asana: the adapter lambda takes no secret from a handshake");
  Source no_file = Asana();
  no_file.options.secret_file.reset();
  EXPECT_EQ(Refusal(no_file, Overwrite::kYes),
            "source asana names no file to keep the secret in: secrets = [{ file = \"…\" }]");
  Source with_secret = Asana();
  with_secret.options.secret_file = SecretFile{folder_ / "asana", 0, ""};
  const std::string file = (folder_ / "asana").string();
  EXPECT_EQ(Refusal(with_secret),
            "source asana has a secret in " + file + "; --replace puts the next one in its place");
  EXPECT_EQ(Refusal(with_secret, Overwrite::kYes), "");
  std::ofstream(file) << "put there by hand";
  EXPECT_EQ(Refusal(Asana()), file + " holds something");
}

TEST_F(ArmedSourcesTest, ALearnedSecretJoinsTheOthersUntilAReload) {
  const Source source = Asana();
  EXPECT_EQ(armed_.SecretsOf(source), nullptr);
  armed_.Learn(source, Secret("brought"));
  auto secrets = armed_.SecretsOf(source);
  ASSERT_NE(secrets, nullptr);
  ASSERT_EQ(secrets->size(), 2u);
  EXPECT_EQ((*secrets)[0].Bytes(), "older");
  EXPECT_EQ((*secrets)[1].Bytes(), "brought");
  EXPECT_NE(Refusal(source), "");
  armed_.Reconcile(SetOf(Read()));
  EXPECT_EQ(armed_.SecretsOf(source), nullptr);
}

TEST_F(ArmedSourcesTest, AReloadThatReadTheFileTooEarlyKeepsWhatWasLearned) {
  armed_.Learn(Asana(), Secret("brought"));
  Source reloaded = Asana();
  reloaded.options.secrets[0] = Secret("another");
  armed_.Reconcile(SetOf(std::move(reloaded)));
  const auto secrets = armed_.SecretsOf(Asana());
  ASSERT_NE(secrets, nullptr);
  ASSERT_EQ(secrets->size(), 2u);
  EXPECT_EQ((*secrets)[0].Bytes(), "another");  // what the reload removed is gone
  EXPECT_EQ((*secrets)[1].Bytes(), "brought");
}

TEST_F(ArmedSourcesTest, AnArmingIsForTheFileThatTheSourceNamedThen) {
  EXPECT_EQ(Refusal(Asana()), "");
  Source elsewhere = Asana();
  elsewhere.options.secret_file->file = folder_ / "another";
  EXPECT_FALSE(armed_.IsArmed(elsewhere, kNow));
  EXPECT_FALSE(armed_.Take(elsewhere, kNow).has_value());
}

TEST_F(ArmedSourcesTest, ALearnedSecretTakesThePlaceOfWhatItsFileHeld) {
  Source source = Asana();
  source.options.secret_file = SecretFile{folder_ / "asana", 0, ""};
  armed_.Learn(source, Secret("brought"));
  const auto secrets = armed_.SecretsOf(source);
  ASSERT_EQ(secrets->size(), 1u);
  EXPECT_EQ(secrets->front().Bytes(), "brought");
}

TEST_F(ArmedSourcesTest, AHandshakesSecretIsWhereTheAdapterSays) {
  const auto secret_of = [](const Source& source, std::vector<Header> headers, std::string body) {
    const Webhook webhook{"POST", std::move(headers), std::move(body), kNow};
    const auto secret = HandshakeSecret(source, webhook);
    return secret ? std::string(secret->Bytes()) : "none";
  };
  const Source header = Asana(), body = Asana(InBody());
  EXPECT_EQ(secret_of(header, {{"x-hook-secret", "b5372"}}, "{}"), "b5372");
  EXPECT_EQ(secret_of(body, {}, R"({"token":"secret_abc"})"), "secret_abc");
  EXPECT_EQ(secret_of(header, {}, R"({"token":"secret_abc"})"), "none");
  EXPECT_EQ(secret_of(body, {{"x-hook-secret", "b5372"}}, "{}"), "none");
  EXPECT_EQ(secret_of(body, {}, "no JSON"), "none");
  EXPECT_EQ(secret_of(header, {{"x-hook-secret", ""}}, ""), "none");
  EXPECT_EQ(secret_of(header, {{"x-hook-secret", "two words"}}, ""), "none");
  EXPECT_EQ(secret_of(body, {}, R"({"token":"two\nlines"})"), "none");
  EXPECT_EQ(secret_of(header, {{"x-hook-secret", "whpk_abc"}}, ""), "none");
  EXPECT_EQ(secret_of(header, {{"x-hook-secret", std::string(1025, 'a')}}, ""), "none");
}

}  // namespace
}  // namespace flaglinkd
