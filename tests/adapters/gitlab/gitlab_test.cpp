// The fixtures have the shape of docs.gitlab.com/user/project/integrations/webhook_events; what they
// hold is made up.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Gitlab() {
  static const LoadedAdapter adapter("gitlab");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(FLAGLINKD_SOURCE_DIR "/tests/adapters/gitlab/fixtures/" + name + ".json");
}

std::string Extract(const std::string& body) {
  return Gitlab().Extract({.body = body});
}

// What every event about issue 7 says of it, but for its part, author and texts.
std::string Issue(const std::string& part) {
  return "  resource: gitlab.acme.example/ISSUE_9007\n"
         "  name: acme/shop#7\n" +
         part +
         "  content_time: 1767520800000000\n"
         "  created: 1767520800000\n"
         "  title: [acme/shop] Checkout is slow (#7)\n"
         "  url: https://gitlab.acme.example/acme/shop/-/issues/7\n"
         "  description: `checkout-v2` makes it slow, see\\nthe flag "
         "https://app.launchdarkly.com/projects/default/flags/checkout-v2\n"
         "  integration_key: \n";
}

const std::string kIssueTime = "  part_time: 1767520800000000\n";
const std::string kIssueTexts =
    "  text title: Checkout is slow\n"
    "  text description: `checkout-v2` makes it slow, see\\nthe flag "
    "https://app.launchdarkly.com/projects/default/flags/checkout-v2\n";
const std::string kIssueLabel = "  label: flag-checkout-v2\n";
const std::string kComment = "  text comment: needs `checkout-v3` too\n  labels: not carried\n";

std::string MergeRequest(const std::string& part) {
  return "  resource: gitlab.acme.example/MR_7042\n"
         "  name: acme/shop!42\n" +
         part +
         "  content_time: 1767605400000000\n"
         "  created: 1767603600000\n"
         "  title: [acme/shop] Add the new checkout (!42)\n"
         "  url: https://gitlab.acme.example/acme/shop/-/merge_requests/42\n"
         "  description: Off by default.\n"
         "  integration_key: \n";
}

const std::string kMergeRequestTexts =
    "  text title: Add the new checkout\n"
    "  text description: Off by default.\n"
    "  text branch: feature/checkout-v2\n"
    "  label: frontend\n";

TEST(Gitlab, TheSigningTokenIsLookedAtBeforeTheSecretToken) {
  const flaglink_adapter& gitlab = Gitlab().declaration();
  ASSERT_EQ(gitlab.signature_count, 2u);
  const flaglink_signature& signing = gitlab.signatures[0];
  EXPECT_STREQ(signing.algorithm, "hmac-sha256");
  EXPECT_STREQ(signing.header, "webhook-signature");
  EXPECT_STREQ(signing.prefix, "v1,");
  EXPECT_STREQ(signing.encoding, "base64");
  EXPECT_STREQ(signing.signed_content, "{id}.{timestamp}.{body}");
  EXPECT_STREQ(signing.separator, " ");
  EXPECT_STREQ(signing.key_encoding, "base64");
  EXPECT_STREQ(signing.timestamp, "header:webhook-timestamp");
  EXPECT_STREQ(signing.timestamp_unit, "s");
  EXPECT_STREQ(signing.id, "header:webhook-id");
  EXPECT_EQ(signing.past_seconds, 300u);
  EXPECT_EQ(signing.future_seconds, 300u);
  EXPECT_STREQ(gitlab.signatures[1].algorithm, "token");
  EXPECT_STREQ(gitlab.signatures[1].header, "x-gitlab-token");
  EXPECT_STREQ(gitlab.signatures[1].prefix, "");
  EXPECT_STREQ(gitlab.signatures[1].encoding, "");
  EXPECT_STREQ(gitlab.signatures[1].signed_content, "");
  EXPECT_STREQ(gitlab.delivery_id, "header:idempotency-key");
}

TEST(Gitlab, AnIssueIsReadWithItsLabels) {
  EXPECT_EQ(Extract(Fixture("issue.open")), "outcome: extracted\nchange: created\n" +
                                                Issue(kIssueTime) + "  author: ada\n" +
                                                kIssueTexts + kIssueLabel);
}

TEST(Gitlab, ATestOfTheWebhookIsReadThoughItLacksTheUrl) {
  EXPECT_EQ(Extract(Fixture("issue.test")), "outcome: extracted\nchange: updated\n" +
                                                Issue(kIssueTime) + "  author: ada\n" +
                                                kIssueTexts);
}

