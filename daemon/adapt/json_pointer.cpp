#include "daemon/adapt/json_pointer.h"

#include <charconv>

namespace flaglinkd {

std::optional<PointerTokens> ParseJsonPointer(std::string_view pointer) {
  PointerTokens tokens;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const char c = pointer[i];
    if (c == '/') {
      tokens.emplace_back();
    } else if (tokens.empty()) {
      return std::nullopt;
    } else if (c != '~') {
      tokens.back() += c;
    } else {
      if (++i == pointer.size() || (pointer[i] != '0' && pointer[i] != '1')) return std::nullopt;
      tokens.back() += pointer[i] == '0' ? '~' : '/';
    }
  }
  return tokens;
}

std::optional<std::size_t> ArrayIndex(std::string_view token, std::size_t size) {
  if (token.size() > 1 && token[0] == '0') return std::nullopt;
  std::size_t index = 0;
  const char* end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, index);
  if (token.empty() || error != std::errc() || stop != end || index >= size) return std::nullopt;
  return index;
}

}  // namespace flaglinkd
