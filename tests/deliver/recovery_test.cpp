// Promise 5, "Polite", over whole schedules: the real worker, queue, destination and budget against
// a LaunchDarkly in played time.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/guarded.h"
#include "daemon/deliver/delivery_worker.h"
#include "daemon/launchdarkly/launchdarkly_destination.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "daemon/queue/writer.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/played_launchdarkly.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

constexpr int kResources = 40;

// Thousands of commits, and no crash to survive: memory will do.
std::filesystem::path InMemory() {
  const std::filesystem::path shared_memory = "/dev/shm";
  return std::filesystem::is_directory(shared_memory) ? shared_memory
                                                      : std::filesystem::temp_directory_path();
}

// One course of events, from the first link to the last.
class Recovery {
 public:
  explicit Recovery(std::uint64_t seed) : launchdarkly_(seed, clock_), jitter_(seed) {
    launchdarkly_.settle = [this] { Settle(); };
    launchdarkly_.meanwhile = [this] { Change(); };
    for (int i = 0; i < kResources; ++i) Store(i, ChangeKind::kCreated);
    Settle();
  }

  // False: it never came to its end.
  bool Run() {
    DeliveryOptions options;
    options.concurrency = launchdarkly_.Draw(1, 8);
    DeliveryWorker worker(options, writer_, destination_, clock_, metrics_,
                          [this] { return std::uniform_real_distribution<double>(0, 1)(jitter_); });
    const bool over = AwaitTheEnd();
    worker.Stop();
    return over;
  }

  // The deep links that are to be shown, and those that are.
  std::multiset<std::string> Wanted() const {
    std::multiset<std::string> wanted;
    for (const auto& [resource, url] : urls_) wanted.insert(url);
    return wanted;
  }
  std::multiset<std::string> Shown() const {
    std::multiset<std::string> shown;
    for (const auto& link : launchdarkly_.stand_in.Links()) shown.insert(link.deep_link);
    return shown;
  }
  const PlayedLaunchDarkly& launchdarkly() const { return launchdarkly_; }

 private:
  static QueueOptions In(const TemporaryFolder& folder) {
    QueueOptions options;
    options.file = folder / "queue.db";
    return options;
  }
  static LaunchDarklyOptions WithToken() {
    LaunchDarklyOptions options;
    options.token = Secret(std::string("api-token"));
    return options;
  }

  void Store(int resource, ChangeKind kind) {
    ObservedChange observed;
    observed.change.kind = kind;
    observed.change.resource = observed.change.name = "SHOP-" + std::to_string(resource);
    observed.change.title = "Revision " + std::to_string(revision_);
    // One that has moved can't be updated, only replaced.
    std::string& url = urls_[resource];
    if (url.empty() || launchdarkly_.Happens(50)) {
      url = "https://acme.example/" + std::to_string(revision_) + "/" + std::to_string(resource);
    }
    observed.change.url = url;
    if (kind != ChangeKind::kDeleted) {
      observed.change.texts.emplace();
      observed.mentions = {{{"default", "checkout-v2"}, Carrier::kText, "flag URL"}};
    } else {
      urls_.erase(resource);
    }
    IncomingEvent event;
    event.source = event.name_space = "jira";
    event.delivery_id = std::to_string(++revision_);
    event.received = clock_.Now() + Duration(revision_);
    event.changes.push_back(std::move(observed));
    writer_.Commit(std::move(event), [](const CommitResult& result) {
      EXPECT_EQ(result.kind, CommitResult::Kind::kStored) << result.reason;
    });
  }

  // People go on working.
  void Change() {
    const int resource = launchdarkly_.Draw(0, kResources - 1);
    if (changes_left_ == 0 || !urls_.contains(resource)) return;
    const bool gone = launchdarkly_.Happens(50);
    Store(resource, gone ? ChangeKind::kDeleted : ChangeKind::kUpdated);
    Settle();
    --changes_left_;
  }

  // What the writer was asked before is done; a claim of the same batch is answered by the next.
  void Settle() {
    for (int i = 0; i < 2; ++i) {
      std::promise<void> done;
      writer_.Record({}, [&](const std::vector<bool>&) { done.set_value(); });
      done.get_future().wait();
    }
  }

  void Changed(const QueueStatistics& now) {
    if (std::exchange(next_due_, now.next_due) != now.next_due) launchdarkly_.Wake();
    waiting_ = now.waiting;
    ++*ticks_.Lock();
    ticks_.Notify();
  }

  bool AwaitTheEnd() {
    const auto ticks = ticks_.WaitFor(std::chrono::seconds(60), [this](int) { return IsOver(); });
    return IsOver();
  }

  bool IsOver() const { return changes_left_ == 0 && waiting_ == 0; }

  ManualClock clock_;
  PlayedLaunchDarkly launchdarkly_;
  std::mt19937_64 jitter_;
  Metrics metrics_{{"jira"}, "test"};
  TemporaryFolder folder_{InMemory()};
  LaunchDarklyOptions options_ = WithToken();
  RateBudget budget_;
  std::shared_ptr<Destination> destination_ =
      MakeLaunchDarkly(options_, launchdarkly_, budget_, clock_, metrics_);
  std::unique_ptr<LinkQueue> queue_ = std::move(OpenSqliteQueue(In(folder_), clock_.Now()).value());
  int revision_ = 0;
  std::atomic<int> changes_left_ = 20;
  Guarded<int> ticks_;
  std::map<int, std::string> urls_;  // of those that are not deleted
  std::optional<TimePoint> next_due_;
  std::atomic<std::int64_t> waiting_ = kResources;
  Writer writer_{
      *queue_, clock_, {}, {nullptr, [this](const QueueStatistics& now) { Changed(now); }}};
};

TEST(Recovery, EveryRequestKeepsToWhatWasToldAndEveryLinkIsMadeOnce) {
  PlayedLaunchDarkly::Counts all;
  double largest_share = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Recovery recovery(seed);
    ASSERT_TRUE(recovery.Run());
    ASSERT_FALSE(testing::Test::HasFailure());
    const PlayedLaunchDarkly& played = recovery.launchdarkly();
    ASSERT_EQ(recovery.Shown(), recovery.Wanted());
    all.requests += played.counts.requests;
    all.windows += played.counts.windows;
    all.refused += played.counts.refused;
    all.in_outages += played.counts.in_outages;
    largest_share = std::max(largest_share, played.largest_share());
  }
  std::cout << "seeds 1 to 100: " << all.requests << " requests in " << all.windows
            << " windows, of them " << all.refused << " answered 429 and " << all.in_outages
            << " in outages; largest share of what was told " << largest_share << "\n";
  EXPECT_GT(all.requests, 5000);
  EXPECT_GT(all.refused, 100);
  EXPECT_GT(all.in_outages, 100);
}

}  // namespace
}  // namespace flaglinkd
