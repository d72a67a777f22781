// How Jira's markups come out as text, seen through a comment's body.
#include <gtest/gtest.h>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

std::string Escaped(const std::string& text) {
  std::string json;
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return json;
}

// `body` is JSON; the answer has its new lines as \n.
std::string CommentText(const std::string& body) {
  static const LoadedAdapter jira("jira");
  const std::string text = jira.Extract(
      {.body = R"({"webhookEvent": "comment_created", "comment": {"id": "1", "body": )" + body +
               R"(}, "issue": {"id": "1", "key": "A-1",
                  "self": "https://acme.atlassian.net/rest/api/2/issue/1"}})"});
  const std::string start = "  text comment: ";
  const std::size_t at = text.find(start);
  if (at == std::string::npos) return text;
  return text.substr(at + start.size(), text.find('\n', at) - at - start.size());
}

std::string Wiki(const std::string& wiki) {
  return CommentText('"' + Escaped(wiki) + '"');
}

TEST(WikiText, MonospacedTextIsQuoted) {
  EXPECT_EQ(Wiki("turn {{checkout-v2}} on"), "turn `checkout-v2` on");
  EXPECT_EQ(Wiki("{{checkout\\-v2}}"), "`checkout-v2`");
  EXPECT_EQ(Wiki("{{open\nclosed}}"), "{{open\\nclosed}}");
  EXPECT_EQ(Wiki("{{}} {{a"), "{{}} {{a");
}

TEST(WikiText, EscapesAreUndone) {
  EXPECT_EQ(Wiki("checkout\\-v2 and new\\_cart\\!"), "checkout-v2 and new_cart!");
  EXPECT_EQ(Wiki("one\\\\two"), "one\\ntwo");
  EXPECT_EQ(Wiki("C:\\temp\\"), "C:\\temp\\");
}

TEST(WikiText, LinksKeepTheirUrlBehindTheirText) {
  EXPECT_EQ(Wiki("[the flag|https://app.launchdarkly.com/a/b/features/c]."),
            "the flag https://app.launchdarkly.com/a/b/features/c.");
  EXPECT_EQ(Wiki("[https://a.example/x]"), "https://a.example/x");
  EXPECT_EQ(Wiki("[https://a.example/x|https://a.example/x|smart-link]"), "https://a.example/x");
  EXPECT_EQ(Wiki("[x|https://a.example/a\\_b]"), "x https://a.example/a_b");
  EXPECT_EQ(Wiki("[text|#anchor] [checkout-v2] [open"), "text [checkout-v2] [open");
}

TEST(WikiText, MentionsAndAttachmentsAreNoText) {
  EXPECT_EQ(Wiki("[~accountid:5c5f] look at [^checkout-v2.png]!"), "look at !");
}

TEST(WikiText, CodeIsTakenAsItIsAndQuotedLineByLine) {
  EXPECT_EQ(Wiki("see {code:java|title=A.java}\nif (on)\n\n  [x|y]\n{code} done"),
            "see \\n`if (on)`\\n`  [x|y]`\\n done");
  EXPECT_EQ(Wiki("{noformat}checkout-v2{noformat}"), "`checkout-v2`");
  EXPECT_EQ(Wiki("{code}a `b` c{code}"), "a `b` c");
  EXPECT_EQ(Wiki("{code}never closed"), "{code}never closed");
}

TEST(WikiText, MacrosVanishAndOtherBracesStay) {
  EXPECT_EQ(Wiki("check{color:red}out{color}-v2"), "checkout-v2");
  EXPECT_EQ(Wiki("before{quote}inside{quote}after"), "before\\ninside\\nafter");
  EXPECT_EQ(Wiki("{panel:title=A}b{panel}"), "b");
  EXPECT_EQ(Wiki("{checkout-v2} {"), "{checkout-v2} {");
}

TEST(WikiText, HeadingsLoseTheirMark) {
  EXPECT_EQ(Wiki("h2. Rollout\nbq. quoted\nnot h2. here"), "Rollout\\nquoted\\nnot h2. here");
}

TEST(WikiText, AMillionOpeningsAreReadInLinearTime) {
  std::string wiki;
  for (int i = 0; i < 100'000; ++i) wiki += "{{[{code}{";
  const std::string closed = wiki + "\n}}]{code}";
  EXPECT_FALSE(Wiki(closed).empty());
}

TEST(AdfText, TextLinksCardsAndCodeAreKept) {
  EXPECT_EQ(CommentText(R"({"type": "doc", "version": 1, "content": [
    {"type": "paragraph", "content": [
      {"type": "mention", "attrs": {"id": "5c5f", "text": "@Ada"}},
      {"type": "text", "text": "turn "},
      {"type": "text", "text": "checkout-v2", "marks": [{"type": "code"}]},
      {"type": "text", "text": " on: "},
      {"type": "text", "text": "flag", "marks": [{"type": "link", "attrs": {"href": "https://a.example/f"}}]},
      {"type": "hardBreak"},
      {"type": "inlineCard", "attrs": {"url": "https://a.example/card"}}]},
    {"type": "codeBlock", "attrs": {"language": "java"}, "content": [{"type": "text", "text": "a\nb"}]},
    {"type": "bulletList", "content": [{"type": "listItem", "content": [
      {"type": "paragraph", "content": [{"type": "text", "text": "one"}]}]}]}]})"),
            "turn `checkout-v2` on: flag https://a.example/f\\nhttps://a.example/card "
            "\\n`a`\\n`b`\\none");
}

TEST(AdfText, WhatIsNeitherMarkupIsEmpty) {
  EXPECT_EQ(CommentText("null"), "");
  EXPECT_EQ(CommentText("7"), "");
  EXPECT_EQ(CommentText("{\"type\": 1, \"content\": {\"a\": []}}"), "");
}

}  // namespace
}  // namespace flaglink::testing
