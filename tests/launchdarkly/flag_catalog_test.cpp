#include "daemon/launchdarkly/flag_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "daemon/base/guarded.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/fault_server.h"
#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using State = CatalogUpdate::State;
using Standing = KnownFlags::Standing;

constexpr Duration kPatience = seconds(20);  // of a test that is about to fail

// The listings of LaunchDarkly, as far as the catalogue reads them.
class Listings {
 public:
  void Set(const std::string& project, const std::string& key, bool archived = false) {
    (*projects_.Lock())[project][key] = archived;
  }
  void Remove(const std::string& project, const std::string& key) {
    (*projects_.Lock())[project].erase(key);
  }

  HttpResponse Answer(const HttpRequest& request) {
    HttpResponse response;
    const std::string prefix = "/api/v2/flags/";
    const auto projects = projects_.Lock();
    const auto project = projects->find(request.path.substr(prefix.size()));
    const bool authentic = Header(request, "authorization") == "api-0123456789" &&
                           Header(request, "ld-api-version") == "20240415";
    if (!authentic || project == projects->end()) {
      response.status = authentic ? 404 : 401;
      return response;
    }
    std::vector<std::string> items;
    for (const auto& [key, archived] : project->second) {
      if (archived != (request.query.find("filter=state:archived") != std::string::npos)) continue;
      items.push_back(R"({"key":")" + key + R"(","archived":)" + (archived ? "true}" : "false}"));
    }
    const std::size_t offset = Number(request.query, "offset="),
                      end = std::min(items.size(), offset + Number(request.query, "limit="));
    response.body = "{\"totalCount\":" + std::to_string(items.size()) + ",\"items\":[";
    for (std::size_t i = offset; i < end; ++i) {
      response.body += (i == offset ? "" : ",") + items[i];
    }
    response.body += end < items.size() ? R"(],"_links":{"next":{"href":"/x"}}})" : "]}";
    return response;
  }

 private:
  static std::string Header(const HttpRequest& request, const std::string& name) {
    for (const auto& header : request.headers) {
      if (header.name == name) return header.value;
    }
    return "";
  }
  static std::size_t Number(const std::string& query, const std::string& name) {
    return std::strtoul(query.c_str() + query.find(name) + name.size(), nullptr, 10);
  }

  Guarded<std::map<std::string, std::map<std::string, bool>>> projects_;
};

// The product's client, with a count of what was begun: a request that is on its way has not arrived
// anywhere.
class CountingClient final : public HttpClient {
 public:
  explicit CountingClient(std::atomic<std::size_t>& begun) : begun_(begun) {}
  void Start(HttpCall call, const Secret& authorization,
             std::function<void(HttpAnswer)> done) override {
    ++begun_;
    client_->Start(std::move(call), authorization, std::move(done));
  }
  void Poll(Duration patience) override { client_->Poll(patience); }
  void Wake() override { client_->Wake(); }
  std::size_t in_flight() const override { return client_->in_flight(); }

 private:
  std::atomic<std::size_t>& begun_;
  std::unique_ptr<HttpClient> client_ = HttpClient::Create({});
};

class FlagCatalogTest : public testing::Test {
 protected:
  struct Seen {
    std::shared_ptr<const KnownFlags> known;
    std::map<std::string, std::pair<std::size_t, Duration>> status;
    int rounds = 0;  // of the thread: it tells the status in each
    std::vector<int> requests;
    std::vector<CatalogUpdate> offered, stored;
    bool store_takes = true;
  };

  FlagCatalogTest() {
    options_->base_url = server_.origin();
    options_->token = Secret(std::string("api-0123456789"));
    listings_.Set("default", "checkout-v2");
    listings_.Set("default", "old-one", true);
  }

