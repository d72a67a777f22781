// Whose answer it is: from any thread, at most once, and never to another client.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <thread>

#include "tests/http/listener_fixture.h"

namespace flaglinkd {
namespace {

constexpr std::string_view kGet = "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(ListenerTest, AnswersFromAnotherThreadAndOnlyOnce) {
  handler_.on_request = held_.Holder();
  Start();
  TestClient client = Connect();
  client.Send(kGet);
  auto held = held_.Take(1);
  std::jthread([&] {
    HttpResponse first, second;
    first.body = "first";
    second.body = "second";
    const Responder copy = held[0].responder;
    copy.Send(first);
    held[0].responder.Send(second);
  }).join();
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "first");
  client.Send(kGet);
  held_.Take(1)[0].responder.Send({});
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "");
}

TEST_F(ListenerTest, ADroppedResponderAnswersUnavailable) {
  handler_.on_request = [](HttpRequest, Responder) {};
  Start();
  TestClient client = Connect();
  client.Send(kGet);
  const std::string answer = client.ReadToEnd();
  EXPECT_EQ(StatusOf(answer), 503);
  EXPECT_NE(answer.find("\r\nretry-after: 5\r\n"), std::string::npos);
  EXPECT_EQ(handler_.refusals(), (ScriptedHandler::Refusals{{503, "not answered"}}));
}

TEST_F(ListenerTest, AnAnswerToAClientThatIsGoneGoesNowhere) {
  handler_.on_request = held_.Holder();
  options_.max_connections = 1;
  Start();
  TestClient gone = Connect();
  gone.Send(kGet);
  auto old = held_.Take(1);
  gone.Abort();
  TestClient fresh = Connect();  // has the only place, so the listener knows that the first is gone
  fresh.Send(kGet);
  auto current = held_.Take(1);
  HttpResponse late;
  late.body = "late";
  old[0].responder.Send(late);
  current[0].responder.Send({});
  EXPECT_EQ(BodyOf(fresh.ReadAnswer()), "");
}

TEST_F(ListenerTest, AnAnswerMayComeAfterTheListenersEnd) {
  handler_.on_request = held_.Holder();
  Start();
  TestClient client = Connect();
  client.Send(kGet);
  auto held = held_.Take(1);
  listener_.reset();
  held[0].responder.Send({});
  EXPECT_EQ(client.ReadToEnd(), "");
}

// Clients that ask and vanish, while others connect on the descriptors that get free and only
// listen. The answers come late and from another thread. FLAGLINKD_STORM sets how many vanish.
class AbortStormTest : public ListenerTest, public testing::WithParamInterface<int> {};

TEST_P(AbortStormTest, NobodyReadsAnothersAnswer) {
  struct Waiting {
    std::deque<Responder> responders;
    bool over = false;
  };
  Guarded<Waiting> waiting;
  std::atomic<int> asked = 0;
  handler_.on_request = [&](HttpRequest, Responder responder) {
    ++asked;
    waiting.Lock()->responders.push_back(std::move(responder));
    waiting.Notify();
  };
  options_.threads = GetParam();
  options_.max_connections = 10'000;
  Start();
  std::jthread answering([&] {
    while (true) {
      auto now = waiting.Wait([](const Waiting& w) { return w.over || !w.responders.empty(); });
      if (now->responders.empty()) return;
      std::deque<Responder> batch = std::exchange(now->responders, {});
      { auto released = std::move(now); }
      for (const Responder& responder : batch) responder.Send({});
    }
  });

  const char* wanted = std::getenv("FLAGLINKD_STORM");
  const int aborts = wanted == nullptr ? 3000 : std::atoi(wanted);
  std::deque<TestClient> listening;
  std::size_t stray_bytes = 0;
  const auto leave = [&] {
    stray_bytes += listening.front().BytesThere();
    listening.pop_front();
  };
  for (int i = 0; i < aborts; ++i) {
    TestClient client = Connect();
    client.Send(kGet);
    client.Abort();
    listening.push_back(Connect());
    if (listening.size() > 64) leave();
  }
  // Once the last one is answered, every answer before it has gone its way.
  TestClient last = Connect();
  last.Send(kGet);
  EXPECT_EQ(StatusOf(last.ReadAnswer()), 200);
  while (!listening.empty()) leave();
  EXPECT_EQ(stray_bytes, 0u);
  EXPECT_GT(asked, aborts / 2) << "too few of the requests were read before their clients went";
  waiting.Lock()->over = true;
  waiting.Notify();
  listener_.reset();  // its threads use what is about to go
}

INSTANTIATE_TEST_SUITE_P(Threads, AbortStormTest, testing::Values(1, 2));

}  // namespace
}  // namespace flaglinkd
