// The fixtures have the envelope of the Standard Webhooks specification; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& StandardWebhooks() {
  static const LoadedAdapter adapter("standardwebhooks");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) /
                  "tests/adapters/standardwebhooks/fixtures" / (name + ".json"));
}

std::string Read(const std::string& body, const std::map<std::string, std::string>& options = {}) {
  return StandardWebhooks().Extract({.body = body, .options = options});
}

std::string Event(const std::string& type, const std::string& data) {
  return R"({"type":")" + type + R"(","timestamp":"2026-01-05T09:00:00Z","data":)" + data + "}";
}

TEST(StandardWebhooks, SignsIdTimeAndBodyByEitherKindOfKeyUnderEitherName) {
  const flaglink_adapter& adapter = StandardWebhooks().declaration();
  ASSERT_EQ(adapter.signature_count, 4u);
  const auto expect = [&](std::size_t at, const std::string& algorithm, const std::string& prefix,
                          const std::string& header) {
    const flaglink_signature& signature = adapter.signatures[at];
    EXPECT_EQ(signature.algorithm, algorithm);
    EXPECT_EQ(signature.prefix, prefix);
    EXPECT_EQ(signature.header, header + "-signature");
    EXPECT_EQ(signature.timestamp, "header:" + header + "-timestamp");
    EXPECT_EQ(signature.id, "header:" + header + "-id");
    EXPECT_STREQ(signature.encoding, "base64");
    EXPECT_STREQ(signature.key_encoding, "base64");
    EXPECT_STREQ(signature.separator, " ");
    EXPECT_STREQ(signature.timestamp_unit, "s");
    EXPECT_STREQ(signature.signed_content, "{id}.{timestamp}.{body}");
    EXPECT_EQ(signature.past_seconds, 300u);
    EXPECT_EQ(signature.future_seconds, 300u);
  };
  expect(0, "hmac-sha256", "v1,", "webhook");
  expect(1, "ed25519", "v1a,", "webhook");
  expect(2, "hmac-sha256", "v1,", "svix");
  expect(3, "ed25519", "v1a,", "svix");
  EXPECT_STREQ(adapter.delivery_id, "header:webhook-id");
}

TEST(StandardWebhooks, WhatSendersCommonlyNameIsRead) {
  EXPECT_EQ(Read(Fixture("ticket.created")), R"(outcome: extracted
change: created
  resource: ticket/tck_42
  name: ticket tck_42
  part_time: 1767603600120900
  content_time: 1767603600120900
  created: 1767603600000
  title: Checkout is odd
  url: https://desk.acme.example/t/tck_42
  description: Turn checkout-v2 off?
  integration_key: 
  author: Ada Lovelace
  text title: Checkout is odd
  label: flag-checkout-v2
change: created
  resource: ticket/tck_42
  name: ticket tck_42
  part: description
  part_time: 1767603600120900
  content_time: 1767603600120900
  created: 1767603600000
  title: Checkout is odd
  url: https://desk.acme.example/t/tck_42
  description: Turn checkout-v2 off?
  integration_key: 
  author: Ada Lovelace
  text description: Turn checkout-v2 off?
  labels: not carried
)");
}

TEST(StandardWebhooks, AnObjectWithinTheDataAndATimeInMillisecondsAreReadAsWell) {
  EXPECT_EQ(Read(Fixture("ticket.comment.added")), R"(outcome: extracted
change: updated
  resource: ticket.comment/42
  name: ticket.comment 42
  part_time: 1767607200120000
  content_time: 1767607200120000
  title: Checkout is odd
  url: https://desk.acme.example/t/42
  description: flag:checkout-v2
  integration_key: 
  private: yes
  text title: Checkout is odd
  label: shop
change: updated
  resource: ticket.comment/42
  name: ticket.comment 42
  part: message
  part_time: 1767607200120000
  content_time: 1767607200120000
  title: Checkout is odd
  url: https://desk.acme.example/t/42
  description: flag:checkout-v2
  integration_key: 
  private: yes
  text message: flag:checkout-v2
  labels: not carried
)");
}

