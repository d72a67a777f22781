// How the listener ends.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/http/listener_fixture.h"

namespace flaglinkd {
namespace {

constexpr std::string_view kGet = "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(ListenerTest, DrainClosesTheIdleAndRefusesNewcomers) {
  Start();
  TestClient idle = Connect();
  ExpectServed(idle);
  listener_->Drain(kTestPatience);
  EXPECT_EQ(idle.ReadToEnd(), "");
  EXPECT_FALSE(Connect().connected());
}

TEST_F(ListenerTest, DrainAnswersWhatIsUnderWay) {
  handler_.on_request = held_.Holder();
  Start();
  TestClient due = Connect(), half = Connect(), idle = Connect(), fresh = Connect();
  idle.Send(kGet);
  held_.Take(1)[0].responder.Send({});
  EXPECT_EQ(StatusOf(idle.ReadAnswer()), 200);
  due.Send(kGet);
  auto held = held_.Take(1);
  half.Send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(StatusOf(half.ReadAnswer()), 100);
  std::jthread draining([&] { listener_->Drain(kTestPatience); });
  EXPECT_EQ(idle.ReadToEnd(), "");  // so it has begun
  half.Send("abc");
  fresh.Send(kGet);  // had connected before, so that its request is still taken
  for (auto& request : held_.Take(2)) held.push_back(std::move(request));
  for (const auto& request : held) request.responder.Send({});
  for (TestClient* client : {&due, &half, &fresh}) {
    const std::string answer = client->ReadToEnd();
    client->FinishSending();
    EXPECT_EQ(StatusOf(answer), 200);
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
  }
}

TEST_F(ListenerTest, DrainGivesUpWhenItsPatienceIsOver) {
  handler_.on_request = held_.Holder();
  Start();
  TestClient client = Connect();
  client.Send(kGet);
  auto held = held_.Take(1);
  listener_->Drain(std::chrono::milliseconds(20));
  held[0].responder.Send({});
  EXPECT_EQ(StatusOf(client.ReadToEnd()), 200);
}

TEST_F(ListenerTest, DrainingUnderLoadLosesNoAnswer) {
  std::atomic<int> handled = 0, answered = 0;
  handler_.on_request = [&](HttpRequest, Responder responder) {
    ++handled;
    responder.Send({});
  };
  options_.threads = 2;
  Start();
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&, client = Connect()]() mutable {
        while (true) {
          client.Send(kGet);
          const std::string answer = client.ReadAnswer();
          if (StatusOf(answer) == 200) ++answered;
          if (answer.empty() || answer.find("Connection: close") != std::string::npos) return;
        }
      });
    }
    while (answered < 200) std::this_thread::yield();
    listener_->Drain(kTestPatience);
  }
  EXPECT_GE(answered, 200);
  EXPECT_EQ(answered, handled);
}

}  // namespace
}  // namespace flaglinkd
