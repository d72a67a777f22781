// Words that are no verb. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace flaglinkd {

// What to say where the first word, or the second one below a verb that has verbs of its own, is
// none: with the nearest one, if one is near. Nothing: they are verbs, options, or absent.
std::optional<std::string> UnknownVerb(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace flaglinkd
