// The fixtures have the shape of support.atlassian.com/opsgenie/docs/
// integrate-opsgenie-with-webhook; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Opsgenie() {
  static const LoadedAdapter adapter("opsgenie");
  return adapter;
}

const std::map<std::string, std::string> kSite = {{"site", "https://acme.app.eu.opsgenie.com/"}};

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/opsgenie/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body,
                 const std::map<std::string, std::string>& options = kSite) {
  return Opsgenie().Extract({.body = body, .options = options});
}

// What every action says of the alert, but for its texts and labels.
std::string Alert(const std::string& time, const std::string& part = "") {
  return "  resource: opsgenie/11111111-2222-4333-8444-555555555555-1767607200123\n"
         "  name: #23\n" +
         part + "  part_time: " + time + "\n  content_time: " + time +
         "\n"
         "  created: 1767607200123\n"
         "  title: [shop] Latency after flag:checkout-v2 (#23)\n"
         "  url: https://acme.app.eu.opsgenie.com/alert/detail/"
         "11111111-2222-4333-8444-555555555555-1767607200123/details\n";
}
const std::string kTitle = "  text title: Latency after flag:checkout-v2\n";
const std::string kTags = "  label: shop\n  label: flag-checkout-v2\n";
const std::string kPlain = "  integration_key: \n";

TEST(Opsgenie, IsKnownByAHeaderThatTheOperatorSets) {
  const flaglink_adapter& opsgenie = Opsgenie().declaration();
  ASSERT_EQ(opsgenie.signature_count, 1u);
  EXPECT_STREQ(opsgenie.signatures[0].algorithm, "token");
  EXPECT_STREQ(opsgenie.signatures[0].header, "x-webhook-token");
  EXPECT_STREQ(opsgenie.signatures[0].prefix, "");
  EXPECT_STREQ(opsgenie.signatures[0].encoding, "");
  EXPECT_STREQ(opsgenie.signatures[0].signed_content, "");
  EXPECT_EQ(opsgenie.delivery_id, nullptr);
  EXPECT_STREQ(opsgenie.blank[0], "/headers");
}

TEST(Opsgenie, ACreatedAlertHasItsDescriptionAndDetailsAsParts) {
  const std::string time = "1767607200123000";
  const std::string described = "  description: See `checkout-v2`.\n" + kPlain;
  EXPECT_EQ(Read(Fixture("create")),
            "outcome: extracted\nchange: created\n" + Alert(time) + described + kTitle + kTags +
                "change: created\n" + Alert(time, "  part: description\n") + described +
                "  text description: See `checkout-v2`.\n  labels: not carried\n" +
                "change: created\n" + Alert(time, "  part: details\n") + described +
                "  text detail flag: old-checkout\n  text detail count: 7\n"
                "  labels: not carried\n");
}

TEST(Opsgenie, AnotherActionLeavesTheDescriptionThatIsKnown) {
  EXPECT_EQ(Read(Fixture("acknowledge")), "outcome: extracted\nchange: updated\n" +
                                              Alert("1767607260000000") + kPlain + kTitle + kTags);
}

TEST(Opsgenie, AnEmptyDescriptionClearsItsMentions) {
  const std::string time = "1767607381000000";
  EXPECT_EQ(Read(Fixture("customaction")), "outcome: extracted\nchange: updated\n" + Alert(time) +
                                               kPlain + kTitle + kTags + "change: updated\n" +
                                               Alert(time, "  part: description\n") + kPlain +
                                               "  text description: \n  labels: not carried\n");
}

TEST(Opsgenie, ANoteIsAPartByItsTime) {
  const std::string time = "1767607320000000";
  EXPECT_EQ(Read(Fixture("addnote")),
            "outcome: extracted\nchange: updated\n" + Alert(time) + kPlain + kTitle + kTags +
                "change: created\n" + Alert(time, "  part: note-1767607320000000962\n") + kPlain +
                "  author: ada@acme.example\n  text note: turned `checkout-v2` off\n"
                "  labels: not carried\n");
}

TEST(Opsgenie, ANoteOfTheSystemIsABotsAndClosingRemovesNothing) {
  const std::string text = Read(Fixture("close.by_system"));
  EXPECT_EQ(Values(text, "change"), "updated\ncreated\n");
  EXPECT_EQ(Values(text, "  author"), "System\n");
  EXPECT_EQ(Values(text, "  bot"), "yes\n");
}

TEST(Opsgenie, ADeletedAlertHasNoTexts) {
  EXPECT_EQ(Read(Fixture("delete")), "outcome: extracted\nchange: deleted\n" +
                                         Alert("1767607390000000") + kPlain +
                                         "  texts: not carried\n  labels: not carried\n");
}

TEST(Opsgenie, WithoutASiteThePageIsThatOfTheCommonAddress) {
  EXPECT_EQ(Values(Read(Fixture("acknowledge"), {}), "  url"),
            "https://app.opsgenie.com/alert/detail/"
            "11111111-2222-4333-8444-555555555555-1767607200123/details\n");
}

TEST(Opsgenie, AnEscalationHasNothingOfTheAlert) {
  EXPECT_EQ(Read(Fixture("escalate")),
            "outcome: ignored\nreason: Opsgenie's \"Escalate\" carries nothing of the alert\n");
  EXPECT_EQ(Read(R"({"action":"Create","alert":{"alertId":"1","message":null}})"),
            "outcome: ignored\nreason: Opsgenie's \"Create\" carries nothing of the alert\n");
}

TEST(Opsgenie, WhatIsNotAsDocumentedIsRefusedWithTheReason) {
  const std::string refused =
      "outcome: malformed\nreason: no \"action\" on an \"alert\", as Opsgenie documents it\n";
  EXPECT_EQ(Read("{}"), refused);
  EXPECT_EQ(Read(R"({"action":"Create","alert":null})"), refused);
  EXPECT_EQ(Read(R"({"action":["Create"],"alert":{"alertId":"1","message":"m"}})"), refused);
  EXPECT_EQ(Read(R"({"action":"Create","alert":{"alertId":"../1","message":"m"}})"), refused);
  EXPECT_EQ(Read(R"({"action":"Create","alert":{"alertId":"1 2","message":"m"}})"), refused);
}

TEST(Opsgenie, OfAWrongTypeNothingIsTaken) {
  EXPECT_EQ(Read(R"({"action":"Create","alert":{"alertId":1,"message":"m","tags":"a","tinyId":{},)"
                 R"("createdAt":-1,"updatedAt":"x","details":[1],"note":7}})"),
            "outcome: extracted\nchange: created\n  resource: opsgenie/1\n  title: m\n"
            "  url: https://acme.app.eu.opsgenie.com/alert/detail/1/details\n"
            "  description: This alert has no description.\n  integration_key: \n  text title: m\n"
            "  labels: not carried\n");
}

TEST(Opsgenie, TheSiteIsChecked) {
  EXPECT_EQ(Opsgenie().CheckOptions({}), "");
  EXPECT_EQ(Opsgenie().CheckOptions(kSite), "");
  EXPECT_EQ(Opsgenie().CheckOptions({{"site", "acme"}}),
            "site must be the account's address, such as \"https://acme.app.opsgenie.com\"");
}

TEST(Opsgenie, EveryRecordedBodyIsRead) {
  ReadEveryBody(Opsgenie(), Bodies("opsgenie", {"opsgenie"}), {});
}

}  // namespace
}  // namespace flaglink::testing
