#include "daemon/observe/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <thread>

namespace flaglinkd {
namespace {

using Samples = std::map<std::string, double>;

// `name{labels}` and value of each line of the text format, but for what the process does by itself.
Samples Read(const Metrics& metrics) {
  Samples samples;
  std::istringstream text(metrics.Text());
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with('#') || line.starts_with("process_")) continue;
    const std::size_t space = line.rfind(' ');
    samples[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
  }
  return samples;
}

// The samples that differ.
Samples Changed(const Samples& before, const Samples& after) {
  Samples changed;
  for (const auto& [name, value] : after) {
    if (!before.contains(name) || before.at(name) != value) changed[name] = value;
  }
  return changed;
}

std::size_t CountOf(const Samples& samples, const std::string& name) {
  return static_cast<std::size_t>(
      std::count_if(samples.begin(), samples.end(),
                    [&](const auto& sample) { return sample.first.starts_with(name); }));
}

TEST(Metrics, EverySeriesExistsAtZeroFromTheStart) {
  const Metrics metrics({"jira", "slack"}, "0.1.0");
  const Samples samples = Read(metrics);
  for (const auto& [name, value] : samples) {
    EXPECT_EQ(value, name == "flaglinkd_build_info{version=\"0.1.0\"}" ? 1 : 0) << name;
  }
  EXPECT_EQ(CountOf(samples, "flaglinkd_webhooks_total{"), 3u * 12);
  EXPECT_EQ(CountOf(samples, "flaglinkd_webhook_seconds_count{"), 3u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_source_last_event_timestamp_seconds{"), 2u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_verify_secret_used_total{"), 2u * 4);
  EXPECT_EQ(CountOf(samples, "flaglinkd_commit_seconds_count"), 1u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_commit_events_count"), 1u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_links{"), 6u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_link_changes_total{"), 4u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_oldest_due_seconds"), 1u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_attempts_total{"), 6u * 7);
  EXPECT_EQ(CountOf(samples, "flaglinkd_delivery_seconds_count"), 1u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_launchdarkly_requests_total{"), 5u * 11);
  EXPECT_EQ(CountOf(samples, "flaglinkd_delivery_paused{"), 4u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_config_last_reload_successful"), 1u);
  EXPECT_EQ(CountOf(samples, "flaglinkd_config_hash"), 1u);
}

TEST(Metrics, EachFamilyHasTypeAndHelp) {
  const std::string text = Metrics({"jira"}, "0.1.0").Text();
  for (const char* line :
       {"# TYPE flaglinkd_webhooks_total counter", "# TYPE flaglinkd_webhook_seconds histogram",
        "# TYPE flaglinkd_link_changes_total counter", "# TYPE flaglinkd_links gauge",
        "# TYPE process_start_time_seconds gauge", "# TYPE process_resident_memory_bytes gauge",
        "# HELP flaglinkd_link_changes_total Link changes by what became of them, since the "
        "database was made"}) {
    EXPECT_NE(text.find(std::string(line) + "\n"), text.npos) << line;
  }
}

TEST(Metrics, EachOutcomeOfAWebhookHasItsWord) {
  Metrics metrics({"jira"}, "0.1.0");
  const std::pair<WebhookOutcome, const char*> outcomes[] = {
      {WebhookOutcome::kStored, "stored"},
      {WebhookOutcome::kIgnored, "ignored"},
      {WebhookOutcome::kDuplicate, "duplicate"},
      {WebhookOutcome::kFailed, "failed"},
      {WebhookOutcome::kHandshake, "handshake"},
      {WebhookOutcome::kRejectedSignature, "rejected_signature"},
      {WebhookOutcome::kRejectedAddress, "rejected_address"},
      {WebhookOutcome::kRejectedPath, "rejected_path"},
      {WebhookOutcome::kRejectedSize, "rejected_size"},
      {WebhookOutcome::kRejectedLimit, "rejected_limit"},
      {WebhookOutcome::kRejectedHttp, "rejected_http"},
      {WebhookOutcome::kUnavailable, "unavailable"}};
  for (const auto& [outcome, word] : outcomes) {
    const Samples before = Read(metrics);
    metrics.CountWebhook("jira", outcome);
    const std::string name =
        std::string("flaglinkd_webhooks_total{outcome=\"") + word + "\",source=\"jira\"}";
    EXPECT_EQ(Changed(before, Read(metrics)), (Samples{{name, 1}}));
  }
}

TEST(Metrics, AnUnknownSourceCountsAsNone) {
  Metrics metrics({"jira"}, "0.1.0");
  const Samples before = Read(metrics);
  metrics.CountWebhook("made up", WebhookOutcome::kRejectedPath);
  metrics.CountWebhook("none", WebhookOutcome::kRejectedPath);
  metrics.SourceEvent("made up", TimePoint(std::chrono::seconds(1)));
  metrics.CountSecretUsed("none", 0);
  EXPECT_EQ(Changed(before, Read(metrics)),
            (Samples{{"flaglinkd_webhooks_total{outcome=\"rejected_path\",source=\"none\"}", 2}}));
}

TEST(Metrics, AReloadAddsSourcesAndKeepsTheCountsOfOldOnes) {
  Metrics metrics({"jira"}, "0.1.0");
  metrics.CountWebhook("jira", WebhookOutcome::kStored);
  metrics.AddSources({"jira", "slack"});
  metrics.CountWebhook("slack", WebhookOutcome::kStored);
  const Samples samples = Read(metrics);
  EXPECT_EQ(samples.at("flaglinkd_webhooks_total{outcome=\"stored\",source=\"jira\"}"), 1);
  EXPECT_EQ(samples.at("flaglinkd_webhooks_total{outcome=\"stored\",source=\"slack\"}"), 1);
  EXPECT_EQ(samples.at("flaglinkd_source_last_event_timestamp_seconds{source=\"slack\"}"), 0);
}

TEST(Metrics, DurationsAreInSeconds) {
  Metrics metrics({"jira"}, "0.1.0");
  metrics.ObserveWebhook("jira", std::chrono::milliseconds(20));
  metrics.ObserveCommit(3, std::chrono::milliseconds(4));
  metrics.ObserveDelivery(std::chrono::seconds(7));
  metrics.SourceEvent("jira", TimePoint(std::chrono::milliseconds(1767225600500)));
  const Samples samples = Read(metrics);
  EXPECT_EQ(samples.at("flaglinkd_webhook_seconds_sum{source=\"jira\"}"), 0.02);
  EXPECT_EQ(samples.at("flaglinkd_webhook_seconds_bucket{source=\"jira\",le=\"0.01\"}"), 0);
  EXPECT_EQ(samples.at("flaglinkd_webhook_seconds_bucket{source=\"jira\",le=\"0.025\"}"), 1);
  EXPECT_EQ(samples.at("flaglinkd_commit_seconds_sum"), 0.004);
  EXPECT_EQ(samples.at("flaglinkd_commit_events_sum"), 3);
  EXPECT_EQ(samples.at("flaglinkd_delivery_seconds_sum"), 7);
  EXPECT_EQ(samples.at("flaglinkd_source_last_event_timestamp_seconds{source=\"jira\"}"),
            1767225600.5);
}

TEST(Metrics, AFifthSecretCountsAsTheFourth) {
  Metrics metrics({"jira"}, "0.1.0");
  for (const std::size_t index : {0u, 3u, 4u, 100u}) metrics.CountSecretUsed("jira", index);
  const Samples samples = Read(metrics);
  EXPECT_EQ(samples.at("flaglinkd_verify_secret_used_total{index=\"0\",source=\"jira\"}"), 1);
  EXPECT_EQ(samples.at("flaglinkd_verify_secret_used_total{index=\"3\",source=\"jira\"}"), 3);
}

TEST(Metrics, AttemptsCountByOutcomeAndReason) {
  Metrics metrics({}, "0.1.0");
  const Samples before = Read(metrics);
  metrics.CountAttempt(AttemptLabel::kUnknownFlag, AttemptReason::kHttpStatus);
  metrics.CountAttempt(AttemptLabel::kPaused, AttemptReason::kConflict);
  EXPECT_EQ(
      Changed(before, Read(metrics)),
      (Samples{{"flaglinkd_attempts_total{outcome=\"unknown_flag\",reason=\"http_status\"}", 1},
               {"flaglinkd_attempts_total{outcome=\"paused\",reason=\"conflict\"}", 1}}));
}

TEST(Metrics, StatusesOfLaunchDarklyCountByClass) {
  const std::pair<int, const char*> statuses[] = {
      {0, "none"},  {200, "2xx"},   {204, "2xx"},   {302, "3xx"},  {400, "4xx"},      {401, "401"},
      {403, "403"}, {404, "404"},   {409, "409"},   {422, "4xx"},  {429, "429"},      {500, "5xx"},
      {599, "5xx"}, {100, "other"}, {600, "other"}, {-1, "other"}, {1 << 30, "other"}};
  for (const auto& [status, label] : statuses) {
    Metrics metrics({}, "0.1.0");
    metrics.CountLaunchDarklyRequest("POST", status);
    const std::string name =
        std::string("flaglinkd_launchdarkly_requests_total{method=\"POST\",status=\"") + label +
        "\"}";
    EXPECT_EQ(Read(metrics).at(name), 1) << status;
  }
}

TEST(Metrics, AMethodThatIsNotListedIsOther) {
  Metrics metrics({}, "0.1.0");
  metrics.CountLaunchDarklyRequest("BREW", 200);
  EXPECT_EQ(
      Read(metrics).at("flaglinkd_launchdarkly_requests_total{method=\"other\",status=\"2xx\"}"),
      1);
}

TEST(Metrics, WhatWaitsIsPausedWhileAllDeliveryIs) {
  Metrics metrics({}, "0.1.0");
  LinkGauges gauges;
  gauges.waiting = 3;
  const auto waiting_and_paused = [&] {
    metrics.SetLinks(gauges);
    const Samples now = Read(metrics);
    return std::pair(now.at("flaglinkd_links{status=\"waiting\"}"),
                     now.at("flaglinkd_links{status=\"paused\"}"));
  };
  EXPECT_EQ(waiting_and_paused(), std::pair(3., 0.));
  metrics.SetPaused(PauseReason::kPermission, true);
  EXPECT_EQ(waiting_and_paused(), std::pair(3., 0.));
  metrics.SetPaused(PauseReason::kAway, true);
  EXPECT_EQ(waiting_and_paused(), std::pair(0., 3.));
  metrics.SetPaused(PauseReason::kAway, false);
  EXPECT_EQ(waiting_and_paused(), std::pair(3., 0.));
}

TEST(Metrics, TheCatalogueOfAProjectShowsItsSizeAndAge) {
  Metrics metrics({}, "0.1.0");
  metrics.SetCatalog("default", 42, std::chrono::seconds(7));
  EXPECT_EQ(Read(metrics).at("flaglinkd_catalog_flags{project=\"default\"}"), 42);
  EXPECT_EQ(Read(metrics).at("flaglinkd_catalog_age_seconds{project=\"default\"}"), 7);
}

TEST(Metrics, LinkTotalsAreSetAsTheDatabaseHasThem) {
  Metrics metrics({}, "0.1.0");
  LinkGauges gauges;
  gauges.applied = 1, gauges.foreign = 2, gauges.waiting = 3, gauges.unknown_flag = 4;
  gauges.failed = 6;
  gauges.made = 107, gauges.total_applied = 80, gauges.superseded = 9, gauges.forgotten = 10;
  gauges.oldest_due_seconds = 1.5;
  const Samples before = Read(metrics);
  metrics.SetLinks(gauges);
  EXPECT_EQ(Changed(before, Read(metrics)),
            (Samples{{"flaglinkd_links{status=\"applied\"}", 1},
                     {"flaglinkd_links{status=\"foreign\"}", 2},
                     {"flaglinkd_links{status=\"waiting\"}", 3},
                     {"flaglinkd_links{status=\"unknown_flag\"}", 4},
                     {"flaglinkd_links{status=\"failed\"}", 6},
                     {"flaglinkd_link_changes_total{result=\"made\"}", 107},
                     {"flaglinkd_link_changes_total{result=\"applied\"}", 80},
                     {"flaglinkd_link_changes_total{result=\"superseded\"}", 9},
                     {"flaglinkd_link_changes_total{result=\"forgotten\"}", 10},
                     {"flaglinkd_oldest_due_seconds", 1.5}}));
}

TEST(Metrics, APauseIsShownWhileItLasts) {
  Metrics metrics({}, "0.1.0");
  metrics.SetPaused(PauseReason::kRateLimit, true);
  EXPECT_EQ(Read(metrics).at("flaglinkd_delivery_paused{reason=\"rate_limit\"}"), 1);
  metrics.SetPaused(PauseReason::kRateLimit, false);
  EXPECT_EQ(Read(metrics).at("flaglinkd_delivery_paused{reason=\"rate_limit\"}"), 0);
}

TEST(Metrics, AReadingHoldsTheCountsOfEachSource) {
  Metrics metrics({"jira"}, "0.1.0");
  const auto count = [&](WebhookOutcome outcome, int times) {
    for (int i = 0; i < times; ++i) metrics.CountWebhook("jira", outcome);
  };
  metrics.SourceEvent("jira", TimePoint(std::chrono::microseconds(1767225600123456)));
  count(WebhookOutcome::kHandshake, 7);
  count(WebhookOutcome::kIgnored, 2);
  count(WebhookOutcome::kDuplicate, 3);
  count(WebhookOutcome::kFailed, 4);
  count(WebhookOutcome::kUnavailable, 5);
  count(WebhookOutcome::kStored, 1);
  for (const WebhookOutcome rejected :
       {WebhookOutcome::kRejectedSignature, WebhookOutcome::kRejectedAddress,
        WebhookOutcome::kRejectedPath, WebhookOutcome::kRejectedSize,
        WebhookOutcome::kRejectedLimit, WebhookOutcome::kRejectedHttp}) {
    count(rejected, 1);
  }
  const MetricsReading reading = metrics.Read();
  ASSERT_EQ(reading.sources.size(), 2u);
  EXPECT_EQ(reading.sources.at("jira"),
            (SourceCounts{1, 2, 3, 4, 6, 5, TimePoint(std::chrono::microseconds(1767225600123456)),
                          "stored"}));
  EXPECT_EQ(reading.sources.at("none"), SourceCounts());
}

TEST(Metrics, TheLastOutcomeIsThatOfTheLastAuthenticWebhook) {
  Metrics metrics({"jira"}, "0.1.0");
  const auto last = [&] { return metrics.Read().sources.at("jira").last_outcome; };
  metrics.CountWebhook("jira", WebhookOutcome::kHandshake);  // of nobody knows whom
  EXPECT_EQ(last(), "");
  metrics.SourceEvent("jira", TimePoint(std::chrono::seconds(1)));
  metrics.CountWebhook("jira", WebhookOutcome::kFailed);
  metrics.CountWebhook("jira", WebhookOutcome::kRejectedSignature);
  EXPECT_EQ(last(), "failed");
}

TEST(Metrics, AReadingHoldsTheSumsOfWhatWasDone) {
  Metrics metrics({"jira", "chat"}, "0.1.0");
  metrics.CountWebhook("jira", WebhookOutcome::kStored);
  metrics.CountWebhook("chat", WebhookOutcome::kIgnored);
  metrics.CountWebhook("chat", WebhookOutcome::kDuplicate);
  metrics.CountWebhook("chat", WebhookOutcome::kFailed);
  metrics.CountWebhook("chat", WebhookOutcome::kHandshake);
  metrics.CountWebhook("none", WebhookOutcome::kRejectedPath);
  metrics.CountWebhook("none", WebhookOutcome::kUnavailable);
  metrics.ObserveWebhook("jira", std::chrono::milliseconds(250));
  metrics.ObserveWebhook("chat", std::chrono::milliseconds(500));
  metrics.ObserveDelivery(std::chrono::seconds(3));
  metrics.ObserveDelivery(std::chrono::seconds(4));
  metrics.CountLaunchDarklyRequest("POST", 201);
  metrics.CountLaunchDarklyRequest("GET", 0);
  metrics.CountLaunchDarklyRequest("BREW", 418);
  const Activity activity = metrics.Read().activity;
  EXPECT_EQ(activity, (Activity{.events = 4,
                                .rejected = 2,
                                .requests = 3,
                                .applied = 2,
                                .answers = 2,
                                .answer_seconds = 0.75,
                                .delivery_seconds = 7}));
}

TEST(Metrics, AnotherConfigurationIsAnotherNumber) {
  Metrics metrics({}, "0.1.0");
  metrics.SetConfig("one", true);
  const Samples one = Read(metrics);
  EXPECT_EQ(one.at("flaglinkd_config_last_reload_successful"), 1);
  EXPECT_NE(one.at("flaglinkd_config_hash"), 0);
  metrics.SetConfig("one", false);
  EXPECT_EQ(Read(metrics).at("flaglinkd_config_last_reload_successful"), 0);
  EXPECT_EQ(Read(metrics).at("flaglinkd_config_hash"), one.at("flaglinkd_config_hash"));
  metrics.SetConfig("two", true);
  EXPECT_NE(Read(metrics).at("flaglinkd_config_hash"), one.at("flaglinkd_config_hash"));
}

TEST(Metrics, ThreadsLoseNoCount) {
  constexpr int kThreads = 4, kCounts = 1000;
  Metrics metrics({"jira"}, "0.1.0");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int count = 0; count < kCounts; ++count) {
          metrics.CountWebhook("jira", WebhookOutcome::kStored);
          metrics.ObserveCommit(1, std::chrono::milliseconds(1));
          metrics.SetLinks(LinkGauges());
        }
      });
    }
    for (int i = 0; i < 20; ++i) {
      metrics.AddSources({"jira", "source-" + std::to_string(i)});
      Read(metrics);
    }
  }
  const Samples samples = Read(metrics);
  EXPECT_EQ(samples.at("flaglinkd_webhooks_total{outcome=\"stored\",source=\"jira\"}"),
            kThreads * kCounts);
  EXPECT_EQ(samples.at("flaglinkd_commit_events_count"), kThreads * kCounts);
}

}  // namespace
}  // namespace flaglinkd
