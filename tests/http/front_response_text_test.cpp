#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "daemon/http/response_text.h"

namespace flaglinkd {
namespace {

const TimePoint kNow = std::chrono::sys_days(std::chrono::January / 5 / 2026) +
                       std::chrono::hours(3) + std::chrono::minutes(4) + std::chrono::seconds(9);

TEST(FormatResponse, SetsWhatTheListenerAnswersFor) {
  HttpResponse response;
  response.body = R"({"event":"1"})";
  response.headers = {{"x-hook-secret", "abc"}};
  EXPECT_EQ(FormatResponse(response, AnswerBody::kSent, AfterAnswer::kKeepOpen, kNow),
            "HTTP/1.1 200 OK\r\nDate: Mon, 05 Jan 2026 03:04:09 GMT\r\n"
            "Content-Type: application/json\r\nContent-Length: 13\r\nx-hook-secret: abc\r\n\r\n"
            R"({"event":"1"})");
}

TEST(FormatResponse, AnswersHeadWithoutTheBodyButWithItsLength) {
  HttpResponse response;
  response.body = "12345";
  response.content_type = "text/plain";
  EXPECT_EQ(FormatResponse(response, AnswerBody::kLeftOut, AfterAnswer::kClose, kNow),
            "HTTP/1.1 200 OK\r\nDate: Mon, 05 Jan 2026 03:04:09 GMT\r\n"
            "Content-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
}

TEST(FormatResponse, NoContentHasNeitherLengthNorBody) {
  HttpResponse response;
  response.status = 204;
  response.body = "ignored";
  EXPECT_EQ(FormatResponse(response, AnswerBody::kSent, AfterAnswer::kKeepOpen, kNow),
            "HTTP/1.1 204 No Content\r\nDate: Mon, 05 Jan 2026 03:04:09 GMT\r\n\r\n");
}

TEST(FormatResponse, NoHeaderCanStartALineOrReplaceOurs) {
  HttpResponse response;
  response.status = 299;
  response.headers = {{"x-echo", "a\r\nSet-Cookie: b"},
                      {"Content-LENGTH", "7"},
                      {"transfer-encoding", "chunked"},
                      {"bad name", "c"},
                      {"", "d"}};
  EXPECT_EQ(FormatResponse(response, AnswerBody::kSent, AfterAnswer::kKeepOpen, kNow),
            "HTTP/1.1 299 \r\nDate: Mon, 05 Jan 2026 03:04:09 GMT\r\n"
            "Content-Length: 0\r\nx-echo: a  Set-Cookie: b\r\n\r\n");
}

TEST(RefusalResponse, TellsTheReasonAndWhenToComeBack) {
  const HttpResponse refusal = RefusalResponse({503, "not answered"});
  EXPECT_EQ(refusal.body, R"({"error":"not answered"})");
  EXPECT_EQ(refusal.headers, (std::vector<Header>{{"retry-after", "5"}}));
  EXPECT_TRUE(refusal.close);
  EXPECT_TRUE(RefusalResponse({400, "host"}).headers.empty());
}

}  // namespace
}  // namespace flaglinkd
