#include <gtest/gtest.h>

#include "daemon/receive/source_options.h"

namespace flaglinkd {
namespace {

bool Holds(const std::string& network, const std::string& address) {
  return Contains(ParseNetwork(network).value(), address);
}

TEST(Network, HoldsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(Holds("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(Holds("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(Holds("185.166.140.0/22", "185.166.143.1"));
  EXPECT_FALSE(Holds("185.166.140.0/22", "185.166.144.1"));
  EXPECT_TRUE(Holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(Holds("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(Network, OfALoneAddressHoldsThatAlone) {
  EXPECT_TRUE(Holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(Holds("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(Holds("2001:db8::1", "2001:db8:0::1"));
}

TEST(Network, OfPrefixZeroHoldsItsWholeFamily) {
  EXPECT_TRUE(Holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(Holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(Holds("::/0", "2001:db8::1"));
}

TEST(Network, IgnoresTheBitsBehindItsPrefix) {
  EXPECT_TRUE(Holds("192.0.2.77/24", "192.0.2.1"));
}

TEST(Network, TakesAnIpv4AddressThatCameOverAnIpv6Socket) {
  EXPECT_TRUE(Holds("192.0.2.0/24", "::ffff:192.0.2.1"));
}

TEST(Network, LooksPastAnInterfacesName) {
  EXPECT_TRUE(Holds("fe80::/10", "fe80::1%eth0"));
}

TEST(Network, HoldsNothingThatIsNoAddress) {
  EXPECT_FALSE(Holds("::/0", ""));
  EXPECT_FALSE(Holds("::/0", "localhost"));
  EXPECT_FALSE(Holds("0.0.0.0/0", "192.0.2.1:80"));
}

TEST(Network, IsRefusedWhenItIsNone) {
  for (const char* text : {"", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2/24",
                           "192.0.2.0/24x", "2001:db8::/129", "::/ 0", "example.com", "1"}) {
    EXPECT_EQ(ParseNetwork(text).error().message,
              "\"" + std::string(text) + "\" is not a network or an address");
  }
  EXPECT_FALSE(ParseNetwork(std::string("192.0.2.0\0/24", 13)).ok());
}

}  // namespace
}  // namespace flaglinkd