TEST(Gitlab, AConfidentialIssueIsPrivateAndAnEmptyDescriptionClears) {
  EXPECT_EQ(Extract(Fixture("issue.confidential")), R"(outcome: extracted
change: updated
  resource: gitlab.acme.example/ISSUE_9007
  name: acme/shop#7
  part_time: 1767605400250000
  content_time: 1767605400250000
  created: 1767520800000
  title: [acme/shop] Checkout is slow (#7)
  url: https://gitlab.acme.example/acme/shop/-/issues/7
  description: This issue has no description.
  integration_key: 
  private: yes
  text title: Checkout is slow
  text description: 
)");
}

TEST(Gitlab, OldServersTellAConfidentialIssueByTheHeaderAlone) {
  const std::string body = Replaced(Fixture("issue.open"), "\"confidential\": false,", "");
  const auto read = [&](const std::string& event) {
    return Values(Gitlab().Extract({.body = body, .headers = {{"x-gitlab-event", event}}}),
                  "  private");
  };
  EXPECT_EQ(read("Confidential Issue Hook"), "yes\n");
  EXPECT_EQ(read("Issue Hook"), "");
}

TEST(Gitlab, AWorkItemIsKeptApartByItsIdAlone) {
  EXPECT_EQ(Extract(Fixture("work_item.update")), R"(outcome: extracted
change: updated
  resource: gitlab.acme.example/ISSUE_9008
  name: acme/shop#8
  part_time: 1767686400000000
  content_time: 1767686400000000
  created: 1767520800000
  title: [acme/shop] Remove checkout-v1 (#8)
  url: https://gitlab.acme.example/acme/shop/-/work_items/8
  description: This work item has no description.
  integration_key: 
  author: ada
  text title: Remove checkout-v1
  text description: 
)");
}

TEST(Gitlab, AnEpicOfAGroupIsNamedByItsPage) {
  const std::string text = Extract(Fixture("work_item.epic"));
  EXPECT_EQ(Values(text, "  name"), "groups/acme#5\n");
  EXPECT_EQ(Values(text, "  title"), "[groups/acme] New checkout (#5)\n");
  EXPECT_EQ(Values(text, "  url"), "https://gitlab.acme.example/groups/acme/-/epics/5\n");
}

TEST(Gitlab, AMergeRequestIsReadWithItsBranch) {
  EXPECT_EQ(Extract(Fixture("merge_request.open")),
            "outcome: extracted\nchange: created\n" +
                MergeRequest("  part_time: 1767605400000000\n") + "  author: ada\n" +
                kMergeRequestTexts);
}

TEST(Gitlab, AMergedMergeRequestOfAnAccessTokenStaysAndIsMarkedAsABots) {
  EXPECT_EQ(Extract(Fixture("merge_request.merge")), R"(outcome: extracted
change: updated
  resource: gitlab.acme.example/MR_7042
  name: acme/shop!42
  part_time: 1767873600000000
  content_time: 1767873600000000
  created: 1767603600000
  title: [acme/shop] Add the new checkout (!42)
  url: https://gitlab.acme.example/acme/shop/-/merge_requests/42
  description: This merge request has no description.
  integration_key: 
  author: project_15_bot_4ffca2
  bot: yes
  text title: Add the new checkout
  text description: 
  text branch: feature/checkout-v2
)");
}

TEST(Gitlab, BotsAreKnownByTheNamesThatGitlabGives) {
  const auto bot = [](const std::string& name) {
    const std::string body = Fixture("issue.open");
    return Values(Extract(Replaced(body, "\"ada\"", "\"" + name + "\"")), "  bot") == "yes\n";
  };
  for (const char* name : {"project_1_bot", "project_1_bot2", "group_22_bot_0a", "support-bot",
                           "service_account_group_9_x", "alert-bot", "GitLab-Security-Bot"}) {
    EXPECT_TRUE(bot(name)) << name;
  }
  for (const char* name : {"project_x_bot", "project__bot", "group_1", "group_", "robot", "bot"}) {
    EXPECT_FALSE(bot(name)) << name;
  }
}

TEST(Gitlab, WhoWroteItIsNotWhoActs) {
  const std::string text = Extract(Replaced(Fixture("issue.open"), R"("id": 101)", R"("id": 7)"));
  EXPECT_EQ(Values(text, "  author"), "");
}

// A body of an old server, whose "user" has no "id".
std::string WithoutUserId(const std::string& body, const std::string& id) {
  return Replaced(body, "\"id\": " + id + ",\n  \"name\"", "\"name\"");
}

TEST(Gitlab, OldServersTellByTheNoteWhoActs) {
  const std::string note = WithoutUserId(Fixture("note.issue"), "102");
  EXPECT_EQ(Values(Extract(note), "  author"), "bob\n");
  const std::string own = Extract(Replaced(note, R"("author_id": 101)", R"("author_id": 102)"));
  EXPECT_EQ(Values(own, "  author"), "bob\nbob\n");
}

TEST(Gitlab, OldServersTellTheAuthorOfWhatIsOpenedAndNoOther) {
  const std::string opened = WithoutUserId(Fixture("issue.open"), "101");
  EXPECT_EQ(Values(Extract(opened), "  author"), "ada\n");
  const std::string closed = Replaced(opened, R"("action": "open")", R"("action": "close")");
  EXPECT_EQ(Values(Extract(closed), "  author"), "");
}

TEST(Gitlab, ANoteIsAPartOfItsIssueWhichRidesAlong) {
  EXPECT_EQ(Extract(Fixture("note.issue")),
            "outcome: extracted\nchange: created\n" + Issue(kIssueTime) + kIssueTexts +
                kIssueLabel + "change: created\n" +
                Issue("  part: comment-803\n  part_time: 1767686400000000\n") + "  author: bob\n" +
                kComment);
}

TEST(Gitlab, AnEditedInternalNoteIsPrivateAndItsIssueIsNot) {
  EXPECT_EQ(Extract(Fixture("note.issue.internal")),
            "outcome: extracted\nchange: created\n" + Issue(kIssueTime) + kIssueTexts +
                kIssueLabel + "change: updated\n" +
                Issue("  part: comment-803\n  part_time: 1767690000000000\n") +
                "  author: bob\n  private: yes\n" + kComment);
}

TEST(Gitlab, ANoteOnAConfidentialIssueIsPrivateLikeTheIssue) {
  const std::string text = Extract(
      Replaced(Fixture("note.issue"), R"("confidential": false)", R"("confidential": true)"));
  EXPECT_EQ(Values(text, "  private"), "yes\nyes\n");
}

TEST(Gitlab, ANoteOnAMergeRequestsCodeIsAPartOfTheMergeRequest) {
  EXPECT_EQ(Extract(Fixture("note.merge_request")),
            "outcome: extracted\nchange: created\n" +
                MergeRequest("  part_time: 1767605400000000\n") + kMergeRequestTexts +
                "change: created\n" +
                MergeRequest("  part: comment-803\n  part_time: 1767686400000000\n") +
                "  author: bob\n" + kComment);
}

TEST(Gitlab, ANoteOnACommitLeavesWhatThePushToldOfIt) {
  EXPECT_EQ(Extract(Fixture("note.commit")), R"(outcome: extracted
change: created
  resource: gitlab.acme.example/15/COMMIT_cccccccccccccccccccccccccccccccccccccccc
  name: acme/shop@cccccccc
  part: comment-803
  part_time: 1767686400000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [acme/shop] Add checkout (cccccccc)
  url: https://gitlab.acme.example/acme/shop/-/commit/cccccccccccccccccccccccccccccccccccccccc
  description: Add checkout\n\nBehind flag:checkout-v2\n
  integration_key: 
  author: bob
  text comment: needs `checkout-v3` too
  labels: not carried
)");
}

TEST(Gitlab, ASnippetIsReadWithItsContentOnceSomebodyComments) {
  const std::string text = Extract(Fixture("note.snippet"));
  EXPECT_EQ(Values(text, "  resource"),
            "gitlab.acme.example/SNIPPET_53\ngitlab.acme.example/SNIPPET_53\n");
  EXPECT_EQ(Values(text, "  part"), "comment-803\n");
  EXPECT_EQ(Values(text, "  title"),
            "[acme/shop] Switch it on ($53)\n[acme/shop] Switch it on ($53)\n");
  EXPECT_EQ(Values(text, "  text content"), "variation('checkout-v2', false)\n");
  EXPECT_EQ(Values(text, "  url"),
            "https://gitlab.acme.example/acme/shop/-/snippets/53\n"
            "https://gitlab.acme.example/acme/shop/-/snippets/53\n");
}

TEST(Gitlab, ASnippetWithoutADescriptionIsWhole) {
  const std::string text =
      Extract(Replaced(Fixture("note.snippet"), R"("description": "For the console.",)", ""));
  EXPECT_EQ(Values(text, "  text title"), "Switch it on\n");
  EXPECT_EQ(Values(text, "  text content"), "variation('checkout-v2', false)\n");
}

TEST(Gitlab, WhatANotesBodyLeavesOutOfItsMergeRequestStaysAsItIs) {
  const std::string text = Extract(
      Replaced(Fixture("note.merge_request"), R"("source_branch": "feature/checkout-v2",)", ""));
  EXPECT_EQ(Values(text, "  texts"), "not carried\n") << text;
}

TEST(Gitlab, APushGivesOneResourcePerCommitAndDoesNotReadItAsMarkdown) {
  EXPECT_EQ(Extract(Fixture("push")), R"(outcome: extracted
change: created
  resource: gitlab.acme.example/15/COMMIT_cccccccccccccccccccccccccccccccccccccccc
  name: acme/shop@cccccccc
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [acme/shop] Add checkout (cccccccc)
  url: https://gitlab.acme.example/acme/shop/-/commit/cccccccccccccccccccccccccccccccccccccccc
  description: Add checkout\n\nBehind flag:checkout-v2\n
  integration_key: 
  author: Ada
  text message: Add checkout\n\nBehind flag:checkout-v2\n
  text branch: feature/checkout-v2
  labels: not carried
change: created
  resource: gitlab.acme.example/15/COMMIT_1111111111111111111111111111111111111111
  name: acme/shop@11111111
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [acme/shop] Bump *all* (11111111)
  url: https://gitlab.acme.example/acme/shop/-/commit/1111111111111111111111111111111111111111
  description: Bump *all*
  integration_key: 
  author: renovate
  text message: Bump *all*
  text branch: feature/checkout-v2
  labels: not carried
)");
}

TEST(Gitlab, OfAPushOfMoreCommitsThanAnEventHoldsOneMoreIsGivenSoThatTheDaemonSaysSo) {
  std::string commits;
  for (int i = 0; i < 300; ++i) {
    commits += std::string(i == 0 ? "" : ",") + R"({"id":")" + std::string(40, 'a') +
               R"(","message":"m","url":"https://gitlab.acme.example/acme/shop/-/commit/a"})";
  }
  const std::string text =
      Extract(R"({"object_kind":"push","after":"a","project_id":1,"commits":[)" + commits + "]}");
  EXPECT_EQ(Values(text, "change").size(), 257 * std::string("created\n").size());
}

