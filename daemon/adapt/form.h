// application/x-www-form-urlencoded (URL Standard, section 5). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/adapt/json_pointer.h"

namespace flaglinkd {

struct FormField {
  std::string name, value;  // decoded; what is no %XX stays as it is
};

// Whatever parameters follow, and however it is spelt.
bool IsFormContentType(std::string_view content_type);

// The fields in order, at most 256.
std::vector<FormField> ParseForm(std::string_view body);

// The body with the fields that `targets` name left empty, and those parts of JSON in a field
// blanked that the rest of a target names; the bytes of every other field, and of the whole body
// when nothing matches, stay as they came.
std::string BlankForm(std::string_view body, const std::vector<PointerTokens>& targets);

}  // namespace flaglinkd
