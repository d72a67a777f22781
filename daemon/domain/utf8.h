// UTF-8 (RFC 3629) one code point at a time, from bytes that may hold anything. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace flaglinkd {

struct CodePoint {
  char32_t value = 0;  // U+FFFD where the bytes are no UTF-8
  std::size_t size =
      0;  // bytes that it takes; of invalid ones the longest that could have begun one (Unicode
          // 15, 3.9, U+FFFD Substitution of Maximal Subparts), at least 1
  bool valid = false;
};

// The first code point of `bytes`, which is not empty.
CodePoint FirstCodePoint(std::string_view bytes);

// C0, DEL and C1: what moves a terminal's cursor or breaks a line.
constexpr bool IsControl(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

// Embeddings, overrides and isolates (UAX #9): they make text read in another order than it is
// stored.
constexpr bool IsBidiControl(char32_t c) {
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace flaglinkd