TEST(Gitlab, AReleaseHasNoTimeOfItsOwn) {
  EXPECT_EQ(Extract(Fixture("release.create")), R"(outcome: extracted
change: created
  resource: gitlab.acme.example/RELEASE_61
  name: acme/shop@v2.0.0
  created: 1767949200000
  title: [acme/shop] Winter
  url: https://gitlab.acme.example/acme/shop/-/releases/v2.0.0
  description: Turns `checkout-v2` on.
  integration_key: 
  text title: Winter
  text description: Turns `checkout-v2` on.
  labels: not carried
)");
}

TEST(Gitlab, ADeletedReleaseNamesNothing) {
  EXPECT_EQ(Extract(Fixture("release.delete")), R"(outcome: extracted
change: deleted
  resource: gitlab.acme.example/RELEASE_61
  name: acme/shop@v2.0.0
  created: 1767949200000
  title: [acme/shop] v2.0.0
  url: https://gitlab.acme.example/acme/shop/-/releases/v2.0.0
  description: Turns `checkout-v2` on.
  integration_key: 
  texts: not carried
  labels: not carried
)");
}

TEST(Gitlab, AWikiPageIsKeptApartByItsPlace) {
  EXPECT_EQ(Extract(Fixture("wiki_page.create")), R"(outcome: extracted
change: created
  resource: gitlab.acme.example/acme/shop/WIKI_guides/roll-out
  name: acme/shop/wikis/guides/roll-out
  title: [acme/shop] Roll out
  url: https://gitlab.acme.example/acme/shop/-/wikis/guides/roll-out
  description: Turn checkout-v2 on for staff.
  integration_key: 
  author: ada
  text title: Roll out
  text content: Turn checkout-v2 on for staff.
  text message: Create Roll out
  labels: not carried
)");
  const std::string edit =
      Replaced(Fixture("wiki_page.create"), R"("action": "create")", R"("action": "update")");
  EXPECT_EQ(Values(Extract(edit), "change"), "updated\n");
}

