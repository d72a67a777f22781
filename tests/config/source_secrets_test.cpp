// How a source is verified, as the configuration says it.
#include <gtest/gtest.h>

#include "daemon/config/config.h"
#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

class SourceSecrets : public testing::Test {
 protected:
  SourceSecrets() : credentials_("CREDENTIALS_DIRECTORY", folder_.path()) {
    folder_.Write("secret_tool", "hunter2\n");
    folder_.Write("secret_path", "path-s3cret\n");
  }

  std::variant<Config, std::vector<Diagnostic>> Load(const std::string& source) {
    const auto file =
        folder_.Write("flaglinkd.toml", "[delivery]\nenabled = false\n[source.tool]\n" + source);
    return LoadConfig({file, ""});
  }
  SourceOptions Loaded(const std::string& source) {
    auto loaded = Load(source);
    if (auto* config = std::get_if<Config>(&loaded)) return std::move(config->sources.front());
    for (const Diagnostic& each : std::get<1>(loaded)) ADD_FAILURE() << each.Text();
    return {};
  }
  // The first message, and no diagnostic may show a secret.
  std::string Complaint(const std::string& source) {
    const auto loaded = Load(source);
    const auto* diagnostics = std::get_if<std::vector<Diagnostic>>(&loaded);
    if (diagnostics == nullptr) return "";
    for (const Diagnostic& each : *diagnostics) {
      EXPECT_EQ(each.Text().find("s3cret"), std::string::npos) << each.Text();
    }
    return diagnostics->front().message;
  }

  ConfigFolder folder_;
  SetVariable credentials_;
};

constexpr const char* kSecrets = "secrets = [{ credential = \"tool\" }]\n";
constexpr const char* kPath = "path_secret = { credential = \"path\" }\n";

TEST_F(SourceSecrets, APathSecretStandsForSecretsOrBesideThem) {
  const SourceOptions alone = Loaded(kPath);
  EXPECT_EQ(alone.path_secret.Bytes(), "path-s3cret");
  EXPECT_EQ(alone.path, "/hooks/tool");
  EXPECT_FALSE(alone.verify);
  const SourceOptions beside = Loaded(std::string(kPath) + kSecrets);
  EXPECT_EQ(beside.path_secret.Bytes(), "path-s3cret");
  EXPECT_TRUE(beside.verify);
}

TEST_F(SourceSecrets, APathSecretThatCannotStandInAPathIsRefusedUnseen) {
  for (const char* secret : {"s3cret/", "s3cret 1", "s3cret%20", "s3cret?", "s3cretä"}) {
    folder_.Write("secret_path", secret);
    EXPECT_EQ(Complaint(kPath),
              "`source.tool.path_secret` is to stand in a URL: letters, digits, '-', '.', '_' and "
              "'~' alone, as `openssl rand -hex 16` makes it")
        << secret;
  }
  EXPECT_NE(Complaint("path_secret = \"s3cret/\"\n"), "");
}

TEST_F(SourceSecrets, WhatContradictsAPathSecretIsNamed) {
  EXPECT_EQ(Complaint(std::string(kPath) + "verify = \"none\"\n"),
            "`source.tool.verify` and `source.tool.path_secret` contradict each other: keep one of "
            "them");
  EXPECT_EQ(Complaint(std::string(kPath) + "[source.tool.signature]\nalgorithm = \"token\"\n"),
            "`source.tool.signature` is of no use without secrets");
}

