// What LaunchDarkly says of a token, over a real socket; and that it is only asked.
#include "daemon/cli/online_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/launchdarkly_stand_in.h"
#include "daemon/cli/send.h"
#include "tests/fakes/fault_server.h"
#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kToken[] = "api-s3cret";
const std::string kWho =
    "LaunchDarkly: the token is the service token \"flaglinkd\" of account "
    "000000000000000000000001";

class OnlineCheckTest : public testing::Test {
 protected:
  OnlineCheckTest() {
    options_.base_url = server_.origin();
    options_.token = Secret(kToken);
    stand_in_.SetFlags({{"default", "checkout-v2"}, {"default", "dark-mode"}, {"shop", "a"}});
  }

  std::vector<OnlineFinding> Check() {
    const auto ask = [this](HttpCall call) {
      return SendAndWait(*client_, std::move(call), options_.token);
    };
    return CheckLaunchDarkly(options_, ask, clock_);
  }
  std::vector<std::string> Lines() {
    std::vector<std::string> lines;
    for (OnlineFinding& finding : Check()) {
      EXPECT_THAT(finding.line, testing::Not(HasSubstr("s3cret")));
      lines.push_back((finding.wrong ? "WRONG " : "") + std::move(finding.line));
    }
    return lines;
  }
  void AnswerWith(int status, std::vector<Header> headers = {}, std::string body = "{}") {
    FaultServer::Misbehaviour fault;
    fault.fault = FaultServer::Fault::kAnswer;
    fault.answer.status = status;
    fault.answer.headers = std::move(headers);
    fault.answer.body = std::move(body);
    server_.Misbehave(fault);
  }

  ManualClock clock_;
  LaunchDarklyStandIn stand_in_{{.token = kToken, .flags = std::set<FlagKey>()}, clock_};
  FaultServer server_{[this](const HttpRequest& request) {
    HttpResponse answer = stand_in_.Answer(request);
    if (request.path == "/api/v2/flags/absent") answer.status = 404;
    return answer;
  }};
  LaunchDarklyOptions options_;
  const std::unique_ptr<HttpClient> client_ = HttpClient::Create({});
};

TEST_F(OnlineCheckTest, ATokenThatMayAllIsToldByWhoseItIs) {
  EXPECT_THAT(
      Lines(),
      ElementsAre(
          kWho, "project default: 2 flags; to make, change and remove flag links is not refused"));
}

TEST_F(OnlineCheckTest, NamesEachMissingPermissionAndWhatGrantsIt) {
  stand_in_.Forbid({"createFlagLink"});
  EXPECT_THAT(
      Lines(),
      ElementsAre(kWho,
                  R"(WRONG project default: the token lacks createFlagLink; add to its role or )"
                  R"(policy: {"effect":"allow","resources":["proj/default:env/*:flag/*"],)"
                  R"("actions":["createFlagLink"]})"));
  stand_in_.Forbid({"createFlagLink", "updateFlagLink", "deleteFlagLink"});
  EXPECT_THAT(Lines()[1],
              HasSubstr("lacks createFlagLink, updateFlagLink and deleteFlagLink; add "));
}

TEST_F(OnlineCheckTest, ChangesNothing) {
  LaunchDarklyStandIn::Link link;
  link.flag = {"default", "checkout-v2"};
  link.key = "somebody-s";
  link.title = "as it was";
  stand_in_.Plant(link);
  Check();
  ASSERT_EQ(stand_in_.Links().size(), 1u);
  EXPECT_EQ(stand_in_.Links()[0].title, "as it was");
  for (const auto& request : stand_in_.Requests()) {
    EXPECT_TRUE(request.method == "GET" || request.status >= 400)
        << request.method << " " << request.path << " " << request.status;
  }
}

TEST_F(OnlineCheckTest, AsksAHandfulOfRequestsAndOfManyProjectsTheFirst) {
  Check();
  EXPECT_EQ(server_.Arrivals().size(), 5u);
  options_.projects.clear();
  for (int i = 0; i < 12; ++i) options_.projects.push_back("p" + std::to_string(i));
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 12u);
  EXPECT_EQ(lines.back(), "LaunchDarkly: was asked about the first 10 projects only");
  EXPECT_EQ(server_.Arrivals().size(), 5u + 11u);
}

TEST_F(OnlineCheckTest, AProjectThatIsNotThereOrEmptyIsNamed) {
  options_.projects = {"absent", "empty", "default"};
  EXPECT_THAT(
      Lines(),
      ElementsAre(kWho,
                  "WRONG LaunchDarkly: read the live flags of project absent: answered 404: there "
                  "is no such project, or the token may not read it",
                  "project empty: has no flags yet, so what the token may do there was not asked",
                  HasSubstr("project default: 2 flags; ")));
}

TEST_F(OnlineCheckTest, AWrongTokenIsAllThatIsSaid) {
  stand_in_.SetToken("another");
  EXPECT_THAT(
      Lines(),
      ElementsAre(
          "WRONG LaunchDarkly: answered 401: [launchdarkly] token is not valid; it takes an "
          "API access token, no SDK key, made in LaunchDarkly under Authorization"));
  EXPECT_EQ(server_.Arrivals().size(), 1u);
}

TEST_F(OnlineCheckTest, WhereItIsToWaitItSaysUntilWhenAndAsksNoMore) {
  AnswerWith(429, {{"retry-after", "7"}});
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("WRONG LaunchDarkly: answered 429: wants no request before 20"));
  EXPECT_THAT(lines[0], HasSubstr("Z; nothing more was asked"));
  EXPECT_EQ(server_.Arrivals().size(), 1u);
  AnswerWith(503);
  EXPECT_THAT(Lines(), ElementsAre("WRONG LaunchDarkly: answered 503: try again later; nothing "
                                   "more was asked"));
}

TEST_F(OnlineCheckTest, WhatIsNotLaunchDarklyIsToldApart) {
  AnswerWith(302, {{"location", "https://elsewhere.example/"}});
  EXPECT_THAT(Lines(), ElementsAre("WRONG LaunchDarkly: answered 302: check base_url"));
  const std::string not_it = ", but not as LaunchDarkly does: check base_url";
  AnswerWith(404);
  EXPECT_THAT(Lines(), ElementsAre("WRONG LaunchDarkly: answered 404" + not_it));
  for (const char* body : {"<html>", "[]", ""}) {
    AnswerWith(200, {}, body);
    EXPECT_THAT(Lines(), ElementsAre("WRONG LaunchDarkly: answered 200" + not_it)) << body;
  }
  server_.Refuse();
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], testing::StartsWith("WRONG LaunchDarkly: no answer: "));
  EXPECT_THAT(lines[0], testing::EndsWith("; look at base_url, proxy and ca, and at the network"));
}

TEST_F(OnlineCheckTest, WhatItIsToldIsSafeForATerminal) {
  AnswerWith(200, {}, R"({"tokenName":"\u001b[2J","accountId":7,"serviceToken":"yes"})");
  EXPECT_EQ(Lines()[0], "LaunchDarkly: the token is the personal token \"\\x1b[2J\"");
}

}  // namespace
}  // namespace flaglinkd
