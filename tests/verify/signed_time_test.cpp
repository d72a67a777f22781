#include "daemon/verify/signed_time.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TimePoint At(Duration since_epoch) {
  return TimePoint(since_epoch);
}

TEST(SignedTime, SecondsAndMillisecondsAreDigitsAlone) {
  EXPECT_EQ(ParseSignedTime("1767225600", TimeUnit::kSeconds), At(seconds(1767225600)));
  EXPECT_EQ(ParseSignedTime("1767225600123", TimeUnit::kMilliseconds),
            At(milliseconds(1767225600123)));
  EXPECT_EQ(ParseSignedTime("0", TimeUnit::kSeconds), At(seconds(0)));
  for (const char* text : {"", " 1", "1 ", "+1", "-1", "1.5", "1e9", "0x10", "soon",
                           "99999999999999999999", "253402300800", "-9223372036854775808"}) {
    EXPECT_EQ(ParseSignedTime(text, TimeUnit::kSeconds), std::nullopt) << text;
  }
}

TEST(SignedTime, Iso8601TakesFractionAndOffset) {
  const TimePoint expected = At(seconds(1627207200));
  for (const char* text :
       {"2021-07-25T10:00:00Z", "2021-07-25T10:00:00.000Z", "2021-07-25T12:00:00+02:00",
        "2021-07-25T05:30:00-0430", "2021-07-26T00:00:00+14:00"}) {
    EXPECT_EQ(ParseSignedTime(text, TimeUnit::kIso8601), expected) << text;
  }
  EXPECT_EQ(ParseSignedTime("2021-07-25T10:00:00.123456789Z", TimeUnit::kIso8601),
            expected + microseconds(123456));
  EXPECT_EQ(ParseSignedTime("2024-02-29T00:00:00Z", TimeUnit::kIso8601), At(seconds(1709164800)));
}

TEST(SignedTime, WhatIsNotIso8601IsNoTime) {
  for (const char* text :
       {"", "2021-07-25", "2021-07-25T10:00:00", "2021-07-25 10:00:00Z", "2021-07-25T10:00:00.Z",
        "2021-13-25T10:00:00Z", "2023-02-29T00:00:00Z", "2021-07-25T24:00:00Z",
        "2021-07-25T10:60:00Z", "2021-07-25T10:00:00Z ", "2021-07-25T10:00:00+24:00",
        "21-07-25T10:00:00Z", "1627207200", "1969-12-31T23:59:59Z"}) {
    EXPECT_EQ(ParseSignedTime(text, TimeUnit::kIso8601), std::nullopt) << text;
  }
}

TEST(SignedTime, WhatIsWrittenIsRead) {
  const TimePoint time = At(seconds(1767225600) + milliseconds(789));
  EXPECT_EQ(FormatSignedTime(time, TimeUnit::kSeconds), "1767225600");
  EXPECT_EQ(FormatSignedTime(time, TimeUnit::kMilliseconds), "1767225600789");
  EXPECT_EQ(FormatSignedTime(time, TimeUnit::kIso8601), "2026-01-01T00:00:00Z");
}

TEST(FindInJson, ReadsStringsAndNumbersAsTheyAreWritten) {
  const std::string body =
      R"({"a":{"b":[10,{"c":1502709956288000110}]},"t":"2026","x/y":1,"~":2,"e":-1.50e3})";
  EXPECT_EQ(FindInJson(body, "/a/b/0"), "10");
  EXPECT_EQ(FindInJson(body, "/a/b/1/c"), "1502709956288000110");
  EXPECT_EQ(FindInJson(body, "/t"), "2026");
  EXPECT_EQ(FindInJson(body, "/x~1y"), "1");
  EXPECT_EQ(FindInJson(body, "/~0"), "2");
  EXPECT_EQ(FindInJson(body, "/e"), "-1.50e3");
  EXPECT_EQ(FindInJson("7", ""), "7");
}

TEST(FindInJson, OtherPlacesAndKindsAreNotFound) {
  const std::string body =
      R"({"a":{"t":{"t":1}},"b":[{"t":1}],"n":null,"f":false,"o":{},"l":[],"":3})";
  for (const char* pointer : {"/t", "/a", "/a/t", "/b", "/b/t", "/b/1/t", "/b/00/t", "/b/-", "/n",
                              "/f", "/o", "/l", "/l/0", "/a/t/t/t", "", "no pointer", "/~2"}) {
    EXPECT_EQ(FindInJson(body, pointer), std::nullopt) << pointer;
  }
  EXPECT_EQ(FindInJson(body, "/"), "3");
  EXPECT_EQ(FindInJson(body, "/a/t/t"), "1");
}

TEST(FindInJson, OfTwoEqualNamesTheFirstCounts) {
  EXPECT_EQ(FindInJson(R"({"t":1,"t":2})", "/t"), "1");
}

TEST(FindInJson, ABodyThatIsNoJsonHoldsNothing) {
  for (const char* body : {"", "t=1", "{", "{\"t\"", "{\"t\":", "[1,2", "\xff", "{'t':1}"}) {
    EXPECT_EQ(FindInJson(body, "/t"), std::nullopt) << body;
  }
}

TEST(FindInJson, DepthIsBounded) {
  const std::size_t depths[] = {200, 300, 4'000'000};
  for (const std::size_t depth : depths) {
    std::string body =
        R"({"deep":)" + std::string(depth, '[') + std::string(depth, ']') + R"(,"t":1})";
    EXPECT_EQ(FindInJson(body, "/t").has_value(), depth < 256) << depth;
  }
  std::string pointer;
  for (int i = 0; i < 300; ++i) pointer += "/0";
  EXPECT_EQ(FindInJson(std::string(300, '[') + "1" + std::string(300, ']'), pointer), std::nullopt);
}

}  // namespace
}  // namespace flaglinkd
