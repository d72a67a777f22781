#include "daemon/receive/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "daemon/queue/sqlite_link_queue.h"
#include "daemon/verify/verify.h"
#include "tests/fakes/blocking_client.h"
#include "tests/fakes/lambda_adapter.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

// Refuses every batch while it is told to.
class FailingQueue final : public LinkQueue {
 public:
  explicit FailingQueue(LinkQueue& queue) : queue_(queue) {}
  std::atomic<bool> fails{false};

  Result<BatchResult> Execute(const Batch& batch) override {
    if (fails) return Error{Error::Code::kUnavailable, "disk full"};
    return queue_.Execute(batch);
  }
  Result<std::vector<CatalogUpdate>> Catalog() override { return queue_.Catalog(); }
  Result<std::vector<WaitingFetch>> TakeFetches(TimePoint now, std::size_t per_source) override {
    return queue_.TakeFetches(now, per_source);
  }
  Status PutOffFetch(std::int64_t event, int attempts, TimePoint due) override {
    return queue_.PutOffFetch(event, attempts, due);
  }
  Result<bool> Sweep(TimePoint now) override { return queue_.Sweep(now); }
  Status Configure(const QueueOptions& options, TimePoint now) override {
    return queue_.Configure(options, now);
  }
  Status Hasten(TimePoint now) override { return queue_.Hasten(now); }
  QueueAdmin& Admin() override { return queue_.Admin(); }
  QueueStatistics Statistics(TimePoint now) const override { return queue_.Statistics(now); }
  Status Ready() override {
    if (fails) return Error{Error::Code::kUnavailable, "disk full"};
    return queue_.Ready();
  }

