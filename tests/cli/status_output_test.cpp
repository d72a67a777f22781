// One screen: from the service's JSON to what a person sees.
#include "daemon/cli/status_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/admin/status_json.h"
#include "daemon/admin/utc_time.h"
#include "daemon/cli/status_reading.h"

namespace flaglinkd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

StatusReport Healthy() {
  StatusReport report;
  report.version = "1.2.3";
  report.now = *ParseUtc("2026-07-25T10:00:00Z");
  report.started = report.now - std::chrono::hours(50);
  SourceStatus jira;
  jira.name = jira.adapter = "jira";
  jira.path = "/hooks/jira";
  jira.stored = 1234;
  jira.ignored = 5;
  jira.last_event = report.now - std::chrono::minutes(3);
  jira.last_outcome = "stored";
  SourceStatus slack;
  slack.name = slack.adapter = "slack";
  report.sources = {jira, slack};
  report.queue.applied = 1200;
  report.queue.waiting = 1;
  report.queue.oldest_due = report.now - std::chrono::seconds(4);
  report.delivery.under_way = 1;
  report.delivery.budget = BudgetStatus{60, report.now + std::chrono::seconds(7)};
  report.catalog = {{"default", 120, std::chrono::minutes(2)}};
  report.config.hash = "0123456789abcdef";
  report.config.loaded = report.started;
  return report;
}

// Over the wire and back.
StatusReport Sent(const StatusReport& report) {
  return ReadStatusReport(StatusResponse(report).body).value();
}

TEST(StatusOutput, AWorkingServiceOnOneScreen) {
  EXPECT_EQ(StatusAsText(Sent(Healthy()), Colours::kNone),
            "Working: Everything works. The last webhook came 3 min ago from jira.\n"
            "  what to do   1 link waits for 4 s.\n"
            "\n"
            "SOURCE  LAST EVENT  OUTCOME  STORED  IGNORED  DUPLICATE  FAILED  REJECTED  "
            "UNAVAILABLE\n"
            "jira    3 min ago   stored   1,234   5        0          0       0         0\n"
            "slack   none yet             0       0        0          0       0         0\n"
            "\n"
            "queue          1,200 links applied, 0 foreign, 1 waiting, 0 of unknown flags, 0 "
            "failed; the oldest has been due for 4 s\n"
            "delivery       on, 1 link under way, 60 requests left for the next 7 s\n"
            "catalogue      default: 120 flags, 2 min old\n"
            "configuration  0123456789abcdef, loaded 2 d 2 h ago\n"
            "version        1.2.3, started 2 d 2 h ago\n");
  EXPECT_FALSE(IsWrong(Sent(Healthy())));
}

TEST(StatusOutput, WhatIsWrongComesFirstWithItsFaultAndRemedy) {
  StatusReport report = Healthy();
  report.delivery.pauses = {{"token", "everything", report.now + std::chrono::minutes(4)}};
  report.config.refused = "flaglinkd.toml:3: unknown key `timeuot`";
  report.config.refused_at = report.now - std::chrono::minutes(1);
  const StatusReport sent = Sent(report);
  EXPECT_TRUE(IsWrong(sent));
  const std::string text = StatusAsText(sent, Colours::kNone);
  EXPECT_TRUE(text.starts_with(
      "Not working: LaunchDarkly refuses the access token, so nothing is delivered.\n"
      "  look at      the access token\n"
      "  what to do   Nothing is lost. "))
      << text;
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("\nNeeds attention: The last reload was refused 1 min ago: "
                      "flaglinkd.toml:3: unknown key `timeuot`\n"),
            HasSubstr("\n  paused       everything (token), next try in 4 min\n"),
            HasSubstr("\n  refused      1 min ago: flaglinkd.toml:3: unknown key `timeuot`\n")));
}

TEST(StatusOutput, ColoursOnlyTheVerdict) {
  EXPECT_TRUE(StatusAsText(Healthy(), Colours::kAnsi).starts_with("\x1b[1;32mWorking\x1b[0m: "));
  StatusReport report = Healthy();
  report.queue.failed = 2;
  const std::string text = StatusAsText(report, Colours::kAnsi);
  EXPECT_TRUE(text.starts_with("\x1b[1;33mNeeds attention\x1b[0m: ")) << text;
  EXPECT_EQ(text.rfind('\x1b'), text.find("\x1b[0m"));
  EXPECT_THAT(StatusAsText(report, Colours::kNone), Not(HasSubstr("\x1b")));
}