  void Start(const std::vector<CatalogUpdate>& stored = {}) {
    FlagCatalog::Observer observer;
    observer.known = [this](std::shared_ptr<const KnownFlags> known) {
      seen_.Lock()->known = std::move(known);
      seen_.Notify();
    };
    observer.status = [this](const FlagCatalog::ProjectStatus& status) {
      const auto seen = seen_.Lock();
      seen->status[status.project] = {status.flags, status.age};
      if (status.project == options_->projects.front()) ++seen->rounds;
      seen_.Notify();
    };
    observer.requested = [this](int status) {
      seen_.Lock()->requests.push_back(status);
      seen_.Notify();
    };
    catalog_ = std::make_unique<FlagCatalog>(
        FlagCatalog::Setup{options_, std::make_unique<CountingClient>(begun_)},
        FlagCatalog::Surroundings{budget_, clock_,
                                  [this](CatalogUpdate update, std::function<void(bool)> done) {
                                    Store(std::move(update), std::move(done));
                                  },
                                  [] { return 0.0; }, std::move(observer)},
        stored);
  }

  void Store(CatalogUpdate update, std::function<void(bool)> done) {
    bool takes = false;
    {
      const auto seen = seen_.Lock();
      takes = seen->store_takes;
      seen->offered.push_back(update);
      if (takes) seen->stored.push_back(std::move(update));
    }
    seen_.Notify();
    done(takes);
  }

  // Waits until `holds(seen)`; whether it does.
  template <typename Holds>
  bool Until(Holds holds) {
    return holds(*seen_.WaitFor(kPatience, holds));
  }
  bool UntilKnown(const std::string& project, const std::string& key, Standing standing) {
    return Until([&](const Seen& seen) {
      return seen.known && seen.known->StandingOf(project, key) == standing;
    });
  }
  // Afterwards the thread has done all that is due at this time and needs no answer.
  void GoRound() {
    for (int i = 0; i < 2; ++i) {
      const int rounds = seen_.Lock()->rounds;
      catalog_->News({});
      EXPECT_TRUE(Until([&](const Seen& seen) { return seen.rounds > rounds; }));
    }
  }
  // And what came of the answers is settled.
  bool UntilRequested(std::size_t count) {
    const bool requested = Until([&](const Seen& seen) { return seen.requests.size() >= count; });
    GoRound();
    return requested;
  }
  void Advance(Duration by) {
    clock_.Advance(by);
    GoRound();
  }
  std::size_t Begun() const { return begun_.load(); }  // requests
  Standing Known(const std::string& project, const std::string& key) {
    return seen_.Lock()->known->StandingOf(project, key);
  }

  std::atomic<std::size_t> begun_{0};
  ManualClock clock_{At(0)};
  RateBudget budget_;
  Listings listings_;
  FaultServer server_{[this](const HttpRequest& request) { return listings_.Answer(request); }};
  std::shared_ptr<LaunchDarklyOptions> options_ = std::make_shared<LaunchDarklyOptions>();
  Guarded<Seen> seen_;
  std::unique_ptr<FlagCatalog> catalog_;  // ends first
};

TEST_F(FlagCatalogTest, ReadsAllPagesOfAllProjectsAndTellsStoreAndMatcher) {
  options_->projects = {"default", "mobile"};
  for (int i = 0; i < 249; ++i) listings_.Set("default", "flag-" + std::to_string(i));
  listings_.Set("mobile", "dark-mode");
  Start();
  ASSERT_TRUE(UntilKnown("mobile", "dark-mode", Standing::kLive));
  ASSERT_TRUE(UntilKnown("default", "flag-248", Standing::kLive));
  EXPECT_EQ(Known("default", "checkout-v2"), Standing::kLive);
  EXPECT_EQ(Known("default", "old-one"), Standing::kArchived);
  EXPECT_EQ(Known("default", "dark-mode"), Standing::kMissing);
  EXPECT_EQ(Known("other", "dark-mode"), Standing::kNoCatalog);
  GoRound();
  EXPECT_EQ(Begun(), 6u) << "three pages and one of archived ones, and one each";
  const auto seen = seen_.Lock();
  EXPECT_EQ(seen->requests, std::vector<int>(6, 200));
  EXPECT_EQ(seen->status.at("default"), (std::pair<std::size_t, Duration>(251, Duration(0))));
  std::set<std::string> stored;
  int complete = 0;
  for (const CatalogUpdate& update : seen->stored) {
    complete += update.complete == At(0) ? 1 : 0;
    for (const auto& flag : update.flags) stored.insert(update.project + "/" + flag.key);
  }
  EXPECT_THAT(stored, SizeIs(252));
  EXPECT_EQ(complete, 2);
}

