// One thread, a clock that goes on while it waits, and a GitHub that is a table of answers.
#include "daemon/fetch/catch_up.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/guarded.h"
#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr TimePoint kNoon(hours(24 * 20'000 + 12));  // 2024-10-04T12:00:00Z
const std::string kLog = "https://api.github.com/repos/acme/shop/hooks/42/deliveries";

struct Asked {
  TimePoint when;
  std::string url, authorization;
};

// What happened, for the thread and the test.
struct World {
  ManualClock clock{kNoon};
  Guarded<std::map<std::string, HttpAnswer>> answers;
  Guarded<std::vector<Asked>> asked;
  Guarded<std::vector<std::string>> committed, counted;
  Guarded<std::vector<TimePoint>> received;
  Guarded<CommitResult::Kind> verdict{CommitResult::Kind::kStored};
  Guarded<std::int64_t> event{1};
};

// Answers within Poll; where nothing is asked, time passes.
class PlayedClient : public HttpClient {
 public:
  explicit PlayedClient(World& world) : world_(world) {}
  void Start(HttpCall call, const Secret& authorization,
             std::function<void(HttpAnswer)> done) override {
    world_.asked.Lock()->push_back(
        {world_.clock.Now(), call.url, std::string(authorization.Bytes())});
    world_.asked.Notify();
    pending_.emplace_back(std::move(call), std::move(done));
  }
  void Poll(Duration patience) override {
    if (pending_.empty()) return world_.clock.Advance(patience);
    for (auto& [call, done] : std::exchange(pending_, {})) {
      const auto answers = world_.answers.Lock();
      const auto found = answers->find(call.url);
      done(found == answers->end() ? HttpAnswer{} : found->second);
    }
  }
  void Wake() override {}
  std::size_t in_flight() const override { return pending_.size(); }

 private:
  World& world_;
  std::vector<std::pair<HttpCall, std::function<void(HttpAnswer)>>> pending_;
};

class CatchUpTest : public ::testing::Test {
 protected:
  void Log(const std::string& query, const std::string& list, std::vector<Header> headers = {}) {
    (*world_.answers.Lock())[kLog + query] = {HttpAnswer::Kind::kAnswered, 200, std::move(headers),
                                              list, ""};
  }
  void Delivery(const std::string& id, const std::string& guid) {
    Log("/" + id, R"({"guid": ")" + guid +
                      R"(", "event": "issues", "request": {"payload": {"id": )" + id + "}}}");
  }
  static std::string Attempt(const std::string& id, const std::string& guid, int status) {
    return R"({"id": )" + id + R"(, "guid": ")" + guid +
           R"(", "delivered_at": "2024-10-04T11:00:00Z", "status_code": )" +
           std::to_string(status) + "}";
  }

  void Start() {
    catch_up_ = std::make_unique<CatchUp>(CatchUp::Surroundings{
        std::make_unique<PlayedClient>(world_), world_.clock,
        [] {
          return std::vector<LoggedHook>{
              {"github", kLog, std::make_shared<const Secret>(std::string("t0ken"))}};
        },
        [this](const std::string& source, Webhook webhook,
               const std::function<void(const CommitResult&)>& done) {
          world_.committed.Lock()->push_back(source + ' ' + webhook.body);
          world_.received.Lock()->push_back(webhook.received);
          done({*world_.verdict.Lock(), *world_.event.Lock(), 0, "full"});
        },
        [this](const std::string& source) { world_.counted.Lock()->push_back(source); }});
  }
  // Until the log has been asked for so often.
  void WaitForRounds(std::size_t rounds) {
    world_.asked.Wait([rounds](const std::vector<Asked>& asked) {
      std::size_t lists = 0;
      for (const Asked& each : asked) lists += each.url == kLog + "?per_page=100" ? 1 : 0;
      return lists >= rounds;
    });
  }
  std::vector<std::string> Committed() { return *world_.committed.Lock(); }

  World world_;
  std::unique_ptr<CatchUp> catch_up_;  // ends before the world
};

TEST_F(CatchUpTest, WhatFailedIsCommittedOnceTheOldestFirst) {
  Log("?per_page=100", "[" + Attempt("3", "late", 503) + "," + Attempt("2", "fine", 200) + "," +
                           Attempt("1", "early", 0) + "]");
  Delivery("3", "late");
  Delivery("1", "early");
  Start();
  WaitForRounds(3);
  EXPECT_EQ(Committed(), (std::vector<std::string>{"github {\"id\":1}", "github {\"id\":3}"}));
  EXPECT_EQ(*world_.counted.Lock(), (std::vector<std::string>{"github", "github"}));
}

