// The fixtures have the shape of learn.microsoft.com/azure/devops/service-hooks/events; what they
// hold is made up.
#include <gtest/gtest.h>

#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& AzureDevOps() {
  static const LoadedAdapter adapter("azuredevops");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(FLAGLINKD_SOURCE_DIR "/tests/adapters/azuredevops/fixtures/" + name + ".json");
}

std::string Extract(const std::string& body) {
  return AzureDevOps().Extract({.body = body});
}

const std::string kDescription =
    "See the flag https://app.launchdarkly.com/projects/default/flags/checkout-v2\n";

// What an event about work item 5 says of it, but for its author and texts.
std::string WorkItem(const std::string& part, const std::string& content_time,
                     const std::string& description = kDescription) {
  return "  resource: c0000000-0000-4000-8000-000000000001/WORKITEM_5\n"
         "  name: Shop#5\n" +
         part + "  content_time: " + content_time +
         "\n"
         "  created: 1767520800500\n"
         "  title: [Shop] Checkout is slow (#5)\n"
         "  url: https://dev.azure.com/acme/_workitems/edit/5\n"
         "  description: " +
         description + "  integration_key: \n";
}

std::string PullRequest(const std::string& part, const std::string& content_time) {
  return "  resource: e0000000-0000-4000-8000-000000000003/PR_42\n"
         "  name: Shop/web!42\n" +
         part + "  content_time: " + content_time +
         "\n"
         "  created: 1767603600250\n"
         "  title: [Shop/web] Add the new checkout (!42)\n"
         "  url: https://dev.azure.com/acme/Shop/_git/web/pullrequest/42\n"
         "  description: Off by default, see `checkout-v2`.\n"
         "  integration_key: \n";
}

std::string Time(const std::string& time) {
  return "  part_time: " + time + "\n";
}

const std::string kItemTexts =
    "  author: Ada\n  text title: Checkout is slow\n  text description: " + kDescription +
    "  label: frontend\n  label: flag-checkout-v2\n";
const std::string kPullRequestTexts =
    "  author: Ada\n"
    "  text title: Add the new checkout\n"
    "  text description: Off by default, see `checkout-v2`.\n"
    "  text branch: feature/checkout-v2\n"
    "  label: frontend\n";
const std::string kGone = "  texts: not carried\n  labels: not carried\n";

TEST(AzureDevOps, IsKnownByBasicAuthentication) {
  const flaglink_adapter& azure = AzureDevOps().declaration();
  ASSERT_EQ(azure.signature_count, 1u);
  EXPECT_STREQ(azure.signatures[0].algorithm, "token");
  EXPECT_STREQ(azure.signatures[0].header, "authorization");
  EXPECT_STREQ(azure.signatures[0].prefix, "Basic ");
  EXPECT_STREQ(azure.signatures[0].encoding, "base64");
  EXPECT_STREQ(azure.signatures[0].signed_content, "");
  EXPECT_STREQ(azure.delivery_id, "body:/id");
}

TEST(AzureDevOps, AWorkItemIsReadWithItsTags) {
  EXPECT_EQ(Extract(Fixture("workitem.created")),
            "outcome: extracted\nchange: created\n" +
                WorkItem(Time("1767520800500000"), "1767520800500000") + kItemTexts);
}

TEST(AzureDevOps, AnUpdateIsReadFromTheRevisionAndWhatItLacksIsEmpty) {
  const std::string time = "1767605400000000", steps = "Open `checkout-v2`\n";
  EXPECT_EQ(Extract(Fixture("workitem.updated")),
            "outcome: extracted\nchange: updated\n" + WorkItem(Time(time), time, steps) +
                "  author: Ada\n"
                "  text title: Checkout is slow\n"
                "  text repro steps: Open `checkout-v2`\n"
                "  text acceptance criteria: `checkout-v3` is on\n"
                "change: created\n" +
                WorkItem("  part: comment-of-revision-2\n" + Time(time), time, steps) +
                "  author: Bob\n"
                "  text comment: needs `checkout-v3`\n"
                "  labels: not carried\n");
}

TEST(AzureDevOps, ACommentIsAPartOfItsWorkItemWhichRidesAlong) {
  const std::string time = "1767686400000000";
  const std::string item =
      "outcome: extracted\nchange: created\n" + WorkItem(Time(time), time) + kItemTexts;
  const std::string comment =
      "  author: Bob\n  text comment: needs `checkout-v3`\n  labels: not carried\n";
  const std::string body = Fixture("workitem.commented");
  EXPECT_EQ(Extract(body), item + "change: updated\n" +
                               WorkItem("  part: comment-803\n" + Time(time), time) + comment);
  EXPECT_EQ(Extract(Replaced(body, "commentVersionRef", "none")),
            item + "change: created\n" +
                WorkItem("  part: comment-of-revision-4\n" + Time(time), time) + comment);
}

