#include "daemon/admin/page_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <utility>

namespace flaglinkd {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint kNow{seconds(1'784'973'600)};  // 2026-07-25T10:00:00Z

TEST(PageTextTest, GroupsDigits) {
  const std::pair<std::int64_t, const char*> cases[] = {
      {0, "0"},
      {999, "999"},
      {1000, "1,000"},
      {1234567, "1,234,567"},
      {-999, "-999"},
      {-1000, "-1,000"},
      {std::numeric_limits<std::int64_t>::min(), "-9,223,372,036,854,775,808"}};
  for (const auto& [number, text] : cases) EXPECT_EQ(Grouped(number), text);
}

TEST(PageTextTest, CountsInSingularAndPlural) {
  EXPECT_EQ(Counted(0, "link"), "0 links");
  EXPECT_EQ(Counted(1, "link"), "1 link");
  EXPECT_EQ(Counted(1200, "link"), "1,200 links");
}

TEST(PageTextTest, WritesSpansInTwoUnitsAtMost) {
  const std::pair<Duration, const char*> cases[] = {{seconds(-5), "0 ms"},
                                                    {milliseconds(840), "840 ms"},
                                                    {milliseconds(1999), "1 s"},
                                                    {seconds(59), "59 s"},
                                                    {seconds(60), "1 min"},
                                                    {hours(2) + minutes(5), "2 h 5 min"},
                                                    {hours(3) + seconds(59), "3 h"},
                                                    {days(4) + hours(1) + minutes(59), "4 d 1 h"},
                                                    {days(400), "400 d"}};
  for (const auto& [span, text] : cases) EXPECT_EQ(SpanText(span), text);
}

TEST(PageTextTest, SaysHowLongAgoOrAhead) {
  EXPECT_EQ(AgoText(kNow - minutes(3), kNow), "3 min ago");
  EXPECT_EQ(AgoText(kNow + seconds(40), kNow), "in 40 s");
  EXPECT_EQ(AgoText(kNow - milliseconds(999), kNow), "now");
}

TEST(PageTextTest, WritesATimeForPeopleAndForPrograms) {
  EXPECT_EQ(TimeHtml(kNow - minutes(3), kNow).text(),
            "<time datetime=\"2026-07-25T09:57:00Z\">3 min ago <small>09:57:00 UTC</small></time>");
  EXPECT_EQ(TimeHtml(kNow - hours(11), kNow).text(),
            "<time datetime=\"2026-07-24T23:00:00Z\">11 h ago <small>2026-07-24 23:00:00 "
            "UTC</small></time>");
}

}  // namespace
}  // namespace flaglinkd
