// The bodies in fixtures/ are ours, in the shape of https://docs.slack.dev/reference/events/
// (message, link_shared), https://docs.slack.dev/interactivity/implementing-slash-commands and
// …/reference/interaction-payloads/shortcuts-interaction-payload.
#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const char* const kForm = "application/x-www-form-urlencoded";

const LoadedAdapter& Slack() {
  static const LoadedAdapter slack("slack");
  return slack;
}

std::string Fixture(const std::string& name) {
  return ReadFile(FLAGLINKD_SOURCE_DIR "/tests/adapters/slack/fixtures/" + name);
}

// Without what is asked of the API, which has tests of its own.
std::string WithoutNeeds(const std::string& transcript) {
  std::string rest;
  std::istringstream lines(transcript);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("need ")) rest += line + '\n';
  }
  return rest;
}

std::string Extract(const std::string& body,
                    const std::map<std::string, std::string>& options = {{"workspace", "acme"}}) {
  return WithoutNeeds(Slack().Extract({.body = body, .options = options}));
}

std::string ExtractForm(const std::string& body,
                        const std::map<std::string, std::string>& options = {
                            {"workspace", "acme"}}) {
  return WithoutNeeds(Slack().Extract({.body = body, .content_type = kForm, .options = options}));
}

TEST(Slack, AMessageGivesItselfWithItsPermalinkAndAllFieldsOfItsCard) {
  EXPECT_EQ(Extract(Fixture("message.json")), R"(outcome: extracted
change: created
  resource: T0ACME/C024BE91L/1767225600.000100
  name: C024BE91L-1767225600.000100
  part_time: 1767225600000100
  content_time: 1767225600000100
  created: 1767225600000
  title: Message in #C024BE91L
  url: https://acme.slack.com/archives/C024BE91L/p1767225600000100
  description: turning `checkout-v2` on  see the flag https://app.launchdarkly.com/default/production/features/checkout-v2?a=1&b=2 in
  integration_key: slack-app
  author: U061F7AUR
  metadata avatarUrl?: https://a.slack-edge.com/80588/img/plugins/app/service_72.png
  metadata displayName?: U061F7AUR
  metadata channelName?: C024BE91L
  metadata message: turning `checkout-v2` on  see the flag https://app.launchdarkly.com/default/production/features/checkout-v2?a=1&b=2 in
  text message: turning `checkout-v2` on  see the flag https://app.launchdarkly.com/default/production/features/checkout-v2?a=1&b=2 in
  text blocks: turning `checkout-v2` on  see the flag https://app.launchdarkly.com/default/production/features/checkout-v2?a=1&b=2
  labels: not carried
)");
}

TEST(Slack, AnEditedReplyIsAnUpdateOfTheReplyAtTheTimeOfTheEvent) {
  EXPECT_EQ(Extract(Fixture("message_changed.json")), R"(outcome: extracted
change: updated
  resource: T0ACME/C024BE91L/1767225600.000100
  name: C024BE91L-1767225600.000100
  part_time: 1767225660000200
  content_time: 1767225660000200
  created: 1767225600000
  title: Message in #C024BE91L
  url: https://acme.slack.com/archives/C024BE91L/p1767225600000100?thread_ts=1767225500.000050&cid=C024BE91L
  description: turning new-cart on
  integration_key: slack-app
  author: U061F7AUR
  metadata avatarUrl?: https://a.slack-edge.com/80588/img/plugins/app/service_72.png
  metadata displayName?: U061F7AUR
  metadata channelName?: C024BE91L
  metadata message: turning new-cart on
  text message: turning new-cart on
  labels: not carried
)");
}

TEST(Slack, AThreadsFirstMessageIsNoReply) {
  const std::string first =
      Replaced(Fixture("message_changed.json"), "1767225500.000050", "1767225600.000100");
  EXPECT_EQ(Values(Extract(first), "  url"),
            "https://acme.slack.com/archives/C024BE91L/p1767225600000100\n");
}

