#include "daemon/admin/report_filters.h"

#include <gtest/gtest.h>

#include "daemon/admin/utc_time.h"

namespace flaglinkd {
namespace {

template <typename T>
std::string Failure(const Result<T>& result) {
  return result ? "" : result.error().message;
}

TEST(ReportFilters, ReadsEveryConditionOfAQuery) {
  const Conditions conditions =
      ConditionsOfQuery(
          "status=failed&flag=checkout-v2&project=default&source=jira&resource=a%2Fb%20c&"
          "since=2026-07-25T10:00:00Z&limit=1000")
          .value();
  const LinkFilter filter = LinkFilterOf(conditions).value();
  EXPECT_EQ(filter.id, std::nullopt);
  EXPECT_EQ(filter.status, "failed");
  EXPECT_EQ(filter.flag, "checkout-v2");
  EXPECT_EQ(filter.project, "default");
  EXPECT_EQ(filter.name_space, "jira");
  EXPECT_EQ(filter.resource, "a/b c");
  EXPECT_EQ(filter.since, ParseUtc("2026-07-25T10:00:00Z"));
  EXPECT_EQ(filter.limit, 1000u);
}

TEST(ReportFilters, ReadsTheSameOfABody) {
  const Conditions conditions =
      ConditionsOfBody(R"({"status":"failed","source":"jira","limit":7})").value();
  const EventFilter filter = EventFilterOf(conditions).value();
  EXPECT_EQ(filter.outcome, "failed");
  EXPECT_EQ(filter.source, "jira");
  EXPECT_EQ(filter.limit, 7u);
  EXPECT_EQ(filter.since, std::nullopt);
}

TEST(ReportFilters, NothingGivenIsNoCondition) {
  EXPECT_EQ(ConditionsOfQuery("").value(), Conditions());
  EXPECT_EQ(ConditionsOfBody("").value(), Conditions());
  EXPECT_EQ(ConditionsOfBody("{}").value(), Conditions());
  EXPECT_EQ(LinkFilterOf({}).value().limit, 100u);
}

TEST(ReportFilters, RefusesWhatIsNoQuery) {
  EXPECT_EQ(Failure(ConditionsOfQuery("flag=%4")), "the query is not percent-encoded");
  EXPECT_EQ(Failure(ConditionsOfQuery("flag=%zz")), "the query is not percent-encoded");
  EXPECT_EQ(Failure(ConditionsOfQuery("flag=a&flag=b")), "flag is given twice");
}

TEST(ReportFilters, RefusesWhatIsNoBody) {
  EXPECT_EQ(Failure(ConditionsOfBody("[]")), "the body is no JSON object");
  EXPECT_EQ(Failure(ConditionsOfBody("{")), "the body is no JSON object");
  EXPECT_EQ(Failure(ConditionsOfBody("{\"flag\":\"\xff\"}")), "the body is no JSON object");
  EXPECT_EQ(Failure(ConditionsOfBody(std::string(1000, '['))), "the body is no JSON object");
  EXPECT_EQ(Failure(ConditionsOfBody(R"({"flag":null})")),
            "flag is neither a text nor a number nor true or false");
  EXPECT_EQ(Failure(ConditionsOfBody(R"({"flag":"a","flag":"b"})")), "flag is given twice");
}

TEST(ReportFilters, RefusesAConditionThatIsEmpty) {
  EXPECT_EQ(Failure(LinkFilterOf({{"resource", ""}})), "resource must not be empty");
  EXPECT_EQ(Failure(EventFilterOf({{"source", ""}})), "source must not be empty");
}

TEST(ReportFilters, RefusesConditionsThatThereAreNot) {
  EXPECT_EQ(Failure(LinkFilterOf({{"statsu", "failed"}})),
            "no condition is named statsu; there are status flag project source resource since "
            "limit");
  EXPECT_EQ(Failure(EventFilterOf({{"flag", "checkout"}})),
            "no condition is named flag; there are status source since before limit");
  EXPECT_EQ(Failure(LinkFilterOf({{"before", "17"}})),
            "no condition is named before; there are status flag project source resource since "
            "limit");
  EXPECT_EQ(Failure(EventFilterOf({{"before", "2026-07-25"}})), "before is an event's id");
  EXPECT_EQ(Failure(LinkFilterOf({{"since", "yesterday"}})),
            "since is a time in UTC, as 2026-07-25T10:00:00Z");
  for (const char* limit : {"0", "1001", "-1", "ten", "", "99999999999999999999"}) {
    EXPECT_EQ(Failure(LinkFilterOf({{"limit", limit}})), "limit is a number from 1 to 1000")
        << limit;
  }
}

TEST(ReportFilters, TakesOutHowAnActionIsMeant) {
  Conditions conditions = ConditionsOfBody(R"({"remove":true,"flag":"a"})").value();
  EXPECT_EQ(TakeSwitch("remove", conditions).value(), true);
  EXPECT_EQ(conditions, (Conditions{{"flag", "a"}}));
  EXPECT_EQ(TakeSwitch("remove", conditions).value(), false);
  conditions = {{"remove", "yes"}};
  EXPECT_EQ(Failure(TakeSwitch("remove", conditions)), "remove is true or false");
  conditions = ConditionsOfBody(R"({"replace":true})").value();
  EXPECT_EQ(TakeSwitch("replace", conditions).value(), true);
}

TEST(ReportFilters, ALimitSelectsNothing) {
  EXPECT_FALSE(IsSelective({}));
  EXPECT_FALSE(IsSelective({{"limit", "3"}}));
  EXPECT_TRUE(IsSelective({{"limit", "3"}, {"source", "jira"}}));
}

TEST(ReportFilters, AnEventsIdIsAPositiveNumber) {
  EXPECT_EQ(ParseEventId("17").value(), 17);
  for (const char* text : {"", "0", "-1", "17x", "+17", "99999999999999999999"}) {
    EXPECT_EQ(Failure(ParseEventId(text)), "an event's id is a number") << text;
  }
}

}  // namespace
}  // namespace flaglinkd
