// Whatever order events come in, and whatever goes wrong on the way to LaunchDarkly, the links end
// as the rules say.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/life_cycle/model.h"
#include "tests/life_cycle/rig.h"

namespace flaglinkd {
namespace {

using model::Model;
using model::Said;

constexpr int kShufflesPerTest = 100;

UnlinkRule RuleOf(model::Unlink unlink) {
  switch (unlink) {
    case model::Unlink::kNever: return UnlinkRule::kNever;
    case model::Unlink::kDeleted: return UnlinkRule::kDeleted;
    case model::Unlink::kUnmentioned: return UnlinkRule::kUnmentioned;
  }
  return UnlinkRule::kDeleted;
}

// A month in the life of a few resources, as their tools would tell of it in order.
class Month {
 public:
  explicit Month(std::mt19937& random) : random_(random) {
    for (int i = 0; i < 3; ++i) Live(std::string(i == 0 ? "card/" : "plain/") + std::to_string(i));
  }
  std::vector<Said> Take() { return std::move(said_); }

 private:
  bool Chance(unsigned percent) { return random_() % 100 < percent; }

  std::set<std::string> SomeFlags() {
    std::set<std::string> flags;
    for (const char* flag : {"checkout", "search", "banner"}) {
      if (Chance(35)) flags.insert(flag);
    }
    return flags;
  }

  Said& Say(const std::string& resource, const std::string& part, Said::Kind kind) {
    Said& said = said_.emplace_back();
    said.resource = resource;
    said.part = part;
    said.kind = kind;
    said.part_time = said.content_time = ++time_;
    return said;
  }

  void Show(const std::string& resource, Said& said) {
    said.shown = Said::Shown{name_, "title of " + name_ + " " + std::to_string(said.content_time),
                             "https://tool.example/" + resource, Chance(50) ? "open" : "closed"};
  }

  void Live(const std::string& resource) {
    name_ = "N-" + resource;
    Said& created = Say(resource, "", Said::kCreated);
    Show(resource, created);
    created.text = SomeFlags();
    created.labels = SomeFlags();
    const int days = 5 + static_cast<int>(random_() % 12);
    for (int day = 0; day < days; ++day) Happen(resource);
  }

  void Happen(const std::string& resource) {
    const std::string comment = "comment " + std::to_string(random_() % 3);
    switch (random_() % 8) {
      case 0: {  // renamed or moved
        name_ += "'";
        Show(resource, Say(resource, "", Said::kUpdated));
        return;
      }
      case 1: Say(resource, "", Said::kUpdated).labels = SomeFlags(); return;
      case 2: {
        Said& edited = Say(resource, "", Said::kUpdated);
        Show(resource, edited);
        edited.text = SomeFlags();
        return;
      }
      case 3:
      case 4: {
        Said& commented = Say(resource, comment, Chance(50) ? Said::kCreated : Said::kUpdated);
        if (Chance(50)) Show(resource, commented);
        commented.text = SomeFlags();
        return;
      }
      case 5: Say(resource, comment, Said::kDeleted); return;
      case 6: {
        if (Chance(60)) return;
        Say(resource, "", Said::kDeleted);
        return;
      }
      case 7: Show(resource, Say(resource, "", Said::kUpdated)); return;
    }
  }

