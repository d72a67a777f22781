#include "daemon/fetch/fetch_worker.h"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <future>
#include <thread>

#include "daemon/queue/queue_admin.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/fault_server.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The real time, and what a test lets pass.
class PassingClock final : public Clock {
 public:
  TimePoint Now() const override { return SystemClock().Now() + passed_.load(); }
  void Pass(Duration time) { passed_ = passed_.load() + time; }

 private:
  std::atomic<Duration> passed_{Duration(0)};
};

// A tool whose API says who "U1" is, on a real socket; a source whose webhooks name U1 by id alone;
// and a real queue.
class FetchWorkerTest : public testing::Test {
 protected:
  FetchWorkerTest()
      : server_([this](const HttpRequest& request) {
          HttpResponse response;
          for (const Header& header : request.headers) {
            if (header.name == "authorization") authorization_ = header.value;
          }
          response.body = name_.load();
          return response;
        }) {
    Open();
  }
  ~FetchWorkerTest() override { Close(); }

  void Open() {
    QueueOptions options;
    options.file = folder_ / "queue.db";
    options.settle = Duration(0);
    queue_ = OpenSqliteQueue(options, clock_.Now()).value();
    Writer::Observer observer;
    observer.changed = [this](const QueueStatistics&) {
      if (FetchWorker* worker = wake_.load()) worker->Wake();
    };
    writer_ = std::make_unique<Writer>(*queue_, clock_, Writer::Options{}, std::move(observer));
    FetchWorker::Surroundings surroundings{HttpClient::Create({}), *writer_, clock_, metrics_,
                                           [] { return 0.0; },     {}};
    surroundings.read = [this](const WaitingFetch& waiting, std::vector<FetchedDocument> documents,
                               const std::function<void(Result<FetchReading>)>& done) {
      done(Read(waiting, documents));
    };
    worker_ = std::make_unique<FetchWorker>(std::move(surroundings));
    wake_ = worker_.get();
  }
  // As a kill, but for what is being committed.
  void Close() {
    if (worker_) worker_->Stop();
    writer_.reset();
    wake_ = nullptr;
    worker_.reset();
    queue_.reset();
  }

  Result<FetchReading> Read(const WaitingFetch& waiting,
                            const std::vector<FetchedDocument>& documents) const {
    FetchReading reading;
    const std::string name = documents.empty() ? "U1" : documents[0].value;
    if (documents.empty())
      reading.needs = {{"user", server_.origin() + "/users?id=U1", {}, is_subject_}};
    reading.event = EventOf("Message of " + name, waiting.received);
    reading.api_token = std::make_shared<const Secret>(token_.load());
    return reading;
  }
  static IncomingEvent EventOf(const std::string& title, TimePoint received) {
    IncomingEvent event;
    event.source = event.name_space = "slack";
    event.received = received;
    event.changes = {Showing(Naming({"a"}), title)};
    event.payload.body = "{}";
    return event;
  }

  CommitResult Receive(IncomingEvent event) {
    std::promise<CommitResult> stored;
    writer_->Commit(std::move(event),
                    [&](const CommitResult& result) { stored.set_value(result); });
    return stored.get_future().get();
  }
  CommitResult Receive() {
    IncomingEvent event = EventOf("Message of U1", clock_.Now());
    event.wants_documents = true;
    event.delivery_id = std::to_string(++received_);
    return Receive(std::move(event));
  }
  template <typename Question>
  auto Ask(Question question) {
    std::promise<decltype(question(*queue_))> answer;
    writer_->Ask([&](LinkQueue& queue) { answer.set_value(question(queue)); });
    return answer.get_future().get();
  }
  std::string Title() {
    return Ask([](LinkQueue& queue) { return queue.Admin().Links({}).value().at(0).title; });
  }
  EventReport Report() {
    return Ask([](LinkQueue& queue) { return queue.Admin().Events({}).value().at(0); });
  }
  // Half a minute at most.
  static bool WaitFor(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }
  bool Says(const std::string& series) {
    return metrics_.Text().find("\n" + series + "\n") != std::string::npos;
  }