 private:
  LinkQueue& queue_;
};

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() {
    QueueOptions options;
    options.file = folder_ / "queue.db";
    queue_ = OpenSqliteQueue(options, clock_.Now()).value();
    failing_ = std::make_unique<FailingQueue>(*queue_);
    writer_ = std::make_unique<Writer>(*failing_, clock_, Writer::Options{}, Writer::Observer{});
    source_options_.name = "tool";
    source_options_.path = "/hooks/tool";
    source_options_.adapter = "lambda";
    source_options_.name_space = "tool";
    source_options_.projects = {"default"};
    source_options_.secrets.push_back(Secret("s3cret"));
  }

  // Starts the intake with what was set up so far.
  void Start() {
    // A copy of its own: a thread that was written off may still be in it when the test is over.
    auto adapter = std::make_shared<const LambdaAdapter>(extract_, declared_);
    MatchRules rules =
        MatchRules::Compile(source_options_.match, source_options_.projects, {}).value();
    std::vector<Source> sources;
    sources.push_back(Source{std::move(source_options_), adapter, adapter->Schemes({}).value(),
                             std::move(rules)});
    auto set = std::make_shared<const SourceSet>(std::move(sources));
    workers_ = std::make_unique<WorkerPool>(worker_options_, [](const std::string&) {});
    intake_ =
        std::make_unique<Intake>(set, trusted_proxies_, *workers_, *writer_, clock_, metrics_);
    ListenerOptions listen;
    listen.address = "127.0.0.1:0";
    listener_ = HttpListener::Start(listen, *intake_).value();
  }

  ~IntakeTest() override {
    if (listener_) listener_->Drain(std::chrono::seconds(5));
    listener_.reset();
    workers_.reset();
    writer_.reset();
  }

  std::string Url(const std::string& path = "/hooks/tool") const {
    return "http://127.0.0.1:" + std::to_string(listener_->port()) + path;
  }

  std::vector<Header> Signed(const std::string& body, std::vector<Header> more = {},
                             std::string key = "s3cret") {
    const SignatureScheme scheme = LambdaAdapter(nullptr).Schemes({})->front();
    std::vector<Header> headers = Sign(scheme, Secret(std::move(key)), body, "", clock_.Now());
    headers.push_back({"content-type", "application/json"});
    headers.insert(headers.end(), more.begin(), more.end());
    return headers;
  }

  HttpAnswer PostSigned(const std::string& body, std::vector<Header> more = {},
                        std::string key = "s3cret") {
    return client_.Post(Url(), Signed(body, std::move(more), std::move(key)), body);
  }

  // A source whose secret is still to come, into a file.
  void StartUnarmed(ValueLocation armed_secret) {
    declared_.armed_secret = std::move(armed_secret);
    source_options_.secrets.clear();
    source_options_.secret_file = SecretFile{folder_ / "secret", 0, "it is missing"};
    Start();
  }

  // Why it was not armed.
  std::string Arm(Overwrite overwrite, const std::string& source = "tool") {
    auto answer = std::make_shared<Guarded<std::optional<std::string>>>();
    intake_->Arm(source, overwrite, [answer](const Result<TimePoint>& until) {
      *answer->Lock() = until ? "" : until.error().message;
      answer->Notify();
    });
    return **answer->Wait([](const auto& said) { return said.has_value(); });
  }

  HttpAnswer Head() {
    HttpCall call;
    call.method = "HEAD";
    call.url = Url();
    return client_.Send(std::move(call));
  }

  static std::string Content(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  // How many webhooks of the source came to this.
  int Counted(const std::string& outcome) {
    const std::string text = "\n" + metrics_.Text();
    for (const std::string& labels : {"source=\"tool\",outcome=\"" + outcome + "\"",
                                      "outcome=\"" + outcome + "\",source=\"tool\""}) {
      const std::string series = "\nflaglinkd_webhooks_total{" + labels + "} ";
      const std::size_t at = text.find(series);
      if (at != std::string::npos) return std::stoi(text.substr(at + series.size()));
    }
    return -1;
  }

  bool MetricsSay(const std::string& line) {
    return metrics_.Text().find(line + "\n") != std::string::npos;
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  Metrics metrics_{{"tool"}, "test"};
  std::unique_ptr<LinkQueue> queue_;
  std::unique_ptr<FailingQueue> failing_;
  std::unique_ptr<Writer> writer_;
  WorkerPool::Options worker_options_;
  SourceOptions source_options_;
  std::vector<Network> trusted_proxies_;
  LambdaAdapter::Declared declared_;
  LambdaAdapter::Extractor extract_ = [](const AdapterInput&) {
    return Extracted({TextChange("flag:checkout-v2")});
  };
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<HttpListener> listener_;
  BlockingClient client_;
};

TEST_F(IntakeTest, AnswersASignedWebhookOnceItsLinkIsStored) {
  Start();
  const HttpAnswer answer = PostSigned("{}");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"event":"1","links":1})");
  EXPECT_EQ(writer_->Statistics().total_made, 1);
  EXPECT_TRUE(MetricsSay(R"(flaglinkd_webhooks_total{source="tool",outcome="stored"} 1)") ||
              MetricsSay(R"(flaglinkd_webhooks_total{outcome="stored",source="tool"} 1)"))
      << metrics_.Text();
}

TEST_F(IntakeTest, AnswersARedeliveryWithTheEventThatItDuplicates) {
  Start();
  PostSigned("{}", {{"x-delivery", "d-1"}});
  EXPECT_EQ(PostSigned("{}", {{"x-delivery", "d-1"}}).body, R"({"duplicate":"1"})");
  EXPECT_EQ(PostSigned("{}", {{"x-delivery", "d-2"}}).body, R"({"event":"2","links":0})");
}

TEST_F(IntakeTest, RefusesWhatIsUnsignedOrForgedAndStoresNothing) {
  Start();
  EXPECT_EQ(client_.Post(Url(), {}, "{}").status, 401);
  const HttpAnswer forged = PostSigned("{}", {}, "guess");
  EXPECT_EQ(forged.status, 401);
  EXPECT_EQ(forged.body, R"({"error":"signature"})");
  EXPECT_EQ(client_.Post(Url(), Signed("{}"), "{ }").status, 401);
  EXPECT_EQ(writer_->Statistics().total_made, 0);
  EXPECT_EQ(PostSigned("{}").body, R"({"event":"1","links":1})");
}

