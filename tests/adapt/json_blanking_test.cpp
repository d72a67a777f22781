#include "daemon/adapt/json_blanking.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

TEST(JsonBlanking, AValueOfAnyTypeGoesWhole) {
  for (const char* value :
       {"\"s\"", "\"\\\"}\"", "12.5e3", "true", "null", "{\"a\":[{}]}", "[[],\"]\"]", "[]"}) {
    EXPECT_EQ(BlankJson("{\"a\":1,\"t\": " + std::string(value) + " ,\"b\":2}", {{"t"}}),
              "{\"a\":1,\"t\": \"\" ,\"b\":2}")
        << value;
  }
}

TEST(JsonBlanking, ANameIsFoundHoweverItIsWritten) {
  EXPECT_EQ(BlankJson(R"({"t\u006fken":"s"})", {{"token"}}), R"({"t\u006fken":""})");
}

TEST(JsonBlanking, EveryOneOfARepeatedNameGoes) {
  EXPECT_EQ(BlankJson(R"({"t":"s","t":"s"})", {{"t"}}), R"({"t":"","t":""})");
}

TEST(JsonBlanking, AnElementIsFoundByItsIndex) {
  EXPECT_EQ(BlankJson(R"([1,[2 , 3],{"a":4}])", {{"1", "1"}, {"2", "a"}}),
            R"([1,[2 , ""],{"a":""}])");
}

TEST(JsonBlanking, TheFirstElementIsFoundPastItsBracket) {
  EXPECT_EQ(BlankJson(R"([ [ 1 ] ,2])", {{"0", "0"}}), R"([ [ "" ] ,2])");
  EXPECT_EQ(BlankJson(R"([[1],2])", {{"0"}}), R"(["",2])");
  EXPECT_EQ(BlankJson(R"({"a":[ ],"b":{ } })", {{"a"}, {"b"}}), R"({"a":"","b":"" })");
}

TEST(JsonBlanking, ATargetInsideATargetGoesWithIt) {
  EXPECT_EQ(BlankJson(R"({"a":{"b":1},"b":2})", {{"a"}, {"a", "b"}}), R"({"a":"","b":2})");
}

TEST(JsonBlanking, TheNameElsewhereStays) {
  EXPECT_EQ(BlankJson(R"({"a":{"t":1},"x":"t"})", {{"t"}}), R"({"a":{"t":1},"x":"t"})");
}

TEST(JsonBlanking, TheWholeDocumentCanGo) {
  EXPECT_EQ(BlankJson(" [1] ", {{}}), " \"\" ");
}

TEST(JsonBlanking, WhatStandsBeforeAFaultIsBlanked) {
  EXPECT_EQ(BlankJson(R"({"t":"s","a":oops)", {{"t"}}), R"({"t":"","a":oops)");
  EXPECT_EQ(BlankJson(R"({"t":{"a":"s",)", {{"t"}}), R"({"t":"")");
}

TEST(JsonBlanking, AByteOrderMarkIsNoWayAroundItNorAPieceOfOne) {
  for (const std::string mark : {"\xef\xbb\xbf", "\xef\xbb", "\xbf"}) {
    EXPECT_EQ(BlankJson(mark + R"({"t":"s"})", {{"t"}}), mark + R"({"t":""})");
  }
  const std::string marks(1'000'000, '\xef');
  EXPECT_EQ(BlankJson(marks, {{"t"}}), marks);
}

TEST(JsonBlanking, WhatIsNestedTooDeepToBeReadIsBlankedYet) {
  const std::string deep = std::string(999, '[') + std::string(999, ']');
  EXPECT_EQ(BlankJson(R"({"a":)" + deep + R"(,"t":"s"})", {{"t"}}),
            R"({"a":)" + deep + R"(,"t":""})");
}

TEST(JsonBlanking, DepthEndsAtABound) {
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(BlankJson(R"({"t":"s","a":)" + deep, {{"t"}}), R"({"t":"","a":)" + deep);
}

}  // namespace
}  // namespace flaglinkd
