// The fixtures have the shape of support.atlassian.com/bitbucket-cloud/docs/event-payloads and of
// confluence.atlassian.com/bitbucketserver/event-payload ("pr.…", "repo.comment.…",
// "repo.refs_changed…"); what they hold is made up.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Bitbucket() {
  static const LoadedAdapter adapter("bitbucket");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(FLAGLINKD_SOURCE_DIR "/tests/adapters/bitbucket/fixtures/" + name + ".json");
}

// As Cloud sends it, with the event in a header.
std::string Cloud(const std::string& event, const std::string& body) {
  return Bitbucket().Extract({.body = body, .headers = {{"x-event-key", event}}});
}

std::string DataCenter(const std::string& body,
                       const std::map<std::string, std::string>& options = {}) {
  return Bitbucket().Extract({.body = body, .options = options});
}

// What an event of either product says of pull request 42, but for its part, author and texts.
std::string PullRequest(const std::string& resource, const std::string& repository,
                        const std::string& page, const std::string& part) {
  return "  resource: " + resource + "/PR_42\n  name: " + repository + "#42\n" + part +
         "  content_time: 1767605400250000\n"
         "  created: 1767603600000\n"
         "  title: [" +
         repository + "] Add the new checkout (#42)\n  url: " + page +
         "/pull-requests/42\n"
         "  description: Off by default, see `checkout-v2`.\n"
         "  integration_key: \n";
}
std::string CloudPullRequest(const std::string& part) {
  return PullRequest("bitbucket.org/673a6070-0000-4000-8000-000000000004", "acme/shop",
                     "https://bitbucket.org/acme/shop", part);
}
std::string DataCenterPullRequest(const std::string& part) {
  return PullRequest("git.acme.example/4", "SHOP/shop",
                     "https://git.acme.example/projects/SHOP/repos/shop", part);
}

const std::string kTime = "  part_time: 1767605400250000\n";
const std::string kCommentPart = "  part: comment-803\n  part_time: 1767686400000000\n";
const std::string kTexts =
    "  text title: Add the new checkout\n"
    "  text description: Off by default, see `checkout-v2`.\n"
    "  text branch: feature/checkout-v2\n"
    "  labels: not carried\n";
const std::string kComment = "  text comment: needs `checkout-v3` too\n  labels: not carried\n";
const std::string kGone = "  texts: not carried\n  labels: not carried\n";

