// Keeps the books on what an account said remains of its windows, and on who sends how much of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace flaglinkd {

// A test fails as soon as more than so many fifths of what was told in a window are under way or
// sent in the same window.
class ToldLimits {
 public:
  explicit ToldLimits(int fifths) : fifths_(fifths) {}

  // An answer from the window arrives in it. `route` is "" for what remains to the whole account;
  // `under_way` counts the requests that are, this one's no longer.
  void Told(int window, const std::string& route, int remaining, int under_way) {
    told_.push_back({window, route, remaining, under_way});
  }

  void Sent(int window, const std::string& route) {
    for (Number& number : told_) {
      if (number.window != window || (!number.route.empty() && number.route != route)) continue;
      ++number.spent;
      EXPECT_LE(number.spent, number.remaining * fifths_ / 5) << "of " << number.remaining;
      largest_share_ = std::max(largest_share_, number.spent * 1.0 / number.remaining);
    }
  }

  double largest_share() const { return largest_share_; }

 private:
  struct Number {
    int window = 0;
    std::string route;
    int remaining = 0, spent = 0;
  };

  const int fifths_;
  std::vector<Number> told_;
  double largest_share_ = 0;
};

}  // namespace flaglinkd
