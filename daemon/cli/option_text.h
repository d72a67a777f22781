// The option table in words, as the sample file, the reference and the manual page share them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "daemon/config/option_table.h"

namespace flaglinkd {

// What holds for every file of the configuration: a list in Markdown.
std::string_view FileRules();

// "[listen]", "[[test]]": `name` is the group's table, or what stands for it.
std::string HeaderOf(const OptionGroup& group, std::string_view name);

// What the option may be: its choices, its range, or "".
std::string Limits(const Option& option);

// Its type with its limits, "number, 1 to 64", or its choices.
std::string Values(const Option& option);

// What holds without the option, as a sentence, where TOML can't say it.
std::string Otherwise(const Option& option);

}  // namespace flaglinkd
