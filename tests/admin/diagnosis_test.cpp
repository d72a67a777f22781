#include "daemon/admin/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>

namespace flaglinkd {

void PrintTo(const Finding& finding, std::ostream* out) {
  *out << NameOf(finding.severity) << ": " << finding.sentence << " [" << finding.fault << "] "
       << finding.remedy;
}

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const TimePoint kNow{seconds(1'784'973'600)};  // 2026-07-25T10:00:00Z

SourceStatus Source(const char* name) {
  SourceStatus source;
  source.name = source.adapter = name;
  source.path = std::string("/hooks/") + name;
  return source;
}

// jira gave an event three minutes ago, slack none; all is well.
StatusReport Well() {
  StatusReport report;
  report.now = kNow;
  report.started = kNow - hours(5);
  report.sources = {Source("jira"), Source("slack")};
  report.sources[0].stored = 7;
  report.sources[0].last_event = kNow - minutes(3);
  report.sources[0].last_outcome = "stored";
  report.queue.applied = report.queue.total_made = 7;
  report.config.loaded = report.started;
  report.history.resize(3);
  return report;
}

void Pause(StatusReport& report, const char* reason, const char* scope, Duration left) {
  report.delivery.pauses.push_back({reason, scope, kNow + left});
  report.queue.waiting = 3;
  report.queue.oldest_due = kNow - minutes(25);
}

struct Case {
  const char* name;
  std::function<void(StatusReport&)> change;  // of one where all is well
  Severity severity;
  std::string sentence, fault;
  std::string remedy;  // how it begins
};

const Case kCases[] = {
    {"all is well", [](StatusReport&) {}, Severity::kFine,
     "Everything works. The last webhook came 3 min ago from jira.", "", ""},
    {"links are on their way", [](StatusReport& report) { report.queue.waiting = 1; },
     Severity::kFine, "Everything works. The last webhook came 3 min ago from jira.", "",
     "1 link waits."},
    {"nothing since a restart", [](StatusReport& report) { report.sources = {Source("jira")}; },
     Severity::kFine, "Ready. Nothing has come in yet since the start 5 h ago.", "", ""},
    {"nothing ever",
     [](StatusReport& report) {
       report.sources = {Source("jira")};
       report.queue = {};
     },
     Severity::kIdle, "Nothing has come in yet since the start 5 h ago.",
     "the tools, or the way from them to here", "Have a tool send a webhook to its path below;"},
    {"no source", [](StatusReport& report) { report.sources.clear(); }, Severity::kIdle,
     "No source is configured, so nothing can come in.", "the configuration",
     "Add a `[source.NAME]` table and reload."},
    {"the store takes nothing",
     [](StatusReport& report) { report.troubles = {"the store takes nothing: disk full"}; },
     Severity::kBroken, "No webhook is taken: the store takes nothing: disk full.",
     "this host's disk or database", "Senders are told to try again (503)"},
    {"the token is refused",
     [](StatusReport& report) { Pause(report, "token", "everything", minutes(4)); },
     Severity::kBroken, "LaunchDarkly refuses the access token, so nothing is delivered.",
     "the access token",
     "Nothing is lost. 3 links wait, the oldest for 25 min. The next try is in 4 min. Put a valid "
     "token where `[launchdarkly] token` points and reload;"},
    {"a permission is missing",
     [](StatusReport& report) { Pause(report, "permission", "default create", seconds(-1)); },
     Severity::kBroken, "LaunchDarkly denies the access token a permission: default create.",
     "the access token's role",
     "The links concerned are kept. The next try is under way. `flaglinkd check --online` names"},
    {"LaunchDarkly is away",
     [](StatusReport& report) { Pause(report, "away", "everything", seconds(9)); },
     Severity::kBroken, "LaunchDarkly is away: it gives no usable answer.",
     "LaunchDarkly, or the way to it",
     "Webhooks are taken and links are kept. 3 links wait, the oldest for 25 min. The next try is "
     "in 9 s. See LaunchDarkly's own status,"},
    {"the rate is limited",
     [](StatusReport& report) { Pause(report, "rate_limit", "everything", seconds(8)); },
     Severity::kAttention, "LaunchDarkly limits the rate, so delivery waits.",
     "the account's use of LaunchDarkly's API",
     "3 links wait, the oldest for 25 min. The next try is in 8 s. It goes on by itself;"},
    {"the rate is limited for long",
     [](StatusReport& report) { Pause(report, "rate_limit", "everything", minutes(20)); },
     Severity::kBroken, "LaunchDarkly limits the rate, so delivery waits.",
     "the account's use of LaunchDarkly's API", "3 links wait,"},
    {"delivery is off", [](StatusReport& report) { report.delivery.enabled = false; },
     Severity::kAttention, "Delivery is off by configuration: no link is sent.",
     "the configuration", "Webhooks are taken and links are kept. No link waits."},
    {"a source's requests are all refused",
     [](StatusReport& report) { report.sources[1].rejected = 1200; }, Severity::kAttention,
     "Every request to slack is refused: 1,200 so far.", "the sender of slack, or its secret",
     "Compare the secret in the tool with `[source.slack] secrets`,"},
    {"all sources' requests are refused",
     [](StatusReport& report) {
       report.sources = {Source("jira")};
       report.sources[0].rejected = 4;
     },
     Severity::kBroken, "Every request to jira is refused: 4 so far.",
     "the sender of jira, or its secret", "Compare the secret"},
    {"some requests were refused lately",
     [](StatusReport& report) {
       report.sources[0].rejected = 3;
       report.history[0].rejected = 1;
     },
     Severity::kAttention, "Requests to jira are refused: 3 of 10.",
     "the sender of jira, or its secret", "Compare the secret"},
    {"a few strangers knocked",
     [](StatusReport& report) {
       report.sources[0].stored = 1000;
       report.sources[0].rejected = 3;
       report.history[0].rejected = 1;
     },
     Severity::kFine, "Everything works. The last webhook came 3 min ago from jira.", "", ""},
    {"requests were refused long ago", [](StatusReport& report) { report.sources[0].rejected = 3; },
     Severity::kFine, "Everything works. The last webhook came 3 min ago from jira.", "", ""},
    {"a link has failed", [](StatusReport& report) { report.queue.failed = 1; },
     Severity::kAttention, "1 link has failed and needs a person.",
     "the reason that each link gives", "They are not tried again by themselves."},
    {"links have failed", [](StatusReport& report) { report.queue.failed = 4096; },
     Severity::kAttention, "4,096 links have failed and need a person.",
     "the reason that each link gives", "They are not tried again by themselves."},
    {"a reload was refused",
     [](StatusReport& report) {
       report.config.refused = "a.toml:3:1: unknown key \"secretes\"";
       report.config.refused_at = kNow - minutes(2);
     },
     Severity::kAttention,
     "The last reload was refused 2 min ago: a.toml:3:1: unknown key \"secretes\"",
     "the configuration", "What was loaded 5 h ago stays in force."},
    {"an event could not be read",
     [](StatusReport& report) { report.sources[0].last_outcome = "failed"; }, Severity::kAttention,
     "The last webhook of jira could not be read.", "the adapter jira, or what the tool sends",
     "It is stored whole:"},
    {"delivery does not keep up",
     [](StatusReport& report) {
       report.queue.waiting = 900;
       report.queue.oldest_due = kNow - minutes(5);
     },
     Severity::kAttention, "Delivery does not keep up. 900 links wait, the oldest for 5 min.",
     "LaunchDarkly's pace", "Compare the time to delivery below;"},
    {"the budget is spent",
     [](StatusReport& report) {
       report.queue.waiting = 900;
       report.queue.oldest_due = kNow - minutes(5);
       report.delivery.budget = BudgetStatus{0, kNow + seconds(7)};
     },
     Severity::kAttention, "Delivery does not keep up. 900 links wait, the oldest for 5 min.",
     "the account's use of LaunchDarkly's API",
     "LaunchDarkly's requests are spent until the window ends in 7 s."},
    {"a link is due, but not for long",
     [](StatusReport& report) {
       report.queue.waiting = 1;
       report.queue.oldest_due = kNow - minutes(4);
     },
     Severity::kFine, "Everything works. The last webhook came 3 min ago from jira.", "",
     "1 link waits for 4 min."},
    {"the catalogue is old",
     [](StatusReport& report) {
       report.catalog = {{"default", 12, hours(24)}, {"mobile", 3, hours(25)}};
     },
     Severity::kAttention, "The flags of project mobile were last read 1 d 1 h ago.",
     "the access token, or the project's key", "Flags made since are not recognised in texts."},
};

TEST(DiagnosisTest, SaysWhatIsWrongWhoseFaultItIsAndWhatToDo) {
  for (const Case& row : kCases) {
    SCOPED_TRACE(row.name);
    StatusReport report = Well();
    row.change(report);
    const std::vector<Finding> found = Diagnose(report);
    ASSERT_EQ(found.size(), 1u) << testing::PrintToString(found);
    EXPECT_EQ(found[0].severity, row.severity);
    EXPECT_EQ(found[0].sentence, row.sentence);
    EXPECT_EQ(found[0].fault, row.fault);
    EXPECT_THAT(found[0].remedy, testing::StartsWith(row.remedy));
    EXPECT_EQ(found[0].remedy.empty(), row.remedy.empty());
  }
}

TEST(DiagnosisTest, TheWorstComesFirst) {
  StatusReport report = Well();
  report.queue.failed = 2;
  report.config.refused = "no";
  report.sources[1].rejected = 9;
  Pause(report, "away", "everything", seconds(9));
  report.troubles = {"disk full"};
  const std::vector<Finding> found = Diagnose(report);
  std::vector<std::string> sentences;
  for (const Finding& finding : found) sentences.push_back(finding.sentence);
  EXPECT_THAT(sentences,
              ElementsAre(HasSubstr("disk full"), HasSubstr("is away"), HasSubstr("slack"),
                          HasSubstr("2 links have failed"), HasSubstr("reload was refused")));
}

}  // namespace
}  // namespace flaglinkd
