// The fixtures have the shape of developers.intercom.com/docs/webhooks and of its API's conversation
// ("v1": as before API version 2.0); what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Intercom() {
  static const LoadedAdapter adapter("intercom");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/intercom/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body) {
  return Intercom().Extract({.body = body});
}

TEST(Intercom, SignsTheBodyWithSha1) {
  const flaglink_adapter& adapter = Intercom().declaration();
  ASSERT_EQ(adapter.signature_count, 1u);
  const flaglink_signature& signature = adapter.signatures[0];
  EXPECT_STREQ(signature.algorithm, "hmac-sha1");
  EXPECT_STREQ(signature.header, "x-hub-signature");
  EXPECT_STREQ(signature.prefix, "sha1=");
  EXPECT_STREQ(signature.encoding, "hex");
  EXPECT_STREQ(signature.signed_content, "{body}");
  EXPECT_STREQ(adapter.delivery_id, "body:/id");
  EXPECT_STREQ(adapter.methods, "POST,HEAD");
}

TEST(Intercom, ANewConversationIsACreation) {
  EXPECT_EQ(Read(Fixture("conversation.user.created")), R"(outcome: extracted
change: created
  resource: acme1shop/195200042
  name: Intercom conversation 195200042
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: Conversation with Ada Lovelace
  url: https://app.intercom.com/a/apps/acme1shop/conversations/195200042
  description: Is checkout-v2 on for us?
  integration_key: 
  author: Ada Lovelace
  text subject: 
  text message: Is checkout-v2 on for us?
)");
}

TEST(Intercom, AReplyIsAPartAndTheConversationRidesAlong) {
  EXPECT_EQ(Read(Fixture("conversation.admin.replied")), R"(outcome: extracted
change: created
  resource: acme1shop/195200042
  name: Intercom conversation 195200042
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Conversation with Ada Lovelace
  url: https://app.intercom.com/a/apps/acme1shop/conversations/195200042
  description: Is checkout-v2 on for us?
  integration_key: 
  author: Ada Lovelace
  text subject: 
  text message: Is checkout-v2 on for us?
change: created
  resource: acme1shop/195200042
  name: Intercom conversation 195200042
  part: part-403900002
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Conversation with Ada Lovelace
  url: https://app.intercom.com/a/apps/acme1shop/conversations/195200042
  description: Is checkout-v2 on for us?
  integration_key: 
  author: Bob
  text reply: Not yet: flag https://app.launchdarkly.com/projects/default/flags/checkout-v2
  labels: not carried
)");
}

TEST(Intercom, ANoteIsPrivateAndItsConversationIsNot) {
  const std::string text = Read(Fixture("conversation.admin.noted"));
  EXPECT_EQ(Values(text, "  part"), "part-403900003\n");
  EXPECT_EQ(Values(text, "  private"), "yes\n");
  EXPECT_LT(text.find("  part: "), text.find("  private: "));
}

TEST(Intercom, AnAssignmentWithoutATextUpdatesTheConversationAlone) {
  EXPECT_EQ(Read(Fixture("conversation.admin.assigned")), R"(outcome: extracted
change: updated
  resource: acme1shop/195200042
  name: Intercom conversation 195200042
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Conversation with Ada Lovelace
  url: https://app.intercom.com/a/apps/acme1shop/conversations/195200042
  description: Is checkout-v2 on for us?
  integration_key: 
  author: Ada Lovelace
  text subject: 
  text message: Is checkout-v2 on for us?
  label: flag-checkout-v2
)");
}

TEST(Intercom, ARedactedPartIsDeleted) {
  const std::string text = Read(Fixture("conversation_part.redacted"));
  EXPECT_EQ(Values(text, "change"), "updated\ndeleted\n");
  EXPECT_EQ(Values(text, "  part"), "part-403900002\n");
  EXPECT_EQ(Values(text, "  texts"), "not carried\n");
}

TEST(Intercom, ADeletedConversationIsDeletedAtTheTimeOfTheEvent) {
  EXPECT_EQ(Read(Fixture("conversation.deleted")), R"(outcome: extracted
change: deleted
  resource: acme1shop/195200042
  name: Intercom conversation 195200042
  part_time: 1767614400000000
  content_time: 1767614400000000
  url: https://app.intercom.com/a/apps/acme1shop/conversations/195200042
  integration_key: 
  texts: not carried
  labels: not carried
)");
}