TEST(Slack, ADeletedMessageAndATombstoneAddressTheSameMessage) {
  const std::string deleted = R"(outcome: extracted
change: deleted
  resource: T0ACME/C024BE91L/1767225600.000100
  name: C024BE91L-1767225600.000100
  part_time: 1767225700000300
  content_time: 1767225700000300
  created: 1767225600000
  title: Message in #C024BE91L
  url: https://acme.slack.com/archives/C024BE91L/p1767225600000100
  integration_key: slack-app
  texts: not carried
  labels: not carried
)";
  EXPECT_EQ(Extract(Fixture("message_deleted.json")), deleted);
  const std::string tombstone =
      Replaced(Fixture("message_changed.json"), "\"type\": \"message\",\n      \"user\"",
               "\"type\": \"message\",\n      \"subtype\": \"tombstone\",\n      \"user\"");
  EXPECT_EQ(Values(Extract(tombstone), "change"), "deleted\n");
  EXPECT_EQ(Values(Extract(tombstone), "  resource"), Values(deleted, "  resource"));
}

TEST(Slack, ABotsMessageIsMarkedAndItsAttachmentsAndFilesAreRead) {
  EXPECT_EQ(Extract(Fixture("bot_message.json")), R"(outcome: extracted
change: created
  resource: T0ACME/C024BE91L/1767225600.000100
  name: C024BE91L-1767225600.000100
  part_time: 1767225600000100
  content_time: 1767225600000100
  created: 1767225600000
  title: Message in #C024BE91L
  url: https://acme.slack.com/archives/C024BE91L/p1767225600000100
  description: Deployed\ncheckout-v2 <beta>\nhttps://deploys.acme.example/42\nby\nFlag\n`new-cart`
  integration_key: slack-app
  author: B0DEPLOY
  bot: yes
  private: yes
  metadata avatarUrl: https://avatars.slack-edge.com/2026-01-01/1_48.png
  metadata displayName: deploys
  metadata channelName?: C024BE91L
  metadata message: Deployed\ncheckout-v2 <beta>\nhttps://deploys.acme.example/42\nby\nFlag\n`new-cart`
  text attachments: Deployed\ncheckout-v2 <beta>\nhttps://deploys.acme.example/42\nby\nFlag\n`new-cart`
  text files: Rollout plan
  labels: not carried
)");
}

TEST(Slack, SharedLinksAreAPartOfTheirOwnAndLeaveTheMessagesTextAlone) {
  EXPECT_EQ(Extract(Fixture("link_shared.json")), R"(outcome: extracted
change: created
  resource: T0ACME/C024BE91L/1767225600.000100
  name: C024BE91L-1767225600.000100
  part: links
  part_time: 1767225601000200
  content_time: 1767225600000100
  created: 1767225600000
  title: Message in #C024BE91L
  url: https://acme.slack.com/archives/C024BE91L/p1767225600000100?thread_ts=1767225500.000050&cid=C024BE91L
  integration_key: slack-app
  author: U061F7AUR
  metadata avatarUrl?: https://a.slack-edge.com/80588/img/plugins/app/service_72.png
  metadata displayName?: U061F7AUR
  metadata channelName?: C024BE91L
  metadata message?: https://app.launchdarkly.com/default/production/features/checkout-v2
  text link: https://app.launchdarkly.com/default/production/features/checkout-v2
  text link: https://app.launchdarkly.com/default/test/features/new-cart
  labels: not carried
)");
}

TEST(Slack, LinksInTheComposerAreIgnored) {
  const std::string body =
      Replaced(Fixture("link_shared.json"), "conversations_history", "composer");
  EXPECT_EQ(Extract(body),
            "outcome: ignored\nreason: links of a message that is still being written\n");
}

