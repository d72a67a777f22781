#include "daemon/launchdarkly/flag_link_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "daemon/domain/link_body.h"

namespace flaglinkd {
namespace {

using Kind = RequestKind;
using Meaning = AttemptOutcome::Result;
using testing::HasSubstr;
using testing::Not;

constexpr TimePoint kNow(std::chrono::seconds(1'767'225'600));  // 2026-01-01T00:00:00Z

LinkRequest Request(Kind kind) {
  LinkRequest request;
  request.kind = kind;
  request.flag = {"default", "checkout-v2"};
  request.body.key = "jira-SHOP-42-checkout-v2-0123456789abcdef0123";
  request.body.timestamp_ms = 1767225600000;
  request.body.deep_link = "https://acme.example/browse/SHOP-42";
  request.body.title = "SHOP-42: \"quoted\"";
  request.body.description = "Jira issue SHOP-42";
  return request;
}

HttpAnswer Answered(int status, const std::string& body = "", std::vector<Header> headers = {}) {
  HttpAnswer answer;
  answer.kind = HttpAnswer::Kind::kAnswered;
  answer.status = status;
  answer.headers = std::move(headers);
  answer.body = body;
  return answer;
}

std::string ErrorBody(const std::string& code, const std::string& message) {
  return R"({"code":")" + code + R"(","message":")" + message + R"("})";
}

TEST(ToHttpCall, ACreationPostsAFlagLinkPostWithEveryHeaderThatIsRequired) {
  const Result<HttpCall> call = ToHttpCall("https://app.launchdarkly.com", Request(Kind::kCreate));
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->method, "POST");
  EXPECT_EQ(call->url,
            "https://app.launchdarkly.com/api/v2/flag-links/projects/default/flags/checkout-v2");
  EXPECT_EQ(call->headers, (std::vector<Header>{{"ld-api-version", "beta"},
                                                {"accept", "application/json"},
                                                {"content-type", "application/json"}}));
  EXPECT_EQ(call->body,
            R"({"key":"jira-SHOP-42-checkout-v2-0123456789abcdef0123","timestamp":1767225600000,)"
            R"("deepLink":"https://acme.example/browse/SHOP-42","title":"SHOP-42: \"quoted\"",)"
            R"("description":"Jira issue SHOP-42"})");
}

TEST(ToHttpCall, AnIntegrationLinkCarriesItsKeyAndItsMetadataAsStrings) {
  LinkRequest request = Request(Kind::kCreate);
  request.body.integration_key = "jira";
  request.body.metadata = {{"creator", "Ada Example"}, {"issueKey", "SHOP-42"}};
  const std::string body = ToFlagLinkPost(request.body);
  EXPECT_THAT(body, HasSubstr(R"("integrationKey":"jira")"));
  EXPECT_THAT(body, HasSubstr(R"("metadata":{"creator":"Ada Example","issueKey":"SHOP-42"})"));
}

TEST(ToHttpCall, AUrlLinkCarriesNeitherIntegrationKeyNorMetadata) {
  LinkRequest request = Request(Kind::kCreate);
  request.body.metadata = {{"creator", "Ada Example"}};
  const std::string body = ToFlagLinkPost(request.body);
  EXPECT_THAT(body, Not(HasSubstr("integrationKey")));
  EXPECT_THAT(body, Not(HasSubstr("metadata")));
}

TEST(ToHttpCall, ARemovalNamesTheLinkByItsKeyAndHasNoBody) {
  const Result<HttpCall> call = ToHttpCall("", Request(Kind::kRemove));
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->method, "DELETE");
  EXPECT_EQ(call->url,
            "/api/v2/flag-links/projects/default/flags/checkout-v2/"
            "jira-SHOP-42-checkout-v2-0123456789abcdef0123");
  EXPECT_EQ(call->body, "");
}

TEST(ToHttpCall, AnUpdatePatchesTitleAndDescriptionById) {
  LinkRequest request = Request(Kind::kUpdate);
  request.id = "1234a56b7c89d012345e678f";
  const Result<HttpCall> call = ToHttpCall("", request);
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->method, "PATCH");
  EXPECT_EQ(call->url,
            "/api/v2/flag-links/projects/default/flags/checkout-v2/1234a56b7c89d012345e678f");
  EXPECT_EQ(call->headers, (std::vector<Header>{{"ld-api-version", "beta"},
                                                {"accept", "application/json"},
                                                {"content-type", "application/json"}}));
  EXPECT_EQ(call->body, R"([{"op":"replace","path":"/title","value":"SHOP-42: \"quoted\""},)"
                        R"({"op":"replace","path":"/description","value":"Jira issue SHOP-42"}])");
}

