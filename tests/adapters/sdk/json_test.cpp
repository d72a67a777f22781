#include "adapters/sdk/json.hpp"

#include <gtest/gtest.h>

namespace flaglink {
namespace {

TEST(Json, APathThatEndsEarlyIsAbsent) {
  const JsonDocument document(
      R"({"issue": {"key": "SHOP-42", "fields": null, "labels": ["a", "b"]}})");
  const Json body = document.root();
  EXPECT_EQ(body["issue"]["key"].String(), "SHOP-42");
  EXPECT_EQ(body["issue"]["fields"]["summary"].String(), std::nullopt);
  EXPECT_EQ(body["issue"]["key"]["deeper"]["still"].String(), std::nullopt);
  EXPECT_TRUE(body["other"].absent());
  EXPECT_FALSE(body["issue"]["fields"].absent());
  EXPECT_TRUE(body["issue"]["fields"].null());
  EXPECT_FALSE(body["issue"]["fields"]);
  EXPECT_FALSE(body["other"].null());
}

TEST(Json, PointersGoThroughObjectsAndArrays) {
  const JsonDocument document(R"({"a": [{"b/c": 1}, {"~d": 2}], "": {"": 3}})");
  EXPECT_EQ(document.root().At("/a/0/b~1c").Int64(), 1);
  EXPECT_EQ(document.root().At("/a/1/~0d").Int64(), 2);
  EXPECT_EQ(document.root().At("//").Int64(), 3);
  EXPECT_TRUE(document.root().At("").object());
  for (const char* const nowhere : {"a", "/a/2", "/a/-1", "/a/0x", "/a/", "/b/c/d"}) {
    EXPECT_TRUE(document.root().At(nowhere).absent()) << nowhere;
  }
}

TEST(Json, OnlyAnArrayHasElementsAndOnlyAnObjectMembers) {
  const JsonDocument document(R"({"list": ["a", 1, null], "object": {"x": 1, "y": 2}})");
  std::string seen;
  for (const Json element : document.root()["list"]) seen += element.Text().value_or("-");
  EXPECT_EQ(seen, "a1-");
  for (const Json element : document.root()["object"]) FAIL() << element.Text().value_or("");
  for (const Json element : document.root()["nothing"]) FAIL() << element.Text().value_or("");
  EXPECT_EQ(document.root()["list"].size(), 3u);
  EXPECT_EQ(document.root()["object"].size(), 0u);
  ASSERT_EQ(document.root()["object"].Members().size(), 2u);
  EXPECT_EQ(document.root()["object"].Members()[1].first, "y");
}

TEST(Json, AKindIsNeverTakenForAnother) {
  const JsonDocument document(R"({"text": "1", "whole": 1, "real": 1.5, "yes": true})");
  const Json body = document.root();
  EXPECT_EQ(body["text"].Int64(), std::nullopt);
  EXPECT_EQ(body["whole"].String(), std::nullopt);
  EXPECT_EQ(body["whole"].Bool(), std::nullopt);
  EXPECT_EQ(body["real"].Int64(), std::nullopt);
  EXPECT_EQ(body["real"].Number(), 1.5);
  EXPECT_EQ(body["yes"].Bool(), true);
  EXPECT_FALSE(body["text"].IsTrue());
  EXPECT_EQ(body["text"].Text(), "1");
  EXPECT_EQ(body["whole"].Text(), "1");
  EXPECT_EQ(body["real"].Text(), std::nullopt);
}

TEST(Json, LargeNumbersKeepTheirDigits) {
  const JsonDocument document(
      "[9223372036854775807, 18446744073709551615, 123456789012345678901234567890, 1e-999, -5]");
  ASSERT_EQ(document.error(), "");
  const Json list = document.root();
  EXPECT_EQ(list.At("/0").Int64(), 9223372036854775807);
  EXPECT_EQ(list.At("/1").Text(), "18446744073709551615");
  EXPECT_EQ(list.At("/2").Text(), "123456789012345678901234567890");
  EXPECT_EQ(list.At("/3").Text(), "1e-999");
  EXPECT_EQ(list.At("/4").Int64(), -5);
}

TEST(Json, WhatIsNotJsonSaysWhereAndWhy) {
  const auto error = [](std::string_view text) { return JsonDocument(text).error(); };
  EXPECT_EQ(error(""), "not JSON, at byte 0: The document is empty.");
  EXPECT_EQ(error("{\"a\": }"), "not JSON, at byte 6: Invalid value.");
  EXPECT_EQ(error("{} x"),
            "not JSON, at byte 3: The document root must not be followed by other values.");
  EXPECT_EQ(error("1e999"), "not JSON, at byte 0: Number too big to be stored in double.");
  EXPECT_TRUE(JsonDocument("[1,").root().absent());
}

TEST(Json, DepthIsBoundedBeforeParsing) {
  const std::string deepest = std::string(64, '[') + std::string(64, ']');
  EXPECT_EQ(JsonDocument(deepest).error(), "");
  EXPECT_EQ(JsonDocument('[' + deepest + ']').error(), "JSON nested deeper than 64");
  EXPECT_EQ(JsonDocument(std::string(1'000'000, '[')).error(), "JSON nested deeper than 64");
  EXPECT_EQ(JsonDocument('"' + std::string(100, '[') + "\\\"[\"").error(), "");
}

}  // namespace
}  // namespace flaglink
