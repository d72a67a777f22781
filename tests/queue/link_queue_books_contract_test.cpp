// The books balance whatever happens.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/queue/link_queue_contract.h"

namespace flaglinkd {
namespace {

// FLAGLINKD_SEED repeats a run.
unsigned Seed() {
  if (const char* seed = std::getenv("FLAGLINKD_SEED"))
    return static_cast<unsigned>(std::strtoul(seed, nullptr, 10));
  return std::random_device{}();
}

class RandomSteps {
 public:
  explicit RandomSteps(unsigned seed) : random_(seed) {}

  int Below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

  ObservedChange Change() {
    const std::string part = Below(3) == 0 ? "comment-" + std::to_string(Below(3)) : "";
    const std::string resource = "acme/" + std::to_string(Below(4));
    if (Below(6) == 0) return Deleting(part, resource);
    std::vector<std::string> flags;
    for (int i = Below(4); i > 0; --i) flags.push_back("flag-" + std::to_string(Below(5)));
    std::sort(flags.begin(), flags.end());
    flags.erase(std::unique(flags.begin(), flags.end()), flags.end());
    ObservedChange change = Naming(flags, part, resource);
    if (Below(2) == 0) change = Showing(change, "title " + std::to_string(Below(3)));
    if (Below(4) == 0) change = Created(change);
    if (Below(3) == 0) change = Dated(change, At(Below(200)));
    return change;
  }

  UnlinkRule Rule() { return static_cast<UnlinkRule>(Below(3)); }

  CatalogUpdate News() {
    CatalogUpdate news;
    news.project = "default";
    news.flags = {
        {"flag-" + std::to_string(Below(5)), static_cast<CatalogUpdate::State>(Below(3)), ""}};
    if (Below(3) == 0) news.complete = At(0);
    return news;
  }

  AppliedLink Applied(const Lease& lease) {
    switch (Below(4)) {
      case 0: return {};
      case 1: return {Presence::kForeign, "theirs", std::nullopt};
      case 2: return {Presence::kThere, "5f0e", LinkFingerprint{1, 2}};
      default: return lease.applied;
    }
  }

  Outcome::Kind Ending(const Lease& lease) {
    if (Below(2) == 0)
      return lease.wanted.wanted ? Outcome::Kind::kApplied : Outcome::Kind::kRemoved;
    constexpr Outcome::Kind kOthers[] = {Outcome::Kind::kRetry, Outcome::Kind::kPutOff,
                                         Outcome::Kind::kFailed, Outcome::Kind::kUnknownFlag};
    return kOthers[Below(4)];
  }

 private:
  std::mt19937 random_;
};

TEST_P(LinkQueueContract, BooksBalanceAfterAnything) {
  const unsigned seed = Seed();
  SCOPED_TRACE("FLAGLINKD_SEED=" + std::to_string(seed));
  RandomSteps steps(seed);
  options_.max_links_per_flag = 2;
  Reopen();
  std::vector<Lease> leases;
  for (int step = 0; step < 600 && !HasFailure(); ++step) {
    rule_ = steps.Rule();
    switch (steps.Below(9)) {
      case 0:
      case 1:
      case 2: Commit(Event({steps.Change(), steps.Change()})); break;
      case 3: CommitTogether({Event({steps.Change()}), Event({steps.Change()})}); break;
      case 4:
        for (Lease& lease : Claim(3)) leases.push_back(std::move(lease));
        break;
      case 5: Pass(std::chrono::seconds(steps.Below(40))); break;
      case 6:
        if (steps.Below(10) == 0) Reopen();
        break;
      case 7: Learn(steps.News()); break;
      default:
        if (leases.empty()) break;
        Outcome outcome = OutcomeOf(leases.back(), steps.Ending(leases.back()));
        outcome.due = now_ + std::chrono::seconds(steps.Below(60));
        if (steps.Below(3) == 0) outcome.applied = steps.Applied(leases.back());
        End(outcome);
        // Now and then it is said twice.
        if (steps.Below(10) > 0) leases.pop_back();
    }
    ExpectBooksBalance();
  }
  // What was counted along the way is what is there.
  const QueueStatistics counted = Statistics();
  Reopen();
  const QueueStatistics there = Statistics();
  EXPECT_EQ(counted.applied, there.applied);
  EXPECT_EQ(counted.foreign, there.foreign);
  EXPECT_EQ(counted.waiting, there.waiting);
  EXPECT_EQ(counted.unknown_flag, there.unknown_flag);
  EXPECT_EQ(counted.failed, there.failed);
  EXPECT_EQ(counted.total_made, there.total_made);
}

}  // namespace
}  // namespace flaglinkd
