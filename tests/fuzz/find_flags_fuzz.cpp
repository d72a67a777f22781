// Hostile texts, labels and fields before the matcher. The input is a label and a field in a line
// each, and then a text.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

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

MatchRules Rules() {
  MatchOptions options;
  options.patterns.push_back("ld:(?P<project>[^/ ]*)/(?P<key>[^ ]*)");
  return MatchRules::Compile(options, {"default", "web"}, {"ld.acme.example:8443"}).value();
}

// Whatever goes in: keys are valid, the project is the source's, bounds and order hold.
void Run(std::string_view input) {
  static const MatchRules rules = Rules();
  Change change;
  change.labels = {TakeLine(input)};
  change.fields.emplace().push_back({"/field", TakeLine(input)});
  change.texts.emplace().push_back({"description", std::string(input)});
  const FoundFlags found = FindFlags(rules, KnownFlags(), change);

  std::set<FlagKey> flags;
  const Mention* last = nullptr;
  for (const Mention& mention : found.mentions) {
    FLAGLINKD_CHECK(IsValidKey(mention.flag.key));
    FLAGLINKD_CHECK(mention.flag.project == "default" || mention.flag.project == "web");
    FLAGLINKD_CHECK(!mention.reason.empty());
    FLAGLINKD_CHECK(last == nullptr || std::pair(last->carrier, last->flag) <
                                           std::pair(mention.carrier, mention.flag));
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
