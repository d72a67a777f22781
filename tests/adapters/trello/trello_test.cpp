// The fixtures have the shape of developer.atlassian.com/cloud/trello/guides/rest-api/webhooks and
// …/action-types; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Trello() {
  static const LoadedAdapter adapter("trello");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/trello/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body) {
  return Trello().Extract({.body = body});
}

// What every change about the card says of it, from its kind to its time.
std::string Card(const std::string& kind, const std::string& part, const std::string& time) {
  return "change: " + kind +
         "\n  resource: trello.com/695bb3e0a1b2c3d4e5f60718\n  name: C4rdAbCd\n" +
         (part.empty() ? "" : "  part: " + part + "\n") + "  part_time: " + time +
         "\n  content_time: " + time + "\n  created: 1767617504000\n";
}

// What a link to it shows. Who acted is a fallback for who made it, but where the card is made.
std::string Shown(const std::string& title, const std::string& description = "") {
  return "  title: [Shop] " + title + "\n  url: https://trello.com/c/C4rdAbCd\n" +
         (description.empty() ? "" : "  description: " + description + "\n") +
         "  integration_key: trello\n";
}

std::string ByBob(const std::string& title) {
  return "  metadata cardTitle: " + title +
         "\n  metadata creator?: Bob Acme\n  metadata avatar?: https://trello.com/favicon.ico\n";
}

std::string ByAda(const std::string& title, const std::string& known) {
  return "  metadata cardTitle: " + title + "\n  metadata creator" + known +
         ": Ada Acme\n  metadata avatar" + known +
         ": https://trello-members.s3.amazonaws.com/69300000a1b2c3d4e5f60711/"
         "0a1b2c3d4e5f60718293a4b5c6d7e8f9/50.png\n";
}

const std::string kTitle = "Roll out checkout-v2";
const std::string kTitleText = "  text title: Roll out checkout-v2\n";
const std::string kNothing = "  texts: not carried\n  labels: not carried\n";
const std::string kNoLabels = "  labels: not carried\n";

TEST(Trello, SignsTheBodyAndTheCallbackUrlWithSha1) {
  const flaglink_adapter& trello = Trello().declaration();
  ASSERT_EQ(trello.signature_count, 1u);
  EXPECT_STREQ(trello.signatures[0].algorithm, "hmac-sha1");
  EXPECT_STREQ(trello.signatures[0].header, "x-trello-webhook");
  EXPECT_STREQ(trello.signatures[0].prefix, "");
  EXPECT_STREQ(trello.signatures[0].encoding, "base64");
  EXPECT_STREQ(trello.signatures[0].signed_content, "{body}{option:callback_url}");
  EXPECT_STREQ(trello.delivery_id, "body:/action/id");
  EXPECT_STREQ(trello.methods, "POST,HEAD");
}

TEST(Trello, IsNoSourceWithoutTheCallbackUrl) {
  EXPECT_EQ(Trello().CheckOptions({{"callback_url", "https://hooks.acme.example/hooks/trello"}}),
            "");
  const std::string problem =
      "callback_url must be the URL that the webhook was made with, to the letter: it is part of "
      "what Trello signs";
  EXPECT_EQ(Trello().CheckOptions({}), problem);
  EXPECT_EQ(Trello().CheckOptions({{"callback_url", "hooks.acme.example"}}), problem);
}

TEST(Trello, ACreatedCardHasEveryFieldOfItsCard) {
  EXPECT_EQ(Read(Fixture("createCard")),
            "outcome: extracted\n" + Card("created", "", "1767617504120000") + Shown(kTitle) +
                "  author: adaacme\n" + ByAda(kTitle, "") + kTitleText + kNoLabels);
}

