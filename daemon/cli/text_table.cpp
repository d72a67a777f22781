#include "daemon/cli/text_table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kCellCharacters = 200;
constexpr std::size_t kGap = 2;

// In code points, of valid UTF-8.
std::size_t WidthOf(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::string TextTable(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const std::vector<std::string>& row : rows) {
    std::vector<std::string>& safe = cells.emplace_back();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      safe.push_back(EscapeForLine(row.at(i), kCellCharacters));
      widths[i] = std::max(widths[i], WidthOf(safe.back()));
    }
  }
  std::string text;
  for (const std::vector<std::string>& row : cells) {
    std::string line;
    std::size_t blanks = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += std::string(blanks, ' ') + row[i];
      blanks = widths[i] - WidthOf(row[i]) + kGap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace flaglinkd
