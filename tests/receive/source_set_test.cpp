#include "daemon/receive/source_set.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

constexpr const char* kAdapters = FLAGLINKD_BINARY_DIR "/adapters";

SourceOptions Jira() {
  SourceOptions options;
  options.name = "tool";
  options.adapter = "jira";
  options.path = "/hooks/tool";
  options.projects = {"default"};
  options.secrets.push_back(Secret("hunter2"));
  return options;
}

// What is wrong with it; "" if it works.
std::string Problem(SourceOptions options) {
  std::vector<SourceOptions> all;
  all.push_back(std::move(options));
  auto built = SourceSet::Build(std::move(all), kAdapters, "app.launchdarkly.com");
  const auto* problems = std::get_if<std::vector<std::string>>(&built);
  return problems == nullptr ? "" : problems->front();
}

std::shared_ptr<const SourceSet> Built(SourceOptions options) {
  std::vector<SourceOptions> all;
  all.push_back(std::move(options));
  return std::get<0>(SourceSet::Build(std::move(all), kAdapters, "app.launchdarkly.com"));
}

TEST(SourceSet, ASignatureOfItsOwnReplacesThoseOfTheAdapter) {
  SourceOptions options = Jira();
  options.signature = SignatureOptions{};
  options.signature->algorithm = "token";
  const auto set = Built(std::move(options));
  ASSERT_EQ(set->all().front().schemes.size(), 1u);
  EXPECT_EQ(set->all().front().schemes[0].algorithm, SignatureAlgorithm::kToken);
  EXPECT_EQ(set->all().front().schemes[0].header, "x-webhook-token");
}

TEST(SourceSet, TheToleranceIsThatOfTheSignatureToo) {
  SourceOptions options = Jira();
  options.tolerance = std::chrono::seconds(7);
  options.signature = SignatureOptions{};
  options.signature->algorithm = "hmac-sha256";
  options.signature->header = "X-Signature";
  options.signature->timestamp = "X-Time";
  EXPECT_EQ(Built(std::move(options))->all().front().schemes[0].past, std::chrono::seconds(7));
}

TEST(SourceSet, ASignatureThatMakesNoSenseIsNamed) {
  SourceOptions options = Jira();
  options.signature = SignatureOptions{};
  options.signature->algorithm = "hmac-sha256";
  EXPECT_EQ(Problem(std::move(options)), "source tool: [source.tool.signature]: it has no header");
}

TEST(SourceSet, ASecretThatIsNoKeyIsAProblemThatDoesNotShowIt) {
  SourceOptions options = Jira();
  options.secrets.push_back(Secret("whpk_hunter2"));
  EXPECT_EQ(Problem(std::move(options)),
            "source tool: secret 2: it is no key: wanted text other than \"whpk_…\"");
}

TEST(SourceSet, ASecretThatIsMissingIsAProblemWhereNoHandshakeBringsIt) {
  SourceOptions options = Jira();
  options.secrets.clear();
  EXPECT_EQ(Problem(std::move(options)), "source tool: it has no secrets");
  options = Jira();
  options.secret_file = SecretFile{"/x/jira", 1, "secret file /x/jira is empty"};
  EXPECT_EQ(Problem(std::move(options)), "source tool: secret file /x/jira is empty");
  options = Jira();
  options.adapter = "notion";
  options.secrets.clear();
  options.secret_file = SecretFile{"/x/notion", 0, "secret file /x/notion is empty"};
  EXPECT_EQ(Problem(std::move(options)), "");
}

TEST(SourceSet, AnAdapterWithoutSignaturesNeedsOneOrAPathOrNone) {
  SourceOptions options = Jira();
  options.adapter = "template";
  options.options = {
      {"event.resource", "{/id}"}, {"event.title", "{/title}"}, {"event.url", "{/url}"}};
  EXPECT_EQ(Problem(std::move(options)),
            "source tool: the adapter template does not say how its sender signs: add "
            "[source.tool.signature], or path_secret in place of secrets");
}

TEST(SourceSet, OnlyTheWholePathWithItsSecretIsFound) {
  SourceOptions options = Jira();
  options.path_secret = Secret("path-s3cret");
  const auto set = Built(std::move(options));
  EXPECT_NE(set->FindByPath("/hooks/tool/path-s3cret"), nullptr);
  for (const char* path : {"", "/hooks/tool", "/hooks/tool/", "/hooks/tool/path-s3cret/",
                           "/hooks/tool/x", "/hooks/toolx/path-s3cret"}) {
    EXPECT_EQ(set->FindByPath(path), nullptr) << path;
  }
}

}  // namespace
}  // namespace flaglinkd