TEST_F(FlagCatalogTest, WhatIsStoredIsKnownAtOnceAndNeedsNoNetwork) {
  Start({{"default", {{"from-before", State::kLive, ""}}, At(-60)}});
  EXPECT_EQ(Known("default", "from-before"), Standing::kLive) << "before the thread did anything";
  Advance(minutes(4) - seconds(1));
  EXPECT_EQ(Begun(), 0u);
  EXPECT_EQ(seen_.Lock()->status.at("default").second, minutes(5) - seconds(1));
  clock_.Advance(seconds(1));
  catalog_->News({});
  EXPECT_TRUE(UntilKnown("default", "from-before", Standing::kMissing)) << "gone meanwhile";
  EXPECT_EQ(Known("default", "checkout-v2"), Standing::kLive);
}

TEST_F(FlagCatalogTest, ReadsAgainAfterEachRefresh) {
  Start();
  ASSERT_TRUE(UntilKnown("default", "old-one", Standing::kArchived));
  GoRound();
  listings_.Set("default", "old-one", false);
  listings_.Remove("default", "checkout-v2");
  Advance(minutes(5) - seconds(1));
  EXPECT_EQ(Begun(), 2u);
  clock_.Advance(seconds(1));
  catalog_->News({});
  ASSERT_TRUE(UntilKnown("default", "checkout-v2", Standing::kMissing));
  EXPECT_EQ(Known("default", "old-one"), Standing::kLive);
  EXPECT_EQ(Begun(), 6u) << "what is missing is looked for twice";
}

TEST_F(FlagCatalogTest, AClockThatWasSetBackDoesNotPutTheNextRoundOff) {
  Start({{"default", {}, At(1'000'000)}});
  GoRound();
  Advance(minutes(5));
  EXPECT_EQ(Begun(), 0u);
  clock_.Advance(seconds(31));  // a tenth more
  catalog_->News({});
  EXPECT_TRUE(UntilKnown("default", "checkout-v2", Standing::kLive));
}

TEST_F(FlagCatalogTest, ALostConnectionIsTriedAgainFromFiveSecondsOn) {
  server_.Misbehave({FaultServer::Fault::kReset, {}, {}}, 2);
  Start();
  ASSERT_TRUE(UntilRequested(1));
  Advance(seconds(4));
  EXPECT_EQ(Begun(), 1u);
  Advance(seconds(1));
  ASSERT_TRUE(UntilRequested(2));
  Advance(seconds(9));
  EXPECT_EQ(Begun(), 2u) << "doubled";
  clock_.Advance(seconds(1));
  catalog_->News({});
  EXPECT_TRUE(UntilKnown("default", "checkout-v2", Standing::kLive));
}

TEST_F(FlagCatalogTest, RetryAfterIsRespected) {
  for (const int status : {429, 503}) {
    HttpResponse busy;
    busy.status = status;
    busy.headers = {{"Retry-After", "120"}};
    server_.Misbehave({FaultServer::Fault::kAnswer, busy, {}}, 1);
    Start();
    ASSERT_TRUE(UntilRequested(1));
    Advance(seconds(119));
    EXPECT_EQ(Begun(), 1u) << status;
    clock_.Advance(seconds(2));
    catalog_->News({});
    EXPECT_TRUE(UntilKnown("default", "checkout-v2", Standing::kLive)) << status;
    catalog_.reset();
    *seen_.Lock() = Seen();
    begun_ = 0;
  }
}

