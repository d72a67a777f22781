#include "daemon/adapt/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/base/guarded.h"

namespace flaglinkd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What jobs, callbacks and the test tell each other. Jobs hold it by shared_ptr, as a written-off
// one may outlive the test.
class Journal {
 public:
  void Add(const std::string& entry) {
    entries_.Lock()->push_back(entry);
    entries_.Notify();
  }
  void Await(const std::string& entry) {
    entries_.Wait([&](const auto& entries) {
      return std::find(entries.begin(), entries.end(), entry) != entries.end();
    });
  }
  std::vector<std::string> Entries() { return *entries_.Lock(); }

 private:
  Guarded<std::vector<std::string>> entries_;
};

class WorkerPoolTest : public ::testing::Test {
 protected:
  void Start(WorkerPool::Options options = {}) {
    pool_.emplace(options,
                  [journal = journal_](const std::string& group) { journal->Add("off " + group); });
  }

  // A job that claims at once and says so.
  bool PostQuick(const std::string& group, const std::string& name) {
    return Post(group, name, [journal = journal_, name](JobTicket& ticket) {
      if (ticket.Claim()) journal->Add("done " + name);
    });
  }

  // A job that is at it until the journal says "release", and then tries to claim.
  bool PostStuck(const std::string& group, const std::string& name) {
    return Post(group, name, [journal = journal_, name](JobTicket& ticket) {
      journal->Add("began " + name);
      journal->Await("release");
      journal->Add((ticket.Claim() ? "done " : "late ") + name);
    });
  }

  bool Post(const std::string& group, const std::string& name,
            std::function<void(JobTicket&)> run) {
    return pool_->Post(
        {group, std::move(run), [journal = journal_, name](const std::string& reason) {
           journal->Add("overrun " + name + ": " + reason);
         }});
  }

  static std::string TooLong(const std::string& group, const std::string& name) {
    return "overrun " + name + ": adapter " + group + " took longer than 250 ms";
  }
  static std::string Off(const std::string& group, const std::string& name) {
    return "overrun " + name + ": adapter " + group +
           " took too long twice and is off until a restart";
  }

  std::shared_ptr<Journal> journal_ = std::make_shared<Journal>();
  std::optional<WorkerPool> pool_;
};

TEST_F(WorkerPoolTest, AJobIsRunOnce) {
  Start();
  EXPECT_TRUE(PostQuick("jira", "a"));
  journal_->Await("done a");
  pool_.reset();
  EXPECT_THAT(journal_->Entries(), ElementsAre("done a"));
}

TEST_F(WorkerPoolTest, AnOverrunIsGivenUpAndItsThreadReplaced) {
  Start({.threads = 1});
  PostStuck("jira", "a");
  journal_->Await(TooLong("jira", "a"));
  EXPECT_EQ(pool_->written_off(), 1u);
  PostQuick("slack", "b");
  journal_->Await("done b");
  journal_->Add("release");
  journal_->Await("late a");
}

TEST_F(WorkerPoolTest, ASecondOverrunTurnsTheGroupOffOnce) {
  Start();
  // One after the other: what overruns at the same time counts once, as a stall of the process does.
  PostStuck("jira", "a");
  journal_->Await(TooLong("jira", "a"));
  PostStuck("jira", "b");
  journal_->Await(TooLong("jira", "b"));
  journal_->Await("off jira");
  PostQuick("jira", "d");
  journal_->Await(Off("jira", "d"));
  PostQuick("slack", "e");
  journal_->Await("done e");
  pool_.reset();
  const std::vector<std::string> entries = journal_->Entries();
  EXPECT_EQ(std::count(entries.begin(), entries.end(), "off jira"), 1);
  journal_->Add("release");
  for (const char* name : {"late a", "late b"}) journal_->Await(name);
}

TEST_F(WorkerPoolTest, OneOverrunOfEachGroupTurnsNoneOff) {
  Start();
  PostStuck("jira", "a");
  PostStuck("slack", "b");
  journal_->Await(TooLong("jira", "a"));
  journal_->Await(TooLong("slack", "b"));
  PostQuick("jira", "c");
  PostQuick("slack", "d");
  journal_->Await("done c");
  journal_->Await("done d");
  journal_->Add("release");
  journal_->Await("late a");
  journal_->Await("late b");
}

TEST_F(WorkerPoolTest, AJobThatHasClaimedIsNotGivenUp) {
  Start();
  Post("jira", "a", [journal = journal_](JobTicket& ticket) {
    EXPECT_TRUE(ticket.Claim());
    EXPECT_FALSE(ticket.Claim());
    journal->Add("claimed");
    journal->Await("release");
    journal->Add("done a");
  });
  journal_->Await("claimed");
  PostStuck("slack", "b");
  journal_->Await(TooLong("slack", "b"));  // began later, so that a's budget is over too
  EXPECT_EQ(pool_->written_off(), 1u);
  journal_->Add("release");
  pool_.reset();  // waits for a
  journal_->Await("late b");
  EXPECT_THAT(journal_->Entries(), ::testing::Contains("done a"));
}

