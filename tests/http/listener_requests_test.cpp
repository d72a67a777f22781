// What the listener takes, what it refuses, and how it answers, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <variant>

#include "tests/http/listener_fixture.h"
#include "tests/http/malformed_requests.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST_F(ListenerTest, AnswersAndKeepsTheConnection) {
  Start();
  TestClient client = Connect();
  client.Send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  const std::string answer = client.ReadAnswer();
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(BodyOf(answer), "POST /a abc");
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Connection:")));
  ExpectServed(client);
}

TEST_F(ListenerTest, TellsTheHandlerWhoAsked) {
  std::string at_head, at_request;
  handler_.on_head = [&](const HttpRequest& head) {
    at_head = head.peer;
    return HttpHandler::Accept{0};
  };
  handler_.on_request = [&](HttpRequest request, Responder responder) {
    at_request = request.peer;
    responder.Send({});
  };
  Start();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.ReadAnswer();
  EXPECT_EQ(at_head, "127.0.0.1");
  EXPECT_EQ(at_request, "127.0.0.1");
}

TEST_F(ListenerTest, TakesRequestsByteByByte) {
  Start();
  TestClient client = Connect();
  for (const std::string request :
       {"PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n2;x\r\n\r\n\r\n0\r\n\r\n",
        "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc\r\n"}) {
    for (std::size_t i = 0; i < request.size(); ++i) client.Send({&request[i], 1});
    EXPECT_EQ(BodyOf(client.ReadAnswer()), "PUT /a abc\r\n");
  }
}

TEST_F(ListenerTest, AnswersPipelinedRequestsInOrder) {
  handler_.on_request = held_.Holder();
  Start();
  TestClient client = Connect();
  client.Send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  for (const std::string path : {"/1", "/2", "/3"}) {
    // One at a time: the next is handed over when the one before is answered.
    auto held = held_.Take(1);
    ASSERT_EQ(held.size(), 1u);
    HttpResponse response;
    response.body = held[0].request.path;
    held[0].responder.Send(response);
    EXPECT_EQ(BodyOf(client.ReadAnswer()), path);
  }
}

TEST_F(ListenerTest, TakesWhatComesWhileAnAnswerIsDue) {
  handler_.on_request = held_.Holder();
  Start();
  TestClient client = Connect();
  client.Send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  auto first = held_.Take(1);
  client.Send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  first[0].responder.Send({});
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 200);
  auto second = held_.Take(1);
  EXPECT_EQ(second[0].request.path, "/2");
  second[0].responder.Send({});
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 200);
}

TEST_F(ListenerTest, InvitesABodyThatWaitsForIt) {
  Start();
  TestClient client = Connect();
  client.Send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "POST / abc");
}

TEST_F(ListenerTest, DoesNotInviteABodyThatItRefuses) {
  handler_.body_limit = 2;
  Start();
  TestClient client = Connect();
  client.Send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadToEnd()), 413);
}

