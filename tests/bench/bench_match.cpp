// What finding the flags of a 4 KiB text costs, by the size of the catalogue: a source with the
// default options, and one whose catalogue counts in any word. Prints a table; judges nothing.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "daemon/match/find_flags.h"

namespace flaglinkd::bench {
namespace {

constexpr std::size_t kTextSize = 4096;
constexpr int kRounds = 201, kCallsPerRound = 20;

// As people name flags: a few parts, 12 to 40 characters.
std::vector<KnownFlags::Flag> MakeFlags(std::size_t count) {
  constexpr const char* kAreas[] = {"checkout", "search",   "billing", "mobile-app",
                                    "profile",  "delivery", "payments"};
  constexpr const char* kThings[] = {"new-header", "retry_limit", "dark.mode", "express-lane",
                                     "audit",      "oneClickBuy", "cache",     "recommendations"};
  std::vector<KnownFlags::Flag> flags;
  for (std::size_t i = 0; i < count; ++i) {
    flags.push_back({std::string(kAreas[i % std::size(kAreas)]) + '-' +
                     kThings[i / 7 % std::size(kThings)] + '-' + std::to_string(i)});
  }
  return flags;
}

// Prose as it stands in tickets, with `hits` of the flags strewn in.
std::string MakeText(const std::vector<KnownFlags::Flag>& flags, std::size_t hits) {
  const std::string prose =
      "As a customer I want to pay with one click, so that I don't have to type my card's number "
      "again. The checkout-service (v2.14.1, see SHOP-1042 and src/pay/oneClick.ts) asks for the "
      "card every time; support counted 312 complaints in Q3. Steps: open the basket, press "
      "\"Buy\", watch PAYMENT_RETRY_LIMIT in the log. Expected: the order is placed. Actual: a "
      "form. More at https://acme.atlassian.net/wiki/spaces/PAY/pages/884736/One-click or from "
      "ops+pay@acme.example; the branch is feature/SHOP-1042-one-click. ";
  std::string text;
  for (std::size_t i = 0; text.size() < kTextSize; ++i) {
    text += prose;
    // Far apart in the catalogue, so that they are far apart in memory.
    for (std::size_t hit = i * hits / 6; hit < std::min(hits, (i + 1) * hits / 6); ++hit) {
      text += "Turn on " + flags[hit * (flags.size() / 20) % flags.size()].key + ". ";
    }
  }
  text.resize(kTextSize);
  return text;
}

struct Measured {
  double us = 0;
  std::size_t hits = 0;
};

// The median of many rounds: what else runs on the machine shows in a mean, and in a minimum the
// luckiest caches.
Measured Measure(const MatchRules& rules, const KnownFlags& known, const Change& change) {
  std::vector<double> rounds;
  std::size_t hits = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int call = 0; call < kCallsPerRound; ++call) {
      hits = FindFlags(rules, known, change).mentions.size();
    }
    const std::chrono::duration<double, std::micro> spent =
        std::chrono::steady_clock::now() - start;
    rounds.push_back(spent.count() / kCallsPerRound);
  }
  std::nth_element(rounds.begin(), rounds.begin() + kRounds / 2, rounds.end());
  return {rounds[kRounds / 2], hits};
}

void PrintTable(const char* name, CatalogMatch catalog) {
  MatchOptions options;
  options.catalog = catalog;
  const MatchRules rules = MatchRules::Compile(options, {"default"}, {}).value();
  for (const std::size_t hits : {std::size_t{0}, std::size_t{20}}) {
    double least = 0;
    for (const std::size_t keys : {200, 20'000}) {
      std::vector<KnownFlags::Project> projects = {{"default", MakeFlags(keys)}};
      Change change;
      change.texts.emplace().push_back({"description", MakeText(projects[0].flags, hits)});
      const Measured measured = Measure(rules, KnownFlags(projects), change);
      if (least == 0) least = measured.us;
      std::printf("%-12s %8zu %6zu %10.1f %8.2f\n", name, keys, measured.hits, measured.us,
                  measured.us / least);
    }
  }
}

}  // namespace
}  // namespace flaglinkd::bench

int main() {
  std::printf("finding the flags of a 4 KiB text, median of %d rounds\n\n",
              flaglinkd::bench::kRounds);
  std::printf("%-12s %8s %6s %10s %8s\n", "catalog", "keys", "hits", "us/text", "ratio");
  flaglinkd::bench::PrintTable("off", flaglinkd::CatalogMatch::kOff);
  flaglinkd::bench::PrintTable("distinctive", flaglinkd::CatalogMatch::kDistinctive);
  flaglinkd::bench::PrintTable("words", flaglinkd::CatalogMatch::kWords);
}