TEST_F(WorkerPoolTest, AThreadThatIsWrittenOffAtTheEndIsCountedToo) {
  Start();
  PostStuck("jira", "a");
  pool_->Stop();
  EXPECT_EQ(pool_->written_off(), 1u);
  EXPECT_FALSE(PostQuick("jira", "b"));
  journal_->Add("release");
  journal_->Await("late a");
}

TEST_F(WorkerPoolTest, NothingIsTakenBeyondWhatMayWait) {
  Start({.threads = 1, .budget = std::chrono::hours(1), .max_waiting = 1});
  EXPECT_TRUE(PostStuck("jira", "a"));
  journal_->Await("began a");
  EXPECT_TRUE(PostQuick("jira", "b"));
  EXPECT_FALSE(PostQuick("jira", "c"));
  journal_->Add("release");
  pool_.reset();
  EXPECT_THAT(journal_->Entries(), ElementsAre("began a", "release", "done a", "done b"));
}

TEST_F(WorkerPoolTest, WhatWaitsIsRunBeforeThePoolIsGone) {
  Start({.threads = 1, .budget = std::chrono::hours(1)});
  PostStuck("jira", "a");
  for (int i = 0; i < 100; ++i) PostQuick("jira", std::to_string(i));
  journal_->Add("release");
  pool_.reset();
  EXPECT_EQ(journal_->Entries().size(), 103u);  // began and done a, release, and the hundred
}

TEST_F(WorkerPoolTest, AJobThatThrowsCostsNoThread) {
  Start({.threads = 1});
  Post("jira", "a", [](JobTicket&) { throw std::runtime_error("no luck"); });
  Post("jira", "b", [](JobTicket&) { throw 42; });
  Post("jira", "c", [](JobTicket& ticket) {
    ticket.Claim();
    throw std::runtime_error("after all was done");
  });
  PostQuick("jira", "d");
  pool_.reset();
  EXPECT_THAT(journal_->Entries(),
              ElementsAre("overrun a: unexpected: no luck",
                          "overrun b: unexpected: something was thrown", "done d"));
}

TEST_F(WorkerPoolTest, AnIdlePoolIsAlive) {
  Start();
  const TimePoint before = SystemClock().Now();
  EXPECT_GE(pool_->LastAlive(), before);
}

TEST_F(WorkerPoolTest, AThreadThatIsStuckInOurOwnCodeIsSeen) {
  Start({.threads = 2, .budget = std::chrono::milliseconds(1)});
  const TimePoint before = SystemClock().Now();
  Post("jira", "a", [journal = journal_](JobTicket& ticket) {
    ticket.Claim();
    journal->Add("claimed");
    journal->Await("release");
  });
  journal_->Await("claimed");
  const TimePoint claimed = SystemClock().Now();
  // Once the budget is over, the time stands still at the job's start, however late it gets.
  while (pool_->LastAlive() > claimed) std::this_thread::yield();
  EXPECT_GE(pool_->LastAlive(), before - std::chrono::milliseconds(1));
  journal_->Add("release");
  while (pool_->LastAlive() <= claimed) std::this_thread::yield();
}

TEST_F(WorkerPoolTest, AnAdapterThatLoopsIsWrittenOff) {
  // It never returns, so that the test runs in a child that ends as the daemon does.
  EXPECT_EXIT(
      {
        const auto folder = std::filesystem::temp_directory_path() /
                            ("flaglinkd-loop-" + std::to_string(::getpid()));
        std::filesystem::create_directory(folder);
        std::filesystem::copy_file(std::filesystem::path(FLAGLINKD_TEST_ADAPTERS) / "looping.so",
                                   folder / "looping.so");
        for (const auto& path : {folder, folder / "looping.so"}) {
          std::filesystem::permissions(path, std::filesystem::perms(0755));
        }
        auto adapter = LoadAdapter(folder, "looping");
        std::filesystem::remove_all(folder);
        if (!adapter.ok()) std::fputs(adapter.error().message.c_str(), stderr);
        Start({.threads = 1});
        Post("looping", "a", [adapter = *adapter, journal = journal_](JobTicket& ticket) {
          (void)adapter->Extract({{}, "", "loop"}, {});
          if (ticket.Claim()) journal->Add("done a");
        });
        journal_->Await(TooLong("looping", "a"));
        pool_.reset();  // does not wait for it
        std::fputs("ended", stderr);
        std::quick_exit(journal_->Entries().size() == 1 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "ended");
}

}  // namespace
}  // namespace flaglinkd