TEST(Gitlab, ADeletedWikiPageNamesNothing) {
  EXPECT_EQ(Extract(Fixture("wiki_page.delete")), R"(outcome: extracted
change: deleted
  resource: gitlab.acme.example/acme/shop/WIKI_guides/roll-out
  name: acme/shop/wikis/guides/roll-out
  title: [acme/shop] Roll out
  url: https://gitlab.acme.example/acme/shop/-/wikis/guides/roll-out
  description: This wiki page is empty.
  integration_key: 
  author: ada
  texts: not carried
  labels: not carried
)");
}

TEST(Gitlab, WhatIsNotLinkedIsIgnoredWithItsName) {
  const auto ignored = [](const std::string& reason) {
    return "outcome: ignored\nreason: " + reason + "\n";
  };
  EXPECT_EQ(Extract(Fixture("pipeline")), ignored("GitLab's event \"pipeline\" is not linked"));
  EXPECT_EQ(Extract(Fixture("system.project_create")),
            ignored("GitLab's event \"project_create\" is not linked"));
  EXPECT_EQ(Extract(Fixture("push.deleted")), ignored("a push that deletes a branch"));
  EXPECT_EQ(Extract(R"({"object_kind":"push","after":"a","commits":[]})"),
            ignored("a push without new commits"));
  EXPECT_EQ(Extract(Fixture("note.vulnerability")),
            ignored("a note on a Vulnerability, no linked kind"));
  EXPECT_EQ(Extract(Replaced(Fixture("note.issue"), R"("system": false)", R"("system": true)")),
            ignored("a note by GitLab itself"));
}

