#include "daemon/cli/queue_request.h"

#include <gtest/gtest.h>

#include "daemon/admin/utc_time.h"

namespace flaglinkd {
namespace {

const TimePoint kNow = *ParseUtc("2026-07-25T10:00:00Z");

// "GET links?flag=a" and the body behind it, or the error.
std::string Request(QueueVerb verb, const QueueArguments& arguments) {
  const Result<HttpCall> call = RequestOf(verb, arguments, kNow);
  if (!call) return call.error().message;
  const std::string api = "http://flaglinkd/api/v1/";
  EXPECT_TRUE(call->url.starts_with(api)) << call->url;
  return call->method + " " + call->url.substr(api.size()) +
         (call->body.empty() ? "" : " " + call->body);
}

QueueArguments Named(const std::string& id) {
  QueueArguments arguments;
  arguments.id = id;
  return arguments;
}

QueueArguments Where(std::map<std::string, std::string> conditions) {
  QueueArguments arguments;
  arguments.conditions = std::move(conditions);
  return arguments;
}

TEST(QueueRequest, ListsBecomeQueries) {
  EXPECT_EQ(Request(QueueVerb::kListLinks, {}), "GET links");
  EXPECT_EQ(Request(QueueVerb::kListLinks, Where({{"status", "failed"}, {"resource", "a/b &c=é"}})),
            "GET links?resource=a%2Fb%20%26c%3D%C3%A9&status=failed");
  EXPECT_EQ(Request(QueueVerb::kListEvents, Where({{"limit", "5"}})), "GET events?limit=5");
}

TEST(QueueRequest, SinceIsADurationOrATime) {
  EXPECT_EQ(Request(QueueVerb::kListEvents, Where({{"since", "2h"}})),
            "GET events?since=2026-07-25T08%3A00%3A00Z");
  EXPECT_EQ(Request(QueueVerb::kListEvents, Where({{"since", "2026-07-01"}})),
            "GET events?since=2026-07-01T00%3A00%3A00Z");
  EXPECT_EQ(Request(QueueVerb::kListEvents, Where({{"since", "yester\nday"}})),
            "--since 'yester\\x0aday': wanted a duration as 2h, or a time in UTC as "
            "2026-07-25T10:00:00Z");
}

TEST(QueueRequest, OneThingIsNamedInThePath) {
  EXPECT_EQ(Request(QueueVerb::kShowLink, Named("17.4")), "GET links/17.4");
  EXPECT_EQ(Request(QueueVerb::kRetryLinks, Named("17.4")), "POST links/17.4/retry {}");
  EXPECT_EQ(Request(QueueVerb::kShowEvent, Named("9")), "GET events/9");
  EXPECT_EQ(Request(QueueVerb::kReplayEvents, Named("9")), "POST events/9/replay {}");
  QueueArguments forget = Named("17.4");
  forget.remove = true;
  EXPECT_EQ(Request(QueueVerb::kForgetLinks, forget), R"(POST links/17.4/forget {"remove":true})");
}

TEST(QueueRequest, ManyAreNamedInTheBody) {
  EXPECT_EQ(Request(QueueVerb::kRetryLinks, Where({{"status", "failed"}, {"limit", "9"}})),
            R"(POST links/retry {"limit":"9","status":"failed"})");
  EXPECT_EQ(Request(QueueVerb::kReplayEvents, Where({{"since", "1d"}})),
            R"(POST events/replay {"since":"2026-07-24T10:00:00Z"})");
}

TEST(QueueRequest, RefusesAnActionOnEverything) {
  EXPECT_EQ(Request(QueueVerb::kRetryLinks, {}),
            "which links? Give an ID or a condition, as --status failed");
  EXPECT_EQ(Request(QueueVerb::kReplayEvents, Where({{"limit", "9"}})),
            "which events? Give an ID or a condition, as --status failed");
  EXPECT_EQ(Request(QueueVerb::kReplayEvents, Where({{"before", "9"}, {"limit", "9"}})),
            "which events? Give an ID or a condition, as --status failed");
  QueueArguments both = Named("17.4");
  both.conditions = {{"flag", "a"}};
  EXPECT_EQ(Request(QueueVerb::kForgetLinks, both), "give an ID or conditions, not both");
}

TEST(QueueRequest, RefusesWhatIsNoId) {
  for (const char* id : {"17", "17.", ".4", "17.4.1", "a.b", "../x", "17.4?x"}) {
    EXPECT_EQ(Request(QueueVerb::kShowLink, Named(id)),
              std::string("'") + id +
                  "' is no ID of a link, such as 17.4: `flaglinkd links list` shows them");
  }
  EXPECT_EQ(Request(QueueVerb::kShowEvent, Named("x")),
            "'x' is no ID of an event, a number: `flaglinkd events list` shows them");
}

}  // namespace
}  // namespace flaglinkd
