// The fixtures have the shape of linear.app/developers/webhooks and of the …WebhookPayload types of
// Linear's SDK; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Linear() {
  static const LoadedAdapter adapter("linear");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/linear/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body) {
  return Linear().Extract({.body = body});
}

TEST(Linear, SignsTheBodyWithATimeOfTheEventInIt) {
  const flaglink_adapter& linear = Linear().declaration();
  ASSERT_EQ(linear.signature_count, 1u);
  EXPECT_STREQ(linear.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(linear.signatures[0].header, "linear-signature");
  EXPECT_STREQ(linear.signatures[0].prefix, "");
  EXPECT_STREQ(linear.signatures[0].encoding, "hex");
  EXPECT_STREQ(linear.signatures[0].signed_content, "{body}");
  EXPECT_STREQ(linear.signatures[0].timestamp, "body:/webhookTimestamp");
  EXPECT_STREQ(linear.signatures[0].timestamp_unit, "ms");
  EXPECT_EQ(linear.signatures[0].past_seconds, 86400u);
  EXPECT_EQ(linear.signatures[0].future_seconds, 300u);
  EXPECT_STREQ(linear.delivery_id, "header:linear-delivery");
}

TEST(Linear, ACreatedIssueIsReadWhole) {
  EXPECT_EQ(Read(Fixture("Issue.create")), R"(outcome: extracted
change: created
  resource: linear.app/issue/11111111-0000-4000-8000-000000000042
  name: SHOP-42
  part_time: 1767605400000000
  content_time: 1767605400000000
  created: 1767603600000
  title: SHOP-42: Roll out checkout-v2
  url: https://linear.app/acme/issue/SHOP-42
  description: Behind checkout-v2, see the flag https://app.launchdarkly.com/projects/default/flags/checkout-v2 .
  integration_key: 
  author: Ada Acme
  text title: Roll out checkout-v2
  text description: Behind checkout-v2, see the flag https://app.launchdarkly.com/projects/default/flags/checkout-v2 .
  label: flag-checkout-v2
)");
}

TEST(Linear, WhatAnIssueThatComesWithItsTitleLacksIsEmpty) {
  EXPECT_EQ(Read(Fixture("Issue.update")), R"(outcome: extracted
change: updated
  resource: linear.app/issue/11111111-0000-4000-8000-000000000042
  name: SHOP-42
  part_time: 1767690000000000
  content_time: 1767690000000000
  created: 1767603600000
  title: SHOP-42: Roll out the new checkout
  url: https://linear.app/acme/issue/SHOP-42
  description: This issue has no description.
  integration_key: 
  text title: Roll out the new checkout
  text description: 
)");
}

TEST(Linear, AnIssueWithoutItsTitleLeavesTitleTextsAndLabels) {
  const std::string partial = Read(
      R"({"type":"Issue","action":"update","data":{"id":"1-a","identifier":"SHOP-1","labelIds":["x"]},
          "url":"https://linear.app/acme/issue/SHOP-1/words"})");
  EXPECT_EQ(partial, R"(outcome: extracted
change: updated
  resource: linear.app/issue/1-a
  name: SHOP-1
  url: https://linear.app/acme/issue/SHOP-1
  integration_key: 
  texts: not carried
  labels: not carried
)");
}

TEST(Linear, ARemovedIssueHasNoPageAndOneThatLinearArchivesStays) {
  EXPECT_EQ(Read(Fixture("Issue.remove")), R"(outcome: extracted
change: deleted
  resource: linear.app/issue/11111111-0000-4000-8000-000000000042
  name: SHOP-42
  part_time: 1767776400000000
  content_time: 1767776400000000
  created: 1767603600000
  title: SHOP-42: Roll out checkout-v2
  integration_key: 
  texts: not carried
  labels: not carried
)");
  EXPECT_EQ(Values(Read(Fixture("Issue.archived")), "change"), "updated\n");
}

TEST(Linear, ACommentIsAPartAndItsIssueGivesWayToWhatIsKnown) {
  EXPECT_EQ(Read(Fixture("Comment.create")), R"(outcome: extracted
change: created
  resource: linear.app/issue/11111111-0000-4000-8000-000000000042
  name: SHOP-42
  part: comment-88888888-0000-4000-8000-000000000008
  part_time: 1767607200000000
  content_time: 1
  title: SHOP-42: Roll out checkout-v2
  url: https://linear.app/acme/issue/SHOP-42
  integration_key: 
  author: Bob Acme
  text comment: `checkout-v2` is on for staff
  labels: not carried
)");
  EXPECT_EQ(Read(Fixture("Comment.remove")), R"(outcome: extracted
change: deleted
  resource: linear.app/issue/11111111-0000-4000-8000-000000000042
  name: SHOP-42
  part: comment-88888888-0000-4000-8000-000000000008
  part_time: 1767610800000000
  content_time: 1
  title: SHOP-42: Roll out checkout-v2
  url: https://linear.app/acme/issue/SHOP-42
  integration_key: 
  author: Bob Acme
  texts: not carried
  labels: not carried
)");
}

TEST(Linear, ACommentThatKnowsItsIssueByIdIsCalledByThePage) {
  const std::string body = Replaced(Fixture("Comment.create"), "\"issue\": {", "\"other\": {");
  EXPECT_EQ(Values(Read(body), "  title"), "SHOP-42\n");
  EXPECT_EQ(Values(Read(body), "  url"), "https://linear.app/acme/issue/SHOP-42\n");
}

