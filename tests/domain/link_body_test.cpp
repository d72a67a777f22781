#include "daemon/domain/link_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/fakes/changes.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;

Content Issue() {
  Content content;
  content.name = "SHOP-42";
  content.title = "Roll out the checkout";
  content.url = "https://acme.example/browse/SHOP-42";
  content.description = "All of it";
  return content;
}

LinkBody Render(const Content& content) {
  return RenderLink(content, "jira-1", At(0)).value();
}

std::string Title(std::string title) {
  Content content = Issue();
  content.title = std::move(title);
  return Render(content).title;
}

std::string Description(std::string description) {
  Content content = Issue();
  content.description = std::move(description);
  return Render(content).description;
}

std::string Refusal(std::string url) {
  Content content = Issue();
  content.url = std::move(url);
  const Result<LinkBody> body = RenderLink(content, "jira-1", At(0));
  if (body) return "";
  EXPECT_EQ(body.error().code, Error::Code::kInvalid);
  return body.error().message;
}

TEST(RenderLink, ShowsTheContent) {
  Content content = Issue();
  content.integration_key = "jira";
  content.created = At(0) + std::chrono::microseconds(1'999);
  content.metadata = {{"creator?", "Ada"}, {"issueKey", "SHOP-42"}};
  const LinkBody expected{"jira-1",
                          "jira",
                          1'767'225'600'001,
                          "https://acme.example/browse/SHOP-42",
                          "Roll out the checkout",
                          "All of it",
                          {{"creator", "Ada"}, {"issueKey", "SHOP-42"}}};
  EXPECT_EQ(Render(content), expected);
}

TEST(RenderLink, HasNoMetadataWithoutAnIntegration) {
  Content content = Issue();
  content.metadata = {{"issueKey", "SHOP-42"}};
  EXPECT_THAT(Render(content).metadata, testing::IsEmpty());
}

TEST(RenderLink, FirstSightStandsInForTheCreation) {
  EXPECT_EQ(RenderLink(Issue(), "jira-1", At(5)).value().timestamp_ms, 1'767'225'605'000);
}

TEST(RenderLink, AnEmptyTitleBecomesTheNameOrTheUrl) {
  EXPECT_EQ(Title(" \n"), "SHOP-42");
  Content content = Issue();
  content.title = content.name = "";
  EXPECT_EQ(Render(content).title, content.url);
}

TEST(RenderLink, ADescriptionIsNeverEmpty) {
  EXPECT_EQ(Description(""), "Roll out the checkout");
  EXPECT_EQ(Description(" \r\n\t"), "Roll out the checkout");
}

TEST(RenderLink, CutsAtWholeCharacters) {
  std::string title, description;
  for (int i = 0; i < 1'001; ++i) title += "ü", description += "日";
  EXPECT_EQ(Title(title), title.substr(0, 2 * 255));
  EXPECT_EQ(Description(description), description.substr(0, 3 * 1'000));
}

TEST(RenderLink, LeavesNoHalfAnEscapeAtTheCut) {
  EXPECT_EQ(Title(std::string(252, 'x') + "<b>"), std::string(252, 'x'));
  EXPECT_EQ(Title(std::string(251, 'x') + "<b>"), std::string(251, 'x') + "&lt;");
}

TEST(RenderLink, ControlAndBidirectionalCharactersAreTakenOut) {
  EXPECT_EQ(Title("a\x1b[31mb\u202e\x7f\u0085z"), "a[31mbz");
  EXPECT_EQ(Title("two\r\nlines\tof text"), "two lines of text");
  EXPECT_EQ(Description("two\r\nlines\tof text"), "two\nlines of text");
}

TEST(RenderLink, InvalidUtf8BecomesReplacementCharacters) {
  EXPECT_EQ(Title("a\xff\xc3z"), "a\ufffd\ufffdz");
}

TEST(RenderLink, ImagesAreNeutralised) {
  EXPECT_EQ(Description("see ![x](https://evil.example/p.png)"),
            "see !\\[x](https://evil.example/p.png)");
  EXPECT_EQ(Description("!\x01[x](y)"), "!\\[x](y)");
  EXPECT_EQ(Description("a link [x](y) stays!"), "a link [x](y) stays!");
}

TEST(RenderLink, HtmlIsNeutralised) {
  EXPECT_EQ(Title("<img src=x onerror=y>"), "&lt;img src=x onerror=y>");
  EXPECT_EQ(Title("</b><!-- x --><?php"), "&lt;/b>&lt;!-- x -->&lt;?php");
  EXPECT_EQ(Title("<\x01script>"), "&lt;script>");
  EXPECT_EQ(Title("a < b, x <3"), "a < b, x <3");
}

TEST(RenderLink, MetadataIsCutAndNeutralisedToo) {
  Content content = Issue();
  content.integration_key = "slack-app";
  content.metadata = {{"message", "<b>" + std::string(1'200, 'x')}};
  EXPECT_THAT(Render(content).metadata,
              ElementsAre(MetadataField{"message", "&lt;b>" + std::string(994, 'x')}));
}

TEST(RenderLink, ADeepLinkIsHttpOrHttps) {
  EXPECT_EQ(Refusal("HTTPS://acme.example/x"), "");
  EXPECT_EQ(Refusal("http://acme.example"), "");
  EXPECT_EQ(Refusal("https://acme.example/größe"), "");
  EXPECT_EQ(Refusal(""), "make a deep link: no URL is known");
  EXPECT_EQ(Refusal("javascript:alert(1)"),
            "make a deep link of \"javascript:alert(1)\": it is not an http or https URL");
  EXPECT_EQ(Refusal("https://"),
            "make a deep link of \"https://\": it is not an http or https URL");
  EXPECT_EQ(Refusal("https:///x"), "make a deep link of \"https:///x\": it has no host");
  EXPECT_EQ(Refusal("https://acme.example/a b"),
            "make a deep link of \"https://acme.example/a b\": it holds a character that no URL "
            "may hold");
  EXPECT_EQ(Refusal("https://acme.example/\n"),
            "make a deep link of \"https://acme.example/\\x0a\": it holds a character that no URL "
            "may hold");
}

TEST(RenderLink, ADeepLinkHasAtMostTwoThousandCharacters) {
  std::string url = "https://acme.example/";
  url.resize(2'000, 'x');
  EXPECT_EQ(Refusal(url), "");
  EXPECT_THAT(Refusal(url + 'x'), testing::EndsWith("it is longer than 2000 characters"));
}

LinkBody PullRequest() {
  LinkBody body;
  body.key = "github-1";
  body.integration_key = "github";
  body.deep_link = "https://github.example/acme/shop/pull/7";
  body.title = "Roll out";
  body.description = "All of it";
  body.metadata = {{"authorLogin", "ada"}, {"prTitle", "Roll out"}, {"state", "open"}};
  return body;
}

template <typename Edit>
LinkFingerprint After(Edit edit) {
  LinkBody body = PullRequest();
  edit(body);
  return FingerprintOf(body);
}

// The vector was computed apart from this code. Fingerprints are stored: if they changed, every
// link would be sent again.
TEST(Fingerprint, IsOfTheLengthPrefixedFields) {
  LinkBody body;
  body.integration_key = "jira";
  body.deep_link = "https://acme.example/browse/SHOP-42";
  body.title = "Roll out";
  body.description = "All of it";
  body.metadata = {{"creator", "Ada"}, {"issueKey", "SHOP-42"}};
  EXPECT_EQ(FingerprintOf(body).text, 0xec77d1167f87fe5fu);
  EXPECT_EQ(FingerprintOf(body).card, 0x08cd3df829cc2995u);
}

TEST(Fingerprint, TitleAndDescriptionAreItsText) {
  const LinkFingerprint before = FingerprintOf(PullRequest());
  for (const LinkFingerprint& after :
       {After([](LinkBody& body) { body.title = "Roll back"; }),
        After([](LinkBody& body) { body.description = "Half of it"; }),
        After([](LinkBody& body) { std::swap(body.title, body.description); })}) {
    EXPECT_NE(after.text, before.text);
    EXPECT_EQ(after.card, before.card);
  }
}

TEST(Fingerprint, WhatOnlyANewLinkCanChangeIsItsCard) {
  const LinkFingerprint before = FingerprintOf(PullRequest());
  for (const LinkFingerprint& after :
       {After([](LinkBody& body) { body.deep_link += "7"; }),
        After([](LinkBody& body) { body.integration_key = ""; }),
        After([](LinkBody& body) { body.metadata[1].value = "Roll back"; }),
        After([](LinkBody& body) {
          body.metadata.push_back({"repoName", "shop"});
        })}) {
    EXPECT_EQ(after.text, before.text);
    EXPECT_NE(after.card, before.card);
  }
}

TEST(Fingerprint, WhatIsNotShownDoesNotCount) {
  const LinkFingerprint before = FingerprintOf(PullRequest());
  EXPECT_EQ(After([](LinkBody& body) { body.key = "github-2"; }), before);
  EXPECT_EQ(After([](LinkBody& body) { body.timestamp_ms = 5; }), before);
  EXPECT_EQ(After([](LinkBody& body) { body.metadata[0].value = "grace"; }), before);
  EXPECT_EQ(After([](LinkBody& body) { body.metadata[2].value = "merged"; }), before);
  EXPECT_EQ(After([](LinkBody& body) { body.metadata.push_back({"authorName", "Ada"}); }), before);
  EXPECT_EQ(After([](LinkBody& body) { body.metadata.push_back({"message", "Hi"}); }), before);
  EXPECT_EQ(After([](LinkBody& body) { body.metadata.push_back({"repoName", ""}); }), before);
}

TEST(Fingerprint, AMessageCountsWhereTheCardShowsIt) {
  LinkBody body = PullRequest();
  body.integration_key = "slack-app";
  body.metadata = {{"message", "Hi"}};
  const LinkFingerprint before = FingerprintOf(body);
  body.metadata = {{"message", "Ho"}};
  EXPECT_NE(FingerprintOf(body).card, before.card);
}

}  // namespace
}  // namespace flaglinkd
