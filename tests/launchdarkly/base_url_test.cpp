#include <gtest/gtest.h>

#include "daemon/launchdarkly/launchdarkly_destination.h"

namespace flaglinkd {
namespace {

TEST(CheckBaseUrl, AnHttpsOriginIsTaken) {
  for (const char* url : {"https://app.launchdarkly.com", "https://app.eu.launchdarkly.com:8443",
                          "https://192.0.2.1", "https://[2001:db8::1]:443"}) {
    EXPECT_TRUE(CheckBaseUrl(url).ok()) << url;
  }
}

TEST(CheckBaseUrl, PlainHttpIsForLoopbackAlone) {
  for (const char* url :
       {"http://localhost:8080", "http://127.0.0.1:1", "http://127.8.9.10", "http://[::1]:8080"}) {
    EXPECT_TRUE(CheckBaseUrl(url).ok()) << url;
  }
  for (const char* url : {"http://app.launchdarkly.com", "http://127.example.com",
                          "http://localhost.example.com", "http://[2001:db8::1]"}) {
    ASSERT_FALSE(CheckBaseUrl(url).ok()) << url;
    EXPECT_EQ(CheckBaseUrl(url).error().message,
              "base_url \"" + std::string(url) +
                  "\" must be https, since the token travels with each request");
  }
}

TEST(CheckBaseUrl, WhatIsMoreOrLessThanAnOriginIsRefused) {
  for (const char* url :
       {"", "app.launchdarkly.com", "https://", "https://app.launchdarkly.com/",
        "https://app.launchdarkly.com/api", "https://user@app.launchdarkly.com",
        "https://app.launchdarkly.com?x", "https://app.launchdarkly.com:", "https://host:0",
        "https://host:65536", "https://host:1x", "ftp://host", "https://[::1", "https://[nonsense]",
        "https://[::1]x", "https://a b", "https://host\n"}) {
    ASSERT_FALSE(CheckBaseUrl(url).ok()) << url;
    EXPECT_EQ(CheckBaseUrl(url).error().code, Error::Code::kInvalid) << url;
  }
}

TEST(HostOf, LeavesOutThePortThatTheSchemeHasAnyway) {
  EXPECT_EQ(HostOf("https://APP.launchdarkly.com"), "app.launchdarkly.com");
  EXPECT_EQ(HostOf("https://app.launchdarkly.com:443"), "app.launchdarkly.com");
  EXPECT_EQ(HostOf("http://127.0.0.1:80"), "127.0.0.1");
  EXPECT_EQ(HostOf("http://127.0.0.1:8080"), "127.0.0.1:8080");
  EXPECT_EQ(HostOf("http://[::1]:8080"), "[::1]:8080");
  EXPECT_EQ(HostOf("no origin"), "");
}

}  // namespace
}  // namespace flaglinkd
