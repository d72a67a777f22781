#include "daemon/receive/answers.h"

#include <vector>

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

CommitResult Committed(CommitResult::Kind kind) {
  CommitResult result;
  result.kind = kind;
  result.event = 17;
  result.links = 2;
  result.reason = "because \"so\"";
  return result;
}

TEST(Answers, SayWhatTheContractSays) {
  using Kind = CommitResult::Kind;
  EXPECT_EQ(CommitAnswer(Committed(Kind::kStored)).body, R"({"event":"17","links":2})");
  EXPECT_EQ(CommitAnswer(Committed(Kind::kDuplicate)).body, R"({"duplicate":"17"})");
  EXPECT_EQ(CommitAnswer(Committed(Kind::kFailed)).body,
            R"({"event":"17","failed":"because \"so\""})");
  EXPECT_EQ(CommitAnswer(Committed(Kind::kIgnored)).body, R"({"ignored":"because \"so\""})");
  EXPECT_EQ(ErrorAnswer(401, "signature").body, R"({"error":"signature"})");
}

TEST(Answers, AreAllExactly200ButForWhatWasNotStored) {
  using Kind = CommitResult::Kind;
  for (Kind kind : {Kind::kStored, Kind::kDuplicate, Kind::kFailed, Kind::kIgnored}) {
    EXPECT_EQ(CommitAnswer(Committed(kind)).status, 200);
  }
  const HttpResponse unavailable = CommitAnswer(Committed(Kind::kUnavailable));
  EXPECT_EQ(unavailable.status, 503);
  EXPECT_EQ(unavailable.headers, (std::vector<Header>{{"retry-after", "5"}}));
  EXPECT_EQ(unavailable.body, R"({"error":"unavailable"})");
}

TEST(Answers, OfTheAdapterAreSentAsTheyAre) {
  const HttpResponse answer =
      ReplyAnswer({200, "text/plain", "challenge", {{"x-hook-secret", "abc"}}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/plain");
  EXPECT_EQ(answer.body, "challenge");
  EXPECT_EQ(answer.headers, (std::vector<Header>{{"x-hook-secret", "abc"}}));
}

}  // namespace
}  // namespace flaglinkd
