#include "daemon/receive/interpret.h"

#include <memory>

#include <gtest/gtest.h>

#include "tests/fakes/lambda_adapter.h"

namespace flaglinkd {
namespace {

constexpr TimePoint kNow{std::chrono::seconds(1'767'225'600)};

Source MakeSource(LambdaAdapter::Extractor extract, SourceOptions options = {}) {
  options.name = "source";
  options.adapter = "lambda";
  options.name_space = "space";
  options.projects = {"default"};
  auto adapter = std::make_shared<const LambdaAdapter>(std::move(extract));
  MatchRules rules = MatchRules::Compile(options.match, options.projects, {}).value();
  return Source{std::move(options), adapter, adapter->Schemes({}).value(), std::move(rules)};
}

Webhook MakeWebhook(std::string body) {
  return Webhook{"POST",
                 {{"content-type", "application/json"},
                  {"x-delivery", "d-1"},
                  {"x-event", "e"},
                  {"authorization", "secret"}},
                 std::move(body),
                 kNow};
}

LambdaAdapter::Extractor Giving(Change change) {
  return [change](const AdapterInput&) { return Extracted({change}); };
}

TEST(Interpret, GivesTheEventItsIdentityAndItsMentions) {
  const Interpretation reading = Interpret(MakeSource(Giving(TextChange("see flag:checkout-v2"))),
                                           KnownFlags(), MakeWebhook("{}"));
  ASSERT_EQ(reading.outcome, Interpretation::Outcome::kEvent);
  EXPECT_EQ(reading.event.source, "source");
  EXPECT_EQ(reading.event.name_space, "space");
  EXPECT_EQ(reading.event.delivery_id, "d-1");
  EXPECT_EQ(reading.event.received, kNow);
  ASSERT_EQ(reading.event.changes.size(), 1u);
  ASSERT_EQ(reading.event.changes[0].mentions.size(), 1u);
  EXPECT_EQ(reading.event.changes[0].mentions[0].flag, (FlagKey{"default", "checkout-v2"}));
}

TEST(Interpret, KeepsOnlyDeclaredHeadersAndABlankedBody) {
  const Interpretation reading = Interpret(MakeSource(Giving(TextChange("flag:a-b"))), KnownFlags(),
                                           MakeWebhook(R"({"token":"hush","x":1})"));
  EXPECT_EQ(reading.event.payload.headers, (std::vector<Header>{{"x-event", "e"}}));
  EXPECT_EQ(reading.event.payload.body.find("hush"), std::string::npos);
  EXPECT_NE(reading.event.payload.body.find("token"), std::string::npos);
}

TEST(Interpret, StoresWhatTheAdapterCannotReadAsFailed) {
  const Source source = MakeSource([](const AdapterInput&) {
    Extraction extraction;
    extraction.reason = "no issue in it";
    return extraction;
  });
  const Interpretation reading = Interpret(source, KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(reading.outcome, Interpretation::Outcome::kEvent);
  EXPECT_EQ(reading.event.failure, "no issue in it");
}

TEST(Interpret, IgnoresWhatTheAdapterIgnoresWithItsReason) {
  const Source source = MakeSource([](const AdapterInput&) {
    Extraction extraction;
    extraction.outcome = Extraction::Outcome::kIgnored;
    extraction.reason = "a star";
    return extraction;
  });
  const Interpretation reading = Interpret(source, KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(reading.outcome, Interpretation::Outcome::kIgnored);
  EXPECT_EQ(reading.reason, "a star");
}

TEST(Interpret, SkipsPrivateObjectsUnlessTheSourceLinksThem) {
  Change change = TextChange("flag:a-b");
  change.is_private = true;
  const Interpretation skipped =
      Interpret(MakeSource(Giving(change)), KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(skipped.outcome, Interpretation::Outcome::kIgnored);
  EXPECT_EQ(skipped.reason, "private (private = \"skip\")");

  SourceOptions options;
  options.link_private = true;
  const Interpretation linked =
      Interpret(MakeSource(Giving(change), std::move(options)), KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(linked.event.changes.at(0).mentions.size(), 1u);
}

TEST(Interpret, ReadsNoTextsOfABotButKeepsItsContent) {
  Change change = TextChange("flag:a-b");
  change.author = "deploy[bot]";
  change.author_is_bot = true;
  const Interpretation reading =
      Interpret(MakeSource(Giving(change)), KnownFlags(), MakeWebhook("{}"));
  ASSERT_EQ(reading.event.changes.size(), 1u);
  EXPECT_TRUE(reading.event.changes[0].mentions.empty());
  EXPECT_FALSE(reading.event.changes[0].change.texts.has_value());
  EXPECT_EQ(reading.event.changes[0].change.kind, ChangeKind::kCreated);
  EXPECT_EQ(reading.event.changes[0].change.title, "A title");
  EXPECT_EQ(reading.reason, "written by the bot deploy[bot]");
}

TEST(Interpret, ReadsTheTextsOfABotThatTheSourceNames) {
  Change change = TextChange("flag:a-b");
  change.author = "deploy[bot]";
  change.author_is_bot = true;
  SourceOptions options;
  options.bots = {"deploy[bot]"};
  const Interpretation reading =
      Interpret(MakeSource(Giving(change), std::move(options)), KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(reading.event.changes.at(0).mentions.size(), 1u);
}

TEST(Interpret, LetsADeleteCountWhoeverWroteTheObject) {
  Change change = TextChange("", ChangeKind::kDeleted);
  change.author_is_bot = change.is_private = true;
  const Interpretation reading =
      Interpret(MakeSource(Giving(change)), KnownFlags(), MakeWebhook("{}"));
  ASSERT_EQ(reading.event.changes.size(), 1u);
  EXPECT_EQ(reading.event.changes[0].change.kind, ChangeKind::kDeleted);
}

TEST(Interpret, GivesFieldsToTheResourceItselfAndNotToItsParts) {
  Change issue = TextChange("nothing");
  Change comment = TextChange("nothing");
  comment.part = "comment-1";
  SourceOptions options;
  options.match.fields = {"/issue/customfield"};
  const Source source = MakeSource(
      [=](const AdapterInput&) {
        return Extracted({issue, comment});
      },
      std::move(options));
  const Interpretation reading =
      Interpret(source, KnownFlags(), MakeWebhook(R"({"issue":{"customfield":["a-b","c-d"]}})"));
  ASSERT_EQ(reading.event.changes.size(), 2u);
  EXPECT_EQ(reading.event.changes[0].mentions.size(), 2u);
  EXPECT_EQ(reading.event.changes[0].mentions[0].reason, "field /issue/customfield");
  EXPECT_FALSE(reading.event.changes[1].change.fields.has_value());
}

TEST(Interpret, LeavesAFieldThatTheBodyDoesNotHoldAbsentAndAnEmptyOneEmpty) {
  SourceOptions options;
  options.match.fields = {"/issue/customfield"};
  const Source source = MakeSource(Giving(TextChange("x")), std::move(options));
  EXPECT_FALSE(Interpret(source, KnownFlags(), MakeWebhook("{}"))
                   .event.changes.at(0)
                   .change.fields.has_value());
  const Interpretation empty =
      Interpret(source, KnownFlags(), MakeWebhook(R"({"issue":{"customfield":[]}})"));
  ASSERT_TRUE(empty.event.changes.at(0).change.fields.has_value());
  EXPECT_TRUE(empty.event.changes.at(0).change.fields->empty());
}

TEST(Interpret, LeavesHandshakesToTheAdapterWhateverTheFilters) {
  SourceOptions options;
  options.only = {{"/project/key", {"SHOP"}}};
  const Source source = MakeSource(
      [](const AdapterInput&) {
        Extraction extraction;
        extraction.outcome = Extraction::Outcome::kHandshake;
        extraction.reply = AdapterReply{200, "text/plain", "challenge", {}};
        return extraction;
      },
      std::move(options));
  EXPECT_EQ(Interpret(source, KnownFlags(), MakeWebhook("{}")).outcome,
            Interpretation::Outcome::kHandshake);
}

TEST(Interpret, WhatCantBeReadIsFailedWhateverTheFilters) {
  SourceOptions options;
  options.only = {{"/project/key", {"SHOP"}}};
  const Source source = MakeSource(
      [](const AdapterInput&) {
        Extraction extraction;
        extraction.outcome = Extraction::Outcome::kMalformed;
        extraction.reason = "no JSON";
        return extraction;
      },
      std::move(options));
  const Interpretation reading = Interpret(source, KnownFlags(), MakeWebhook("}"));
  EXPECT_EQ(reading.outcome, Interpretation::Outcome::kEvent);
  EXPECT_EQ(reading.event.failure, "no JSON");
}

TEST(Interpret, FiltersByOnlyAndExcept) {
  SourceOptions only;
  only.only = {{"/project/key", {"SHOP", "PAY"}}};
  const Source shop = MakeSource(Giving(TextChange("flag:a-b")), std::move(only));
  EXPECT_EQ(Interpret(shop, KnownFlags(), MakeWebhook(R"({"project":{"key":"PAY"}})")).outcome,
            Interpretation::Outcome::kEvent);
  const Interpretation other =
      Interpret(shop, KnownFlags(), MakeWebhook(R"({"project":{"key":"OPS"}})"));
  EXPECT_EQ(other.outcome, Interpretation::Outcome::kIgnored);
  EXPECT_EQ(other.reason, "not among `only` of /project/key");
  EXPECT_EQ(Interpret(shop, KnownFlags(), MakeWebhook("{}")).outcome,
            Interpretation::Outcome::kIgnored);

  SourceOptions except;
  except.except = {{"/project/key", {"OPS"}}};
  const Source no_ops = MakeSource(Giving(TextChange("flag:a-b")), std::move(except));
  EXPECT_EQ(Interpret(no_ops, KnownFlags(), MakeWebhook(R"({"project":{"key":"OPS"}})")).reason,
            "among `except` of /project/key");
  EXPECT_EQ(Interpret(no_ops, KnownFlags(), MakeWebhook("{}")).outcome,
            Interpretation::Outcome::kEvent);
}

LambdaAdapter::Extractor Telling(std::vector<FlagNews> news) {
  return [news](const AdapterInput&) {
    Extraction extraction = Extracted({});
    extraction.flag_news = news;
    return extraction;
  };
}

TEST(Interpret, GroupsNewsOfFlagsByProject) {
  const Source source = MakeSource(Telling({{{"default", "a-b"}, FlagNews::State::kLive},
                                            {{"default", "c-d"}, FlagNews::State::kArchived},
                                            {{"default", "a-b"}, FlagNews::State::kGone}}));
  const Interpretation reading = Interpret(source, KnownFlags(), MakeWebhook("{}"));
  ASSERT_EQ(reading.outcome, Interpretation::Outcome::kEvent);
  ASSERT_EQ(reading.event.flag_news.size(), 1u);
  const CatalogUpdate& update = reading.event.flag_news[0];
  EXPECT_EQ(update.project, "default");
  EXPECT_FALSE(update.complete.has_value());
  EXPECT_EQ(update.flags,
            (std::vector<CatalogUpdate::Flag>{{"c-d", CatalogUpdate::State::kArchived, ""},
                                              {"a-b", CatalogUpdate::State::kGone, ""}}));
}

TEST(Interpret, LeavesNewsOfOtherProjectsOut) {
  const Interpretation both =
      Interpret(MakeSource(Telling({{{"mobile", "a-b"}, FlagNews::State::kLive},
                                    {{"default", "a-b"}, FlagNews::State::kLive}})),
                KnownFlags(), MakeWebhook("{}"));
  ASSERT_EQ(both.event.flag_news.size(), 1u);
  EXPECT_EQ(both.event.flag_news[0].project, "default");
  EXPECT_EQ(both.reason, "project mobile is none of the source's");

  const Interpretation none =
      Interpret(MakeSource(Telling({{{"mobile", "a-b"}, FlagNews::State::kLive}})), KnownFlags(),
                MakeWebhook("{}"));
  EXPECT_EQ(none.outcome, Interpretation::Outcome::kIgnored);
  EXPECT_EQ(none.reason, "project mobile is none of the source's");
}

TEST(Interpret, FailsAnEventThatPassesABoundAndTakesTheFirst) {
  std::string text;
  for (int i = 0; i < 70; ++i) text += " flag:key-" + std::to_string(i);
  const Interpretation reading =
      Interpret(MakeSource(Giving(TextChange(text))), KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(reading.event.failure, "more than 64 flags in one change: the first were taken");
  EXPECT_EQ(reading.event.changes.at(0).mentions.size(), 64u);
}

TEST(Interpret, SearchesSoMuchTextOfAnEventAndTakesTheFirstChanges) {
  const auto give = [](const AdapterInput&) {
    std::vector<Change> changes;
    for (int i = 0; i < 256; ++i) {
      changes.push_back(TextChange("flag:a-b"));
      changes.back().texts->push_back({"log", std::string((1u << 20) - 8, 'x')});
    }
    return Extracted(std::move(changes));
  };
  const Interpretation reading = Interpret(MakeSource(give), KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(reading.event.changes.size(), 4u);
  EXPECT_EQ(reading.event.failure,
            "more than 4194304 bytes of texts in one event: the first changes were taken");
}

TEST(Interpret, CountsTheFieldsThatEachChangeSearchesAnew) {
  SourceOptions options;
  options.match.fields = {"/keys"};
  const auto give = [](const AdapterInput&) {
    return Extracted(std::vector<Change>(256, TextChange("")));
  };
  const Interpretation reading =
      Interpret(MakeSource(give, std::move(options)), KnownFlags(),
                MakeWebhook(R"({"keys":")" + std::string(1u << 20, 'x') + R"("})"));
  EXPECT_EQ(reading.event.changes.size(), 4u);
  EXPECT_NE(reading.event.failure, "");
}

SourceOptions WithApiToken() {
  SourceOptions options;
  options.api_token = Secret("xoxb-1");
  return options;
}

// Needs "user" and, once it has that, "channel".
LambdaAdapter::Extractor Needing(std::vector<Change> changes) {
  return [changes](const AdapterInput& input) {
    Extraction extraction = Extracted(changes);
    extraction.needs = {{"user", "https://slack.com/user", {}}};
    if (!input.fetched.empty()) extraction.needs.push_back({"channel", "https://slack.com/c", {}});
    return extraction;
  };
}

TEST(Interpret, AsksForWhatTheBodyLeavesOutWithAnApiTokenOnly) {
  const Change change = TextChange("flag:a-b");
  const Interpretation with =
      Interpret(MakeSource(Needing({change}), WithApiToken()), KnownFlags(), MakeWebhook("{}"));
  ASSERT_EQ(with.needs.size(), 1u);
  EXPECT_EQ(with.needs[0].name, "user");
  EXPECT_TRUE(with.event.wants_documents);
  const Interpretation without =
      Interpret(MakeSource(Needing({change})), KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(without.outcome, Interpretation::Outcome::kEvent);
  EXPECT_TRUE(without.needs.empty());
  EXPECT_FALSE(without.event.wants_documents);
}

TEST(Interpret, WhatIsThereIsNotAskedForAgain) {
  const Interpretation reading =
      Interpret(MakeSource(Needing({TextChange("flag:a-b")}), WithApiToken()), KnownFlags(),
                MakeWebhook("{}"), {{"user", "Ada"}});
  ASSERT_EQ(reading.needs.size(), 1u);
  EXPECT_EQ(reading.needs[0].name, "channel");
}

TEST(Interpret, AnEventThatOnlyADocumentCanTellOfIsStoredOrIgnoredWithTheReason) {
  const Interpretation with =
      Interpret(MakeSource(Needing({}), WithApiToken()), KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(with.outcome, Interpretation::Outcome::kEvent);
  EXPECT_TRUE(with.event.wants_documents);
  const Interpretation without =
      Interpret(MakeSource(Needing({})), KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(without.outcome, Interpretation::Outcome::kIgnored);
  EXPECT_EQ(without.reason, "it needs an api_token to be read");
}

TEST(Interpret, NothingIsAskedOfWhatIsPrivate) {
  Change change = TextChange("flag:a-b");
  change.is_private = true;
  const Interpretation reading =
      Interpret(MakeSource(Needing({change}), WithApiToken()), KnownFlags(), MakeWebhook("{}"));
  EXPECT_EQ(reading.outcome, Interpretation::Outcome::kIgnored);
  EXPECT_TRUE(reading.needs.empty());
}

}  // namespace
}  // namespace flaglinkd
