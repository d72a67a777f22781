// The bodies in fixtures/ are ours, in the shape of
// https://developer.atlassian.com/cloud/jira/platform/webhooks/ and, for Data Center,
// https://developer.atlassian.com/server/jira/platform/webhooks/.
#include <gtest/gtest.h>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Jira() {
  static const LoadedAdapter jira("jira");
  return jira;
}

std::string Fixture(const std::string& name) {
  return ReadFile(FLAGLINKD_SOURCE_DIR "/tests/adapters/jira/fixtures/" + name);
}

std::string Extract(const std::string& body,
                    const std::map<std::string, std::string>& options = {}) {
  return Jira().Extract({.body = body, .options = options});
}

TEST(Jira, AnIssueEventGivesTheIssueWithAllFieldsOfItsCard) {
  EXPECT_EQ(Extract(Fixture("issue_updated.json")), R"(outcome: extracted
change: updated
  resource: acme.atlassian.net/10042
  name: SHOP-42
  part_time: 1795168801200000
  content_time: 1795168801200000
  created: 1794952800000
  title: SHOP-42: Roll out the new checkout
  url: https://acme.atlassian.net/browse/SHOP-42
  description: Turn on `checkout-v2` and watch the flag https://app.launchdarkly.com/default/production/features/checkout-v2.
  integration_key: jira
  author: Ada Example
  metadata creator: Ada Example
  metadata iconUrl: https://acme.atlassian.net/secure/viewavatar?size=medium&avatarId=10315&avatarType=issuetype
  metadata issueKey: SHOP-42
  metadata issueTitle: Roll out the new checkout
  text summary: Roll out the new checkout
  text description: Turn on `checkout-v2` and watch the flag https://app.launchdarkly.com/default/production/features/checkout-v2.
  text environment: 
  label: flag-checkout-v2
  label: release
  label: ld:checkout-v2
  label: 2026.11
)");
}

TEST(Jira, ACommentEventGivesTheCommentAndLeavesWhatItsReducedIssueDoesNotSay) {
  EXPECT_EQ(Extract(Fixture("comment_created.json")), R"(outcome: extracted
change: created
  resource: acme.atlassian.net/10042
  name: SHOP-42
  part: 10001
  part_time: 1795168810123000
  content_time: 1795168810500000
  title: SHOP-42: Roll out the new checkout
  url: https://acme.atlassian.net/browse/SHOP-42
  integration_key: jira
  author: Grace Example
  metadata creator?: Anonymous
  metadata iconUrl: https://acme.atlassian.net/secure/viewavatar?size=medium&avatarId=10315&avatarType=issuetype
  metadata issueKey: SHOP-42
  metadata issueTitle: Roll out the new checkout
  text comment: ready behind https://app.launchdarkly.com/default/production/features/checkout-v2
  labels: not carried
)");
}

TEST(Jira, DataCentersUpdateWithACommentGivesBothUnderTheContextPath) {
  EXPECT_EQ(Extract(Fixture("data_center_commented.json")), R"(outcome: extracted
change: updated
  resource: jira.acme.example:8080/jira/10042
  name: SHOP-42
  part_time: 1795168810000000
  content_time: 1795168810000000
  created: 1794992400000
  title: SHOP-42: Roll out the new checkout
  url: http://jira.acme.example:8080/jira/browse/SHOP-42
  description: Jira issue SHOP-42
  integration_key: jira
  author: Ada Example
  metadata creator: Ada Example
  metadata iconUrl?: http://jira.acme.example:8080/jira/images/icons/issuetypes/story.png
  metadata issueKey: SHOP-42
  metadata issueTitle: Roll out the new checkout
  text summary: Roll out the new checkout
  text description: 
  text environment: 
change: created
  resource: jira.acme.example:8080/jira/10042
  name: SHOP-42
  part: 10001
  part_time: 1795168810000000
  content_time: 1795168810000000
  created: 1794992400000
  title: SHOP-42: Roll out the new checkout
  url: http://jira.acme.example:8080/jira/browse/SHOP-42
  description: Jira issue SHOP-42
  integration_key: jira
  author: Grace Example
  metadata creator: Ada Example
  metadata iconUrl?: http://jira.acme.example:8080/jira/images/icons/issuetypes/story.png
  metadata issueKey: SHOP-42
  metadata issueTitle: Roll out the new checkout
  text comment: ready behind checkout-v2
  labels: not carried
)");
}