  std::mt19937& random_;
  std::vector<Said> said_;
  std::string name_;
  int time_ = 0;
};

IncomingEvent EventOf(const Said& said, int delivery, UnlinkRule rule, TimePoint beginning) {
  const auto at = [&](int seconds) { return beginning + std::chrono::seconds(seconds); };
  ObservedChange observed;
  Change& change = observed.change;
  change.resource = said.resource;
  change.part = said.part;
  change.kind = said.kind == Said::kCreated   ? ChangeKind::kCreated
                : said.kind == Said::kDeleted ? ChangeKind::kDeleted
                                              : ChangeKind::kUpdated;
  change.part_time = at(said.part_time);
  change.content_time = at(said.content_time);
  if (said.shown) {
    change.name = said.shown->name;
    change.title = said.shown->title;
    change.url = said.shown->url;
    change.description = said.shown->state;
    if (said.resource.starts_with("card/")) {
      change.integration_key = "jira";
      change.metadata = {{"creator", "Ann"},
                         {"iconUrl", "https://tool.example/icon.png"},
                         {"issueKey", said.shown->name},
                         {"issueTitle", said.shown->title}};
    }
  }
  const auto carry = [&](const std::set<std::string>& flags, Carrier carrier) {
    for (const std::string& flag : flags)
      observed.mentions.push_back({{"default", flag}, carrier, "a test names it"});
  };
  if (said.text) {
    change.texts.emplace();
    carry(*said.text, Carrier::kText);
  }
  if (said.labels) {
    change.labels.emplace();
    carry(*said.labels, Carrier::kLabel);
  }
  IncomingEvent event;
  event.source = event.name_space = "tool";
  event.unlink = rule;
  event.delivery_id = "delivery " + std::to_string(delivery);
  event.changes.push_back(std::move(observed));
  return event;
}

// "card/0 checkout: title | url | state | name", one line per link, sorted.
std::string Lines(const std::map<std::pair<std::string, std::string>, Said::Shown>& links) {
  std::string lines;
  for (const auto& [id, shown] : links) {
    lines += id.first + " " + id.second + ": " + shown.title + " | " + shown.url + " | " +
             shown.state + (id.first.starts_with("card/") ? " | " + shown.name : "") + "\n";
  }
  return lines;
}

std::string Lines(const std::vector<LaunchDarklyStandIn::Link>& links) {
  std::vector<std::string> lines;
  for (const auto& link : links) {
    const std::string resource = link.deep_link.substr(sizeof "https://tool.example/" - 1);
    const bool card = link.integration_key == "jira";
    lines.push_back(resource + " " + link.flag.key + ": " + link.title + " | " + link.deep_link +
                    " | " + link.description + (card ? " | " + link.metadata.at("issueKey") : "") +
                    "\n");
    if (card) {
      EXPECT_EQ(link.metadata.at("issueTitle"), link.title);
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

void ExpectBalance(const QueueStatistics& now) {
  EXPECT_EQ(now.waiting, 0);
  EXPECT_EQ(now.total_made, now.total_applied + now.total_superseded + now.total_forgotten +
                                now.waiting + now.unknown_flag + now.failed);
}

// Plays one seed's month; the events in a random order, some of them twice, deliveries between them.
void Play(unsigned seed, model::Unlink unlink) {
  using Duplicate = LaunchDarklyStandIn::Duplicate;
  Rig rig(seed % 2 == 0 ? Duplicate::kConflict : Duplicate::kTwin, seed);
  const TimePoint beginning = rig.clock.Now();
  rig.clock.Advance(std::chrono::hours(24 * 30));
  std::vector<Said> month = Month(rig.random).Take();
  std::shuffle(month.begin(), month.end(), rig.random);
  Model expected(unlink);
  std::vector<IncomingEvent> waiting;
  std::vector<bool> traced(month.size());
  for (std::size_t i = 0; i < month.size(); ++i) {
    const auto send = [&](std::size_t which) {
      if (!traced[which]) traced[which] = expected.Take(month[which]);
      waiting.push_back(EventOf(month[which], static_cast<int>(which), RuleOf(unlink), beginning));
    };
    send(i);
    if (rig.random() % 5 == 0) send(rig.random() % (i + 1));
    if (rig.random() % 2 == 0) continue;
    rig.Take(std::exchange(waiting, {}));
    rig.clock.Advance(std::chrono::milliseconds(rig.random() % 20'000));
    for (auto rounds = rig.random() % 4; rounds > 0; --rounds) rig.Deliver(400);
  }
  rig.Take(std::exchange(waiting, {}));
  while (rig.random() % 8 != 0) {
    rig.Deliver(400);
    rig.clock.Advance(std::chrono::seconds(rig.random() % 60));
  }
  ASSERT_TRUE(rig.DeliverAll());
  EXPECT_EQ(Lines(rig.stand_in.Links()), Lines(expected.Links()));
  ExpectBalance(rig.Statistics());
}

class Shuffle : public testing::TestWithParam<int> {};

TEST_P(Shuffle, EndsAsTheModelSays) {
  const char* more = std::getenv("FLAGLINKD_SHUFFLES");
  const int shuffles = more != nullptr ? std::atoi(more) : kShufflesPerTest;
  const auto first = static_cast<unsigned>(GetParam() * shuffles);
  for (unsigned seed = first; seed < first + static_cast<unsigned>(shuffles); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Play(seed, static_cast<model::Unlink>(seed % 3));
    if (HasFailure()) return;
  }
  std::printf("seeds %u to %u\n", first, first + static_cast<unsigned>(shuffles) - 1);
}

INSTANTIATE_TEST_SUITE_P(OfAThousand, Shuffle, testing::Range(0, 10));

}  // namespace
}  // namespace flaglinkd
