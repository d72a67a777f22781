// The sample configuration and the reference, made from the option table. config/ holds exactly
// their output. Pure.
#pragma once

#include <string>

namespace flaglinkd {

// A file in which every option is shown with its default and its sentence, and which works once the
// two secrets that it names are there.
std::string ReferenceToml();

std::string ReferenceMarkdown();

}  // namespace flaglinkd
