#include "adapters/sdk/markup.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace flaglink {
namespace {

constexpr std::string_view kFlag =
    "https://app.launchdarkly.com/projects/default/flags/my_new_flag";

std::string Repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(StripMarkdown, LeavesProseAsItIs) {
  EXPECT_EQ(StripMarkdown("- one: 2 * 3 < 7 & a_b_c\n1. two [ ] (x)\n"),
            "- one: 2 * 3 < 7 & a_b_c\n1. two [ ] (x)");
}

TEST(StripMarkdown, RemovesCommentsInALineAndAcrossBlankLines) {
  EXPECT_EQ(StripMarkdown("a <!-- flag:x --> b\r\n<!-- template\r\n\r\nflag:y\r\n--> c"),
            "a  b\n c");
}

TEST(StripMarkdown, RemovesTheRestBehindACommentThatNeverEnds) {
  EXPECT_EQ(StripMarkdown("seen\n<!-- flag:x\n\nflag:y"), "seen");
}

TEST(StripMarkdown, KeepsACommentThatStandsInCode) {
  EXPECT_EQ(StripMarkdown("`<!-- flag:x -->`\n```\n<!-- flag:y -->\n```"),
            "`<!-- flag:x -->`\n`<!-- flag:y -->`");
}

TEST(StripMarkdown, KeepsCodeBetweenBackticks) {
  EXPECT_EQ(StripMarkdown("turn `checkout` and `` a`b `` and ``` `c` ``` on"),
            "turn `checkout` and `a`b` and ``c`` on");
}

TEST(StripMarkdown, LeavesABacktickThatIsNeverClosedInItsParagraph) {
  EXPECT_EQ(StripMarkdown("it`s [a](u)\n\nand `b`"), "it`s a u\n\nand `b`");
}

TEST(StripMarkdown, QuotesFencedCodeLineByLine) {
  EXPECT_EQ(StripMarkdown("see\n```js\ncheckout\n\n  if (*a* && b)\n```\n~~~~\n~~~\n~~~~\nend"),
            "see\n`checkout`\n`if (*a* && b)`\n`~~~`\nend");
}

TEST(StripMarkdown, EndsFencedCodeWithTheQuoteThatHoldsIt) {
  EXPECT_EQ(StripMarkdown("> ```\n> checkout\nnot *code*"), "`checkout`\nnot code");
}

TEST(StripMarkdown, ReadsFencedCodeThatNeverEndsToTheEnd) {
  EXPECT_EQ(StripMarkdown("```\ncheckout\n\n*x*"), "`checkout`\n`*x*`");
}

TEST(StripMarkdown, WritesALinkAsItsTextAndItsUrl) {
  EXPECT_EQ(
      StripMarkdown("see [the flag](https://x.test/a_b_c) now, ![shot](<https://x.test/a b>)."),
      "see the flag https://x.test/a_b_c now, shot https://x.test/a%20b .");
}

TEST(StripMarkdown, ReadsADestinationWithParenthesesEscapesAndEntities) {
  EXPECT_EQ(StripMarkdown(R"([a](https://x.test/(b)?c\_d&amp;e) [f](https://x.test/g "a title"))"),
            R"(a https://x.test/(b)?c_d&e f https://x.test/g "a title"))");
}

TEST(StripMarkdown, WritesALinkInsideALink) {
  EXPECT_EQ(StripMarkdown("[![badge](https://x.test/b.svg)](https://x.test/run)"),
            "badge https://x.test/b.svg https://x.test/run");
}

TEST(StripMarkdown, LeavesReferenceLinksReadable) {
  EXPECT_EQ(StripMarkdown(
                "[a flag][1] and [2]\n\n[1]: https://x.test/a_b_c \"t\"\n[2]: <https://x.test/d>"),
            "[a flag][1] and [2]\n\n[1]: https://x.test/a_b_c \"t\"\n[2]: https://x.test/d");
}

TEST(StripMarkdown, KeepsABareUrlByteForByte) {
  EXPECT_EQ(StripMarkdown("*_x* https://x.test/_a_/*b*?c=~d~&e=%5f#_f and *g*"),
            "_x https://x.test/_a_/*b*?c=~d~&e=%5f#_f and g");
  EXPECT_EQ(StripMarkdown("HTTPS://x.test/__init__.py, (http://x.test/a_(b)_c)."),
            "HTTPS://x.test/__init__.py, (http://x.test/a_(b)_c).");
}

TEST(StripMarkdown, TakesTheMarkupAroundABareUrlOff) {
  const std::string flag(kFlag);
  EXPECT_EQ(StripMarkdown("**" + flag + "** _" + flag + "_ [" + flag + "](" + flag + ")"),
            flag + " " + flag + " " + flag + " " + flag);
}

TEST(StripMarkdown, KeepsAnAutolink) {
  EXPECT_EQ(
      StripMarkdown("<https://x.test/a_b_?c&amp;d> <ada@acme.example> <mailto:ada@acme.example>"),
      "https://x.test/a_b_?c&d ada@acme.example mailto:ada@acme.example");
}

TEST(StripMarkdown, RemovesEmphasisButNotTheUnderscoresOfAWord) {
  EXPECT_EQ(
      StripMarkdown("*a* **b** ***c*** _d_ __e__ my_new_flag check**out**-v2 _my_flag_ *open"),
      "a b c d e my_new_flag checkout-v2 my_flag *open");
}

TEST(StripMarkdown, DoesNotPairEmphasisAcrossParagraphs) {
  EXPECT_EQ(StripMarkdown("*a\n\nb*"), "*a\n\nb*");
}

TEST(StripMarkdown, RemovesEscapes) {
  EXPECT_EQ(StripMarkdown(R"(my\_flag \*a\* \`b\` \[c\](d) \<!-- e --> C:\dir \\)"),
            R"(my_flag *a* `b` [c](d) <!-- e --> C:\dir \)");
}

TEST(StripMarkdown, DecodesEntitiesWithoutReadingThemAsMarkup) {
  EXPECT_EQ(
      StripMarkdown("a&amp;b &lt;!-- c --&gt; &quot;d&quot; &#42;e&#x2A; &nbsp; &copy; &; &#; &"),
      "a&b <!-- c --> \"d\" *e*   &copy; &; &#; &");
}

TEST(StripMarkdown, WritesACharacterThatThereIsNotAsTheReplacement) {
  EXPECT_EQ(StripMarkdown("&#0;&#xD800;&#x110000;&#9999999;\xE2\x82\xAC&#8364;&#x1F600;"),
            "\uFFFD\uFFFD\uFFFD\uFFFD\u20AC\u20AC\U0001F600");
  EXPECT_EQ(StripMarkdown(std::string_view("a\0b", 3)),
            "a\uFFFD"
            "b");
}

TEST(StripMarkdown, LetsInlineTagsVanishAndBlockTagsSeparate) {
  EXPECT_EQ(
      StripMarkdown("check<b>out</b>-v2<br>next <details><summary>more</summary>text</details>"),
      "checkout-v2\nnext \n\nmore\ntext");
}

TEST(StripMarkdown, KeepsWhatTagsCarry) {
  EXPECT_EQ(StripMarkdown("<a href=\"https://x.test/a_b&amp;c\">text</a> <code>checkout</code> "
                          "<img src='https://x.test/i.png' alt=shot>"),
            "text https://x.test/a_b&c `checkout` shot https://x.test/i.png");
}

TEST(StripMarkdown, LeavesWhatIsNoTag) {
  EXPECT_EQ(StripMarkdown("a <b and c, x<y>z, 1 < 2 > 0, <app.launchdarkly.com/x>, <a href=\"u"),
            "a <b and c, xz, 1 < 2 > 0, <app.launchdarkly.com/x>, <a href=\"u");
}

TEST(StripHtml, WritesALinkAsItsTextAndItsUrl) {
  EXPECT_EQ(StripHtml("<p>see <A HREF='https://x.test/a_b?c=1&amp;d'>the <b>flag</b></A>.</p>"),
            "see the flag https://x.test/a_b?c=1&d .");
}

TEST(StripHtml, EndsALinkThatIsNeverClosed) {
  EXPECT_EQ(StripHtml("<a href=https://x.test/1>one <a href=https://x.test/2>two"),
            "one https://x.test/1 two https://x.test/2");
}

TEST(StripHtml, QuotesCodeAndSeparatesBlocks) {
  EXPECT_EQ(StripHtml("<ul><li>a<li><code>checkout</code></ul><div>b<i>c</i></div>"),
            "a\n`checkout`\n\nbc");
}

TEST(StripHtml, DropsScriptsStylesCommentsAndDeclarations) {
  EXPECT_EQ(StripHtml("<!DOCTYPE html><?xml?><style>.flag{}</style>a<SCRIPT>if (1</2) flag</SCRIPT "
                      ">b<!-- flag -->c<script>flag"),
            "abc");
}

TEST(StripHtml, DoesNotReadMarkdown) {
  EXPECT_EQ(StripHtml("*a* `b` [c](d) \\_"), "*a* `b` [c](d) \\_");
}

TEST(Strip, OfNothingIsNothing) {
  EXPECT_EQ(StripMarkdown(""), "");
  EXPECT_EQ(StripMarkdown("<!-- only a template -->\r\n \r\n"), "");
  EXPECT_EQ(StripHtml(" <p>&nbsp;</p>\n"), "");
}

// What is quadratic takes minutes for these, what is linear milliseconds: the limit is far from
// both.
TEST(Strip, IsLinearWhateverIsNeverClosed) {
  const auto began = std::chrono::steady_clock::now();
  for (const std::string_view hostile : {"<",        "<a ",       "<a b=\"",    "<a b='<c d=\"",
                                         "<!--",     "<!-",       "</",         "<script",
                                         "<script>", "<https://", "[",          "![](",
                                         "](",       "[](",       "[a](<",      "`",
                                         "` `` ",    "``` a\n",   "```\n",      "*",
                                         "**a",      "_a*",       "*a _b __c ", "&",
                                         "&#",       "\\",        "> ",         ">\n",
                                         "<!--\n\n", "http://",   "http://)",   "http://*_ ",
                                         "a\n\n",    "\n",        "\r"}) {
    const std::string text = Repeated(hostile, (1 << 20) / hostile.size());
    EXPECT_LE(StripMarkdown(text).size(), 3 * text.size()) << hostile;
    EXPECT_LE(StripHtml(text).size(), 3 * text.size()) << hostile;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
}

// Runs of backticks that each have another length: none closes another.
TEST(Strip, IsLinearInTheKindsOfBacktickRuns) {
  std::string text;
  for (std::size_t length = 1; length < 1500; ++length) text += "a" + std::string(length, '`');
  EXPECT_EQ(StripMarkdown(text), text);
}

}  // namespace
}  // namespace flaglink
