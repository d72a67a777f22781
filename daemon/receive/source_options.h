// What a configured source is, as the pipeline needs it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/base/clock.h"
#include "daemon/base/secret.h"
#include "daemon/domain/life_cycle.h"
#include "daemon/match/match_rules.h"

namespace flaglinkd {

// An IPv4 or IPv6 network; an IPv4 address is held as the IPv6 address that maps it, with 96 added
// to its prefix.
struct Network {
  std::array<std::uint8_t, 16> address{};
  int prefix = 128;
};

// "192.0.2.0/24", "2001:db8::/32", or a lone address. kInvalid: none of these.
Result<Network> ParseNetwork(const std::string& text);
bool Contains(const Network& network, const std::string& address);

// "/issue/fields/project/key" = ["SHOP"]: the value at the pointer, or one of the list there, is
// one of these.
struct PointerFilter {
  std::string pointer;
  std::vector<std::string> values;
};

struct SourceOptions {
  std::string name, adapter, path, name_space;
  bool verify = true;  // false: verify = "none" was written out
  std::vector<Secret> secrets;
  std::size_t body_limit = 1u << 20;
  std::vector<std::string> projects;
  UnlinkRule unlink = UnlinkRule::kDeleted;
  bool link_private = false;
  bool launchdarkly_app = false;  // LaunchDarkly's own app links too: look before making a twin
  std::vector<std::string> bots;
  std::vector<PointerFilter> only, except;
  std::optional<Duration> tolerance;
  std::vector<Network> allow_from;  // empty: everybody
  std::optional<int> rate_limit;    // per second
  MatchOptions match;
  std::vector<AdapterOption> options;
};

}  // namespace flaglinkd
