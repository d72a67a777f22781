// A month of a Jira issue, a Slack thread and a pull request, told by webhooks in their tools' own
// shape through the built adapters, with LaunchDarkly away and flaglinkd killed in between.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/receive/interpret.h"
#include "tests/life_cycle/rig.h"

namespace flaglinkd {
namespace {

using Flags = std::set<std::string>;

constexpr std::int64_t kFirstDay = 1'790'845'200;  // 2026-10-01T09:00:00Z, in seconds

std::int64_t DaySeconds(int day) {
  return kFirstDay + std::int64_t{86'400} * day;
}

std::string Iso(int day, const char* zone) {
  const std::time_t time = DaySeconds(day);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", std::gmtime(&time));
  return text + std::string(zone);
}

struct Step {
  int day;
  std::string source, event, body;
};

Step Jira(int day, const std::string& event, const std::string& key, const std::string& summary,
          const std::string& description, const std::string& labels) {
  return {
      day, "jira", "",
      R"({"timestamp":)" + std::to_string(DaySeconds(day) * 1000) +
          R"(,"webhookEvent":"jira:issue_)" + event +
          R"(","issue":{"id":"10042","self":"https://acme.atlassian.net/rest/api/2/issue/10042","key":")" +
          key + R"(","fields":{"summary":")" + summary + R"(","description":")" + description +
          R"(","labels":[)" + labels + R"(],"created":")" + Iso(0, ".000+0000") +
          R"(","updated":")" + Iso(day, ".000+0000") +
          R"(","issuetype":{"name":"Story","iconUrl":"https://acme.atlassian.net/story.svg"},"creator":{"displayName":"Ada Example","accountType":"atlassian"}}}})"};
}

Step JiraComment(int day, const std::string& event, const std::string& id, const std::string& key,
                 const std::string& text) {
  return {
      day, "jira", "",
      R"({"timestamp":)" + std::to_string(DaySeconds(day) * 1000) + R"(,"webhookEvent":"comment_)" +
          event + R"(","comment":{"id":")" + id +
          R"(","author":{"displayName":"Grace Example","accountType":"atlassian"},"body":")" +
          text + R"(","created":")" + Iso(1, ".000+0000") + R"(","updated":")" +
          Iso(day, ".000+0000") +
          R"(","jsdPublic":true},"issue":{"id":"10042","self":"https://acme.atlassian.net/rest/api/2/issue/10042","key":")" +
          key +
          R"(","fields":{"summary":"Roll out","issuetype":{"name":"Story","iconUrl":"https://acme.atlassian.net/story.svg"}}}})"};
}

std::string Ts(int day) {
  return std::to_string(DaySeconds(day)) + ".000100";
}

Step Slack(int day, const std::string& id, const std::string& event) {
  return {day, "slack", "",
          R"({"type":"event_callback","team_id":"T024BE7LD","event_id":")" + id +
              R"(","event_time":)" + std::to_string(DaySeconds(day)) +
              R"(,"event":{"type":"message","channel":"C024BE91L","channel_type":"channel",)" +
              event + "}}"};
}

std::string SlackText(int message_day, const std::string& text) {
  return R"("user":"U023BECGF","text":")" + text + R"(","ts":")" + Ts(message_day) + R"(")";
}

Step PullRequest(int day, const std::string& action, const std::string& title,
                 const std::string& state, const std::string& text) {
  return {
      day, "github", "pull_request",
      R"({"action":")" + action +
          R"(","number":7,"pull_request":{"id":1290001,"number":7,"state":")" + state +
          R"(","merged":)" + (state == "closed" ? "true" : "false") +
          R"(,"html_url":"https://github.com/acme/shop/pull/7","title":")" + title +
          R"(","body":")" + text +
          R"(","user":{"login":"ada","type":"User","avatar_url":"https://avatars.githubusercontent.com/u/1?v=4"},"head":{"ref":"delivery-dates"},"labels":[],"created_at":")" +
          Iso(0, "Z") + R"(","updated_at":")" + Iso(day, "Z") +
          R"("},"repository":{"id":5000,"name":"shop","full_name":"acme/shop","html_url":"https://github.com/acme/shop"},"sender":{"login":"ada","type":"User"}})"};
}

