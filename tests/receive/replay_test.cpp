#include "daemon/receive/replay.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/lambda_adapter.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using Kind = CommitResult::Kind;

class ReplayTest : public ::testing::Test {
 protected:
  ReplayTest() {
    QueueOptions options;
    options.file = folder_ / "queue.db";
    options.keep_payloads = KeepPayloads::kAll;
    queue_ = OpenSqliteQueue(options, clock_.Now()).value();
    writer_ = std::make_unique<Writer>(*queue_, clock_, Writer::Options{}, Writer::Observer{});
    worker_options_.budget = std::chrono::seconds(10);
  }

  std::shared_ptr<const SourceSet> Sources(const char* api_token) const {
    // A copy of its own: a thread that was written off may still be in it when the test is over.
    auto adapter = std::make_shared<const LambdaAdapter>(extract_);
    SourceOptions options;
    options.name = "tool";
    options.path = "/hooks/tool";
    options.adapter = "lambda";
    options.name_space = "tracker";
    options.projects = {"default"};
    options.body_limit = 1000;
    options.unlink = UnlinkRule::kUnmentioned;
    options.api_token = Secret(api_token);
    MatchRules rules = MatchRules::Compile(options.match, options.projects, {}).value();
    std::vector<Source> sources;
    sources.push_back(
        Source{std::move(options), adapter, adapter->Schemes({}).value(), std::move(rules)});
    return std::make_shared<const SourceSet>(std::move(sources));
  }

  // Starts the replay with what was set up so far.
  void Start() {
    workers_ = std::make_unique<WorkerPool>(worker_options_, [](const std::string&) {});
    intake_ = std::make_unique<Intake>(Sources("old-token"), std::vector<Network>(), *workers_,
                                       *writer_, clock_, metrics_);
    replay_ = std::make_unique<Replay>(*intake_, *workers_, *writer_);
  }

  ~ReplayTest() override {
    replay_->Stop();
    workers_.reset();
    writer_.reset();
  }

  // Shared, since whoever answers may still be about to leave when the answer is there.
  template <typename T>
  using Pending = std::shared_ptr<Guarded<std::optional<T>>>;
  template <typename T>
  static Pending<T> Ask() {
    return std::make_shared<Guarded<std::optional<T>>>();
  }
  template <typename T>
  static T WaitFor(const Pending<T>& answer) {
    return **answer->Wait([](const std::optional<T>& got) { return got.has_value(); });
  }
  template <typename T>
  static std::function<void(const T&)> Into(const Pending<T>& answer) {
    return [answer](const T& got) {
      *answer->Lock() = got;
      answer->Notify();
    };
  }

  CommitResult Again(const EventReport& event, const Payload& payload) {
    const auto answer = Ask<CommitResult>();
    replay_->Again(event, payload, Into(answer));
    return WaitFor(answer);
  }
  CommitResult Import(const std::string& body, std::vector<Header> headers = {},
                      const std::string& source = "tool") {
    const auto answer = Ask<CommitResult>();
    replay_->Import(source, Webhook{"POST", std::move(headers), body, TimePoint()}, Into(answer));
    return WaitFor(answer);
  }
  CommitResult CatchUp(const std::string& body, const std::string& delivery) {
    const auto answer = Ask<CommitResult>();
    const TimePoint an_hour_ago = clock_.Now() - std::chrono::hours(1);
    replay_->CatchUp("tool", Webhook{"POST", {{"x-delivery", delivery}}, body, an_hour_ago},
                     Into(answer));
    return WaitFor(answer);
  }
  Reading Explain(const EventReport& event, const Payload& payload) {
    const auto answer = Ask<Reading>();
    replay_->Explain(event, payload, Into(answer));
    return WaitFor(answer);
  }

