#include "daemon/config/line_privacy.h"

#include <algorithm>
#include <string_view>

#include "daemon/config/option_table.h"

namespace flaglinkd {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view Trim(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

// "[delivery" and "[source.jira]": the first name is a table's.
bool IsKnownHeader(std::string_view line) {
  line.remove_prefix(1);
  std::string_view first = Trim(line.substr(0, line.find_first_of(".]")));
  return std::any_of(OptionGroups().begin(), OptionGroups().end(), [&](const OptionGroup& group) {
    return group.table.substr(0, group.table.find('.')) == first;
  });
}

bool IsPublicOption(std::string_view key) {
  key = key.substr(key.rfind('.') + 1);
  bool known = false;
  for (const Option& option : Options()) {
    if (option.name != key) continue;
    if (option.secret()) return false;
    known = true;
  }
  return known;
}

// A line that holds more than it should may name a secret further on: verify = "none", token = "…".
bool NamesASecret(std::string_view line) {
  return std::any_of(Options().begin(), Options().end(), [&](const Option& option) {
    return option.secret() && line.find(option.name) != std::string_view::npos;
  });
}

}  // namespace

bool MayShowUnparsed(const std::vector<std::string>& lines, int line) {
  if (line < 1 || static_cast<std::size_t>(line) > lines.size()) return false;
  std::string_view text = Trim(lines[static_cast<std::size_t>(line) - 1]);
  if (text.empty() || NamesASecret(text)) return false;
  if (text.find_first_not_of("[]{}, \t") == std::string_view::npos) return true;
  if (text.front() == '[') return IsKnownHeader(text);
  const std::size_t equals = text.find('=');
  return IsPublicOption(Trim(text.substr(0, equals)));
}

}  // namespace flaglinkd
