// The manual pages, as roff for man(1): flaglinkd.toml(5) from the option table, flaglinkd(1) from what
// the command line says of itself. Pure.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace flaglinkd {

std::string OptionsManual();

// Every verb of `app` with its arguments, as they are described there.
std::string VerbsManual(const CLI::App& app);

}  // namespace flaglinkd