TEST(StandardWebhooks, ADeletionNeedsNoPage) {
  EXPECT_EQ(Read(Fixture("ticket.deleted")), R"(outcome: extracted
change: deleted
  resource: ticket/tck_42
  name: ticket tck_42
  part_time: 1767610800000000
  content_time: 1767610800000000
  integration_key: 
  texts: not carried
  labels: not carried
)");
}

TEST(StandardWebhooks, ADeletedCommentDeletesNoTicket) {
  const std::string text = Read(Event("ticket.comment.deleted", R"({"id":"tck_42"})"));
  EXPECT_EQ(Values(text, "  resource"), "ticket.comment/tck_42\n");
}

TEST(StandardWebhooks, OptionsSayWhereThingsAre) {
  const std::map<std::string, std::string> options = {
      {"id", "/data/contact_id"},
      {"title", "/data/first_name"},
      {"page", "https://app.acme.example/contacts/"},
      {"text", "/data/note"}};
  EXPECT_EQ(Read(Fixture("contact.updated"), options), R"(outcome: extracted
change: updated
  resource: contact/1f81eb52
  name: contact 1f81eb52
  part_time: 1767603600120900
  content_time: 1767603600120900
  title: Ada
  url: https://app.acme.example/contacts/1f81eb52
  description: wants checkout-v2
  integration_key: 
  text title: Ada
  labels: not carried
change: updated
  resource: contact/1f81eb52
  name: contact 1f81eb52
  part: /data/note
  part_time: 1767603600120900
  content_time: 1767603600120900
  title: Ada
  url: https://app.acme.example/contacts/1f81eb52
  description: wants checkout-v2
  integration_key: 
  text /data/note: wants checkout-v2
  labels: not carried
)");
}

