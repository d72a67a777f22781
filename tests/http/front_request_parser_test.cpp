#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/request_parser.h"
#include "tests/http/malformed_requests.h"

namespace flaglinkd {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;
using State = RequestParser::State;

struct Parsed {
  std::vector<HttpRequest> requests;
  std::optional<Refusal> refusal;
  State end = State::kIdle;
};

// Feeds the pieces as a connection does, with a body limit of 1000.
Parsed Parse(const std::vector<std::string_view>& pieces) {
  RequestParser parser;
  Parsed parsed;
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      piece.remove_prefix(parser.Feed(piece));
      if (parser.state() == State::kDecide) parser.AcceptBody(1000);
      if (parser.state() == State::kRequest) parsed.requests.push_back(parser.TakeRequest());
      if (parser.state() != State::kRefused) continue;
      parsed.refusal = parser.refusal();
      parsed.end = State::kRefused;
      return parsed;
    }
  }
  parsed.end = parser.state();
  return parsed;
}

std::vector<std::string_view> EveryByte(std::string_view bytes) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i) pieces.push_back(bytes.substr(i, 1));
  return pieces;
}

HttpRequest ParseOne(std::string_view bytes) {
  Parsed parsed = Parse({bytes});
  EXPECT_EQ(parsed.refusal, std::nullopt) << parsed.refusal.value_or(Refusal{}).reason;
  EXPECT_EQ(parsed.requests.size(), 1u);
  EXPECT_EQ(parsed.end, State::kIdle);
  return parsed.requests.empty() ? HttpRequest{} : parsed.requests.front();
}

TEST(RequestParser, ReadsEveryPartOfARequest) {
  const HttpRequest request = ParseOne(
      "POST /hooks/jira?secret=a%20b&c HTTP/1.1\r\nHost: example.org\r\nX-Empty:\r\n"
      "X-Hub-Signature:  sha256=\xff 00 \t\r\ncontent-LENGTH: 05\r\n\r\na\0\xff\r\n"s);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/hooks/jira");
  EXPECT_EQ(request.query, "secret=a%20b&c");
  EXPECT_EQ(request.body, "a\0\xff\r\n"s);
  EXPECT_THAT(request.headers, ElementsAre(Header{"host", "example.org"}, Header{"x-empty", ""},
                                           Header{"x-hub-signature", "sha256=\xff 00"},
                                           Header{"content-length", "05"}));
}

TEST(RequestParser, PutsChunksTogether) {
  const HttpRequest request = ParseOne(
      "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "3;name=value\r\nabc\r\n00A ; x=\"y\"\r\n0123456789\r\n0\r\nX-Trailer: dropped\r\n\r\n");
  EXPECT_EQ(request.body, "abc0123456789");
  EXPECT_THAT(request.headers,
              ElementsAre(Header{"host", "a"}, Header{"transfer-encoding", "Chunked"}));
}

TEST(RequestParser, ReadsTheSameWhereverTheStreamIsCut) {
  const std::string stream =
      "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\n\r\n\r\n0\r\nT: 1\r\n\r\n"
      "\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n0\r\n\r"
      "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto expect_all = [](const Parsed& parsed) {
    ASSERT_EQ(parsed.requests.size(), 3u);
    EXPECT_EQ(parsed.requests[0].path + parsed.requests[0].body, "/1abc\r\n");
    EXPECT_EQ(parsed.requests[1].path + parsed.requests[1].body, "/20\r\n\r");
    EXPECT_EQ(parsed.requests[2].path + parsed.requests[2].body, "/3");
    EXPECT_EQ(parsed.end, State::kIdle);
  };
  expect_all(Parse(EveryByte(stream)));
  const std::string_view all = stream;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    SCOPED_TRACE(cut);
    expect_all(Parse({all.substr(0, cut), all.substr(cut)}));
  }
}