TEST(ToHttpCall, AnUpdateWithoutAnIdThatMayTravelInAPathIsRefused) {
  LinkRequest request = Request(Kind::kUpdate);
  EXPECT_EQ(ToHttpCall("", request).error().message, "no key that may be sent: ");
  request.id = "../x";
  EXPECT_EQ(ToHttpCall("", request).error().message, "no key that may be sent: ../x");
}

TEST(ToHttpCall, ASearchListsTheFlagsLinks) {
  const Result<HttpCall> call = ToHttpCall("", Request(Kind::kFind));
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->method, "GET");
  EXPECT_EQ(call->url, "/api/v2/flag-links/projects/default/flags/checkout-v2");
  EXPECT_EQ(call->body, "");
}

TEST(ToHttpCall, AKeyThatCouldLeaveItsPathSegmentIsRefused) {
  LinkRequest request = Request(Kind::kRemove);
  request.flag.project = "../other";
  EXPECT_EQ(ToHttpCall("", request).error().message, "no key that may be sent: ../other");
  request = Request(Kind::kRemove);
  request.flag.key = "a/b";
  EXPECT_EQ(ToHttpCall("", request).error().code, Error::Code::kInvalid);
  request = Request(Kind::kRemove);
  request.body.key = "a?b";
  EXPECT_EQ(ToHttpCall("", request).error().code, Error::Code::kInvalid);
}