TEST_F(IntakeTest, AcceptsASecondSecret) {
  source_options_.secrets.push_back(Secret("older"));
  Start();
  EXPECT_EQ(PostSigned("{}", {}, "older").status, 200);
}

TEST_F(IntakeTest, AcceptsTheUnsignedWhereVerifyIsNone) {
  source_options_.verify = false;
  Start();
  EXPECT_EQ(client_.Post(Url(), {}, "{}").status, 200);
}

TEST_F(IntakeTest, KnowsItsPathsAndMethods) {
  Start();
  EXPECT_EQ(client_.Post(Url("/hooks/other"), {}, "{}").status, 404);
  EXPECT_EQ(client_.Post(Url("/hooks/tool/"), {}, "{}").status, 404);
  EXPECT_EQ(client_.Get(Url()).status, 405);
  HttpCall call;
  call.method = "DELETE";
  call.url = Url();
  EXPECT_EQ(client_.Send(std::move(call)).status, 405);
}

TEST_F(IntakeTest, AnswersAHeadOnlyWhereTheAdapterKnowsOfIt) {
  declared_.methods = {"POST", "HEAD"};
  source_options_.rate_limit = 1;
  Start();
  const HttpAnswer answer = Head();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(Counted("handshake"), 1);
  int limited = 0;
  for (int i = 0; i < 20; ++i) limited += Head().status == 429 ? 1 : 0;
  EXPECT_GT(limited, 0);
  EXPECT_EQ(PostSigned("{}").status, 200);  // what nobody signed does not count against the source
}

TEST_F(IntakeTest, AHeadIsRefusedWhereTheAdapterKnowsOfNone) {
  Start();
  EXPECT_EQ(Head().status, 405);
}

TEST_F(IntakeTest, APathSecretStandsForASignature) {
  source_options_.path_secret = Secret("path-s3cret");
  source_options_.secrets.clear();
  source_options_.verify = false;
  Start();
  EXPECT_EQ(client_.Post(Url("/hooks/tool/path-s3cret"), {}, "{}").status, 200);
  for (const char* path : {"/hooks/tool", "/hooks/tool/", "/hooks/tool/guess",
                           "/hooks/tool/path-s3cret/", "/hooks/tool/path-s3cre", "/path-s3cret",
                           "/hooks/toolpath-s3cret", "/hooks/tool/path%2Ds3cret"}) {
    EXPECT_EQ(client_.Post(Url(path), {}, "{}").status, 404) << path;
  }
  EXPECT_EQ(metrics_.Text().find("s3cret"), std::string::npos);
}

TEST_F(IntakeTest, APathSecretMayStandBesideSignatures) {
  source_options_.path_secret = Secret("path-s3cret");
  Start();
  EXPECT_EQ(client_.Post(Url("/hooks/tool/path-s3cret"), {}, "{}").status, 401);
  EXPECT_EQ(client_.Post(Url("/hooks/tool/path-s3cret"), Signed("{}"), "{}").status, 200);
}

