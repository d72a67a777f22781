// The fixtures have the shape of developers.asana.com/docs/webhooks-guide and …/reference/events, the
// documents that of …/reference/gettask, getproject and getstory; what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Asana() {
  static const LoadedAdapter adapter("asana");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/asana/fixtures" /
                  (name + ".json"));
}

std::string Read(const std::string& body, const std::map<std::string, std::string>& fetched = {}) {
  return Asana().Extract({.body = body, .fetched = fetched});
}

const std::string kTask = R"({"data":{"gid":"1200000000000042","name":"Roll out checkout-v2",
    "notes":"see https://app.launchdarkly.com/projects/default/flags/checkout-v2",
    "permalink_url":"https://app.asana.com/1/12/task/1200000000000042",
    "created_at":"2026-01-04T09:00:00.000Z","modified_at":"2026-01-05T10:00:07.000Z",
    "created_by":{"gid":"1","name":"Ada Acme"},"tags":[{"gid":"5","name":"flag-checkout-v2"}]}})";
const std::string kStory = R"({"data":{"gid":"1200000000000101","text":"checkout-v2 is on",
    "resource_subtype":"comment_added","created_by":{"gid":"2","name":"Bob Acme"},
    "target":{"gid":"1200000000000042","resource_type":"task","name":"Roll out checkout-v2",
    "permalink_url":"https://app.asana.com/1/12/task/1200000000000042"}}})";

const std::string kTaskChange =
    "  resource: app.asana.com/task/1200000000000042\n"
    "  name: Roll out checkout-v2\n";
const std::string kPage =
    "  title: Roll out checkout-v2\n"
    "  url: https://app.asana.com/1/12/task/1200000000000042\n";
const std::string kTaskNeed =
    "need task/1200000000000042: app.asana.com/api/1.0/tasks/1200000000000042?"
    "opt_fields=name,notes,permalink_url,created_at,modified_at,created_by.name,tags.name\n"
    "  subject: yes\n";
const std::string kStoryNeed =
    "need story/1200000000000101: app.asana.com/api/1.0/stories/1200000000000101?"
    "opt_fields=text,resource_subtype,created_by.name,target.resource_type,target.name,"
    "target.permalink_url\n"
    "  subject: yes\n";

