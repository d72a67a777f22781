// Text from outside, made safe to keep and to show. Pure.
#pragma once

#include <string>
#include <string_view>

namespace flaglinkd {

// Invalid UTF-8 and NUL become U+FFFD.
std::string ToValidUtf8(std::string_view bytes);

// The longest prefix of at most `characters` code points; `text` is valid UTF-8.
std::string_view CutAtCharacter(std::string_view text, std::size_t characters);

// For one line of a log or a table: control, bidirectional and escape characters as \xNN or
// \u{NNNN}, cut at `characters`.
std::string EscapeForLine(std::string_view bytes, std::size_t characters);

}  // namespace flaglinkd