TEST_F(IntakeTest, TakesTheSecretOfOneHandshakeWhileItIsArmed) {
  StartUnarmed(ValueLocation{ValueLocation::Kind::kHeader, "x-hook-secret"});
  EXPECT_EQ(PostSigned("{}", {{"x-hook-secret", "br0ught"}}, "br0ught").status, 401);
  EXPECT_EQ(Arm(Overwrite::kNo), "");
  EXPECT_EQ(client_.Post(Url(), {}, "{}").status, 401);  // it carries no secret

  const HttpAnswer taken = client_.Post(Url(), {{"x-hook-secret", "br0ught"}}, "");
  EXPECT_EQ(taken.status, 200);
  EXPECT_THAT(taken.headers, testing::Contains(Header{"x-hook-secret", "br0ught"}));
  EXPECT_EQ(taken.body, R"({"ignored":"handshake"})");
  EXPECT_EQ(Content(folder_ / "secret"), "br0ught\n");
  EXPECT_EQ(Counted("handshake"), 1);
  EXPECT_EQ(metrics_.Text().find("br0ught"), std::string::npos);

  EXPECT_EQ(PostSigned("{}", {}, "br0ught").status, 200);  // in force at once
  EXPECT_EQ(client_.Post(Url(), {{"x-hook-secret", "another"}}, "").status, 401);
  EXPECT_NE(Arm(Overwrite::kNo), "");
  EXPECT_EQ(Arm(Overwrite::kYes), "");
  EXPECT_EQ(client_.Post(Url(), {{"x-hook-secret", "another"}}, "").status, 200);
  EXPECT_EQ(Content(folder_ / "secret"), "another\n");
  EXPECT_EQ(PostSigned("{}", {}, "br0ught").status, 401);
  EXPECT_EQ(PostSigned("{}", {}, "another").status, 200);
}

TEST_F(IntakeTest, TakesASecretOutOfABodyToo) {
  StartUnarmed(ValueLocation{ValueLocation::Kind::kBody, "/verification_token"});
  const std::string body = R"({"verification_token":"secret_abc"})";
  EXPECT_EQ(client_.Post(Url(), {}, body).status, 401);
  EXPECT_EQ(Arm(Overwrite::kNo), "");
  EXPECT_EQ(client_.Post(Url(), {}, body).status, 200);
  EXPECT_EQ(PostSigned("{}", {}, "secret_abc").status, 200);
  EXPECT_EQ(writer_->Statistics().total_made, 1);
}

TEST_F(IntakeTest, AHandshakeWhoseSecretCannotBeKeptMayComeAgain) {
  StartUnarmed(ValueLocation{ValueLocation::Kind::kHeader, "x-hook-secret"});
  EXPECT_EQ(Arm(Overwrite::kNo), "");
  std::filesystem::create_directory(folder_ / "secret");
  EXPECT_EQ(client_.Post(Url(), {{"x-hook-secret", "br0ught"}}, "").status, 503);
  EXPECT_EQ(PostSigned("{}", {}, "br0ught").status, 401);
  std::filesystem::remove(folder_ / "secret");
  EXPECT_EQ(client_.Post(Url(), {{"x-hook-secret", "br0ught"}}, "").status, 200);
  EXPECT_EQ(Content(folder_ / "secret"), "br0ught\n");
}

TEST_F(IntakeTest, ArmsOnlyASourceThatThereIs) {
  Start();
  EXPECT_EQ(Arm(Overwrite::kNo, "other"), "no source is named other");
  EXPECT_EQ(Arm(Overwrite::kNo),
            "source tool: the adapter lambda takes no secret from a handshake");
}

TEST_F(IntakeTest, RefusesAnEncodingThatNoSenderUses) {
  Start();
  EXPECT_EQ(PostSigned("{}", {{"content-encoding", "gzip"}}).status, 400);
  EXPECT_EQ(PostSigned("{}", {{"content-encoding", "identity"}}).status, 200);
}

TEST_F(IntakeTest, RefusesAddressesOutsideAllowFrom) {
  source_options_.allow_from = {ParseNetwork("192.0.2.0/24").value()};
  trusted_proxies_ = {ParseNetwork("127.0.0.1").value()};
  Start();
  EXPECT_EQ(PostSigned("{}").status, 403);
  EXPECT_EQ(PostSigned("{}", {{"x-forwarded-for", "203.0.113.1"}}).status, 403);
  EXPECT_EQ(PostSigned("{}", {{"x-forwarded-for", "192.0.2.7"}}).status, 200);
}