TEST(Jira, TheKindFollowsTheEvent) {
  const std::string issue = Fixture("issue_updated.json");
  const auto issue_event = [&](const std::string& name) {
    return Values(Extract(Replaced(issue, "jira:issue_updated", name)), "change");
  };
  EXPECT_EQ(issue_event("jira:issue_created"), "created\n");
  EXPECT_EQ(issue_event("jira:issue_deleted"), "deleted\n");
  const std::string comment = Fixture("comment_created.json");
  const auto comment_event = [&](const std::string& name) {
    return Values(Extract(Replaced(comment, "comment_created", name)), "change");
  };
  EXPECT_EQ(comment_event("comment_updated"), "updated\n");
  EXPECT_EQ(comment_event("comment_deleted"), "deleted\n");
}

TEST(Jira, ACommentEditedBehindAnIssueUpdateIsAnUpdate) {
  const std::string edited = Replaced(Fixture("data_center_commented.json"),
                                      R"("updated": "2026-11-20T10:00:10.000+0000"
  })",
                                      R"("updated": "2026-11-20T10:05:00.000+0000"
  })");
  EXPECT_EQ(Values(Extract(edited), "change"), "updated\nupdated\n");
  EXPECT_EQ(Values(Extract(edited), "  part_time"), "1795168810000000\n1795169100000000\n");
}

TEST(Jira, ADeletedIssueOrCommentCarriesNoTexts) {
  const std::string issue =
      Replaced(Fixture("issue_updated.json"), "issue_updated", "issue_deleted");
  EXPECT_EQ(Values(Extract(issue), "  texts"), "not carried\n");
  EXPECT_EQ(Values(Extract(issue), "  labels"), "not carried\n");
  const std::string comment =
      Replaced(Fixture("comment_created.json"), "comment_created", "comment_deleted");
  EXPECT_EQ(Values(Extract(comment), "  texts"), "not carried\n");
}

TEST(Jira, AnAbsentDescriptionLeavesTheTextsAndANullClearsThem) {
  const std::string issue = Fixture("issue_updated.json");
  const std::string absent =
      Extract(Replaced(issue, "\"description\": \"Turn", "\"other\": \"Turn"));
  EXPECT_EQ(Values(absent, "  texts"), "not carried\n");
  EXPECT_EQ(Values(absent, "  description"), "");
  const std::string null = Extract(
      Replaced(issue, "\"description\": \"Turn", "\"description\": null, \"other\": \"Turn"));
  EXPECT_EQ(Values(null, "  text description"), "\n");
  EXPECT_EQ(Values(null, "  description"), "Jira issue SHOP-42\n");
}

TEST(Jira, ACreatedIssueWithoutADescriptionStillHasItsSummary) {
  const std::string body =
      R"({"webhookEvent": "jira:issue_created", "issue": {"id": "7", "key": "A-1",
      "self": "https://acme.atlassian.net/rest/api/2/issue/7", "fields": {"summary": "checkout-v2"}}})";
  EXPECT_EQ(Values(Extract(body), "  text summary"), "checkout-v2\n");
}

TEST(Jira, AnIssueThatRidesAlongWholeIsGivenAsASnapshot) {
  const std::string whole = Replaced(Fixture("comment_created.json"), "\"assignee\": null",
                                     "\"description\": \"see checkout-v2\"");
  const std::string text = Extract(whole);
  EXPECT_EQ(Values(text, "change"), "created\ncreated\n");
  EXPECT_EQ(Values(text, "  text description"), "see checkout-v2\n");
  EXPECT_EQ(Values(text, "  part"), "10001\n");
}

TEST(Jira, RestrictedCommentsInternalNotesAndSecuredIssuesArePrivate) {
  const std::string comment = Fixture("comment_created.json");
  const auto is_private = [&](const std::string& member) {
    return Values(Extract(Replaced(comment, "\"jsdPublic\": true", member)), "  private");
  };
  EXPECT_EQ(is_private("\"jsdPublic\": true"), "");
  EXPECT_EQ(is_private("\"jsdPublic\": false"), "yes\n");
  EXPECT_EQ(is_private(R"("visibility": {"type": "role", "value": "Administrators"})"), "yes\n");
  EXPECT_EQ(
      is_private(R"("properties": [{"key": "sd.public.comment", "value": {"internal": true}}])"),
      "yes\n");
  EXPECT_EQ(
      is_private(R"("properties": [{"key": "sd.public.comment", "value": {"internal": false}}])"),
      "");
  const std::string issue = Replaced(Fixture("issue_updated.json"), "\"security\": null",
                                     R"("security": {"id": "1", "name": "Security team"})");
  EXPECT_EQ(Values(Extract(issue), "  private"), "yes\n");
}

TEST(Jira, WhatAnAppWroteIsABots) {
  const std::string comment =
      Replaced(Fixture("comment_created.json"),
               R"("displayName": "Grace Example", "accountType": "atlassian")",
               R"("displayName": "Automation for Jira", "accountType": "app")");
  EXPECT_EQ(Values(Extract(comment), "  author"), "Automation for Jira\n");
  EXPECT_EQ(Values(Extract(comment), "  bot"), "yes\n");
}