TEST(Asana, SignsWithASecretThatItsHandshakeBrings) {
  const flaglink_adapter& asana = Asana().declaration();
  ASSERT_EQ(asana.signature_count, 1u);
  EXPECT_STREQ(asana.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(asana.signatures[0].header, "x-hook-signature");
  EXPECT_STREQ(asana.signatures[0].prefix, "");
  EXPECT_STREQ(asana.signatures[0].encoding, "hex");
  EXPECT_STREQ(asana.signatures[0].signed_content, "{body}");
  EXPECT_STREQ(asana.armed_secret, "header:x-hook-secret");
  EXPECT_STREQ(asana.hosts[0], "app.asana.com");
  EXPECT_EQ(asana.hosts[1], nullptr);
  EXPECT_EQ(asana.delivery_id, nullptr);
}

TEST(Asana, ABatchAsksOnceForEachTaskAndComment) {
  EXPECT_EQ(Read(Fixture("batch")), "outcome: extracted\n" + kStoryNeed + kTaskNeed);
}

TEST(Asana, WhatWasFetchedBecomesTheTaskAndItsComment) {
  EXPECT_EQ(
      Read(Fixture("batch"),
           {{"task/1200000000000042", kTask}, {"story/1200000000000101", kStory}}),
      "outcome: extracted\nchange: created\n" + kTaskChange +
          "  part: comment-1200000000000101\n"
          "  part_time: 1767607202000000\n"
          "  content_time: 1\n" +
          kPage +
          "  integration_key: \n"
          "  author: Bob Acme\n"
          "  text comment: checkout-v2 is on\n"
          "  labels: not carried\n"
          "change: updated\n" +
          kTaskChange +
          "  part_time: 1767607207000000\n"
          "  content_time: 1767607207000000\n"
          "  created: 1767517200000\n" +
          kPage +
          "  description: see https://app.launchdarkly.com/projects/default/flags/checkout-v2\n"
          "  integration_key: \n"
          "  author: Ada Acme\n"
          "  text title: Roll out checkout-v2\n"
          "  text description: see "
          "https://app.launchdarkly.com/projects/default/flags/checkout-v2\n"
          "  label: flag-checkout-v2\n");
}

TEST(Asana, WhatIsStillLackingIsAskedForAgain) {
  const std::string half = Read(Fixture("batch"), {{"task/1200000000000042", kTask}});
  EXPECT_EQ(Values(half, "change"), "updated\n");
  EXPECT_NE(half.find(kStoryNeed), std::string::npos);
  EXPECT_EQ(half.find(kTaskNeed), std::string::npos);
}

TEST(Asana, AnEventIsNewerThanADocumentThatSaysItWasNotChanged) {
  const std::string added = Read(
      Fixture("task.added"),
      {{"task/1200000000000042", Replaced(kTask, "2026-01-05T10:00:07", "2026-01-04T09:00:00")}});
  EXPECT_EQ(Values(added, "change"), "created\n");
  EXPECT_EQ(Values(added, "  part_time"), "1767603600000000\n");
}

TEST(Asana, ADeletionNeedsNoDocument) {
  EXPECT_EQ(Read(Fixture("deleted")),
            "outcome: extracted\n"
            "change: deleted\n"
            "  resource: app.asana.com/task/1200000000000043\n"
            "  part: comment-1200000000000101\n"
            "  part_time: 1767776401000000\n"
            "  integration_key: \n"
            "  texts: not carried\n"
            "  labels: not carried\n"
            "change: deleted\n"
            "  resource: app.asana.com/task/1200000000000042\n"
            "  part_time: 1767776400000000\n"
            "  integration_key: \n"
            "  texts: not carried\n"
            "  labels: not carried\n");
}

TEST(Asana, ADeletedCommentIsOnWhatAnotherEventOfTheBatchSays) {
  const auto event = [](const std::string& action, const std::string& parent) {
    return R"({"action":")" + action + R"(","created_at":"2026-01-07T09:00:01.000Z","parent":)" +
           parent + R"(,"resource":{"gid":"101","resource_type":"story"}})";
  };
  const std::string removed = event("removed", R"({"gid":"42","resource_type":"task"})");
  const std::string deleted = event("deleted", "null");
  for (const std::string& events : {removed + "," + deleted, deleted + "," + removed}) {
    const std::string text = Read(R"({"events":[)" + events + "]}");
    EXPECT_EQ(Values(text, "change"), "deleted\n") << text;
    EXPECT_EQ(Values(text, "  resource"), "app.asana.com/task/42\n") << text;
    EXPECT_EQ(Values(text, "  part"), "comment-101\n") << text;
  }
}

TEST(Asana, AProjectIsAResourceToo) {
  const std::string project =
      Read(Fixture("project.changed"),
           {{"project/1200000000000007",
             R"({"data":{"name":"Checkout","notes":"","owner":{"name":"Ada Acme"}}})"}});
  EXPECT_EQ(project,
            "outcome: extracted\n"
            "change: updated\n"
            "  resource: app.asana.com/project/1200000000000007\n"
            "  name: Checkout\n"
            "  part_time: 1767610800000000\n"
            "  content_time: 1767610800000000\n"
            "  title: Checkout\n"
            "  url: https://app.asana.com/0/0/1200000000000007\n"
            "  description: This project has no description.\n"
            "  integration_key: \n"
            "  author: Ada Acme\n"
            "  text title: Checkout\n"
            "  text description: \n"
            "  labels: not carried\n");
}

TEST(Asana, NoMoreIsAskedForThanTheDaemonFetchesAtATime) {
  std::string events;
  for (int i = 0; i < 20; ++i) {
    events += (i == 0 ? "" : ",") + std::string(R"({"action":"changed","resource":{"gid":")") +
              std::to_string(100 + i) + R"(","resource_type":"task"}})";
  }
  const std::string many = Read(R"({"events":[)" + events + "]}");
  std::size_t needs = 0;
  for (std::size_t at = many.find("\nneed "); at != std::string::npos;
       at = many.find("\nneed ", at + 1)) {
    ++needs;
  }
  EXPECT_EQ(needs, 8u);
  EXPECT_EQ(Values(many, "reason"), "it speaks of more than can be asked for at a time\n");
}

TEST(Asana, HeartbeatsAndOtherKindsAreIgnored) {
  const std::string heartbeat = "outcome: ignored\nreason: a heartbeat of Asana, without events\n";
  EXPECT_EQ(Read(Fixture("heartbeat")), heartbeat);
  EXPECT_EQ(Read("{}"), heartbeat);
  EXPECT_EQ(Read(Fixture("section.added")),
            "outcome: ignored\nreason: no task, project or comment that came, changed or went\n");
  const std::string orphan =
      R"({"events":[{"action":"deleted","resource":{"gid":"1","resource_type":"story"}}]})";
  EXPECT_EQ(Read(orphan),
            "outcome: ignored\nreason: a comment on nothing that is linked, or without what it was "
            "on\n");
}

TEST(Asana, HostileIdsAndDocumentsComeToNothing) {
  EXPECT_EQ(Read(R"({"events":{}})"), "outcome: malformed\nreason: \"events\" is no list\n");
  for (const std::string bad : {R"("../users/me")", R"("1 2")", R"("1?x=y")", "null", "[]"}) {
    const std::string body =
        R"({"events":[7,{"action":"changed","resource":{"resource_type":"task","gid":)" + bad +
        "}}]}";
    EXPECT_EQ(Read(body),
              "outcome: ignored\nreason: no task, project or comment that came, changed or went\n")
        << bad;
  }
  for (const std::string document : {"", "[]", "{", R"({"data":[]})", R"({"errors":[]})"}) {
    const std::string text = Read(Fixture("task.added"), {{"task/1200000000000042", document}});
    EXPECT_EQ(Values(text, "outcome"), "ignored\n") << document;
  }
  const std::string page =
      Read(Fixture("task.added"),
           {{"task/1200000000000042",
             R"({"data":{"name":null,"notes":7,"permalink_url":"javascript:x","tags":{}}})"}});
  EXPECT_EQ(Values(page, "  url"), "https://app.asana.com/0/0/1200000000000042\n");
}

TEST(Asana, EveryBodyIsRead) {
  for (const auto& path : Bodies("asana", {})) {
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