TEST(AzureDevOps, ADeletedWorkItemNamesNothingUntilItIsRestored) {
  EXPECT_EQ(Extract(Fixture("workitem.deleted")),
            "outcome: extracted\nchange: deleted\n" +
                WorkItem(Time("1767520800500000"), "1767520800500000") + "  author: Ada\n" + kGone);
  EXPECT_EQ(Extract(Fixture("workitem.restored")),
            "outcome: extracted\nchange: updated\n" +
                WorkItem(Time("1767776400000000"), "1767776400000000") + kItemTexts);
}

TEST(AzureDevOps, TagsAreSeparatedBySemicolons) {
  const auto tags = [](const std::string& text) {
    return Values(
        Extract(Replaced(Fixture("workitem.created"), "frontend; flag-checkout-v2", text)),
        "  label");
  };
  EXPECT_EQ(tags(" a b ;c;; ;d"), "a b\nc\nd\n");
  EXPECT_EQ(tags(";"), "");
}

TEST(AzureDevOps, AServersCollectionIsPartOfTheUrl) {
  std::string body = Fixture("workitem.created");
  const std::string from = "https://dev.azure.com/acme/d0000000-0000-4000-8000-000000000002/";
  for (auto at = body.find(from); at != std::string::npos; at = body.find(from)) {
    body.replace(at, from.size(), "http://tfs.acme.example:8080/tfs/Main/");
  }
  EXPECT_EQ(Values(Extract(body), "  url"),
            "http://tfs.acme.example:8080/tfs/Main/_workitems/edit/5\n");
}

TEST(AzureDevOps, APullRequestIsReadWithItsBranchAtTheTimeOfTheEvent) {
  EXPECT_EQ(Extract(Fixture("git.pullrequest.created")),
            "outcome: extracted\nchange: created\n" +
                PullRequest(Time("1767603602000000"), "1767603602000000") + kPullRequestTexts);
}

TEST(AzureDevOps, ACompletedPullRequestOfABuildServiceStaysAndIsMarkedAsABots) {
  EXPECT_EQ(Extract(Fixture("git.pullrequest.merged")), R"(outcome: extracted
change: updated
  resource: e0000000-0000-4000-8000-000000000003/PR_42
  name: Shop/web!42
  part_time: 1767873600000000
  content_time: 1767873600000000
  created: 1767603600250
  title: [Shop/web] Add the new checkout (!42)
  url: https://dev.azure.com/acme/Shop/_git/web/pullrequest/42
  description: This pull request has no description.
  integration_key: 
  author: Shop Build Service (acme)
  bot: yes
  text title: Add the new checkout
  text description: 
  text branch: feature/checkout-v2
  labels: not carried
)");
}

TEST(AzureDevOps, APullRequestWithoutItsBranchIsNotWhole) {
  const std::string text =
      Extract(Replaced(Fixture("git.pullrequest.created"), "sourceRefName", "none"));
  EXPECT_EQ(Values(text, "  texts"), "not carried\n") << text;
}

TEST(AzureDevOps, ACommentOnAPullRequestIsNumberedWithinItsThread) {
  const std::string comment = "  part: comment-9-3\n";
  const std::string body = Fixture("pullrequest.comment");
  const std::string pull_request = "outcome: extracted\nchange: created\n" +
                                   PullRequest(Time("1767686402000000"), "1767686402000000") +
                                   kPullRequestTexts;
  const std::string rest = PullRequest(comment + Time("1767686400000000"), "1767686402000000") +
                           "  author: Bob\n"
                           "  text comment: needs `checkout-v3` too\n"
                           "  labels: not carried\n";
  EXPECT_EQ(Extract(body), pull_request + "change: created\n" + rest);
  EXPECT_EQ(
      Extract(Replaced(body, "\"publishedDate\": \"2026-01-06", "\"publishedDate\": \"2026-01-05")),
      pull_request + "change: updated\n" + rest);
}

TEST(AzureDevOps, ADeletedCommentIsGoneAndThePullRequestStays) {
  EXPECT_EQ(
      Extract(Fixture("pullrequest.comment.deleted")),
      "outcome: extracted\nchange: created\n" +
          PullRequest(Time("1767690002000000"), "1767690002000000") + kPullRequestTexts +
          "change: deleted\n" +
          PullRequest("  part: comment-9-3\n" + Time("1767690000000000"), "1767690002000000") +
          "  author: Bob\n" + kGone);
}

TEST(AzureDevOps, APushGivesOneResourcePerCommitAndDoesNotReadItAsMarkdown) {
  EXPECT_EQ(Extract(Fixture("git.push")), R"(outcome: extracted
change: created
  resource: e0000000-0000-4000-8000-000000000003/COMMIT_cccccccccccccccccccccccccccccccccccccccc
  name: Shop/web@cccccccc
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [Shop/web] Add checkout (cccccccc)
  url: https://dev.azure.com/acme/Shop/_git/web/commit/cccccccccccccccccccccccccccccccccccccccc
  description: Add checkout\n\nBehind flag:checkout-v2
  integration_key: 
  author: Ada
  text message: Add checkout\n\nBehind flag:checkout-v2
  text branch: feature/checkout-v2
  labels: not carried
change: created
  resource: e0000000-0000-4000-8000-000000000003/COMMIT_1111111111111111111111111111111111111111
  name: Shop/web@11111111
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [Shop/web] Bump *all* (11111111)
  url: https://dev.azure.com/acme/Shop/_git/web/commit/1111111111111111111111111111111111111111
  description: Bump *all*
  integration_key: 
  author: renovate
  text message: Bump *all*
  text branch: feature/checkout-v2
  labels: not carried
)");
}

