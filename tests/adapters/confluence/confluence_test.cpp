// The fixtures have the shape that Confluence's webhooks share across its versions
// (developer.atlassian.com/cloud/confluence/modules/webhook shows it whole), the fetched documents that
// of its REST API; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Confluence() {
  static const LoadedAdapter adapter("confluence");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) /
                  "tests/adapters/confluence/fixtures" / (name + ".json"));
}

const std::map<std::string, std::string> kSite = {{"site", "https://wiki.acme.example/confluence"}};

std::string Read(const std::string& body) {
  return Confluence().Extract({.body = body});
}

// What is said once the content is there.
std::string ReadWith(const std::string& body, const std::string& content) {
  return Confluence().Extract({.body = body, .options = kSite, .fetched = {{"content", content}}});
}

const std::string kPage =
    R"({"id":"98304","type":"page","body":{"view":{"value":"<p>Turn <code>checkout-v2</code> on.</p>"}},)"
    R"("metadata":{"labels":{"results":[{"prefix":"global","name":"flag-checkout-v2"}]}}})";
const std::string kComment =
    R"({"id":"98501","type":"comment","body":{"view":{"value":"<p>flag:checkout-v2?</p>"}},)"
    R"("container":{"id":"98304","type":"page","title":"Roll-out","space":{"key":"SHOP"}}})";

TEST(Confluence, SignsTheBody) {
  const flaglink_adapter& adapter = Confluence().declaration();
  ASSERT_EQ(adapter.signature_count, 1u);
  const flaglink_signature& signature = adapter.signatures[0];
  EXPECT_STREQ(signature.algorithm, "hmac-sha256");
  EXPECT_STREQ(signature.header, "x-hub-signature");
  EXPECT_STREQ(signature.prefix, "sha256=");
  EXPECT_STREQ(signature.encoding, "hex");
  EXPECT_STREQ(signature.signed_content, "{body}");
  EXPECT_EQ(adapter.delivery_id, nullptr);
  EXPECT_STREQ(adapter.hosts[0], "option:site");
  EXPECT_EQ(adapter.hosts[1], nullptr);
}

TEST(Confluence, APageIsKnownByItsTitleAlone) {
  EXPECT_EQ(Read(Fixture("page_created")), R"(outcome: extracted
change: created
  resource: wiki.acme.example/confluence/98304
  name: SHOP/Roll-out of checkout-v2
  part_time: 1767603600500000
  content_time: 1767603600500000
  created: 1767603600000
  title: [SHOP] Roll-out of checkout-v2
  url: https://wiki.acme.example/confluence/pages/viewpage.action?pageId=98304
  description: A page in the Confluence space SHOP.
  integration_key: 
  author: 8a7f808a0001
  text title: Roll-out of checkout-v2
  labels: not carried
)");
  const std::string updated = Read(Fixture("page_updated"));
  EXPECT_EQ(Values(updated, "change"), "updated\n");
  EXPECT_EQ(Values(updated, "  part_time"), "1767607200500000\n");
}

TEST(Confluence, WithASiteThePagesTextIsAskedForAndReadBesideTheTitle) {
  const std::string body = Fixture("page_updated");
  const std::string title = Read(body);
  EXPECT_EQ(Confluence().Extract({.body = body, .options = kSite}),
            title +
                "need content: https://wiki.acme.example/confluence/rest/api/content/98304"
                "?expand=body.view,metadata.labels,container.space\n"
                "  subject: yes\n");
  const std::string text = ReadWith(body, kPage);
  ASSERT_TRUE(text.starts_with(title)) << text;
  EXPECT_EQ(Values(text, "  part"), "text\n");
  EXPECT_EQ(Values(text, "  text text"), "Turn `checkout-v2` on.\n");
  EXPECT_EQ(Values(text, "  label"), "flag-checkout-v2\n");
}

TEST(Confluence, AnAnswerThatHoldsNoTextIsNotAskedForAgain) {
  for (const std::string answer : {"", "[]", "{}", R"({"body":{"view":{"value":7}}})"}) {
    EXPECT_EQ(ReadWith(Fixture("page_updated"), answer), Read(Fixture("page_updated"))) << answer;
  }
}

