// The fixtures have the shape of developer.pagerduty.com, "Webhooks Overview" (V3) and of the pages
// on V1 and V2 beside it; what they hold is made up.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& PagerDuty() {
  static const LoadedAdapter adapter("pagerduty");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) /
                  "tests/adapters/pagerduty/fixtures" / (name + ".json"));
}

std::string Read(const std::string& body) {
  return PagerDuty().Extract({.body = body});
}

TEST(PagerDuty, AnyOfTheSignaturesOfAHeaderWillDo) {
  const flaglink_adapter& pagerduty = PagerDuty().declaration();
  ASSERT_EQ(pagerduty.signature_count, 1u);
  EXPECT_STREQ(pagerduty.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(pagerduty.signatures[0].header, "x-pagerduty-signature");
  EXPECT_STREQ(pagerduty.signatures[0].prefix, "v1=");
  EXPECT_STREQ(pagerduty.signatures[0].separator, ",");
  EXPECT_STREQ(pagerduty.signatures[0].encoding, "hex");
  EXPECT_STREQ(pagerduty.signatures[0].signed_content, "{body}");
  EXPECT_EQ(pagerduty.signatures[0].timestamp, nullptr);
  EXPECT_STREQ(pagerduty.delivery_id, "body:/event/id");
  EXPECT_STREQ(pagerduty.blank[0], "/messages/0/webhook");
}

TEST(PagerDuty, AnIncidentIsAPlainLinkThatSaysHowItStands) {
  EXPECT_EQ(Read(Fixture("incident.triggered")), R"(outcome: extracted
change: created
  resource: acme.pagerduty.com/PSHOP42
  name: #42
  part_time: 1767607200250000
  content_time: 1767607200250000
  created: 1767607200000
  title: [shop] Errors after flag:checkout-v2 was turned on (#42)
  url: https://acme.pagerduty.com/incidents/PSHOP42
  description: Incident triggered, urgency high.
  integration_key: 
  author: Monitoring
  text title: Errors after flag:checkout-v2 was turned on
  labels: not carried
)");
}

TEST(PagerDuty, AResolvedIncidentStaysAndWhoResolvedItDidNotWriteIt) {
  EXPECT_EQ(Read(Fixture("incident.resolved")), R"(outcome: extracted
change: updated
  resource: acme.pagerduty.com/PSHOP42
  name: #42
  part_time: 1767610800000000
  content_time: 1767610800000000
  created: 1767607200000
  title: [shop] Errors after flag:checkout-v2 was turned on (#42)
  url: https://acme.pagerduty.com/incidents/PSHOP42
  description: Incident resolved, urgency high, priority P2.
  integration_key: 
  text title: Errors after flag:checkout-v2 was turned on
  labels: not carried
)");
}

TEST(PagerDuty, ANoteIsAPartAndOlderContentThanTheIncidentItself) {
  EXPECT_EQ(Read(Fixture("incident.annotated")), R"(outcome: extracted
change: created
  resource: acme.pagerduty.com/PSHOP42
  part: note-PNOTE01
  part_time: 1767607800000000
  content_time: 1
  title: Errors after flag:checkout-v2 was turned on
  url: https://acme.pagerduty.com/incidents/PSHOP42
  description: An incident at PagerDuty.
  integration_key: 
  author: Ada Example
  text note: Turning `checkout-v2` off.
  labels: not carried
)");
}

TEST(PagerDuty, ANoteWithoutAUserIsOneOfABot) {
  EXPECT_EQ(Read(Fixture("incident.annotated.by_integration")), R"(outcome: extracted
change: created
  resource: acme.pagerduty.com/PSHOP42
  part: note-PNOTE02
  part_time: 1767607860000000
  content_time: 1
  url: https://acme.pagerduty.com/incidents/PSHOP42
  description: An incident at PagerDuty.
  integration_key: 
  author: PagerDuty
  bot: yes
  text note: deploy of checkout-v2 seen
  labels: not carried
)");
}

TEST(PagerDuty, AStatusUpdateIsAPart) {
  const std::string text = Read(Fixture("incident.status_update_published"));
  EXPECT_EQ(Values(text, "  part"), "status-update-PSTAT01\n");
  EXPECT_EQ(Values(text, "  text status update"), "checkout-v2 is off, errors are gone\n");
  EXPECT_EQ(Values(text, "  author"), "Ada Example\n");
}

TEST(PagerDuty, CustomFieldsAreOnePartThatIsCarriedWhole) {
  EXPECT_EQ(Read(Fixture("incident.custom_field_values.updated")), R"(outcome: extracted
change: updated
  resource: acme.pagerduty.com/PSHOP42
  part: custom-fields
  part_time: 1767609000000000
  content_time: 1
  url: https://acme.pagerduty.com/incidents/PSHOP42
  description: An incident at PagerDuty.
  integration_key: 
  text field flag: checkout-v2
  text field areas: shop
  text field areas: old-checkout
  labels: not carried
)");
}

TEST(PagerDuty, AMessageOfV2HasTheIncidentAndItsNote) {
  EXPECT_EQ(Read(Fixture("v2.annotate")), R"(outcome: extracted
change: updated
  resource: acme.pagerduty.com/PSHOP07
  name: #7
  part_time: 1767519001000000
  content_time: 1767519001000000
  created: 1767517200000
  title: [shop] Checkout is slow (#7)
  url: https://acme.pagerduty.com/incidents/PSHOP07
  description: Incident acknowledged, urgency low.
  integration_key: 
  text title: Checkout is slow
  labels: not carried
change: created
  resource: acme.pagerduty.com/PSHOP07
  name: #7
  part: note-RLOG001
  part_time: 1767519000000000
  content_time: 1767519001000000
  created: 1767517200000
  title: [shop] Checkout is slow (#7)
  url: https://acme.pagerduty.com/incidents/PSHOP07
  description: Incident acknowledged, urgency low.
  integration_key: 
  author: Ada Example
  text note: Is `checkout-v2` on?
  labels: not carried
)");
}

TEST(PagerDuty, MessagesOfV1AreOneChangeEachAndAnUnknownTitleLeavesTheKnownOne) {
  EXPECT_EQ(Read(Fixture("v1.messages")), R"(outcome: extracted
change: created
  resource: acme.pagerduty.com/PSHOP03
  name: #3
  part_time: 1767430800000000
  content_time: 1767430800000000
  created: 1767430800000
  title: [shop] checkout-v2 fails (#3)
  url: https://acme.pagerduty.com/incidents/PSHOP03
  description: Incident triggered.
  integration_key: 
  text title: checkout-v2 fails
  labels: not carried
change: updated
  resource: acme.pagerduty.com/PSHOP04
  name: shop #4
  part_time: 1767430800000000
  content_time: 1767430800000000
  created: 1767430800000
  url: https://acme.pagerduty.com/incidents/PSHOP04
  description: Incident resolved.
  integration_key: 
  texts: not carried
  labels: not carried
)");
}

TEST(PagerDuty, AnIncidentWithoutATitleIsCalledAfterItsService) {
  const auto name = [](const std::string& service) {
    return Values(
        Read(R"({"messages":[{"type":"incident.resolve","data":{"incident":{"id":"P1",)"
             R"("incident_number":1,"html_url":"https://acme.pagerduty.com/incidents/P1")" +
             service + "}}}]}"),
        "  name");
  };
  EXPECT_EQ(name(R"(,"service":{"name":"shop"})"), "shop #1\n");
  EXPECT_EQ(name(R"(,"service":{"name":["shop"]})"), "#1\n");
  EXPECT_EQ(name(""), "#1\n");
}

TEST(PagerDuty, APingIsAnswered) {
  EXPECT_EQ(Read(Fixture("pagey.ping")), "outcome: handshake\nreply 200 application/json: {}\n");
}

TEST(PagerDuty, WhatHoldsNoTextAboutAnIncidentIsIgnoredByName) {
  EXPECT_EQ(
      Read(Fixture("service.updated")),
      "outcome: ignored\nreason: PagerDuty's event \"service.updated\" holds no text about an "
      "incident\n");
  EXPECT_EQ(
      Read(Fixture("incident.responder.added")),
      "outcome: ignored\nreason: PagerDuty's event \"incident.responder.added\" holds no text "
      "about an incident\n");
  EXPECT_EQ(Read(R"({"messages":[]})"), "outcome: ignored\nreason: no messages\n");
}

TEST(PagerDuty, WhatIsNotAsDocumentedIsRefusedWithTheReason) {
  const auto refused = [](const std::string& reason) {
    return "outcome: malformed\nreason: " + reason + "\n";
  };
  const std::string data = refused("\"event/data\" is not as PagerDuty documents it");
  const std::string body = Fixture("incident.triggered");
  EXPECT_EQ(Read("{}"), refused("neither \"event\" nor \"messages\""));
  EXPECT_EQ(Read(R"({"event":{}})"),
            refused("\"event/event_type\" is not as PagerDuty documents it"));
  EXPECT_EQ(Read(Replaced(body, "\"PSHOP42\"", "\"../PSHOP42\"")), data);
  EXPECT_EQ(Read(Replaced(body, "\"PSHOP42\"", "null")), data);
  EXPECT_EQ(
      Read(Replaced(body, "https://acme.pagerduty.com/incidents/PSHOP42", "javascript:alert(1)")),
      data);
  EXPECT_EQ(Read(Replaced(Fixture("incident.annotated"), "\"PNOTE01\"", "{}")), data);
  EXPECT_EQ(Read(R"({"messages":[{"type":"incident.trigger","data":null}]})"),
            refused("\"messages\" is not as PagerDuty documents it"));
}

// That nothing is read beyond it shows in what would be refused there.
TEST(PagerDuty, OneChangeMoreThanAnEventHoldsIsReadSoThatTheDaemonSaysSo) {
  const std::string incident =
      R"("incident":{"id":"P1","html_url":"https://acme.pagerduty.com/incidents/P1"})";
  std::string messages, entries;
  for (int i = 0; i < 300; ++i) {
    messages += R"({"type":"incident.trigger","data":{)" + incident + "}},";
    entries += R"({"type":"annotate_log_entry","id":"R1"},)";
  }
  const auto count = [](const std::string& body) {
    const std::string kinds = Values(Read(body), "change");
    return std::count(kinds.begin(), kinds.end(), '\n');
  };
  EXPECT_EQ(count(R"({"messages":[)" + messages + "{}]}"), 257);
  EXPECT_EQ(count(R"({"messages":[{)" + incident + R"(,"log_entries":[)" + entries +
                  R"({"type":"annotate_log_entry"}]}]})"),
            257);
}

TEST(PagerDuty, EveryRecordedBodyIsRead) {
  ReadEveryBody(PagerDuty(), Bodies("pagerduty", {"pagerduty"}), {});
}

}  // namespace
}  // namespace flaglink::testing
