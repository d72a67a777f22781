#include "daemon/cli/launchdarkly_stand_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using Duplicate = LaunchDarklyStandIn::Duplicate;
using testing::HasSubstr;

const std::string kLinks = "/api/v2/flag-links/projects/default/flags/checkout-v2";
const std::string kFlagList = "/api/v2/flags/default";
const FlagKey kFlag{"default", "checkout-v2"};

HttpRequest Request(const std::string& method, const std::string& path,
                    const std::string& body = "") {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.headers = {{"authorization", "api-token"}, {"ld-api-version", "beta"}};
  request.body = body;
  return request;
}

class StandInTest : public testing::Test {
 protected:
  static LaunchDarklyStandIn::Options With(Duplicate duplicate) {
    LaunchDarklyStandIn::Options options;
    options.token = "api-token";
    options.flags.emplace({kFlag});
    options.duplicate = duplicate;
    return options;
  }
  int Status(const HttpRequest& request) { return stand_in_.Answer(request).status; }
  std::string ListFlags(const std::string& query) {
    HttpRequest request = Request("GET", kFlagList);
    request.query = query;
    return stand_in_.Answer(request).body;
  }

  ManualClock clock_;
  LaunchDarklyStandIn stand_in_{With(Duplicate::kConflict), clock_};
};

TEST_F(StandInTest, ALinkIsMadeListedPatchedAndRemoved) {
  const std::string body =
      R"({"key":"k","integrationKey":"jira","timestamp":5,"deepLink":"https://x","title":"T",)"
      R"("description":"D","metadata":{"issueKey":"SHOP-42"}})";
  const HttpResponse made = stand_in_.Answer(Request("POST", kLinks, body));
  EXPECT_EQ(made.status, 201);
  EXPECT_THAT(made.body, HasSubstr(R"("_id":"000000000000000000000001","_key":"k")"));
  EXPECT_THAT(stand_in_.Answer(Request("GET", kLinks)).body,
              HasSubstr(R"({"items":[{"_links":{},"_id":"000000000000000000000001")"));
  EXPECT_EQ(Status(Request("PATCH", kLinks + "/000000000000000000000001",
                           R"([{"op":"replace","path":"/title","value":"New"}])")),
            200);
  ASSERT_EQ(stand_in_.Links().size(), 1u);
  const LaunchDarklyStandIn::Link link = stand_in_.Links()[0];
  EXPECT_EQ(link.title, "New");
  EXPECT_EQ(link.timestamp_ms, 5);
  EXPECT_EQ(link.created_ms, 1767225600000);
  EXPECT_EQ(link.metadata.at("issueKey"), "SHOP-42");
  EXPECT_EQ(Status(Request("DELETE", kLinks + "/k")), 204);
  EXPECT_EQ(Status(Request("DELETE", kLinks + "/k")), 404);
  EXPECT_EQ(stand_in_.Created(kFlag, "k"), 1);
}

TEST_F(StandInTest, TheTokenAndTheApiVersionAreRequired) {
  HttpRequest request = Request("GET", kLinks);
  request.headers[0].value = "Bearer api-token";
  EXPECT_EQ(Status(request), 401);
  request = Request("GET", kLinks);
  request.headers[1].value = "20240415";
  EXPECT_EQ(Status(request), 403);
}

TEST_F(StandInTest, AnUnknownFlagOrPathIsNotFound) {
  EXPECT_EQ(Status(Request("POST", "/api/v2/flag-links/projects/default/flags/other", "{}")), 404);
  EXPECT_EQ(Status(Request("GET", "/api/v2/flags")), 404);
  EXPECT_EQ(Status(Request("DELETE", kLinks + "/a/b")), 404);
  EXPECT_EQ(Status(Request("PUT", kLinks)), 405);
  stand_in_.AddFlag({"default", "other"});
  EXPECT_EQ(Status(Request("POST", "/api/v2/flag-links/projects/default/flags/other", "{}")), 201);
}

TEST_F(StandInTest, ABodyThatIsNoFlagLinkPostIsRefused) {
  for (const char* body :
       {"", "[]", "{", R"({"color":"red"})", R"({"title":7})", R"({"timestamp":"5"})",
        R"({"metadata":{"prNumber":42}})", R"({"metadata":[]})"}) {
    EXPECT_EQ(Status(Request("POST", kLinks, body)), 400) << body;
  }
  EXPECT_TRUE(stand_in_.Links().empty());
}

