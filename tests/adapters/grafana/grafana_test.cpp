// The fixtures have the shape of grafana.com/docs/grafana/latest/alerting ("Configure webhook
// notifications"), of prometheus.io/docs/alerting/latest/configuration (webhook_config) and of the
// dashboard alerts of Grafana 8; what they hold is made up.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Grafana() {
  static const LoadedAdapter adapter("grafana");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/grafana/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body) {
  return Grafana().Extract({.body = body});
}

TEST(Grafana, SignsInBareHexOrSendsABearerToken) {
  const flaglink_adapter& grafana = Grafana().declaration();
  ASSERT_EQ(grafana.signature_count, 2u);
  EXPECT_STREQ(grafana.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(grafana.signatures[0].header, "x-grafana-alerting-signature");
  EXPECT_STREQ(grafana.signatures[0].prefix, "");
  EXPECT_STREQ(grafana.signatures[0].encoding, "hex");
  EXPECT_STREQ(grafana.signatures[0].signed_content, "{body}");
  EXPECT_STREQ(grafana.signatures[1].algorithm, "token");
  EXPECT_STREQ(grafana.signatures[1].header, "authorization");
  EXPECT_STREQ(grafana.signatures[1].prefix, "Bearer ");
  EXPECT_STREQ(grafana.signatures[1].encoding, "");
  EXPECT_STREQ(grafana.signatures[1].signed_content, "");
  EXPECT_STREQ(grafana.methods, "POST,PUT");
  EXPECT_EQ(grafana.delivery_id, nullptr);
}

TEST(Grafana, AlertsOfARuleArePartsOfItWithTheirLabels) {
  EXPECT_EQ(Read(Fixture("firing")), R"(outcome: extracted
change: updated
  resource: acme.example/grafana/rule/1afz29v7z
  name: Checkout latency
  part: alert-c6eadffa33fcdf37
  part_time: 1767607200157076
  content_time: 1767607200157076
  title: [Shop] Checkout latency
  url: https://acme.example/grafana/alerting/grafana/1afz29v7z/view?orgId=1
  description: Latency in us-1 with `checkout-v2`
  integration_key: 
  text title: Checkout latency
  text summary: Latency in us-1 with `checkout-v2`
  text runbook_url: https://wiki.acme.example/checkout
  label: alertname:Checkout latency
  label: grafana_folder:Shop
  label: zone:us-1
  label: flag:checkout-v2
change: updated
  resource: acme.example/grafana/rule/1afz29v7z
  name: Checkout latency
  part: alert-bc97ff14869b13e3
  part_time: 1767607500000000
  content_time: 1767607500000000
  title: [Shop] Checkout latency
  url: https://acme.example/grafana/alerting/grafana/1afz29v7z/view?orgId=1
  description: This alert has no description.
  integration_key: 
  text title: Checkout latency
  label: alertname:Checkout latency
  label: grafana_folder:Shop
  label: zone:eu-1
)");
}

TEST(Grafana, AResolvedAlertAddressesTheSamePartAtItsEnd) {
  const std::string text = Read(Fixture("resolved"));
  EXPECT_EQ(Values(text, "change"), "updated\n");
  EXPECT_EQ(Values(text, "  resource"), "acme.example/grafana/rule/1afz29v7z\n");
  EXPECT_EQ(Values(text, "  part"), "alert-c6eadffa33fcdf37\n");
  EXPECT_EQ(Values(text, "  part_time"), "1767609000000000\n");
  EXPECT_EQ(Values(text, "  description"), "fine\n");
}

TEST(Grafana, AnAlertThatThereIsNoDataGoesByTheNameOfItsRule) {
  EXPECT_EQ(Values(Read(Fixture("no_data")), "  title"), "Checkout latency\n");
}

TEST(Grafana, AnAlertOfAnotherAlertmanagerIsAResourceOfItsOwn) {
  EXPECT_EQ(Read(Fixture("alertmanager")), R"(outcome: extracted
change: updated
  resource: alertmanager.acme.example:9093/alert/dddddddddddddddd
  name: flag:checkout-v2 errors
  part_time: 1767607200432911
  content_time: 1767607200432911
  title: flag:checkout-v2 errors
  url: http://prometheus.acme.example:9090/graph?g0.expr=errors+%3E+1
  description: Errors
  integration_key: 
  text title: flag:checkout-v2 errors
  text summary: Errors
  label: alertname:flag:checkout-v2 errors
  label: severity:page
)");
}

TEST(Grafana, ADashboardsAlertIsItsRule) {
  EXPECT_EQ(Read(Fixture("dashboard_alert")), R"(outcome: extracted
change: updated
  resource: grafana.acme.example:3000/dashboard-rule/4
  name: Checkout latency
  title: Checkout latency
  url: http://grafana.acme.example:3000/d/GG2qhR3Wz/shop?fullscreen&edit&tab=alert&panelId=8&orgId=1
  description: Turn `checkout-v2` off.
  integration_key: 
  text title: Checkout latency
  text message: Turn `checkout-v2` off.
  label: flag:checkout-v2
)");
}

TEST(Grafana, ATestOfAnOldNotificationChannelIsIgnored) {
  for (const char* id : {"0", "\"0\""}) {
    EXPECT_EQ(Read(Replaced(Fixture("dashboard_alert"), "\"ruleId\": 4",
                            "\"ruleId\": " + std::string(id))),
              "outcome: ignored\nreason: Grafana's test of a notification channel, which is no "
              "alert of a rule\n");
  }
}

TEST(Grafana, WhatHasNoPageIsIgnored) {
  EXPECT_EQ(Read(Fixture("no_page")),
            "outcome: ignored\nreason: no alerts, or none that has a page\n");
  EXPECT_EQ(Read(R"({"alerts":[]})"),
            "outcome: ignored\nreason: no alerts, or none that has a page\n");
  EXPECT_EQ(Read(R"({"ruleId":1,"ruleName":"r","ruleUrl":"javascript:x"})"),
            "outcome: ignored\nreason: an alert without a page\n");
}

// One alert that fires, with this generatorURL.
std::string Alert(const std::string& generator) {
  return R"({"fingerprint":"aa","labels":{},"generatorURL":")" + generator + "\"}";
}

