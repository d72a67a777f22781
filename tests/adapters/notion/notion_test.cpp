// The fixtures have the shape of developers.notion.com/reference/webhooks-events-delivery, the
// documents that of …/reference/page, block, database and comment-object; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Notion() {
  static const LoadedAdapter adapter("notion");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/notion/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body, const std::map<std::string, std::string>& fetched = {}) {
  return Notion().Extract({.body = body, .fetched = fetched});
}

const std::string kId = "0ef104cd-0000-4000-8000-000000000042";
const std::string kPage = R"({"object":"page","created_time":"2026-01-04T09:00:00.000Z",
    "last_edited_time":"2026-01-05T10:00:00.000Z","created_by":{"object":"user","id":"c7c1"},
    "in_trash":false,"url":"https://www.notion.so/Roll-out-0ef104cd",
    "properties":{
      "Status":{"id":"a","type":"status","status":{"name":"Started"}},
      "Flags":{"id":"b","type":"multi_select","multi_select":[{"name":"flag-checkout-v2"}]},
      "Notes":{"id":"c","type":"rich_text","rich_text":[
        {"type":"text","plain_text":"see ","href":null,"annotations":{"code":false}},
        {"type":"text","plain_text":"the flag","annotations":{"code":false},
         "href":"https://app.launchdarkly.com/projects/default/flags/checkout-v2"}]},
      "Link":{"id":"d","type":"url","url":"https://acme.example/checkout"},
      "Due":{"id":"e","type":"date","date":null},
      "Name":{"id":"title","type":"title","title":[{"plain_text":"Roll out","href":null}]}}})";
const std::string kBlocks = R"({"object":"list","has_more":false,"results":[
    {"type":"heading_1","heading_1":{"rich_text":[{"plain_text":"Plan"}]}},
    {"type":"paragraph","paragraph":{"rich_text":[
      {"plain_text":"turn ","annotations":{"code":false}},
      {"plain_text":"checkout-v2","annotations":{"code":true}},{"plain_text":" on"}]}},
    {"type":"divider","divider":{}},
    {"type":"code","code":{"language":"c++","rich_text":[{"plain_text":"on = true"}]}},
    {"type":"bookmark","bookmark":{"caption":[],"url":"https://acme.example/x"}}]})";
const std::string kComment = R"({"object":"comment","created_time":"2026-01-05T12:00:00.000Z",
    "last_edited_time":"2026-01-05T12:00:00.000Z","created_by":{"object":"user","id":"c7c1"},
    "display_name":{"type":"user","resolved_name":"Bob Acme"},
    "rich_text":[{"plain_text":"checkout-v2 is on","href":null}]})";

const std::string kAsked = "  subject: yes\n  header notion-version: 2022-06-28\n";
const std::string kPageNeed = "need page: api.notion.com/v1/pages/" + kId + "?\n" + kAsked;
const std::string kBlocksNeed =
    "need blocks: api.notion.com/v1/blocks/" + kId + "/children?page_size=100\n" + kAsked;

// Page 42, up to its title.
std::string Page(const std::string& kind, const std::string& part, const std::string& time) {
  return "change: " + kind +
         "\n  resource: notion.so/0ef104cd000040008000000000000042\n  name: Roll out\n" +
         (part.empty() ? "" : "  part: " + part + "\n") + "  part_time: " + time +
         "\n  content_time: " + time + "\n  created: 1767517200000\n  title: Roll out\n" +
         "  url: https://www.notion.so/0ef104cd000040008000000000000042\n";
}
const std::string kContent =
    "Plan\\nturn `checkout-v2` on\\n`on = true`\\nhttps://acme.example/x\n";
const std::string kProperties =
    "  text title: Roll out\n"
    "  text Notes: see the flag "
    "https://app.launchdarkly.com/projects/default/flags/checkout-v2 \n"
    "  text Link: https://acme.example/checkout\n"
    "  label: Started\n"
    "  label: flag-checkout-v2\n";