TEST_F(FlagCatalogTest, ARefusedProjectIsLeftForARefreshAndStopsNoOther) {
  options_->projects = {"secret", "default"};  // the first is answered 404
  Start();
  ASSERT_TRUE(UntilKnown("default", "checkout-v2", Standing::kLive));
  GoRound();
  EXPECT_EQ(Known("secret", "checkout-v2"), Standing::kNoCatalog);
  EXPECT_EQ(Begun(), 3u);
  Advance(minutes(5) - seconds(1));
  EXPECT_EQ(Begun(), 3u);
  listings_.Set("secret", "late");
  clock_.Advance(seconds(1));
  catalog_->News({});
  EXPECT_TRUE(UntilKnown("secret", "late", Standing::kLive));
}

TEST_F(FlagCatalogTest, AnAnswerWithoutRequestsLeftHoldsTheNextPageUp) {
  HttpResponse last;
  last.body = R"({"items":[{"key":"a-b"}],"totalCount":1})";
  const auto reset =
      std::chrono::duration_cast<std::chrono::milliseconds>(At(8).time_since_epoch());
  last.headers = {{"X-Ratelimit-Route-Remaining", "0"},
                  {"X-Ratelimit-Reset", std::to_string(reset.count())}};
  server_.Misbehave({FaultServer::Fault::kAnswer, last, {}}, 1);
  Start();
  ASSERT_TRUE(UntilRequested(1));
  Advance(seconds(7));
  EXPECT_EQ(Begun(), 1u);
  clock_.Advance(seconds(2));
  catalog_->News({});
  EXPECT_TRUE(UntilKnown("default", "a-b", Standing::kLive));
}

TEST_F(FlagCatalogTest, NewsAreKnownAtOnce) {
  Start({{"default", {{"a-b", State::kLive, ""}}, At(0)}});
  catalog_->News({{"default", {{"brand-new", State::kLive, ""}, {"a-b", State::kArchived, ""}}, {}},
                  {"unknown", {{"c-d", State::kLive, ""}}, {}}});
  EXPECT_TRUE(UntilKnown("default", "brand-new", Standing::kLive));
  EXPECT_EQ(Known("default", "a-b"), Standing::kArchived);
  EXPECT_EQ(Known("unknown", "c-d"), Standing::kNoCatalog);
  EXPECT_EQ(Begun(), 0u);
  EXPECT_THAT(seen_.Lock()->offered, IsEmpty()) << "they are stored already";
}

TEST_F(FlagCatalogTest, WhatTheStoreDoesNotTakeIsNotKnownAndIsHandedOverAgain) {
  seen_.Lock()->store_takes = false;
  Start();
  ASSERT_TRUE(Until([](const Seen& seen) { return seen.offered.size() == 1; }));
  GoRound();
  EXPECT_EQ(Known("default", "checkout-v2"), Standing::kNoCatalog);
  EXPECT_EQ(seen_.Lock()->offered.size(), 1u);
  seen_.Lock()->store_takes = true;
  clock_.Advance(seconds(5));
  catalog_->News({});
  ASSERT_TRUE(UntilKnown("default", "checkout-v2", Standing::kLive));
  EXPECT_EQ(Begun(), 2u) << "the page is not asked for again";
  const auto seen = seen_.Lock();
  EXPECT_EQ(seen->offered[0].flags, seen->offered[1].flags);
}

