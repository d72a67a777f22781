#include "daemon/domain/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "daemon/domain/utf8.h"

namespace flaglinkd {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// Marks that show nothing but steer how their neighbours are drawn, and separators that end a line.
bool IsInvisibleMark(char32_t c) {
  return IsBidiControl(c) || c == 0x061c || (c >= 0x200b && c <= 0x200f) || c == 0x2028 ||
         c == 0x2029 || c == 0x2060 || c == 0xfeff;
}

std::string Escape(char32_t c) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), c < 0x80 ? "\\x%02x" : "\\u{%04x}",
                static_cast<unsigned>(c));
  return text.data();
}

std::string EscapeBytes(std::string_view bytes) {
  std::string escaped;
  for (char byte : bytes) {
    std::array<char, 8> text;
    std::snprintf(text.data(), text.size(), "\\x%02x", static_cast<unsigned char>(byte));
    escaped += text.data();
  }
  return escaped;
}

}  // namespace

std::string ToValidUtf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    // Most texts are ASCII: take all of it at once, up to a NUL or what is no ASCII.
    const auto plain = std::find_if(bytes.begin(), bytes.end(),
                                    [](char c) { return static_cast<signed char>(c) <= 0; });
    text.append(bytes.begin(), plain);
    bytes.remove_prefix(static_cast<std::size_t>(plain - bytes.begin()));
    if (bytes.empty()) break;
    const CodePoint point = FirstCodePoint(bytes);
    text += point.valid && point.value != 0 ? bytes.substr(0, point.size) : kReplacement;
    bytes.remove_prefix(point.size);
  }
  return text;
}

std::string_view CutAtCharacter(std::string_view text, std::size_t characters) {
  // No code point is shorter than a byte, so that most texts need no walk.
  if (text.size() <= characters) return text;
  std::size_t end = 0;
  for (; characters > 0 && end < text.size(); --characters) {
    end += FirstCodePoint(text.substr(end)).size;
  }
  return text.substr(0, end);
}

std::string EscapeForLine(std::string_view bytes, std::size_t characters) {
  std::string line;
  while (!bytes.empty()) {
    const CodePoint point = FirstCodePoint(bytes);
    std::string piece(bytes.substr(0, point.size));
    std::size_t width = 1;
    if (!point.valid || IsControl(point.value) || IsInvisibleMark(point.value)) {
      piece = point.valid ? Escape(point.value) : EscapeBytes(piece);
      width = piece.size();
    }
    if (width > characters) break;
    line += piece;
    characters -= width;
    bytes.remove_prefix(point.size);
  }
  return line;
}

}  // namespace flaglinkd