TEST(Jira, ABodyThatNamesNoEventIsReadAsAnUpdate) {
  const std::string body = R"({"timestamp": 1795168801234, "user": {"displayName": "Ada"},
      "issue": {"id": 10042, "key": "SHOP-42", "self": "https://acme.atlassian.net/rest/api/2/issue/10042",
                "fields": {"summary": "A", "description": "B", "labels": []}}})";
  EXPECT_EQ(Values(Extract(body), "change"), "updated\n");
  EXPECT_EQ(Values(Extract(body), "  resource"), "acme.atlassian.net/10042\n");
  EXPECT_EQ(Values(Extract(body), "  part_time"), "1795168801234000\n");
}

TEST(Jira, TheSiteOptionStandsForTheBodysOwnLinks) {
  const std::string text =
      Extract(Fixture("issue_updated.json"), {{"site", "https://Jira.Acme.example/base/"}});
  EXPECT_EQ(Values(text, "  resource"), "jira.acme.example/base/10042\n");
  EXPECT_EQ(Values(text, "  url"), "https://jira.acme.example/base/browse/SHOP-42\n");
}

TEST(Jira, WithoutAnyAddressOfTheSiteTheBodyIsRefused) {
  const std::string gateway =
      R"({"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "key": "A-1",
          "self": "https://api.atlassian.com/ex/jira/11aa/rest/api/2/issue/1", "fields": {}}})";
  EXPECT_EQ(Extract(gateway),
            "outcome: malformed\n"
            "reason: the body does not say where this Jira stands: set options.site\n");
  EXPECT_EQ(Values(Extract(gateway, {{"site", "https://acme.atlassian.net"}}), "  url"),
            "https://acme.atlassian.net/browse/A-1\n");
  const std::string script = Replaced(gateway, "https://api.atlassian.com", "javascript:alert(1)");
  EXPECT_EQ(Extract(script).substr(0, 18), "outcome: malformed");
}

TEST(Jira, OtherEventsAreIgnoredByName) {
  EXPECT_EQ(
      Extract(R"({"timestamp": 1, "webhookEvent": "jira:version_released", "version": {}})"),
      "outcome: ignored\nreason: events of this kind are not linked: jira:version_released\n");
}

TEST(Jira, DataCentersCommentWithoutAnIssueIsIgnoredUnlessItIsADeletion) {
  const std::string body = R"({"timestamp": 1795168810500, "webhookEvent": "comment_updated",
      "comment": {"self": "https://jira.acme.example/rest/api/2/issue/10013/comment/10082", "id": "10082",
                  "body": "x", "updated": "2026-11-20T10:00:10.000+0000"}})";
  EXPECT_EQ(Extract(body),
            "outcome: ignored\nreason: comment_updated without an issue, as Data Center sends it: "
            "the jira:issue_updated of the same comment holds both\n");
  EXPECT_EQ(Extract(Replaced(body, "comment_updated", "comment_deleted")), R"(outcome: extracted
change: deleted
  resource: jira.acme.example/10013
  part: 10082
  part_time: 1795168810000000
  integration_key: jira
  texts: not carried
  labels: not carried
)");
}

const char* const kBareComment =
    R"({"timestamp": 1795168810500, "webhookEvent": "comment_created",
    "comment": {"self": "https://jira.acme.example/jira/rest/api/2/issue/10013/comment/10082",
                "id": "10082", "author": {"displayName": "Ada"}, "body": "see checkout-v2",
                "created": "2026-11-20T10:00:10.000+0000"}})";
const std::map<std::string, std::string> kSite = {{"site", "https://jira.acme.example/jira"}};

TEST(Jira, DataCentersCommentAsksForItsIssueWhereItMayBeAsked) {
  const std::string need =
      "need issue: https://jira.acme.example/jira/rest/api/2/issue/10013?"
      "fields=summary,creator,reporter,issuetype,security,created,updated\n"
      "  subject: yes\n";
  EXPECT_NE(Extract(kBareComment, kSite).find(need), std::string::npos);
  EXPECT_EQ(Extract(kBareComment, kSite).substr(0, 19), "outcome: extracted\n");
  const std::string plain = Replaced(kBareComment, "https://jira", "http://jira");
  for (const char* const site :
       {"http://jira.acme.example/jira", "http://localhost.acme.example"}) {
    EXPECT_EQ(Extract(plain, {{"site", site}}).substr(0, 17), "outcome: ignored\n") << site;
  }
  EXPECT_EQ(Extract(Replaced(kBareComment, "/10013/", "/10013..%2f/"), kSite).substr(0, 17),
            "outcome: ignored\n");
}

