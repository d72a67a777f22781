#include "daemon/launchdarkly/flag_list_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flaglinkd {
namespace {

using State = CatalogUpdate::State;
using Flag = CatalogUpdate::Flag;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const FlagPagePlace kFirst{"default", false, 0};

HttpAnswer Answer(int status, std::string body) {
  HttpAnswer answer;
  answer.kind = HttpAnswer::Kind::kAnswered;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Result<FlagPage> Read(const std::string& body, const FlagPagePlace& place = kFirst) {
  return ReadFlagPage(place, Answer(200, body));
}

std::string Problem(const Result<FlagPage>& page) {
  return page.ok() ? "none" : page.error().message;
}

const std::string kNext = R"("_links":{"next":{"href":"https://evil.example/api","type":""}})";

TEST(FlagListApi, APageIsAskedForWithADatedVersionAndWithoutTheToken) {
  const Result<HttpCall> call = ToHttpCall("https://ld.example", {"default", false, 200});
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->method, "GET");
  EXPECT_EQ(call->url,
            "https://ld.example/api/v2/flags/default?limit=100&offset=200&summary=true&sort=key");
  EXPECT_THAT(call->headers, ElementsAre(Header{"ld-api-version", "20240415"},
                                         Header{"accept", "application/json"}));
  EXPECT_EQ(call->response_limit, 4u << 20);
  EXPECT_EQ(call->body, "");
}

TEST(FlagListApi, ArchivedFlagsAreAListingOfTheirOwn) {
  EXPECT_EQ(ToHttpCall("", {"my.project", true, 0})->url,
            "/api/v2/flags/my.project?limit=100&offset=0&summary=true&sort=key"
            "&filter=state:archived");
}

TEST(FlagListApi, AProjectThatMayNotTravelInAPathIsRefused) {
  for (const std::string project : {"", "..", "a/b", "a?b", "a b", "-a"}) {
    const Result<HttpCall> call = ToHttpCall("https://ld.example", {project, false, 0});
    ASSERT_FALSE(call.ok()) << project;
    EXPECT_EQ(call.error().code, Error::Code::kInvalid);
  }
}

TEST(FlagListApi, FlagsHaveTheirStateAndTheirJiraIssues) {
  const Result<FlagPage> page = Read(R"({"totalCount":4,"items":[
    {"key":"checkout-v2","archived":false,"customProperties":{
      "jira.issues":{"name":"Jira issues","value":["SHOP-42","is-123"]},"other":{"value":["x"]}}},
    {"key":"Old_one","archived":true},
    {"key":"plain","customProperties":null},
    {"key":"odd","customProperties":{"jira.issues":{"value":"SHOP-1"}}}]})");
  ASSERT_TRUE(page.ok()) << Problem(page);
  EXPECT_THAT(page->flags,
              ElementsAre(Flag{"checkout-v2", State::kLive, "SHOP-42,is-123"},
                          Flag{"Old_one", State::kArchived, ""}, Flag{"plain", State::kLive, ""},
                          Flag{"odd", State::kLive, ""}));
  EXPECT_EQ(page->items, 4u);
  EXPECT_TRUE(page->last);
}

TEST(FlagListApi, OfTheListingOfArchivedFlagsAllAreArchived) {
  const Result<FlagPage> page = Read(R"({"items":[{"key":"a-b"}]})", {"default", true, 0});
  EXPECT_THAT(page->flags, ElementsAre(Flag{"a-b", State::kArchived, ""}));
}

TEST(FlagListApi, WhatIsNoFlagToUsIsCountedAndLeftOut) {
  const Result<FlagPage> page = Read(R"({"totalCount":8,"items":[
    {"key":"../x"},{"key":""},{"key":7},{"name":"no key"},null,[],"text",{"key":"a-b"}]})");
  ASSERT_TRUE(page.ok()) << Problem(page);
  EXPECT_THAT(page->flags, ElementsAre(Flag{"a-b", State::kLive, ""}));
  EXPECT_EQ(page->items, 8u);
}

TEST(FlagListApi, OddJiraIssuesAreLeftOutAndTheirNumberIsBounded) {
  std::string values = R"("A,B",7,"",null,"x y",")" + std::string(65, 'A') + "\"";
  for (int i = 0; i < 150; ++i) values += ",\"S-" + std::to_string(i) + "\"";
  const Result<FlagPage> page = Read(
      R"({"items":[{"key":"a","customProperties":{"jira.issues":{"value":[)" + values + "]}}}]}");
  const std::string& issues = page->flags.at(0).jira_issues;
  EXPECT_TRUE(issues.starts_with("S-0,S-1,S-2,")) << issues;
  EXPECT_TRUE(issues.ends_with(",S-99")) << issues;
}

