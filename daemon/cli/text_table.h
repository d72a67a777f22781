// Columns for a terminal. Pure.
#pragma once

#include <string>
#include <vector>

namespace flaglinkd {

// One line per row, the columns aligned and two blanks apart. Every cell is made safe for a
// terminal and cut at 200 characters. All rows have as many cells as the first, which is the heading.
std::string TextTable(const std::vector<std::vector<std::string>>& rows);

}  // namespace flaglinkd