TEST(Intercom, TheOlderShapeIsReadAsWell) {
  EXPECT_EQ(Read(Fixture("conversation.user.replied.v1")), R"(outcome: extracted
change: created
  resource: acme1shop/21320001
  name: Intercom conversation 21320001
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: A question
  url: https://app.intercom.io/a/apps/acme1shop/conversations/21320001
  description: Hello
  integration_key: 
  author: Carol
  text subject: A question
  text message: Hello
change: created
  resource: acme1shop/21320001
  name: Intercom conversation 21320001
  part: part-282400001
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: A question
  url: https://app.intercom.io/a/apps/acme1shop/conversations/21320001
  description: Hello
  integration_key: 
  author: Carol
  text reply: Where is `checkout-v2`?
  labels: not carried
)");
}

TEST(Intercom, ABotIsMarked) {
  const std::string body =
      Replaced(Fixture("conversation.admin.replied"), R"("type": "admin")", R"("type": "bot")");
  EXPECT_EQ(Values(Read(body), "  bot"), "yes\n");
  EXPECT_EQ(Values(Read(Fixture("conversation.admin.replied")), "  bot"), "");
}

TEST(Intercom, AnEmptyListOfTagsClearsAndAnAbsentOneDoesNot) {
  const std::string body = Fixture("conversation.user.created");
  EXPECT_EQ(Values(Read(body), "  labels"), "");
  EXPECT_EQ(Values(Read(Replaced(body, R"("tags": {)", R"("other": {)")), "  labels"),
            "not carried\n");
}

TEST(Intercom, AWorkspaceElsewhereHasItsOwnSite) {
  EXPECT_EQ(Values(Intercom().Extract({.body = Fixture("conversation.user.created"),
                                       .options = {{"site", "https://app.eu.intercom.com"}}}),
                   "  url"),
            "https://app.eu.intercom.com/a/apps/acme1shop/conversations/195200042\n");
  const std::string problem =
      "site is where teammates sign in, without a slash at its end: "
      "\"https://app.eu.intercom.com\"";
  EXPECT_EQ(Intercom().CheckOptions({}), "");
  EXPECT_EQ(Intercom().CheckOptions({{"site", "https://app.eu.intercom.com"}}), "");
  EXPECT_EQ(Intercom().CheckOptions({{"site", "https://app.eu.intercom.com/"}}), problem);
  EXPECT_EQ(Intercom().CheckOptions({{"site", "app.eu.intercom.com"}}), problem);
}

TEST(Intercom, AConversationsLinkCounts) {
  const std::string body = Replaced(Fixture("conversation.user.replied.v1"),
                                    "https://app.intercom.io/a", "javascript:alert(1)//a");
  EXPECT_EQ(Values(Read(body), "  url"),
            "https://app.intercom.com/a/apps/acme1shop/conversations/21320001\n"
            "https://app.intercom.com/a/apps/acme1shop/conversations/21320001\n");
}

TEST(Intercom, APingIsAnswered) {
  EXPECT_EQ(Read(Fixture("ping")), "outcome: handshake\nreply 200 application/json: {}\n");
}

TEST(Intercom, WhatIsNoConversationIsIgnored) {
  EXPECT_EQ(Read(Fixture("contact.created")),
            "outcome: ignored\n"
            "reason: Intercom's topic \"contact.created\" is not about a conversation\n");
}

TEST(Intercom, WhatIsNotAsDocumentedIsRefused) {
  const std::string refused = "outcome: malformed\nreason: a conversation without app_id and id\n";
  EXPECT_EQ(Read("{}"),
            "outcome: malformed\n"
            "reason: no \"topic\", as every notification of Intercom has one\n");
  const auto item = [](const std::string& app, const std::string& id) {
    return R"({"topic":"conversation.user.created","app_id":)" + app +
           R"(,"data":{"item":{"type":"conversation","id":)" + id + "}}}";
  };
  EXPECT_EQ(Read(item("null", "1")), refused);
  EXPECT_EQ(Read(item(R"("a/b")", "1")), refused);
  EXPECT_EQ(Read(item(R"("a")", R"("../1")")), refused);
  EXPECT_EQ(Read(item(R"("a")", "{}")), refused);
  EXPECT_EQ(Read(item(R"("a")", "1")),
            "outcome: extracted\nchange: created\n  resource: a/1\n"
            "  name: Intercom conversation 1\n"
            "  url: https://app.intercom.com/a/apps/a/conversations/1\n  integration_key: \n"
            "  texts: not carried\n  labels: not carried\n");
}

TEST(Intercom, EveryBodyGivesChangesAnAnswerOrAReason) {
  ReadEveryBody(Intercom(), Bodies("intercom", {"intercom"}), {});
}

}  // namespace
}  // namespace flaglink::testing
