#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "daemon/receive/source_options.h"

namespace flaglinkd {
namespace {

// IPv4 addresses are held in ::ffff:0:0/96 (RFC 4291, section 2.5.5.2).
constexpr int kMappedBits = 96;

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;
};

std::optional<Address> ParseAddress(const std::string& text) {
  Address address;
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
  address.is_v4 = true;
  address.bytes[10] = address.bytes[11] = 0xff;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data() + 12) == 1) return address;
  return std::nullopt;
}

std::optional<int> ParsePrefix(std::string_view text, int most) {
  int prefix = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (prefix < 0 || prefix > most) return std::nullopt;
  return prefix;
}

}  // namespace

Result<Network> ParseNetwork(const std::string& text) {
  const Error refusal{Error::Code::kInvalid, "\"" + text + "\" is not a network or an address"};
  // inet_pton reads up to a NUL and would not see what follows it.
  if (text.find('\0') != std::string::npos) return refusal;
  const std::size_t slash = text.find('/');
  std::optional<Address> address = ParseAddress(text.substr(0, slash));
  if (!address) return refusal;
  Network network{address->bytes, 128};
  if (slash == std::string::npos) return network;
  const int first = address->is_v4 ? kMappedBits : 0;
  std::optional<int> prefix = ParsePrefix(std::string_view(text).substr(slash + 1), 128 - first);
  if (!prefix) return refusal;
  network.prefix = first + *prefix;
  return network;
}

bool Contains(const Network& network, const std::string& text) {
  // A link-local peer comes with its interface: fe80::1%eth0.
  std::optional<Address> address = ParseAddress(text.substr(0, text.find('%')));
  if (!address) return false;
  const auto whole = network.prefix / 8;
  if (!std::equal(network.address.begin(), network.address.begin() + whole,
                  address->bytes.begin())) {
    return false;
  }
  const int rest = network.prefix % 8;
  if (rest == 0) return true;
  const auto at = static_cast<std::size_t>(whole);
  return (network.address[at] ^ address->bytes[at]) >> (8 - rest) == 0;
}

}  // namespace flaglinkd
