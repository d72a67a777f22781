// The fixtures have the shape of an entry of the audit log, as launchdarkly.com/docs/api/webhooks
// and …/docs/api/audit-log/get-audit-log-entry show it; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& LaunchDarkly() {
  static const LoadedAdapter adapter("launchdarkly");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) /
                  "tests/adapters/launchdarkly/fixtures" / (name + ".json"));
}

std::string Read(const std::string& body) {
  return LaunchDarkly().Extract({.body = body});
}

std::string Told(const std::string& flag) {
  return "outcome: extracted\nflag: " + flag + "\n";
}

// An entry about a flag with one access.
std::string Entry(const std::string& action, const std::string& resource,
                  const std::string& more = "") {
  return R"({"kind":"flag","accesses":[{"action":")" + action + R"(","resource":")" + resource +
         R"("}])" + more + "}";
}

TEST(LaunchDarkly, SignsTheBodyInHexWithoutAPrefix) {
  const flaglink_adapter& adapter = LaunchDarkly().declaration();
  ASSERT_EQ(adapter.signature_count, 1u);
  EXPECT_STREQ(adapter.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(adapter.signatures[0].header, "x-ld-signature");
  EXPECT_STREQ(adapter.signatures[0].prefix, "");
  EXPECT_STREQ(adapter.signatures[0].encoding, "hex");
  EXPECT_STREQ(adapter.signatures[0].signed_content, "{body}");
  EXPECT_STREQ(adapter.delivery_id, "body:/_id");
}

TEST(LaunchDarkly, WhatBecomesOfAFlagIsToldOnceWhateverTheEnvironments) {
  EXPECT_EQ(Read(Fixture("flag.created")), Told("default/checkout-v2 live"));
  EXPECT_EQ(Read(Fixture("flag.archived")), Told("default/checkout-v2 archived"));
  EXPECT_EQ(Read(Fixture("flag.restored")), Told("default/checkout-v2 live"));
  EXPECT_EQ(Read(Fixture("flag.deleted")), Told("default/checkout-v2 gone"));
  EXPECT_EQ(Read(Fixture("flag.cloned")), Told("default/checkout-v2-copy live"));
}

TEST(LaunchDarkly, EverythingElseIsIgnoredWithItsReason) {
  EXPECT_EQ(Read(Fixture("flag.toggled")),
            "outcome: ignored\nreason: \"updateOn\" leaves a flag where it is\n");
  EXPECT_EQ(Read(Fixture("environment.renamed")),
            "outcome: ignored\nreason: of the kind \"environment\", no flag\n");
  EXPECT_EQ(Read(R"({"kind":"flag","accesses":[]})"),
            "outcome: ignored\nreason: \"\" leaves a flag where it is\n");
}

TEST(LaunchDarkly, WithoutTheFlagItselfTheVerbTellsArchivingFromRestoring) {
  const std::string resource = "proj/default:env/*:flag/checkout-v2";
  const auto verb = [&](const std::string& text) {
    return Read(Entry("updateGlobalArchived", resource, R"(,"titleVerb":")" + text + "\""));
  };
  EXPECT_EQ(verb("archived the flag"), Told("default/checkout-v2 archived"));
  EXPECT_EQ(verb("restored the flag"), Told("default/checkout-v2 live"));
  EXPECT_EQ(verb("updated the flag"),
            "outcome: ignored\nreason: archived or restored: it does not say which\n");
  EXPECT_EQ(Read(Entry("createFlag", resource)), Told("default/checkout-v2 live"));
}

TEST(LaunchDarkly, ADeletionOutweighsWhatElseAnEntryHolds) {
  EXPECT_EQ(Read(R"({"kind":"flag","currentVersion":{"archived":true},"accesses":[
                    {"action":"updateGlobalArchived","resource":"proj/p:env/e:flag/f"},
                    {"action":"deleteFlag","resource":"proj/p:env/e:flag/f"},
                    {"action":"updateOn","resource":"proj/p:env/e:flag/other"}]})"),
            Told("p/f gone"));
}

TEST(LaunchDarkly, TagsAndPropertiesOfAResourceAreNoPartOfItsKey) {
  EXPECT_EQ(
      Read(Entry("deleteFlag", "proj/default;team:env/prod;{critical:true}:flag/a.b_C;t1,t2")),
      Told("default/a.b_C gone"));
}

TEST(LaunchDarkly, AResourceThatNamesNoFlagIsRefused) {
  for (const std::string resource :
       {"", "proj/default", "proj/default:env/test", "proj/*:env/*:flag/*", "flag/a",
        "proj/default:env/*:flag/", "proj/../x:env/*:flag/a", "proj/default:env/*:flag/-a",
        "member/65f0", "proj/default:env/*:segment/a"}) {
    EXPECT_EQ(Read(Entry("createFlag", resource)),
              "outcome: malformed\nreason: no \"resource\" that names a flag\n")
        << resource;
  }
}

TEST(LaunchDarkly, WhatIsNoEntryOfTheAuditLogIsRefused) {
  const std::string shape =
      "outcome: malformed\nreason: no \"kind\" and \"accesses\", as LaunchDarkly's audit log has "
      "them\n";
  EXPECT_EQ(Read("{}"), shape);
  EXPECT_EQ(Read(R"({"kind":"flag"})"), shape);
  EXPECT_EQ(Read(R"({"kind":7,"accesses":[]})"), shape);
  EXPECT_EQ(Read("[]"), "outcome: malformed\nreason: JSON, but no object\n");
  EXPECT_EQ(Values(Read("<html>"), "reason").substr(0, 8), "not JSON");
}

TEST(LaunchDarkly, WhomAFlagIsServedToIsNotStored) {
  const char* const* blank = LaunchDarkly().declaration().blank;
  EXPECT_STREQ(blank[0], "/currentVersion/environments");
  EXPECT_STREQ(blank[1], "/previousVersion");
  EXPECT_EQ(blank[2], nullptr);
}

TEST(LaunchDarkly, EveryBodyIsRead) {
  ReadEveryBody(LaunchDarkly(), Bodies("launchdarkly", {}), {});
}

// The fixtures of the other adapters, and the recorded bodies where FLAGLINKD_PAYLOADS is set, which
// are of other tools: some of them share members' names with LaunchDarkly's.
TEST(LaunchDarkly, NoOtherToolsBodyIsTakenForNewsOfAFlag) {
  std::vector<std::filesystem::path> folders = {std::filesystem::path(FLAGLINKD_SOURCE_DIR) /
                                                "tests/adapters"};
  if (const char* payloads = std::getenv("FLAGLINKD_PAYLOADS")) folders.emplace_back(payloads);
  std::map<std::string, int> outcomes;
  for (const auto& folder : folders) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string path = file.path().string();
      const bool own = path.find("/launchdarkly/") != std::string::npos;
      if (own || !file.is_regular_file() || file.path().extension() != ".json") continue;
      const std::string text = Read(ReadFile(path));
      ++outcomes[text.substr(0, text.find('\n'))];
      EXPECT_EQ(Values(text, "flag"), "") << path;
    }
  }
  EXPECT_FALSE(outcomes.empty());
  for (const auto& [outcome, count] : outcomes) std::cout << outcome << ' ' << count << '\n';
}

}  // namespace
}  // namespace flaglink::testing
