#include "daemon/domain/text.h"

#include <gtest/gtest.h>

#include "daemon/domain/utf8.h"

namespace flaglinkd {
namespace {

using std::string_literals::operator""s;

TEST(ToValidUtf8, LeavesValidTextAsItIs) {
  const std::string text = "aé日😀\u007f\U0010ffff\ue000";
  EXPECT_EQ(ToValidUtf8(text), text);
}

TEST(ToValidUtf8, ReplacesNul) {
  EXPECT_EQ(ToValidUtf8("a\0b"s), "a\ufffdb");
}

TEST(ToValidUtf8, ReplacesEachMaximalSubpart) {
  EXPECT_EQ(ToValidUtf8("\x80"), "\ufffd");                                // a lone trailing byte
  EXPECT_EQ(ToValidUtf8("\xc0\xaf"), "\ufffd\ufffd");                      // overlong
  EXPECT_EQ(ToValidUtf8("\xe0\x80\xaf"), "\ufffd\ufffd\ufffd");            // overlong
  EXPECT_EQ(ToValidUtf8("\xed\xa0\x80"), "\ufffd\ufffd\ufffd");            // a surrogate
  EXPECT_EQ(ToValidUtf8("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");  // past U+10FFFF
  EXPECT_EQ(ToValidUtf8("\xf0\x80\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");  // overlong
  EXPECT_EQ(ToValidUtf8("\xe6\x97z"), "\ufffdz");                          // cut short by a letter
  EXPECT_EQ(ToValidUtf8("\xf0\x9f\x98"), "\ufffd");                        // cut short by the end
  EXPECT_EQ(ToValidUtf8("\xff\xfe"), "\ufffd\ufffd");
}

TEST(ToValidUtf8, WhatItGivesIsValid) {
  std::string bytes;
  for (int high = 0; high < 256; ++high) {
    for (int low = 0; low < 256; ++low)
      bytes += static_cast<char>(high), bytes += static_cast<char>(low);
  }
  const std::string text = ToValidUtf8(bytes);
  for (std::string_view rest = text; !rest.empty();) {
    const CodePoint point = FirstCodePoint(rest);
    ASSERT_TRUE(point.valid);
    ASSERT_NE(point.value, 0u);
    rest.remove_prefix(point.size);
  }
}

TEST(CutAtCharacter, CountsCodePoints) {
  EXPECT_EQ(CutAtCharacter("aé日😀z", 4), "aé日😀");
  EXPECT_EQ(CutAtCharacter("aé日😀z", 5), "aé日😀z");
  EXPECT_EQ(CutAtCharacter("aé日😀z", 100), "aé日😀z");
  EXPECT_EQ(CutAtCharacter("aé", 0), "");
}

TEST(EscapeForLine, LeavesReadableTextAsItIs) {
  EXPECT_EQ(EscapeForLine("größe \"x\" \\ 日", 100), "größe \"x\" \\ 日");
}

TEST(EscapeForLine, EscapesWhatMovesACursorOrTurnsTextRound) {
  EXPECT_EQ(EscapeForLine("a\nb\x1b[31m\x7f", 100), "a\\x0ab\\x1b[31m\\x7f");
  EXPECT_EQ(EscapeForLine("\u202eevil\u2066\u200f", 100), "\\u{202e}evil\\u{2066}\\u{200f}");
  EXPECT_EQ(EscapeForLine("\u0085\u2028\ufeff", 100), "\\u{0085}\\u{2028}\\u{feff}");
}

TEST(EscapeForLine, ShowsInvalidBytes) {
  EXPECT_EQ(EscapeForLine("a\xff\xe6\x97z\0"s, 100), "a\\xff\\xe6\\x97z\\x00");
}

TEST(EscapeForLine, IsCutAtWholeCharactersAndEscapes) {
  EXPECT_EQ(EscapeForLine("日本語", 2), "日本");
  EXPECT_EQ(EscapeForLine("ab\ncd", 5), "ab");
  EXPECT_EQ(EscapeForLine("ab\ncd", 6), "ab\\x0a");
}

}  // namespace
}  // namespace flaglinkd
