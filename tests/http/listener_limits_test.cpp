// Deadlines, and what happens when there is no more of something.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <vector>

#include "tests/http/listener_fixture.h"

namespace flaglinkd {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// From the connect to the first bytes, on a machine that is busy with other things too.
constexpr milliseconds kTimeToSpeak{500};

constexpr std::string_view kGet = "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n";

std::string Post(std::size_t bytes) {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
         std::string(bytes, 'x');
}

TEST_F(ListenerTest, AHeadThatStopsHalfWayIsTimedOut) {
  options_.head_timeout = kTimeToSpeak;
  Start();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(StatusOf(client.ReadToEnd()), 408);
  EXPECT_THAT(handler_.refusals(), ElementsAre(Pair(408, "too slow")));
}

TEST_F(ListenerTest, ATrickleDoesNotMoveTheHeadsDeadline) {
  options_.head_timeout = kTimeToSpeak;
  Start();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nX: ");
  pollfd answered{client.fd(), POLLIN, 0};
  int bytes = 0;
  // The pause between the bytes is far below the deadline.
  for (; bytes < 5000 && ::poll(&answered, 1, 5) == 0; ++bytes) client.Send("x");
  EXPECT_LT(bytes, 5000);
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 408);
}

TEST_F(ListenerTest, ABodyThatStopsHalfWayIsTimedOut) {
  options_.body_timeout = milliseconds(40);
  Start();
  TestClient client = Connect();
  client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(StatusOf(client.ReadToEnd()), 408);
}

TEST_F(ListenerTest, ASilentClientIsClosedWithoutAnAnswer) {
  options_.head_timeout = milliseconds(40);
  Start();
  TestClient client = Connect();
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_TRUE(handler_.refusals().empty());
}

TEST_F(ListenerTest, AnIdleConnectionIsClosedWithoutAnAnswer) {
  options_.idle_timeout = milliseconds(40);
  Start();
  TestClient client = Connect();
  ExpectServed(client);
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_TRUE(handler_.refusals().empty());
}

TEST_F(ListenerTest, NoDeadlineCutsARequestWhoseAnswerIsDue) {
  options_.head_timeout = options_.body_timeout = options_.idle_timeout = kTimeToSpeak;
  handler_.on_request = held_.Holder();
  Start();
  TestClient waiting = Connect();
  waiting.Send(Post(10));
  auto held = held_.Take(1);
  TestClient silent = Connect();
  EXPECT_EQ(silent.ReadToEnd(), "");  // cut by a deadline that began later
  held[0].responder.Send({});
  EXPECT_EQ(StatusOf(waiting.ReadAnswer()), 200);
}

TEST_F(ListenerTest, BodiesBeyondTheMemoryForThemAreRefusedUntilOthersAreAnswered) {
  options_.max_body_memory = 100'000;
  handler_.on_request = held_.Holder();
  Start();
  TestClient first = Connect();
  first.Send(Post(80'000));
  auto held = held_.Take(1);
  TestClient second = Connect();
  second.Send(Post(80'000));
  const std::string refused = second.ReadToEnd();
  EXPECT_EQ(StatusOf(refused), 503);
  EXPECT_THAT(refused, HasSubstr("\r\nretry-after: 5\r\n"));
  EXPECT_THAT(handler_.refusals(), ElementsAre(Pair(503, "too many bodies in memory")));

  held[0].responder.Send({});
  EXPECT_EQ(StatusOf(first.ReadAnswer()), 200);
  TestClient third = Connect();
  third.Send(Post(80'000));
  held_.Take(1)[0].responder.Send({});
  EXPECT_EQ(StatusOf(third.ReadAnswer()), 200);
}

TEST_F(ListenerTest, ABodyThatIsCutOffGivesItsMemoryBack) {
  options_.max_body_memory = 100'000;
  options_.body_timeout = milliseconds(40);
  Start();
  for (int i = 0; i < 3; ++i) {
    TestClient client = Connect();
    client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n" +
                std::string(80'000, 'x'));
    EXPECT_EQ(StatusOf(client.ReadToEnd()), 408);
  }
}

TEST_F(ListenerTest, ClientsBeyondTheLastPlaceWaitUntilOneIsFree) {
  options_.max_connections = 2;
  handler_.on_request = held_.Holder();
  Start();
  TestClient first = Connect(), second = Connect(), third = Connect();
  first.Send(kGet);
  second.Send(kGet);
  auto held = held_.Take(2);
  third.Send(kGet);
  for (const auto& request : held) request.responder.Send({});
  EXPECT_EQ(StatusOf(first.ReadAnswer()), 200);  // and is idle now, and gives way
  EXPECT_EQ(StatusOf(second.ReadAnswer()), 200);
  held_.Take(1)[0].responder.Send({});
  EXPECT_EQ(StatusOf(third.ReadAnswer()), 200);
}

TEST_F(ListenerTest, TheLongestIdleGivesWayToANewcomer) {
  options_.max_connections = 2;
  Start();
  TestClient oldest = Connect(), older = Connect();
  ExpectServed(oldest);
  ExpectServed(older);
  TestClient newcomer = Connect();
  ExpectServed(newcomer);
  EXPECT_EQ(oldest.ReadToEnd(), "");
  ExpectServed(older);
}

TEST_F(ListenerTest, SurvivesHavingNoMoreFileDescriptors) {
  Start();
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  TestClient client = Connect();
  ExpectServed(client);
  const int lowest_free = UniqueFd(::dup(client.fd())).get();
  const rlimit one_left{static_cast<rlim_t>(lowest_free) + 1, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &one_left), 0);
  TestClient waiting = Connect();  // has the last one, so that the listener's end of it gets none
  waiting.Send(kGet);
  ExpectServed(client);
  EXPECT_EQ(waiting.BytesThere(), 0u);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(StatusOf(waiting.ReadAnswer()), 200);
}

TEST_F(ListenerTest, SendsALongAnswerToAClientThatReadsSlowly) {
  const std::string page(8u << 20, 'p');
  handler_.on_request = [&](HttpRequest request, Responder responder) {
    HttpResponse response;
    if (request.path == "/page") response.body = page;
    responder.Send(response);
  };
  Start();
  TestClient slow = Connect(), other = Connect();
  slow.Send("GET /page HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  other.Send(kGet);
  EXPECT_EQ(StatusOf(other.ReadAnswer()), 200);
  EXPECT_EQ(BodyOf(slow.ReadAnswer()).size(), page.size());
  EXPECT_EQ(StatusOf(slow.ReadAnswer()), 200);
}

TEST_F(ListenerTest, AClientThatDoesNotReadItsAnswerIsClosed) {
  options_.body_timeout = milliseconds(40);
  options_.max_connections = 1;
  handler_.on_request = [](HttpRequest request, Responder responder) {
    HttpResponse response;
    if (request.path == "/page") response.body.assign(32u << 20, 'p');
    responder.Send(response);
  };
  Start();
  TestClient deaf = Connect();
  deaf.Send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
  TestClient next = Connect();  // the only place is taken until the first is closed
  next.Send(kGet);
  EXPECT_EQ(StatusOf(next.ReadAnswer()), 200);
  EXPECT_LT(deaf.ReadAnswer().size(), 32u << 20);
}

}  // namespace
}  // namespace flaglinkd
