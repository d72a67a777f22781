// The pieces of the option table, and what their setters share.
#pragma once

#include <initializer_list>

#include "daemon/base/check.h"
#include "daemon/config/option_table.h"

namespace flaglinkd {

std::vector<Option> DaemonOptionRows();
std::vector<Option> SourceOptionRows();
std::vector<Option> SignatureOptionRows();  // [source.NAME.signature]
std::vector<Option> EventOptionRows();      // [source.NAME.event]
std::vector<Option> TestOptionRows();       // [[test]]

// The value of a choice; `in_order` is that of Option::choices.
template <typename Enum>
Enum Choose(const OptionValue& value, std::initializer_list<Enum> in_order) {
  FLAGLINKD_CHECK(static_cast<std::size_t>(value.integer) < in_order.size());
  return in_order.begin()[value.integer];
}

// Of texts that kNetworkForm has accepted.
inline std::vector<Network> Networks(const OptionValue& value) {
  std::vector<Network> networks;
  for (const std::string& text : value.texts) networks.push_back(ParseNetwork(text).value());
  return networks;
}

inline std::string PathOf(const OptionValue& value) {
  return Absolute(value.text, value.directory).string();
}

}  // namespace flaglinkd
