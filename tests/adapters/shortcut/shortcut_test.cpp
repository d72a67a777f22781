// The fixtures have the shape of developer.shortcut.com/api/webhook/v1; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Shortcut() {
  static const LoadedAdapter adapter("shortcut");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/shortcut/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body, const std::map<std::string, std::string>& options = {}) {
  return Shortcut().Extract({.body = body, .options = options});
}

// A change of story 42, up to what it carries.
std::string Story(const std::string& kind, const std::string& part, const std::string& time,
                  const std::string& description = "", const std::string& created = "") {
  return "change: " + kind + "\n  resource: app.shortcut.com/acme/story/42\n  name: sc-42\n" +
         (part.empty() ? "" : "  part: " + part + "\n") + "  part_time: " + time +
         "\n  content_time: " + time + "\n" +
         (created.empty() ? "" : "  created: " + created + "\n") +
         "  title: sc-42: Roll out checkout-v2\n  url: https://app.shortcut.com/acme/story/42\n" +
         (description.empty() ? "" : "  description: " + description + "\n") +
         "  integration_key: \n";
}

const std::string kMember = "  author: 5b000000-0000-4000-8000-0000000000aa\n";
const std::string kTitle = "  text title: Roll out checkout-v2\n";
const std::string kNoTexts = "  texts: not carried\n";
const std::string kNoLabels = "  labels: not carried\n";

