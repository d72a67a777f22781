#include "daemon/admin/page_plots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace flaglinkd {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Plots(std::vector<HistorySlot> history) {
  StatusReport report;
  report.history = std::move(history);
  return PlotsSection(report).text();
}

TEST(PagePlotsTest, ThePresentIsAtTheRightAndTheRejectedStandOnTheTaken) {
  // The drawing is 288 wide and 40 high; the largest sum of a slot fills it.
  const std::string plots = Plots({{30, 10, 0, 0, 0, 0}, {20, 0, 0, 0, 0, 0}});
  EXPECT_THAT(plots, HasSubstr("<path class=\"bars\" d=\"M280 40.0v-30.0h3v30.0z"
                               "M284 40.0v-20.0h3v20.0z\"/>"));
  EXPECT_THAT(plots, HasSubstr("<path class=\"rejected\" d=\"M280 10.0v-10.0h3v10.0z\"/>"));
}

TEST(PagePlotsTest, LittleCanStillBeSeen) {
  EXPECT_THAT(Plots({{100'000, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0}}),
              HasSubstr("M284 40.0v-1.0h3v1.0z"));
}

TEST(PagePlotsTest, SaysInWordsWhatItShows) {
  const std::string plots =
      Plots({{30, 10, 12, 9, 2.44, 0.84}, {20, 0, 3, 2, 14.2, 125}, {1200, 0, 0, 0, 0, 0}});
  for (const char* words :
       {"Webhooks, last 6 hours: now 1,200, at most 1,200; 1,250 taken, 10 rejected",
        "Time to answer, last 6 hours: now nothing, at most 14 ms (5 min ago)",
        "Links applied, last 6 hours: now nothing, at most 9 (10 min ago); 15 requests to "
        "LaunchDarkly",
        "Webhook to link, last 6 hours: now nothing, at most 2 min (5 min ago)"}) {
    EXPECT_THAT(plots, HasSubstr(std::string("role=\"img\" aria-label=\"") + words + "\""));
  }
}

TEST(PagePlotsTest, WithoutAHistoryThereIsNothing) {
  EXPECT_THAT(Plots({}),
              HasSubstr("aria-label=\"Webhooks, last 6 hours: nothing; 0 taken, 0 rejected\""));
}

TEST(PagePlotsTest, ShowsNoMoreThanSixHoursAndNoValueThatIsNone) {
  std::vector<HistorySlot> history(500);
  history[0].events = 77;  // too old
  history[499].answer_ms = std::numeric_limits<double>::quiet_NaN();
  history[498].delivery_s = std::numeric_limits<double>::infinity();
  history[497].events = -5;
  const std::string plots = Plots(history);
  EXPECT_THAT(plots, HasSubstr("Webhooks, last 6 hours: nothing"));
  EXPECT_THAT(plots, Not(HasSubstr("nan")));
  EXPECT_THAT(plots, Not(HasSubstr("inf")));
}

}  // namespace
}  // namespace flaglinkd