TEST(AzureDevOps, OfAPushOfMoreCommitsThanAnEventHoldsOneMoreIsGivenSoThatTheDaemonSaysSo) {
  std::string commits = "\"commits\": [";
  for (int i = 0; i < 300; ++i) {
    commits += R"({"commitId":")" + std::string(40, 'a') + R"(","comment":"m"},)";
  }
  const std::string text = Extract(Replaced(Fixture("git.push"), "\"commits\": [", commits));
  EXPECT_EQ(Values(text, "change").size(), 257 * std::string("created\n").size());
}

TEST(AzureDevOps, ARepositoryThatBearsItsProjectsNameIsNamedOnce) {
  const std::string body =
      Replaced(Fixture("git.pullrequest.created"), R"("name": "web")", R"("name": "Shop")");
  EXPECT_EQ(Values(Extract(body), "  title"), "[Shop] Add the new checkout (!42)\n");
}

TEST(AzureDevOps, WhatIsNotLinkedIsIgnoredWithItsName) {
  const auto ignored = [](const std::string& reason) {
    return "outcome: ignored\nreason: " + reason + "\n";
  };
  EXPECT_EQ(Extract(Fixture("build.complete")),
            ignored("Azure DevOps's event \"build.complete\" is not linked"));
  EXPECT_EQ(Extract(Fixture("git.push.branch")), ignored("a push without new commits"));
  EXPECT_EQ(Extract(Fixture("pullrequest.comment.system")),
            ignored("a comment by Azure DevOps itself"));
}

TEST(AzureDevOps, WhatIsNotAsDocumentedIsRefusedWithTheReason) {
  const auto refused = [](const std::string& event, const std::string& member) {
    return "outcome: malformed\nreason: the " + event + " event's \"" + member +
           "\" is not as documented: does the subscription send all \"Resource details\"?\n";
  };
  EXPECT_EQ(Extract("[]"), "outcome: malformed\nreason: JSON, but no object\n");
  EXPECT_EQ(Extract(R"({"eventType":null})"),
            "outcome: malformed\nreason: no \"eventType\", as Azure DevOps's events have\n");
  for (const char* event : {"workitem.updated", "git.pullrequest.created"}) {
    const std::string start = std::string(R"({"eventType":")") + event;
    EXPECT_EQ(Extract(start + R"(","resource":{"id":5}})"), refused(event, "resource"));
    EXPECT_EQ(Extract(start + R"(","resource":null})"), refused(event, "resource"));
  }
  const std::string item = Fixture("workitem.created");
  const auto changed = [&](const std::string& from, const std::string& to) {
    return Extract(Replaced(item, from, to));
  };
  EXPECT_EQ(changed("\"id\": 5,", "\"id\": \"5/x\","), refused("workitem.created", "resource"));
  EXPECT_EQ(changed("\"Checkout is slow\"", "[]"), refused("workitem.created", "resource"));
  EXPECT_EQ(changed("\"id\": \"c0000000", "\"id\": \"c 0/"),
            refused("workitem.created", "resource"));
  const std::string url = "\"url\": \"https://dev.azure.com/acme/d0";
  EXPECT_EQ(changed(url, "\"url\": \"javascript:/_apis/"), refused("workitem.created", "resource"));
  const std::string numbered = Extract(
      Replaced(Fixture("workitem.commented"), "\"commentId\": 803", "\"commentId\": \"8/3\""));
  EXPECT_EQ(numbered, refused("workitem.commented", "rev"));

  const std::string created = Fixture("git.pullrequest.created");
  EXPECT_EQ(Extract(Replaced(created, "\"webUrl\": \"https:", "\"webUrl\": \"javascript:")),
            refused("git.pullrequest.created", "resource"));
  EXPECT_EQ(Extract(Replaced(created, "\"pullRequestId\": 42", "\"pullRequestId\": {}")),
            refused("git.pullrequest.created", "resource"));
  const std::string comment = Fixture("pullrequest.comment");
  const std::string event = "ms.vss-code.git-pullrequest-comment-event";
  EXPECT_EQ(Extract(Replaced(comment, "\"id\": 3", "\"id\": null")), refused(event, "comment"));
  EXPECT_EQ(Extract(Replaced(comment, "\"pullRequest\"", "\"none\"")),
            refused(event, "pullRequest"));
  EXPECT_EQ(Extract(Replaced(Fixture("git.push"), std::string(40, 'c'), "../c")),
            refused("git.push", "commits"));
  EXPECT_EQ(Extract(R"({"eventType":"git.push","resource":{"commits":[]}})"),
            refused("git.push", "repository"));
}

TEST(AzureDevOps, EveryRecordedBodyIsRead) {
  ReadEveryBody(AzureDevOps(), Bodies("azuredevops", {"azuredevops"}), {});
}

}  // namespace
}  // namespace flaglink::testing