Step ReviewTalk(int day, const std::string& action, const std::string& text) {
  return {
      day, "github", "issue_comment",
      R"({"action":")" + action +
          R"(","issue":{"id":990007,"number":7,"title":"Show delivery dates","user":{"login":"ada","type":"User"},"labels":[],"state":"open","created_at":")" +
          Iso(0, "Z") + R"(","updated_at":")" + Iso(0, "Z") +
          R"(","body":"flag:g-body","html_url":"https://github.com/acme/shop/pull/7","pull_request":{"url":"https://api.github.com/repos/acme/shop/pulls/7","html_url":"https://github.com/acme/shop/pull/7"}},"comment":{"id":803,"user":{"login":"bob","type":"User"},"created_at":")" +
          Iso(2, "Z") + R"(","updated_at":")" + Iso(day, "Z") + R"(","body":")" + text +
          R"(","html_url":"https://github.com/acme/shop/pull/7#issuecomment-803"},"repository":{"id":5000,"name":"shop","full_name":"acme/shop","html_url":"https://github.com/acme/shop"},"sender":{"login":"bob","type":"User"}})"};
}

// Everything but what the end deletes.
std::vector<Step> TheMonth() {
  return {
      Jira(0, "created", "SHOP-42", "Roll out", "flag:j-text", R"("flag-j-label")"),
      PullRequest(0, "opened", "Show delivery dates flag:g-title", "open", "flag:g-body"),
      JiraComment(1, "created", "10001", "SHOP-42", "try flag:j-comment"),
      Slack(1, "Ev1", SlackText(1, "turning flag:s-first on")),
      ReviewTalk(2, "created", "why not flag:g-comment"),
      JiraComment(3, "updated", "10001", "SHOP-42", "try flag:j-edited"),
      Slack(4, "Ev2",
            R"("subtype":"message_changed","ts":")" + Ts(4) + R"(","message":{"type":"message",)" +
                SlackText(1, "turning flag:s-second on") +
                R"(,"edited":{"user":"U023BECGF","ts":")" + Ts(4) +
                R"("}},"previous_message":{"type":"message",)" +
                SlackText(1, "turning flag:s-first on") + "}"),
      Slack(5, "Ev3", SlackText(5, "and flag:s-reply") + R"(,"thread_ts":")" + Ts(1) + R"(")"),
      JiraComment(6, "deleted", "10001", "SHOP-42", "try flag:j-edited"),
      JiraComment(7, "created", "10002", "SHOP-42", "and flag:j-late"),
      ReviewTalk(8, "edited", "why not flag:g-comment after all"),
      PullRequest(9, "edited", "Show delivery dates", "open", "flag:g-body"),
      Jira(12, "updated", "SHOP-42", "Roll out slowly", "flag:j-text", R"("flag-j-label")"),
      Jira(15, "updated", "PAY-7", "Roll out slowly", "flag:j-text", R"("flag-j-label")"),
      ReviewTalk(16, "deleted", "why not flag:g-comment after all"),
      Slack(17, "Ev4",
            R"("subtype":"message_deleted","ts":")" + Ts(17) + R"(","deleted_ts":")" + Ts(5) +
                R"(","previous_message":{"type":"message",)" + SlackText(5, "and flag:s-reply") +
                "}"),
      PullRequest(20, "closed", "Show delivery dates", "closed", "flag:g-body"),
      Jira(25, "updated", "PAY-7", "Rolled out", "flag:j-text", ""),
  };
}

std::vector<Step> TheEnd() {
  return {
      Jira(28, "deleted", "PAY-7", "Rolled out", "flag:j-text", ""),
      Slack(29, "Ev5",
            R"("subtype":"message_deleted","ts":")" + Ts(29) + R"(","deleted_ts":")" + Ts(1) +
                R"(","previous_message":{"type":"message",)" +
                SlackText(1, "turning flag:s-second on") + "}"),
  };
}

struct Expectation {
  UnlinkRule unlink;
  Flags month, end;
};

