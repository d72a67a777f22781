#include "daemon/config/stray_character.h"

#include <string_view>

namespace flaglinkd {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool IsBeyondAscii(char byte) {
  return (static_cast<unsigned char>(byte) & 0x80) != 0;
}
bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// Goes over the lines of a file and knows whether it is in a string.
class Scanner {
 public:
  // The byte of the first stray character, or npos.
  std::size_t Scan(std::string_view line) {
    for (std::size_t i = 0; i < line.size();) {
      if (quote_ == 0) {
        if (line[i] == '#') break;
        if (IsBeyondAscii(line[i])) return i;
        i += line[i] == '"' || line[i] == '\'' ? Open(line, i) : 1;
      } else {
        i += Inside(line, i);
      }
    }
    if (!long_) quote_ = 0;  // one that is left open ends with its line; the library says so
    return std::string_view::npos;
  }

 private:
  // Each of these returns how many bytes it has dealt with.
  std::size_t Open(std::string_view line, std::size_t at) {
    quote_ = line[at];
    long_ = line.substr(at, 3) == std::string(3, quote_);
    return long_ ? 3 : 1;
  }

  std::size_t Inside(std::string_view line, std::size_t at) {
    if (line[at] == '\\' && quote_ == '"') return 2;
    if (line[at] != quote_) return 1;
    if (!long_) return quote_ = 0, 1;
    std::size_t quotes = 1;
    while (quotes < 5 && at + quotes < line.size() && line[at + quotes] == quote_) ++quotes;
    if (quotes >= 3) {  // up to two of them are the string's own
      quote_ = 0;
      long_ = false;
    }
    return quotes;
  }

  char quote_ = 0;  // that of the string which the scanner is in
  bool long_ = false;
};

}  // namespace

std::optional<StrayCharacter> FindStrayCharacter(const std::vector<std::string>& lines) {
  Scanner scanner;
  for (std::size_t number = 0; number < lines.size(); ++number) {
    std::string_view line = lines[number];
    if (number == 0 && line.substr(0, 3) == kByteOrderMark) line.remove_prefix(3);
    const std::size_t at = scanner.Scan(line);
    if (at == std::string_view::npos) continue;
    StrayCharacter stray{static_cast<int>(number) + 1, 1};
    for (char byte : line.substr(0, at)) stray.column += IsContinuation(byte) ? 0 : 1;
    return stray;
  }
  return std::nullopt;
}

}  // namespace flaglinkd
