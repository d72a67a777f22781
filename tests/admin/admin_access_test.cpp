#include "daemon/admin/admin_access.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flaglinkd {
namespace {

using Headers = std::vector<Header>;

constexpr const char* kToken = "0123456789abcdef";
const Headers kBearer = {{"authorization", "Bearer 0123456789abcdef"}};
const Headers kJson = {{"content-type", "application/json"}};

AdminOptions Options(const std::string& address, const std::string& token = kToken) {
  AdminOptions options;
  options.address = address;
  options.token = Secret(std::string(token));
  options.hosts = {"Flaglinkd.acme.example"};
  return options;
}

HttpRequest Head(Headers headers, const std::string& peer = "127.0.0.1",
                 const std::string& host = "127.0.0.1:9464") {
  HttpRequest head;
  head.peer = peer;
  head.headers = std::move(headers);
  if (!host.empty()) head.headers.push_back({"host", host});
  return head;
}

Headers operator+(Headers a, const Headers& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// The status of the refusal, or 200.
int Status(const AdminAccess& access, const HttpRequest& head, Purpose purpose) {
  const auto refusal = access.RefusalOf(head, purpose);
  return refusal ? refusal->status : 200;
}

TEST(AdminAccess, AsksForTheTokenAsTheTableSays) {
  struct Case {
    const char *address, *peer;
    Purpose purpose;
    int without, with;  // the token
  };
  for (const auto& [address, peer, purpose, without, with] : {
           Case{"127.0.0.1:9464", "127.0.0.1", Purpose::kHealth, 200, 200},
           Case{"127.0.0.1:9464", "127.0.0.1", Purpose::kRead, 200, 200},
           Case{"127.0.0.1:9464", "127.0.0.1", Purpose::kReadPayload, 401, 200},
           Case{"127.0.0.1:9464", "127.0.0.1", Purpose::kAct, 401, 200},
           Case{"[::1]:9464", "::1", Purpose::kRead, 200, 200},
           Case{"[::1]:9464", "::1", Purpose::kAct, 401, 200},
           Case{"0.0.0.0:9464", "192.0.2.1", Purpose::kHealth, 200, 200},
           Case{"0.0.0.0:9464", "192.0.2.1", Purpose::kRead, 401, 200},
           Case{"0.0.0.0:9464", "192.0.2.1", Purpose::kReadPayload, 401, 200},
           Case{"0.0.0.0:9464", "192.0.2.1", Purpose::kAct, 401, 200},
           // A proxy on this machine speaks for others.
           Case{"0.0.0.0:9464", "127.0.0.1", Purpose::kRead, 401, 200},
           // An inherited socket may listen elsewhere than the address says.
           Case{"127.0.0.1:9464", "192.0.2.1", Purpose::kRead, 401, 200},
           Case{"127.0.0.1:9464", "192.0.2.1", Purpose::kHealth, 200, 200},
       }) {
    const AdminAccess access(Options(address));
    const std::string where = std::string(address) + " from " + peer;
    EXPECT_EQ(Status(access, Head(kJson, peer), purpose), without) << where;
    EXPECT_EQ(Status(access, Head(kJson + kBearer, peer), purpose), with) << where;
  }
}

TEST(AdminAccess, TakesTheTokenOnlyAsItIs) {
  struct Case {
    const char* authorization;
    int status;
  };
  const AdminAccess access(Options("127.0.0.1:9464"));
  for (const auto& [authorization, status] :
       {Case{"Bearer 0123456789abcdef", 200}, Case{"bearer 0123456789abcdef", 200},
        Case{"Bearer 0123456789abcdeF", 401}, Case{"Bearer 0123456789abcde", 401},
        Case{"Bearer 0123456789abcdef0", 401}, Case{"Bearer  0123456789abcdef", 401},
        Case{"Bearer ", 401}, Case{"Bearer", 401}, Case{"", 401}, Case{"0123456789abcdef", 401},
        Case{"Basic 0123456789abcdef", 401},
        // Any user's password: "ada:0123456789abcdef", ":0123456789abcdef"
        Case{"Basic YWRhOjAxMjM0NTY3ODlhYmNkZWY=", 200},
        Case{"basic OjAxMjM0NTY3ODlhYmNkZWY=", 200},
        // "ada:0123456789abcdeg", "0123456789abcdef", "0123456789abcdef:", no base64, nothing
        Case{"Basic YWRhOjAxMjM0NTY3ODlhYmNkZWc=", 401},
        Case{"Basic MDEyMzQ1Njc4OWFiY2RlZg==", 401}, Case{"Basic MDEyMzQ1Njc4OWFiY2RlZjo=", 401},
        Case{"Basic YWRhOjAxMjM0NTY3ODlhYmNkZWY", 401}, Case{"Basic ", 401},
        Case{"Digest YWRhOjAxMjM0NTY3ODlhYmNkZWY=", 401}}) {
    EXPECT_EQ(Status(access, Head({{"authorization", authorization}}), Purpose::kReadPayload),
              status)
        << authorization;
  }
  EXPECT_EQ(Status(access, Head(kBearer + kBearer), Purpose::kReadPayload), 401);
}

TEST(AdminAccess, WithoutATokenNothingThatNeedsOneIsServed) {
  const AdminAccess access(Options("0.0.0.0:9464", ""));
  for (const char* authorization :
       {"Bearer ", "Bearer", "", "Bearer x", "Basic ", "Basic Og==", "Basic YWRhOg=="}) {
    const HttpRequest head = Head(Headers{{"authorization", authorization}} + kJson);
    EXPECT_EQ(Status(access, head, Purpose::kRead), 401) << authorization;
    EXPECT_EQ(Status(access, head, Purpose::kAct), 401) << authorization;
    EXPECT_EQ(Status(access, head, Purpose::kHealth), 200) << authorization;
  }
}

TEST(AdminAccess, TheSocketMayDoEverythingWhateverItSends) {
  const AdminAccess access(Options("0.0.0.0:9464", ""));
  for (const Purpose purpose :
       {Purpose::kHealth, Purpose::kRead, Purpose::kReadPayload, Purpose::kAct}) {
    EXPECT_EQ(Status(access, Head({{"origin", "http://evil.example"}}, "unix", ""), purpose), 200);
  }
}

TEST(AdminAccess, HostIsAnAddressLocalhostOrAConfiguredName) {
  struct Case {
    const char* host;
    int status;
  };
  const AdminAccess access(Options("127.0.0.1:9464"));
  for (const auto& [host, status] : {Case{"127.0.0.1:9464", 200},
                                     Case{"127.0.0.1", 200},
                                     Case{"192.0.2.7:80", 200},
                                     Case{"[::1]:9464", 200},
                                     Case{"[::1]", 200},
                                     Case{"localhost:9464", 200},
                                     Case{"LocalHost", 200},
                                     Case{"flaglinkd.acme.example", 200},
                                     Case{"FLAGLINKD.acme.example:9464", 200},
                                     Case{"", 403},
                                     Case{"evil.example", 403},
                                     Case{"flaglinkd.acme.example.evil.example", 403},
                                     Case{"acme.example", 403},
                                     Case{"127.0.0.1.evil.example", 403},
                                     Case{"localhost.evil.example", 403},
                                     Case{"[::1]evil.example", 403},
                                     Case{"[evil.example]", 403},
                                     Case{"[", 403},
                                     Case{"[]", 403},
                                     Case{"::1", 403}}) {
    for (const Purpose purpose : {Purpose::kHealth, Purpose::kRead}) {
      EXPECT_EQ(Status(access, Head({}, "127.0.0.1", host), purpose), status) << host;
    }
    EXPECT_EQ(Status(access, Head(kBearer + kJson, "127.0.0.1", host), Purpose::kAct), status)
        << host;
  }
  EXPECT_EQ(Status(access, Head({{"host", "localhost"}}), Purpose::kRead), 403) << "two hosts";
}

TEST(AdminAccess, AnActionComesFromTheSameOriginOrFromNoBrowser) {
  struct Case {
    Headers headers;
    int status;
  };
  const AdminAccess access(Options("127.0.0.1:9464"));
  for (const auto& [headers, status] : std::vector<Case>{
           {{}, 200},
           {{{"origin", "http://127.0.0.1:9464"}}, 200},
           {{{"origin", "https://127.0.0.1:9464"}}, 200},
           {{{"origin", "http://127.0.0.1:9464"}, {"sec-fetch-site", "same-origin"}}, 200},
           {{{"sec-fetch-site", "same-origin"}}, 200},
           {{{"origin", "http://127.0.0.1:9465"}}, 403},
           {{{"origin", "http://127.0.0.1"}}, 403},
           {{{"origin", "http://localhost:9464"}}, 403},
           {{{"origin", "http://flaglinkd.acme.example"}}, 403},
           {{{"origin", "ftp://127.0.0.1:9464"}}, 403},
           {{{"origin", "null"}}, 403},
           {{{"origin", ""}}, 403},
           {{{"origin", "http://127.0.0.1:9464"}, {"origin", "http://evil.example"}}, 403},
           {{{"origin", "http://127.0.0.1:9464"}, {"sec-fetch-site", "cross-site"}}, 403},
           {{{"sec-fetch-site", "same-site"}}, 403},
           {{{"sec-fetch-site", "none"}}, 403}}) {
    std::string shown;
    for (const Header& header : headers) shown += header.name + ": " + header.value + "; ";
    EXPECT_EQ(Status(access, Head(headers + kBearer + kJson), Purpose::kAct), status) << shown;
    // What only reads can't be read by another page anyhow.
    EXPECT_EQ(Status(access, Head(headers + kBearer), Purpose::kReadPayload), 200) << shown;
  }
}

TEST(AdminAccess, AnActionIsJson) {
  struct Case {
    const char* type;
    int status;
  };
  const AdminAccess access(Options("127.0.0.1:9464"));
  for (const auto& [type, status] :
       {Case{"application/json", 200}, Case{"Application/JSON; charset=utf-8", 200},
        Case{"application/json ;x", 200}, Case{"", 415}, Case{"text/plain", 415},
        Case{"application/x-www-form-urlencoded", 415}, Case{"multipart/form-data", 415},
        Case{"application/jsonp", 415}, Case{"text/plain; application/json", 415}}) {
    EXPECT_EQ(Status(access, Head(Headers{{"content-type", type}} + kBearer), Purpose::kAct),
              status)
        << type;
  }
  EXPECT_EQ(Status(access, Head(kBearer), Purpose::kAct), 415);
}

TEST(AdminAccess, ARefusalIsOneLineThatTellsNothingOfTheToken) {
  const AdminAccess access(Options("127.0.0.1:9464"));
  const AdminAccess::Refusal refused{401, "the token is needed: see [admin] token"};
  EXPECT_EQ(access.RefusalOf(Head({}), Purpose::kAct), refused);
  EXPECT_EQ(access.RefusalOf(Head({{"authorization", "Bearer 0123456789abcde_"}}), Purpose::kAct),
            refused);
}

TEST(AdminOptions, KnowWhichAddressesAreOfThisMachineAlone) {
  for (const char* address :
       {"127.0.0.1:9464", "127.1.2.3:0", "127.0.0.1", "[::1]:9464", "::1", "[0:0::1]:80"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:9464", "[::]:9464", "192.0.2.1:80", "[2001:db8::1]:80",
                              "::", "[::ffff:127.0.0.1]:80", "", "[", "unix", "localhost:80"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

}  // namespace
}  // namespace flaglinkd
