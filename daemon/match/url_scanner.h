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

// What ends a URL's scheme or host.
inline bool IsUrlMark(char c) {
  return c == '/' || c == '?' || c == '#';
}

// Where any page's URL ends whose first mark is at `mark`: at white space, at what no URL holds, at
// a bracket that was opened before it, at the text's end.
std::size_t EndOfUrl(std::string_view text, std::size_t mark);

class UrlScanner {
 public:
  // `hosts`: lower case, with ":port" where one is needed; a scheme's default port may always stand
  // in the URL. Both arguments outlive the scanner.
  UrlScanner(std::string_view text, std::span<const std::string> hosts)
      : text_(text), hosts_(hosts) {}

  // The next URL's flag, or nothing at the end. Both keys are valid; the same flag may come again.
  std::optional<FlagKey> Next();

 private:
  std::optional<FlagKey> TakeUrl(std::size_t slash);
  std::string_view PathBehind(std::size_t slash) const;
  std::string_view PathBehindScheme(std::size_t slash, std::size_t start,
                                    std::string_view default_port) const;
  bool MayStart(std::size_t start, std::string_view joins) const;

  std::string_view text_;
  std::span<const std::string> hosts_;
  std::size_t position_ = 0;  // never inside a URL but for one that was taken
};

}  // namespace flaglinkd
