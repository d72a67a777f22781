// The fixtures have the shape of docs.github.com/webhooks/webhook-events-and-payloads, the exported
// ones that of docs.github.com/rest; what they hold is made up.
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Github() {
  static const LoadedAdapter adapter("github");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/github/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& event, const std::string& body) {
  return Github().Extract({.body = body, .headers = {{"x-github-event", event}}});
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) ADD_FAILURE() << "no " << from << " in " << text;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// What every event about pull request 42 says of it, but for who wrote the part and its texts.
std::string PullRequest(const std::string& part, const std::string& content_time) {
  const std::string body =
      "Puts the new checkout behind the flag "
      "https://app.launchdarkly.com/projects/default/flags/new_checkout_page .\\n\\n- [x] "
      "`checkout-v2` off by default\n";
  return "  resource: github.com/acme/shop/PR_42\n"
         "  name: acme/shop#42\n" +
         part + "  content_time: " + content_time +
         "\n"
         "  created: 1767603600000\n"
         "  title: [acme/shop] Add the new checkout (#42)\n"
         "  url: https://github.com/acme/shop/pull/42\n"
         "  description: " +
         body +
         "  integration_key: github\n"
         "  author: ada\n"
         "  metadata avatarUrl: https://avatars.githubusercontent.com/u/101?v=4\n"
         "  metadata authorDisplayName: ada\n"
         "  metadata authorLogin: ada\n"
         "  metadata authorName: ada\n"
         "  metadata message: Pull request opened\n"
         "  metadata prBody: " +
         body +
         "  metadata prNumber: 42\n"
         "  metadata prTitle: Add the new checkout\n"
         "  metadata repoName: acme/shop\n"
         "  metadata repoUrl: https://github.com/acme/shop\n"
         "  metadata state: open\n";
}

const std::string kTexts =
    "  text title: Add the new checkout\n"
    "  text description: Puts the new checkout behind the flag "
    "https://app.launchdarkly.com/projects/default/flags/new_checkout_page .\\n\\n- [x] "
    "`checkout-v2` off by default\n"
    "  text branch: feature/checkout-v2\n";
const std::string kLabels = "  label: frontend\n  label: flag-checkout-v2\n";
const std::string kOpened = "1767605400000000";

const std::string kIssueContent =
    "  created: 1767520800000\n"
    "  title: [acme/shop] Checkout is slow (#7)\n"
    "  url: https://github.com/acme/shop/issues/7\n"
    "  description: flag:checkout-v2 makes it slow\n"
    "  integration_key: \n";
const std::string kIssueTexts =
    "  author: bob\n"
    "  text title: Checkout is slow\n"
    "  text description: flag:checkout-v2 makes it slow\n";

