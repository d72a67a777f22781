#include "daemon/fetch/fetch_policy.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/fakes/changes.h"

namespace flaglinkd {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Kind = FetchVerdict::Kind;

HttpAnswer Answer(int status, std::vector<Header> headers = {}) {
  HttpAnswer answer;
  answer.kind = HttpAnswer::Kind::kAnswered;
  answer.status = status;
  answer.headers = std::move(headers);
  return answer;
}

TEST(FetchPolicy, AStatusSaysWhetherToComeBack) {
  const std::vector<std::pair<int, Kind>> table = {
      {200, Kind::kDocument}, {204, Kind::kDocument}, {301, Kind::kRefused}, {302, Kind::kRefused},
      {400, Kind::kRefused},  {401, Kind::kRefused},  {403, Kind::kRefused}, {404, Kind::kRefused},
      {408, Kind::kFailed},   {410, Kind::kRefused},  {425, Kind::kFailed},  {429, Kind::kLimited},
      {500, Kind::kFailed},   {502, Kind::kFailed},   {503, Kind::kFailed},  {599, Kind::kFailed}};
  for (const auto& [status, kind] : table) {
    const FetchVerdict verdict = Judge(Answer(status), "slack.com", At(0));
    EXPECT_EQ(verdict.kind, kind) << status;
    EXPECT_EQ(verdict.reason, "slack.com answered " + std::to_string(status));
  }
}

TEST(FetchPolicy, NoAnswerMayComeLater) {
  HttpAnswer lost;
  lost.kind = HttpAnswer::Kind::kLost;
  lost.error = "Timeout was reached";
  EXPECT_EQ(Judge(lost, "slack.com", At(0)).kind, Kind::kFailed);
  EXPECT_EQ(Judge(lost, "slack.com", At(0)).reason, "slack.com: Timeout was reached");
}

TEST(FetchPolicy, RetryAfterIsKeptWithinBounds) {
  const auto told = [](const char* value) {
    return Judge(Answer(429, {{"retry-after", value}}), "slack.com", At(0)).not_before;
  };
  EXPECT_EQ(told("30"), At(30));
  EXPECT_EQ(told("0"), At(0));
  EXPECT_EQ(told("999999999999"), At(3600));
  for (const char* rubbish : {"", "-1", "soon", "30s", "99999999999999999999"}) {
    EXPECT_EQ(told(rubbish), std::nullopt) << rubbish;
  }
  EXPECT_EQ(Judge(Answer(429), "slack.com", At(0)).not_before, std::nullopt);
}

TEST(FetchPolicy, TheBackoffDoublesUpToHalfAnHour) {
  EXPECT_EQ(FetchBackoff(0, 0), seconds(5));
  EXPECT_LT(FetchBackoff(0, 0.999), seconds(10));
  EXPECT_EQ(FetchBackoff(1, 0), seconds(10));
  EXPECT_EQ(FetchBackoff(5, 0), seconds(160));
  EXPECT_EQ(FetchBackoff(8, 0), minutes(15));
  EXPECT_EQ(FetchBackoff(1'000'000, 0), minutes(15));
}

TEST(SourcePaceTest, OneRequestAtATimeAndOneASecond) {
  SourcePace pace;
  EXPECT_LE(pace.NextAt(At(0)), At(0));
  pace.Begin(At(0));
  EXPECT_TRUE(pace.busy());
  pace.Succeed();
  EXPECT_FALSE(pace.busy());
  EXPECT_EQ(pace.NextAt(At(0)), At(1));
}

TEST(SourcePaceTest, AFailurePausesTheSourceLongerEachTimeUntilOneSucceeds) {
  SourcePace pace;
  pace.Begin(At(0));
  pace.Fail(At(0), std::nullopt, 0);
  EXPECT_EQ(pace.NextAt(At(0)), At(5));
  pace.Begin(At(5));
  pace.Fail(At(5), std::nullopt, 0);
  EXPECT_EQ(pace.NextAt(At(5)), At(15));
  pace.Begin(At(15));
  pace.Succeed();
  EXPECT_EQ(pace.NextAt(At(15)), At(16));
  pace.Begin(At(16));
  pace.Fail(At(16), std::nullopt, 0);
  EXPECT_EQ(pace.NextAt(At(16)), At(21));
}

TEST(SourcePaceTest, WhatTheServerAsksForIsKept) {
  SourcePace pace;
  pace.Begin(At(0));
  pace.Fail(At(0), At(60), 0);
  EXPECT_EQ(pace.NextAt(At(0)), At(60));
}

TEST(SourcePaceTest, AClockThatWasSetBackDoesNotStopIt) {
  SourcePace pace;
  pace.Begin(At(1'000'000));
  pace.Succeed();
  EXPECT_EQ(pace.NextAt(At(0)), At(0));
  EXPECT_EQ(pace.NextAt(At(1'000'000 - 60)), At(1'000'001));
}

}  // namespace
}  // namespace flaglinkd