TEST(Slack, TheMessageShortcutGivesTheMessageWithWhatOnlyItKnows) {
  const std::string expected = R"(outcome: extracted
change: created
  resource: T0ACME/C024BE91L/1767225600.000100
  name: C024BE91L-1767225600.000100
  part_time: 1767225800207593
  content_time: 1767225800207593
  created: 1767225600000
  title: Message in #releases
  url: https://acme-shop.slack.com/archives/C024BE91L/p1767225600000100
  description: turning checkout-v2 on
  integration_key: slack-app
  author: U061F7AUR
  metadata avatarUrl: https://avatars.slack-edge.com/2026-01-01/2_72.png
  metadata displayName: ada
  metadata channelName: releases
  metadata message: turning checkout-v2 on
  text message: turning checkout-v2 on
  labels: not carried
)";
  std::string payload;
  for (const char c : Fixture("message_action.json")) {
    char hex[4];
    std::snprintf(hex, sizeof(hex), "%%%02X", static_cast<unsigned char>(c));
    payload += hex;
  }
  EXPECT_EQ(ExtractForm("payload=" + payload), expected);
}

TEST(Slack, OnlyTheAuthorsNameIsTakenFromWhoUsedTheShortcut) {
  const std::string nameless = Replaced(Fixture("message_action.json"), "user_profile", "other");
  EXPECT_EQ(Values(Extract(nameless), "  metadata displayName?"), "U061F7AUR\n");
  const std::string own = Replaced(nameless, "U0GRACE", "U061F7AUR");
  EXPECT_EQ(Values(Extract(own), "  metadata displayName"), "grace\n");
}

TEST(Slack, ACommandLinksItsChannelAndSaysWhatItUnderstood) {
  EXPECT_EQ(ExtractForm(Fixture("command.form")), R"(outcome: extracted
change: created
  resource: T0ACME/C024BE91L
  name: C024BE91L
  part: command: checkout-v2 is for you & me
  title: Channel #releases
  url: https://acme-shop.slack.com/archives/C024BE91L
  description: checkout-v2 is for you & me
  integration_key: slack-app
  author: U0GRACE
  metadata avatarUrl?: https://a.slack-edge.com/80588/img/plugins/app/service_72.png
  metadata displayName: grace
  metadata channelName: releases
  metadata message: checkout-v2 is for you & me
  text command: checkout-v2 is for you & me
  labels: not carried
reply 200 application/json: {"response_type":"ephemeral","text":"The flags named in \"checkout-v2 is for you &amp; me\" get a link to this channel."}
)");
}

TEST(Slack, ACommandWithAPermalinkLinksThatMessage) {
  const std::string text = ExtractForm(Replaced(
      Fixture("command.form"), "is+for+you+%26+me",
      "https%3A%2F%2Facme-shop.slack.com%2Farchives%2FC0OPS%2Fp1767225600000100%3Fthread_ts%3D"
      "1767225500.000050%26cid%3DC0OPS"));
  EXPECT_EQ(Values(text, "  resource"), "T0ACME/C0OPS/1767225600.000100\n");
  EXPECT_EQ(Values(text, "  url"),
            "https://acme-shop.slack.com/archives/C0OPS/"
            "p1767225600000100?thread_ts=1767225500.000050&cid=C0OPS\n");
  EXPECT_EQ(Values(text, "  content_time"), "1767225600000100\n");
  EXPECT_EQ(Values(text, "  description"), "");
  EXPECT_EQ(Values(text, "  metadata channelName?"), "C0OPS\n");
  EXPECT_EQ(Values(text, "  metadata displayName?"), "grace\n");
  EXPECT_NE(
      text.find("get a link to the message https://acme-shop.slack.com/archives/C0OPS/p17672256"),
      std::string::npos);
}

TEST(Slack, APermalinkOfAnotherWorkspaceOrWithoutATimestampIsOnlyText) {
  for (const char* const link : {"https://other.slack.com/archives/C0OPS/p1767225600000100",
                                 "https://acme-shop.slack.com/archives/C0OPS",
                                 "https://acme-shop.slack.com/archives/C0OPS/p17",
                                 "https://acme-shop.slack.com/archives/../p1767225600000100"}) {
    const std::string text =
        ExtractForm(Replaced(Fixture("command.form"), "is+for+you+%26+me", link));
    EXPECT_EQ(Values(text, "  resource"), "T0ACME/C024BE91L\n") << link;
  }
}

