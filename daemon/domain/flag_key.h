// A flag, by its project and key. The key's form is LaunchDarkly's for all resource keys
// (terraform-provider-launchdarkly, framework_validators.go): ^[a-zA-Z0-9][a-zA-Z0-9_.-]*$, case
// counts. Both halves travel in URL paths, so nothing that fails IsValidKey may become a FlagKey.
// No maximum length is documented; ours is a bound on hostile input.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace flaglinkd {

constexpr std::size_t kMaxKeyLength = 256;

struct FlagKey {
  std::string project, key;
  auto operator<=>(const FlagKey&) const = default;
};

inline bool IsKeyCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

inline bool IsValidKey(std::string_view key) {
  if (key.empty() || key.size() > kMaxKeyLength) return false;
  if (key[0] == '_' || key[0] == '.' || key[0] == '-') return false;
  for (char c : key) {
    if (!IsKeyCharacter(c)) return false;
  }
  return true;
}

}  // namespace flaglinkd