TEST(Confluence, ATrashedPageIsDeletedAndComesBackByALaterEvent) {
  EXPECT_EQ(Read(Fixture("page_trashed")), R"(outcome: extracted
change: deleted
  resource: wiki.acme.example/confluence/98304
  name: SHOP/Roll-out of checkout-v2
  part_time: 1767610800000000
  content_time: 1767610800000000
  created: 1767603600000
  title: [SHOP] Roll-out of checkout-v2
  url: https://wiki.acme.example/confluence/pages/viewpage.action?pageId=98304
  description: A page in the Confluence space SHOP.
  integration_key: 
  author: 8a7f808a0001
  texts: not carried
  labels: not carried
)");
  EXPECT_EQ(Confluence().Extract({.body = Fixture("page_trashed"), .options = kSite}),
            Read(Fixture("page_trashed")));
  const std::string restored = Read(Fixture("page_restored"));
  EXPECT_EQ(Values(restored, "change"), "updated\n");
  EXPECT_EQ(Values(restored, "  part_time"), "1767614400000000\n");
}

TEST(Confluence, ABlogPostIsLikeAPage) {
  EXPECT_EQ(Read(Fixture("blog_created")), R"(outcome: extracted
change: created
  resource: wiki.acme.example/confluence/98400
  name: SHOP/New checkout
  part_time: 1767607200500000
  content_time: 1767607200500000
  created: 1767603600000
  title: [SHOP] New checkout
  url: https://wiki.acme.example/confluence/pages/viewpage.action?pageId=98400
  description: A blog post in the Confluence space SHOP.
  integration_key: 
  author: 8a7f808a0001
  text title: New checkout
  labels: not carried
)");
}

TEST(Confluence, OfACommentWhoseTextIsNotThereThePageAloneIsTold) {
  EXPECT_EQ(Read(Fixture("comment_created")), R"(outcome: extracted
change: created
  resource: wiki.acme.example/confluence/98304
  name: SHOP/Roll-out of checkout-v2
  part_time: 1767608000100000
  content_time: 1767608000100000
  created: 1767603600000
  title: [SHOP] Roll-out of checkout-v2
  url: https://wiki.acme.example/confluence/pages/viewpage.action?pageId=98304
  description: A page in the Confluence space SHOP.
  integration_key: 
  author: 8a7f808a0001
  text title: Roll-out of checkout-v2
  labels: not carried
reason: the comment's text is not in the body
)");
}

TEST(Confluence, ACommentWhoseTextIsFetchedIsAPartOfItsPage) {
  const std::string text = ReadWith(Fixture("comment_created"), kComment);
  EXPECT_EQ(Values(text, "change"), "created\ncreated\n");
  EXPECT_EQ(Values(text, "  part"), "comment-98500\n");
  EXPECT_EQ(Values(text, "  text comment"), "flag:checkout-v2?\n");
  EXPECT_EQ(Values(text, "  author"), "8a7f808a0001\n8a7f808a0003\n");
  EXPECT_EQ(Values(text, "  title"),
            "[SHOP] Roll-out of checkout-v2\n[SHOP] Roll-out of checkout-v2\n");
}

TEST(Confluence, AFetchedCommentSaysOnWhatItIs) {
  const std::string body = Fixture("comment_created.orphan");
  EXPECT_EQ(Read(body), "outcome: ignored\nreason: a comment that does not say on what it is\n");
  EXPECT_EQ(Confluence().Extract({.body = body, .options = kSite}),
            "outcome: extracted\n"
            "need content: https://wiki.acme.example/confluence/rest/api/content/98501"
            "?expand=body.view,metadata.labels,container.space\n"
            "  subject: yes\n");
  const std::string text = ReadWith(body, kComment);
  EXPECT_EQ(Values(text, "  name"), "SHOP/Roll-out\nSHOP/Roll-out\n");
  EXPECT_EQ(Values(text, "  part"), "comment-98501\n");
}