TEST(Grafana, OnlyTheRulesOwnPageNamesIt) {
  const auto resource = [](const std::string& generator) {
    return Values(Read(R"({"alerts":[)" + Alert(generator) + "]}"), "  resource");
  };
  EXPECT_EQ(resource("https://g.acme.example/alerting/u_1-x/edit"), "g.acme.example/rule/u_1-x\n");
  EXPECT_EQ(resource("https://G.acme.example/alerting/grafana/u/view#x"),
            "g.acme.example/rule/u\n");
  EXPECT_EQ(resource("https://alerting/u/view"), "alerting/alert/aa\n");
  EXPECT_EQ(resource("https://g.acme.example/alerting/list"), "g.acme.example/alert/aa\n");
  EXPECT_EQ(resource("https://g.acme.example/alerting/loki/u/view"), "g.acme.example/alert/aa\n");
  EXPECT_EQ(resource("https://g.acme.example/alerting/%2e%2e/view"), "g.acme.example/alert/aa\n");
}

TEST(Grafana, OfManyAlertsOneMoreThanAnEventHoldsIsGivenSoThatTheDaemonSaysSo) {
  std::string alerts = Alert("https://g.acme.example/alerting/u/edit");
  for (int i = 1; i < 300; ++i) alerts += "," + Alert("https://g.acme.example/alerting/u/edit");
  const std::string resources = Values(Read(R"({"alerts":[)" + alerts + "]}"), "  resource");
  EXPECT_EQ(std::count(resources.begin(), resources.end(), '\n'), 257);
}

TEST(Grafana, WhatIsNotAsDocumentedIsRefusedWithTheReason) {
  const std::string alert =
      "outcome: malformed\nreason: an alert without \"fingerprint\" and \"labels\"\n";
  EXPECT_EQ(Read(R"({"alerts":[null]})"), alert);
  EXPECT_EQ(Read(R"({"alerts":[{"fingerprint":"a/b","labels":{}}]})"), alert);
  EXPECT_EQ(Read(R"({"alerts":[{"fingerprint":"ab","labels":null}]})"), alert);
  EXPECT_EQ(Read(R"({"alerts":{},"ruleId":"../1","ruleName":"r"})"),
            "outcome: malformed\nreason: neither \"alerts\" nor \"ruleId\" and \"ruleName\"\n");
}

TEST(Grafana, EveryRecordedBodyIsRead) {
  ReadEveryBody(Grafana(), Bodies("grafana", {"grafana", "alertmanager"}), {});
}

}  // namespace
}  // namespace flaglink::testing
