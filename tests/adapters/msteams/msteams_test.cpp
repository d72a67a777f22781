// The fixtures have the shape of a Bot Framework activity as Teams sends it to an outgoing webhook;
// what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Msteams() {
  static const LoadedAdapter adapter("msteams");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/msteams/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body) {
  return Msteams().Extract({.body = body});
}

const std::string kReply =
    "reply 200 application/json: {\"type\":\"message\",\"text\":\"Flags that this message names "
    "get a "
    "link to it.\"}\n";

TEST(Msteams, SignsTheBodyWithAKeyInBase64InTheAuthorizationHeader) {
  const flaglink_adapter& adapter = Msteams().declaration();
  ASSERT_EQ(adapter.signature_count, 1u);
  const flaglink_signature& signature = adapter.signatures[0];
  EXPECT_STREQ(signature.algorithm, "hmac-sha256");
  EXPECT_STREQ(signature.header, "authorization");
  EXPECT_STREQ(signature.prefix, "HMAC ");
  EXPECT_STREQ(signature.encoding, "base64");
  EXPECT_STREQ(signature.key_encoding, "base64");
  EXPECT_STREQ(signature.signed_content, "{body}");
  EXPECT_EQ(signature.timestamp, nullptr);
  EXPECT_EQ(adapter.delivery_id, nullptr);
}

TEST(Msteams, AMessageIsALinkWithAWholeCardAndAnAnswerInTheChannel) {
  EXPECT_EQ(Read(Fixture("message")), R"(outcome: extracted
change: created
  resource: 99999999-8888-4777-8666-555555555555/19:acme0shop1checkout@thread.tacv2/1767603600123
  name: Teams message 1767603600123
  part_time: 1767603600123000
  content_time: 1767603600123000
  created: 1767603600123
  title: Message in Microsoft Teams
  url: https://teams.microsoft.com/l/message/19%3Aacme0shop1checkout%40thread.tacv2/1767603600123?tenantId=99999999-8888-4777-8666-555555555555
  description: we turn `checkout-v2` on, see the flag https://app.launchdarkly.com/projects/default/flags/checkout-v2?env=test&x=1
  integration_key: msteams-app
  author: Ada Lovelace
  metadata avatarUrl?: https://teams.microsoft.com/favicon.ico
  metadata displayName: Ada Lovelace
  metadata channelName?: Teams
  metadata message: we turn `checkout-v2` on, see the flag https://app.launchdarkly.com/projects/default/flags/checkout-v2?env=test&x=1
  text message: we turn `checkout-v2` on, see the flag https://app.launchdarkly.com/projects/default/flags/checkout-v2?env=test&x=1
  labels: not carried
reply 200 application/json: {"type":"message","text":"Flags that this message names get a link to it."}
)");
}

TEST(Msteams, AReplyIsAResourceOfItsOwnThatOpensInItsThread) {
  EXPECT_EQ(Read(Fixture("reply")), R"(outcome: extracted
change: created
  resource: 19:acme0shop1checkout@thread.skype/1767607200456
  name: Teams message 1767607200456
  part_time: 1767607200456000
  content_time: 1767607200456000
  created: 1767607200456
  title: Message in Microsoft Teams
  url: https://teams.microsoft.com/l/message/19%3Aacme0shop1checkout%40thread.skype/1767607200456?parentMessageId=1767603600123
  description: flag:checkout-v2 & more
  integration_key: msteams-app
  author: Bob
  metadata avatarUrl?: https://teams.microsoft.com/favicon.ico
  metadata displayName: Bob
  metadata channelName?: Teams
  metadata message: flag:checkout-v2 & more
  text message: flag:checkout-v2 & more
  labels: not carried
reply 200 application/json: {"type":"message","text":"Flags that this message names get a link to it."}
)");
}

TEST(Msteams, AChannelIsCalledAsTheOptionsOrTheBodySay) {
  const std::string channel = "channels.19:acme0shop1checkout@thread.tacv2";
  const std::string named =
      Msteams().Extract({.body = Fixture("message"), .options = {{channel, "checkout"}}});
  EXPECT_EQ(Values(named, "  title"), "Message in #checkout\n");
  EXPECT_EQ(Values(named, "  metadata channelName"), "checkout\n");
  const std::string body = Replaced(Fixture("message"), R"("name": null)", R"("name": "General")");
  EXPECT_EQ(Values(Read(body), "  metadata channelName"), "General\n");
}

