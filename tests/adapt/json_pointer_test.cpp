#include "daemon/adapt/json_pointer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(JsonPointer, TheEmptyPointerIsTheWholeDocument) {
  EXPECT_THAT(ParseJsonPointer(""), Optional(IsEmpty()));
}

TEST(JsonPointer, EscapesStandForSlashAndTilde) {
  EXPECT_THAT(ParseJsonPointer("/a~1b/~01/"), Optional(ElementsAre("a/b", "~1", "")));
}

TEST(JsonPointer, WhatIsNoPointerGivesNothing) {
  for (const char* text : {"a", "a/b", "/~", "/~2", "/a~"}) {
    EXPECT_EQ(ParseJsonPointer(text), std::nullopt) << text;
  }
}

TEST(JsonPointer, AnIndexHasNoLeadingZeroAndStaysInside) {
  EXPECT_EQ(ArrayIndex("0", 1), 0u);
  EXPECT_EQ(ArrayIndex("12", 13), 12u);
  for (const char* token :
       {"1", "01", "00", "-", "-1", "+0", " 0", "0 ", "", "x", "99999999999999999999"}) {
    EXPECT_EQ(ArrayIndex(token, 1), std::nullopt) << token;
  }
}

}  // namespace
}  // namespace flaglinkd