TEST(Trello, ADescriptionIsAPartThatIsReplacedByItself) {
  const std::string text =
      "Behind checkout-v2, see the flag "
      "https://app.launchdarkly.com/projects/default/flags/checkout-v2 .";
  const std::string shown = Shown(kTitle, text);
  EXPECT_EQ(Read(Fixture("updateCard.desc")),
            "outcome: extracted\n" + Card("updated", "", "1767618000000000") + shown +
                ByBob(kTitle) + kTitleText + kNoLabels +
                Card("updated", "description", "1767618000000000") + shown + "  author: bobacme\n" +
                ByBob(kTitle) + "  text description: " + text + "\n" + kNoLabels);
}

TEST(Trello, ARemovedDescriptionIsEmptyAndOneThatIsNotThereIsAbsent) {
  const std::string removed =
      Read(R"({"action":{"type":"updateCard","data":{"card":{"id":"69","shortLink":"a","name":"b",
              "desc":""}}}})");
  EXPECT_EQ(Values(removed, "  description"),
            "This card has no description.\nThis card has no description.\n");
  EXPECT_EQ(Values(removed, "  text description"), "\n");
  const std::string renamed = Read(Fixture("updateCard.name"));
  EXPECT_EQ(renamed, "outcome: extracted\n" + Card("updated", "", "1767618600000000") +
                         Shown("Roll out the new checkout") + "  author: bobacme\n" +
                         ByBob("Roll out the new checkout") +
                         "  text title: Roll out the new checkout\n" + kNoLabels);
}

TEST(Trello, ArchivingLeavesACardAndDeletingRemovesIt) {
  EXPECT_EQ(Read(Fixture("updateCard.archived")),
            "outcome: extracted\n" + Card("updated", "", "1767686400000000") + Shown(kTitle) +
                ByBob(kTitle) + kTitleText + kNoLabels);
  EXPECT_EQ(Read(Fixture("deleteCard")),
            "outcome: extracted\n" + Card("deleted", "", "1767776400000000") +
                "  url: https://trello.com/c/C4rdAbCd\n  integration_key: trello\n"
                "  metadata cardTitle?: Trello card\n  metadata creator?: Bob Acme\n"
                "  metadata avatar?: https://trello.com/favicon.ico\n" +
                kNothing);
}

TEST(Trello, ACommentIsAPartThatIsWrittenEditedAndDeleted) {
  const std::string part = "comment-69700000a1b2c3d4e5f60706";
  const auto rides_along = [](const std::string& time) {
    return "outcome: extracted\n" + Card("created", "", time) + Shown(kTitle) + ByBob(kTitle) +
           kTitleText + kNoLabels;
  };
  const std::string by_bob = Shown(kTitle) + "  author: bobacme\n" + ByBob(kTitle);
  EXPECT_EQ(Read(Fixture("commentCard")),
            rides_along("1767621600000000") + Card("created", part, "1767621600000000") + by_bob +
                "  text comment: `checkout-v2` is on for staff\n" + kNoLabels);
  EXPECT_EQ(Read(Fixture("updateComment")), rides_along("1767621900000000") +
                                                Card("updated", part, "1767621900000000") + by_bob +
                                                "  text comment: off again\n" + kNoLabels);
  EXPECT_EQ(Read(Fixture("deleteComment")), rides_along("1767622200000000") +
                                                Card("deleted", part, "1767622200000000") + by_bob +
                                                kNothing);
}

TEST(Trello, AttachmentsAndLinesOfChecklistsAreParts) {
  const std::string added = Read(Fixture("addAttachmentToCard"));
  EXPECT_EQ(Values(added, "  part"), "attachment-69710000a1b2c3d4e5f60720\n");
  EXPECT_EQ(Values(added, "  text attachment"),
            "checkout-v2 in LaunchDarkly "
            "https://app.launchdarkly.com/projects/default/flags/checkout-v2\n");
  const std::string removed = Read(Fixture("deleteAttachmentFromCard"));
  EXPECT_EQ(Values(removed, "change"), "created\ndeleted\n");
  EXPECT_EQ(Values(removed, "  part"), "attachment-69710000a1b2c3d4e5f60720\n");
  const std::string line = Read(Fixture("updateCheckItem"));
  EXPECT_EQ(Values(line, "change"), "created\nupdated\n");
  EXPECT_EQ(Values(line, "  part"), "check-item-69720000a1b2c3d4e5f60722\n");
  EXPECT_EQ(Values(line, "  text checklist"), "turn `checkout-v2` on\n");
}

