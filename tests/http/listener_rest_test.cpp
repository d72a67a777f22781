// That waiting costs nothing: the thread rests when there is nothing to do, whatever a client does
// or does not.
#include <gtest/gtest.h>
#include <time.h>

#include "tests/http/listener_fixture.h"

namespace flaglinkd {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kGet = "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n";

class ListenerRestTest : public ListenerTest {
 protected:
  ListenerRestTest() { options_.head_timeout = milliseconds(500); }

  // The processor time that this process spends while a silent client runs into head_timeout.
  milliseconds BusyWhileIdle() {
    TestClient clock = Connect();
    timespec before{}, after{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    clock.ReadToEnd();
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    const auto spent = std::chrono::seconds(after.tv_sec - before.tv_sec) +
                       std::chrono::nanoseconds(after.tv_nsec - before.tv_nsec);
    return std::chrono::duration_cast<milliseconds>(spent);
  }
  static constexpr milliseconds kNothing{125};  // of 500; a thread that spins spends them all
};

TEST_F(ListenerRestTest, WithSilentClients) {
  Start();
  TestClient silent = Connect(), half = Connect();
  half.Send("GET / HTTP/1.1\r\n");
  EXPECT_LT(BusyWhileIdle(), kNothing);
}

TEST_F(ListenerRestTest, WithAClientThatGoesOnSendingWhileItsAnswerIsDue) {
  handler_.on_request = [this, answer = handler_.on_request](HttpRequest request,
                                                             Responder responder) {
    if (request.path == "/ok") return answer(std::move(request), std::move(responder));
    held_.Holder()(std::move(request), std::move(responder));
  };
  Start();
  TestClient client = Connect(), finished = Connect();
  client.Send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  finished.Send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  auto held = held_.Take(2);
  client.Send(kGet);
  finished.FinishSending();
  EXPECT_LT(BusyWhileIdle(), kNothing);
  for (const auto& request : held) request.responder.Send({});
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 200);
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 200);
  EXPECT_EQ(StatusOf(finished.ReadToEnd()), 200);
}

TEST_F(ListenerRestTest, WithAClientThatDoesNotReadItsAnswer) {
  handler_.on_request = [answer = handler_.on_request](HttpRequest request, Responder responder) {
    if (request.path == "/ok") return answer(std::move(request), std::move(responder));
    HttpResponse response;
    response.body.assign(32u << 20, 'p');
    responder.Send(std::move(response));
  };
  Start();
  TestClient deaf = Connect();
  deaf.Send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
  while (deaf.BytesThere() == 0) {
  }
  EXPECT_LT(BusyWhileIdle(), kNothing);
}

TEST_F(ListenerRestTest, WithClientsForWhomThereIsNoPlace) {
  options_.max_connections = 2;
  handler_.on_request = held_.Holder();
  Start();
  TestClient holder = Connect();
  holder.Send(kGet);
  auto held = held_.Take(1);
  TestClient silent = Connect(), waiting = Connect();
  EXPECT_LT(BusyWhileIdle(), kNothing);
}

}  // namespace
}  // namespace flaglinkd