TEST(Notion, SignsWithTheTokenThatItsHandshakeBrings) {
  const flaglink_adapter& notion = Notion().declaration();
  ASSERT_EQ(notion.signature_count, 1u);
  EXPECT_STREQ(notion.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(notion.signatures[0].header, "x-notion-signature");
  EXPECT_STREQ(notion.signatures[0].prefix, "sha256=");
  EXPECT_STREQ(notion.signatures[0].encoding, "hex");
  EXPECT_STREQ(notion.signatures[0].signed_content, "{body}");
  EXPECT_STREQ(notion.armed_secret, "body:/verification_token");
  EXPECT_STREQ(notion.blank[0], "/verification_token");
  EXPECT_STREQ(notion.delivery_id, "body:/id");
  EXPECT_STREQ(notion.hosts[0], "api.notion.com");
  EXPECT_EQ(notion.hosts[1], nullptr);
}

TEST(Notion, APageAsksForItsPropertiesAndItsBlocks) {
  const std::string needs = "outcome: extracted\n" + kPageNeed + kBlocksNeed;
  EXPECT_EQ(Read(Fixture("page.created")), needs);
  EXPECT_EQ(Read(Fixture("page.content_updated")), needs);
}

TEST(Notion, WhatWasFetchedBecomesThePageAndItsContent) {
  EXPECT_EQ(Read(Fixture("page.content_updated"), {{"page", kPage}, {"blocks", kBlocks}}),
            "outcome: extracted\n" + Page("updated", "", "1767607200500000") + "  description: " +
                kContent + "  integration_key: \n  author: c7c1\n" + kProperties +
                Page("updated", "content", "1767607200500000") + "  description: " + kContent +
                "  integration_key: \n  author: c7c1\n  text content: " + kContent +
                "  labels: not carried\n");
}

TEST(Notion, WithoutItsBlocksAPageKeepsTheContentThatIsKnown) {
  EXPECT_EQ(Read(Fixture("page.properties_updated"), {{"page", kPage}}),
            "outcome: extracted\n" + kBlocksNeed + Page("updated", "", "1767607800000000") +
                "  integration_key: \n  author: c7c1\n" + kProperties);
  const std::string empty =
      Read(Fixture("page.created"), {{"page", kPage}, {"blocks", R"({"results":[]})"}});
  EXPECT_EQ(Values(empty, "  description"), "This page has no text.\nThis page has no text.\n");
  EXPECT_EQ(Values(empty, "  text content"), "\n");
}

TEST(Notion, ADeletionNeedsNoDocument) {
  EXPECT_EQ(Read(Fixture("page.deleted")),
            "outcome: extracted\n"
            "change: deleted\n"
            "  resource: notion.so/0ef104cd000040008000000000000042\n"
            "  part_time: 1767776400000000\n"
            "  integration_key: \n"
            "  texts: not carried\n"
            "  labels: not carried\n");
  EXPECT_EQ(Read(Fixture("comment.deleted")),
            "outcome: extracted\n"
            "change: deleted\n"
            "  resource: notion.so/0ef104cd000040008000000000000042\n"
            "  part: comment-6d9c2a5e000040008000000000000101\n"
            "  part_time: 1767615000000000\n"
            "  integration_key: \n"
            "  texts: not carried\n"
            "  labels: not carried\n");
}

TEST(Notion, APageThatIsInTheTrashByThenIsDeleted) {
  const std::string trashed = Replaced(kPage, R"("in_trash":false)", R"("in_trash":true)");
  const std::string text =
      Read(Fixture("page.content_updated"), {{"page", trashed}, {"blocks", kBlocks}});
  EXPECT_EQ(Values(text, "change"), "deleted\n");
  EXPECT_EQ(Values(text, "  texts"), "not carried\n");
}

TEST(Notion, ACommentIsAPartOfItsPage) {
  EXPECT_EQ(Read(Fixture("comment.created")),
            "outcome: extracted\n"
            "need comment: api.notion.com/v1/comments/6d9c2a5e-0000-4000-8000-000000000101?\n" +
                kAsked + kPageNeed);
  EXPECT_EQ(Read(Fixture("comment.created"), {{"page", kPage}, {"comment", kComment}}),
            "outcome: extracted\n"
            "change: created\n"
            "  resource: notion.so/0ef104cd000040008000000000000042\n"
            "  name: Roll out\n"
            "  part: comment-6d9c2a5e000040008000000000000101\n"
            "  part_time: 1767614400000000\n"
            "  content_time: 1\n"
            "  created: 1767517200000\n"
            "  title: Roll out\n"
            "  url: https://www.notion.so/0ef104cd000040008000000000000042\n"
            "  integration_key: \n"
            "  author: Bob Acme\n"
            "  text comment: checkout-v2 is on\n"
            "  labels: not carried\n");
  const std::string alone = Read(Fixture("comment.created"), {{"comment", kComment}});
  EXPECT_EQ(Values(alone, "  title"), "A page of Notion\n");
}

TEST(Notion, ADatabaseIsAResourceToo) {
  const std::string database = Read(
      Fixture("database.content_updated"),
      {{"database", R"({"title":[{"plain_text":"Flags"}],"description":[],"archived":false})"}});
  EXPECT_EQ(Values(database, "  title"), "Flags\n");
  EXPECT_EQ(Values(database, "  description"), "This database has no description.\n");
  EXPECT_EQ(Values(database, "  text title"), "Flags\n");
}

TEST(Notion, WhatABotMakesIsMarked) {
  EXPECT_EQ(Values(Read(Fixture("page.created.by_bot"), {{"page", kPage}}), "  bot"), "yes\n");
  EXPECT_EQ(Values(Read(Fixture("page.created"), {{"page", kPage}}), "  bot"), "");
}

TEST(Notion, ABotsEditOfWhatItMadeIsMarkedAndAnyOtherEditIsNot) {
  const auto bot = [](const std::string& event, const std::string& type, const std::string& maker) {
    const std::string by = R"("created_by":{"object":"user","id":")" + maker + R"("})";
    const std::string old = R"("created_by":{"object":"user","id":"c7c1"})";
    std::string body = Replaced(Fixture(event), R"("type": "person")", R"("type": ")" + type + '"');
    if (event == "comment.created") body = Replaced(body, event, "comment.updated");
    return Values(
        Read(body, {{"page", Replaced(kPage, old, by)}, {"comment", Replaced(kComment, old, by)}}),
        "  bot");
  };
  const std::string author = "c7c11cca-0000-4000-8000-00000000000a";
  for (const std::string event : {"page.content_updated", "comment.created"}) {
    EXPECT_EQ(bot(event, "bot", author), "yes\n") << event;
    EXPECT_EQ(bot(event, "agent", author), "yes\n") << event;
    EXPECT_EQ(bot(event, "bot", "c7c1"), "") << event;
    EXPECT_EQ(bot(event, "bot", ""), "") << event;
    EXPECT_EQ(bot(event, "person", author), "") << event;
  }
}

TEST(Notion, OtherKindsAndAnUnexpectedTokenAreIgnored) {
  EXPECT_EQ(
      Read(Fixture("page.locked")),
      "outcome: ignored\nreason: Notion's \"page.locked\" changes no text of a page or database\n");
  EXPECT_EQ(Read(Fixture("verification")),
            "outcome: ignored\nreason: Notion's verification token: arm the source, then have it "
            "sent again\n");
}

TEST(Notion, HostileIdsAskForNothing) {
  const auto refused = [](const std::string& reason) {
    return "outcome: malformed\nreason: " + reason + "\n";
  };
  EXPECT_EQ(Read("{}"), refused("no \"type\", as Notion's events have one"));
  for (const std::string bad : {R"("../users")", R"("a b")", R"("--")", R"("a?b")", "null", "7"}) {
    EXPECT_EQ(Read(R"({"type":"page.created","entity":{"id":)" + bad + "}}"),
              refused("an \"entity\" without a usable \"id\""))
        << bad;
    for (const std::string type : {"comment.created", "comment.deleted"}) {
      EXPECT_EQ(
          Read(R"({"type":")" + type + R"(","entity":{"id":"1"},"data":{"page_id":)" + bad + "}}"),
          refused("a comment without a usable \"page_id\" in its \"data\""))
          << bad;
    }
  }
}

TEST(Notion, DocumentsThatAreNoneAreRefused) {
  for (const std::string document : {"", "[]", "{"}) {
    EXPECT_EQ(
        Values(Read(Fixture("page.created"), {{"page", document}, {"blocks", document}}), "reason"),
        "Notion's API did not answer with a page\n")
        << document;
  }
  const std::string odd =
      R"({"properties":{"a":7,"b":{"type":"select","select":[]},"c":{"type":7},
          "d":{"type":"title","title":"x"},"e":{"type":"multi_select","multi_select":{"name":1}}}})";
  const std::string text =
      Read(Fixture("page.created"), {{"page", odd}, {"blocks", R"({"results":[7,{"type":{}}]})"}});
  EXPECT_EQ(Values(text, "change"), "created\ncreated\n");
  EXPECT_EQ(Values(text, "  title"), "Untitled page\nUntitled page\n");
}

TEST(Notion, EveryRecordedBodyIsRead) {
  for (const auto& path : Bodies("notion", {"notion"})) {
    const std::string text = Read(ReadFile(path));
    EXPECT_EQ(text.find("malformed"), std::string::npos) << path << '\n' << text;
    const bool says = text.find("\nneed ") != std::string::npos ||
                      text.find("\nchange: ") != std::string::npos ||
                      text.find("\nreason: ") != std::string::npos;
    EXPECT_TRUE(says) << path << '\n' << text;
  }
}

}  // namespace
}  // namespace flaglink::testing