TEST(RequestParser, RefusesWhatTwoReadersCouldReadDifferently) {
  for (const MalformedRequest& malformed : MalformedRequests()) {
    SCOPED_TRACE(malformed.what);
    const Refusal expected{malformed.status, malformed.reason};
    const Parsed whole = Parse({malformed.bytes});
    EXPECT_EQ(whole.refusal.value_or(Refusal{0, "taken"}).status, expected.status);
    EXPECT_STREQ(whole.refusal.value_or(Refusal{0, "taken"}).reason, expected.reason);
    EXPECT_TRUE(whole.requests.empty());
    const Parsed in_bytes = Parse(EveryByte(malformed.bytes));
    EXPECT_EQ(in_bytes.refusal, expected);
    EXPECT_TRUE(in_bytes.requests.empty());
  }
}

TEST(RequestParser, TakesNothingAfterARefusal) {
  RequestParser parser;
  parser.Feed("GET / HTTP/1.1\r\n\r\n");
  ASSERT_EQ(parser.state(), State::kRefused);
  EXPECT_EQ(parser.Feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 0u);
  EXPECT_EQ(parser.state(), State::kRefused);
}

TEST(RequestParser, JoinsTheHeadersThatMayComeMoreThanOnce) {
  const HttpRequest request = ParseOne(
      "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nCookie: a=1\r\nAccept: x/y\r\n"
      "x-forwarded-for: 2.2.2.2\r\nCookie: b=2\r\nAccept: */*\r\n\r\n");
  EXPECT_THAT(request.headers,
              ElementsAre(Header{"host", "a"}, Header{"x-forwarded-for", "1.1.1.1, 2.2.2.2"},
                          Header{"cookie", "a=1; b=2"}, Header{"accept", "x/y, */*"}));
}

TEST(RequestParser, TakesTheTargetOfARequestToAProxy) {
  EXPECT_EQ(ParseOne("GET http://h:80/a?b HTTP/1.1\r\nHost: h\r\n\r\n").path, "/a");
  EXPECT_EQ(ParseOne("GET HTTPS://h HTTP/1.1\r\nHost: h\r\n\r\n").path, "/");
  const HttpRequest query_only = ParseOne("GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(query_only.path + "?" + query_only.query, "/?q");
}

TEST(RequestParser, LeavesTheMethodToTheHandler) {
  for (const char* method : {"POST", "DELETE", "get", "BREW"}) {
    EXPECT_EQ(ParseOne(std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n").method, method);
  }
}

TEST(RequestParser, HttpOneZeroNeedsNoHostAndCloses) {
  RequestParser parser;
  parser.Feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_EQ(parser.state(), State::kDecide);
  EXPECT_TRUE(parser.close());
}

TEST(RequestParser, SeesCloseAmongTheConnectionsOptions) {
  RequestParser parser;
  parser.Feed("GET / HTTP/1.1\r\nHost: a\r\nConnection: TE, CLOSE\r\n\r\n");
  EXPECT_TRUE(parser.close());
  RequestParser other;
  other.Feed("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n");
  EXPECT_FALSE(other.close());
}

TEST(RequestParser, AHeadMayHaveSixteenKibibytesAndNotOneMore) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::string filling(kMaxHeadBytes - start.size() - end.size(), 'x');
  EXPECT_EQ(Parse({start + filling + end}).requests.size(), 1u);
  EXPECT_EQ(Parse({start + filling + "x" + end}).refusal, (Refusal{431, "head too large"}));
}

TEST(RequestParser, AHeadMayHaveAHundredHeaders) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 1; i < 100; ++i) head += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(ParseOne(head + "\r\n").headers.size(), 100u);
}

TEST(RequestParser, ABodyMayReachItsLimitAndNotOneMore) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string thousand(1000, 'x');
  EXPECT_EQ(ParseOne(head + "Content-Length: 1000\r\n\r\n" + thousand).body, thousand);
  EXPECT_EQ(
      ParseOne(head + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + thousand + "\r\n0\r\n\r\n")
          .body,
      thousand);
  const Refusal too_large{413, "body over the limit"};
  EXPECT_EQ(Parse({head + "Content-Length: 1001\r\n\r\n"}).refusal, too_large);
  EXPECT_EQ(
      Parse({head + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + thousand + "\r\n1\r\nx"}).refusal,
      too_large);
}

}  // namespace
}  // namespace flaglinkd
