// Reads the configuration's files into one document. The only place that knows the TOML library.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/config/document.h"
#include "daemon/config/problems.h"

namespace flaglinkd {

// `file`, then conf.d/*.toml beside it in name order, merged: tables are joined, a key set twice is
// a problem that names both places, and the lists of [[test]] add up. `more` follows, but for what
// has been read already. Files that others than root and the user who runs the program may write are
// refused, and so is such a conf.d.
Document LoadDocument(const std::filesystem::path& file,
                      const std::vector<std::filesystem::path>& more, Problems& problems);

// Adds one more file's text to the document; what can't be read becomes a problem and makes the
// document incomplete.
void AddText(Document& document, std::string name, std::filesystem::path directory,
             const std::string& text, Problems& problems);

// A single value as TOML writes it, out of our own option table.
Value ParseValue(std::string_view text);

}  // namespace flaglinkd