struct Row {
  const char* name;
  Kind kind;
  int status;
  std::string body;
  Meaning meaning;
  bool answered;
  std::string reason;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

std::string RowName(const testing::TestParamInfo<Row>& row) {
  return row.param.name;
}

class JudgeTable : public testing::TestWithParam<Row> {};

TEST_P(JudgeTable, GivesTheMeaningOfTheDesignsTable) {
  const Row& row = GetParam();
  const AttemptOutcome outcome = Judge(Request(row.kind), Answered(row.status, row.body), kNow);
  EXPECT_EQ(outcome.result, row.meaning);
  EXPECT_EQ(outcome.answered, row.answered);
  EXPECT_EQ(outcome.reason, row.reason);
  EXPECT_EQ(outcome.status, row.status);
  EXPECT_EQ(outcome.not_before, std::nullopt);
}

const std::string kExists = ErrorBody("invalid_request", "A feature with that key already exists");
const std::string kLocked =
    ErrorBody("optimistic_locking_error", "Conflict. Optimistic lock error. Try again later.");

INSTANTIATE_TEST_SUITE_P(
    Create, JudgeTable,
    testing::Values(
        Row{"Created", Kind::kCreate, 201, R"({"_id":"0a"})", Meaning::kDone, true, ""},
        Row{"CreatedWithRubbish", Kind::kCreate, 201, "<html>", Meaning::kDone, true, ""},
        Row{"Ok", Kind::kCreate, 200, "", Meaning::kDone, true, ""},
        Row{"Redirect", Kind::kCreate, 302, "", Meaning::kRefused, true,
            "POST answered 302: check base_url"},
        Row{"Invalid", Kind::kCreate, 400, ErrorBody("invalid_request", "Invalid request body"),
            Meaning::kRefused, true, "POST answered 400 invalid_request: Invalid request body"},
        Row{"ExistsAs400", Kind::kCreate, 400, kExists, Meaning::kExists, true,
            "POST answered 400 invalid_request: A feature with that key already exists"},
        Row{"Token", Kind::kCreate, 401, "", Meaning::kUnauthorized, false, "POST answered 401"},
        Row{"Permission", Kind::kCreate, 403, "", Meaning::kForbidden, true, "POST answered 403"},
        Row{"NoFlag", Kind::kCreate, 404, ErrorBody("not_found", "Invalid resource identifier"),
            Meaning::kUnknownFlag, true,
            "POST answered 404 not_found: Invalid resource identifier"},
        Row{"Method", Kind::kCreate, 405, "", Meaning::kRefused, true, "POST answered 405"},
        Row{"RequestTimeout", Kind::kCreate, 408, "", Meaning::kRetry, false, "POST answered 408"},
        Row{"Locked", Kind::kCreate, 409, kLocked, Meaning::kRetry, true,
            "POST answered 409 optimistic_locking_error: Conflict. Optimistic lock error. Try "
            "again later."},
        Row{"Conflict", Kind::kCreate, 409, ErrorBody("conflict", "exists"), Meaning::kExists, true,
            "POST answered 409 conflict: exists"},
        Row{"ConflictWithRubbish", Kind::kCreate, 409, "[", Meaning::kExists, true,
            "POST answered 409"},
        Row{"TooLarge", Kind::kCreate, 413, "", Meaning::kRefused, true, "POST answered 413"},
        Row{"Unprocessable", Kind::kCreate, 422, "", Meaning::kRefused, true, "POST answered 422"},
        Row{"TooEarly", Kind::kCreate, 425, "", Meaning::kRetry, false, "POST answered 425"},
        Row{"RateLimit", Kind::kCreate, 429, "", Meaning::kRateLimited, false, "POST answered 429"},
        Row{"InternalError", Kind::kCreate, 500, "", Meaning::kLost, false, "POST answered 500"},
        Row{"BadGateway", Kind::kCreate, 502, "<h1>502</h1>", Meaning::kLost, false,
            "POST answered 502"},
        Row{"Unavailable", Kind::kCreate, 503,
            ErrorBody("service_unavailable", "Requested service unavailable"), Meaning::kLost,
            false, "POST answered 503 service_unavailable: Requested service unavailable"},
        Row{"GatewayTimeout", Kind::kCreate, 504, "", Meaning::kLost, false, "POST answered 504"},
        Row{"NoHttpStatus", Kind::kCreate, 999, "", Meaning::kLost, false, "POST answered 999"}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    Update, JudgeTable,
    testing::Values(
        Row{"Updated", Kind::kUpdate, 200, R"({"_id":"0a"})", Meaning::kDone, true, ""},
        Row{"UpdatedWithRubbish", Kind::kUpdate, 200, "<html>", Meaning::kDone, true, ""},
        Row{"Redirect", Kind::kUpdate, 307, "", Meaning::kRefused, true,
            "PATCH answered 307: check base_url"},
        Row{"Invalid", Kind::kUpdate, 400, kExists, Meaning::kRefused, true,
            "PATCH answered 400 invalid_request: A feature with that key already exists"},
        Row{"Token", Kind::kUpdate, 401, "", Meaning::kUnauthorized, false, "PATCH answered 401"},
        Row{"Permission", Kind::kUpdate, 403, "", Meaning::kForbidden, true, "PATCH answered 403"},
        Row{"Gone", Kind::kUpdate, 404, "", Meaning::kAbsent, true, "PATCH answered 404"},
        Row{"Locked", Kind::kUpdate, 409, kLocked, Meaning::kRetry, true,
            "PATCH answered 409 optimistic_locking_error: Conflict. Optimistic lock error. Try "
            "again later."},
        Row{"Unprocessable", Kind::kUpdate, 422, "", Meaning::kRefused, true, "PATCH answered 422"},
        Row{"RateLimit", Kind::kUpdate, 429, "", Meaning::kRateLimited, false,
            "PATCH answered 429"},
        Row{"BadGateway", Kind::kUpdate, 502, "", Meaning::kLost, false, "PATCH answered 502"}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    Remove, JudgeTable,
    testing::Values(
        Row{"Removed", Kind::kRemove, 204, "", Meaning::kDone, true, ""},
        Row{"Gone", Kind::kRemove, 404, "", Meaning::kDone, true, "DELETE answered 404"},
        Row{"Redirect", Kind::kRemove, 301, "", Meaning::kRefused, true,
            "DELETE answered 301: check base_url"},
        Row{"Invalid", Kind::kRemove, 400, kExists, Meaning::kRefused, true,
            "DELETE answered 400 invalid_request: A feature with that key already exists"},
        Row{"Token", Kind::kRemove, 401, "", Meaning::kUnauthorized, false, "DELETE answered 401"},
        Row{"Permission", Kind::kRemove, 403, "", Meaning::kForbidden, true, "DELETE answered 403"},
        Row{"Conflict", Kind::kRemove, 409, "", Meaning::kRetry, true, "DELETE answered 409"},
        Row{"RateLimit", Kind::kRemove, 429, "", Meaning::kRateLimited, false,
            "DELETE answered 429"},
        Row{"Unavailable", Kind::kRemove, 503, "", Meaning::kLost, false, "DELETE answered 503"},
        Row{"BadGateway", Kind::kRemove, 502, "", Meaning::kLost, false, "DELETE answered 502"}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    Find, JudgeTable,
    testing::Values(
        Row{"Empty", Kind::kFind, 200, R"({"items":[],"_links":{}})", Meaning::kAbsent, true, ""},
        Row{"Rubbish", Kind::kFind, 200, "<html>", Meaning::kRetry, true,
            "GET answered 200, but not with a list of links"},
        Row{"NoList", Kind::kFind, 200, R"({"items":{}})", Meaning::kRetry, true,
            "GET answered 200, but not with a list of links"},
        Row{"NoFlag", Kind::kFind, 404, "", Meaning::kAbsent, true, "GET answered 404"},
        Row{"Token", Kind::kFind, 401, "", Meaning::kUnauthorized, false, "GET answered 401"},
        Row{"Permission", Kind::kFind, 403, "", Meaning::kForbidden, true, "GET answered 403"},
        Row{"Conflict", Kind::kFind, 409, "", Meaning::kRetry, true, "GET answered 409"},
        Row{"BadGateway", Kind::kFind, 502, "", Meaning::kRetry, false, "GET answered 502"}),
    RowName);

TEST(Judge, TheIdOfACreatedLinkIsTaken) {
  const AttemptOutcome outcome =
      Judge(Request(Kind::kCreate),
            Answered(201, R"({"_key":"k","_id":"1234a56b7c89d012345e678f"})"), kNow);
  EXPECT_EQ(outcome.link_id, "1234a56b7c89d012345e678f");
}

TEST(Judge, AnIdThatIsNoIdIsNotTaken) {
  for (const char* body : {R"({"_id":7})", R"({"_id":"../x"})", R"({"_id":null})", "[]", "7"}) {
    const AttemptOutcome outcome = Judge(Request(Kind::kCreate), Answered(201, body), kNow);
    EXPECT_EQ(outcome.result, Meaning::kDone) << body;
    EXPECT_EQ(outcome.link_id, "") << body;
  }
}

TEST(Judge, AListingIsSearchedForOurKeyWhateverElseItHolds) {
  const std::string body =
      R"({"items":[null,7,[],{"_key":null,"_id":"a"},{"_id":"b"},{"_key":"other","_id":"c"},)"
      R"({"_key":"jira-SHOP-42-checkout-v2-0123456789abcdef0123","_id":"d","_createdAt":"soon"}]})";
  const AttemptOutcome outcome = Judge(Request(Kind::kFind), Answered(200, body), kNow);
  EXPECT_EQ(outcome.result, Meaning::kDone);
  EXPECT_EQ(outcome.link_id, "d");
}

const std::string kOurs =
    R"({"_id":"0a","_key":"jira-SHOP-42-checkout-v2-0123456789abcdef0123",)"
    R"("_deepLink":"https://acme.example/browse/SHOP-42","title":"SHOP-42: \"quoted\"",)"
    R"("description":"Jira issue SHOP-42")";

AttemptOutcome Listed(const LinkRequest& request, const std::string& items) {
  return Judge(request, Answered(200, R"({"items":[)" + items + "]}"), kNow);
}

TEST(Judge, AListingTellsWhatOurLinkShows) {
  const LinkRequest request = Request(Kind::kFind);
  EXPECT_EQ(Listed(request, kOurs + "}").shown, FingerprintOf(request.body));
  // Null and absent are alike, and what is no text is no content.
  EXPECT_EQ(Listed(request, kOurs + R"(,"_integrationKey":null,"_metadata":null})").shown,
            FingerprintOf(request.body));
  EXPECT_EQ(Listed(request, kOurs + R"(,"_metadata":{"a":7,"b":null}})").shown,
            FingerprintOf(request.body));
  EXPECT_NE(Listed(request, R"({"_key":")" + request.body.key + "\"}").shown,
            FingerprintOf(request.body));
}

TEST(Judge, AListingTellsWhatAnIntegrationsLinkShows) {
  LinkRequest request = Request(Kind::kFind);
  request.body.integration_key = "jira";
  request.body.metadata = {{"creator", "Ada"}, {"issueKey", "SHOP-42"}};
  const std::string metadata = R"(,"_integrationKey":"jira","_metadata":)";
  EXPECT_EQ(Listed(request, kOurs + metadata + R"({"issueKey":"SHOP-42","creator":"Ada"}})").shown,
            FingerprintOf(request.body));
  EXPECT_NE(Listed(request, kOurs + metadata + R"({"issueKey":"SHOP-42","creator":"Bob"}})").shown,
            FingerprintOf(request.body));
}

LinkRequest LookForOthers(const std::string& integration) {
  LinkRequest request = Request(Kind::kFind);
  request.look_for_others = true;
  request.body.integration_key = integration;
  if (!integration.empty()) request.body.metadata = {{"issueKey", "SHOP-42"}};
  return request;
}

const std::string kSameUrl =
    R"({"_id":"0b","_key":null,"_deepLink":"https://acme.example/browse/SHOP-42"})";
const std::string kSameIssue =
    R"({"_id":"0c","_key":"theirs","_deepLink":"https://x.example","_metadata":{"issueKey":"SHOP-42"}})";

TEST(Judge, SomebodyElsesLinkToTheSameStandsForOurs) {
  EXPECT_EQ(Listed(LookForOthers(""), "null," + kSameUrl).result, Meaning::kForeign);
  EXPECT_EQ(Listed(LookForOthers("jira"), kSameIssue).result, Meaning::kForeign);
  EXPECT_EQ(Listed(LookForOthers("jira"), kSameIssue).link_id, "");
  EXPECT_EQ(Listed(LookForOthers("jira"), kSameIssue).shown, std::nullopt);
}

TEST(Judge, OurOwnLinkCountsBeforeSomebodyElses) {
  const AttemptOutcome outcome = Listed(LookForOthers(""), kSameUrl + "," + kOurs + "}");
  EXPECT_EQ(outcome.result, Meaning::kDone);
  EXPECT_EQ(outcome.link_id, "0a");
}

TEST(Judge, SomebodyElsesLinkToSomethingElseDoesNotCount) {
  EXPECT_EQ(Listed(LookForOthers(""), kSameIssue).result, Meaning::kAbsent);
  EXPECT_EQ(Listed(LookForOthers("trello"), kSameIssue).result, Meaning::kAbsent);
  LinkRequest request = LookForOthers("jira");
  request.body.deep_link = request.body.metadata[0].value = "";
  EXPECT_EQ(Listed(request, R"({"_metadata":{"issueKey":""}},{})").result, Meaning::kAbsent);
}

TEST(Judge, OthersAreOnlyLookedForWhereThatIsAskedFor) {
  EXPECT_EQ(Listed(Request(Kind::kFind), kSameUrl).result, Meaning::kAbsent);
}

TEST(Judge, ARequestThatWasNotSentIsTriedAgain) {
  HttpAnswer answer;
  answer.error = "Connection refused";
  const AttemptOutcome outcome = Judge(Request(Kind::kCreate), answer, kNow);
  EXPECT_EQ(outcome.result, Meaning::kRetry);
  EXPECT_FALSE(outcome.answered);
  EXPECT_EQ(outcome.reason, "POST not sent: Connection refused");
}

TEST(Judge, AfterALostAnswerAChangeMayHaveHappenedButAListingHasNoEffect) {
  HttpAnswer answer;
  answer.kind = HttpAnswer::Kind::kLost;
  answer.error = "Timeout was reached";
  EXPECT_EQ(Judge(Request(Kind::kCreate), answer, kNow).result, Meaning::kLost);
  EXPECT_EQ(Judge(Request(Kind::kUpdate), answer, kNow).result, Meaning::kLost);
  EXPECT_EQ(Judge(Request(Kind::kRemove), answer, kNow).result, Meaning::kLost);
  EXPECT_EQ(Judge(Request(Kind::kFind), answer, kNow).result, Meaning::kRetry);
  EXPECT_EQ(Judge(Request(Kind::kFind), answer, kNow).reason,
            "GET got no answer: Timeout was reached");
}

TEST(Judge, ARateLimitHoldsUntilTheLaterOfBothHeaders) {
  const auto not_before = [](std::vector<Header> headers) {
    return Judge(Request(Kind::kCreate), Answered(429, "", std::move(headers)), kNow).not_before;
  };
  const Header in_7_seconds{"retry-after", "7"};
  const Header at_10_seconds{"x-ratelimit-reset", "1767225610000"};
  const Header at_5_seconds{"x-ratelimit-reset", "1767225605000"};
  const Header in_the_past{"x-ratelimit-reset", "1000000000000"};
  EXPECT_EQ(not_before({in_7_seconds}), kNow + std::chrono::seconds(7));
  EXPECT_EQ(not_before({at_10_seconds}), kNow + std::chrono::seconds(10));
  EXPECT_EQ(not_before({in_7_seconds, at_10_seconds}), kNow + std::chrono::seconds(10));
  EXPECT_EQ(not_before({in_7_seconds, at_5_seconds}), kNow + std::chrono::seconds(7));
  EXPECT_EQ(not_before({in_7_seconds, in_the_past}), kNow + std::chrono::seconds(7));
  EXPECT_EQ(not_before({in_the_past}), std::nullopt);
  EXPECT_EQ(not_before({}), std::nullopt);
  EXPECT_EQ(not_before({{"retry-after", "Thu, 01 Jan 2026 00:00:30 GMT"}}),
            kNow + std::chrono::seconds(30));
}

TEST(Judge, AServerErrorHoldsUntilItsRetryAfterOnly) {
  const std::vector<Header> headers = {{"retry-after", "7"},
                                       {"x-ratelimit-reset", "1767225610000"}};
  const AttemptOutcome outcome = Judge(Request(Kind::kCreate), Answered(503, "", headers), kNow);
  EXPECT_EQ(outcome.not_before, kNow + std::chrono::seconds(7));
}

TEST(Judge, WhatLaunchDarklySaysIsEscapedAndCut) {
  const std::string body =
      R"({"code":"a\nb","message":"\u001b[31m)" + std::string(5000, 'x') + R"("})";
  const AttemptOutcome outcome = Judge(Request(Kind::kCreate), Answered(400, body), kNow);
  EXPECT_LE(outcome.reason.size(), 200u);
  EXPECT_THAT(outcome.reason, Not(HasSubstr("\n")));
  EXPECT_THAT(outcome.reason, Not(HasSubstr("\x1b")));
  EXPECT_THAT(outcome.reason, HasSubstr("xxxx"));
}

TEST(Judge, ADeeplyNestedBodyIsOnlyRubbish) {
  const std::string body(1u << 20, '[');
  EXPECT_EQ(Judge(Request(Kind::kFind), Answered(200, body), kNow).result, Meaning::kRetry);
  EXPECT_EQ(Judge(Request(Kind::kCreate), Answered(400, body), kNow).result, Meaning::kRefused);
}

}  // namespace
}  // namespace flaglinkd