// By hand. A pull request can't be deleted, and its flags stay.
const Expectation kTable[] = {
    {UnlinkRule::kNever,
     {"g-body", "g-comment", "g-title", "j-comment", "j-edited", "j-label", "j-late", "j-text",
      "s-first", "s-reply", "s-second"},
     {"g-body", "g-comment", "g-title", "j-comment", "j-edited", "j-label", "j-late", "j-text",
      "s-first", "s-reply", "s-second"}},
    {UnlinkRule::kDeleted,
     {"g-body", "g-comment", "g-title", "j-comment", "j-edited", "j-label", "j-late", "j-text",
      "s-first", "s-second"},
     {"g-body", "g-comment", "g-title"}},
    {UnlinkRule::kUnmentioned, {"g-body", "j-late", "j-text", "s-second"}, {"g-body"}},
};

class ScriptedMonth : public testing::TestWithParam<Expectation> {
 protected:
  static Source MakeSource(const std::string& name, UnlinkRule unlink) {
    SourceOptions options;
    options.name = options.adapter = options.name_space = name;
    options.verify = false;
    options.projects = {"default"};
    options.unlink = unlink;
    if (name == "slack") options.options = {{"workspace", "acme"}};
    return {std::move(options),
            LoadAdapter(FLAGLINKD_BINARY_DIR "/adapters", name).value(),
            {},
            MatchRules::Compile({}, {"default"}, {}).value()};
  }

  // Each step twice, as senders repeat themselves; LaunchDarkly is away from day 10 to 14.
  void Tell(Rig& rig, const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      rig.clock.Set(TimePoint(std::chrono::seconds(DaySeconds(step.day) + 60)));
      const Source source = MakeSource(step.source, GetParam().unlink);
      Webhook webhook{"POST", {{"content-type", "application/json"}}, step.body, rig.clock.Now()};
      if (!step.event.empty()) webhook.headers.push_back({"x-github-event", step.event});
      for (int i = 0; i < 2; ++i) {
        Interpretation reading = Interpret(source, KnownFlags(), webhook);
        ASSERT_EQ(reading.outcome, Interpretation::Outcome::kEvent)
            << step.source << " day " << step.day << ": " << reading.reason;
        rig.Take({std::move(reading.event)});
      }
      if (step.day >= 10 && step.day < 15) continue;
      for (int round = 0; round < 3; ++round) rig.Deliver(300);
    }
  }

  static Flags Linked(const Rig& rig) {
    Flags flags;
    for (const auto& link : rig.stand_in.Links())
      EXPECT_TRUE(flags.insert(link.flag.key).second) << link.flag.key << " is linked twice";
    return flags;
  }
};

TEST_P(ScriptedMonth, EndsWithWhatTheTableDemands) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    using Duplicate = LaunchDarklyStandIn::Duplicate;
    Rig rig(seed % 2 == 0 ? Duplicate::kConflict : Duplicate::kTwin, seed);
    Tell(rig, TheMonth());
    ASSERT_TRUE(rig.DeliverAll());
    EXPECT_EQ(Linked(rig), GetParam().month);
    for (const auto& link : rig.stand_in.Links()) {
      if (link.integration_key == "jira") {
        EXPECT_EQ(link.deep_link, "https://acme.atlassian.net/browse/PAY-7");
        EXPECT_EQ(link.metadata.at("issueKey"), "PAY-7");
        EXPECT_EQ(link.metadata.at("issueTitle"), "Rolled out");
      }
      if (link.integration_key == "github") {
        EXPECT_EQ(link.metadata.at("prTitle"), "Show delivery dates");
      }
    }
    Tell(rig, TheEnd());
    ASSERT_TRUE(rig.DeliverAll());
    EXPECT_EQ(Linked(rig), GetParam().end);
    const QueueStatistics books = rig.Statistics();
    EXPECT_EQ(books.total_made, books.total_applied + books.total_superseded +
                                    books.total_forgotten + books.waiting + books.unknown_flag +
                                    books.failed);
    EXPECT_EQ(books.failed, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(PerUnlinkRule, ScriptedMonth, testing::ValuesIn(kTable));

}  // namespace
}  // namespace flaglinkd
