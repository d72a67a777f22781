// Hostile texts, labels and fields before the matcher. The input is a catalogue, a label and a
// field in a line each, and then a text. The catalogue: how it counts (o, q, d or w for off,
// quoted, distinctive, words; anything else is d), then keys with spaces between, by turns of one
// project and the other; one with a '!' before it is archived.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/check.h"
#include "daemon/match/find_flags.h"

namespace flaglinkd {
namespace {

std::string TakeLine(std::string_view& input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string line(input.substr(0, end));
  input.remove_prefix(std::min(end + 1, input.size()));
  return line;
}

MatchRules Rules(CatalogMatch catalog) {
  MatchOptions options;
  options.catalog = catalog;
  options.patterns.push_back("ld:(?P<project>[^/ ]*)/(?P<key>[^ ]*)");
  return MatchRules::Compile(options, {"default", "web"}, {"ld.acme.example:8443"}).value();
}

const MatchRules& RulesOf(char letter) {
  static const MatchRules off = Rules(CatalogMatch::kOff), quoted = Rules(CatalogMatch::kQuoted),
                          distinctive = Rules(CatalogMatch::kDistinctive),
                          words = Rules(CatalogMatch::kWords);
  switch (letter) {
    case 'o': return off;
    case 'q': return quoted;
    case 'w': return words;
    default: return distinctive;
  }
}

KnownFlags Known(std::string_view keys) {
  std::vector<KnownFlags::Project> projects = {{"default", {}}, {"web", {}}};
  std::set<FlagKey> seen;
  for (std::size_t i = 0; !keys.empty(); ++i) {
    const std::size_t end = std::min(keys.find(' '), keys.size());
    std::string_view key = keys.substr(0, end);
    keys.remove_prefix(std::min(end + 1, keys.size()));
    const bool archived = key.starts_with('!');
    if (archived) key.remove_prefix(1);
    KnownFlags::Project& project = projects[i % 2];
    if (seen.insert({project.name, std::string(key)}).second) {
      project.flags.push_back({std::string(key), archived});
    }
  }
  return KnownFlags(projects);
}

// What is found in prose is a live key of the catalogue that stands there.
void CheckProse(const MatchRules& rules, const KnownFlags& known, const Mention& mention,
                std::string_view text) {
  const bool bare = mention.reason == "known key in description";
  if (!bare && mention.reason != "quoted key in description") return;
  FLAGLINKD_CHECK(mention.carrier == Carrier::kText);
  FLAGLINKD_CHECK(rules.catalog() != CatalogMatch::kOff);
  FLAGLINKD_CHECK(!bare || rules.catalog() != CatalogMatch::kQuoted);
  FLAGLINKD_CHECK(mention.flag.key.size() >= 3);
  FLAGLINKD_CHECK(known.StandingOf(mention.flag.project, mention.flag.key) ==
                  KnownFlags::Standing::kLive);
  FLAGLINKD_CHECK(text.find(mention.flag.key) != text.npos);
}

// Whatever goes in: keys are valid, the project is the source's, bounds and order hold.
void Run(std::string_view input) {
  const std::string catalog = TakeLine(input);
  const MatchRules& rules = RulesOf(catalog.empty() ? 'd' : catalog[0]);
  const KnownFlags known =
      Known(std::string_view(catalog).substr(std::min<std::size_t>(1, catalog.size())));
  Change change;
  change.labels = {TakeLine(input)};
  change.fields.emplace().push_back({"/field", TakeLine(input)});
  change.texts.emplace().push_back({"description", std::string(input)});
  const FoundFlags found = FindFlags(rules, known, change);

  std::set<FlagKey> flags;
  const Mention* last = nullptr;
  for (const Mention& mention : found.mentions) {
    FLAGLINKD_CHECK(IsValidKey(mention.flag.key));
    FLAGLINKD_CHECK(mention.flag.project == "default" || mention.flag.project == "web");
    FLAGLINKD_CHECK(!mention.reason.empty());
    FLAGLINKD_CHECK(last == nullptr || std::pair(last->carrier, last->flag) <
                                           std::pair(mention.carrier, mention.flag));
    CheckProse(rules, known, mention, input);
    flags.insert(mention.flag);
    last = &mention;
  }
  FLAGLINKD_CHECK(flags.size() <= kMaxFlagsPerChange);
}

}  // namespace
}  // namespace flaglinkd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flaglinkd::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
