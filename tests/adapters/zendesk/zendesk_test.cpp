// The fixtures have the shape of developer.zendesk.com/api-reference/webhooks/event-types/ticket-events
// and of the trigger in README.md; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Zendesk() {
  static const LoadedAdapter adapter("zendesk");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/zendesk/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body) {
  return Zendesk().Extract({.body = body, .options = {{"subdomain", "acme"}}});
}

TEST(Zendesk, SignsTimeAndBodyInBase64) {
  const flaglink_adapter& adapter = Zendesk().declaration();
  ASSERT_EQ(adapter.signature_count, 1u);
  const flaglink_signature& signature = adapter.signatures[0];
  EXPECT_STREQ(signature.algorithm, "hmac-sha256");
  EXPECT_STREQ(signature.header, "x-zendesk-webhook-signature");
  EXPECT_STREQ(signature.encoding, "base64");
  EXPECT_STREQ(signature.key_encoding, "text");
  EXPECT_STREQ(signature.signed_content, "{timestamp}{body}");
  EXPECT_STREQ(signature.timestamp, "header:x-zendesk-webhook-signature-timestamp");
  EXPECT_STREQ(signature.timestamp_unit, "iso8601");
  EXPECT_EQ(signature.past_seconds, 300u);
  EXPECT_EQ(signature.future_seconds, 300u);
  EXPECT_STREQ(adapter.delivery_id, "header:x-zendesk-webhook-invocation-id");
}