TEST_F(FlagCatalogTest, EndsWhileLaunchDarklyOrTheStoreOwesAnAnswer) {
  server_.Misbehave({FaultServer::Fault::kHang, {}, {}});
  Start();
  while (server_.Arrivals().empty()) GoRound();
  catalog_.reset();
  server_.Behave();

  std::function<void(bool)> late;
  catalog_ = std::make_unique<FlagCatalog>(
      FlagCatalog::Setup{options_, HttpClient::Create({})},
      FlagCatalog::Surroundings{budget_,
                                clock_,
                                [&](CatalogUpdate, std::function<void(bool)> done) {
                                  late = std::move(done);
                                  seen_.Lock()->offered.emplace_back();
                                  seen_.Notify();
                                },
                                [] { return 0.0; },
                                {}},
      std::vector<CatalogUpdate>());
  ASSERT_TRUE(Until([](const Seen& seen) { return !seen.offered.empty(); }));
  catalog_->Stop();
  catalog_->News({{"default", {}, {}}});
  catalog_.reset();
  late(true);
}

class ConfiguredAnew : public FlagCatalogTest {
 protected:
  // No project is asked of any more.
  void AwaitNoProject() {
    while (!catalog_->Projects().empty()) std::this_thread::yield();
  }
  // With these options, and what the test changes of them.
  template <typename Change>
  FlagCatalog::Setup Changed(Change change) {
    auto options = std::make_shared<LaunchDarklyOptions>();
    options->base_url = options_->base_url;
    options->token = options_->token.Clone();
    options->projects = options_->projects;
    change(*options);
    return {options, std::make_unique<CountingClient>(begun_)};
  }
};

TEST_F(ConfiguredAnew, AProjectThatIsNewIsReadAndOneThatIsGoneIsNoLongerKnown) {
  listings_.Set("mobile", "dark-mode");
  Start();
  ASSERT_TRUE(UntilKnown("default", "checkout-v2", Standing::kLive));
  catalog_->Configure(Changed([](LaunchDarklyOptions& options) { options.projects = {"mobile"}; }));
  ASSERT_TRUE(UntilKnown("mobile", "dark-mode", Standing::kLive));
  EXPECT_EQ(Known("default", "checkout-v2"), Standing::kNoCatalog);
  const std::size_t begun = Begun();
  // What is stored of the old one is still there when it comes back.
  catalog_->Configure(Changed([](LaunchDarklyOptions&) {}));
  ASSERT_TRUE(UntilKnown("default", "checkout-v2", Standing::kLive));
  ASSERT_TRUE(UntilRequested(begun + 2));
  EXPECT_EQ(Known("mobile", "dark-mode"), Standing::kNoCatalog);
}

TEST_F(ConfiguredAnew, SwitchedOffNothingIsKnown) {
  Start();
  ASSERT_TRUE(UntilKnown("default", "checkout-v2", Standing::kLive));
  catalog_->Configure(
      Changed([](LaunchDarklyOptions& options) { options.catalog_refresh = Duration(0); }));
  ASSERT_TRUE(UntilKnown("default", "checkout-v2", Standing::kNoCatalog));
  AwaitNoProject();
}

TEST_F(ConfiguredAnew, WhereNothingIsToBeAskedWhatIsStoredIsKnown) {
  const CatalogUpdate stored{
      "default", {{"checkout-v2", CatalogUpdate::State::kLive, ""}}, clock_.Now()};
  auto setup = Changed([](LaunchDarklyOptions&) {});
  setup.asks = false;
  Start({stored});
  catalog_->Configure(std::move(setup));
  clock_.Advance(std::chrono::hours(1));
  catalog_->News({});
  AwaitNoProject();
  EXPECT_EQ(Known("default", "checkout-v2"), Standing::kLive);
}

TEST_F(ConfiguredAnew, ARequestThatIsUnderWayIsNotCut) {
  server_.Misbehave({FaultServer::Fault::kHang, {}, {}}, 1);
  Start();
  while (server_.Arrivals().empty()) GoRound();
  catalog_->Configure(Changed([](LaunchDarklyOptions&) {}));
  GoRound();
  EXPECT_EQ(Begun(), 1u);
  server_.Behave();
  ASSERT_TRUE(UntilKnown("default", "checkout-v2", Standing::kLive));
  EXPECT_EQ(seen_.Lock()->requests.front(), 200);
}

}  // namespace
}  // namespace flaglinkd