TEST(Confluence, AReplyToACommentIsOnThePageAbove) {
  const std::string body =
      R"({"event":"comment_removed","timestamp":1767609000000,"comment":{"id":3,)"
      R"("self":"https://wiki.acme.example/x/abc","parent":{"id":2,"contentType":"comment",)"
      R"("parent":{"id":1,"contentType":"blogpost","title":"News"}}}})";
  const std::string text = Read(body);
  EXPECT_EQ(Values(text, "  resource"), "wiki.acme.example/1\n");
  EXPECT_EQ(Values(text, "  description"), "A blog post in Confluence.\n");
}

TEST(Confluence, ARemovedCommentIsDeleted) {
  EXPECT_EQ(Read(Fixture("comment_removed")), R"(outcome: extracted
change: deleted
  resource: wiki.acme.example/confluence/98304
  name: SHOP/Roll-out of checkout-v2
  part: comment-98500
  part_time: 1767609000000000
  content_time: 1767609000000000
  created: 1767603600000
  title: [SHOP] Roll-out of checkout-v2
  url: https://wiki.acme.example/confluence/pages/viewpage.action?pageId=98304
  description: A page in the Confluence space SHOP.
  integration_key: 
  author: 8a7f808a0003
  texts: not carried
  labels: not carried
)");
}

TEST(Confluence, TheTestConnectionIsAnswered) {
  EXPECT_EQ(Read(Fixture("test")), "outcome: handshake\nreply 200 application/json: {}\n");
}

TEST(Confluence, OtherEventsAreIgnored) {
  EXPECT_EQ(Read(Fixture("space_created")),
            "outcome: ignored\nreason: Confluence's event \"space_created\" is not linked\n");
}

TEST(Confluence, ASiteIsCheckedAtLoad) {
  EXPECT_EQ(Confluence().CheckOptions({}), "");
  EXPECT_EQ(Confluence().CheckOptions(kSite), "");
  for (const std::string site : {"", "http://wiki.acme.example", "https://wiki.acme.example/",
                                 "wiki.acme.example", "https://wiki.acme.example?x"}) {
    EXPECT_EQ(Confluence().CheckOptions({{"site", site}}),
              "site is Confluence's base URL, https and without a slash at its end: "
              "\"https://wiki.acme.example/confluence\"")
        << site;
  }
}

TEST(Confluence, WhatIsNotAsDocumentedIsRefused) {
  const auto refused = [](const std::string& reason) {
    return "outcome: malformed\nreason: " + reason + "\n";
  };
  const std::string nowhere = refused("no \"self\" that says where Confluence stands: set site");
  EXPECT_EQ(Read("{}"), refused("no \"event\", as every webhook of Confluence has one"));
  EXPECT_EQ(Read(R"({"event":"page_created"})"), nowhere);
  EXPECT_EQ(Read(R"({"event":"page_created","page":{"id":1,"self":"javascript:x/pages/"}})"),
            nowhere);
  EXPECT_EQ(Read(R"({"event":"page_created","page":{"id":1,"self":"https://pages/x"}})"), nowhere);
  const std::string self = R"("self":"https://wiki.acme.example/display/A/B")";
  EXPECT_EQ(Read(R"({"event":"page_created","page":{"id":"../1",)" + self + "}}"),
            refused("no id of a page"));
  EXPECT_EQ(Read(R"({"event":"comment_created","comment":{"id":null,)" + self + "}}"),
            refused("no id of a comment"));
  EXPECT_EQ(
      Read(R"({"event":"page_created","timestamp":"soon","page":{"id":1,"title":7,)" + self + "}}"),
      "outcome: extracted\nchange: created\n  resource: wiki.acme.example/1\n  name: page 1\n"
      "  url: https://wiki.acme.example/pages/viewpage.action?pageId=1\n"
      "  integration_key: \n  texts: not carried\n  labels: not carried\n");
}

TEST(Confluence, EveryBodyGivesChangesAnAnswerOrAReason) {
  ReadEveryBody(Confluence(), Bodies("confluence", {}), {});
}

}  // namespace
}  // namespace flaglink::testing
