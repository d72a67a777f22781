#include "daemon/cli/unknown_verb.h"

#include <CLI/CLI.hpp>
#include <cstddef>

#include "daemon/domain/edit_distance.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kShownOfWord = 50;
constexpr std::size_t kNear = 2;  // slips of the keyboard

std::string Describe(const CLI::App& parent, const std::string& command, const std::string& word) {
  std::string nearest;
  std::size_t distance = kNear + 1;
  for (const CLI::App* verb : parent.get_subcommands([](const CLI::App*) { return true; })) {
    const std::size_t slips = EditDistance(word, verb->get_name());
    if (slips < distance && slips < word.size()) {
      distance = slips;
      nearest = verb->get_name();
    }
  }
  return command + ": there is no verb `" + EscapeForLine(word, kShownOfWord) + "`" +
         (nearest.empty() ? "" : "; did you mean `" + nearest + "`?") + "\n`" + command +
         " --help` lists them\n";
}

}  // namespace

std::optional<std::string> UnknownVerb(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* parent = &app;
  std::string command = app.get_name();
  for (const std::string& word : words) {
    const auto verbs = parent->get_subcommands([](const CLI::App*) { return true; });
    if (verbs.empty() || word.empty() || word.front() == '-') return std::nullopt;
    const CLI::App* next = nullptr;
    for (const CLI::App* verb : verbs) {
      if (verb->get_name() == word) next = verb;
    }
    if (next == nullptr) return Describe(*parent, command, word);
    parent = next;
    command += " " + word;
  }
  return std::nullopt;
}

}  // namespace flaglinkd
