// The fixtures have the shape of docs.honeycomb.io/notify/webhooks and of honeycombio/examples,
// webhook-listener-triggers; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Honeycomb() {
  static const LoadedAdapter adapter("honeycomb");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) /
                  "tests/adapters/honeycomb/fixtures" / (name + ".json"));
}

std::string Read(const std::string& body) {
  return Honeycomb().Extract({.body = body});
}

TEST(Honeycomb, SendsItsSharedSecretAndAnIdThatStaysOverRetries) {
  const flaglink_adapter& honeycomb = Honeycomb().declaration();
  ASSERT_EQ(honeycomb.signature_count, 1u);
  EXPECT_STREQ(honeycomb.signatures[0].algorithm, "token");
  EXPECT_STREQ(honeycomb.signatures[0].header, "x-honeycomb-webhook-token");
  EXPECT_STREQ(honeycomb.signatures[0].prefix, "");
  EXPECT_STREQ(honeycomb.signatures[0].encoding, "");
  EXPECT_STREQ(honeycomb.signatures[0].signed_content, "");
  EXPECT_STREQ(honeycomb.delivery_id, "header:x-honeycomb-webhook-delivery-id");
  EXPECT_STREQ(honeycomb.blank[0], "/shared_secret");
}

TEST(Honeycomb, ATriggerIsAPlainLink) {
  EXPECT_EQ(Read(Fixture("trigger.triggered")), R"(outcome: extracted
change: updated
  resource: ui.honeycomb.io/trigger/HpSh0pTr1gg
  name: Slow checkout
  title: [shop] Slow checkout
  url: https://ui.honeycomb.io/acme/environments/prod/datasets/shop/triggers/HpSh0pTr1gg
  description: See `checkout-v2`.
  integration_key: 
  text title: Slow checkout
  text description: See `checkout-v2`.
  text result: Currently greater than threshold value (2) for flag:old-checkout (value 5)
  labels: not carried
)");
}

TEST(Honeycomb, ATriggerThatIsOkAgainStays) {
  const std::string text = Read(Fixture("trigger.ok"));
  EXPECT_EQ(Values(text, "change"), "updated\n");
  EXPECT_EQ(Values(text, "  resource"), "ui.honeycomb.io/trigger/HpSh0pTr1gg\n");
  EXPECT_EQ(Values(text, "  description"), "This trigger has no description.\n");
}

TEST(Honeycomb, AnOldPayloadWithoutATriggersPageTakesThatOfTheResult) {
  const std::string text = Read(Fixture("trigger.old"));
  EXPECT_EQ(Values(text, "  resource"), "ui.honeycomb.io/trigger/HpSh0pTr1gg\n");
  EXPECT_EQ(Values(text, "  url"), "https://ui.honeycomb.io/acme/datasets/shop/result/g8\n");
}

TEST(Honeycomb, OfABurnAlertTheSloIsTheResource) {
  EXPECT_EQ(Read(Fixture("burn_alert")), R"(outcome: extracted
change: updated
  resource: ui.honeycomb.io/slo/yoSh0pSL0
  name: Checkout works
  title: [shop] Checkout works
  url: https://ui.honeycomb.io/acme/environments/prod/datasets/shop/slo/yoSh0pSL0
  description: With `checkout-v2` on
  integration_key: 
  text title: Checkout works
  text description: With `checkout-v2` on
  text result: Budget is exhausted in 4 hours
  labels: not carried
)");
}

TEST(Honeycomb, ATestIsAnswered) {
  EXPECT_EQ(Read(Fixture("test")), "outcome: handshake\nreply 200 application/json: {}\n");
}

TEST(Honeycomb, WhatHasNoPageIsIgnored) {
  const std::string ignored =
      "outcome: ignored\nreason: neither \"trigger_url\" nor \"slo_url\" is an alert's page\n";
  EXPECT_EQ(Read(R"({"name":"n"})"), ignored);
  EXPECT_EQ(Read(R"({"name":"n","trigger_url":"javascript:x/triggers/1"})"), ignored);
  EXPECT_EQ(Read(R"({"name":"n","trigger_url":"https://ui.honeycomb.io/t/triggers/%2e%2e"})"),
            ignored);
  EXPECT_EQ(Read(R"({"name":"n","id":"a b","result_url":"https://ui.honeycomb.io/r"})"), ignored);
  EXPECT_EQ(Read(R"({"name":"n","id":1,"result_url":null,"slo_url":7})"), ignored);
}

TEST(Honeycomb, WhatHasNoNameIsRefused) {
  const std::string refused =
      "outcome: malformed\nreason: no \"name\", as Honeycomb's default payloads have\n";
  EXPECT_EQ(Read("{}"), refused);
  EXPECT_EQ(Read(R"({"name":{},"slo":"x","is_test":"true"})"), refused);
}

TEST(Honeycomb, EveryBodyIsRead) {
  ReadEveryBody(Honeycomb(), Bodies("honeycomb", {}), {});
}

}  // namespace
}  // namespace flaglink::testing