TEST(FlagListApi, TheLastPageIsToldByTheTotalElseByTheLinkToTheNext) {
  const auto is_last = [](const std::string& rest, std::size_t offset = 0) {
    const Result<FlagPage> page =
        Read(R"({"items":[{"key":"a"},{"key":"b"}])" + rest + "}", {"default", false, offset});
    return page.ok() ? std::string(page->last ? "last" : "more") : page.error().message;
  };
  EXPECT_EQ(is_last(R"(,"totalCount":2,)" + kNext), "last");
  EXPECT_EQ(is_last(R"(,"totalCount":3,)" + kNext), "more");
  EXPECT_EQ(is_last(R"(,"totalCount":102,)" + kNext, 100), "last");
  EXPECT_EQ(is_last(R"(,"totalCount":1)"), "last");
  EXPECT_EQ(is_last("," + kNext), "more");
  EXPECT_EQ(is_last(""), "last");
  EXPECT_EQ(is_last(R"(,"totalCount":-5)"), "last");
  EXPECT_EQ(is_last(R"(,"totalCount":"many",)" + kNext), "more");
}

// An answer that holds nothing must not make every flag look as if it were gone.
TEST(FlagListApi, AListingThatEndsEarlyIsNoListing) {
  const std::string early = "read the live flags of project default: the listing ends after ";
  EXPECT_EQ(Problem(Read(R"({"items":[],"totalCount":500})")), early + "0 of 500");
  EXPECT_EQ(Problem(Read(R"({"items":[],"totalCount":500,)" + kNext + "}")), early + "0 of 500");
  EXPECT_EQ(Problem(Read(R"({"items":[{"key":"a"}],"totalCount":2})")), early + "1 of 2");
}

TEST(FlagListApi, WhatIsNoListIsAnErrorThatPasses) {
  const std::string deep = "{\"items\":" + std::string(100'000, '[');
  for (const std::string& body :
       {std::string(), std::string("<html>"), std::string("[]"), std::string("{}"),
        std::string(R"({"items":{}})"), std::string(R"({"items":[)"), deep}) {
    const Result<FlagPage> page = Read(body);
    ASSERT_FALSE(page.ok()) << body.substr(0, 20);
    EXPECT_EQ(page.error().code, Error::Code::kUnavailable);
    EXPECT_EQ(page.error().message,
              "read the live flags of project default: answered 200, but not with a list");
  }
}

struct StatusCase {
  int status;
  Error::Code code;
  const char* message;
};

TEST(FlagListApi, AStatusSaysWhetherAnotherTryHelps) {
  constexpr auto kLasting = Error::Code::kInvalid;
  constexpr auto kPassing = Error::Code::kUnavailable;
  const StatusCase cases[] = {
      {301, kLasting, "answered 301: check base_url"},
      {400, kLasting, "answered 400"},
      {401, kLasting, "answered 401: the token is not valid"},
      {403, kLasting, "answered 403: the token may not read the project"},
      {404, kLasting, "answered 404: there is no such project, or the token may not read it"},
      {408, kPassing, "answered 408"},
      {429, kPassing, "answered 429"},
      {500, kPassing, "answered 500"},
      {503, kPassing, "answered 503"},
      {999, kPassing, "answered 999"},
  };
  for (const StatusCase& each : cases) {
    const Result<FlagPage> page =
        ReadFlagPage({"default", true, 0}, Answer(each.status, R"({"message":"secret-token"})"));
    ASSERT_FALSE(page.ok()) << each.status;
    EXPECT_EQ(page.error().code, each.code) << each.status;
    EXPECT_EQ(page.error().message,
              std::string("read the archived flags of project default: ") + each.message);
  }
}

TEST(FlagListApi, WithoutAnAnswerTheReasonIsTheConnections) {
  HttpAnswer answer;
  answer.kind = HttpAnswer::Kind::kLost;
  answer.error = "answer larger than 4194304 bytes\n";
  const Result<FlagPage> page = ReadFlagPage(kFirst, answer);
  EXPECT_EQ(page.error().code, Error::Code::kUnavailable);
  EXPECT_EQ(page.error().message,
            "read the live flags of project default: answer larger than 4194304 bytes\\x0a");
}

}  // namespace
}  // namespace flaglinkd
