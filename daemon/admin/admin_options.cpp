#include "daemon/admin/admin_options.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstddef>

namespace flaglinkd {
namespace {

constexpr unsigned char kLoopbackNetwork = 127;  // 127.0.0.0/8 (RFC 1122, 3.2.1.3)

// "127.0.0.1:9464" -> "127.0.0.1", "[::1]:9464" -> "::1"; what has no port stays as it is.
std::string WithoutPort(const std::string& address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const std::size_t colon = address.find(':');
  const bool has_port = colon != std::string::npos && colon == address.rfind(':');
  return has_port ? address.substr(0, colon) : address;
}

}  // namespace

bool IsLoopback(const std::string& address) {
  const std::string host = WithoutPort(address);
  unsigned char ipv4[sizeof(in_addr)];
  if (inet_pton(AF_INET, host.c_str(), ipv4) == 1) return ipv4[0] == kLoopbackNetwork;
  in6_addr ipv6;
  return inet_pton(AF_INET6, host.c_str(), &ipv6) == 1 && IN6_IS_ADDR_LOOPBACK(&ipv6);
}

}  // namespace flaglinkd
