#include "adapters/sdk/time.hpp"

#include <gtest/gtest.h>

#include "adapters/sdk/form.hpp"

namespace flaglink {
namespace {

TEST(Time, EveryWayToWriteAZoneGivesTheSameInstant) {
  constexpr TimeUs kInstant = 1431886089'000000;
  for (const char* const text :
       {"2015-05-17T18:08:09Z", "2015-05-17 18:08:09 UTC", "2015-05-17T18:08:09",
        "2015-05-18T05:08:09+1100", "2015-05-18T05:08:09+11:00", "2015-05-18T05:08:09+11",
        "2015-05-17T12:38:09-0530", "2015-05-17T18:08:09.000Z", "2015-05-17t18:08:09z"}) {
    EXPECT_EQ(ParseIso8601(text), kInstant) << text;
  }
}

TEST(Time, AFractionCountsToTheMicrosecond) {
  EXPECT_EQ(ParseIso8601("1970-01-01T00:00:01.5Z"), 1'500'000);
  EXPECT_EQ(ParseIso8601("1970-01-01T00:00:01.123456789+0000"), 1'123'456);
}

TEST(Time, WhatIsNoTimeIsAbsent) {
  for (const char* const text :
       {"", "2015", "2015-05-17", "2015-02-30T00:00:00Z", "2015-13-01T00:00:00Z",
        "2015-05-17T24:00:00Z", "2015-05-17T18:60:00Z", "2015-05-17T18:08:09.Z",
        "2015-05-17T18:08:09+1", "2015-05-17T18:08:09 CET", "1969-12-31T23:59:59Z",
        "2015-05-17T18:08:09Zx", "x015-05-17T18:08:09Z"}) {
    EXPECT_EQ(ParseIso8601(text), std::nullopt) << text;
  }
}

TEST(Time, NumbersOutsideTheYears1970To9999AreAbsent) {
  EXPECT_EQ(FromSeconds(1), 1'000'000);
  EXPECT_EQ(FromMilliseconds(1), 1'000);
  EXPECT_EQ(FromMilliseconds(253'402'300'799'999), 253'402'300'799'999'000);
  EXPECT_EQ(FromMilliseconds(253'402'300'800'000), std::nullopt);
  EXPECT_EQ(FromSeconds(-1), std::nullopt);
  EXPECT_EQ(FromSeconds(INT64_MAX), std::nullopt);
  EXPECT_EQ(ParseIso8601("9999-12-31T23:59:59-2300"), std::nullopt);
}

TEST(Time, SecondsMayHaveAFraction) {
  EXPECT_EQ(ParseSeconds("1767225600.000100"), 1767225600'000100);
  EXPECT_EQ(ParseSeconds("1767225600"), 1767225600'000000);
  for (const char* const text : {"", "x", "1.", "1.x", "1 ", "-1", "99999999999999999999"}) {
    EXPECT_EQ(ParseSeconds(text), std::nullopt) << text;
  }
}

TEST(Form, FieldsAreDecodedAndTheFirstOfANameCounts) {
  const Form form("a=1+2%2B3&b=%C3%A4&a=9&&c&d==%4&e=%zz");
  EXPECT_EQ(form["a"], "1 2+3");
  EXPECT_EQ(form["b"], "\xC3\xA4");
  EXPECT_EQ(form["c"], "");
  EXPECT_EQ(form["d"], "=%4");
  EXPECT_EQ(form["e"], "%zz");
  EXPECT_EQ(form["f"], std::nullopt);
}

TEST(Form, FieldsPastTheLimitAreNotRead) {
  std::string body;
  for (std::size_t i = 0; i < Form::kMaxFields; ++i) body += "a=1&";
  EXPECT_EQ(Form(body + "last=1")["last"], std::nullopt);
  EXPECT_EQ(Form(body.substr(4) + "last=1")["last"], "1");
}

}  // namespace
}  // namespace flaglink
