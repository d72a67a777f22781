#include "daemon/config/placeholder.h"

#include <string_view>

namespace flaglinkd {
namespace {

Error Refuse(const std::string& text, const std::string& fault) {
  return {Error::Code::kInvalid, "\"" + text + "\" " + fault};
}

Status CheckScopedPointer(const std::string& text, const std::filesystem::path& directory) {
  return kPointerForm.check(text.starts_with('^') ? text.substr(1) : text, directory);
}

// What stands between the braces: "/title|^/name".
std::vector<std::string> Split(std::string_view pointers) {
  std::vector<std::string> list;
  while (true) {
    const std::size_t bar = pointers.find('|');
    list.emplace_back(pointers.substr(0, bar));
    if (bar == std::string_view::npos) return list;
    pointers.remove_prefix(bar + 1);
  }
}

// What stands between the braces of a placeholder of `text`.
Status CheckPointers(std::string_view pointers, const TextForm& form, const std::string& text) {
  for (const std::string& pointer : Split(pointers)) {
    if (form.check(pointer, {})) continue;
    return Refuse(text, "holds \"" + pointer +
                            "\", which is no JSON Pointer: a placeholder is "
                            "{/pointer} or {/pointer|/pointer}");
  }
  return {};
}

Status CheckPlaceholders(const std::string& text, const std::filesystem::path&) {
  for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos) return Refuse(text, "has a { without its }");
    const std::string_view pointers = std::string_view(text).substr(open + 1, close - open - 1);
    if (Status good = CheckPointers(pointers, kScopedPointerForm, text); !good) return good;
    open = close;
  }
  return {};
}

Status CheckLonePlaceholder(const std::string& text, const std::filesystem::path&) {
  if (!text.starts_with('{') || text.find('}') != text.size() - 1) {
    return Refuse(text, "is not a single placeholder, as {/id} or {/id|/event_id}");
  }
  return CheckPointers(std::string_view(text).substr(1, text.size() - 2), kPointerForm, text);
}

}  // namespace

const TextForm kPlaceholdersForm{"template", CheckPlaceholders};
const TextForm kScopedPointerForm{"JSON Pointer", CheckScopedPointer};
const TextForm kLonePlaceholderForm{"placeholder", CheckLonePlaceholder};

std::vector<std::string> PointersOf(const std::string& placeholder) {
  return Split(std::string_view(placeholder).substr(1, placeholder.size() - 2));
}

}  // namespace flaglinkd
