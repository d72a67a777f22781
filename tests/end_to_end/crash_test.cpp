// Killed at any moment, nothing acknowledged is lost and nothing is linked twice.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "daemon/verify/verify.h"
#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

constexpr int kSenders = 8;

int Setting(const char* name, int otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::atoi(value) : otherwise;
}

std::vector<Header> JiraHeaders(const std::string& body, int issue) {
  SignatureScheme scheme;
  scheme.header = "x-hub-signature";
  scheme.prefix = "sha256=";
  scheme.signed_content = {{SignedPiece::Kind::kBody, ""}};
  std::vector<Header> headers =
      Sign(scheme, Secret(std::string(kJiraSecret)), body, "", SystemClock().Now());
  headers.push_back({"content-type", "application/json"});
  headers.push_back({"x-atlassian-webhook-identifier", "delivery-" + std::to_string(issue)});
  return headers;
}

// Senders that behave as the tools do: what is not answered 200 is sent again, with the same
// delivery id, until it is.
class Senders {
 public:
  explicit Senders(int events) : events_(events) {}
  ~Senders() { Join(); }

  void SetPort(std::uint16_t port) { port_ = port; }
  void Start() {
    for (int i = 0; i < kSenders; ++i) threads_.emplace_back([this] { Run(); });
  }
  void Join() { threads_.clear(); }
  int answered() const { return answered_; }
  int repeated() const { return repeated_; }
  static std::string FlagOf(int issue) { return "key-" + std::to_string(issue); }

 private:
  void Run() {
    BlockingClient client;
    for (int issue; (issue = next_++) <= events_;) {
      const std::string body = JiraIssueCreated(std::to_string(issue), "flag:" + FlagOf(issue));
      while (client
                 .Post("http://127.0.0.1:" + std::to_string(port_) + "/hooks/jira",
                       JiraHeaders(body, issue), body)
                 .status != 200) {
        ++repeated_;
        std::this_thread::yield();
      }
      ++answered_;
    }
  }

  const int events_;
  std::atomic<std::uint16_t> port_{0};
  std::atomic<int> next_{1}, answered_{0}, repeated_{0};
  std::vector<std::jthread> threads_;
};

struct Tally {
  int linked = 0, lost = 0, unasked = 0, twice = 0;
};

Tally Count(const LaunchDarklyStandIn& stand_in, int events) {
  Tally tally;
  std::set<std::string> linked;
  for (const auto& link : stand_in.Links()) {
    if (!linked.insert(link.flag.key).second || stand_in.Created(link.flag, link.key) != 1)
      ++tally.twice;
  }
  tally.linked = static_cast<int>(linked.size());
  for (int issue = 1; issue <= events; ++issue)
    tally.lost += linked.erase(Senders::FlagOf(issue)) == 0 ? 1 : 0;
  tally.unasked = static_cast<int>(linked.size());
  return tally;
}

class Crash : public ::testing::TestWithParam<World::Duplicate> {};

TEST_P(Crash, AtRandomMomentsUnderLoadLosesNothingAndLinksNothingTwice) {
  const int events = Setting("FLAGLINKD_CRASH_EVENTS", 10'000),
            kills = Setting("FLAGLINKD_CRASH_KILLS", 24);
  const auto seed = static_cast<unsigned>(
      Setting("FLAGLINKD_CRASH_SEED", static_cast<int>(std::random_device{}() & 0xffff)));
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);

  World world(GetParam());
  world.WriteConfiguration("first_retry = \"20ms\"\nlongest_retry = \"200ms\"\n");
  std::atomic<pid_t> kill_at_post{0};
  std::atomic<int> killed_at_post{0};
  world.on_request = [&](const HttpRequest& request) {
    // Between the sending of a POST and the recording of its answer: the work is done, but nobody
    // will know.
    if (request.method != "POST") return;
    if (const pid_t pid = kill_at_post.exchange(0); pid > 0) {
      ++killed_at_post;
      kill(pid, SIGKILL);
    }
  };

  Senders senders(events);
  senders.SetPort(world.Start().port());
  ASSERT_NE(world.daemon().port(), 0);
  senders.Start();
  for (int i = 0; i < kills; ++i) {
    if (i % 3 == 0 && senders.answered() < events) {
      kill_at_post = world.daemon().pid();
      world.WaitFor([&] { return kill_at_post == 0; });
      kill_at_post = 0;
    } else {
      std::this_thread::sleep_for(
          std::chrono::milliseconds(std::uniform_int_distribution(1, 250)(random)));
    }
    world.daemon().Kill();
    senders.SetPort(world.Start().port());
  }
  senders.Join();
  ASSERT_TRUE(world.WaitUntilDelivered()) << world.Metrics();

  const Tally tally = Count(world.stand_in, events);
  std::printf(
      "answered %d (sent again %d), killed %d times, %d of them at a POST; linked %d, lost %d, not "
      "asked for %d, twice %d\n",
      senders.answered(), senders.repeated(), kills, killed_at_post.load(), tally.linked,
      tally.lost, tally.unasked, tally.twice);
  EXPECT_EQ(senders.answered(), events);
  EXPECT_GE(killed_at_post, 1);
  EXPECT_EQ(tally.linked, events);
  EXPECT_EQ(tally.lost, 0);
  EXPECT_EQ(tally.unasked, 0);
  EXPECT_EQ(tally.twice, 0);
  world.ExpectBalancedBooks();
}

INSTANTIATE_TEST_SUITE_P(WhereADuplicateIsRefusedAndWhereItMakesATwin, Crash,
                         ::testing::Values(World::Duplicate::kConflict, World::Duplicate::kTwin));

// SIGKILL leaves the page cache in place; a power cut does not. The preloaded library copies each
// file at the moment of its sync, and the test goes on with the copies: everything that was written
// but not synced is gone.
TEST(PowerCut, LosesNothingThatWasAnswered) {
  constexpr int kEvents = 400;
  World world;
  world.WriteConfiguration("enabled = false");
  std::filesystem::create_directory(world.folder / "synced");
  const DaemonProcess& daemon =
      world.Start({{"LD_PRELOAD", FLAGLINKD_SYNCED_FILES_LIBRARY},
                   {"FLAGLINKD_SYNCED_FOLDER", (world.folder / "synced").string()},
                   // Sanitizer builds want to be loaded first otherwise.
                   {"ASAN_OPTIONS", "verify_asan_link_order=0"}});
  ASSERT_NE(daemon.port(), 0);
  Senders senders(kEvents);
  senders.SetPort(daemon.port());
  senders.Start();
  senders.Join();
  world.daemon().Kill();

  std::filesystem::remove(world.folder / "flaglinkd.db-shm");
  for (const char* name : {"flaglinkd.db", "flaglinkd.db-wal"}) {
    std::filesystem::remove(world.folder / name);
    ASSERT_TRUE(std::filesystem::exists(world.folder / "synced" / name))
        << name << " was never synced";
    std::filesystem::copy_file(world.folder / "synced" / name, world.folder / name);
    std::filesystem::permissions(world.folder / name, std::filesystem::perms(0600));
  }
  world.WriteConfiguration("enabled = true");
  world.Start();
  ASSERT_TRUE(world.WaitUntilDelivered());
  const Tally tally = Count(world.stand_in, kEvents);
  std::printf("answered %d, linked after the cut %d, lost %d\n", senders.answered(), tally.linked,
              tally.lost);
  EXPECT_EQ(tally.lost, 0);
  EXPECT_EQ(tally.twice, 0);
}

}  // namespace
}  // namespace flaglinkd
