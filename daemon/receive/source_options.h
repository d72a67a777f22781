// What a configured source is, as the pipeline needs it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/adapt/signature_options.h"
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

// The first file that `secrets` names: where the secret of an armed handshake is kept.
struct SecretFile {
  std::filesystem::path file;
  std::size_t index = 0;  // of its secret among `secrets`, or where it would stand
  std::string missing;    // why there is no secret in it; "": there is one
};

struct SourceOptions {
  std::string name, adapter, path, name_space;
  // Further down the path; empty: `path` is all of it
  Secret path_secret;
  // False: verify = "none" was written out, or path_secret stands for the secrets
  bool verify = true;
  std::vector<Secret> secrets;
  std::optional<SecretFile> secret_file;
  std::optional<SignatureOptions> signature;  // in place of what the adapter declares
  Secret api_token;  // for documents that a body leaves out; empty: none is fetched
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
  // JSON Pointers into the body; the delivery id is the first value that is not empty. Empty: as the
  // adapter declares.
  std::vector<std::string> delivery_id;
};

}  // namespace flaglinkd
