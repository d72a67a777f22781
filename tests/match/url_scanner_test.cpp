#include "daemon/match/url_scanner.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <vector>

namespace flaglinkd {
namespace {

const std::vector<std::string> kHosts = {"app.launchdarkly.com", "app.eu.launchdarkly.com",
                                         "app.launchdarkly.us", "ld.acme.example:8443",
                                         "[::1]:8080"};

// "project/flag" of each URL, with spaces between.
std::string Found(std::string_view text, const std::vector<std::string>& hosts = kHosts) {
  std::string found;
  UrlScanner scanner(text, hosts);
  while (const auto flag = scanner.Next()) {
    found += (found.empty() ? "" : " ") + flag->project + "/" + flag->key;
  }
  return found;
}

struct Case {
  const char* text;
  const char* found;
};

void ExpectEach(std::initializer_list<Case> cases) {
  for (const auto& [text, found] : cases) EXPECT_EQ(Found(text), found) << text;
}

TEST(UrlScanner, EveryFormOfAFlagUrlIsFound) {
  ExpectEach(
      {{"https://app.launchdarkly.com/default/production/features/my-flag", "default/my-flag"},
       {"https://app.launchdarkly.com/default/production/features/my-flag/targeting",
        "default/my-flag"},
       {"https://app.launchdarkly.com/projects/default/flags/my-flag", "default/my-flag"},
       {"https://app.launchdarkly.com/projects/default/flags/my-flag/", "default/my-flag"},
       {"https://app.launchdarkly.com/projects/default/flags/my-flag/targeting?env=production",
        "default/my-flag"},
       {"https://app.launchdarkly.com/projects/default/flags/my-flag?env=production#x",
        "default/my-flag"},
       {"https://app.launchdarkly.com/projects/default/flags/my-flag#top", "default/my-flag"},
       {"https://app.launchdarkly.com/api/v2/flags/default/my-flag", "default/my-flag"},
       {"https://app.launchdarkly.com/projects/flags/flags/flags", "flags/flags"},
       {"https://app.launchdarkly.com/projects/x/features/y", "projects/y"},
       {"https://app.launchdarkly.com/projects/A.b_c-1/flags/Compact_grid.v2-x",
        "A.b_c-1/Compact_grid.v2-x"},
       {"http://app.launchdarkly.com/projects/default/flags/my-flag", "default/my-flag"},
       {"app.launchdarkly.com/projects/default/flags/my-flag", "default/my-flag"},
       {"HTTPS://App.LaunchDarkly.COM/projects/default/flags/My-Flag", "default/My-Flag"},
       {"https://app.eu.launchdarkly.com/projects/default/flags/my-flag", "default/my-flag"},
       {"https://app.launchdarkly.us/projects/default/flags/my-flag", "default/my-flag"},
       {"https://app.launchdarkly.com:443/projects/default/flags/my-flag", "default/my-flag"},
       {"http://app.launchdarkly.com:80/projects/default/flags/my-flag", "default/my-flag"},
       {"app.launchdarkly.com:443/projects/default/flags/my-flag", "default/my-flag"},
       {"https://ld.acme.example:8443/projects/default/flags/my-flag", "default/my-flag"},
       {"http://[::1]:8080/projects/default/flags/my-flag", "default/my-flag"}});
}

TEST(UrlScanner, OtherPagesNameNoFlag) {
  ExpectEach({{"", ""},
              {"https://", ""},
              {"https://app.launchdarkly.com", ""},
              {"https://app.launchdarkly.com/", ""},
              {"https://app.launchdarkly.com/projects/default/flags", ""},
              {"https://app.launchdarkly.com/projects/default/flags/", ""},
              {"https://app.launchdarkly.com/projects/default/ai-configs/x", ""},
              {"https://app.launchdarkly.com/default/production/segments/x", ""},
              {"https://app.launchdarkly.com/default/features/x", ""},
              {"https://app.launchdarkly.com/api/v2/flags/default", ""},
              {"https://app.launchdarkly.com/Projects/default/Flags/x", ""},
              {"https://app.launchdarkly.com//projects/default/flags/x", ""},
              {"https://app.launchdarkly.com/projects//flags/x", ""},
              {"https://app.launchdarkly.com/projects/default/flags//x", ""}});
}

TEST(UrlScanner, WhatIsNoKeyNamesNoFlag) {
  ExpectEach({{"https://app.launchdarkly.com/projects/default/flags/..%2f..%2fmembers", ""},
              {"https://app.launchdarkly.com/projects/default/flags/my%2dflag", ""},
              {"https://app.launchdarkly.com/projects/default/flags/../members", ""},
              {"https://app.launchdarkly.com/projects/../flags/x", ""},
              {"https://app.launchdarkly.com/projects/-p/flags/x", ""},
              {"https://app.launchdarkly.com/default/../features/x", ""},
              {"https://app.launchdarkly.com/projects/default/flags/-x", ""},
              {"https://app.launchdarkly.com/projects/default/flags/x@y", ""},
              {"https://app.launchdarkly.com/projects/de%66ault/flags/x", ""}});
}

TEST(UrlScanner, OnlyTheExactHostsCount) {
  ExpectEach({{"https://app.launchdarkly.com.evil.example/projects/default/flags/x", ""},
              {"https://app.launchdarkly.com@evil.example/projects/default/flags/x", ""},
              {"https://app.launchdarkly.com:443@evil.example/projects/default/flags/x", ""},
              {"https://evil.example@app.launchdarkly.com/projects/default/flags/x", ""},
              {"https://app.launchdarkly.com:8443/projects/default/flags/x", ""},
              {"https://app.launchdarkly.com:80/projects/default/flags/x", ""},
              {"http://app.launchdarkly.com:443/projects/default/flags/x", ""},
              {"https://ld.acme.example/projects/default/flags/x", ""},
              {"https://app.launchdarkly.com./projects/default/flags/x", ""},
              {"https://evil-app.launchdarkly.com/projects/default/flags/x", ""},
              {"evil.app.launchdarkly.com/projects/default/flags/x", ""},
              {"myapp.launchdarkly.com/projects/default/flags/x", ""},
              {"someone@app.launchdarkly.com/projects/default/flags/x", ""},
              {"ftp://app.launchdarkly.com/projects/default/flags/x", ""},
              {"git+https://app.launchdarkly.com/projects/default/flags/x", ""},
              {"xhttps://app.launchdarkly.com/projects/default/flags/x", ""},
              {"https:/app.launchdarkly.com/projects/default/flags/x", ""},
              {"https://launchdarkly.com/projects/default/flags/x", ""}});
}

TEST(UrlScanner, AHostMayBeginAsASchemeDoes) {
  const std::vector<std::string> hosts = {"https.acme.example"};
  EXPECT_EQ(Found("https.acme.example/projects/p/flags/a", hosts), "p/a");
  EXPECT_EQ(Found("x@https.acme.example/projects/p/flags/a", hosts), "");
}

TEST(UrlScanner, AUrlInsideAnotherIsNotTaken) {
  ExpectEach(
      {{"https://evil.example/?u=https://app.launchdarkly.com/projects/default/flags/x", ""},
       {"https://evil.example/https://app.launchdarkly.com/projects/default/flags/x", ""},
       {"https://evil.example/#https://app.launchdarkly.com/projects/default/flags/x", ""},
       {"https://evil.example/?u=app.launchdarkly.com/projects/default/flags/x", ""},
       {"https://evil.example/?u=(https://app.launchdarkly.com/projects/default/flags/x)", ""},
       {"https://evil.example/?u[]=https://app.launchdarkly.com/projects/default/flags/x", ""},
       {"https://evil.example/a,https://app.launchdarkly.com/projects/default/flags/x", ""},
       {"evil.example/app.launchdarkly.com/projects/default/flags/x", ""},
       {"evil.example?u=https://app.launchdarkly.com/projects/default/flags/x", ""},
       {"https://app.launchdarkly.com/login?to=https://app.launchdarkly.com/projects/default/"
        "flags/x",
        ""},
       {"https://app.launchdarkly.com/projects/default/flags/a?to=https://"
        "app.launchdarkly.com/projects/default/flags/b",
        "default/a"}});
}

TEST(UrlScanner, ProseAroundAUrlIsNotPartOfIt) {
  ExpectEach(
      {{"See https://app.launchdarkly.com/projects/default/flags/a.", "default/a"},
       {"see app.launchdarkly.com/projects/default/flags/a, then b", "default/a"},
       {"(https://app.launchdarkly.com/projects/default/flags/a)", "default/a"},
       {"(https://app.launchdarkly.com/projects/default/flags/a/targeting).", "default/a"},
       {"[flag](https://app.launchdarkly.com/projects/default/flags/a)", "default/a"},
       {"[https://jira.example/X-1](https://app.launchdarkly.com/projects/default/flags/a)",
        "default/a"},
       {"(https://jira.example/X-1),(https://app.launchdarkly.com/projects/default/flags/a)",
        "default/a"},
       {"[a|https://app.launchdarkly.com/projects/default/flags/a|smart-link]", "default/a"},
       {"<https://app.launchdarkly.com/projects/default/flags/a|a>", "default/a"},
       {"<a href=\"https://app.launchdarkly.com/projects/default/flags/a\">", "default/a"},
       {"'https://app.launchdarkly.com/projects/default/flags/a'", "default/a"},
       {"`https://app.launchdarkly.com/projects/default/flags/a`", "default/a"},
       {"**https://app.launchdarkly.com/projects/default/flags/a**", "default/a"},
       {"_https://app.launchdarkly.com/projects/default/flags/a_", "default/a"},
       {"is https://app.launchdarkly.com/projects/default/flags/a on?", "default/a"},
       {"on: https://app.launchdarkly.com/projects/default/flags/a: yes", "default/a"},
       {"is it https://app.launchdarkly.com/projects/default/flags/a? Or a!", "default/a"},
       {"https://app.launchdarkly.com/projects/default/flags/a!", "default/a"},
       {"https://app.launchdarkly.com/projects/default/flags/a;", "default/a"},
       {"https://app.launchdarkly.com/projects/default/flags/a...", "default/a"},
       {"https://app.launchdarkly.com/projects/default/flags/a-", "default/a"},
       {"https://app.launchdarkly.com/projects/default/flags/a./targeting", "default/a."},
       {"https://app.launchdarkly.com/projects/default/flags/a.-?x=1", "default/a.-"},
       {"flag=https://app.launchdarkly.com/projects/default/flags/a", "default/a"},
       {"flag:app.launchdarkly.com/projects/default/flags/a", "default/a"},
       {"見てhttps://app.launchdarkly.com/projects/default/flags/a。次", "default/a"},
       {"https://jira.example/X-1 https://app.launchdarkly.com/projects/default/flags/a",
        "default/a"},
       {"https://jira.example/X-1\thttps://app.launchdarkly.com/projects/default/flags/a\r\n",
        "default/a"},
       {"https://app.launchdarkly.com/projects/p/flags/a,https://app.launchdarkly.com/"
        "projects/q/flags/b",
        "p/a q/b"},
       {"https://app.launchdarkly.com/projects/p/flags/a "
        "https://app.launchdarkly.com/projects/p/flags/a",
        "p/a p/a"}});
}

TEST(UrlScanner, NulEndsAUrl) {
  EXPECT_EQ(Found(std::string_view("\0https://app.launchdarkly.com/projects/p/flags/a\0b", 50)),
            "p/a");
}

TEST(UrlScanner, AKeyBeyondTheBoundIsNone) {
  const std::string url = "https://app.launchdarkly.com/projects/p/flags/";
  EXPECT_EQ(Found(url + std::string(kMaxKeyLength, 'a')), "p/" + std::string(kMaxKeyLength, 'a'));
  EXPECT_EQ(Found(url + std::string(kMaxKeyLength + 1, 'a')), "");
}

// Megabytes that almost match everywhere: quadratic work would not end in a test's time.
TEST(UrlScanner, HostileTextTakesOnePass) {
  for (const std::string piece :
       {"https://", "app.launchdarkly.com/", "app.launchdarkly.com/projects/", "((((", "(/(", "a",
        "-", "https://app.launchdarkly.com/projects/a/flags/%",
        "https://app.launchdarkly.com/a/b/features/-,"}) {
    std::string text;
    while (text.size() < 3'000'000) text += piece;
    EXPECT_EQ(Found(text + " https://app.launchdarkly.com/projects/p/flags/a"), "p/a") << piece;
  }
}

// Recorded forms, where a collection of them is at hand.
TEST(UrlScanner, RecordedUrlsAreReadAsTheyAreMeant) {
  const char* payloads = std::getenv("FLAGLINKD_PAYLOADS");
  const std::string path = payloads == nullptr
                               ? FLAGLINKD_SOURCE_DIR "/tests/match/flag_urls.json"
                               : std::string(payloads) + "/../launchdarkly/flag-url-samples.json";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  rapidjson::Document samples;
  samples.Parse(text.data(), text.size());
  ASSERT_FALSE(samples.HasParseError()) << path;
  ASSERT_FALSE(samples["cases"].Empty());
  for (const auto& sample : samples["cases"].GetArray()) {
    std::string expected;
    if (sample["flag"].IsString()) {
      expected = std::string(sample["project"].GetString()) + "/" + sample["flag"].GetString();
    }
    EXPECT_EQ(Found(sample["url"].GetString()), expected) << sample["url"].GetString();
  }
}

}  // namespace
}  // namespace flaglinkd
