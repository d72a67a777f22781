// JSON Pointers (RFC 6901) as lists of reference tokens. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flaglinkd {

using PointerTokens = std::vector<std::string>;

// "/a~1b/0" is {"a/b", "0"}; "" is the whole document and has no tokens. Nothing: not a JSON
// Pointer.
std::optional<PointerTokens> ParseJsonPointer(std::string_view pointer);

// The element that `token` names in an array of `size`: "0" or digits that don't begin with 0.
// Nothing: none.
std::optional<std::size_t> ArrayIndex(std::string_view token, std::size_t size);

}  // namespace flaglinkd