TEST(Trello, ALabelIsAPartThatMayGoAndComeBack) {
  const std::string label = "label-69730000a1b2c3d4e5f60730";
  const std::string by_ada = Shown(kTitle) + ByAda(kTitle, "?") + "  texts: not carried\n";
  EXPECT_EQ(Read(Fixture("addLabelToCard")),
            "outcome: extracted\n" + Card("created", "", "1767632400000000") + Shown(kTitle) +
                ByAda(kTitle, "?") + kTitleText + kNoLabels +
                Card("updated", label, "1767632400000000") + by_ada +
                "  label: flag-checkout-v2\n");
  EXPECT_EQ(Read(Fixture("removeLabelFromCard")),
            "outcome: extracted\n" + Card("created", "", "1767636000000000") + Shown(kTitle) +
                ByAda(kTitle, "?") + kTitleText + kNoLabels +
                Card("updated", label, "1767636000000000") + by_ada);
}

TEST(Trello, WhateverElseHappensToACardTellsItsName) {
  EXPECT_EQ(Read(Fixture("addMemberToCard")),
            "outcome: extracted\n" + Card("created", "", "1767639600000000") + Shown(kTitle) +
                ByAda(kTitle, "?") + kTitleText + kNoLabels);
}

TEST(Trello, WhatIsAboutNoCardIsIgnored) {
  EXPECT_EQ(Read(Fixture("createList")),
            "outcome: ignored\nreason: Trello's action \"createList\" is about no card\n");
}

TEST(Trello, WhatTrelloDoesNotSendIsRefused) {
  const std::string no_action =
      "outcome: malformed\nreason: no \"action\" with a \"type\", as Trello sends one\n";
  EXPECT_EQ(Read("{}"), no_action);
  EXPECT_EQ(Read(R"({"action":{"type":7}})"), no_action);
  EXPECT_EQ(Read("[]"), "outcome: malformed\nreason: JSON, but no object\n");
  const std::string card =
      "outcome: malformed\nreason: a card without a usable \"id\" or \"shortLink\"\n";
  const std::string body = Fixture("createCard");
  for (const std::string bad : {R"("../../b")", R"("a b")", R"("")", "null", "42", "[]"}) {
    EXPECT_EQ(Read(Replaced(body, R"("C4rdAbCd")", bad)), card) << bad;
    EXPECT_EQ(Read(Replaced(body, R"("695bb3e0a1b2c3d4e5f60718")", bad)), card) << bad;
  }
}

TEST(Trello, WrongTypesLeaveOutWhatTheyWouldHaveSaid) {
  EXPECT_EQ(Read(R"({"action":{"type":"commentCard","id":null,"date":7,"memberCreator":[],
                     "data":{"text":null,"board":null,
                             "card":{"id":"zz","shortLink":"b","name":null,"desc":{}}}}})"),
            "outcome: extracted\n"
            "change: created\n"
            "  resource: trello.com/zz\n"
            "  name: b\n"
            "  url: https://trello.com/c/b\n"
            "  integration_key: trello\n"
            "  metadata cardTitle?: Trello card\n"
            "  metadata creator?: A Trello member\n"
            "  metadata avatar?: https://trello.com/favicon.ico\n"
            "  texts: not carried\n"
            "  labels: not carried\n"
            "reason: without an id of what it happened to, but for the card\n");
  const std::string evil =
      Replaced(Fixture("createCard"), "https://trello-members", "javascript:alert");
  EXPECT_EQ(Values(Read(evil), "  metadata avatar?"), "https://trello.com/favicon.ico\n");
}

TEST(Trello, EveryRecordedBodyIsRead) {
  ReadEveryBody(Trello(), Bodies("trello", {"trello"}),
                {{"callback_url", "https://hooks.acme.example/hooks/trello"}});
}

}  // namespace
}  // namespace flaglink::testing