  TemporaryFolder folder_;
  PassingClock clock_;
  Metrics metrics_{{"slack"}, "1"};
  int received_ = 0;
  std::string authorization_;
  std::atomic<const char*> name_{"Ada"};
  std::atomic<bool> is_subject_{false};
  std::atomic<const char*> token_{"xoxb-1"};
  FaultServer server_;
  std::unique_ptr<LinkQueue> queue_;
  std::atomic<FetchWorker*> wake_{nullptr};
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<FetchWorker> worker_;
};

TEST_F(FetchWorkerTest, WhatTheBodyLeavesOutIsAddedLater) {
  EXPECT_EQ(Receive().links, 1);
  EXPECT_TRUE(WaitFor([&] { return Title() == "Message of Ada"; })) << Title();
  EXPECT_EQ(authorization_, "Bearer xoxb-1");
  EXPECT_EQ(Report().links, 2);
  EXPECT_TRUE(Says(R"(flaglinkd_fetches_total{result="read",source="slack"} 1)"));
}

TEST_F(FetchWorkerTest, WhatWasAskedAWhileAgoIsNotAskedAgain) {
  Receive();
  EXPECT_TRUE(WaitFor([&] { return Title() == "Message of Ada"; }));
  for (int i = 0; i < 20; ++i) Receive();
  const std::string cached = R"(flaglinkd_fetches_total{result="cached",source="slack"} 20)";
  EXPECT_TRUE(WaitFor([&] { return Says(cached); })) << metrics_.Text();
  EXPECT_EQ(server_.Arrivals().size(), 1u);
}

TEST_F(FetchWorkerTest, AnEventIsNotReadFromWhatItsSubjectWasBeforeIt) {
  is_subject_ = true;
  Receive();
  EXPECT_TRUE(WaitFor([&] { return Title() == "Message of Ada"; })) << Title();
  name_ = "Grace";
  clock_.Pass(std::chrono::minutes(1));
  Receive();
  EXPECT_TRUE(WaitFor([&] { return Title() == "Message of Grace"; })) << Title();
  EXPECT_EQ(server_.Arrivals().size(), 2u);
}

TEST_F(FetchWorkerTest, EventsThatCameBeforeTheirSubjectWasAskedForShareIt) {
  is_subject_ = true;
  worker_->Stop();
  for (int i = 0; i < 3; ++i) Receive();
  Close();
  Open();
  const std::string cached = R"(flaglinkd_fetches_total{result="cached",source="slack"} 2)";
  EXPECT_TRUE(WaitFor([&] { return Says(cached); })) << metrics_.Text();
  EXPECT_EQ(server_.Arrivals().size(), 1u);
}

TEST_F(FetchWorkerTest, ARefusalEndsItAndWhatTheBodySaidStands) {
  FaultServer::Misbehaviour refusal;
  refusal.fault = FaultServer::Fault::kAnswer;
  refusal.answer.status = 403;
  server_.Misbehave(refusal);
  Receive();
  EXPECT_TRUE(WaitFor([&] { return !Report().reason.empty(); }));
  EXPECT_THAT(Report().reason, HasSubstr("user: 127.0.0.1"));
  EXPECT_THAT(Report().reason, HasSubstr("answered 403"));
  EXPECT_EQ(Report().outcome, "stored");
  EXPECT_EQ(Title(), "Message of U1");
  EXPECT_EQ(server_.Arrivals().size(), 1u);
}

TEST_F(FetchWorkerTest, AnApiThatIsAwayIsAskedAgainAfterARestart) {
  server_.Refuse();
  Receive();
  EXPECT_TRUE(WaitFor(
      [&] { return Says(R"(flaglinkd_fetches_total{result="failed",source="slack"} 1)"); }));
  EXPECT_EQ(Title(), "Message of U1");
  Close();
  clock_.Pass(std::chrono::minutes(1));
  server_.Accept();
  Open();
  EXPECT_TRUE(WaitFor([&] { return Title() == "Message of Ada"; })) << Title();
}

