// Reads one value as its option's type, form and range have it.
#pragma once

#include <optional>
#include <string>

#include "daemon/config/document.h"
#include "daemon/config/option_table.h"
#include "daemon/config/problems.h"

namespace flaglinkd {

// `name` is the option's full one, for messages: "source.jira.unlink". Nothing: the value will not
// do, and `problems` says why (every element of a list that will not do). The lines of a secret are
// hidden.
std::optional<OptionValue> ReadValue(const Option& option, const std::string& name,
                                     const Value& value, const std::filesystem::path& directory,
                                     Problems& problems);

}  // namespace flaglinkd