TEST(Jira, TheIssueThatTheApiTellsMakesTheCommentsLink) {
  const std::string text =
      Jira().Extract({.body = kBareComment,
                      .options = kSite,
                      .fetched = {{"issue", R"({"id": "10013", "key": "SHOP-42", "fields": {
           "summary": "New checkout", "creator": {"displayName": "Grace"},
           "issuetype": {"iconUrl": "https://jira.acme.example/jira/bug.svg"},
           "created": "2026-11-19T10:00:00.000+0000",
           "updated": "2026-11-20T10:00:10.000+0000"}})"}}});
  EXPECT_EQ(text, R"(outcome: extracted
change: created
  resource: jira.acme.example/jira/10013
  name: SHOP-42
  part: 10082
  part_time: 1795168810000000
  content_time: 1795168810000000
  created: 1795082400000
  title: SHOP-42: New checkout
  url: https://jira.acme.example/jira/browse/SHOP-42
  integration_key: jira
  author: Ada
  metadata creator: Grace
  metadata iconUrl: https://jira.acme.example/jira/bug.svg
  metadata issueKey: SHOP-42
  metadata issueTitle: New checkout
  text comment: see checkout-v2
  labels: not carried
)");
  const std::string secured = Jira().Extract(
      {.body = kBareComment,
       .options = kSite,
       .fetched = {
           {"issue", R"({"id": "10013", "key": "S-1", "fields": {"security": {"id": "1"}}})"}}});
  EXPECT_EQ(Values(secured, "  private"), "yes\n");
  for (const char* const rubbish : {"", "<html>", "{}", R"({"key": "../x"})"}) {
    EXPECT_EQ(
        Jira()
            .Extract({.body = kBareComment, .options = kSite, .fetched = {{"issue", rubbish}}})
            .substr(0, 17),
        "outcome: ignored\n");
  }
}

TEST(Jira, WhatJiraDoesNotSendIsMalformedWithTheReason) {
  const auto reason = [](const std::string& body) { return Extract(body); };
  EXPECT_EQ(reason(""),
            "outcome: malformed\nreason: an empty body: \"Exclude body\" is ticked in the "
            "webhook's settings\n");
  EXPECT_EQ(reason("{}"),
            "outcome: malformed\nreason: neither webhookEvent nor issue: not sent by Jira\n");
  EXPECT_EQ(reason("[]"),
            "outcome: malformed\nreason: neither webhookEvent nor issue: not sent by Jira\n");
  EXPECT_EQ(reason(R"({"webhookEvent": "jira:issue_updated"})"),
            "outcome: malformed\nreason: jira:issue_updated without an issue\n");
  EXPECT_EQ(
      reason(R"({"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "key": "../x"}})"),
      "outcome: malformed\nreason: an issue without a usable key\n");
  EXPECT_EQ(reason("{\"issue\": "),
            "outcome: malformed\nreason: not JSON, at byte 10: Invalid value.\n");
  EXPECT_EQ(reason(std::string(65, '[')),
            "outcome: malformed\nreason: JSON nested deeper than 64\n");
}

TEST(Jira, OnlyASiteThatCanBeOpenedIsTaken) {
  EXPECT_EQ(Jira().CheckOptions({}), "");
  EXPECT_EQ(Jira().CheckOptions({{"site", "https://acme.atlassian.net/"}}), "");
  EXPECT_EQ(Jira().CheckOptions({{"site", "http://jira:8080/context"}}), "");
  for (const char* const site : {"acme.atlassian.net", "https://", "https:///x", "ftp://a",
                                 "https://a b", "https://user@acme.example", "https://a?b"}) {
    EXPECT_NE(Jira().CheckOptions({{"site", site}}), "") << site;
  }
}

TEST(Jira, ItDeclaresHowJiraSigns) {
  const flaglink_adapter& jira = Jira().declaration();
  ASSERT_EQ(jira.signature_count, 1u);
  const flaglink_signature& signature = jira.signatures[0];
  EXPECT_STREQ(signature.header, "x-hub-signature");
  EXPECT_STREQ(signature.algorithm, "hmac-sha256");
  EXPECT_STREQ(signature.prefix, "sha256=");
  EXPECT_STREQ(signature.signed_content, "{body}");
  EXPECT_STREQ(signature.timestamp, "body:/timestamp");
  EXPECT_EQ(signature.past_seconds, 86400u);
  EXPECT_EQ(signature.future_seconds, 300u);
  EXPECT_STREQ(jira.delivery_id, "header:x-atlassian-webhook-identifier");
  EXPECT_STREQ(jira.options[0], "site");
  EXPECT_EQ(jira.options[1], nullptr);
}

TEST(Jira, EveryRecordedBodyIsReadOrAnsweredWithAReason) {
  ReadEveryBody(Jira(), Bodies("jira", {"jira", "jira-dc"}), {});
}

}  // namespace
}  // namespace flaglink::testing