TEST_F(ListenerTest, RefusesMalformedRequestsOnceAndCloses) {
  Start();
  ScriptedHandler::Refusals expected;
  for (const MalformedRequest& malformed : MalformedRequests()) {
    SCOPED_TRACE(malformed.what);
    TestClient client = Connect();
    // What follows must not be read as a request of its own.
    client.Send(malformed.bytes + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    client.FinishSending();
    const std::string answer = client.ReadToEnd();
    EXPECT_EQ(StatusOf(answer), malformed.status) << answer;
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_EQ(BodyOf(answer), std::string(R"({"error":")") + malformed.reason + R"("})");
    expected.emplace_back(malformed.status, malformed.reason);
  }
  EXPECT_EQ(handler_.refusals(), expected);
}

TEST_F(ListenerTest, AnOversizedBodyIsNotReadAsRequests) {
  handler_.body_limit = 4096;
  std::atomic<int> handled = 0;
  handler_.on_request = [&](HttpRequest, Responder responder) {
    ++handled;
    responder.Send({});
  };
  Start();
  std::string embedded;
  for (int i = 0; i < 31; ++i) {
    std::string request = "POST /hooks/jira HTTP/1.1\r\nHost: a\r\nX-Filling: ";
    request += std::string(6000, 'x') + "\r\nContent-Length: 0\r\n\r\n";
    embedded += request;
  }
  for (const std::string& head : {"Content-Length: " + std::to_string(embedded.size()) + "\r\n\r\n",
                                  std::string("Transfer-Encoding: chunked\r\n\r\n30000\r\n")}) {
    TestClient client = Connect();
    client.Send("POST / HTTP/1.1\r\nHost: a\r\n" + head + embedded);
    client.FinishSending();
    const std::string answer = client.ReadToEnd();
    EXPECT_EQ(StatusOf(answer), 413);
    EXPECT_EQ(BodyOf(answer), R"({"error":"body over the limit"})");
  }
  EXPECT_EQ(handled, 0);
}

TEST_F(ListenerTest, ClosesWhenTheClientAsksForIt) {
  Start();
  for (const std::string request : {"GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                                    "GET /ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"}) {
    TestClient client = Connect();
    client.Send(request);
    const std::string answer = client.ReadToEnd();
    EXPECT_EQ(BodyOf(answer), "GET /ok ");
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  }
}

TEST_F(ListenerTest, ClosesWhenTheHandlerAsksForIt) {
  handler_.on_request = [](HttpRequest, Responder responder) {
    HttpResponse response;
    response.close = true;
    responder.Send(response);
  };
  Start();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(ListenerTest, AnswersHeadWithoutABody) {
  Start();
  TestClient client = Connect();
  client.Send("HEAD /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answer = client.ReadToEnd();
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 9\r\n"));
  EXPECT_EQ(BodyOf(answer), "");
}

TEST_F(ListenerTest, ARefusalAfterHeadHasItsBody) {
  Start();
  TestClient client = Connect();
  client.Send("HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), HasSubstr(R"({"error":"no host"})"));
}

class AnsweredAtHeadTest : public ListenerTest {
 protected:
  AnsweredAtHeadTest() {
    handler_.on_head =
        [](const HttpRequest& head) -> std::variant<HttpHandler::Accept, HttpResponse> {
      if (head.path == "/ok") return HttpHandler::Accept{100};
      HttpResponse response;
      response.status = 404;
      return response;
    };
  }
};

TEST_F(AnsweredAtHeadTest, TheConnectionIsKeptWhenNoBodyIsUnderWay) {
  Start();
  TestClient client = Connect();
  client.Send("GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 404);
  ExpectServed(client);
}

TEST_F(AnsweredAtHeadTest, TheConnectionClosesWhenABodyIsUnderWay) {
  Start();
  TestClient client = Connect();
  client.Send(
      "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nGET /ok HTTP/1.1\r\nHost: "
      "a\r\n\r\n");
  client.FinishSending();
  const std::string answer = client.ReadToEnd();
  EXPECT_EQ(StatusOf(answer), 404);
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(BodyOf(answer), "");
  EXPECT_TRUE(handler_.refusals().empty());
}

TEST_F(ListenerTest, AnswersAClientThatHasFinishedSending) {
  handler_.on_request = held_.Holder();
  Start();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.FinishSending();
  held_.Take(1)[0].responder.Send({});
  EXPECT_EQ(StatusOf(client.ReadToEnd()), 200);
}

TEST_F(ListenerTest, AHandlerThatThrowsCostsItsConnectionOnly) {
  handler_.on_head = [](const HttpRequest& head) {
    if (head.path == "/bad") throw std::runtime_error("broken");
    return HttpHandler::Accept{0};
  };
  Start();
  TestClient bad = Connect();
  bad.Send("GET /bad HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(bad.ReadToEnd(), "");
  TestClient good = Connect();
  ExpectServed(good);
}

}  // namespace
}  // namespace flaglinkd
