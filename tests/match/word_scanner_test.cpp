#include "daemon/match/word_scanner.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "daemon/domain/flag_key.h"

namespace flaglinkd {
namespace {

// The words with spaces between, a quoted one as <word>. None of them is taken for a key.
std::string Words(std::string_view text) {
  std::string found;
  WordScanner words(text);
  while (const auto word = words.Next()) {
    const std::string shown(word->text);
    found += (found.empty() ? "" : " ") + (word->quoted ? '<' + shown + '>' : shown);
    words.SkipUrlOfHost();
  }
  return found;
}

struct Case {
  const char* text;
  const char* words;
};

void ExpectEach(std::initializer_list<Case> cases) {
  for (const auto& [text, words] : cases) EXPECT_EQ(Words(text), words) << text;
}

TEST(WordScanner, AWordIsAMaximalRunOfKeyCharacters) {
  ExpectEach({{"", ""},
              {" \n,;!", ""},
              {"a", "a"},
              {"turn on checkout-v2, now", "turn on checkout-v2 now"},
              {"sort.order_2-x:y", "sort.order_2-x y"},
              {"End of it. -Start", "End of it. -Start"},
              {"(a)[b]{c}<d>|e|f=g+h*i~j^k\\l%m&n$o#p", "a b c d e f g h i j k l m n o p"},
              {"später checkout-v2を", "sp ter checkout-v2"},
              {"a\tb\r\nc", "a b c"}});
  EXPECT_EQ(Words(std::string_view("a\0b", 3)), "a b");
}

TEST(WordScanner, EveryCharacterOfAKeyIsOneOfAWord) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    EXPECT_EQ(WordScanner(std::string_view(&c, 1)).Next().has_value(), IsKeyCharacter(c)) << i;
  }
}

TEST(WordScanner, ASlashSeparatesWords) {
  ExpectEach({{"feature/checkout-v2", "feature checkout-v2"},
              {"feature/v1.beta/checkout-v2", "feature v1.beta checkout-v2"},
              {"/src/pay/oneClick.ts", "src pay oneClick.ts"},
              {"and/or", "and or"},
              {"2.14/checkout-v2", "2.14 checkout-v2"},
              {"e.g./checkout-v2", "e.g. checkout-v2"},
              {"// checkout-v2", "checkout-v2"}});
}

TEST(WordScanner, AWordBetweenQuotesIsQuoted) {
  ExpectEach({{"\"a\" 'b' `c`", "<a> <b> <c>"},
              {"\"a' `b\" 'c`", "<a> <b> <c>"},
              {"\"a b\"", "a b"},
              {"\"a, 'b", "a b"},
              {"a\" b'", "a b"},
              {"\"a\"b\"", "<a> <b>"},
              {"``a``", "<a>"},
              {"don't", "don t"},
              {"\"a.\"", "<a.>"},
              {"'feature/a'", "feature a"},
              {"“a”", "a"}});
}

TEST(WordScanner, NothingInsideAUrlIsAWord) {
  ExpectEach({{"https://acme.example/checkout-v2 on", "on"},
              {"see https://acme.example/a?b=checkout-v2#c. Then", "see Then"},
              {"(https://acme.example/a_(b)) c", "c"},
              {"[text](https://acme.example/a)b", "text b"},
              {"\"https://acme.example/a\"b", "b"},
              {"ftp://acme.example/a git+ssh://acme.example/b x://c", "git"},
              {"flag:https://acme.example/a", "flag"},
              {"https://acme.example/a,b;c", ""},
              {"https:/a", "https a"},
              {"https: //a", "https a"},
              {"file:///tmp/checkout-v2", ""},
              {"https://", ""}});
}

TEST(WordScanner, NothingInsideAUrlWithoutASchemeIsAWordButItsHost) {
  ExpectEach({{"acme.example/checkout-v2 on", "acme.example on"},
              {"www.acme.example?q=checkout-v2", "www.acme.example"},
              {"acme.example#checkout-v2", "acme.example"},
              {"acme.example:8443/checkout-v2", "acme.example"},
              {"acme.example:8443, checkout-v2", "acme.example 8443 checkout-v2"},
              {"on acme.example: checkout-v2", "on acme.example checkout-v2"},
              {"acme.example", "acme.example"},
              {"acme.example:", "acme.example"},
              {"is it acme.example? checkout-v2", "is it acme.example checkout-v2"},
              {"checkout/acme.example/a", "checkout acme.example a"}});
}

TEST(WordScanner, AHostThatIsAKeyIsAWordLikeAnyOther) {
  WordScanner words("sort.order/page.size");
  EXPECT_EQ(words.Next()->text, "sort.order");
  EXPECT_EQ(words.Next()->text, "page.size");
  EXPECT_FALSE(words.Next());
}

TEST(WordScanner, NothingInsideAnEMailAddressIsAWord) {
  ExpectEach({{"checkout-v2@acme.example on", "on"},
              {"ask ops+checkout-v2+x@acme.example.", "ask"},
              {"<ops@checkout-v2.acme.example>,a", "a"},
              {"mailto:ops@acme.example?subject=a", "mailto subject a"},
              {"a+b", "a b"},
              {"a+b@", "a b"},
              {"a@b", "a b"},
              {"checkout-v2@production", "checkout-v2 production"},
              {"actions/checkout@v4.2", "actions checkout v4.2"},
              {"@checkout-team: a", "checkout-team a"}});
}

// Megabytes in which everything almost begins: quadratic work would not end in a test's time.
TEST(WordScanner, HostileTextTakesOnePass) {
  for (const std::string piece : {"a+", "a@", "a.bc:1", "a.bc/(", "a.bc:1:1", "x://", "+", "\"",
                                  "a", "a.bc@a.bc+", "((", "a.bc/"}) {
    std::string text;
    while (text.size() < 3'000'000) text += piece;
    EXPECT_TRUE(Words(text + " last").ends_with("last")) << piece;
  }
}

}  // namespace
}  // namespace flaglinkd
