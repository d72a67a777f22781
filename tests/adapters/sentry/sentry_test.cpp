// The fixtures have the shape of docs.sentry.io/organization/integrations/integration-platform/
// webhooks and of the WebHooks plugin; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Sentry() {
  static const LoadedAdapter adapter("sentry");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/sentry/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& resource, const std::string& body,
                 const std::map<std::string, std::string>& options = {}) {
  return Sentry().Extract(
      {.body = body, .headers = {{"sentry-hook-resource", resource}}, .options = options});
}

const std::map<std::string, std::string> kSite = {{"site", "https://acme.sentry.io/"}};

TEST(Sentry, SignsTheBodyAloneInBareHex) {
  const flaglink_adapter& sentry = Sentry().declaration();
  ASSERT_EQ(sentry.signature_count, 1u);
  EXPECT_STREQ(sentry.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(sentry.signatures[0].header, "sentry-hook-signature");
  EXPECT_STREQ(sentry.signatures[0].prefix, "");
  EXPECT_STREQ(sentry.signatures[0].encoding, "hex");
  EXPECT_STREQ(sentry.signatures[0].signed_content, "{body}");
  EXPECT_EQ(sentry.signatures[0].timestamp, nullptr);
  EXPECT_EQ(sentry.delivery_id, nullptr);
  EXPECT_STREQ(sentry.blank[0], "/data/installation/code");
}

TEST(Sentry, AnIssueIsAPlainLink) {
  EXPECT_EQ(Read("issue", Fixture("issue.created")), R"(outcome: extracted
change: created
  resource: sentry/issue/7000000001
  name: SHOP-7
  created: 1767607200500
  title: [shop] FlagError: checkout-v2 has no variation (SHOP-7)
  url: https://acme.sentry.io/issues/7000000001/
  description: `checkout-v2` has no variation
  integration_key: 
  text title: FlagError: checkout-v2 has no variation
  text message: `checkout-v2` has no variation
  text culprit: pay(shop/checkout.ts)
  labels: not carried
)");
}

TEST(Sentry, AnAlertOnActivityCarriesTheIssue) {
  EXPECT_EQ(
      Read("activity_alert", Fixture("activity_alert.triggered")),
      Replaced(Read("issue", Fixture("issue.created")), "change: created", "change: updated"));
}

TEST(Sentry, AnIssueWithoutAPageTakesTheOneOfTheSite) {
  const std::string body = Fixture("issue.resolved.of_2020");
  EXPECT_EQ(Read("issue", body, kSite), R"(outcome: extracted
change: updated
  resource: sentry/issue/7000000001
  name: SHOP-7
  created: 1767607200500
  title: [shop] FlagError: checkout-v2 has no variation (SHOP-7)
  url: https://acme.sentry.io/issues/7000000001/
  description: This issue has no description.
  integration_key: 
  text title: FlagError: checkout-v2 has no variation
  labels: not carried
)");
  EXPECT_EQ(Read("issue", body),
            "outcome: ignored\nreason: an issue without a page: set the option \"site\"\n");
}

TEST(Sentry, AnOccurrenceIsOnePartOfItsIssueAndOlderContentThanTheIssueItself) {
  EXPECT_EQ(Read("event_alert", Fixture("event_alert.triggered")), R"(outcome: extracted
change: created
  resource: sentry/issue/7000000001
  part: event
  part_time: 1767607500250000
  content_time: 1
  title: [shop] FlagError: checkout-v2 has no variation
  url: https://acme.sentry.io/issues/7000000001/
  description: checkout-v2 has no variation
  integration_key: 
  text title: FlagError: checkout-v2 has no variation
  text message: checkout-v2 has no variation
  text culprit: pay(shop/checkout.ts)
  label: environment:production
  label: flag:checkout-v2
  label: odd:
)");
}

TEST(Sentry, EvaluatedFlagsAreReadOnlyWhereTheyAreAskedFor) {
  const std::string text =
      Read("event_alert", Fixture("event_alert.triggered"), {{"evaluated_flags", "link"}});
  EXPECT_EQ(Values(text, "  text evaluated flag"), "`old-checkout`\n`checkout-v2`\n");
}

TEST(Sentry, OfManyEvaluatedFlagsTheLastAreRead) {
  std::string values;
  for (int i = 0; i < 100; ++i)
    values += std::string(i == 0 ? "" : ",") + R"({"flag":"flag-)" + std::to_string(i) + R"("})";
  const std::string body =
      R"({"data":{"event":{"issue_id":"7","title":"t","web_url":"https://a.sentry.io/issues/7/",)"
      R"("contexts":{"flags":{"values":[)" +
      values + "]}}}}}";
  const std::string text = Read("event_alert", body, {{"evaluated_flags", "link"}});
  EXPECT_EQ(text.find("`flag-39`"), std::string::npos);
  EXPECT_NE(text.find("`flag-40`"), std::string::npos);
  EXPECT_NE(text.find("`flag-99`"), std::string::npos);
}

TEST(Sentry, AnOccurrenceOf2020HasItsIssueInTheUrlAlone) {
  const std::string text = Read("event_alert", Fixture("event_alert.triggered.of_2020"));
  EXPECT_EQ(Values(text, "  resource"), "sentry/issue/7000000001\n");
  EXPECT_EQ(Values(text, "  url"), "https://sentry.io/organizations/acme/issues/7000000001/\n");
}

TEST(Sentry, AnErrorIsAnOccurrenceToo) {
  const std::string text = Read("error", Fixture("error.created"));
  EXPECT_EQ(Values(text, "  title"), "[shop] FlagError: checkout-v2 has no variation\n");
  EXPECT_EQ(Values(text, "  description"), "no variation\n");
  EXPECT_EQ(Values(text, "  labels"), "not carried\n");
}

TEST(Sentry, AnErrorOfThePluginAddressesTheSameIssue) {
  EXPECT_EQ(Sentry().Extract({.body = Fixture("plugin")}), R"(outcome: extracted
change: created
  resource: sentry/issue/7000000001
  part: event
  part_time: 1767607500500000
  content_time: 1
  title: [shop] checkout-v2 has no variation
  url: https://sentry.io/organizations/acme/issues/7000000001/
  description: pay
  integration_key: 
  text title: checkout-v2 has no variation
  text culprit: pay
  label: level:error
)");
}

TEST(Sentry, AProjectThatIsANumberIsNamedByTheEventsAddress) {
  const auto title = [](const std::string& members) {
    return Values(Read("event_alert", R"({"data":{"event":{"issue_id":"7","title":"t",)"
                                      R"("web_url":"https://a.sentry.io/issues/7/",)" +
                                          members + "}}}"),
                  "  title");
  };
  const std::string api = "\"url\":\"https://sentry.io/api/0/projects/";
  EXPECT_EQ(title(R"("project":12,)" + api + R"(acme/shop/events/aa/")"), "[shop] t\n");
  EXPECT_EQ(title(R"("project":"12",)" + api + R"(acme/shop")"), "[shop] t\n");
  EXPECT_EQ(title(R"("project":"web",)" + api + R"(acme/shop/events/aa/")"), "[web] t\n");
  EXPECT_EQ(title(R"("project":12,)" + api + R"(acme/a%20b/events/")"), "t\n");
  EXPECT_EQ(title(R"("project":12,)" + api + R"(acme")"), "t\n");
  EXPECT_EQ(title(R"("project":12,"url":7)"), "t\n");
}

TEST(Sentry, WhatIsNoTimeLeavesTheReceipt) {
  for (const std::string received : {"-1", "1e300", "\"1767607500\"", "null"}) {
    const std::string body = Replaced(Fixture("plugin"), "1767607500.5", received);
    EXPECT_EQ(Values(Sentry().Extract({.body = body}), "  part_time"), "") << received;
  }
}

TEST(Sentry, OfAMetricAlertTheRuleIsTheResource) {
  EXPECT_EQ(Read("metric_alert", Fixture("metric_alert.critical")), R"(outcome: extracted
change: updated
  resource: sentry/alert/7
  created: 1767254400000
  title: [shop] checkout-v2 errors
  url: https://sentry.io/organizations/acme/alerts/rules/details/7/
  description: 1000 events in the last 10 minutes
  integration_key: 
  text title: checkout-v2 errors
  text query: flag:checkout-v2
  text description: 1000 events in the last 10 minutes
  labels: not carried
)");
}

TEST(Sentry, ACommentIsAPartFreedOfMarkdown) {
  EXPECT_EQ(Read("comment", Fixture("comment.created"), kSite), R"(outcome: extracted
change: created
  resource: sentry/issue/7000000001
  part: comment-1234
  part_time: 1767610800000000
  content_time: 1
  title: [shop] Issue 7000000001
  url: https://acme.sentry.io/issues/7000000001/
  description: An issue at Sentry.
  integration_key: 
  author: Ada Example
  text comment: caused by checkout-v2, see `old-checkout`
  labels: not carried
)");
}

TEST(Sentry, ACommentWithoutASiteLeavesThePageThatIsKnown) {
  EXPECT_EQ(Values(Read("comment", Fixture("comment.created")), "  url"), "");
}

TEST(Sentry, ADeletedCommentHasNoTexts) {
  const std::string text = Read("comment", Fixture("comment.deleted"));
  EXPECT_EQ(Values(text, "change"), "deleted\n");
  EXPECT_EQ(Values(text, "  part"), "comment-1234\n");
  EXPECT_EQ(Values(text, "  texts"), "not carried\n");
}

TEST(Sentry, ACommentByAnApplicationIsABots) {
  const std::string text =
      Read("comment", Replaced(Fixture("comment.created"), "\"user\"", "\"application\""));
  EXPECT_EQ(Values(text, "  bot"), "yes\n");
}

TEST(Sentry, TheBodyTellsItsKindWhereTheHeaderIsMissing) {
  for (const std::string kind : {"issue", "event_alert", "error", "metric_alert", "comment"}) {
    const std::string action = kind == "event_alert"    ? "triggered"
                               : kind == "metric_alert" ? "critical"
                                                        : "created";
    const std::string body = Fixture(kind + "." + action);
    EXPECT_EQ(Sentry().Extract({.body = body}), Read(kind, body)) << kind;
  }
}

TEST(Sentry, WhatIsNotLinkedIsIgnoredByName) {
  EXPECT_EQ(Read("installation", Fixture("installation.created")),
            "outcome: ignored\nreason: Sentry's \"installation\" is not linked\n");
  EXPECT_EQ(Read("seer", Fixture("seer.root_cause_started")),
            "outcome: ignored\nreason: Sentry's \"seer\" is not linked\n");
  EXPECT_EQ(Sentry().Extract({.body = "{}"}),
            "outcome: ignored\nreason: no Sentry-Hook-Resource header, and a body of no kind that "
            "is linked\n");
}

TEST(Sentry, WhatIsNotAsDocumentedIsRefusedWithTheReason) {
  const auto refused = [](const std::string& member) {
    return "outcome: malformed\nreason: \"" + member + "\" is not as Sentry documents it\n";
  };
  EXPECT_EQ(Read("issue", R"({"data":null})"), refused("data/issue"));
  EXPECT_EQ(Read("issue", R"({"data":{"issue":{"id":"../7","title":"t"}}})"),
            refused("data/issue"));
  EXPECT_EQ(Read("issue", R"({"data":{"issue":{"id":7,"title":["t"]}}})"), refused("data/issue"));
  EXPECT_EQ(Read("event_alert", R"({"data":{"event":{"issue_id":"7 8"}}})"), refused("data/event"));
  EXPECT_EQ(Read("event_alert", R"({"data":{"event":{"web_url":"javascript:x/issues/7/"}}})"),
            refused("data/event"));
  EXPECT_EQ(Read("metric_alert", R"({"data":{"metric_alert":{"alert_rule":{"id":"7","name":"n"}},)"
                                 R"("web_url":"javascript:x/alerts/1/"}})"),
            refused("data/metric_alert"));
  EXPECT_EQ(Read("comment", R"({"data":{"comment_id":{},"issue_id":7}})"), refused("data"));
  EXPECT_EQ(Sentry().Extract({.body = R"({"event":{},"id":"7","url":"/issues/7/"})"}),
            refused("url"));
  EXPECT_EQ(Read("issue", R"({"data":{"issue":{"id":"7","title":"t","web_url":"javascript:x"}}})"),
            "outcome: ignored\nreason: an issue without a page: set the option \"site\"\n");
}

TEST(Sentry, OptionsAreChecked) {
  EXPECT_EQ(Sentry().CheckOptions({}), "");
  EXPECT_EQ(
      Sentry().CheckOptions({{"site", "https://acme.sentry.io"}, {"evaluated_flags", "skip"}}), "");
  EXPECT_EQ(Sentry().CheckOptions({{"site", "acme.sentry.io"}}),
            "site must be the organization's address, \"https://acme.sentry.io\" or "
            "\"https://sentry.acme.example/organizations/acme\"");
  EXPECT_EQ(Sentry().CheckOptions({{"evaluated_flags", "true"}}),
            "evaluated_flags must be \"link\" or \"skip\"");
}

TEST(Sentry, EveryRecordedBodyIsRead) {
  ReadEveryBody(Sentry(), Bodies("sentry", {"sentry"}), kSite);
}

}  // namespace
}  // namespace flaglink::testing