TEST(Shortcut, SignsTheBody) {
  const flaglink_adapter& shortcut = Shortcut().declaration();
  ASSERT_EQ(shortcut.signature_count, 1u);
  EXPECT_STREQ(shortcut.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(shortcut.signatures[0].header, "payload-signature");
  EXPECT_STREQ(shortcut.signatures[0].prefix, "");
  EXPECT_STREQ(shortcut.signatures[0].encoding, "hex");
  EXPECT_STREQ(shortcut.signatures[0].signed_content, "{body}");
  EXPECT_STREQ(shortcut.delivery_id, "body:/id");
}

TEST(Shortcut, TheWorkspaceIsOneWordOfAnAddress) {
  EXPECT_EQ(Shortcut().CheckOptions({}), "");
  EXPECT_EQ(Shortcut().CheckOptions({{"workspace", "acme-shop"}}), "");
  const std::string problem =
      "workspace must be what stands in the address of every page: \"acme\" of "
      "https://app.shortcut.com/acme/";
  EXPECT_EQ(Shortcut().CheckOptions({{"workspace", ""}}), problem);
  EXPECT_EQ(Shortcut().CheckOptions({{"workspace", "https://app.shortcut.com/acme"}}), problem);
}

TEST(Shortcut, ACreatedStoryGivesTitleDescriptionAndLabels) {
  const std::string text =
      "Behind checkout-v2, see the flag "
      "https://app.launchdarkly.com/projects/default/flags/checkout-v2 .";
  const std::string time = "1767603600000000";
  EXPECT_EQ(Read(Fixture("story.create")),
            "outcome: extracted\n" + Story("created", "", time, text, "1767603600000") + kMember +
                kTitle + kNoLabels + Story("updated", "description", time, text) + kMember +
                "  text description: " + text + "\n" + kNoLabels +
                Story("updated", "label-7", time, text) + kMember + kNoTexts +
                "  label: flag-checkout-v2\n");
}

TEST(Shortcut, ARemovedDescriptionIsEmptyAndOneThatIsNotThereIsAbsent) {
  const std::string time = "1767607200000000";
  const std::string none = "This story has no description.";
  EXPECT_EQ(Read(Fixture("story.update.description")),
            "outcome: extracted\n" + Story("updated", "", time, none) + kMember + kTitle +
                kNoLabels + Story("updated", "description", time, none) + kMember +
                "  text description: \n" + kNoLabels);
  EXPECT_EQ(Read(Fixture("story.archive")), "outcome: extracted\n" +
                                                Story("updated", "", "1767612600000000") + kMember +
                                                kTitle + kNoLabels);
}

TEST(Shortcut, ALabelIsAPartThatMayGoAndComeBack) {
  const std::string time = "1767610800000000";
  EXPECT_EQ(Read(Fixture("story.update.labels")),
            "outcome: extracted\n" + Story("updated", "", time) + kMember + kTitle + kNoLabels +
                Story("updated", "label-8", time) + kMember + kNoTexts + "  label: release\n" +
                Story("updated", "label-7", time) + kMember + kNoTexts);
}

TEST(Shortcut, ADeletedStoryIsFoundByItsNameOrByTheOption) {
  const std::string rest =
      "  name: sc-42\n"
      "  part_time: 1767776400000000\n"
      "  content_time: 1767776400000000\n"
      "  title: sc-42: Roll out checkout-v2\n";
  EXPECT_EQ(Read(Fixture("story.delete")), "outcome: extracted\nchange: deleted\n" + rest +
                                               "  integration_key: \n" + kMember + kNoTexts +
                                               kNoLabels);
  EXPECT_EQ(Read(Fixture("story.delete"), {{"workspace", "acme"}}),
            "outcome: extracted\nchange: deleted\n"
            "  resource: app.shortcut.com/acme/story/42\n" +
                rest + "  url: https://app.shortcut.com/acme/story/42\n  integration_key: \n" +
                kMember + kNoTexts + kNoLabels);
}

TEST(Shortcut, AnAddressInTheBodyCountsMoreThanTheOption) {
  EXPECT_EQ(Read(Fixture("story.create"), {{"workspace", "other"}}), Read(Fixture("story.create")));
  EXPECT_EQ(Read(Fixture("story-comment.update"), {{"workspace", "other"}}),
            Read(Fixture("story-comment.update")));
}

TEST(Shortcut, AnAddressAtTheOldHostBecomesOneAtTheNew) {
  const std::string old =
      Replaced(Fixture("story.archive"), "https://app.shortcut.com/acme/story/42",
               "https://app.clubhouse.io/acme/story/42");
  EXPECT_EQ(Read(old), Read(Fixture("story.archive")));
}

TEST(Shortcut, AStoryBesideAPartOfItOnlyRidesAlong) {
  const auto kinds = [](const std::string& body) { return Values(Read(body), "change"); };
  EXPECT_EQ(kinds(Fixture("story-task.create")), "created\ncreated\n");
  EXPECT_EQ(kinds(Fixture("branch.create")), "created\ncreated\n");
  EXPECT_EQ(kinds(Fixture("epic-comment.create")), "created\ncreated\n");
  const std::string renamed = Replaced(Fixture("story-comment.create"), R"("comment_ids")",
                                       R"("name": {"new": "b", "old": "a"}, "comment_ids")");
  EXPECT_EQ(kinds(renamed), "created\nupdated\n");
}

TEST(Shortcut, ACommentIsAPartWhereverItsStoryStands) {
  const std::string written = Read(Fixture("story-comment.create"));
  EXPECT_EQ(written, "outcome: extracted\n" + Story("created", "comment-101", "1767614400000000") +
                         "  author: 5b000000-0000-4000-8000-0000000000bb\n"
                         "  text comment: `checkout-v2` is on for staff\n" +
                         kNoLabels + Story("created", "", "1767614400000000") + kMember + kTitle +
                         kNoLabels);
  EXPECT_EQ(Read(Fixture("story-comment.update")),
            "outcome: extracted\n" + Story("updated", "comment-101", "1767614700000000") + kMember +
                "  text comment: off again\n" + kNoLabels);
  EXPECT_EQ(Read(Fixture("story-comment.delete")),
            "outcome: extracted\n" + Story("deleted", "comment-101", "1767615000000000") + kMember +
                kNoTexts + kNoLabels + Story("created", "", "1767615000000000") + kMember + kTitle +
                kNoLabels);
}

TEST(Shortcut, TasksAndBranchesArePartsToo) {
  const std::string task = Read(Fixture("story-task.create"));
  EXPECT_EQ(Values(task, "  part"), "task-102\n");
  EXPECT_EQ(Values(task, "  text task"), "turn `checkout-v2` on\n");
  const std::string branch = Read(Fixture("branch.create"));
  EXPECT_EQ(Values(branch, "  part"), "branch-103\n");
  EXPECT_EQ(Values(branch, "  text branch"), "ada/sc-42/checkout-v2\n");
}

TEST(Shortcut, EpicsAreResourcesAndTheirCommentsParts) {
  EXPECT_EQ(Values(Read(Fixture("epic.create")), "  resource"),
            "app.shortcut.com/acme/epic/5\napp.shortcut.com/acme/epic/5\n");
  const std::string comment = Read(Fixture("epic-comment.create"), {{"workspace", "acme"}});
  EXPECT_EQ(Values(comment, "  name"), "epic-5\nepic-5\n");
  EXPECT_EQ(Values(comment, "  part"), "comment-104\n");
  EXPECT_EQ(Values(comment, "  url"),
            "https://app.shortcut.com/acme/epic/5\nhttps://app.shortcut.com/acme/epic/5\n");
}

TEST(Shortcut, WhatIsAboutNoStoryIsIgnored) {
  const std::string ignored =
      "outcome: ignored\nreason: no action on a story, an epic, or what stands on one\n";
  EXPECT_EQ(Read(Fixture("label.create")), ignored);
  EXPECT_EQ(Read(R"({"actions":[]})"), ignored);
  EXPECT_EQ(
      Read(R"({"actions":[7,null,{"entity_type":"story-comment","id":1,"action":"delete"}]})"),
      ignored);
}

TEST(Shortcut, WhatShortcutDoesNotSendIsRefused) {
  const std::string refused =
      "outcome: malformed\nreason: no \"actions\", as Shortcut sends them\n";
  EXPECT_EQ(Read("{}"), refused);
  EXPECT_EQ(Read(R"({"actions":{"0":{}}})"), refused);
}

TEST(Shortcut, HostileIdsAndPagesBuildNoUrl) {
  for (const std::string bad : {R"("../1")", R"("1 2")", R"("")", "null", "{}"}) {
    const std::string body =
        R"({"actions":[{"entity_type":"story","action":"update","name":"n","id":)" + bad + "}]}";
    EXPECT_EQ(Values(Read(body), "outcome"), "ignored\n") << bad;
  }
  for (const std::string bad :
       {"javascript:alert", "https://evil.example/acme/story/42", "https://app.shortcut.com",
        "https://app.shortcut.com/a%20b/story/1"}) {
    const std::string body =
        Replaced(Fixture("story.archive"), "https://app.shortcut.com/acme/story/42", bad);
    EXPECT_EQ(Values(Read(body), "  resource"), "") << bad;
    EXPECT_EQ(Values(Read(body), "  url"), "") << bad;
  }
}

TEST(Shortcut, WrongTypesLeaveOutWhatTheyWouldHaveSaid) {
  EXPECT_EQ(Read(R"({"changed_at":7,"member_id":null,"references":{},"actions":[
                     {"entity_type":"story","id":1,"name":null,"changes":[],"label_ids":[{},5]}]})"),
            "outcome: extracted\nchange: updated\n  name: sc-1\n  integration_key: \n" + kNoTexts +
                kNoLabels);
}

TEST(Shortcut, NoMoreChangesThanTheDaemonCanTell) {
  std::string ids = "0";
  std::string references = R"({"entity_type":"label","id":0,"name":"n"})";
  for (int i = 1; i < 400; ++i) {
    ids += "," + std::to_string(i);
    references += R"(,{"entity_type":"label","id":)" + std::to_string(i) + R"(,"name":"n"})";
  }
  const std::string many = Read(
      R"({"actions":[{"entity_type":"story","action":"create","id":1,"name":"n","label_ids":[)" +
      ids + R"(]}],"references":[)" + references + "]}");
  std::size_t count = 0;
  for (const char c : Values(many, "change")) count += c == '\n' ? 1 : 0;
  EXPECT_EQ(count, 257u);
}

TEST(Shortcut, EveryRecordedBodyIsRead) {
  ReadEveryBody(Shortcut(), Bodies("shortcut", {"shortcut"}), {});
}

}  // namespace
}  // namespace flaglink::testing
