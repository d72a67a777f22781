#include "daemon/domain/link.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "daemon/domain/link_body.h"

namespace flaglinkd {
namespace {

LinkBody UrlBody() {
  LinkBody body;
  body.key = "gitlab-1";
  body.deep_link = "https://acme.example/1";
  body.title = "Roll out";
  body.description = "All of it";
  return body;
}

LinkBody JiraBody() {
  LinkBody body = UrlBody();
  body.integration_key = "jira";
  body.metadata = {{"issueKey", "SHOP-42"}, {"issueTitle", "Roll out"}};
  return body;
}

LinkFingerprint Titled(LinkBody body, const std::string& title) {
  body.title = title;
  return FingerprintOf(body);
}

LinkFingerprint LinkedTo(LinkBody body, const std::string& deep_link) {
  body.deep_link = deep_link;
  return FingerprintOf(body);
}

WantedLink Wanted(LinkBody body) {
  return {{"default", "checkout-v2"}, true, std::move(body)};
}

WantedLink Unwanted() {
  return {{"default", "checkout-v2"}, false, UrlBody()};
}

WantedLink LookFirst() {
  WantedLink wanted = Wanted(UrlBody());
  wanted.look_first = true;
  return wanted;
}

AppliedLink There(std::optional<LinkFingerprint> shown, const std::string& id = "0a") {
  return {Presence::kThere, id, shown};
}

AppliedLink Foreign(std::optional<LinkFingerprint> shown) {
  return {Presence::kForeign, "", shown};
}

// "POST", "PATCH 0a", "DELETE to replace", "GET for ours", "GET for any", or "nothing".
std::string Describe(const std::optional<LinkRequest>& request) {
  if (!request) return "nothing";
  switch (request->kind) {
    case RequestKind::kCreate: return "POST";
    case RequestKind::kUpdate: return "PATCH " + request->id;
    case RequestKind::kRemove: return request->replaces ? "DELETE to replace" : "DELETE";
    case RequestKind::kFind: return request->look_for_others ? "GET for any" : "GET for ours";
  }
  return "";
}

struct Row {
  const char* name;
  WantedLink wanted;
  AppliedLink applied;
  const char* next;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}
std::string RowName(const testing::TestParamInfo<Row>& row) {
  return row.param.name;
}

class NextRequestTable : public testing::TestWithParam<Row> {};

TEST_P(NextRequestTable, LeadsTowardsWhatIsWanted) {
  const Row& row = GetParam();
  const auto request = NextRequest(row.wanted, row.applied);
  EXPECT_EQ(Describe(request), row.next);
  if (!request) return;
  EXPECT_EQ(request->flag, row.wanted.flag);
  EXPECT_EQ(request->body, row.wanted.body);
}

const AppliedLink kNever{Presence::kNever, ""}, kMaybe{Presence::kMaybe, ""};
const LinkFingerprint kUrl = FingerprintOf(UrlBody()), kJira = FingerprintOf(JiraBody());

INSTANTIATE_TEST_SUITE_P(NotWanted, NextRequestTable,
                         testing::Values(Row{"Never", Unwanted(), kNever, "nothing"},
                                         Row{"Maybe", Unwanted(), kMaybe, "DELETE"},
                                         Row{"There", Unwanted(), There(kUrl), "DELETE"},
                                         Row{"ThereWithWhatIsNotKnown", Unwanted(),
                                             There(std::nullopt), "DELETE"},
                                         Row{"Foreign", Unwanted(), Foreign(kUrl), "nothing"}),
                         RowName);

INSTANTIATE_TEST_SUITE_P(
    NotThere, NextRequestTable,
    testing::Values(Row{"Never", Wanted(UrlBody()), kNever, "POST"},
                    Row{"NeverButOthersMayHaveLinkedIt", LookFirst(), kNever, "GET for any"},
                    Row{"Maybe", Wanted(UrlBody()), kMaybe, "GET for ours"},
                    Row{"MaybeAndOthersMayHaveLinkedIt", LookFirst(), kMaybe, "GET for any"}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    UrlLinkThere, NextRequestTable,
    testing::Values(
        Row{"ShowsTheSame", Wanted(UrlBody()), There(kUrl), "nothing"},
        Row{"ShowsTheSameWithoutAnId", Wanted(UrlBody()), There(kUrl, ""), "nothing"},
        Row{"ShowsTheSameAndOthersMayHaveLinkedIt", LookFirst(), There(kUrl), "nothing"},
        Row{"NotKnown", Wanted(UrlBody()), There(std::nullopt), "GET for ours"},
        Row{"OtherTitle", Wanted(UrlBody()), There(Titled(UrlBody(), "Old")), "PATCH 0a"},
        Row{"OtherTitleWithoutAnId", Wanted(UrlBody()), There(Titled(UrlBody(), "Old"), ""),
            "GET for ours"},
        Row{"OtherUrl", Wanted(UrlBody()), There(LinkedTo(UrlBody(), "https://acme.example/2")),
            "DELETE to replace"},
        Row{"OtherUrlWithoutAnId", Wanted(UrlBody()),
            There(LinkedTo(UrlBody(), "https://acme.example/2"), ""), "DELETE to replace"},
        Row{"OfAnIntegrationBefore", Wanted(UrlBody()), There(kJira), "DELETE to replace"}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    IntegrationLinkThere, NextRequestTable,
    testing::Values(Row{"ShowsTheSame", Wanted(JiraBody()), There(kJira), "nothing"},
                    Row{"NotKnown", Wanted(JiraBody()), There(std::nullopt), "GET for ours"},
                    Row{"OtherTitle", Wanted(JiraBody()), There(Titled(JiraBody(), "Old")),
                        "DELETE to replace"},
                    Row{"OtherUrl", Wanted(JiraBody()),
                        There(LinkedTo(JiraBody(), "https://acme.example/2")), "DELETE to replace"},
                    Row{"AUrlLinkBefore", Wanted(JiraBody()), There(kUrl), "DELETE to replace"}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    SomebodyElsesThere, NextRequestTable,
    testing::Values(Row{"ShowsTheSame", Wanted(UrlBody()), Foreign(kUrl), "nothing"},
                    Row{"OtherTitle", Wanted(UrlBody()), Foreign(Titled(UrlBody(), "Old")),
                        "nothing"},
                    Row{"OtherUrl", Wanted(UrlBody()),
                        Foreign(LinkedTo(UrlBody(), "https://acme.example/2")), "GET for any"},
                    Row{"NotKnown", Wanted(UrlBody()), Foreign(std::nullopt), "GET for any"}),
    RowName);

}  // namespace
}  // namespace flaglinkd