TEST(Slack, ACommandWithoutAWordIsAnsweredWithItsUse) {
  const std::string text =
      ExtractForm(Replaced(Fixture("command.form"), "checkout-v2+is+for+you+%26+me", ""));
  EXPECT_EQ(text, R"(outcome: handshake
reply 200 application/json: {"response_type":"ephemeral","text":"Say which flag: /flag &lt;flag key or URL&gt; [link to a message]. Without a message, the flag is linked to this channel."}
)");
}

TEST(Slack, PrivateConversationsAreTold) {
  const std::string message = Fixture("message.json");
  const auto is_private = [&](const std::string& from, const std::string& to) {
    return Values(Extract(Replaced(message, from, to)), "  private");
  };
  EXPECT_EQ(is_private("\"channel\": \"C0", "\"channel\": \"C0"), "");
  EXPECT_EQ(is_private("\"channel\": \"C0", "\"channel\": \"D0"), "yes\n");
  EXPECT_EQ(is_private("\"channel\": \"C0", "\"channel\": \"G0"), "yes\n");
  for (const char* const type : {"im", "mpim", "group"}) {
    EXPECT_EQ(is_private("\"channel_type\": \"channel\"",
                         "\"channel_type\": \"" + std::string(type) + '"'),
              "yes\n");
  }
  const std::string command =
      ExtractForm(Replaced(Fixture("command.form"), "=releases", "=privategroup"));
  EXPECT_EQ(Values(command, "  private"), "yes\n");
  EXPECT_NE(command.find("This conversation is private"), std::string::npos);
  const std::string shortcut =
      Extract(Replaced(Fixture("message_action.json"), "releases", "directmessage"));
  EXPECT_EQ(Values(shortcut, "  private"), "yes\n");
}

TEST(Slack, TheAppsOwnMessagesAreABots) {
  const std::string own = Replaced(Fixture("message.json"), "\"client_msg_id\"",
                                   "\"app_id\": \"A0FLAGS\", \"client_msg_id\"");
  EXPECT_EQ(Values(Extract(own), "  bot"), "yes\n");
}

TEST(Slack, AMentionIsTheSameMessage) {
  const std::string mention =
      Replaced(Fixture("message.json"), "\"type\": \"message\"", "\"type\": \"app_mention\"");
  EXPECT_EQ(Extract(mention), Extract(Fixture("message.json")));
}

TEST(Slack, WorkspacesAreToldApartByTeam) {
  const std::map<std::string, std::string> two = {{"workspaces.T0ACME", "acme-one"},
                                                  {"workspaces.T0OTHER", "other"}};
  EXPECT_EQ(Values(Extract(Fixture("message.json"), two), "  url"),
            "https://acme-one.slack.com/archives/C024BE91L/p1767225600000100\n");
}

TEST(Slack, WhileTheWorkspaceIsNotKnownALinkOpensTheChannel) {
  EXPECT_EQ(Values(Extract(Fixture("message.json"), {}), "  url"),
            "https://app.slack.com/client/T0ACME/C024BE91L\n");
}

std::string Needs(const Input& input) {
  std::string needs;
  std::istringstream lines(Slack().Extract(input));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("need ")) needs += line + '\n';
  }
  return needs;
}

TEST(Slack, AnEventAsksForWhatItHoldsOnlyAsIds) {
  EXPECT_EQ(Needs({.body = Fixture("message.json"), .options = {{"workspace", "acme"}}}),
            "need channel: slack.com/api/conversations.info?channel=C024BE91L\n"
            "need user: slack.com/api/users.info?user=U061F7AUR\n");
  EXPECT_EQ(Needs({.body = Fixture("link_shared.json")}).substr(0, 56),
            "need team: slack.com/api/team.info?team=T0ACME\nneed chan");
  EXPECT_EQ(Needs({.body = Fixture("message_deleted.json")}), "");
}

