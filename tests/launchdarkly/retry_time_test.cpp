#include "daemon/launchdarkly/retry_time.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

using std::chrono::seconds;

constexpr TimePoint kNow(seconds(1'767'225'600));  // 2026-01-01T00:00:00Z

TEST(ParseHttpDate, EachOfTheThreeFormsIsRead) {
  // RFC 9110, section 5.6.7.
  const TimePoint expected(seconds(784'111'777));
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), expected);
  EXPECT_EQ(ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), expected);
  EXPECT_EQ(ParseHttpDate("Sun Nov  6 08:49:37 1994"), expected);
}

TEST(ParseHttpDate, WhatIsNoDateIsNotRead) {
  for (const char* text : {"", "7", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 31 Feb 2026 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Xxx 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT and more",
                           "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1894 08:49:37 GMT"}) {
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
  }
}

TEST(RetryAfter, SecondsCountFromNow) {
  EXPECT_EQ(RetryAfter({{"retry-after", "7"}}, kNow), kNow + seconds(7));
}

TEST(RetryAfter, ADateIsTakenAsItStands) {
  EXPECT_EQ(RetryAfter({{"retry-after", "Thu, 01 Jan 2026 01:00:00 GMT"}}, kNow),
            kNow + seconds(3600));
}

TEST(RetryAfter, WhatIsPastOrUnreadableOrAbsurdlyFarIsNoWish) {
  for (const char* value : {"0", "-5", "7s", "1.5", "", "99999999999999999999", "2678401",
                            "Wed, 31 Dec 2025 23:59:59 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"}) {
    EXPECT_EQ(RetryAfter({{"retry-after", value}}, kNow), std::nullopt) << value;
  }
  EXPECT_EQ(RetryAfter({}, kNow), std::nullopt);
  EXPECT_EQ(RetryAfter({{"retry-after", "2678400"}}, kNow), kNow + std::chrono::days(31));
}

TEST(RateLimitReset, IsMillisecondsSince1970) {
  EXPECT_EQ(RateLimitReset({{"x-ratelimit-reset", "1767225610500"}}, kNow),
            kNow + std::chrono::milliseconds(10'500));
}

TEST(RateLimitReset, WhatIsPastOrUnreadableOrAbsurdlyFarIsNoWish) {
  for (const char* value : {"1000000000000", "1767225600000", "1767225610", "soon", "-1",
                            "1767225610000000", "9223372036854775807"}) {
    EXPECT_EQ(RateLimitReset({{"x-ratelimit-reset", value}}, kNow), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace flaglinkd