TEST_F(SourceSecrets, ASignatureComesOverAsItIsWritten) {
  const SourceOptions source = Loaded(
      std::string(kSecrets) +
      "[source.tool.signature]\nalgorithm = \"hmac-sha512\"\nheader = \"X-Signature\"\n"
      "prefix = \"v1=\"\nencoding = \"base64\"\nsigned_content = \"{id}.{timestamp}.{body}\"\n"
      "separator = \" \"\nkey_encoding = \"base64\"\ntimestamp = \"X-Time\"\n"
      "timestamp_unit = \"iso8601\"\nid = \"X-Id\"\n");
  ASSERT_TRUE(source.signature.has_value());
  const SignatureOptions& signature = *source.signature;
  EXPECT_EQ(signature.algorithm, "hmac-sha512");
  EXPECT_EQ(signature.header, "X-Signature");
  EXPECT_EQ(signature.prefix, "v1=");
  EXPECT_EQ(signature.encoding, "base64");
  EXPECT_EQ(signature.signed_content, "{id}.{timestamp}.{body}");
  EXPECT_EQ(signature.separator, " ");
  EXPECT_EQ(signature.key_encoding, "base64");
  EXPECT_EQ(signature.timestamp, "X-Time");
  EXPECT_EQ(signature.timestamp_unit, "iso8601");
  EXPECT_EQ(signature.id, "X-Id");
  EXPECT_FALSE(Loaded(kSecrets).signature.has_value());
}

TEST_F(SourceSecrets, ASignatureThatCannotBeReadIsNamed) {
  const std::string table = std::string(kSecrets) + "[source.tool.signature]\n";
  EXPECT_EQ(Complaint(table + "header = \"X-Signature\"\n"),
            "`source.tool.signature.algorithm` is missing");
  EXPECT_EQ(Complaint(table + "algorithm = \"hmac-sha265\"\n"),
            "`source.tool.signature.algorithm` must be \"hmac-sha1\", \"hmac-sha256\", "
            "\"hmac-sha512\", \"ed25519\", \"token\", \"basic\", \"bearer\" or \"jwt-hs256\", not "
            "\"hmac-sha265\"; did you mean `hmac-sha256`?");
  EXPECT_EQ(
      Complaint(table + "algorithm = \"token\"\nheader = \"X Token\"\n"),
      "`source.tool.signature.header`: \"X Token\" is no header, as \"X-Signature\": letters, "
      "digits, '-' and '_'");
  EXPECT_EQ(Complaint(table + "algorithm = \"token\"\ntimestamp = \"/a~2\"\n"),
            "`source.tool.signature.timestamp`: \"/a~2\" is not a JSON Pointer, as "
            "\"/issue/fields/project/key\"");
}

TEST_F(SourceSecrets, AFileWithoutASecretIsLeftToTheAdapterToJudge) {
  const SourceOptions missing =
      Loaded("secrets = [{ credential = \"tool\" }, { file = \"secrets/asana\" }]\n");
  ASSERT_TRUE(missing.secret_file.has_value());
  const std::string file = (folder_.path() / "secrets/asana").string();
  EXPECT_EQ(missing.secret_file->file, file);
  EXPECT_EQ(missing.secret_file->index, 1u);
  EXPECT_EQ(missing.secret_file->missing,
            "secret file " + file + " cannot be opened: No such file or directory");
  EXPECT_EQ(missing.secrets.size(), 1u);

  folder_.Write("secrets/asana", "\n");
  EXPECT_EQ(Loaded("secrets = [{ file = \"secrets/asana\" }]\n").secret_file->missing,
            "secret file " + file + " is empty");
  folder_.Write("secrets/asana", "brought\n");
  const SourceOptions there = Loaded("secrets = [{ file = \"secrets/asana\" }]\n");
  EXPECT_EQ(there.secret_file->missing, "");
  ASSERT_EQ(there.secrets.size(), 1u);
  EXPECT_EQ(there.secrets[0].Bytes(), "brought");
}

TEST_F(SourceSecrets, AFileThatMayNotBeReadIsAProblemWhereItIsNamed) {
  folder_.Write("asana", "", 0604);
  EXPECT_EQ(Complaint("secrets = [{ file = \"asana\" }]\n"),
            "`source.tool.secrets`: secret file " + (folder_.path() / "asana").string() +
                " may be read by everybody (mode 0604); chmod o-rwx it");
}

}  // namespace
}  // namespace flaglinkd
