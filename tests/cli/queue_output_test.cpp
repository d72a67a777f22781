// What the service answers, as a person reads it; the answers come from the code that makes them.
#include "daemon/cli/queue_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/admin/report_json.h"
#include "tests/fakes/fake_admin.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;

std::string Shown(QueueVerb verb, const HttpResponse& response) {
  const Result<std::string> text = QueueAnswerAsText(verb, response.body);
  return text ? *text : text.error().message;
}

TEST(QueueOutput, OneLinePerLink) {
  LinkReport applied = SampleLink("200.5", "applied");
  applied.name = "";
  applied.reason = "";
  EXPECT_EQ(
      Shown(QueueVerb::kListLinks, LinksResponse({SampleLink(), applied}, 100)),
      "ID     STATUS   CHANGED               FLAG                 SOURCE  RESOURCE               "
      "   REASON\n"
      "17.4   failed   2026-07-25T10:00:00Z  default/checkout-v2  jira    SHOP-42                "
      "   400: the request was refused\n"
      "200.5  applied  2026-07-25T10:00:00Z  default/checkout-v2  jira    "
      "acme.atlassian.net/10042\n");
}

TEST(QueueOutput, SaysThatThereIsNothingOrMore) {
  EXPECT_EQ(Shown(QueueVerb::kListLinks, LinksResponse({}, 100)), "no links\n");
  EXPECT_EQ(Shown(QueueVerb::kListEvents, EventsResponse({}, 100)), "no events\n");
  EXPECT_THAT(Shown(QueueVerb::kListLinks, LinksResponse({SampleLink()}, 1)),
              HasSubstr("\nthere may be more: --limit takes up to 1000"));
}

TEST(QueueOutput, AllOfOneLink) {
  LinkReport link = SampleLink();
  link.due = link.changed_at;
  link.mentions = {"comment 10001: flag URL in body", "pattern in description"};
  EXPECT_EQ(Shown(QueueVerb::kShowLink, LinkResponse(link)),
            "id        17.4\n"
            "status    failed\n"
            "reason    400: the request was refused\n"
            "flag      default/checkout-v2\n"
            "wanted    yes\n"
            "attempts  3\n"
            "due       2026-07-25T10:00:00Z\n"
            "changed   2026-07-25T10:00:00Z\n"
            "source    jira\n"
            "resource  acme.atlassian.net/10042\n"
            "name      SHOP-42\n"
            "title     Roll out the checkout\n"
            "url       https://acme.atlassian.net/browse/SHOP-42\n"
            "key       jira-shop-42-checkout-v2-0123456789abcdef0123\n"
            "mention   comment 10001: flag URL in body\n"
            "mention   pattern in description\n");
}

TEST(QueueOutput, OneLinePerEvent) {
  EXPECT_EQ(
      Shown(QueueVerb::kListEvents, EventsResponse({SampleEvent(9)}, 100)),
      "ID  OUTCOME  RECEIVED              SOURCE   LINKS  KEPT  REASON\n"
      "9   failed   2026-07-25T10:00:00Z  tracker  0      yes   not readable by the adapter\n");
}

TEST(QueueOutput, AllOfOneEventAndWhatItMeansNow) {
  ObservedChange change;
  change.change.resource = "acme/1";
  change.change.name = "SHOP-1";
  change.mentions = {{{"default", "checkout-v2"}, Carrier::kText, "pattern in description"}};
  const Payload payload = {{{"x-event", "issue"}}, "application/json", "{\n\x1b[2J}\n"};
  EXPECT_EQ(Shown(QueueVerb::kShowEvent,
                  EventResponse(SampleEvent(9), payload, Reading{"stored", "", {change}})),
            "id        9\n"
            "outcome   failed\n"
            "reason    not readable by the adapter\n"
            "source    tracker\n"
            "received  2026-07-25T10:00:00Z\n"
            "links     0\n"
            "\n"
            "with the present rules:\n"
            "outcome   stored\n"
            "change    updated  acme/1  SHOP-1\n"
            "flag      default/checkout-v2  (pattern in description)\n"
            "\n"
            "as it was kept:\n"
            "header    x-event: issue\n"
            "type      application/json\n"
            "{\n"
            "\\x1b[2J}\n");
  EXPECT_THAT(
      Shown(QueueVerb::kShowEvent, EventResponse(SampleEvent(9), std::nullopt, std::nullopt)),
      HasSubstr("\nits payload was not kept\n"));
}

TEST(QueueOutput, SaysHowManyWereActedOn) {
  EXPECT_EQ(Shown(QueueVerb::kRetryLinks, CountResponse("retried", 1)), "1 link tried again\n");
  EXPECT_EQ(Shown(QueueVerb::kForgetLinks, CountResponse("forgotten", 2)), "2 links forgotten\n");
  using Kind = CommitResult::Kind;
  EXPECT_EQ(Shown(QueueVerb::kReplayEvents, CommitResponse({Kind::kStored, 12, 1, ""})),
            "replayed: stored as event 12, 1 link changed\n");
  EXPECT_EQ(Shown(QueueVerb::kReplayEvents, CommitResponse({Kind::kFailed, 0, 0, "no\nissue"})),
            "replayed: failed, 0 links changed (no\\x0aissue)\n");
  EXPECT_EQ(Shown(QueueVerb::kReplayEvents, TallyResponse({3, 1, 0, 2, 5, ""})),
            "replayed: 3 events stored (5 links changed), 1 ignored, 0 failed; of 2 more events "
            "nothing was kept\n");
  EXPECT_EQ(Shown(QueueVerb::kReplayEvents, TallyResponse({3, 0, 0, 0, 5, "", 17})),
            "replayed: 3 events stored (5 links changed), 0 ignored, 0 failed\n"
            "there may be more: --before 17 goes on\n");
}

TEST(QueueOutput, KnowsAnAnswerThatIsNone) {
  EXPECT_EQ(QueueAnswerAsText(QueueVerb::kListLinks, "<html>").error().message,
            "the service's answer is not understood");
}

}  // namespace
}  // namespace flaglinkd