TEST(Linear, WhatAnAppWritesIsMarked) {
  const std::string comment = Read(Fixture("Comment.bot"));
  EXPECT_EQ(Values(comment, "  author"), "Slack\n");
  EXPECT_EQ(Values(comment, "  bot"), "yes\n");
  const std::string issue =
      Replaced(Fixture("Issue.create"), R"("type": "user")", R"("type": "oauthClient")");
  EXPECT_EQ(Values(Read(issue), "  bot"), "yes\n");
  EXPECT_EQ(Values(Read(Fixture("Issue.create")), "  bot"), "");
}

TEST(Linear, ProjectsAndDocumentsAreResources) {
  EXPECT_EQ(Read(Fixture("Project.create")), R"(outcome: extracted
change: created
  resource: linear.app/project/22222222-0000-4000-8000-000000000007
  name: New checkout
  part_time: 1767344400000000
  content_time: 1767344400000000
  created: 1767344400000
  title: New checkout
  url: https://linear.app/acme/project/new-checkout-0a1b2c3d4e5f
  description: Everything behind checkout-v2
  integration_key: 
  author: Ada Acme
  text title: New checkout
  text description: Everything behind checkout-v2
  text content: # Plan\nFirst `checkout-v2`.
)");
  const std::string document = Read(Fixture("Document.update"));
  EXPECT_EQ(Values(document, "  resource"),
            "linear.app/document/bbbbbbbb-0000-4000-8000-00000000000b\n");
  EXPECT_EQ(Values(document, "  text content"), "Turn `checkout-v2` off first.\n");
}

TEST(Linear, UpdatesAndTheCommentsOnThemArePartsOfTheProject) {
  EXPECT_EQ(Read(Fixture("ProjectUpdate.create")), R"(outcome: extracted
change: created
  resource: linear.app/project/22222222-0000-4000-8000-000000000007
  name: New checkout
  part: update-99999999-0000-4000-8000-000000000009
  part_time: 1767852000000000
  content_time: 1
  title: New checkout
  url: https://linear.app/acme/project/new-checkout-0a1b2c3d4e5f
  integration_key: 
  author: Ada Acme
  text update: checkout-v2 is at 50%
  labels: not carried
)");
  const std::string comment = Read(Fixture("Comment.on_project_update"));
  EXPECT_EQ(Values(comment, "  resource"),
            "linear.app/project/22222222-0000-4000-8000-000000000007\n");
  EXPECT_EQ(Values(comment, "  text comment"), "make checkout-v2 100%\n");
  const std::string without_page =
      Replaced(Fixture("ProjectUpdate.create"), "\"project\":", "\"p\":");
  EXPECT_EQ(Values(Read(without_page), "  url"),
            "https://linear.app/acme/project/new-checkout-0a1b2c3d4e5f\n");
}

TEST(Linear, AnAttachmentIsAPartOfItsIssue) {
  const std::string attachment = Read(Fixture("Attachment.create"));
  EXPECT_EQ(Values(attachment, "  part"), "attachment-cccccccc-0000-4000-8000-00000000000c\n");
  EXPECT_EQ(Values(attachment, "  url"), "https://linear.app/acme/issue/SHOP-42\n");
  EXPECT_EQ(Values(attachment, "  text attachment"),
            "checkout-v2\\nin LaunchDarkly\\n"
            "https://app.launchdarkly.com/projects/default/flags/checkout-v2\n");
}

TEST(Linear, OtherKindsAreIgnoredWithTheirName) {
  EXPECT_EQ(Read(Fixture("IssueLabel.create")),
            "outcome: ignored\nreason: Linear's \"IssueLabel\" is neither a thing that is linked "
            "nor a remark\n");
  EXPECT_EQ(Read(R"({"type":"Comment","action":"create","data":{"id":"1","issueId":null}})"),
            "outcome: ignored\nreason: a remark that does not say what it stands on\n");
}

TEST(Linear, WhatLinearDoesNotSendIsRefused) {
  const auto refused = [](const std::string& reason) {
    return "outcome: malformed\nreason: " + reason + "\n";
  };
  EXPECT_EQ(Read("{}"), refused("no \"type\", as Linear's events have one"));
  const std::string id = refused("a \"data\" without a usable \"id\"");
  EXPECT_EQ(Read(R"({"type":"Issue","data":[]})"), id);
  for (const std::string bad : {R"("a/../b")", R"("a b")", R"("")", "null", "{}"}) {
    EXPECT_EQ(Read(R"({"type":"Issue","data":{"id":)" + bad + "}}"), id) << bad;
    EXPECT_EQ(Read(R"({"type":"Comment","data":{"id":)" + bad + "}}"), id) << bad;
  }
  for (const std::string bad : {R"("javascript:alert")", R"("https://")", "null", "7"}) {
    EXPECT_EQ(Read(R"({"type":"Issue","data":{"id":"1","title":"t"},"url":)" + bad + "}"),
              refused("a \"url\" that is no page"))
        << bad;
  }
}

TEST(Linear, WrongTypesLeaveOutWhatTheyWouldHaveSaid) {
  EXPECT_EQ(Read(R"({"type":"Comment","action":7,"actor":null,"createdAt":{},
                     "data":{"id":"1","issueId":"2","issue":[],"body":null,"user":"x",
                             "updatedAt":0,"botActor":"{"},"url":"javascript:x"})"),
            "outcome: extracted\n"
            "change: updated\n"
            "  resource: linear.app/issue/2\n"
            "  part: comment-1\n"
            "  content_time: 1\n"
            "  integration_key: \n"
            "  bot: yes\n"
            "  texts: not carried\n"
            "  labels: not carried\n");
}

TEST(Linear, EveryRecordedBodyIsRead) {
  ReadEveryBody(Linear(), Bodies("linear", {"linear"}), {});
}

}  // namespace
}  // namespace flaglink::testing
