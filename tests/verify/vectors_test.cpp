// Signature vectors: our own, and with FLAGLINKD_VECTORS (or beside FLAGLINKD_PAYLOADS) a larger
// collection in the same form.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "daemon/verify/verify.h"
#include "tests/verify/schemes.h"

namespace flaglinkd {
namespace {

using Vector = rapidjson::Value;

std::string Text(const Vector& vector, const char* name) {
  return vector.HasMember(name) && vector[name].IsString() ? vector[name].GetString() : "";
}

// A handshake is the intake's matter.
bool IsOurs(const Vector& vector) {
  return Text(vector, "alg") != "handshake";
}

std::vector<SignatureScheme> SchemesOf(const Vector& vector) {
  std::string source = Text(vector, "source");
  if (source == "trello") return {Trello(Text(vector, "callback_url"))};
  if (Text(vector, "id") == "grafana-computed-with-timestamp") source = "grafana-with-time";
  const auto schemes = SchemesBySource().find(source);
  return schemes == SchemesBySource().end() ? std::vector<SignatureScheme>() : schemes->second;
}

Secret SecretOf(const Vector& vector) {
  // In Basic the secret is user and password together; this vector gives the password.
  if (Text(vector, "id") == "azure-devops-basic") return Secret("hook:" + Text(vector, "secret"));
  return Secret(Text(vector, vector.HasMember("public_key") ? "public_key" : "secret"));
}

// A JWT is given in its parts.
std::string ValueOf(const rapidjson::Value& header) {
  if (header.IsString()) return header.GetString();
  std::string joined;
  for (const auto& part : header.GetArray()) {
    joined += (joined.empty() ? "" : ".") + std::string(part.GetString());
  }
  return joined;
}

// Connect's tokens are refused, the right ones too: nothing here checks their qsh. Of what senders
// leave open (hex in upper case) all is accepted.
bool IsToBeAccepted(const Vector& vector) {
  return !Text(vector, "expect").starts_with("reject") && Text(vector, "source") != "jira-connect";
}

Webhook WebhookOf(const Vector& vector) {
  Webhook webhook{"POST", {}, vector["body"].GetString(), {}};
  for (const auto& header : vector["headers"].GetObject()) {
    std::string name = header.name.GetString();
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    webhook.headers.push_back({name, ValueOf(header.value)});
  }
  return webhook;
}

TimePoint NowOf(const Vector& vector) {
  if (vector.HasMember("now_ms")) {
    return TimePoint(std::chrono::milliseconds(vector["now_ms"].GetInt64()));
  }
  return TimePoint(std::chrono::seconds(vector.HasMember("now") ? vector["now"].GetInt64() : 0));
}

// How many were accepted and rejected.
struct Count {
  int accepted = 0, rejected = 0;
};

Count RunVectors(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  EXPECT_FALSE(document.HasParseError()) << path;
  if (document.HasParseError()) return {};

  std::map<std::string, Count> by_source;
  Count total;
  for (const Vector& vector : document["vectors"].GetArray()) {
    if (!IsOurs(vector)) continue;
    SCOPED_TRACE(Text(vector, "id"));
    const auto schemes = SchemesOf(vector);
    EXPECT_FALSE(schemes.empty()) << "no scheme for " << Text(vector, "source");
    Secret secrets[] = {SecretOf(vector)};
    const Verification verification = Verify(schemes, secrets, WebhookOf(vector), NowOf(vector));
    const bool accepted = verification.verdict == Verdict::kAuthentic;
    EXPECT_EQ(accepted, IsToBeAccepted(vector)) << verification.reason;
    EXPECT_EQ(accepted, verification.reason.empty());
    for (Count* count : {&by_source[Text(vector, "source")], &total}) {
      ++(accepted ? count->accepted : count->rejected);
    }
  }
  for (const auto& [source, count] : by_source) {
    std::printf("  %-20s %2d accepted %2d rejected\n", source.c_str(), count.accepted,
                count.rejected);
  }
  std::printf("  %-20s %2d accepted %2d rejected\n", "total", total.accepted, total.rejected);
  return total;
}

std::filesystem::path MoreVectors() {
  if (const char* path = std::getenv("FLAGLINKD_VECTORS")) return path;
  const char* payloads = std::getenv("FLAGLINKD_PAYLOADS");
  if (payloads == nullptr) return {};
  return std::filesystem::path(payloads) / ".." / "signature-vectors.json";
}

TEST(Vectors, EachIsAnsweredAsItSays) {
  const Count own = RunVectors(FLAGLINKD_SOURCE_DIR "/tests/verify/vectors.json");
  EXPECT_GT(own.accepted, 20);
  EXPECT_GT(own.rejected, 20);

  const std::filesystem::path more = MoreVectors();
  if (more.empty()) return;
  const Count found = RunVectors(more);
  EXPECT_GT(found.accepted, 0);
  EXPECT_GT(found.rejected, 0);
}

}  // namespace
}  // namespace flaglinkd