TEST_F(FetchWorkerTest, ABacklogOfAToolThatStaysAwayEndsTogether) {
  server_.Refuse();
  for (int i = 0; i < 20; ++i) Receive();
  EXPECT_TRUE(WaitFor(
      [&] { return Says(R"(flaglinkd_fetches_total{result="failed",source="slack"} 1)"); }));
  clock_.Pass(std::chrono::hours(6));
  worker_->Wake();
  const std::string given_up = R"(flaglinkd_fetches_total{result="given_up",source="slack"} 20)";
  EXPECT_TRUE(WaitFor([&] { return Says(given_up); })) << metrics_.Text();
  EXPECT_TRUE(WaitFor([&] { return !Report().reason.empty(); }));
  EXPECT_THAT(Report().reason, HasSubstr("could not be read: 127.0.0.1"));
  EXPECT_EQ(Title(), "Message of U1");
}

TEST_F(FetchWorkerTest, OneFailureEndsNoBacklogOfAToolThatAnswers) {
  worker_->Stop();
  for (int i = 0; i < 3; ++i) Receive();
  Close();
  clock_.Pass(std::chrono::hours(7));
  FaultServer::Misbehaviour failure;
  failure.fault = FaultServer::Fault::kAnswer;
  failure.answer.status = 503;
  server_.Misbehave(failure, 1);
  Open();
  EXPECT_TRUE(WaitFor(
      [&] { return Says(R"(flaglinkd_fetches_total{result="failed",source="slack"} 1)"); }));
  clock_.Pass(std::chrono::minutes(1));
  worker_->Wake();
  const std::string cached = R"(flaglinkd_fetches_total{result="cached",source="slack"} 2)";
  EXPECT_TRUE(WaitFor([&] { return Says(cached); })) << metrics_.Text();
  EXPECT_EQ(server_.Arrivals().size(), 2u);
}

TEST_F(FetchWorkerTest, WhatIsNotReachedInThreeDaysIsLeftAsItIs) {
  worker_->Stop();
  for (int i = 0; i < 20; ++i) Receive();
  Close();
  clock_.Pass(std::chrono::hours(72));
  Open();
  const std::string given_up = R"(flaglinkd_fetches_total{result="given_up",source="slack"} 20)";
  EXPECT_TRUE(WaitFor([&] { return Says(given_up); })) << metrics_.Text();
  EXPECT_TRUE(WaitFor([&] { return !Report().reason.empty(); }));
  EXPECT_THAT(Report().reason, HasSubstr("its turn did not come within three days"));
  EXPECT_THAT(server_.Arrivals(), ElementsAre());
}

TEST_F(FetchWorkerTest, StopGivesUpWhatIsUnderWayAndARestartFinishesIt) {
  FaultServer::Misbehaviour hang;
  hang.fault = FaultServer::Fault::kHang;
  server_.Misbehave(hang);
  Receive();
  EXPECT_TRUE(WaitFor([&] { return server_.Arrivals().size() == 1; }));
  Close();
  server_.Behave();
  Open();
  EXPECT_TRUE(WaitFor([&] { return Title() == "Message of Ada"; })) << Title();
}

TEST_F(FetchWorkerTest, ANeedIsAskedForWithTheTokenOfItsOwnReading) {
  FaultServer::Misbehaviour away;
  away.fault = FaultServer::Fault::kAnswer;
  away.answer.status = 429;
  away.answer.headers = {{"retry-after", "60"}};
  server_.Misbehave(away);
  Receive();
  EXPECT_TRUE(WaitFor(
      [&] { return Says(R"(flaglinkd_fetches_total{result="rate_limited",source="slack"} 1)"); }));
  token_ = "xoxb-2";  // a reload, while the need waits
  server_.Behave();
  clock_.Pass(std::chrono::minutes(1));
  worker_->Wake();
  EXPECT_TRUE(WaitFor([&] { return Title() == "Message of Ada"; })) << Title();
  EXPECT_EQ(authorization_, "Bearer xoxb-1");
}

}  // namespace
}  // namespace flaglinkd
