#include "daemon/adapt/body_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr char kJson[] = "application/json";
constexpr char kForm[] = "application/x-www-form-urlencoded";

TEST(BodyReader, ScalarsComeAsText) {
  const BodyReader reader(
      kJson, R"({"s":"text","n":-1.50,"t":true,"f":false,"z":null,"a/b":["x",{"c":"y"}]})");
  EXPECT_EQ(reader.Find("/s"), "text");
  EXPECT_EQ(reader.Find("/n"), "-1.50");
  EXPECT_EQ(reader.Find("/t"), "true");
  EXPECT_EQ(reader.Find("/f"), "false");
  EXPECT_EQ(reader.Find("/z"), "");
  EXPECT_EQ(reader.Find("/a~1b/1/c"), "y");
}

TEST(BodyReader, NumbersLoseNoDigit) {
  const BodyReader reader(kJson, R"({"id":123456789012345678901234567890,"t":1767225600.000100})");
  EXPECT_EQ(reader.Find("/id"), "123456789012345678901234567890");
  EXPECT_EQ(reader.Find("/t"), "1767225600.000100");
}

TEST(BodyReader, WhatIsNoScalarOrNotThereIsNothing) {
  const BodyReader reader(kJson, R"({"o":{},"a":[1],"s":"x"})");
  for (const char* pointer : {"", "/o", "/a", "/b", "/a/1", "/a/01", "/a/-", "/s/0", "s", "/o/~"}) {
    EXPECT_EQ(reader.Find(pointer), std::nullopt) << pointer;
  }
}

TEST(BodyReader, InvalidCharactersAreReplaced) {
  const BodyReader reader(kJson, "{\"a\":\"x\xff\",\"b\":\"y\\u0000z\"}");
  EXPECT_EQ(reader.Find("/a"), "x\xef\xbf\xbd");
  EXPECT_EQ(reader.Find("/b"), "y\xef\xbf\xbdz");
}

TEST(BodyReader, AListGivesWhatItsElementsAreCalled) {
  const BodyReader reader(
      kJson,
      R"({"l":["a","",null,{"value":"b"},{"name":"c"},{"key":"d"},{"id":"e"},["f"],7],"o":{"value":"x"},"s":"y","z":null})");
  EXPECT_THAT(reader.FindAll("/l"), Optional(ElementsAre("a", "b", "c", "d", "7")));
  EXPECT_THAT(reader.FindAll("/o"), Optional(ElementsAre("x")));
  EXPECT_THAT(reader.FindAll("/s"), Optional(ElementsAre("y")));
  EXPECT_THAT(reader.FindAll("/z"), Optional(IsEmpty()));
  EXPECT_EQ(reader.FindAll("/none"), std::nullopt);
}

TEST(BodyReader, ABodyThatIsNoJsonHasNoValues) {
  for (const char* body : {"", "{", "{\"a\":1}x", "text", "{'a':1}"}) {
    EXPECT_EQ(BodyReader(kJson, body).Find("/a"), std::nullopt) << body;
  }
}

TEST(BodyReader, SixtyFourLevelsAreReadAndNoMore) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth - 1, '[') + R"({"a":"[[[{\"{"})" + std::string(depth - 1, ']');
  };
  const auto pointer = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 1; i < depth; ++i) text += "/0";
    return text + "/a";
  };
  EXPECT_EQ(BodyReader(kJson, nested(64)).Find(pointer(64)), "[[[{\"{");
  EXPECT_EQ(BodyReader(kJson, nested(65)).Find(pointer(65)), std::nullopt);
  EXPECT_EQ(BodyReader(kJson, std::string(1'000'000, '[')).Find(""), std::nullopt);
}

TEST(BodyReader, TooManyValuesAreNotRead) {
  std::string body = "[0";
  for (int i = 0; i < 2'000'001; ++i) body += ",0";
  EXPECT_EQ(BodyReader(kJson, body + "]").Find("/0"), std::nullopt);
}

TEST(BodyReader, AFormsFieldsAreDecoded) {
  const BodyReader reader("Application/X-WWW-Form-Urlencoded; charset=utf-8",
                          "text=a+b%26%e2%82%ac&empty=&bare&text=second&odd=100%&%zz=x");
  EXPECT_EQ(reader.Find("/text"), "a b&\xe2\x82\xac");
  EXPECT_EQ(reader.Find("/empty"), "");
  EXPECT_EQ(reader.Find("/bare"), "");
  EXPECT_EQ(reader.Find("/odd"), "100%");
  EXPECT_EQ(reader.Find("/%zz"), "x");
  EXPECT_EQ(reader.Find("/none"), std::nullopt);
  EXPECT_EQ(reader.Find(""), std::nullopt);
  EXPECT_THAT(reader.FindAll("/text"), Optional(ElementsAre("a b&\xe2\x82\xac")));
}

TEST(BodyReader, APointerReachesIntoAFieldThatHoldsJson) {
  const BodyReader reader(kForm, "payload=%7B%22team%22%3A%7B%22id%22%3A%22T1%22%7D%7D&other=x");
  EXPECT_EQ(reader.Find("/payload/team/id"), "T1");
  EXPECT_EQ(reader.Find("/payload"), R"({"team":{"id":"T1"}})");
  EXPECT_EQ(reader.Find("/other/team"), std::nullopt);
}

TEST(BodyReader, BlankedValuesAreGoneAndTheRestIsAsItCame) {
  const std::string body =
      R"( {"token" : "s3cret", "a":[1.0, {"t":{"x":"s3cret"}} ],"n":10000000000000000000000})";
  EXPECT_EQ(BodyReader(kJson, body).Blanked({"/token", "/a/1/t", "/none"}),
            R"( {"token" : "", "a":[1.0, {"t":""} ],"n":10000000000000000000000})");
}

TEST(BodyReader, NothingToBlankLeavesTheVeryBytes) {
  for (const std::string body : {"{ \"a\" : 1 }", "", "not json", "{\"b\":", "\xff"}) {
    EXPECT_EQ(BodyReader(kJson, body).Blanked({"/token"}), body);
    EXPECT_EQ(BodyReader(kForm, body).Blanked({"/token"}), body);
  }
  EXPECT_EQ(BodyReader(kJson, R"({"token":"t"})").Blanked({}), R"({"token":"t"})");
}

TEST(BodyReader, AFormsFieldIsBlankedAsAWholeOrInside) {
  const std::string body =
      "token=s3cret&a=1+2&payload=%7B%22token%22%3A%22s3cret%22%2C%22b%22%3A1%7D&&x";
  EXPECT_EQ(BodyReader(kForm, body).Blanked({"/token", "/payload/token"}),
            "token=&a=1+2&payload=%7B%22token%22%3A%22%22%2C%22b%22%3A1%7D&&x");
}

}  // namespace
}  // namespace flaglinkd
