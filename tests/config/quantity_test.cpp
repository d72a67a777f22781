#include "daemon/config/quantity.h"

#include <gtest/gtest.h>

#include <string>

namespace flaglinkd {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Duration, IsAWholeNumberAndAUnit) {
  EXPECT_EQ(ParseDuration("250ms").value(), milliseconds(250));
  EXPECT_EQ(ParseDuration("20s").value(), seconds(20));
  EXPECT_EQ(ParseDuration("5m").value(), minutes(5));
  EXPECT_EQ(ParseDuration("2h").value(), hours(2));
  EXPECT_EQ(ParseDuration("3d").value(), hours(72));
  EXPECT_EQ(ParseDuration("0s").value(), seconds(0));
}

TEST(Duration, ReachesAHundredYearsAndNoFurther) {
  EXPECT_EQ(ParseDuration("36525d").value(), hours(24 * 36525));
  EXPECT_EQ(ParseDuration("36526d").error().message, "\"36526d\" is too much");
  EXPECT_EQ(ParseDuration("18446744073709551615d").error().message,
            "\"18446744073709551615d\" is too much");
  EXPECT_EQ(ParseDuration("99999999999999999999s").error().message,
            "\"99999999999999999999s\" is too much");
}

TEST(Duration, IsNothingElse) {
  for (const char* text : {"", "20", "s", "20 s", " 20s", "20s ", "1.5s", "-1s", "+1s", "20S",
                           "20sec", "1h30m", "0x10s", "1us", "1w"}) {
    EXPECT_EQ(ParseDuration(text).error().message,
              "\"" + std::string(text) +
                  "\" is not a duration: write a whole number and ms, s, m, h or d, as \"20s\"");
  }
}

TEST(Size, IsAWholeNumberAndAUnit) {
  EXPECT_EQ(ParseSize("512B").value(), 512u);
  EXPECT_EQ(ParseSize("64KiB").value(), 65536u);
  EXPECT_EQ(ParseSize("8MiB").value(), 8388608u);
  EXPECT_EQ(ParseSize("1GiB").value(), 1073741824u);
}

TEST(Size, StaysBelowATebibyte) {
  EXPECT_EQ(ParseSize("1023GiB").value(), std::size_t{1023} << 30);
  EXPECT_EQ(ParseSize("1024GiB").error().message, "\"1024GiB\" is too much");
}

TEST(Size, IsNothingElse) {
  for (const char* text : {"", "64", "KiB", "64 KiB", "64KB", "64kib", "1.5MiB", "-1B", "1TiB"}) {
    EXPECT_EQ(ParseSize(text).error().message,
              "\"" + std::string(text) +
                  "\" is not a size: write a whole number and B, KiB, MiB or GiB, as \"64KiB\"");
  }
}

}  // namespace
}  // namespace flaglinkd