TEST(Slack, TheApiFillsTheCardAndTheLink) {
  const std::string text = Slack().Extract(
      {.body = Fixture("message.json"),
       .fetched = {
           {"team", R"({"ok": true, "team": {"id": "T0ACME", "domain": "acme"}})"},
           {"channel", R"({"ok": true, "channel": {"name": "general", "is_private": false}})"},
           {"user", R"({"ok": true, "user": {"name": "ada", "profile": {"display_name": "Ada",
                        "image_72": "https://avatars.slack-edge.com/ada_72.png"}}})"}}});
  EXPECT_EQ(text.find("need "), std::string::npos) << text;
  EXPECT_EQ(Values(text, "  url"), "https://acme.slack.com/archives/C024BE91L/p1767225600000100\n");
  EXPECT_EQ(Values(text, "  title"), "Message in #general\n");
  EXPECT_EQ(Values(text, "  metadata channelName"), "general\n");
  EXPECT_EQ(Values(text, "  metadata displayName"), "Ada\n");
  EXPECT_EQ(Values(text, "  metadata avatarUrl"), "https://avatars.slack-edge.com/ada_72.png\n");
}

TEST(Slack, APrivateChannelThatOnlyTheApiKnowsAsOneIsPrivate) {
  const std::string text = Slack().Extract(
      {.body = Fixture("link_shared.json"),
       .options = {{"workspace", "acme"}},
       .fetched = {{"channel", R"({"ok": true, "channel": {"name": "hr", "is_private": true}})"}}});
  EXPECT_EQ(Values(text, "  private"), "yes\n");
}

TEST(Slack, WhatTheApiRefusesIsToldAndTheFallbackStands) {
  for (const std::string answer : {R"({"ok": false, "error": "missing_scope"})", "<html>", "[]"}) {
    const std::string text = Slack().Extract({.body = Fixture("message.json"),
                                              .options = {{"workspace", "acme"}},
                                              .fetched = {{"channel", answer}, {"user", answer}}});
    EXPECT_NE(text.find("reason: Slack's API does not tell the channel: "), std::string::npos);
    EXPECT_EQ(Values(text, "  metadata channelName?"), "C024BE91L\n");
    EXPECT_EQ(Values(text, "  metadata displayName?"), "U061F7AUR\n");
  }
}

TEST(Slack, AnIdThatIsNoneIsNotAskedFor) {
  for (const std::string& id :
       std::vector<std::string>{"U1&team=T2", "../x", std::string(65, 'U')}) {
    EXPECT_EQ(Needs({.body = Replaced(Fixture("message.json"), "\"U061F7AUR\"", '"' + id + '"'),
                     .options = {{"workspace", "acme"}}}),
              "need channel: slack.com/api/conversations.info?channel=C024BE91L\n");
  }
}

TEST(Slack, InAChannelSharedWithAnotherCompanyTheInstalledTeamCounts) {
  std::string shared = Replaced(Fixture("message.json"), "\"is_ext_shared_channel\": false",
                                "\"is_ext_shared_channel\": true");
  shared = Replaced(shared, "\"team_id\": \"T0ACME\"", "\"team_id\": \"T0THEIRS\"");
  EXPECT_EQ(Values(Extract(shared), "  resource"), "T0ACME/C024BE91L/1767225600.000100\n");
  EXPECT_EQ(Values(Extract(shared), "  private"), "");
}

TEST(Slack, HandshakesAreAnswered) {
  EXPECT_EQ(Extract(Fixture("url_verification.json")),
            "outcome: handshake\nreply 200 text/plain: 3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd\n");
  EXPECT_EQ(ExtractForm(Fixture("ssl_check.form")), "outcome: handshake\nreply 200 text/plain: \n");
}

