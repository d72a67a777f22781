#include "daemon/cli/dry_run.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/lambda_adapter.h"

namespace flaglinkd {
namespace {

// 2026-01-01T00:00:00Z
constexpr TimePoint kNow{std::chrono::seconds(1'767'225'600)};

Source MakeSource(LambdaAdapter::Extractor extract) {
  SourceOptions options;
  options.name = options.name_space = "tool";
  options.adapter = "lambda";
  options.projects = {"default"};
  options.secrets.push_back(Secret("s3cret"));
  auto adapter = std::make_shared<const LambdaAdapter>(std::move(extract));
  MatchRules rules = MatchRules::Compile(options.match, options.projects, {}).value();
  return Source{std::move(options), adapter, adapter->Schemes({}).value(), std::move(rules)};
}

Webhook SignedWebhook(const std::string& body) {
  const SignatureScheme scheme = LambdaAdapter(nullptr).Schemes({})->front();
  return Webhook{"POST", Sign(scheme, Secret("s3cret"), body, "", kNow), body, kNow};
}

TEST(DryRun, ShowsTheWholeWayToTheRequest) {
  Change change = TextChange("see flag:checkout-v2");
  change.part_time = kNow - std::chrono::hours(1);
  const Source source = MakeSource([change](const AdapterInput&) { return Extracted({change}); });
  EXPECT_EQ(DryRunAsJson(RunDry(source, SignedWebhook("{}"), KnownFlags(), "default")), R"({
  "verdict": "authentic",
  "outcome": "stored",
  "reason": "",
  "events": [
    {
      "resource": "R1",
      "name": "SHOP-1",
      "part": "",
      "kind": "updated",
      "title": "A title",
      "url": "https://example.com/R1",
      "occurred_at": "2025-12-31T23:00:00Z"
    }
  ],
  "flags": [
    {
      "project": "default",
      "key": "checkout-v2",
      "because": "pattern in description"
    }
  ],
  "requests": [
    {
      "method": "POST",
      "path": "/api/v2/flag-links/projects/default/flags/checkout-v2",
      "body": {
        "key": "tool-SHOP-1-checkout-v2-2425135b9f4f79f9625a",
        "timestamp": 1767225600000,
        "deepLink": "https://example.com/R1",
        "title": "A title",
        "description": "A title"
      }
    }
  ]
}
)");
}

TEST(DryRun, GoesOnWhateverTheVerdictIs) {
  const Source source =
      MakeSource([](const AdapterInput&) { return Extracted({TextChange("flag:a-b")}); });
  Webhook webhook = SignedWebhook("{}");
  webhook.body = "{ }";
  const DryRun run = RunDry(source, webhook, KnownFlags(), "default");
  EXPECT_EQ(run.verification.verdict, Verdict::kWrongSignature);
  EXPECT_EQ(run.outcome, "stored");
  EXPECT_EQ(run.requests.size(), 1u);
}

TEST(DryRun, ShowsTheEventsAlsoWhenNoFlagIsNamed) {
  const Source source = MakeSource(
      [](const AdapterInput&) { return Extracted({TextChange("nothing", ChangeKind::kCreated)}); });
  const DryRun run = RunDry(source, SignedWebhook("{}"), KnownFlags(), "default");
  EXPECT_EQ(run.outcome, "ignored");
  EXPECT_EQ(run.reason, "names no flag, and nothing is known of it");
  EXPECT_EQ(run.changes.size(), 1u);
  EXPECT_TRUE(run.requests.empty());
}

TEST(DryRun, AMentionThatTheSameEventDeletesAsksForNothing) {
  const Source source = MakeSource([](const AdapterInput&) {
    return Extracted({TextChange("flag:a-b"), TextChange("", ChangeKind::kDeleted)});
  });
  EXPECT_TRUE(RunDry(source, SignedWebhook("{}"), KnownFlags(), "default").requests.empty());
}

TEST(DryRun, EachPartHasAStateOfItsOwn) {
  const auto requests = [](const std::vector<std::pair<std::string, ChangeKind>>& changes) {
    const Source source = MakeSource([changes](const AdapterInput&) {
      Extraction extraction = Extracted({});
      for (const auto& [part, kind] : changes) {
        extraction.changes.push_back(TextChange("flag:a-b", kind));
        extraction.changes.back().part = part;
      }
      return extraction;
    });
    return RunDry(source, SignedWebhook("{}"), KnownFlags(), "default").requests.size();
  };
  const auto gone = ChangeKind::kDeleted, there = ChangeKind::kUpdated;
  EXPECT_EQ(requests({{"comment-1", gone}, {"comment-2", there}}), 1u);
  EXPECT_EQ(requests({{"comment-1", gone}, {"", there}}), 1u);
  EXPECT_EQ(requests({{"comment-1", gone}, {"comment-1", there}}), 0u);
  EXPECT_EQ(requests({{"comment-1", gone}, {"comment-2", gone}, {"comment-1", there}}), 0u);
}

TEST(DryRun, FindsTheFlagsThatTheCatalogueKnows) {
  const Source source = MakeSource(
      [](const AdapterInput&) { return Extracted({TextChange("checkout-v2 and search-v3")}); });
  const KnownFlags known({{"default", {{"checkout-v2"}}}});
  const DryRun run = RunDry(source, SignedWebhook("{}"), known, "default");
  ASSERT_EQ(run.changes.size(), 1u);
  EXPECT_EQ(run.changes[0].mentions.size(), 1u);
  ASSERT_EQ(run.requests.size(), 1u);
  EXPECT_EQ(run.requests[0].url, "/api/v2/flag-links/projects/default/flags/checkout-v2");
}

TEST(DryRun, ALinkWhoseFlagTheCatalogueMissesWaits) {
  const Source source =
      MakeSource([](const AdapterInput&) { return Extracted({TextChange("flag:a-b")}); });
  const DryRun run =
      RunDry(source, SignedWebhook("{}"),
             KnownFlags(std::vector<KnownFlags::Project>{{"default", {}}}), "default");
  EXPECT_EQ(run.outcome, "stored");
  EXPECT_EQ(run.reason, "a link waits until there is a flag default/a-b");
  EXPECT_TRUE(run.requests.empty());
}

TEST(DryRun, NewsOfAFlagAreStoredAndSaid) {
  const Source source = MakeSource([](const AdapterInput&) {
    Extraction extraction = Extracted({});
    extraction.flag_news = {{{"default", "checkout-v2"}, FlagNews::State::kArchived}};
    return extraction;
  });
  const DryRun run = RunDry(source, SignedWebhook("{}"), KnownFlags(), "default");
  EXPECT_EQ(run.outcome, "stored");
  EXPECT_EQ(run.reason, "flag default/checkout-v2 is archived");
}

TEST(DryRun, WhatIsReadAgainWithADocumentIsStoredAndSaysWithWhich) {
  Source source = MakeSource([](const AdapterInput&) {
    Extraction extraction = Extracted({});
    extraction.needs = {{.name = "issue", .url = "https://api.example/issues/7", .headers = {}}};
    return extraction;
  });
  const auto run = [&source] {
    return RunDry(source, SignedWebhook("{}"), KnownFlags(), "default");
  };
  EXPECT_EQ(run().outcome, "ignored");
  EXPECT_EQ(run().reason, "it needs an api_token to be read");
  source.options.api_token = Secret("t0ken");
  EXPECT_EQ(run().outcome, "stored");
  EXPECT_EQ(run().reason, "is read again with https://api.example/issues/7");
}

TEST(DryRun, SaysWhyALinkCannotBeMade) {
  Change change = TextChange("flag:a-b");
  change.url = "javascript:alert(1)";
  const Source source = MakeSource([change](const AdapterInput&) { return Extracted({change}); });
  const DryRun run = RunDry(source, SignedWebhook("{}"), KnownFlags(), "default");
  EXPECT_TRUE(run.requests.empty());
  EXPECT_NE(run.reason, "");
}

TEST(DryRun, EscapesWhatComesFromOutsideForAPerson) {
  Change change = TextChange("flag:a-b");
  change.title = "red \x1b[31malert\x1b[0m";
  const Source source = MakeSource([change](const AdapterInput&) { return Extracted({change}); });
  EXPECT_EQ(DryRunAsText(RunDry(source, SignedWebhook("{}"), KnownFlags(), "default")).find('\x1b'),
            std::string::npos);
}

}  // namespace
}  // namespace flaglinkd
