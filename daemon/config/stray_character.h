// TOML takes characters beyond ASCII in strings and comments alone. They are looked for before the
// library reads a file: its 3.3 and 3.4 run into undefined behaviour on some of them (U+0312 at the
// start of a line), and a typographic quote deserves a better message. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace flaglinkd {

struct StrayCharacter {
  int line = 0, column = 0;  // from 1, columns in characters
};

// The first character beyond ASCII that stands outside strings and comments.
std::optional<StrayCharacter> FindStrayCharacter(const std::vector<std::string>& lines);

}  // namespace flaglinkd