TEST(Slack, WhatHoldsNoMessageIsIgnoredByName) {
  EXPECT_EQ(
      Extract(
          R"({"type": "event_callback", "team_id": "T1", "event": {"type": "reaction_added"}})"),
      "outcome: ignored\nreason: events of this kind are not linked: reaction_added\n");
  EXPECT_EQ(
      Extract(
          R"({"type": "event_callback", "event": {"type": "message", "subtype": "channel_join"}})"),
      "outcome: ignored\nreason: messages of this subtype are not linked: channel_join\n");
  EXPECT_EQ(
      Extract(R"({"type": "app_rate_limited", "team_id": "T1"})"),
      "outcome: ignored\nreason: Slack sends no more events for a while: over 30,000 in an hour\n");
  EXPECT_EQ(Extract(R"({"type": "view_submission"})"),
            "outcome: ignored\nreason: requests of this kind are not linked: view_submission\n");
}

TEST(Slack, WhatSlackDoesNotSendIsMalformedWithTheReason) {
  EXPECT_EQ(Extract("{}"),
            "outcome: malformed\nreason: a body without a type: not sent by Slack\n");
  EXPECT_EQ(Extract(""),
            "outcome: malformed\nreason: not JSON, at byte 0: The document is empty.\n");
  EXPECT_EQ(ExtractForm("a=b"),
            "outcome: malformed\nreason: a form that is neither a command nor a payload\n");
  EXPECT_EQ(ExtractForm("payload=%7B"),
            "outcome: malformed\nreason: not JSON, at byte 1: Missing a name for object member.\n");
  EXPECT_EQ(Extract(Replaced(Fixture("message.json"), "\"channel\": \"C024BE91L\"",
                             "\"channel\": \"../x\"")),
            "outcome: malformed\nreason: no team or channel\n");
  EXPECT_EQ(
      Extract(Replaced(Fixture("message.json"), "\"ts\": \"1767225600.000100\"", "\"ts\": \"x\"")),
      "outcome: malformed\nreason: a message without a ts\n");
}

TEST(Slack, OptionsWithoutAWorkspaceAreRefused) {
  EXPECT_EQ(Slack().CheckOptions({{"workspace", "acme"}}), "");
  EXPECT_EQ(Slack().CheckOptions({{"workspaces.T024BE7LD", "acme.enterprise"}}), "");
  EXPECT_EQ(Slack().CheckOptions({}),
            "set workspace = \"acme\", workspaces = { T024BE7LD = \"acme\" } for several, or the "
            "source's "
            "api_token: an event does not hold the address that links need");
  EXPECT_EQ(Slack().CheckOptions({{"source:api_token", ""}}), "");
  for (const char* const domain : {"", "acme.slack.com", "https://acme", "a/b", "a@b"}) {
    EXPECT_NE(Slack().CheckOptions({{"workspace", domain}}), "") << domain;
  }
}

TEST(Slack, ItDeclaresHowSlackSignsAndWhatIsNotStored) {
  const flaglink_adapter& slack = Slack().declaration();
  ASSERT_EQ(slack.signature_count, 1u);
  const flaglink_signature& signature = slack.signatures[0];
  EXPECT_STREQ(signature.header, "x-slack-signature");
  EXPECT_STREQ(signature.prefix, "v0=");
  EXPECT_STREQ(signature.signed_content, "v0:{timestamp}:{body}");
  EXPECT_STREQ(signature.timestamp, "header:x-slack-request-timestamp");
  EXPECT_EQ(signature.past_seconds, 300u);
  EXPECT_EQ(signature.future_seconds, 300u);
  EXPECT_STREQ(slack.delivery_id, "body:/event_id");
  const std::vector<std::string> blank = {"/token", "/response_url", "/payload/token",
                                          "/payload/response_url"};
  for (std::size_t i = 0; i < blank.size(); ++i) EXPECT_EQ(slack.blank[i], blank[i]);
  EXPECT_EQ(slack.blank[blank.size()], nullptr);
}

TEST(Slack, EveryRecordedBodyIsReadOrAnsweredWithAReason) {
  ReadEveryBody(Slack(), Bodies("slack", {"slack"}), {{"workspace", "acme"}});
}

}  // namespace
}  // namespace flaglink::testing
