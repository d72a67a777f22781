// The fixtures have the shape of the default payloads of workflows (docs.newrelic.com, "Workflow
// variables", and New Relic's Terraform modules) and of the notification channels before them; what
// they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& NewRelic() {
  static const LoadedAdapter adapter("newrelic");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/newrelic/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body) {
  return NewRelic().Extract({.body = body});
}

TEST(NewRelic, IsKnownByAHeaderThatTheOperatorSetsOrByABearerToken) {
  const flaglink_adapter& newrelic = NewRelic().declaration();
  ASSERT_EQ(newrelic.signature_count, 2u);
  EXPECT_STREQ(newrelic.signatures[0].algorithm, "token");
  EXPECT_STREQ(newrelic.signatures[0].header, "x-webhook-token");
  EXPECT_STREQ(newrelic.signatures[0].prefix, "");
  EXPECT_STREQ(newrelic.signatures[0].encoding, "");
  EXPECT_STREQ(newrelic.signatures[0].signed_content, "");
  EXPECT_STREQ(newrelic.signatures[1].algorithm, "token");
  EXPECT_STREQ(newrelic.signatures[1].header, "authorization");
  EXPECT_STREQ(newrelic.signatures[1].prefix, "Bearer ");
  EXPECT_STREQ(newrelic.signatures[1].encoding, "");
  EXPECT_STREQ(newrelic.signatures[1].signed_content, "");
  EXPECT_EQ(newrelic.delivery_id, nullptr);
}

TEST(NewRelic, AnIssueOfAWorkflowIsAPlainLink) {
  EXPECT_EQ(Read(Fixture("issue.created")), R"(outcome: extracted
change: created
  resource: newrelic/issue/0ea2df1c-0000-4000-8000-000000000001
  part_time: 1767607201123000
  content_time: 1767607201123000
  created: 1767607200123
  title: [Shop] Errors > 5 after flag:checkout-v2 on 'shop'
  url: https://radar-api.service.newrelic.com/accounts/1/issues/0ea2df1c-0000-4000-8000-000000000001?notifier=WEBHOOK
  description: This issue has no description.
  integration_key: 
  text title: Errors > 5 after flag:checkout-v2 on 'shop'
  text condition: checkout-v2 errors
  text condition: latency
  text policy: Shop
  labels: not carried
)");
}

TEST(NewRelic, AClosedIssueStaysAndSaysWhy) {
  const std::string text = Read(Fixture("issue.closed"));
  EXPECT_EQ(Values(text, "change"), "updated\n");
  EXPECT_EQ(Values(text, "  resource"), "newrelic/issue/0ea2df1c-0000-4000-8000-000000000001\n");
  EXPECT_EQ(Values(text, "  part_time"), "1767610800000000\n");
  EXPECT_EQ(Values(text, "  description"), "closed as `checkout-v2` is off\n");
  EXPECT_EQ(Values(text, "  text description"), "closed as `checkout-v2` is off\n");
}

TEST(NewRelic, AnIncidentOfAChannelHasTheTagsOfItsTargets) {
  EXPECT_EQ(Read(Fixture("incident.open")), R"(outcome: extracted
change: created
  resource: newrelic/incident/1234
  part_time: 1767607200123000
  content_time: 1767607200123000
  title: [Shop] checkout-v2 errors
  url: https://alerts.newrelic.com/accounts/1/incidents/1234
  description: Errors > 5 for at least 5 minutes
  integration_key: 
  text title: checkout-v2 errors
  text description: Errors > 5 for at least 5 minutes
  text condition: checkout-v2 errors
  text policy: Shop
  label: flag:checkout-v2
  label: team:shop
)");
}

TEST(NewRelic, WhatATemplateLeavesOutIsAbsent) {
  const std::string body = R"({"id":7,"title":"N/A","alertConditionNames":["checkout-v2"],)"
                           R"("details":"N/A","issueUrl":"https://one.newrelic.com/i/7"})";
  EXPECT_EQ(Read(body), R"(outcome: extracted
change: updated
  resource: newrelic/issue/7
  title: checkout-v2
  url: https://one.newrelic.com/i/7
  description: This issue has no description.
  integration_key: 
  text title: checkout-v2
  text condition: checkout-v2
  labels: not carried
)");
}

TEST(NewRelic, ATimeBeyondAllYearsIsNone) {
  const std::string text =
      Read(Replaced(Fixture("incident.open"), "1767607200123", "160513393115100000"));
  EXPECT_EQ(Values(text, "  part_time"), "");
}

TEST(NewRelic, ATestOfAChannelIsAnswered) {
  EXPECT_EQ(Read(Fixture("channel.test")), "outcome: handshake\nreply 200 application/json: {}\n");
}

TEST(NewRelic, WhatHasNoPageIsIgnored) {
  EXPECT_EQ(Read(R"({"id":7,"title":"t","issueUrl":"javascript:x"})"),
            "outcome: ignored\nreason: an issue without a page in \"issueUrl\"\n");
}

TEST(NewRelic, WhatHasNoIdOrTitleIsRefused) {
  const std::string refused =
      "outcome: malformed\nreason: no \"id\" or \"incident_id\", or no title, as the default "
      "payloads have\n";
  EXPECT_EQ(Read("{}"), refused);
  EXPECT_EQ(Read(R"({"id":"../7","title":"t"})"), refused);
  EXPECT_EQ(Read(R"({"id":{},"incident_id":1,"title":"t"})"), refused);
  EXPECT_EQ(Read(R"({"id":7,"title":["t"],"state":7})"), refused);
}

TEST(NewRelic, EveryRecordedBodyIsRead) {
  ReadEveryBody(NewRelic(), Bodies("newrelic", {"newrelic"}), {});
}

}  // namespace
}  // namespace flaglink::testing