TEST_F(IntakeTest, LimitsASourceAndLetsNoForgerLockItOut) {
  source_options_.rate_limit = 3;
  Start();
  std::vector<int> forged;
  for (int i = 0; i < 5; ++i) forged.push_back(PostSigned("{}", {}, "guess").status);
  EXPECT_EQ(forged.front(), 401);
  EXPECT_EQ(forged.back(), 429);
  EXPECT_EQ(PostSigned("{}").status, 200);
  int limited = 0;
  for (int i = 0; i < 20; ++i) limited += PostSigned("{}").status == 429 ? 1 : 0;
  EXPECT_GT(limited, 0);
}

TEST_F(IntakeTest, AnswersAHandshakeAndAnIgnoredEventWithoutTheStore) {
  extract_ = [](const AdapterInput& input) {
    Extraction extraction;
    extraction.outcome =
        input.body == "{}" ? Extraction::Outcome::kHandshake : Extraction::Outcome::kIgnored;
    extraction.reason = "a star";
    if (input.body == "{}") extraction.reply = AdapterReply{200, "text/plain", "challenge", {}};
    return extraction;
  };
  Start();
  EXPECT_EQ(PostSigned("{}").body, "challenge");
  EXPECT_EQ(PostSigned("[]").body, R"({"ignored":"a star"})");
}

TEST_F(IntakeTest, SendsAnAdaptersReplyToAStoredEvent) {
  extract_ = [](const AdapterInput&) {
    Extraction extraction = Extracted({TextChange("flag:a-b")});
    extraction.reply = AdapterReply{200, "application/json", R"({"text":"linked"})", {}};
    return extraction;
  };
  Start();
  EXPECT_EQ(PostSigned("{}").body, R"({"text":"linked"})");
  EXPECT_EQ(writer_->Statistics().total_made, 1);
}

TEST_F(IntakeTest, StoresAnUnreadableEventAsFailedAndAnswers200) {
  extract_ = [](const AdapterInput&) {
    Extraction extraction;
    extraction.reason = "no issue in it";
    return extraction;
  };
  Start();
  const HttpAnswer answer = PostSigned("{}", {{"x-delivery", "d-1"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"event":"1","failed":"no issue in it"})");
  // Not a duplicate: a failed delivery that comes again is processed again.
  EXPECT_EQ(PostSigned("{}", {{"x-delivery", "d-1"}}).body,
            R"({"event":"2","failed":"no issue in it"})");
}

TEST_F(IntakeTest, AnAdapterThatOverrunsItsTimeCostsOneEvent) {
  auto released = std::make_shared<std::atomic<bool>>(false);
  extract_ = [released](const AdapterInput& input) {
    Extraction extraction = Extracted({TextChange("flag:a-b")});
    if (input.body == "[]") released->wait(false);
    return extraction;
  };
  worker_options_.budget = std::chrono::milliseconds(50);
  Start();
  const HttpAnswer overrun = PostSigned("[]");
  EXPECT_EQ(overrun.status, 200);
  EXPECT_NE(overrun.body.find(R"("failed":)"), std::string::npos) << overrun.body;
  EXPECT_EQ(PostSigned("{}").body, R"({"event":"2","links":1})");
  *released = true;
  released->notify_all();
}

TEST_F(IntakeTest, Answers503WhileTheStoreTakesNothing) {
  Start();
  failing_->fails = true;
  const HttpAnswer answer = PostSigned("{}");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, R"({"error":"unavailable"})");
  EXPECT_EQ(writer_->Trouble(), "disk full");
  failing_->fails = false;
  EXPECT_EQ(PostSigned("{}").body, R"({"event":"1","links":1})");
  EXPECT_EQ(writer_->Trouble(), "");
}

TEST_F(IntakeTest, ASwappedSetServesTheNextRequest) {
  Start();
  intake_->Swap(std::make_shared<const SourceSet>(std::vector<Source>{}), {});
  EXPECT_EQ(PostSigned("{}").status, 404);
}

}  // namespace
}  // namespace flaglinkd