TEST_F(StandInTest, APatchOfWhatCannotBeEditedChangesNothing) {
  stand_in_.Answer(Request("POST", kLinks, R"({"key":"k","title":"T"})"));
  for (
      const char* body :
      {"{}", "[7]", R"([{"op":"remove","path":"/title","value":""}])",
       R"([{"op":"replace","path":"/title","value":"N"},{"op":"replace","path":"/_key","value":"x"}])"}) {
    EXPECT_EQ(Status(Request("PATCH", kLinks + "/000000000000000000000001", body)), 400) << body;
  }
  EXPECT_EQ(stand_in_.Links()[0].title, "T");
}

TEST_F(StandInTest, AnUpdateNamesTheLinkByItsIdAndARemovalByEither) {
  const std::string patch = R"([{"op":"replace","path":"/description","value":"D"}])";
  stand_in_.Answer(Request("POST", kLinks, R"({"key":"k","title":"T"})"));
  EXPECT_EQ(Status(Request("PATCH", kLinks + "/k", patch)), 404);
  EXPECT_EQ(Status(Request("PATCH", kLinks + "/000000000000000000000002", patch)), 404);
  EXPECT_EQ(Status(Request("PATCH", kLinks + "/000000000000000000000001", patch)), 200);
  EXPECT_EQ(stand_in_.Links()[0].description, "D");
  EXPECT_EQ(Status(Request("DELETE", kLinks + "/000000000000000000000001")), 204);
}

TEST_F(StandInTest, APlantedLinkIsListedButNotCountedAsMade) {
  LaunchDarklyStandIn::Link link;
  link.flag = kFlag;
  link.integration_key = "jira";
  link.deep_link = "https://x";
  link.metadata = {{"issueKey", "SHOP-42"}};
  stand_in_.Plant(link);
  const std::string listing = stand_in_.Answer(Request("GET", kLinks)).body;
  EXPECT_THAT(listing, HasSubstr(R"("_id":"000000000000000000000001","_integrationKey":"jira")"));
  EXPECT_THAT(listing, HasSubstr(R"("_metadata":{"issueKey":"SHOP-42"})"));
  EXPECT_EQ(stand_in_.Created(kFlag, ""), 0);
}

TEST_F(StandInTest, ADuplicateKeyIsAnsweredAsTheSwitchSays) {
  const HttpRequest post = Request("POST", kLinks, R"({"key":"k"})");
  EXPECT_EQ(Status(post), 201);
  EXPECT_EQ(Status(post), 409);

  LaunchDarklyStandIn bad_request(With(Duplicate::kBadRequest), clock_);
  bad_request.Answer(post);
  const HttpResponse refused = bad_request.Answer(post);
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("already exists"));

  LaunchDarklyStandIn twin(With(Duplicate::kTwin), clock_);
  twin.Answer(post);
  EXPECT_EQ(twin.Answer(post).status, 201);
  EXPECT_EQ(twin.Links().size(), 2u);
  EXPECT_EQ(twin.Created(kFlag, "k"), 2);
}

TEST_F(StandInTest, FlagsAreListedByKeyAPageAtATime) {
  stand_in_.SetFlags({{"default", "c"}, {"default", "a"}, {"default", "b"}, {"other", "z"}});
  EXPECT_EQ(
      ListFlags("limit=2&offset=0&summary=true&sort=key"),
      R"({"items":[)"
      R"({"key":"a","name":"a","archived":false,"customProperties":{}},)"
      R"({"key":"b","name":"b","archived":false,"customProperties":{}}],"totalCount":3,)"
      R"("_links":{)"
      R"("self":{"href":"/api/v2/flags/default?limit=2&offset=0","type":"application/json"},)"
      R"("next":{"href":"/api/v2/flags/default?limit=2&offset=2","type":"application/json"}}})");
  EXPECT_EQ(ListFlags("limit=2&offset=2"),
            R"({"items":[{"key":"c","name":"c","archived":false,"customProperties":{}}],)"
            R"("totalCount":3,"_links":{"self":)"
            R"({"href":"/api/v2/flags/default?limit=2&offset=2","type":"application/json"}}})");
  EXPECT_THAT(ListFlags("offset=4"), HasSubstr(R"({"items":[],"totalCount":3,)"));
}

TEST_F(StandInTest, APageHoldsTwentyFlagsUnlessToldAndAHundredAtMost) {
  std::set<FlagKey> flags;
  for (int i = 0; i < 101; ++i) flags.insert({"default", "flag-" + std::to_string(i)});
  stand_in_.SetFlags(flags);
  EXPECT_THAT(ListFlags(""), HasSubstr("limit=20&offset=20"));
  EXPECT_THAT(ListFlags("limit=100"), HasSubstr("limit=100&offset=100"));
  HttpRequest request = Request("GET", kFlagList);
  for (const char* query : {"limit=101", "limit=0", "limit=", "limit=-1", "limit=2x", "offset",
                            "filter=state:live", "sort=name", "colour=red", "limit=5&&sort=key"}) {
    request.query = query;
    EXPECT_EQ(Status(request), 400) << query;
  }
}

