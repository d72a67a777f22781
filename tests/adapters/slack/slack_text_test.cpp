// How Slack's markup comes out as text, seen through a message.
#include <gtest/gtest.h>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

// `members` are JSON members of a message; the answer is its text of that name, new lines as \n.
std::string Text(const std::string& name, const std::string& members) {
  static const LoadedAdapter slack("slack");
  const std::string text = slack.Extract(
      {.body =
           R"({"type": "event_callback", "team_id": "T1", "event": {"type": "message", "channel": "C1",
                   "ts": "1767225600.000100", )" +
           members + "}}",
       .options = {{"workspace", "acme"}}});
  std::string value = Values(text, "  text " + name);
  if (!value.empty()) value.pop_back();
  return value;
}

std::string Mrkdwn(const std::string& mrkdwn) {
  return Text("message", "\"text\": \"" + mrkdwn + '"');
}
std::string Blocks(const std::string& blocks) {
  return Text("blocks", "\"blocks\": " + blocks);
}

TEST(Mrkdwn, LinksKeepTheirUrlBehindTheirLabel) {
  EXPECT_EQ(Mrkdwn("<https://a.example/x>"), "https://a.example/x");
  EXPECT_EQ(Mrkdwn("see <https://a.example/x?a=1&amp;b=2|the flag>."),
            "see the flag https://a.example/x?a=1&b=2.");
  EXPECT_EQ(Mrkdwn("<https://a.example|https://a.example>"), "https://a.example");
}

TEST(Mrkdwn, EntitiesAreUndoneAfterTokensAreTakenApart) {
  EXPECT_EQ(Mrkdwn("a &lt;b|c&gt; &amp;lt; &copy; &"), "a <b|c> &lt; &copy; &");
  EXPECT_EQ(Mrkdwn("a < b"), "a < b");
}

TEST(Mrkdwn, UsersChannelsGroupsAndEmojiAreNoText) {
  EXPECT_EQ(Mrkdwn("<@U1>a<#C1|checkout-v2>b<!here>c<!subteam^S1|@checkout-v2>"), "abc");
  EXPECT_EQ(Mrkdwn("on :checkout-v2: :wave::skin-tone-2:!"), "on  !");
}

TEST(Mrkdwn, AColonBehindAWordIsNoEmoji) {
  EXPECT_EQ(Mrkdwn("flag:checkout-v2: is on at 10:30:45"), "flag:checkout-v2: is on at 10:30:45");
  EXPECT_EQ(Mrkdwn("a ::b: :c :d"), "a : :c :d");
}

TEST(Mrkdwn, CodeKeepsItsBackticksAndItsColons) {
  EXPECT_EQ(Mrkdwn("`checkout-v2` `:tada:`"), "`checkout-v2` `:tada:`");
}

TEST(Mrkdwn, HundredThousandOpeningsAreReadInLinearTime) {
  std::string mrkdwn;
  for (int i = 0; i < 100'000; ++i) mrkdwn += "<& :";
  EXPECT_FALSE(Mrkdwn(mrkdwn).empty());
}

TEST(Blocks, PreformattedTextIsQuotedLineByLine) {
  EXPECT_EQ(Blocks(R"([{"type": "rich_text", "elements": [
      {"type": "rich_text_section", "elements": [{"type": "text", "text": "run"}]},
      {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a\n\nb "},
                                                      {"type": "link", "url": "https://x.example"}]}]}])"),
            "run\\n`a`\\n`b https://x.example`");
}

TEST(Blocks, ListsNestAndSectionsFieldsAndButtonsAreRead) {
  EXPECT_EQ(Blocks(R"([
      {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": [
          {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
          {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]}]}]},
      {"type": "header", "text": {"type": "plain_text", "text": "Rollout"}},
      {"type": "section", "text": {"type": "mrkdwn", "text": "<https://a.example|flag>"},
       "fields": [{"type": "mrkdwn", "text": "`checkout-v2`"}],
       "accessory": {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "url": "https://b.example"}},
      {"type": "context", "elements": [{"type": "image", "image_url": "https://c.example"},
                                       {"type": "plain_text", "text": "small"}]}])"),
            "one\\ntwo\\nRollout\\nflag "
            "https://a.example\\nOpen\\nhttps://b.example\\n`checkout-v2`\\nsmall");
}

TEST(Blocks, WhatIsNoBlockIsNoText) {
  EXPECT_EQ(Blocks("[1, null, {}, {\"type\": 7}, [\"a\"]]"), "");
  EXPECT_EQ(Blocks("{\"type\": \"header\"}"), "");
}

TEST(Attachments, TheFallbackStandsOnlyWhereThereIsNothingElse) {
  EXPECT_EQ(Text("attachments", R"("attachments": [{"fallback": "checkout-v2"},
                                                   {"fallback": "no", "text": "yes"}])"),
            "checkout-v2\\nyes");
}

}  // namespace
}  // namespace flaglink::testing
