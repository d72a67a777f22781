// The status page's files, which the build puts into the program (page_files.cpp.in).
#pragma once

#include <string_view>

namespace flaglinkd {

extern const std::string_view kPageStyle;   // style.css
extern const std::string_view kPageScript;  // script.js

}  // namespace flaglinkd
