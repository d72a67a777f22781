// One request of a sender, as it came: raw body, and headers by lower-case name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"

namespace flaglinkd {

struct Header {
  std::string name;  // lower case
  std::string value;
  auto operator<=>(const Header&) const = default;
};

struct Webhook {
  std::string method;  // "POST"
  std::vector<Header> headers;
  std::string body;
  TimePoint received;  // unique within a process life and never going back: it is the arrival order

  // The header's only value. The listener refuses requests that repeat a header, so there is no
  // second one.
  std::optional<std::string_view> FindHeader(std::string_view lower_case_name) const {
    for (const Header& header : headers) {
      if (header.name == lower_case_name) return header.value;
    }
    return std::nullopt;
  }
};

}  // namespace flaglinkd
