// Finds LaunchDarkly flag URLs in text, in one pass. The forms, after the host, as LaunchDarkly's
// site and API write them:
//
//   /{project}/{environment}/features/{flag}     /projects/{project}/flags/{flag}
//   /api/v2/flags/{project}/{flag}
//
// each with more path, a query or a fragment behind it, or none. A URL may lack its scheme. One
// inside another URL, in its path or query, is not taken: it is that other page's.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/domain/flag_key.h"

namespace flaglinkd {

class UrlScanner {
 public:
  // `hosts`: lower case, with ":port" where one is needed; a scheme's default port may always stand
  // in the URL. Both arguments outlive the scanner.
  UrlScanner(std::string_view text, std::span<const std::string> hosts)
      : text_(text), hosts_(hosts) {}

  // The next URL's flag, or nothing at the end. Both keys are valid; the same flag may come again.
  std::optional<FlagKey> Next();

 private:
  bool MayStartHere() const;
  std::optional<FlagKey> TakeUrl();
  void Step();

  std::string_view text_;
  std::span<const std::string> hosts_;
  std::size_t position_ = 0;
  bool in_url_ = false;       // behind a '/', '?' or '#' of what may be another URL
  std::size_t brackets_ = 0;  // opened inside it and not closed yet
};

}  // namespace flaglinkd