TEST_F(StandInTest, ArchivedFlagsAreAListingOfTheirOwnAndStillTakeLinks) {
  stand_in_.AddFlag({"default", "live"});
  stand_in_.ArchiveFlag(kFlag);
  stand_in_.ArchiveFlag({"default", "unknown"});
  EXPECT_THAT(ListFlags(""), HasSubstr(R"("items":[{"key":"live","name":"live","archived":false)"));
  EXPECT_THAT(ListFlags("filter=state:archived"),
              HasSubstr(R"("items":[{"key":"checkout-v2","name":"checkout-v2","archived":true)"));
  EXPECT_THAT(ListFlags("filter=state:archived"), HasSubstr(R"("totalCount":1)"));
  EXPECT_EQ(Status(Request("POST", kLinks, "{}")), 201);
  stand_in_.AddFlag(kFlag);
  EXPECT_THAT(ListFlags(""), HasSubstr(R"("totalCount":2)"));
}

TEST_F(StandInTest, ARemovedFlagTakesItsLinksWithIt) {
  stand_in_.AddFlag({"default", "other"});
  Status(Request("POST", kLinks, "{}"));
  Status(Request("POST", "/api/v2/flag-links/projects/default/flags/other", "{}"));
  stand_in_.RemoveFlag(kFlag);
  EXPECT_EQ(Status(Request("GET", kLinks)), 404);
  EXPECT_THAT(ListFlags(""), HasSubstr(R"("totalCount":1)"));
  ASSERT_EQ(stand_in_.Links().size(), 1u);
  EXPECT_EQ(stand_in_.Links()[0].flag.key, "other");
}

TEST_F(StandInTest, WhereEveryFlagExistsNoneCanBeListed) {
  LaunchDarklyStandIn::Options options;
  options.token = "api-token";
  LaunchDarklyStandIn stand_in(options, clock_);
  EXPECT_EQ(stand_in.Answer(Request("GET", kFlagList)).status, 404);
  EXPECT_EQ(stand_in.Answer(Request("POST", kLinks, "{}")).status, 201);
  stand_in.RemoveFlag(kFlag);
  EXPECT_EQ(stand_in.Links().size(), 1u);
  stand_in.SetFlags({});
  EXPECT_EQ(stand_in.Answer(Request("GET", kFlagList)).status, 200);
  EXPECT_EQ(stand_in.Answer(Request("POST", kLinks, "{}")).status, 404);
}

TEST_F(StandInTest, TheListingOfFlagsNeedsTheTokenAndIsOnlyRead) {
  HttpRequest request = Request("GET", kFlagList);
  request.headers = {{"authorization", "api-token"}, {"ld-api-version", "20240415"}};
  EXPECT_EQ(Status(request), 200);
  request.headers[0].value = "another";
  EXPECT_EQ(Status(request), 401);
  EXPECT_EQ(Status(Request("POST", kFlagList, "{}")), 405);
}

TEST_F(StandInTest, EveryRequestIsKept) {
  stand_in_.Answer(Request("POST", kLinks, R"({"key":"k"})"));
  stand_in_.Answer(Request("DELETE", kLinks + "/k"));
  const auto requests = stand_in_.Requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].path, kLinks);
  EXPECT_EQ(requests[0].link_key, "k");
  EXPECT_EQ(requests[0].status, 201);
  EXPECT_EQ(requests[0].when, clock_.Now());
  EXPECT_EQ(requests[1].link_key, "k");
  EXPECT_EQ(requests[1].status, 204);
}

TEST_F(StandInTest, SaysWhoTheTokenIsAndRefusesWhatItMayNot) {
  EXPECT_THAT(stand_in_.Answer(Request("GET", "/api/v2/caller-identity")).body,
              HasSubstr(R"("tokenName":"flaglinkd","serviceToken":true)"));
  EXPECT_EQ(Status(Request("POST", kLinks, "[]")), 400);
  stand_in_.Forbid({"createFlagLink"});
  EXPECT_EQ(Status(Request("POST", kLinks, "[]")), 403);
  EXPECT_EQ(Status(Request("DELETE", kLinks + "/absent")), 404);
  EXPECT_EQ(Status(Request("GET", kLinks)), 200);
}

}  // namespace
}  // namespace flaglinkd