TEST(Zendesk, ANewTicketIsACreation) {
  EXPECT_EQ(Read(Fixture("ticket.created")), R"(outcome: extracted
change: created
  resource: acme.zendesk.com/5158
  name: acme#5158
  part_time: 1767603600500000
  content_time: 1767603600500000
  created: 1767603600000
  title: Checkout is odd (#5158)
  url: https://acme.zendesk.com/agent/tickets/5158
  description: The new page shows checkout-v2 twice.
  integration_key: 
  author: 700001
  text subject: Checkout is odd
  text description: The new page shows checkout-v2 twice.
  label: shop
  label: flag-checkout-v2
)");
}

TEST(Zendesk, AnyOtherEventCarriesTheTicketAsItIsNow) {
  const std::string changed = Read(Fixture("ticket.description_changed"));
  EXPECT_EQ(changed, R"(outcome: extracted
change: updated
  resource: acme.zendesk.com/5158
  name: acme#5158
  part_time: 1767605401204000
  content_time: 1767605401204000
  created: 1767603600000
  title: Checkout is odd (#5158)
  url: https://acme.zendesk.com/agent/tickets/5158
  description: The new page shows checkout-v2 twice.
  integration_key: 
  author: 700001
  text subject: Checkout is odd
  text description: The new page shows checkout-v2 twice.
  label: shop
  label: flag-checkout-v2
)");
  EXPECT_EQ(Read(Fixture("ticket.tags_changed")), changed);
}

TEST(Zendesk, ACommentIsAPartOfItsTicket) {
  EXPECT_EQ(Read(Fixture("ticket.comment_added")), R"(outcome: extracted
change: created
  resource: acme.zendesk.com/5158
  name: acme#5158
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Checkout is odd (#5158)
  url: https://acme.zendesk.com/agent/tickets/5158
  description: The new page shows checkout-v2 twice.
  integration_key: 
  author: 700001
  text subject: Checkout is odd
  text description: The new page shows checkout-v2 twice.
  label: shop
  label: flag-checkout-v2
change: created
  resource: acme.zendesk.com/5158
  name: acme#5158
  part: comment-9001
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Checkout is odd (#5158)
  url: https://acme.zendesk.com/agent/tickets/5158
  description: The new page shows checkout-v2 twice.
  integration_key: 
  author: Bob
  text comment: Turned checkout-v2 off for you.
  labels: not carried
)");
}

TEST(Zendesk, AnInternalNoteIsPrivateAndItsTicketIsNot) {
  const std::string text = Read(Fixture("ticket.comment_added.internal"));
  EXPECT_EQ(Values(text, "  part"), "comment-9002\n");
  EXPECT_EQ(Values(text, "  private"), "yes\n");
  EXPECT_LT(text.find("  part: "), text.find("  private: "));
}

TEST(Zendesk, ATicketOfInternalNotesAloneIsPrivate) {
  const std::string body =
      Replaced(Fixture("ticket.created"), R"("is_public": true)", R"("is_public": false)");
  EXPECT_EQ(Values(Read(body), "  private"), "yes\n");
}

TEST(Zendesk, ADeletionNamesNothing) {
  EXPECT_EQ(Read(Fixture("ticket.soft_deleted")), R"(outcome: extracted
change: deleted
  resource: acme.zendesk.com/5158
  name: acme#5158
  part_time: 1767610800000000
  content_time: 1767610800000000
  created: 1767603600000
  title: Checkout is odd (#5158)
  url: https://acme.zendesk.com/agent/tickets/5158
  description: The new page shows checkout-v2 twice.
  integration_key: 
  author: 700001
  texts: not carried
  labels: not carried
)");
}

TEST(Zendesk, ATriggersJsonNamesItsSite) {
  EXPECT_EQ(Zendesk().Extract({.body = Fixture("trigger")}), R"(outcome: extracted
change: updated
  resource: acme.zendesk.com/5158
  name: acme#5158
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Checkout is odd (#5158)
  url: https://acme.zendesk.com/agent/tickets/5158
  description: The new page shows checkout-v2 twice.
  integration_key: 
  author: Ada Lovelace
  text subject: Checkout is odd
  text description: The new page shows checkout-v2 twice.
  label: shop
  label: flag-checkout-v2
change: updated
  resource: acme.zendesk.com/5158
  name: acme#5158
  part: latest-comment
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Checkout is odd (#5158)
  url: https://acme.zendesk.com/agent/tickets/5158
  description: The new page shows checkout-v2 twice.
  integration_key: 
  author: Bob
  text comment: Turned checkout-v2 off.
  labels: not carried
)");
}

TEST(Zendesk, ATriggerThatLeavesTheDescriptionOutLeavesTheTextsAsTheyWere) {
  EXPECT_EQ(Zendesk().Extract({.body = Fixture("trigger.flat")}), R"(outcome: extracted
change: updated
  resource: acme.zendesk.com/5158
  name: acme#5158
  part_time: 1767614400000000
  content_time: 1767614400000000
  title: Checkout is odd (#5158)
  url: https://acme.zendesk.com/agent/tickets/5158
  integration_key: 
  texts: not carried
  label: shop
)");
}

TEST(Zendesk, AnEmptyDescriptionIsNotAnAbsentOne) {
  const std::string text =
      Read(Replaced(Fixture("ticket.created"), "The new page shows checkout-v2 twice.", ""));
  EXPECT_EQ(Values(text, "  description"), "This ticket has no description.\n");
  EXPECT_EQ(Values(text, "  text description"), "\n");
}

TEST(Zendesk, TheOptionsSiteIsTheOneThatCounts) {
  const std::string text =
      Zendesk().Extract({.body = Fixture("trigger.flat"), .options = {{"subdomain", "acme-eu"}}});
  EXPECT_EQ(Values(text, "  resource"), "acme-eu.zendesk.com/5158\n");
  EXPECT_EQ(Values(text, "  url"), "https://acme-eu.zendesk.com/agent/tickets/5158\n");
}

TEST(Zendesk, ASubdomainIsCheckedAtLoad) {
  EXPECT_EQ(Zendesk().CheckOptions({}), "");
  EXPECT_EQ(Zendesk().CheckOptions({{"subdomain", "acme-eu"}}), "");
  EXPECT_EQ(Zendesk().CheckOptions({{"subdomain", "https://acme.zendesk.com"}}),
            "subdomain is the \"acme\" of https://acme.zendesk.com");
}

TEST(Zendesk, WhatIsNoTicketIsIgnored) {
  EXPECT_EQ(Read(Fixture("user.created")),
            "outcome: ignored\nreason: not about a ticket: zen:event-type:user.created\n");
}

TEST(Zendesk, WhatIsNotAsDocumentedIsRefused) {
  const auto refused = [](const std::string& reason) {
    return "outcome: malformed\nreason: " + reason + "\n";
  };
  const std::string neither =
      refused("neither an event of Zendesk nor a trigger's JSON with a ticket's id and URL");
  EXPECT_EQ(Zendesk().Extract({.body = Fixture("ticket.created")}),
            refused("set the option subdomain: the body has none"));
  EXPECT_EQ(Read(R"({"type":"zen:event-type:ticket.created","detail":{"id":"../1"}})"),
            refused("no ticket's id in \"detail\""));
  EXPECT_EQ(Read(R"({"type":"zen:event-type:ticket.comment_added","detail":{"id":1},"event":[]})"),
            refused("a comment_added event without a comment's id"));
  EXPECT_EQ(Read("{}"), neither);
  EXPECT_EQ(Read(R"({"ticket":{"id":"1 2"}})"), neither);
  EXPECT_EQ(Zendesk().Extract({.body = R"({"id":1,"url":"javascript://acme/1"})"}), neither);
  EXPECT_EQ(Zendesk().Extract({.body = R"({"id":1,"url":["acme.zendesk.com"]})"}), neither);
  EXPECT_EQ(Zendesk().Extract({.body = R"({"id":1,"url":"acme .com/1"})"}), neither);
}

TEST(Zendesk, WrongTypesAreReadAsAbsent) {
  EXPECT_EQ(Read(R"({"id":7,"subject":null,"description":{},"tags":3,"updated_at":false,)"
                 R"("is_public":"no","latest_comment":1})"),
            "outcome: extracted\nchange: updated\n  resource: acme.zendesk.com/7\n  name: acme#7\n"
            "  url: https://acme.zendesk.com/agent/tickets/7\n  integration_key: \n"
            "  texts: not carried\n  labels: not carried\n");
}

TEST(Zendesk, EveryBodyGivesChangesOrAReason) {
  ReadEveryBody(Zendesk(), Bodies("zendesk", {"zendesk"}), {{"subdomain", "acme"}});
}

}  // namespace
}  // namespace flaglink::testing