TEST(StandardWebhooks, ATextMayBeAListOfPointers) {
  const std::string text = Read(
      Event("a.updated", R"({"id":1,"url":"https://a.example/1","x":"one","y":"two","body":"no"})"),
      {{"text.0", "/data/x"}, {"text.1", "/data/y"}, {"text.2", "/data/z"}});
  EXPECT_EQ(Values(text, "  text /data/x") + Values(text, "  text /data/y"), "one\ntwo\n");
  EXPECT_EQ(Values(text, "  text body"), "");
}

TEST(StandardWebhooks, AnIdMayBearTheNameOfWhatItIdentifies) {
  for (const std::string name : {"uuid", "comment_id", "commentId", "key"}) {
    EXPECT_EQ(Values(Read(Event("ticket.comment.deleted", "{\"x\":1,\"" + name + "\":\"7\"}")),
                     "  resource"),
              "ticket.comment/7\n")
        << name;
  }
}

TEST(StandardWebhooks, APageIsWhatTheBodyOrAnIdThatIsFitForOneGives) {
  const std::map<std::string, std::string> page = {{"page", "https://app.acme.example/t/"}};
  EXPECT_EQ(Values(Read(Event("t.updated", R"({"id":"a-1"})"), page), "  url"),
            "https://app.acme.example/t/a-1\n");
  EXPECT_EQ(
      Values(Read(Event("t.updated", R"({"id":1,"link":"/t/1","url":"https://a.example/1"})")),
             "  url"),
      "https://a.example/1\n");
  EXPECT_EQ(Values(Read(Event("t.updated", R"({"id":1,"where":"https://a.example/2"})"),
                        {{"url", "/data/where"}}),
                   "  url"),
            "https://a.example/2\n");
  const std::string ignored =
      "outcome: ignored\nreason: t.updated: no page's address in its data: set url or page\n";
  EXPECT_EQ(Read(Event("t.updated", R"({"id":"../a b"})"), page), ignored);
  EXPECT_EQ(Read(Event("t.updated", R"({"id":1,"url":"javascript:alert"})")), ignored);
  EXPECT_EQ(Read(Event("t.updated", R"({"id":1,"url":["https://a.example"]})")), ignored);
}

TEST(StandardWebhooks, WhatAnEventLeavesOutStaysAsItWas) {
  EXPECT_EQ(Read(Event("ticket.updated", R"({"id":1,"url":"https://a.example/1"})")),
            "outcome: extracted\nchange: updated\n  resource: ticket/1\n  name: ticket 1\n"
            "  part_time: 1767603600000000\n  content_time: 1767603600000000\n"
            "  url: https://a.example/1\n"
            "  integration_key: \n  texts: not carried\n  labels: not carried\n");
  const std::string titled =
      Read(Event("ticket.updated", R"({"id":1,"url":"https://a.example/1","title":"T"})"));
  EXPECT_EQ(Values(titled, "  part"), "");
  EXPECT_EQ(Values(titled, "  text title"), "T\n");
  EXPECT_EQ(Values(titled, "  description"), "");
  const std::string untitled =
      Read(Event("ticket.updated", R"({"id":1,"url":"https://a.example/1","body":"B"})"));
  EXPECT_EQ(Values(untitled, "  part"), "body\n");
  EXPECT_EQ(Values(untitled, "  texts"), "not carried\n");
  EXPECT_EQ(Values(untitled, "  title"), "");
}

TEST(StandardWebhooks, NullAndEmptyClear) {
  for (const std::string nothing : {"null", R"("")"}) {
    const std::string text =
        Read(Event("ticket.updated", R"({"id":1,"url":"https://a.example/1","tags":[],"title":)" +
                                         nothing + R"(,"body":)" + nothing + "}"));
    EXPECT_EQ(Values(text, "  texts"), "") << nothing;
    EXPECT_EQ(Values(text, "  text title"), "\n") << nothing;
    EXPECT_EQ(Values(text, "  text body"), "\n") << nothing;
    EXPECT_EQ(Values(text, "  labels"), "not carried\n") << nothing;
    EXPECT_EQ(Values(text, "  description"),
              "This ticket has no description.\nThis ticket has no description.\n")
        << nothing;
  }
}

TEST(StandardWebhooks, WhatMarksAnObjectAsPrivateCounts) {
  for (const std::string mark : {R"("private":true)", R"("is_private":true)",
                                 R"("confidential":true)", R"("visibility":"private")"}) {
    EXPECT_EQ(
        Values(Read(Event("t.updated", R"({"id":1,"url":"https://a.example/1",)" + mark + "}")),
               "  private"),
        "yes\n")
        << mark;
  }
}

TEST(StandardWebhooks, OptionsAreCheckedAtLoad) {
  EXPECT_EQ(StandardWebhooks().CheckOptions({}), "");
  EXPECT_EQ(StandardWebhooks().CheckOptions({{"id", "/data/id"}, {"text.0", "/data/a"}}), "");
  EXPECT_EQ(StandardWebhooks().CheckOptions({{"title", "data.name"}}),
            "id, title, url and text are JSON Pointers into the body: \"/data/contact/id\"");
  EXPECT_EQ(StandardWebhooks().CheckOptions({{"page", "app.acme.example/"}}),
            "page is the address that an id makes a page's: "
            "\"https://app.acme.example/contacts/\"");
}

TEST(StandardWebhooks, WhatSaysTooLittleIsIgnoredWithWhatToSet) {
  EXPECT_EQ(Read(Fixture("thin")),
            "outcome: ignored\nreason: invoice.paid: no id in its data: set the option id\n");
  EXPECT_EQ(Read(Fixture("contact.updated")),
            "outcome: ignored\nreason: contact.updated: no page's address in its data: set url or "
            "page\n");
  EXPECT_EQ(Read(R"({"type":"ping"})"),
            "outcome: ignored\nreason: ping: no id in its data: set the option id\n");
}

TEST(StandardWebhooks, ABodyWithoutATypeIsRefused) {
  const std::string refused =
      "outcome: malformed\nreason: no \"type\", as Standard Webhooks has one\n";
  EXPECT_EQ(Read("{}"), refused);
  EXPECT_EQ(Read(R"({"type":null,"data":{"id":1}})"), refused);
  EXPECT_EQ(Read("7"), "outcome: malformed\nreason: JSON, but no object\n");
}

TEST(StandardWebhooks, EveryBodyGivesAChangeOrAReason) {
  ReadEveryBody(StandardWebhooks(), Bodies("standardwebhooks", {}), {});
}

}  // namespace
}  // namespace flaglink::testing