TEST_F(CatchUpTest, GitHubIsAskedWithTheTokenOncePerSecondAndTheLogOncePerHour) {
  Log("?per_page=100", "[" + Attempt("1", "early", 500) + "]");
  Delivery("1", "early");
  Start();
  WaitForRounds(2);
  const std::vector<Asked> asked = *world_.asked.Lock();
  ASSERT_GE(asked.size(), 3u);
  EXPECT_EQ(asked[0].authorization, "Bearer t0ken");
  EXPECT_EQ(asked[1].url, kLog + "/1");
  EXPECT_GE(asked[1].when - asked[0].when, seconds(1));
  EXPECT_GE(asked[2].when - asked[1].when, hours(1));
}

TEST_F(CatchUpTest, TheLogIsReadPageByPage) {
  const std::string next = "<" + kLog + "?cursor=c2&per_page=100>; rel=\"next\"";
  Log("?per_page=100", "[" + Attempt("2", "second", 500) + "]", {{"link", next}});
  Log("?per_page=100&cursor=c2", "[" + Attempt("1", "first", 500) + "]");
  Delivery("2", "second");
  Delivery("1", "first");
  Start();
  WaitForRounds(2);
  EXPECT_EQ(Committed(), (std::vector<std::string>{"github {\"id\":1}", "github {\"id\":2}"}));
}

TEST_F(CatchUpTest, WhatWasStoredBeforeIsNotCounted) {
  *world_.verdict.Lock() = CommitResult::Kind::kDuplicate;
  Log("?per_page=100", "[" + Attempt("1", "early", 500) + "]");
  Delivery("1", "early");
  Start();
  WaitForRounds(3);
  EXPECT_EQ(Committed().size(), 1u);
  EXPECT_TRUE(world_.counted.Lock()->empty());
}

TEST_F(CatchUpTest, WhatTheStoreDoesNotTakeIsTriedAgain) {
  *world_.verdict.Lock() = CommitResult::Kind::kUnavailable;
  Log("?per_page=100", "[" + Attempt("1", "early", 500) + "]");
  Delivery("1", "early");
  Start();
  WaitForRounds(3);
  EXPECT_GE(Committed().size(), 2u);
}

TEST_F(CatchUpTest, AnUnreadableDeliveryKeepsNoneOfTheOthersBack) {
  Log("?per_page=100", "[" + Attempt("2", "second", 500) + "," + Attempt("1", "first", 500) + "]");
  Log("/1", "[]");
  Delivery("2", "second");
  Start();
  WaitForRounds(2);
  EXPECT_EQ(Committed(), std::vector<std::string>{"github {\"id\":2}"});
}

TEST_F(CatchUpTest, WhatIsRefusedMidwayIsAskedForAgain) {
  Log("?per_page=100", "[" + Attempt("1", "early", 500) + "]");
  (*world_.answers.Lock())[kLog + "/1"] = {HttpAnswer::Kind::kAnswered, 403, {}, "", ""};
  Start();
  WaitForRounds(3);
  std::size_t asked = 0;
  for (const Asked& each : *world_.asked.Lock()) asked += each.url == kLog + "/1" ? 1 : 0;
  EXPECT_GE(asked, 2u);
}

TEST_F(CatchUpTest, ADeliveryCountsAsReceivedWhenGitHubFirstTried) {
  Log("?per_page=100", "[" + Attempt("1", "early", 500) + "]");
  Delivery("1", "early");
  Start();
  WaitForRounds(2);
  EXPECT_EQ(*world_.received.Lock(), std::vector<TimePoint>{kNoon - hours(1)});
}

TEST_F(CatchUpTest, WhatIsNotStoredIsNotCounted) {
  *world_.event.Lock() = 0;
  *world_.verdict.Lock() = CommitResult::Kind::kFailed;
  Log("?per_page=100", "[" + Attempt("1", "early", 500) + "]");
  Delivery("1", "early");
  Start();
  WaitForRounds(3);
  EXPECT_EQ(Committed().size(), 1u);
  EXPECT_TRUE(world_.counted.Lock()->empty());
}

TEST_F(CatchUpTest, ALogThatCannotBeReadIsAskedForAnHourLater) {
  Start();
  WaitForRounds(2);
  const std::vector<Asked> asked = *world_.asked.Lock();
  EXPECT_GE(asked[1].when - asked[0].when, hours(1));
  EXPECT_TRUE(Committed().empty());
}

}  // namespace
}  // namespace flaglinkd