  // The stored event, as people are shown it, with its payload.
  std::pair<EventReport, Payload> Stored(std::int64_t id) {
    std::pair<EventReport, Payload> stored;
    const auto answer = Ask<bool>();
    writer_->Ask([&](LinkQueue& queue) {
      EventFilter filter;
      filter.id = id;
      stored.first = queue.Admin().Events(filter).value().front();
      stored.second = queue.Admin().PayloadOf(id).value().value_or(Payload{});
      Into(answer)(true);
    });
    WaitFor(answer);
    return stored;
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  Metrics metrics_{{"tool"}, "test"};
  std::unique_ptr<LinkQueue> queue_;
  std::unique_ptr<Writer> writer_;
  WorkerPool::Options worker_options_;
  LambdaAdapter::Extractor extract_ = [](const AdapterInput& input) {
    return Extracted({TextChange(input.body)});
  };
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Replay> replay_;
};

TEST_F(ReplayTest, AnImportedBodyMakesItsLinks) {
  Start();
  const CommitResult result = Import("flag:checkout-v2");
  EXPECT_EQ(result.kind, Kind::kStored);
  EXPECT_EQ(result.links, 1);
  EXPECT_EQ(Stored(result.event).first.source, "tool");
}

TEST_F(ReplayTest, ImportingAgainIsNoRepetition) {
  Start();
  const std::vector<Header> delivery = {{"x-delivery", "d1"}};
  EXPECT_EQ(Import("flag:checkout-v2", delivery).kind, Kind::kStored);
  EXPECT_EQ(Import("flag:checkout-v2", delivery).kind, Kind::kStored);
  EXPECT_EQ(Import("flag:checkout-v2").kind, Kind::kStored);
  EXPECT_EQ(Import("flag:checkout-v2").kind, Kind::kStored);
}

TEST_F(ReplayTest, WhatIsCaughtUpIsStoredOncePerDelivery) {
  Start();
  EXPECT_EQ(CatchUp("flag:checkout-v2", "d1").kind, Kind::kStored);
  EXPECT_EQ(CatchUp("flag:checkout-v2", "d1").kind, Kind::kDuplicate);
}

TEST_F(ReplayTest, WhatIsCaughtUpTakesNothingFromWhatCameLater) {
  extract_ = [](const AdapterInput& input) {
    Change change = TextChange(input.body);
    change.resource = "tool/1";
    return Extracted({change});
  };
  Start();
  EXPECT_EQ(Import("flag:newer").links, 1);
  EXPECT_EQ(CatchUp("flag:older", "d1").links, 0);
}

TEST_F(ReplayTest, WhatIsCaughtUpAndCannotBeReadIsStoredAsFailed) {
  extract_ = [](const AdapterInput&) {
    Extraction failed;
    failed.reason = "not what the tool sends";
    return failed;
  };
  Start();
  const CommitResult result = CatchUp("rubbish", "d1");
  EXPECT_EQ(result.kind, Kind::kFailed);
  EXPECT_EQ(Stored(result.event).second.body, "rubbish");
}

TEST_F(ReplayTest, AStoredEventIsReadWithTheRulesOfToday) {
  std::atomic<bool> reads = false;
  extract_ = [&](const AdapterInput& input) {
    return Extracted({TextChange(reads ? input.body : "nothing")});
  };
  Start();
  const CommitResult first = Import("flag:checkout-v2", {{"content-type", "text/plain"}});
  EXPECT_EQ(first.links, 0);
  const auto [event, payload] = Stored(first.event);
  reads = true;
  const CommitResult again = Again(event, payload);
  EXPECT_EQ(again.kind, Kind::kStored);
  EXPECT_EQ(again.links, 1);
  const EventReport event_again = Stored(again.event).first;
  EXPECT_GT(event_again.received, event.received);  // its row is as young as its id
  EXPECT_EQ(payload.content_type, "text/plain");
  EXPECT_FALSE(event_again.has_payload);
}

TEST_F(ReplayTest, AReplayTakesNothingFromWhatCameLater) {
  Start();
  const CommitResult first = Import("flag:old");
  EXPECT_EQ(Import("flag:new").links, 2);
  const auto [event, payload] = Stored(first.event);
  EXPECT_EQ(Again(event, payload).links, 0);
}

TEST_F(ReplayTest, ARereadingBringsTheTokenOfItsOwnConfiguration) {
  extract_ = [this](const AdapterInput& input) {
    intake_->Swap(Sources("new-token"), {});  // a reload, while it is read
    return Extracted({TextChange(input.body)});
  };
  Start();
  WaitingFetch waiting;
  waiting.source = "tool";
  waiting.payload = Payload{{}, "text/plain", "flag:checkout-v2"};
  const auto answer = Ask<std::string>();
  replay_->Reread(waiting, {}, [answer](const Result<Interpretation>& read, const auto& api_token) {
    EXPECT_EQ(read.value().event.changes.size(), 1u);
    Into(answer)(std::string(api_token->Bytes()));
  });
  EXPECT_EQ(WaitFor(answer), "old-token");
}

TEST_F(ReplayTest, ExplainsWithoutStoringAnything) {
  Start();
  const CommitResult stored = Import("flag:checkout-v2");
  const auto [event, payload] = Stored(stored.event);
  const Reading reading = Explain(event, payload);
  EXPECT_EQ(reading.outcome, "stored");
  EXPECT_EQ(reading.reason, "");
  ASSERT_EQ(reading.changes.size(), 1u);
  ASSERT_EQ(reading.changes[0].mentions.size(), 1u);
  EXPECT_EQ(reading.changes[0].mentions[0].flag, (FlagKey{"default", "checkout-v2"}));
  EXPECT_EQ(Import("flag:checkout-v2").event, stored.event + 1);
}

TEST_F(ReplayTest, WhatCannotBeReadIsNotStoredOnceMore) {
  extract_ = [](const AdapterInput&) {
    Extraction extraction;
    extraction.outcome = Extraction::Outcome::kMalformed;
    extraction.reason = "no issue in it";
    return extraction;
  };
  Start();
  const CommitResult result = Import("rubbish");
  EXPECT_EQ(result.kind, Kind::kFailed);
  EXPECT_EQ(result.event, 0);
  EXPECT_EQ(result.reason, "no issue in it");
  EXPECT_EQ(Explain({}, {}).outcome, "failed");
}

TEST_F(ReplayTest, WhatIsIgnoredSaysWhy) {
  extract_ = [](const AdapterInput&) {
    Extraction extraction;
    extraction.outcome = Extraction::Outcome::kIgnored;
    extraction.reason = "a worklog";
    return extraction;
  };
  Start();
  const CommitResult result = Import("{}");
  EXPECT_EQ(result.kind, Kind::kIgnored);
  EXPECT_EQ(result.reason, "a worklog");
  EventReport event;
  event.source = "tool";
  EXPECT_EQ(Explain(event, {}).outcome, "ignored");
}

TEST_F(ReplayTest, RefusesWhatNoSourceWouldTake) {
  Start();
  EXPECT_EQ(Import(std::string(1001, 'x')).reason,
            "larger than the source's body_limit, which is 1000 bytes");
  EXPECT_EQ(Import("{}", {}, "other").reason, "no source is named other");
  EXPECT_EQ(replay_->NameSpaceOf("tool"), "tracker");
  EXPECT_EQ(replay_->NameSpaceOf("other"), std::nullopt);
}

TEST_F(ReplayTest, AnAdapterThatOverrunsItsTimeFailsTheReplay) {
  worker_options_.budget = std::chrono::milliseconds(20);
  // For ever: one that came back would go on reading while the program ends around it.
  extract_ = [](const AdapterInput&) {
    const std::atomic<bool> released = false;
    released.wait(false);
    return Extracted({});
  };
  Start();
  const CommitResult result = Import("{}");
  EXPECT_EQ(result.kind, Kind::kFailed);
  EXPECT_NE(result.reason.find("lambda"), std::string::npos) << result.reason;
}

TEST_F(ReplayTest, RefusesEverythingOnceStopped) {
  Start();
  replay_->Stop();
  EXPECT_EQ(Import("flag:checkout-v2").kind, Kind::kUnavailable);
}

}  // namespace
}  // namespace flaglinkd
