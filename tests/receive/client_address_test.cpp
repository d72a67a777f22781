#include "daemon/receive/client_address.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

std::vector<Network> Proxies(const std::vector<std::string>& texts) {
  std::vector<Network> networks;
  for (const std::string& text : texts) networks.push_back(ParseNetwork(text).value());
  return networks;
}

struct Case {
  const char *peer, *forwarded_for, *expected;
};

TEST(ClientAddress, IsTheFirstFromTheRightThatNoTrustedProxyHas) {
  const std::vector<Network> proxies = Proxies({"127.0.0.1", "10.0.0.0/8", "2001:db8::/32"});
  const Case cases[] = {
      {"192.0.2.1", "", "192.0.2.1"},
      {"192.0.2.1", "203.0.113.9", "192.0.2.1"},  // not a proxy of ours: its header says nothing
      {"127.0.0.1", "", "127.0.0.1"},
      {"127.0.0.1", "203.0.113.9", "203.0.113.9"},
      {"127.0.0.1", "198.51.100.7, 203.0.113.9",
       "203.0.113.9"},  // what stands left of it, anyone can write
      {"127.0.0.1", "203.0.113.9,10.1.2.3", "203.0.113.9"},
      {"127.0.0.1", "203.0.113.9, 2001:db8::5 , 10.1.2.3", "203.0.113.9"},
      {"127.0.0.1", "10.1.2.3", "10.1.2.3"},
      {"127.0.0.1", "unknown", "127.0.0.1"},
      {"127.0.0.1", "203.0.113.9, unknown, 10.1.2.3", "10.1.2.3"},
      {"127.0.0.1", ",,", "127.0.0.1"},
      {"::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"},  // IPv4 on a dual-stack socket
  };
  for (const Case& one : cases) {
    EXPECT_EQ(ClientAddress(one.peer, one.forwarded_for, proxies), one.expected)
        << one.peer << " / " << one.forwarded_for;
  }
}

TEST(ClientAddress, WithoutTrustedProxiesIsTheConnections) {
  EXPECT_EQ(ClientAddress("127.0.0.1", "203.0.113.9", {}), "127.0.0.1");
}

}  // namespace
}  // namespace flaglinkd
