#include "daemon/adapt/copied_need.h"

#include <gmock/gmock.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "daemon/adapt/extraction.h"

namespace flaglinkd {
namespace {

using ::testing::HasSubstr;

flaglink_str Str(std::string_view text) {
  return {text.data(), text.size()};
}

struct Asked {
  std::string name = "user", host = "slack.com", path = "/api/users.info", query = "user=U1";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::uint32_t is_subject = 0;
};

const std::vector<std::string> kHosts = {"slack.com", "option:site"};

Result<DocumentNeed> Copy(const Asked& asked, const std::string& site = "") {
  std::vector<flaglink_pair> headers;
  for (const auto& [name, value] : asked.headers) headers.push_back({Str(name), Str(value)});
  flaglink_need need{};
  need.struct_size = sizeof need;
  need.name = Str(asked.name);
  need.host = Str(asked.host);
  need.path = Str(asked.path);
  need.query = Str(asked.query);
  need.headers = headers.data();
  need.header_count = headers.size();
  need.is_subject = asked.is_subject;
  return CopyNeed(need, kHosts, {{"site", site}});
}

std::string UrlOfSite(const std::string& site) {
  const Result<DocumentNeed> need = Copy({.host = site, .path = "/rest", .query = ""}, site);
  return need ? need->url : need.error().message;
}

TEST(CopiedNeed, ALiteralHostIsAskedOverHttps) {
  const Result<DocumentNeed> need = Copy({.headers = {{"Notion-Version", "2022-06-28"}}});
  ASSERT_TRUE(need.ok()) << need.error().message;
  EXPECT_EQ(*need, (DocumentNeed{"user",
                                 "https://slack.com/api/users.info?user=U1",
                                 {{"notion-version", "2022-06-28"}}}));
}

TEST(CopiedNeed, WhatTheEventIsAboutIsMarked) {
  EXPECT_FALSE(Copy({}).value().is_subject);
  EXPECT_TRUE(Copy({.is_subject = 1}).value().is_subject);
}

TEST(CopiedNeed, TheHostOfAnOptionKeepsItsPathAndMustBeSafeForTheToken) {
  EXPECT_EQ(UrlOfSite("https://jira.acme.example/jira/"), "https://jira.acme.example/jira/rest");
  EXPECT_EQ(UrlOfSite("http://127.0.0.1:8080"), "http://127.0.0.1:8080/rest");
  EXPECT_EQ(UrlOfSite("http://[::1]:8080/j"), "http://[::1]:8080/j/rest");
  EXPECT_EQ(UrlOfSite("http://localhost"), "http://localhost/rest");
  for (const char* const site :
       {"http://jira.acme.example", "http://localhost.acme.example", "http://127.0.0.1.example",
        "http://127.0.0.1@acme.example", "https://user@acme.example", "ftp://acme.example",
        "acme.example", "https://", "https://a b", "https://acme.example?x", "",
        "//acme.example"}) {
    EXPECT_THAT(UrlOfSite(site), HasSubstr("not https")) << site;
  }
}

TEST(CopiedNeed, NobodyElseIsAsked) {
  for (const char* const host : {"evil.example", "slack.com.evil.example", "slack.com/x",
                                 "https://slack.com", "option:site"}) {
    const Result<DocumentNeed> need = Copy({.host = host}, "https://acme.example");
    ASSERT_FALSE(need.ok()) << host;
    EXPECT_THAT(need.error().message, HasSubstr("a host that it does not declare")) << host;
  }
}

TEST(CopiedNeed, NamesPathsAndQueriesAreWellFormed) {
  for (const char* const name : {"", "a b", "a\n", "ü"}) EXPECT_FALSE(Copy({.name = name}).ok());
  for (const char* const path : {"", "api", "/a b", "/a?b", "/a#b", "/ü", "/a\r\n", "/../b",
                                 "/a/..", "/a/%2E%2e/b", "/a\\b"}) {
    EXPECT_FALSE(Copy({.path = path}).ok()) << path;
  }
  for (const char* const query : {"a b", "a#b", "a\nb", "ü"}) {
    EXPECT_FALSE(Copy({.query = query}).ok()) << query;
  }
  EXPECT_TRUE(Copy({.path = "/a..b/%20/.c", .query = "a=%20&b=1/2?"}).ok());
}

TEST(CopiedNeed, EverythingIsBounded) {
  namespace limit = extraction_limit;
  EXPECT_TRUE(Copy({.name = std::string(limit::kNeedName, 'n')}).ok());
  EXPECT_FALSE(Copy({.name = std::string(limit::kNeedName + 1, 'n')}).ok());
  const std::string start = "https://slack.com/";
  const std::string rest(limit::kNeedUrl - start.size(), 'p');
  EXPECT_TRUE(Copy({.path = "/" + rest, .query = ""}).ok());
  EXPECT_FALSE(Copy({.path = "/" + rest + "p", .query = ""}).ok());
  EXPECT_FALSE(Copy({.query = std::string(limit::kNeedUrl + 1, 'q')}).ok());
  const std::vector<std::pair<std::string, std::string>> eight(limit::kNeedHeaders, {"a", "b"});
  EXPECT_TRUE(Copy({.headers = eight}).ok());
  auto nine = eight;
  nine.push_back({"a", "b"});
  EXPECT_FALSE(Copy({.headers = nine}).ok());
  EXPECT_FALSE(Copy({.headers = {{"a", std::string(limit::kNeedHeader, 'b')}}}).ok());
}

TEST(CopiedNeed, HeadersThatAreTheClientsOrEndTheLineAreRefused) {
  for (const char* const name : {"Authorization", "cookie", "Host", "content-length",
                                 "transfer-encoding", "a b", "", "a:"}) {
    EXPECT_FALSE(Copy({.headers = {{name, "x"}}}).ok()) << name;
  }
  EXPECT_FALSE(Copy({.headers = {{"a", "x\r\nb: y"}}}).ok());
}

TEST(CopiedNeed, AnOlderStructIsReadAsFarAsItGoesAndATruncatedOneNotAtAll) {
  flaglink_need need{};
  need.name = Str("user");
  need.host = Str("slack.com");
  need.path = Str("/x");
  need.header_count = 1;  // beyond what it says it has, as is what follows
  need.is_subject = 1;
  need.struct_size = offsetof(flaglink_need, headers);
  const Result<DocumentNeed> copy = CopyNeed(need, kHosts, {});
  ASSERT_TRUE(copy.ok()) << copy.error().message;
  EXPECT_EQ(*copy, (DocumentNeed{"user", "https://slack.com/x", {}}));
  need.struct_size -= 1;
  EXPECT_FALSE(CopyNeed(need, kHosts, {}).ok());
}

Extraction GiveNeeds(int count, flaglink_outcome outcome) {
  static int left;
  static flaglink_outcome given;
  left = count;
  given = outcome;
  return RunExtract(
      [](const flaglink_request*, const flaglink_sink* sink) {
        for (int i = 0; i < left; ++i) {
          const std::string name = "n" + std::to_string(i);
          flaglink_need need{};
          need.struct_size = sizeof need;
          need.name = Str(name);
          need.host = Str("slack.com");
          need.path = Str("/x");
          sink->need(sink->context, &need);
          sink->need(sink->context, &need);
        }
        return given;
      },
      {}, {}, kHosts);
}

TEST(CopiedNeed, AnEventMayNeedEightDocumentsAndNothingElse) {
  const Extraction extraction = GiveNeeds(8, FLAGLINK_EXTRACTED);
  EXPECT_EQ(extraction.outcome, Extraction::Outcome::kExtracted);
  EXPECT_EQ(extraction.needs.size(), 8u);
  EXPECT_THAT(GiveNeeds(9, FLAGLINK_EXTRACTED).reason, HasSubstr("more than 8 documents"));
  EXPECT_THAT(GiveNeeds(1, FLAGLINK_IGNORED).reason, HasSubstr("ignored the event, but needs"));
}

TEST(CopiedNeed, TheAnswersAreGivenToTheAdapter) {
  AdapterInput input;
  input.fetched = {{"user", "Ada"}};
  const Extraction extraction = RunExtract(
      [](const flaglink_request* request, const flaglink_sink* sink) {
        if (request->fetched_count == 1) {
          sink->explain(sink->context, request->fetched[0].name);
          sink->explain(sink->context, request->fetched[0].value);
        }
        return FLAGLINK_IGNORED;
      },
      input, {});
  EXPECT_EQ(extraction.reason, "user; Ada");
}

}  // namespace
}  // namespace flaglinkd
