#include "daemon/admin/utc_time.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

TEST(UtcTime, WritesWholeSecondsAndReadsThemBack) {
  const TimePoint time(std::chrono::seconds(1'784'973'600) + std::chrono::microseconds(999'999));
  EXPECT_EQ(FormatUtc(time), "2026-07-25T10:00:00Z");
  EXPECT_EQ(ParseUtc("2026-07-25T10:00:00Z"), TimePoint(std::chrono::seconds(1'784'973'600)));
  EXPECT_EQ(ParseUtc("2026-07-25"), ParseUtc("2026-07-25T00:00:00Z"));
}

TEST(UtcTime, ReadsNothingElse) {
  for (const char* text : {"", "2026", "2026-07-25T10:00:00", "2026-07-25 10:00:00Z", "2026-02-30",
                           "2026-07-25T24:00:00Z", "2026-07-25T10:60:00Z", "2026-07-25T10:00:00z",
                           "2026-07-2x", "2026-07-25T10:00:00+00:00", "+026-07-25"}) {
    EXPECT_EQ(ParseUtc(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace flaglinkd
