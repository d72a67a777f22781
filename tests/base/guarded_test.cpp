#include "daemon/base/guarded.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace flaglinkd {
namespace {

TEST(Guarded, TheValueIsReachedThroughTheLock) {
  Guarded<std::string> text(std::string("a"));
  text.Lock()->push_back('b');
  EXPECT_EQ(*text.Lock(), "ab");
}

TEST(Guarded, ThreadsDoNotMeetInside) {
  constexpr int kThreads = 4, kCounts = 1000;
  Guarded<int> count;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < kCounts; ++j) ++*count.Lock();
      });
    }
  }
  EXPECT_EQ(*count.Lock(), kThreads * kCounts);
}

TEST(Guarded, WaitReturnsWhenTheValueIsReady) {
  Guarded<std::vector<int>> jobs;
  std::jthread producer([&] {
    for (int i = 0; i < 3; ++i) {
      jobs.Lock()->push_back(i);
      jobs.Notify();
    }
  });
  const auto ready = jobs.Wait([](const std::vector<int>& list) { return list.size() == 3; });
  EXPECT_EQ(*ready, (std::vector<int>{0, 1, 2}));
}

TEST(Guarded, WaitForGivesUp) {
  Guarded<bool> ready(false);
  EXPECT_FALSE(*ready.WaitFor(std::chrono::milliseconds(1), [](bool value) { return value; }));
  *ready.Lock() = true;
  EXPECT_TRUE(*ready.WaitFor(std::chrono::hours(1), [](bool value) { return value; }));
}

}  // namespace
}  // namespace flaglinkd