TEST(Msteams, AMentionWithoutATextIsToldHowToUseIt) {
  EXPECT_EQ(Read(Fixture("mention_alone")), R"(outcome: handshake
reply 200 application/json: {"type":"message","text":"Mention me together with a flag's key or its LaunchDarkly URL, and the flag gets a link to your message."}
)");
}

// What is left of a message's text.
std::string MessageOf(const std::string& text) {
  return Values(Read(R"({"type":"message","id":"1","text":")" + text +
                     R"(","channelData":{"teamsChannelId":"19:a@thread.skype"}})"),
                "  text message");
}

TEST(Msteams, MentionsAreNoText) {
  EXPECT_EQ(MessageOf("<at>checkout-v1</at> checkout-v2"), "checkout-v2\n");
  EXPECT_EQ(MessageOf("one<at id='0'>Ada</at>two"), "one two\n");
  EXPECT_EQ(MessageOf("<span>kept</span> <AT>gone</AT>"), "kept\n");
  EXPECT_EQ(MessageOf("before <at>never closed"), "before\n");
  EXPECT_EQ(MessageOf("a < b and b > c"), "a < b and b > c\n");
  EXPECT_EQ(MessageOf("</at>checkout-v2"), "checkout-v2\n");
}

TEST(Msteams, OtherActivitiesAreIgnored) {
  EXPECT_EQ(
      Read(Fixture("conversation_update")),
      "outcome: ignored\nreason: an activity of Teams that is no message: conversationUpdate\n");
}

TEST(Msteams, BotsAndChatsAreMarked) {
  const std::string bot = Replaced(Fixture("reply"), "29:1aCMEbob", "28:1aCMEbot");
  EXPECT_EQ(Values(Read(bot), "  bot"), "yes\n");
  const std::string chat = Replaced(Fixture("message"), R"("channel",)", R"("groupChat",)");
  EXPECT_EQ(Values(Read(chat), "  private"), "yes\n");
  EXPECT_EQ(Values(Read(Fixture("message")), "  private"), "");
}

TEST(Msteams, TheCardIsWholeWhateverTheBodyLacks) {
  const std::string bare = Read(R"({"type":"message","id":1767603600123,"text":"x","from":null,)"
                                R"("conversation":{"id":"19:a@thread.skype"}})");
  EXPECT_EQ(bare,
            "outcome: extracted\nchange: created\n"
            "  resource: 19:a@thread.skype/1767603600123\n"
            "  name: Teams message 1767603600123\n"
            "  title: Message in Microsoft Teams\n"
            "  url: https://teams.microsoft.com/l/message/19%3Aa%40thread.skype/1767603600123\n"
            "  description: x\n  integration_key: msteams-app\n"
            "  metadata avatarUrl?: https://teams.microsoft.com/favicon.ico\n"
            "  metadata displayName?: Microsoft Teams\n  metadata channelName?: Teams\n"
            "  metadata message: x\n  text message: x\n  labels: not carried\n" +
                kReply);
}

TEST(Msteams, WhatIsNotAsDocumentedIsRefused) {
  const std::string misplaced =
      "outcome: malformed\nreason: a message whose id, channel or tenant is not as Teams writes "
      "them\n";
  EXPECT_EQ(Read("[]"), "outcome: malformed\nreason: JSON, but no object\n");
  EXPECT_EQ(Read("{}"),
            "outcome: malformed\nreason: no \"type\", as every activity of Teams has one\n");
  EXPECT_EQ(Read(R"({"type":"message","text":[]})"), misplaced);
  EXPECT_EQ(Read(Replaced(Fixture("reply"), "1767607200456", "../x")), misplaced);
  EXPECT_EQ(Read(Replaced(Fixture("reply"), "messageid=1767603600123", "messageid=1 2")),
            misplaced);
  EXPECT_EQ(Read(Replaced(Fixture("reply"), R"("teamsChannelId": "19:)",
                          R"("teamsChannelId": "javascript:/)")),
            misplaced);
  EXPECT_EQ(
      Read(Replaced(Fixture("message"), R"("tenant": {"id": "9999)", R"("tenant": {"id": "x&y=)")),
      misplaced);
}

TEST(Msteams, EveryBodyGivesALinkAnAnswerOrAReason) {
  ReadEveryBody(Msteams(), Bodies("msteams", {}), {});
}

}  // namespace
}  // namespace flaglink::testing