TEST(StatusOutput, ManySourcesStayOnOneScreen) {
  StatusReport report = Healthy();
  report.sources.clear();
  for (int i = 0; i < 30; ++i) {
    SourceStatus source;
    source.name = "source-" + std::to_string(i);
    if (i == 29) source.last_event = report.now;
    report.sources.push_back(source);
  }
  EXPECT_THAT(StatusAsText(Sent(report), Colours::kNone),
              AllOf(HasSubstr("\nsource-29  now"), HasSubstr("\nand 10 sources more\n"),
                    Not(HasSubstr("source-19 "))));
}

TEST(StatusOutput, NothingFromOutsideReachesTheTerminalAsIs) {
  StatusReport report = Healthy();
  report.sources[0].name = report.sources[0].last_outcome = "\x1b[2J";
  report.troubles = {"disk\x1b[2J\nfull"};
  report.delivery.pauses = {{"away", "\x1b]0;", report.now}};
  report.catalog[0].project = report.version = report.config.hash = "\x1b[1m";
  const std::string text = StatusAsText(Sent(report), Colours::kNone);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("disk\\x1b[2J"));
}

TEST(StatusOutput, AStoppedServiceShowsItsQueue) {
  QueueStatistics queue;
  queue.applied = 2;
  queue.waiting = 1;
  const TimePoint now = *ParseUtc("2026-07-25T10:00:00Z");
  queue.oldest_due = now - std::chrono::seconds(90);
  EXPECT_EQ(StoppedStatusAsText(queue, now),
            "Not running: what is stored waits until flaglinkd is started\n\n"
            "queue          2 links applied, 0 foreign, 1 waiting, 0 of unknown flags, 0 failed; "
            "the oldest has been due for 1 min\n");
  EXPECT_EQ(StoppedStatusAsJson(queue, now),
            R"({"running":false,"now":"2026-07-25T10:00:00Z","queue":{"applied":2,"foreign":0,)"
            R"("waiting":1,"unknown_flag":0,"failed":0,"oldest_due_seconds":90.0}})");
}

TEST(StatusReading, ReadsWhatIsThereAndToleratesWhatIsNot) {
  const StatusReport least = ReadStatusReport(R"({"queue":{}})").value();
  EXPECT_TRUE(least.sources.empty());
  EXPECT_TRUE(least.delivery.enabled);
  EXPECT_FALSE(StatusAsText(least, Colours::kNone).empty());
  const StatusReport odd =
      ReadStatusReport(
          R"({"queue":{"applied":"x","failed":-3,"oldest_due_seconds":1e300},"sources":[7,{"name":1,)"
          R"("last_event":"yesterday"}],"troubles":[1],"delivery":[],"catalog":[{"age_seconds":-1,)"
          R"("flags":1e99}],"config":7,"history":{},"now":7})")
          .value();
  EXPECT_EQ(odd.sources.size(), 2u);
  EXPECT_EQ(odd.queue.applied, 0);
  EXPECT_FALSE(odd.queue.oldest_due);
  EXPECT_FALSE(StatusAsText(odd, Colours::kNone).empty());
}

TEST(StatusReading, RefusesWhatIsNoStatus) {
  for (const char* answer : {"", "{", "[]", "{}", R"({"links":[]})", R"({"queue":7})"}) {
    EXPECT_EQ(ReadStatusReport(answer).error().message, "the service's answer is not understood")
        << answer;
  }
  std::string deep(100'000, '[');
  EXPECT_FALSE(ReadStatusReport(deep).ok());
}

TEST(StatusReading, AnEndlessListIsCut) {
  std::string json = R"({"queue":{},"sources":[{})";
  for (int i = 0; i < 5000; ++i) json += ",{}";
  EXPECT_EQ(ReadStatusReport(json + "]}").value().sources.size(), 1000u);
}

}  // namespace
}  // namespace flaglinkd
