// Delivery from end to end: the real queue, the real client, and a LaunchDarkly on loopback that
// misbehaves when told to.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/base/guarded.h"
#include "daemon/cli/launchdarkly_stand_in.h"
#include "daemon/deliver/delivery_worker.h"
#include "daemon/launchdarkly/launchdarkly_destination.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "daemon/queue/writer.h"
#include "tests/fakes/fault_server.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {

// Short waits, for tests in real time.
inline DeliveryOptions FastDelivery() {
  DeliveryOptions options;
  options.timeout = std::chrono::seconds(5);
  options.first_retry = std::chrono::milliseconds(2);
  options.longest_retry = std::chrono::milliseconds(50);
  return options;
}

class DeliveryFixture {
 public:
  using Duplicate = LaunchDarklyStandIn::Duplicate;

  DeliveryFixture(const Clock& clock, const DeliveryOptions& options,
                  Duplicate duplicate = Duplicate::kTwin)
      : clock_(clock),
        stand_in({"api-token", std::nullopt, duplicate}, clock),
        server([this](const HttpRequest& request) { return Answer(request); }),
        queue_(std::move(OpenSqliteQueue(InFolder(), clock.Now()).value())),
        launchdarkly_(At(server.origin())),
        client_(HttpClient::Create(ClientOptions(options))),
        destination_(MakeLaunchDarkly(launchdarkly_, *client_, budget_, clock, metrics)),
        writer(*queue_, clock, {},
               {nullptr, [this](const QueueStatistics&) { Changed(); }, nullptr}) {
    *worker_.Lock() = std::make_unique<DeliveryWorker>(options, writer, destination_, clock,
                                                       metrics, [] { return 0.5; });
  }
  ~DeliveryFixture() { Stop(); }

  // Ends the worker.
  void Stop() {
    std::unique_ptr<DeliveryWorker> worker;
    worker_.Lock()->swap(worker);
    worker.reset();  // without the lock, since the writer may want it meanwhile
  }

  // Delivery is set up anew, with these options and this token.
  void Configure(const DeliveryOptions& options, const std::string& token) {
    struct Way {
      LaunchDarklyOptions options;
      std::unique_ptr<HttpClient> client;
      std::unique_ptr<Destination> destination;
    };
    const auto way = std::make_shared<Way>();
    way->options = At(server.origin());
    way->options.token = Secret(std::string(token));
    way->client = HttpClient::Create(ClientOptions(options));
    way->destination = MakeLaunchDarkly(way->options, *way->client, budget_, clock_, metrics);
    (*worker_.Lock())->Configure(options, {way, way->destination.get()});
  }
  DeliveryState State() { return (*worker_.Lock())->State(); }

  // An event that names the flag; the same of a resource that has got another URL; and one that
  // deletes what names it.
  void Mention(const std::string& resource, const FlagKey& flag) {
    Store(resource, ChangeKind::kUpdated, {{flag, Carrier::kText, "flag URL in description"}});
  }
  void Move(const std::string& resource, const FlagKey& flag) {
    folder_of_urls_ = "moved";
    Mention(resource, flag);
  }
  void Delete(const std::string& resource) { Store(resource, ChangeKind::kDeleted, {}); }
  // An event that says nothing of flags.
  void Edit(const std::string& resource, const std::string& title, const std::string& url) {
    ObservedChange observed = Observed(resource, ChangeKind::kUpdated);
    observed.change.title = title;
    observed.change.url = url;
    Store(std::move(observed));
  }

  // Waits; false if it did not become true in time.
  bool Await(const std::function<bool()>& condition) {
    const auto ticks = ticks_.WaitFor(std::chrono::seconds(30), [&](int) { return condition(); });
    return condition();
  }
  bool AwaitApplied(int links) {
    return Await([&] { return writer.Statistics().applied == links; });
  }

  // Waits until the worker has seen what the clock says now.
  void GoRound() {
    const auto seen = [this] {
      const auto worker = worker_.Lock();
      (*worker)->Wake();
      return (*worker)->LastAlive() >= clock_.Now();
    };
    while (!seen()) std::this_thread::yield();
  }

  std::vector<std::string> Methods() const {
    std::vector<std::string> methods;
    for (const FaultServer::Arrival& arrival : server.Arrivals()) methods.push_back(arrival.method);
    return methods;
  }

  const Clock& clock_;
  TemporaryFolder folder_;
  Guarded<int> ticks_;  // counts what happened, for Await

 public:
  Metrics metrics{{"jira"}, "test"};
  LaunchDarklyStandIn stand_in;
  // Answers in the stand-in's place where it gives an answer.
  using Intercept = std::function<std::optional<HttpResponse>(const HttpRequest&)>;
  Guarded<Intercept> intercept;
  FaultServer server;

 private:
  QueueOptions InFolder() const {
    QueueOptions options;
    options.file = folder_ / "queue.db";
    options.settle = std::chrono::milliseconds(1);
    return options;
  }
  static LaunchDarklyOptions At(const std::string& origin) {
    LaunchDarklyOptions options;
    options.base_url = origin;
    options.token = Secret(std::string("api-token"));
    return options;
  }
  static HttpClient::Options ClientOptions(const DeliveryOptions& options) {
    HttpClient::Options client;
    client.timeout = options.timeout;
    client.max_connections = options.concurrency;
    return client;
  }

  HttpResponse Answer(const HttpRequest& request) {
    const Intercept special = *intercept.Lock();
    std::optional<HttpResponse> answer = special ? special(request) : std::nullopt;
    if (!answer) answer = stand_in.Answer(request);
    Tick();
    return *answer;
  }
  void Tick() {
    ++*ticks_.Lock();
    ticks_.Notify();
  }
  void Changed() {
    Tick();
    if (const auto worker = worker_.Lock(); *worker) (*worker)->Wake();
  }

  ObservedChange Observed(const std::string& resource, ChangeKind kind) const {
    ObservedChange observed;
    observed.change.kind = kind;
    observed.change.resource = resource;
    observed.change.name = resource;
    observed.change.title = resource + ": roll out";
    observed.change.url = "https://acme.example/" + folder_of_urls_ + "/" + resource;
    return observed;
  }
  void Store(const std::string& resource, ChangeKind kind,
             std::vector<flaglinkd::Mention> mentions) {
    ObservedChange observed = Observed(resource, kind);
    observed.change.texts.emplace();
    observed.mentions = std::move(mentions);
    Store(std::move(observed));
  }
  void Store(ObservedChange observed) {
    IncomingEvent event;
    event.source = event.name_space = "jira";
    event.delivery_id = std::to_string(++deliveries_);
    event.received = clock_.Now() + Duration(deliveries_);
    event.changes.push_back(std::move(observed));
    writer.Commit(std::move(event), [](const CommitResult& result) {
      EXPECT_EQ(result.kind, CommitResult::Kind::kStored) << result.reason;
    });
  }

  int deliveries_ = 0;
  std::string folder_of_urls_ = "browse";
  std::unique_ptr<LinkQueue> queue_;
  LaunchDarklyOptions launchdarkly_;
  std::unique_ptr<HttpClient> client_;
  RateBudget budget_;
  std::shared_ptr<Destination> destination_;
  Guarded<std::unique_ptr<DeliveryWorker>> worker_;

 public:
  Writer writer;
};

}  // namespace flaglinkd