TEST(Bitbucket, SignsWithSha256AndNamesNoDelivery) {
  const flaglink_adapter& bitbucket = Bitbucket().declaration();
  ASSERT_EQ(bitbucket.signature_count, 1u);
  EXPECT_STREQ(bitbucket.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(bitbucket.signatures[0].header, "x-hub-signature");
  EXPECT_STREQ(bitbucket.signatures[0].prefix, "sha256=");
  EXPECT_STREQ(bitbucket.signatures[0].encoding, "hex");
  EXPECT_STREQ(bitbucket.signatures[0].signed_content, "{body}");
  EXPECT_EQ(bitbucket.delivery_id, nullptr);
}

TEST(Bitbucket, TheSiteIsAnAddressThatPeopleOpen) {
  EXPECT_EQ(Bitbucket().CheckOptions({}), "");
  EXPECT_EQ(Bitbucket().CheckOptions({{"site", "https://acme.example/bitbucket"}}), "");
  for (const char* site : {"git.acme.example", "https://git.acme.example/", "", "javascript:x"}) {
    EXPECT_EQ(Bitbucket().CheckOptions({{"site", site}}),
              "site must be like \"https://git.acme.example\", without a slash at its end");
  }
}

TEST(Bitbucket, APullRequestIsReadWithItsBranch) {
  EXPECT_EQ(Cloud("pullrequest:created", Fixture("pullrequest.created")),
            "outcome: extracted\nchange: created\n" + CloudPullRequest(kTime) + "  author: Ada\n" +
                kTexts);
  EXPECT_EQ(DataCenter(Fixture("pr.opened")), "outcome: extracted\nchange: created\n" +
                                                  DataCenterPullRequest(kTime) + "  author: ada\n" +
                                                  kTexts);
}

TEST(Bitbucket, AMergedPullRequestOfAnAppStaysAndIsMarkedAsABots) {
  EXPECT_EQ(Cloud("pullrequest:fulfilled", Fixture("pullrequest.fulfilled")),
            R"(outcome: extracted
change: updated
  resource: bitbucket.org/673a6070-0000-4000-8000-000000000004/PR_42
  name: acme/shop#42
  part_time: 1767873600000000
  content_time: 1767873600000000
  created: 1767603600000
  title: [acme/shop] Add the new checkout (#42)
  url: https://bitbucket.org/acme/shop/pull-requests/42
  description: This pull request has no description.
  integration_key: 
  author: Renovate
  bot: yes
  text title: Add the new checkout
  text description: 
  text branch: feature/checkout-v2
  labels: not carried
)");
}

TEST(Bitbucket, ADescriptionThatDataCenterLeavesOutIsEmptyAndOneThatCloudLeavesOutIsUnknown) {
  EXPECT_EQ(DataCenter(Fixture("pr.modified")), R"(outcome: extracted
change: updated
  resource: git.acme.example/4/PR_42
  name: SHOP/shop#42
  part_time: 1767873600000000
  content_time: 1767873600000000
  created: 1767603600000
  title: [SHOP/shop] Add the new checkout (#42)
  url: https://git.acme.example/projects/SHOP/repos/shop/pull-requests/42
  description: This pull request has no description.
  integration_key: 
  author: release
  bot: yes
  text title: Add the new checkout
  text description: 
  text branch: feature/checkout-v2
  labels: not carried
)");
  const std::string text =
      Cloud("pullrequest:updated",
            Replaced(Fixture("pullrequest.created"), "\"description\"", "\"something\""));
  EXPECT_EQ(Values(text, "  texts"), "not carried\n") << text;
}

TEST(Bitbucket, ADeletedPullRequestNamesNothing) {
  EXPECT_EQ(DataCenter(Fixture("pr.deleted")), "outcome: extracted\nchange: deleted\n" +
                                                   DataCenterPullRequest(kTime) +
                                                   "  author: ada\n" + kGone);
}

TEST(Bitbucket, ACommentIsAPartOfItsPullRequestWhichRidesAlong) {
  EXPECT_EQ(Cloud("pullrequest:comment_created", Fixture("pullrequest.comment_created")),
            "outcome: extracted\nchange: created\n" + CloudPullRequest(kTime) + "  author: Ada\n" +
                kTexts + "change: created\n" + CloudPullRequest(kCommentPart) + "  author: Bob\n" +
                kComment);
  EXPECT_EQ(DataCenter(Fixture("pr.comment.edited")),
            "outcome: extracted\nchange: created\n" + DataCenterPullRequest(kTime) +
                "  author: ada\n" + kTexts + "change: updated\n" +
                DataCenterPullRequest(kCommentPart) + "  author: bob\n" + kComment);
}

TEST(Bitbucket, ADeletedCommentIsToldByTheEventOrByItself) {
  const std::string expected =
      "change: deleted\n" + CloudPullRequest(kCommentPart) + "  author: Bob\n" + kGone;
  const std::string body = Fixture("pullrequest.comment_deleted");
  for (const std::string& text : {Cloud("pullrequest:comment_deleted",
                                        Replaced(body, "\"deleted\": true", "\"deleted\": false")),
                                  Bitbucket().Extract({.body = body})}) {
    EXPECT_TRUE(text.ends_with(expected)) << text;
  }
}

TEST(Bitbucket, WithoutTheHeaderNothingOfCloudPassesForNew) {
  EXPECT_EQ(Values(Bitbucket().Extract({.body = Fixture("pullrequest.comment_created")}), "change"),
            "updated\nupdated\n");
  EXPECT_EQ(Values(Cloud("pullrequest:changes_request_created", Fixture("pullrequest.created")),
                   "change"),
            "updated\n");
}

TEST(Bitbucket, IssuesAreNumberedApartFromPullRequests) {
  const std::string head =
      "  resource: bitbucket.org/673a6070-0000-4000-8000-000000000004/ISSUE_7\n"
      "  name: acme/shop#7\n";
  const std::string content =
      "  created: 1767520800000\n"
      "  title: [acme/shop] Checkout is slow (#7)\n"
      "  url: https://bitbucket.org/acme/shop/issues/7\n"
      "  description: `checkout-v2` makes it slow\n"
      "  integration_key: \n"
      "  author: Bob\n";
  const std::string texts =
      "  text title: Checkout is slow\n"
      "  text description: `checkout-v2` makes it slow\n"
      "  labels: not carried\n";
  EXPECT_EQ(Cloud("issue:created", Fixture("issue.created")),
            "outcome: extracted\nchange: created\n" + head +
                "  part_time: 1767520800000000\n  content_time: 1767520800000000\n" + content +
                texts);
  EXPECT_EQ(Cloud("issue:updated", Fixture("issue.updated")),
            "outcome: extracted\nchange: updated\n" + head +
                "  part_time: 1767686400000000\n  content_time: 1767686400000000\n" + content +
                texts + "change: updated\n" + head + kCommentPart +
                "  content_time: 1767686400000000\n" + content + kComment);
}

TEST(Bitbucket, ACommentOnACommitIsOlderContentThanThePushOfIt) {
  const std::string sha(40, 'c');
  const auto expected = [&](const std::string& resource, const std::string& repository,
                            const std::string& page, const std::string& author) {
    return "outcome: extracted\nchange: created\n  resource: " + resource + "/COMMIT_" + sha +
           "\n  name: " + repository + "@ccccccc\n" + kCommentPart +
           "  content_time: 1\n  title: [" + repository + "] Commit ccccccc\n  url: " + page +
           "/commits/" + sha + "\n  description: A commit in " + repository +
           ".\n  integration_key: \n  author: " + author + "\n" + kComment;
  };
  EXPECT_EQ(Cloud("repo:commit_comment_created", Fixture("repo.commit_comment_created")),
            expected("bitbucket.org/673a6070-0000-4000-8000-000000000004", "acme/shop",
                     "https://bitbucket.org/acme/shop", "Bob"));
  EXPECT_EQ(DataCenter(Fixture("repo.comment.added")),
            expected("git.acme.example/4", "SHOP/shop",
                     "https://git.acme.example/projects/SHOP/repos/shop", "bob"));
}

TEST(Bitbucket, APushGivesOneResourcePerCommitOfABranch) {
  EXPECT_EQ(Cloud("repo:push", Fixture("repo.push")), R"(outcome: extracted
change: created
  resource: bitbucket.org/673a6070-0000-4000-8000-000000000004/COMMIT_cccccccccccccccccccccccccccccccccccccccc
  name: acme/shop@ccccccc
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [acme/shop] Add checkout (ccccccc)
  url: https://bitbucket.org/acme/shop/commits/cccccccccccccccccccccccccccccccccccccccc
  description: Add checkout\n\nBehind flag:checkout-v2\n
  integration_key: 
  author: Ada
  text message: Add checkout\n\nBehind flag:checkout-v2\n
  text branch: feature/checkout-v2
  labels: not carried
change: created
  resource: bitbucket.org/673a6070-0000-4000-8000-000000000004/COMMIT_1111111111111111111111111111111111111111
  name: acme/shop@1111111
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [acme/shop] Bump *all* (1111111)
  url: https://bitbucket.org/acme/shop/commits/1111111111111111111111111111111111111111
  description: Bump *all*
  integration_key: 
  author: renovate
  text message: Bump *all*
  text branch: feature/checkout-v2
  labels: not carried
)");
}

TEST(Bitbucket, DataCentersPushGivesItsCommitsElseTheNewestOfEachBranch) {
  EXPECT_EQ(DataCenter(Fixture("repo.refs_changed.commits")), R"(outcome: extracted
change: created
  resource: git.acme.example/4/COMMIT_cccccccccccccccccccccccccccccccccccccccc
  name: SHOP/shop@ccccccc
  part_time: 1767603600000000
  content_time: 1767603600000000
  created: 1767603600000
  title: [SHOP/shop] Add checkout (ccccccc)
  url: https://git.acme.example/projects/SHOP/repos/shop/commits/cccccccccccccccccccccccccccccccccccccccc
  description: Add checkout
  integration_key: 
  author: Ada
  text message: Add checkout
  text branch: feature/checkout-v2
  labels: not carried
)");
  EXPECT_EQ(DataCenter(Fixture("repo.refs_changed")), R"(outcome: extracted
change: created
  resource: git.acme.example/4/COMMIT_cccccccccccccccccccccccccccccccccccccccc
  name: SHOP/shop@ccccccc
  content_time: 1
  title: [SHOP/shop] Commit ccccccc
  url: https://git.acme.example/projects/SHOP/repos/shop/commits/cccccccccccccccccccccccccccccccccccccccc
  description: A commit in SHOP/shop.
  integration_key: 
  text branch: feature/checkout-v2
  labels: not carried
)");
}

TEST(Bitbucket, OfAPushOfMoreCommitsThanAnEventHoldsOneMoreIsGivenSoThatTheDaemonSaysSo) {
  std::string body = Fixture("repo.push");
  std::string commits = "\"commits\": [";
  for (int i = 0; i < 300; ++i) {
    commits += R"({"hash":")" + std::string(40, 'a') + R"(","message":"m"},)";
  }
  const std::string text = Cloud("repo:push", Replaced(body, "\"commits\": [", commits));
  EXPECT_EQ(Values(text, "change").size(), 257 * std::string("created\n").size());
}

TEST(Bitbucket, TheSiteStandsInWhereDataCenterDoesNotKnowItsOwnAddress) {
  const std::map<std::string, std::string> site = {{"site", "https://acme.example/bitbucket"}};
  const std::string body = Fixture("pr.opened");
  const std::string text = DataCenter(body, site);
  EXPECT_EQ(Values(text, "  resource"), "acme.example/4/PR_42\n");
  EXPECT_EQ(Values(text, "  url"),
            "https://acme.example/bitbucket/projects/SHOP/repos/shop/pull-requests/42\n");
  // What servers without a base URL send.
  std::string blind = body;
  const std::string page = "https://git.acme.example/projects/SHOP/repos/shop/browse";
  for (auto at = blind.find(page); at != std::string::npos; at = blind.find(page)) {
    blind.replace(at, page.size(), "");
  }
  EXPECT_EQ(DataCenter(blind, site), text);
  EXPECT_EQ(Values(DataCenter(blind), "outcome"), "malformed\n");
}

TEST(Bitbucket, ATestOfTheConnectionIsAnswered) {
  const std::string answer = "outcome: handshake\nreply 200 application/json: {}\n";
  EXPECT_EQ(DataCenter(Fixture("diagnostics.ping")), answer);
  EXPECT_EQ(Cloud("diagnostics:ping", "{}"), answer);
}

TEST(Bitbucket, WhatIsNotLinkedIsIgnoredWithItsName) {
  const auto ignored = [](const std::string& reason) {
    return "outcome: ignored\nreason: " + reason + "\n";
  };
  EXPECT_EQ(Cloud("repo:fork", Fixture("repo.fork")),
            ignored("Bitbucket's event \"repo:fork\" is not linked"));
  EXPECT_EQ(DataCenter(Fixture("repo.forked")),
            ignored("Bitbucket's event \"repo:forked\" is not linked"));
  EXPECT_EQ(DataCenter(Fixture("repo.fork")),
            ignored("no X-Event-Key header, and a body of no kind that is linked"));
  EXPECT_EQ(Cloud("repo:push", Fixture("repo.push.deleted")),
            ignored("a push without new commits on a branch"));
  EXPECT_EQ(DataCenter(Fixture("repo.refs_changed.deleted")),
            ignored("a push without new commits on a branch"));
}

TEST(Bitbucket, WhatIsNotAsDocumentedIsRefusedWithTheReason) {
  const auto refused = [](const std::string& event, const std::string& member) {
    return "outcome: malformed\nreason: the " + event + "'s \"" + member +
           "\" is not as Bitbucket documents it\n";
  };
  EXPECT_EQ(DataCenter("[]"), "outcome: malformed\nreason: JSON, but no object\n");
  const std::string created = Fixture("pullrequest.created");
  const auto cloud = [&](const std::string& from, const std::string& to) {
    return Cloud("pullrequest:created", Replaced(created, from, to));
  };
  EXPECT_EQ(cloud("\"id\": 42", "\"id\": \"42/x\""),
            refused("pullrequest:created event", "pull request"));
  EXPECT_EQ(cloud("\"title\": \"Add the new checkout\"", "\"title\": null"),
            refused("pullrequest:created event", "pull request"));
  EXPECT_EQ(Cloud("", R"({"push":{"changes":[]}})"), refused("body", "repository"));
  const std::string cloud_page = R"("links":{"html":{"href":"https://bitbucket.org/acme/shop"}})";
  const auto push = [&](const std::string& repository, const std::string& change) {
    return Cloud("repo:push",
                 R"({"repository":{)" + repository + R"(},"push":{"changes":)" + change + "}}");
  };
  EXPECT_EQ(push(R"("uuid":"{a b}",)" + cloud_page, "[]"),
            refused("repo:push event", "repository"));
  EXPECT_EQ(push(R"("uuid":"{a}","links":{"html":{"href":"javascript:x"}})", "[]"),
            refused("repo:push event", "repository"));
  EXPECT_EQ(push(R"("uuid":"{a}",)" + cloud_page, "{}"), refused("repo:push event", "push"));
  EXPECT_EQ(push(R"("uuid":"{a}",)" + cloud_page,
                 R"([{"new":{"type":"branch"},"commits":[{"hash":"../x"}]}])"),
            refused("repo:push event", "push"));
  EXPECT_EQ(Cloud("repo:commit_comment_created",
                  Replaced(Fixture("repo.commit_comment_created"), std::string(40, 'c'), "c")),
            refused("repo:commit_comment_created event", "commit"));
  EXPECT_EQ(Cloud("pullrequest:comment_created",
                  Replaced(Fixture("pullrequest.comment_created"), "\"id\": 803", "\"id\": null")),
            refused("pullrequest:comment_created event", "comment"));

  EXPECT_EQ(DataCenter(R"({"eventKey":"repo:refs_changed"})"),
            refused("repo:refs_changed event", "repository"));
  const std::string pushed = Fixture("repo.refs_changed");
  EXPECT_EQ(DataCenter(Replaced(pushed, "\"slug\": \"shop\"", "\"slug\": \"a/../b\"")),
            refused("repo:refs_changed event", "repository"));
  EXPECT_EQ(DataCenter(Replaced(pushed, "\"key\": \"SHOP\"", "\"key\": \"SH OP\"")),
            refused("repo:refs_changed event", "repository"));
  EXPECT_EQ(DataCenter(Replaced(pushed, std::string(40, 'c'), "main")),
            refused("repo:refs_changed event", "changes"));
  EXPECT_EQ(DataCenter(Replaced(pushed, "\"changes\"", "\"changed\"")),
            refused("repo:refs_changed event", "changes"));
}

// Recorded requests with their headers ("hd.…") are no bodies, and told as of no kind.
TEST(Bitbucket, EveryRecordedBodyIsRead) {
  ReadEveryBody(Bitbucket(), Bodies("bitbucket", {"bitbucket", "bitbucket-dc"}), {});
}

}  // namespace
}  // namespace flaglink::testing