TEST(Github, SignsWithSha256AndNothingElse) {
  const flaglink_adapter& github = Github().declaration();
  ASSERT_EQ(github.signature_count, 1u);
  EXPECT_STREQ(github.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(github.signatures[0].header, "x-hub-signature-256");
  EXPECT_STREQ(github.signatures[0].prefix, "sha256=");
  EXPECT_STREQ(github.signatures[0].encoding, "hex");
  EXPECT_STREQ(github.signatures[0].signed_content, "{body}");
  EXPECT_STREQ(github.delivery_id, "header:x-github-delivery");
}

TEST(Github, APullRequestHasEveryFieldOfItsCard) {
  EXPECT_EQ(Read("pull_request", Fixture("pull_request.opened")),
            "outcome: extracted\nchange: created\n" +
                PullRequest("  part_time: " + kOpened + "\n", kOpened) + kTexts + kLabels);
}

TEST(Github, AMergedPullRequestOfADeletedAccountWithoutBodyHasThemToo) {
  EXPECT_EQ(Read("pull_request", Fixture("pull_request.merged")), R"(outcome: extracted
change: updated
  resource: github.com/acme/shop/PR_42
  name: acme/shop#42
  part_time: 1767873600000000
  content_time: 1767873600000000
  created: 1767603600000
  title: [acme/shop] Add the new checkout (#42)
  url: https://github.com/acme/shop/pull/42
  description: This pull request has no description.
  integration_key: github
  author: ghost
  metadata avatarUrl?: https://github.com/ghost.png
  metadata authorDisplayName: ghost
  metadata authorLogin: ghost
  metadata authorName: ghost
  metadata message: Pull request merged
  metadata prBody: This pull request has no description.
  metadata prNumber: 42
  metadata prTitle: Add the new checkout
  metadata repoName: acme/shop
  metadata repoUrl: https://github.com/acme/shop
  metadata state: merged
  text title: Add the new checkout
  text description: 
  text branch: feature/checkout-v2
)");
}

TEST(Github, AFormCarriesTheSameAsJson) {
  const Input form{.body = "payload=%7B%22zen%22%3A%22a+b%22%7D",
                   .content_type = "application/x-www-form-urlencoded; charset=utf-8",
                   .headers = {{"x-github-event", "ping"}}};
  EXPECT_EQ(Github().Extract(form), "outcome: handshake\nreply 200 application/json: {}\n");
}

TEST(Github, AReviewIsAPartOfItsPullRequest) {
  EXPECT_EQ(
      Read("pull_request_review", Fixture("pull_request_review.submitted")),
      "outcome: extracted\nchange: created\n" +
          PullRequest("  part_time: " + kOpened + "\n", kOpened) + kTexts + kLabels +
          "change: created\n" +
          Replaced(PullRequest("  part: review-801\n  part_time: 1767693600000000\n", kOpened),
                   "author: ada", "author: bob") +
          "  text review: Is `old-checkout` removed too?\n  labels: not carried\n");
}

TEST(Github, AnEditedReviewCommentOfABotIsMarkedAsOne) {
  EXPECT_EQ(Read("pull_request_review_comment", Fixture("pull_request_review_comment.edited")),
            "outcome: extracted\nchange: created\n" +
                PullRequest("  part_time: " + kOpened + "\n", kOpened) + kTexts + kLabels +
                "change: updated\n" +
                Replaced(PullRequest("  part: review-comment-802\n  part_time: 1767693720000000\n",
                                     kOpened),
                         "author: ada", "author: shipit[bot]\n  bot: yes") +
                "  text comment: flag:checkout-v3\n  labels: not carried\n");
}

TEST(Github, ABotIsKnownByItsTypeOrByItsName) {
  const std::string body = Fixture("pull_request_review_comment.edited");
  const std::string by_name = Read("pull_request_review_comment",
                                   Replaced(body, "\"type\": \"Bot\"", "\"type\": \"User\""));
  const std::string by_type =
      Read("pull_request_review_comment", Replaced(body, "shipit[bot]", "shipit"));
  EXPECT_NE(by_name.find("  author: shipit[bot]\n  bot: yes\n"), std::string::npos) << by_name;
  EXPECT_NE(by_type.find("  author: shipit\n  bot: yes\n"), std::string::npos) << by_type;
}

TEST(Github, ACommentOnAPullRequestAddressesThePullRequestAndLeavesItsTexts) {
  const std::string time = "1767686400000000";
  EXPECT_EQ(Read("issue_comment", Fixture("issue_comment.created.on_pull_request")),
            "outcome: extracted\nchange: created\n" +
                PullRequest("  part_time: " + time + "\n", time) + "  texts: not carried\n" +
                kLabels + "change: created\n" +
                Replaced(PullRequest("  part: comment-803\n  part_time: " + time + "\n", time),
                         "author: ada", "author: bob") +
                "  text comment: > flag:checkout-v2\\n\\nneeds flag:checkout-v3\n"
                "  labels: not carried\n");
}

TEST(Github, AClosedPullRequestThatMayHaveBeenMergedKeepsTheStateThatIsKnown) {
  const std::string body = Replaced(
      Replaced(Fixture("issue_comment.created.on_pull_request"), ",\n   \"merged_at\": null", ""),
      "\"state\": \"open\"", "\"state\": \"closed\"");
  const std::string text = Read("issue_comment", body);
  EXPECT_NE(text.find("metadata message?: Pull request closed\n"), std::string::npos) << text;
  EXPECT_NE(text.find("metadata state?: closed\n"), std::string::npos) << text;
}

TEST(Github, AnIssueIsAPlainLink) {
  EXPECT_EQ(Read("issues", Fixture("issues.opened")),
            "outcome: extracted\nchange: created\n"
            "  resource: github.com/acme/shop/ISSUE_7\n  name: acme/shop#7\n"
            "  part_time: 1767520800000000\n  content_time: 1767520800000000\n" +
                kIssueContent + kIssueTexts);
}

TEST(Github, ATransferredIssueIsGoneFromItsRepository) {
  EXPECT_EQ(Read("issues", Fixture("issues.transferred")),
            "outcome: extracted\nchange: deleted\n"
            "  resource: github.com/acme/shop/ISSUE_7\n  name: acme/shop#7\n"
            "  part_time: 1767952800000000\n  content_time: 1767952800000000\n" +
                kIssueContent + "  author: bob\n  texts: not carried\n  labels: not carried\n");
}

TEST(Github, ADeletedCommentOfAnAppIsDeletedAndTheIssueStays) {
  EXPECT_EQ(Read("issue_comment", Fixture("issue_comment.deleted")),
            "outcome: extracted\nchange: created\n"
            "  resource: github.com/acme/shop/ISSUE_7\n  name: acme/shop#7\n"
            "  part_time: 1767528000000000\n  content_time: 1767528000000000\n" +
                kIssueContent + kIssueTexts +
                "change: deleted\n"
                "  resource: github.com/acme/shop/ISSUE_7\n  name: acme/shop#7\n"
                "  part: comment-804\n"
                "  part_time: 1767526200000000\n  content_time: 1767528000000000\n" +
                kIssueContent +
                "  author: ada\n  bot: yes\n  texts: not carried\n  labels: not carried\n");
}

TEST(Github, ADiscussionAndItsCommentsAreOneResource) {
  const std::string head =
      "  resource: github.com/acme/shop/DISCUSSION_9\n"
      "  name: acme/shop#9\n";
  const std::string content =
      "  content_time: 1767780300000000\n"
      "  created: 1767780000000\n"
      "  title: [acme/shop] Roll-out plan (#9)\n"
      "  url: https://github.com/acme/shop/discussions/9\n"
      "  description: When do we turn `checkout-v2` on?\n"
      "  integration_key: \n";
  const std::string discussion = "outcome: extracted\nchange: created\n" + head +
                                 "  part_time: 1767780300000000\n" + content +
                                 "  author: bob\n"
                                 "  text title: Roll-out plan\n"
                                 "  text description: When do we turn `checkout-v2` on?\n";
  EXPECT_EQ(Read("discussion", Fixture("discussion.created")), discussion);
  EXPECT_EQ(Read("discussion_comment", Fixture("discussion_comment.created")),
            discussion + "change: created\n" + head +
                "  part: comment-805\n  part_time: 1767783600000000\n" + content +
                "  author: ada\n  text comment: On Monday.\n  labels: not carried\n");
}

TEST(Github, AReleaseWithoutANameGoesByItsTag) {
  EXPECT_EQ(Read("release", Fixture("release.published")), R"(outcome: extracted
change: updated
  resource: github.com/acme/shop/RELEASE_61
  name: acme/shop@v2.0.0
  part_time: 1767949260000000
  content_time: 1767949260000000
  created: 1767949200000
  title: [acme/shop] v2.0.0
  url: https://github.com/acme/shop/releases/tag/v2.0.0
  description: Turns `checkout-v2` on.
  integration_key: 
  author: ada
  text title: v2.0.0
  text description: Turns `checkout-v2` on.
  labels: not carried
)");
}

TEST(Github, APushGivesOneResourcePerNewCommitAndDoesNotReadItAsMarkdown) {
  EXPECT_EQ(Read("push", Fixture("push")), R"(outcome: extracted
change: created
  resource: github.com/acme/shop/COMMIT_1111111111111111111111111111111111111111
  name: acme/shop@1111111
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [acme/shop] Add checkout (1111111)
  url: https://github.com/acme/shop/commit/1111111111111111111111111111111111111111
  description: Add checkout\n\nflag:checkout-v2, not_emphasised_
  integration_key: 
  author: ada
  text message: Add checkout\n\nflag:checkout-v2, not_emphasised_
  text branch: feature/checkout-v2
  labels: not carried
change: created
  resource: github.com/acme/shop/COMMIT_cccccccccccccccccccccccccccccccccccccccc
  name: acme/shop@ccccccc
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [acme/shop] Bump *all* (ccccccc)
  url: https://github.com/acme/shop/commit/cccccccccccccccccccccccccccccccccccccccc
  description: Bump *all*
  integration_key: 
  author: shipit[bot]
  bot: yes
  text message: Bump *all*
  text branch: feature/checkout-v2
  labels: not carried
)");
}

// A push of `count` commits that are all alike.
std::string PushOf(std::size_t count) {
  const std::string commit =
      R"({"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","distinct":true,"message":"m","timestamp":)"
      R"("2026-01-05T10:00:00Z","url":"https://github.com/acme/shop/commit/a","author":{"name":"Ada"}})";
  std::string commits;
  for (std::size_t i = 0; i < count; ++i) commits += (i == 0 ? "" : ",") + commit;
  return R"({"ref":"refs/heads/main","repository":{"html_url":"https://github.com/acme/shop"},"commits":[)" +
         commits + "]}";
}

std::size_t Count(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Github, OfAPushOfMoreCommitsThanAnEventHoldsOneMoreIsGivenSoThatTheDaemonSaysSo) {
  EXPECT_EQ(Count(Read("push", PushOf(256)), "\nchange: "), 256u);
  EXPECT_EQ(Count(Read("push", PushOf(300)), "\nchange: "), 257u);
}

TEST(Github, APushWithoutNewCommitsIsIgnored) {
  EXPECT_EQ(Read("push", Fixture("push.deleted")),
            "outcome: ignored\nreason: a push that deletes a branch or tag\n");
  EXPECT_EQ(Read("push", PushOf(0)), "outcome: ignored\nreason: a push without new commits\n");
}

TEST(Github, ACommentOnACommitIsOlderContentThanThePushOfIt) {
  EXPECT_EQ(Read("commit_comment", Fixture("commit_comment.created")), R"(outcome: extracted
change: created
  resource: github.com/acme/shop/COMMIT_cccccccccccccccccccccccccccccccccccccccc
  name: acme/shop@ccccccc
  part: comment-806
  part_time: 1767614400000000
  content_time: 1
  title: [acme/shop] Commit ccccccc
  url: https://github.com/acme/shop/commit/cccccccccccccccccccccccccccccccccccccccc
  description: A commit in acme/shop.
  integration_key: 
  author: ada
  text comment: needs `checkout-v2`
  labels: not carried
)");
}

TEST(Github, APingIsAnswered) {
  EXPECT_EQ(Read("ping", Fixture("ping")), "outcome: handshake\nreply 200 application/json: {}\n");
}

TEST(Github, AHookIsNamedAsTheApiNamesIt) {
  for (const char* hook : {"repos/acme/shop/hooks/42", "orgs/acme/hooks/42"}) {
    EXPECT_EQ(Github().CheckOptions({{"hook", hook}}), "") << hook;
  }
  for (const char* hook :
       {"", "42", "repos/acme/hooks/42", "orgs/acme/hooks/", "repos/acme/shop/hooks/42/deliveries",
        "repos/acme/../hooks/42", "users/acme/hooks/42", "/repos/acme/shop/hooks/42"}) {
    EXPECT_NE(Github().CheckOptions({{"hook", hook}}), "") << hook;
  }
  EXPECT_NE(Github().CheckOptions({{"runs", "yes"}}), "");
  EXPECT_NE(Github().CheckOptions({{"api", "git.acme.example"}}), "");
  EXPECT_NE(Github().CheckOptions({{"api", "http://git.acme.example/api/v3"}}), "");
  EXPECT_NE(Github().CheckOptions({{"api", "http://127.0.0.1.acme.example"}}), "");
  EXPECT_EQ(Github().CheckOptions({{"api", "https://git.acme.example/api/v3"}}), "");
  EXPECT_EQ(Github().CheckOptions({{"api", "http://127.0.0.1:8080"}}), "");
}

TEST(Github, WhatIsNotLinkedIsIgnoredByName) {
  EXPECT_EQ(Read("star", Fixture("star.created")),
            "outcome: ignored\nreason: GitHub's event \"star\" is not linked\n");
  EXPECT_EQ(
      Read("pull_request_review_thread", Fixture("pull_request.opened")),
      "outcome: ignored\nreason: GitHub's event \"pull_request_review_thread\" is not linked\n");
}

TEST(Github, ExportedObjectsAddressTheSameResourcesAsWebhooks) {
  EXPECT_EQ(Github().Extract({.body = Fixture("exported.issue")}),
            Read("issues", Fixture("issues.opened")));
  const std::string time = "1767686400000000";
  const std::string merged = Replaced(
      Replaced(PullRequest("  part_time: " + time + "\n", time), "state: open", "state: merged"),
      "request opened", "request merged");
  EXPECT_EQ(Github().Extract({.body = Fixture("exported.pull_request")}),
            "outcome: extracted\nchange: created\n" + merged + "  texts: not carried\n" + kLabels);
}

TEST(Github, AnEnterpriseServersHostIsPartOfTheId) {
  std::string body = Fixture("issues.opened");
  for (auto at = body.find("https://github.com"); at != std::string::npos;
       at = body.find("https://github.com")) {
    body.replace(at, 18, "http://git.acme.example:8443");
  }
  const std::string text = Read("issues", body);
  EXPECT_NE(text.find("  resource: git.acme.example:8443/acme/shop/ISSUE_7\n"), std::string::npos)
      << text;
}

TEST(Github, WhatIsNotAsDocumentedIsRefusedWithTheReason) {
  const std::string repository = R"("repository":{"html_url":"https://github.com/acme/shop"})";
  const auto refused = [](std::string_view reason) {
    return "outcome: malformed\nreason: " + std::string(reason) + "\n";
  };
  EXPECT_EQ(Read("issues", "{"), refused("not JSON, at byte 1: Missing a name for object member."));
  EXPECT_EQ(Read("issues", "[]"), refused("JSON, but no object"));
  EXPECT_EQ(Read("issues", "{}"),
            refused("the issues event's \"repository\" is not as GitHub documents it"));
  EXPECT_EQ(Read("issues", R"({"repository":{"html_url":"javascript://github.com/acme/shop"}})"),
            refused("the issues event's \"repository\" is not as GitHub documents it"));
  EXPECT_EQ(Read("issues", "{" + repository + R"(,"issue":{"number":"7","title":[]}})"),
            refused("the issues event's \"issue\" is not as GitHub documents it"));
  EXPECT_EQ(Read("issue_comment", "{" + repository + "}"),
            refused("the issue_comment event's \"issue\" is not as GitHub documents it"));
  EXPECT_EQ(Read("push", "{" + repository + "}"),
            refused("the push event's \"commits\" is not as GitHub documents it"));
  EXPECT_EQ(Read("push", "{" + repository + R"(,"commits":[{"id":"../../x"}]})"),
            refused("the push event's \"commits\" is not as GitHub documents it"));
  EXPECT_EQ(Read("release", "{" + repository + R"(,"release":null})"),
            refused("the release event's \"release\" is not as GitHub documents it"));
  EXPECT_EQ(Read("commit_comment", "{" + repository + R"(,"comment":{"id":1,"commit_id":"x"}})"),
            refused("the commit_comment event's \"comment\" is not as GitHub documents it"));
  EXPECT_EQ(Github().Extract({.body = R"({"html_url":"https://github.com/acme"})"}),
            refused("an exported object's \"html_url\" is no repository's page"));
  EXPECT_EQ(Github().Extract({.body = "a=b", .content_type = "application/x-www-form-urlencoded"}),
            refused("a form without the field \"payload\""));
}

struct Recorded {
  std::string event, body;
};

// The event is told by the file's name, "issues.opened.json" or "zulip.issues__opened.json", or by
// the headers of a recorded request ("hd.…").
Recorded ReadRecorded(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  std::string body = ReadFile(path);
  if (name.starts_with("hd.")) {
    rapidjson::Document request;
    request.Parse(body);
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    request["body"].Accept(writer);
    return {request["headers"]["x-github-event"].GetString(), text.GetString()};
  }
  if (name.starts_with("zulip.")) name.erase(0, 6);
  name.resize(std::min(name.find("__"), name.find('.')));
  return {name, body};
}

TEST(Github, EveryRecordedBodyIsReadAndEveryPullRequestHasAWholeCard) {
  std::map<std::string, int> outcomes;
  for (const auto& path : Bodies("github", {"github"})) {
    const Recorded recorded = ReadRecorded(path);
    if (recorded.event == "exported") continue;
    const std::string text = Read(recorded.event, recorded.body);
    const std::string outcome = text.substr(9, text.find('\n') - 9);
    ++outcomes[outcome];
    EXPECT_NE(outcome, "malformed") << path << '\n' << text;
    EXPECT_EQ(Count(text, "  metadata "), 11 * Count(text, "  integration_key: github\n"))
        << path << '\n'
        << text;
    EXPECT_EQ(Count(text, "/PR_"), Count(text, "  integration_key: github\n")) << path << '\n'
                                                                               << text;
    if (outcome == "ignored") continue;
    // The body alone tells what it is, so that `try` and `test` work without the header.
    EXPECT_EQ(Github().Extract({.body = recorded.body}), text) << path;
  }
  for (const auto& [outcome, count] : outcomes) std::cout << outcome << ' ' << count << '\n';
}

}  // namespace
}  // namespace flaglink::testing