TEST(Gitlab, WhatIsNotAsDocumentedIsRefusedWithTheReason) {
  const auto refused = [](const std::string& reason) {
    return "outcome: malformed\nreason: " + reason + "\n";
  };
  const auto part = [&](const std::string& kind, const std::string& member) {
    return refused("the " + kind + " event's \"" + member + "\" is not as GitLab documents it");
  };
  EXPECT_EQ(Extract("[]"), refused("JSON, but no object"));
  EXPECT_EQ(Extract(R"({"object_kind":7})"), refused("neither \"object_kind\" nor \"event_name\""));
  EXPECT_EQ(Extract(R"({"object_kind":"issue"})"), part("issue", "object_attributes"));
  const std::string issue = Fixture("issue.test");
  EXPECT_EQ(Extract(Replaced(issue, "\"id\": 9007", "\"id\": \"../9\"")),
            part("issue", "object_attributes"));
  EXPECT_EQ(Extract(Replaced(issue, "\"iid\": 7", "\"iid\": \"7/edit\"")),
            part("issue", "object_attributes"));
  EXPECT_EQ(Extract(Replaced(issue, "\"web_url\": \"https:", "\"web_url\": \"javascript:")),
            part("issue", "object_attributes"));
  EXPECT_EQ(Extract(Replaced(issue, "\"Checkout is slow\"", "null")),
            part("issue", "object_attributes"));
  EXPECT_EQ(Extract(R"({"object_kind":"note","object_attributes":{"id":null}})"),
            part("note", "object_attributes"));
  EXPECT_EQ(Extract(R"({"object_kind":"note","object_attributes":{"id":1},"issue":{}})"),
            part("note", "issue"));
  EXPECT_EQ(Extract(R"({"object_kind":"note","object_attributes":{"id":1},"commit":{"id":"x y"}})"),
            part("note", "commit"));
  EXPECT_EQ(Extract(R"({"object_kind":"push","after":"a","commits":{}})"), part("push", "commits"));
  EXPECT_EQ(Extract(R"({"object_kind":"push","after":"a","commits":[null]})"),
            part("push", "commits"));
  EXPECT_EQ(Extract(R"({"object_kind":"release","id":1,"tag":"v1","url":"ftp://x"})"),
            part("release", "id, tag or url"));
  const std::string wiki = Fixture("wiki_page.create");
  for (const char* slug : {R"("")", R"("a b")", "7"}) {
    EXPECT_EQ(Extract(Replaced(wiki, R"("guides/roll-out")", slug)),
              part("wiki_page", "object_attributes"));
  }
  EXPECT_EQ(Extract(Replaced(wiki, R"("path_with_namespace": "acme/shop")",
                             R"("path_with_namespace": "acme shop")")),
            part("wiki_page", "project"));
}

// Recorded requests with their headers ("hd.…") are no bodies, and told as malformed.
TEST(Gitlab, EveryRecordedBodyIsRead) {
  ReadEveryBody(Gitlab(), Bodies("gitlab", {"gitlab"}), {});
}

}  // namespace
}  // namespace flaglink::testing
